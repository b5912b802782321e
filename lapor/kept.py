"""What somebody typed, given back when it could not be taken: never a file, a password or a code, and not without end."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

KEPT_OUT = {"csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "credential", "case_code"}
CODE_IS_NO_SECRET = ("/meja/", "/admin/")  # a letterhead's or a topic's; elsewhere `code` opens a case or an account
KEPT_MOST = 200_000  # characters, twenty times the longest form


def _is_secret(name: str, path: str) -> bool:
    return name in KEPT_OUT or (name == "code" and not path.startswith(CODE_IS_NO_SECRET))


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, value) of everything that was sent by a form and may be given back."""
    return kept(request)["typed"]  # type: ignore[no-any-return]


def _is_foreign(request: HttpRequest) -> bool:
    """Whether a page of another site sent it: nobody typed that here, and nobody shall send it again with one click."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    try:
        return origin is not None and origin.partition("://")[2] != request.get_host()
    except SuspiciousOperation:
        return True


def kept(request: HttpRequest) -> dict[str, Any]:
    """What `components/send_again.html` needs: `typed` and the names of file fields, whether a secret was left out, whether it was too much.

    Too much is not kept at all: half a form must not be sent again; nor is what another site sent.
    """
    found: dict[str, Any] = {"typed": [], "files": [], "has_secret": False, "is_too_much": False, "path": request.get_full_path()}
    if _is_foreign(request):
        return found
    try:
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        files = [name for name, uploads in request.FILES.lists() if any(upload.size for upload in uploads)]
    except (SuspiciousOperation, MultiPartParserError, OSError):  # too large, too many fields, torn, or gone: it cannot be read
        return {**found, "is_too_much": request.method == "POST"}
    if sum(len(name) + len(value) for name, value in sent) > KEPT_MOST:
        return {**found, "is_too_much": True}
    secret = {name for name, _value in sent if _is_secret(name, request.path)}
    found["typed"] = [(name, value) for name, value in sent if name not in secret]
    found["has_secret"] = bool(secret - {"csrfmiddlewaretoken"})
    return {**found, "files": files}
