"""Who is asking, read once a request; and the friendly answer when the database is away."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from lapor.errors import typed
from lapor.ground.problems import Refusal
from officers.actors import actor_for

Handler = Callable[[HttpRequest], HttpResponse]

RETRY_SECONDS = 30


def proved_cases(request: HttpRequest, at: datetime) -> frozenset[UUID]:
    """The cases whose code was proved in this session and not too long ago."""
    stored = request.session.get("cases", {})
    return frozenset(UUID(pk) for pk, until in stored.items() if datetime.fromisoformat(until) > at)


class ActorMiddleware:
    """Sets `request.at` (the one time of this request) and `request.actor`, which is read when first asked for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        request.at = at  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, at=at, case_ids=proved_cases(request, at)))  # type: ignore[attr-defined]
        return self.get_response(request)


class OutageMiddleware:
    """Answers 503 with Retry-After when PostgreSQL cannot be reached, and gives back what was typed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        return outage(request)


def outage(request: HttpRequest) -> HttpResponse:
    """The 503 page; it touches no database and no session."""
    message = _("The system cannot store anything right now. Please try again in a few minutes.")
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": message, "status": 503, "code": "unavailable"}
        response: HttpResponse = JsonResponse(body, status=503, content_type="application/problem+json")
    else:
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
            page = loader.render_to_string(
                "outage.html", {"typed": typed(request), "path": request.get_full_path(), "csrf": request.POST.get("csrfmiddlewaretoken", "")}
            )
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


__all__ = ["ActorMiddleware", "OutageMiddleware", "Refusal", "outage", "proved_cases"]
