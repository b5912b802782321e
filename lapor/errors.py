"""How a refusal leaves the house: problem details (RFC 9457) for machines, a page or a marked form for people."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rest_framework import exceptions, status
from rest_framework.response import Response

from lapor.ground.problems import Refusal

# A store cannot be reached: PostgreSQL, or the cache where nothing may be done uncounted.
STORE_IS_AWAY = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)
KEPT_OUT = {"csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "credential"}
PROBLEM = "application/problem+json"


def problem(code: str, http_status: int, message: str, *, fields: dict[str, Any] | None = None, extra: dict[str, Any] | None = None) -> Response:
    body: dict[str, Any] = {"type": "about:blank", "title": message, "status": http_status, "code": code}
    if fields:
        body["fields"] = fields
    return Response({**body, **(extra or {})}, status=http_status, content_type=PROBLEM)


def _refused(refusal: Refusal) -> Response:
    fields = {name: [str(text) for text in texts] for name, texts in refusal.fields.items()}
    response = problem(refusal.code, refusal.status, str(refusal), fields=fields, extra=refusal.extra)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _flat(detail: Any, prefix: str = "") -> Iterable[tuple[str, list[str]]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix or "body", [str(text) for text in (detail if isinstance(detail, list) else [detail])]


def api_exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Every refusal of the API in one shape, in the caller's language."""
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, STORE_IS_AWAY):
        response = problem("unavailable", 503, _("The system cannot store anything right now. Please try again in a few minutes."))
        response["Retry-After"] = "30"
        return response
    if isinstance(error, exceptions.ValidationError):
        return problem("invalid", status.HTTP_422_UNPROCESSABLE_ENTITY, _("Please check the marked fields."), fields=dict(_flat(error.detail)))
    if isinstance(error, RecursionError):  # JSON nested deeper than anything of ours
        return problem("parse_error", status.HTTP_400_BAD_REQUEST, _("Please send one JSON object."))
    if isinstance(error, Http404):
        return problem("not_found", 404, _("There is nothing at this address, or you may not see it."))
    if isinstance(error, PermissionDenied):
        return problem("forbidden", 403, _("You may not do this."))
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    return None


def _framework(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    response = problem(code if isinstance(code, str) else "invalid", error.status_code, str(error.detail))
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return response


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """(name, value) of everything that was sent by a form and may be given back."""
    return [(name, value) for name, values in request.POST.lists() for value in values if name not in KEPT_OUT]


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that no form can show."""
    response = render(request, "refusal.html", {"refusal": refusal, "typed": typed(request)}, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old, or cookies are off: say so, and give back what was typed with a fresh token."""
    response = render(request, "stale_form.html", {"typed": typed(request), "path": request.get_full_path()}, status=403)
    response["Cache-Control"] = "no-store"
    return response


class RefusalMiddleware:
    """Turns a refusal that a view let through into its page."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
