"""The server of the bench: the house as it is, and beside it the floors without the house's middleware; both count their queries."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lapor.settings")
django.setup()


class CountQueries:
    """Tells in a header how many statements an answer took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = 0

        def counted(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["X-Queries"] = str(count)
        return response


def _handler(*middleware: str) -> WSGIHandler:
    usual = settings.MIDDLEWARE
    settings.MIDDLEWARE = list(middleware)
    try:
        return WSGIHandler()
    finally:
        settings.MIDDLEWARE = usual


settings.ROOT_URLCONF = "lapor.bench.floors"
COUNT = "lapor.bench.wsgi.CountQueries"
house = _handler(COUNT, *settings.MIDDLEWARE)
floors = _handler(COUNT)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The floors under /floor/, the house everywhere else."""
    return (floors if environ["PATH_INFO"].startswith("/floor/") else house)(environ, start_response)
