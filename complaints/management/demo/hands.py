"""Processes that work side by side. Each of them reads this module before Django stands, so it names no model."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.managers import SyncManager

import django

from lapor.ground.parent import end_with_parent


def _begin() -> None:
    end_with_parent()
    django.setup()


@contextmanager
def hands(number: int) -> Iterator[tuple[SyncManager, ProcessPoolExecutor]]:
    """Some processes and one that holds what they share; all of them end with this one, however it ends.

    Each begins anew, for a connection to the database must not be shared.
    """
    context = multiprocessing.get_context("spawn")
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager, ProcessPoolExecutor(number, mp_context=context, initializer=_begin) as pool:
        yield manager, pool
