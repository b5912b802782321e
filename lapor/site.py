"""The whole site's own state on every page and before every write: banners, and the mode in which everything can only be read.

How to read `OPEN`: the addresses, by name, that people may send something to while the mode is on; none of them writes about a case.
Everything else that is sent is refused in one place, and whatever writes all the same meets a database that takes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import Task
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.services import refusal_while_read_only, site_now
from lapor.errors import is_away, outage, problem_page, refusal_page
from lapor.ground.problems import Refusal
from lapor.headers import row_of

Handler = Callable[[HttpRequest], HttpResponse]

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# name of the address: what it writes
OPEN = {
    "healthz": "nothing",
    "readyz": "nothing",
    "set_language": "a cookie",
    "account_login": "the session, and that somebody logged in",
    "mfa_authenticate": "the session, and that somebody logged in",
    "account_reauthenticate": "the session",
    "mfa_reauthenticate": "the session",
    "mfa_reauthenticate_webauthn": "the session",
    "account_logout": "that the session ended",
    "track": "the session: the case is open for reading",
    "leave": "the session",
    "exit": "the session",
    "receipt-now": "nothing: a file that is drawn and forgotten",
    "verify-form": "nothing: a code is looked up",
    "verify": "nothing: a file is compared",
}
# Tasks that go on: they touch no row.
UNPAUSED = {"lapor.tick"}


class ReadOnlyMiddleware:
    """While the mode is on: refuses what is sent, and runs everything else on a database session that takes no write."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.announced = _announced(request)  # type: ignore[attr-defined]  # a page that is kept is kept with what it announced
        try:
            return self.get_response(request)
        finally:
            if getattr(request, "is_held", False):
                with suppress(Error):  # a connection that is gone holds nothing
                    _hold(False)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        switch = site_now().read_only
        match = request.resolver_match
        if switch is None or (match is not None and match.view_name in OPEN):
            return None
        if request.method not in SAFE:
            return _refused(request, refusal_while_read_only(switch))
        if "Authorization" in request.headers and request.path_info.startswith("/api/"):  # the token's own library tidies ended tokens away while it looks
            return None
        try:
            _hold(True)
        except Error as error:
            if not is_away(error):
                raise
            return outage(request)
        request.is_held = True  # type: ignore[attr-defined]
        return None


def _hold(is_on: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on" if is_on else "RESET default_transaction_read_only")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_page(refusal.code, str(refusal), http_status=refusal.status, retry_after=refusal.retry_after, extra=refusal.extra)
    return refusal_page(request, refusal)


# --- what the pages show ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Announcement:
    """One notice on top of a page."""

    tone: str
    text: str
    title: str = ""


def _announced(request: HttpRequest) -> list[Announcement]:
    now, site = timezone.now(), site_now()
    is_staff = row_of(request.path_info).is_staff
    shown = [banner for banner in site.banners if banner.is_shown(now, is_staff=is_staff)]
    found = [Announcement("warn" if banner.level == banner.Level.WARNING else "", banner.text) for banner in shown]
    if site.read_only is not None:
        found.insert(0, Announcement("warn", site.read_only.reason, _("For now everything can be read, but nothing can be sent.")))
    return found


def announcements(request: HttpRequest) -> dict[str, Any]:
    """For every template: `announcements`, those that this kind of page shows now, and `read_only`, the switch when it is on."""
    found = request.announced if hasattr(request, "announced") else _announced(request)
    return {"announcements": found, "read_only": site_now().read_only}


# --- workers ----------------------------------------------------------------------------------------------------------


class PausedTask(Task):  # type: ignore[type-arg]
    """A task that does nothing while the system can only be read: its rows are the queue, and the next ring finds them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.name not in UNPAUSED and site_now().read_only is not None:
            return None
        try:
            return super().__call__(*args, **kwargs)
        except Refusal as refusal:
            if refusal.code != "read_only":
                raise
            return None  # the switch was turned in the middle: the sweep stopped between two batches
