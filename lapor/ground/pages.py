"""Whole pages that are the same for everybody, kept in the shared cache for a moment.

A kept page is found by everything it depends on: its template and address, the language, the site's own files, what the site
announces (`request.announced`), and the `state` that the view has just read from the database. So nothing has to be thrown away
when a row changes, and whether something may be shown at all is asked of the database each time, never of the cache. Where a
form's token belongs the kept page has a gap, which each visitor's own token fills; whoever brings any cookie but those of language
and token gets a page of their own. Without the cache every page is drawn.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache as once
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from redis.exceptions import RedisError

SECONDS = 60  # what no state tells (a name of an institution, the days left of a deadline) is older than this nowhere
REST = 5.0  # for how long a cache that did not answer is left alone: waiting for it at each page would cost more than drawing


class Shelf:
    """The shared cache, as long as it answers."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    def _ask[T](self, act: Callable[[], T]) -> T | None:
        if monotonic() < self.rests_until:
            return None
        try:
            return act()
        except RedisError:
            self.rests_until = monotonic() + REST
            return None

    def find(self, key: str) -> Any:
        return self._ask(lambda: cache.get(key))

    def keep(self, key: str, value: Any, *, seconds: int = SECONDS) -> None:
        self._ask(lambda: cache.set(key, value, timeout=seconds))


shelf = Shelf()


@once
def _site() -> str:
    """Changes with every file that a page is made of."""
    files = sorted(path for name in ("templates", "static", "locale") for path in (settings.BASE_DIR / name).rglob("*") if path.is_file())
    told = "".join(f"{path.relative_to(settings.BASE_DIR)} {path.stat().st_size} {path.stat().st_mtime_ns}\n" for path in files)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def key_of(*parts: object) -> str:
    """One name for everything that a kept answer depends on."""
    return f"page:{hashlib.sha256(repr((_site(), get_language(), *parts)).encode()).hexdigest()}"


def is_for_everybody(request: HttpRequest) -> bool:
    """Nothing in the request makes its page another than everybody's: no session, no message that waits, no question."""
    return not request.GET and request.COOKIES.keys() <= {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def shown(request: HttpRequest, template: str, state: Callable[[], Sequence[object]] | None, context: Callable[[], Mapping[str, Any]]) -> HttpResponse:
    """The page of this state, drawn by `context` unless it is kept; without a state none is."""
    if state is None or not is_for_everybody(request):
        return render(request, template, dict(context()))
    known = state()
    key = key_of(template, request.path, getattr(request, "announced", None), *known)
    kept = shelf.find(key)
    if kept is None:
        gap = get_random_string(32)
        html = render_to_string(template, {**context(), "csrf_token": gap}, request)
        kept = gap.encode(), zlib.compress(html.encode(), 1)
        if state() == known:  # what changed while it was drawn may stand in it under the name of what was before
            shelf.keep(key, kept)
    gap, packed = kept
    return HttpResponse(zlib.decompress(packed).replace(gap, get_token(request).encode()))
