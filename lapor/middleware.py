"""Who is asking, and from where, read once a request; bodies that are too large; the friendly answer when the database is away."""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from lapor import logs
from lapor.errors import is_away, outage, problem_page, refusal_page
from lapor.ground.problems import Refusal
from lapor.ground.throttle import address_of
from lapor.headers import row_of
from officers.actors import actor_for

Handler = Callable[[HttpRequest], HttpResponse]


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


class ProxyMiddleware:
    """Sets REMOTE_ADDR to the client's own address, by `settings.NUM_PROXIES`: whoever counts tries reads that and nothing else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = address_of(request.META, hops=settings.NUM_PROXIES or 0)
        request.META.pop("HTTP_X_FORWARDED_FOR", None)
        return self.get_response(request)


class LogMiddleware(RequestMiddleware):
    """One log line a request: its id (also in the answer), its route, how it ended and how long it took."""

    def prepare(self, request: HttpRequest) -> None:
        request.began = time.monotonic()  # type: ignore[attr-defined]
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        structlog.contextvars.bind_contextvars(duration_ms=round((time.monotonic() - request.began) * 1000))  # type: ignore[attr-defined]
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {logs.route_of(request)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Officers at work are named, by number; an officer who reports as a citizen is not, and nobody is looked up for it."""
        user = getattr(request, "_cached_user", None)
        if row_of(request.path_info).is_staff and user is not None and user.is_authenticated:
            structlog.contextvars.bind_contextvars(user_id=user.pk)


class SizeMiddleware:
    """Answers 413 to a body that is larger than any form or file of ours, before anything of it is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        has_files = request.content_type == "multipart/form-data"
        allowed = settings.REQUEST_MAX_BYTES if has_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length.isdecimal() and int(length) > allowed:
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    """The 413 answer. What was typed cannot be given back: it was not read."""
    refusal = Refusal("too_large", _("This is more than can be sent at once. Please go back and send fewer or smaller files, or a shorter text."))
    if request.path.startswith("/api/"):
        return problem_page(refusal.code, str(refusal), http_status=refusal.status)
    request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]  # nothing reads the body after this
    return refusal_page(request, refusal)


class OutageMiddleware:
    """Answers 503 with Retry-After when a store cannot be reached, and gives back what was typed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return outage(request) if is_away(exception) else None
