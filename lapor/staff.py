"""Officers' sessions: a second factor before anything else, and an end after idle time or a working day."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lapor.errors import problem_page
from lapor.kept import typed
from officers import sessions
from officers.adapters import has_second_factor

Handler = Callable[[HttpRequest], HttpResponse]

# What somebody without a second factor may reach: setting one up, proving who they are for that, the way out, the language.
BEFORE_FACTOR = ("/akun/faktor/", "/masuk/", "/keluar/", "/bahasa/")


class StaffMiddleware:
    """Ends sessions whose time is over and leads to the second factor; citizens without a log-in pass untouched."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY not in request.session:
            return _given_back(request, self.get_response(request))
        return self._judged(request) or self.get_response(request)

    def _judged(self, request: HttpRequest) -> HttpResponse | None:
        at = request.at  # type: ignore[attr-defined]
        state, key = request.session.get(sessions.STATE), request.session.session_key or ""
        if state is None:
            if not request.user.is_authenticated:
                return None
            request.session[sessions.STATE] = sessions.begin(request.user, key, at=at)
        elif sessions.is_over(state, at=at):
            return _over(request)
        elif (touched := sessions.touch(state, key, at=at)) is not None:
            request.session[sessions.STATE] = touched
        if has_second_factor(request) or request.path.startswith(BEFORE_FACTOR):
            return None
        return _without_factor(request)


def _over(request: HttpRequest) -> HttpResponse:
    """The session has ended. What was being sent is given back, and where to go on is kept."""
    logout(request)
    text = _("Your session has ended because it was not used for a while, or has lasted a whole day. Please log in again.")
    if request.path.startswith("/api/"):
        return problem_page("not_authenticated", text, http_status=401)
    return _ended(request, text) if request.method == "POST" else redirect_to_login(request.get_full_path())


def _ended(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "session_ended.html", {"typed": typed(request), "text": text, "path": request.path}, status=401)


def _given_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What was sent to a page that wants a log-in is not lost on the way to the door, whoever ended the session."""
    if request.method != "POST" or response.status_code != HTTPStatus.FOUND:
        return response
    door, _mark, query = response["Location"].partition("?")
    if door not in {reverse("account_login"), reverse("admin:login")} or "next=" not in query:
        return response
    return _ended(request, _("You are not logged in any more."))


def _without_factor(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_page("second_factor_required", _("Please set up a second factor first."), http_status=403)
    return redirect("mfa_activate_totp")
