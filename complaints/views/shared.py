"""What the pages share: who asks, when, and how a page about a case is kept to its reader."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from lapor.ground import throttle
from lapor.ground.actor import Actor

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def at_of(request: HttpRequest) -> datetime:
    return request.at  # type: ignore[attr-defined, no-any-return]


def client_of(request: HttpRequest) -> str:
    """An opaque name of whoever is at the other end; the address itself is kept nowhere."""
    return throttle.client_key(request.META.get("REMOTE_ADDR", ""), at=at_of(request))


def number_of(text: str) -> str:
    """The number that stands in an address, as it is stored; no address can carry a NUL into the database."""
    return text.upper().replace("\x00", "")


def private(view: View) -> View:
    """A page about one person's case: not stored and not indexed.

    The house's Referrer-Policy `same-origin` tells its address to nobody else. A stricter `no-referrer` makes browsers send
    `Origin: null` with the page's own forms, which the protection against forged requests must refuse.
    """

    @wraps(view)
    @never_cache
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def write_cursor(*parts: object) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode("|".join(map(str, parts)).encode()).decode()


def read_cursor(text: str) -> tuple[bool, datetime, UUID] | None:
    """(flag, time, id) of a place in a list; None for anything that is none, which shows the first page."""
    try:
        flag, time, pk = base64.urlsafe_b64decode(text.encode()).decode().split("|")
        found = datetime.fromisoformat(time)
        return (flag == "1", found.astimezone(UTC), UUID(pk)) if found.tzinfo is not None else None
    except (ValueError, OverflowError, binascii.Error):
        return None
