"""How a refusal leaves the house: problem details (RFC 9457) for machines, a page or a marked form for people."""

import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from psycopg.errors import ReadOnlySqlTransaction, UndefinedColumn, UndefinedTable
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rest_framework import exceptions, status
from rest_framework.response import Response

from institutions.services import refusal_while_read_only, site_now
from lapor.ground.problems import Refusal, StoreAway
from lapor.kept import kept

# A store cannot be reached: PostgreSQL, the bucket of files, or the cache where nothing may be done uncounted.
STORE_IS_AWAY = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError, StoreAway)
PROBLEM = "application/problem+json"
RETRY_SECONDS = 30
AWAY = gettext_lazy("The system cannot store anything right now. Please try again in a few minutes.")


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
    if (refusal := refusal_of(error)) is not None:
        return _refused(refusal)
    if is_away(error):
        response = problem("unavailable", 503, str(AWAY))
        response["Retry-After"] = str(RETRY_SECONDS)
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


def is_away(error: BaseException) -> bool:
    """Whether a store cannot be reached, or the tables are not (yet) those that this code was written for."""
    return isinstance(error, STORE_IS_AWAY) or (isinstance(error, ProgrammingError) and isinstance(error.__cause__, (UndefinedTable, UndefinedColumn)))


def refusal_of(error: BaseException) -> Refusal | None:
    """The refusal that it is, or the read-only one where the database itself said no to a write."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction):
        return refusal_while_read_only(site_now().read_only)
    return None


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that no form can show."""
    template = "read_only.html" if refusal.code == "read_only" else "refusal.html"
    response = render(request, template, {"refusal": refusal, **kept(request)}, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old, or cookies are off: say so, and give back what was typed with a fresh token."""
    response = render(request, "stale_form.html", kept(request), status=403)
    response["Cache-Control"] = "no-store"
    return response


def problem_page(code: str, message: str, *, http_status: int, retry_after: int | None = None, extra: dict[str, Any] | None = None) -> HttpResponse:
    """Problem details outside a view of the API, where no renderer is at hand."""
    body = {"type": "about:blank", "title": message, "status": http_status, "code": code, **(extra or {})}
    response = JsonResponse(body, status=http_status, content_type=PROBLEM)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def outage(request: HttpRequest) -> HttpResponse:
    """The 503 page while the database is away or being rebuilt; it touches no database and no session, and speaks both languages."""
    if request.path.startswith("/api/"):
        response = problem_page("unavailable", str(AWAY), http_status=503, retry_after=RETRY_SECONDS)
    else:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        first = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        context = {**kept(request), "csrf": _token(request), "others": [code for code, _name in settings.LANGUAGES if code != first]}
        with translation.override(first):
            response = HttpResponse(loader.render_to_string("outage.html", context), status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _token(request: HttpRequest) -> str:
    """The form's own token, for a page that sets no cookie."""
    try:
        return request.POST.get("csrfmiddlewaretoken", "")
    except (SuspiciousOperation, MultiPartParserError, OSError):
        return ""


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: what fell outside a view is a kind 503 where a store was away, and the plain page otherwise."""
    error = sys.exc_info()[1]
    return outage(request) if error is not None and is_away(error) else defaults.server_error(request)


class RefusalMiddleware:
    """Turns a refusal that a view let through into its page."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = refusal_of(exception)
        return refusal_page(request, refusal) if refusal is not None else None
