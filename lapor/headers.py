"""The headers of every answer: one table from kinds of address to headers, and the one middleware that applies it.

How to read `TABLE`: the first row whose pattern fits the path counts; the last one fits everything, so that an address nobody
thought of is private. `fixed` headers are set whatever the view said, `given` ones where the view said nothing. A row without a
policy of its own has the pages' policy (`settings.SECURE_CSP`), which Django's middleware adds.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

# What a page of ours may use of a device: nothing. Photos come through the file picker, which asks by itself.
DEVICES = ("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")

# X-Frame-Options among them: Django's middleware of that name, which its check security.W002 misses, would only say it again.
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": ", ".join(f"{device}=()" for device in DEVICES),
}
# For answers that are no pages: whatever a browser makes of them, it loads and runs nothing.
NO_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
KEPT_NOWHERE = {"Cache-Control": "no-store"}
FOUND_NOWHERE = {"X-Robots-Tag": "noindex, nofollow"}
# A page for everybody still carries the visitor's language and form token: the browser keeps it, and asks before it shows it again.
ASKED_AGAIN = {"Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of address."""

    name: str
    pattern: re.Pattern[str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    is_staff: bool = False  # its log lines may name the officer


def _row(name: str, pattern: str, *, fixed: Mapping[str, str] | None = None, given: Mapping[str, str] | None = None, is_staff: bool = False) -> Row:
    return Row(name, re.compile(pattern), {**EVERYWHERE, **(fixed or {})}, given or {}, is_staff)


POLICY = {"Content-Security-Policy": NO_PAGE}
TABLE = (
    _row("static", r"/static/", given=POLICY),  # its cache headers are whitenoise's
    _row("probe", r"/(healthz|readyz)$", fixed=KEPT_NOWHERE | FOUND_NOWHERE, given=POLICY),
    _row("docs", r"/api/v1/docs/$", given=ASKED_AGAIN),
    _row("reference", r"/api/v1/(schema|institutions|topics|regions|statistics)/", fixed=FOUND_NOWHERE, given=POLICY | ASKED_AGAIN),
    _row("offers", r"/tawaran/", fixed=FOUND_NOWHERE, given=POLICY | ASKED_AGAIN),
    _row("api", r"/api/", fixed=FOUND_NOWHERE, given=POLICY | KEPT_NOWHERE),
    _row("staff", r"/(admin|meja|akun|keluar)/", fixed=KEPT_NOWHERE | FOUND_NOWHERE, is_staff=True),
    _row("public", r"/($|privasi/|laporan/|statistik/|umpan/|robots\.txt$|favicon\.ico$)", given=ASKED_AGAIN),
    _row("private", r"", fixed=KEPT_NOWHERE | FOUND_NOWHERE),
)


def row_of(path: str) -> Row:
    """The kind of an address."""
    return next(row for row in TABLE if row.pattern.match(path))


class HeaderMiddleware:
    """Gives every answer the headers of its row; refusals and failures too."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        row = row_of(request.path_info)
        for name, value in row.fixed.items():
            response[name] = value
        for name, value in row.given.items():
            response.headers.setdefault(name, value)
        return response
