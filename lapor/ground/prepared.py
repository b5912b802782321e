"""Queries that are asked at every page view: their SQL is made once a process, and only the value in it differs."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """A query of `values_list` rows; `rows` makes it for a value, `mark` is one that stands nowhere else in it.

    Making the SQL of a query with several conditions takes Django longer than PostgreSQL takes to answer it. The rows come as
    the database has them: for columns that need no converter (text, numbers, times, UUIDs).
    """

    def __init__(self, rows: Callable[[Any], QuerySet[Any, Any]], mark: Any = None) -> None:
        self._rows, self._mark = rows, mark

    @cached_property
    def _made(self) -> tuple[str, Sequence[Any]]:
        sql, params = self._rows(self._mark).query.sql_with_params()
        return sql, params

    def __call__(self, value: Any = None) -> list[tuple[Any, ...]]:
        sql, params = self._made
        with connection.cursor() as cursor:
            cursor.execute(sql, [value if param == self._mark else param for param in params])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
