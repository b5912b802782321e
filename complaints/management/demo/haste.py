"""How an invented country is written quickly."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection


@contextmanager
def in_haste() -> Iterator[None]:
    """An invented country may be built again: no statement is kept, no row looked at for cycles, no commit waited for."""
    debug, settings.DEBUG = settings.DEBUG, False
    gc.disable()  # a fifth of the time would go to rows that live for one step
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
    finally:
        settings.DEBUG = debug
        gc.enable()
