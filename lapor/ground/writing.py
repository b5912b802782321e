"""Rows written by short statements: each insert or save of the ORM's own is a way to the database, and SQL made anew."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, GeneratedField, Model


@cache
def _shape(model: type[Model], *, is_numbered: bool) -> tuple[str, str, tuple[Field[Any, Any], ...]]:
    """The statement without its rows, the place of one row, and the columns: without those that the database makes by itself."""
    fields = tuple(
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, GeneratedField) and (is_numbered or not (field.primary_key and isinstance(field, AutoField)))
    )
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    head = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES "  # noqa: S608 - names of tables and columns
    return head, f"({', '.join(['%s'] * len(fields))})", fields


def insert(*tables: Sequence[Model]) -> None:
    """Write the rows of each table (one kind a table), all in one statement.

    One may name another: foreign keys are looked at when the transaction ends. A number that the database gives to a row is not read.
    """
    statements: list[str] = []
    values: list[Any] = []
    for rows in filter(None, tables):
        head, place, fields = _shape(type(rows[0]), is_numbered=rows[0].pk is not None)
        statements.append(head + ", ".join([place] * len(rows)))
        values += [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    if not statements:
        return
    *before, last = statements
    parts = ", ".join(f"new_{number} AS ({statement})" for number, statement in enumerate(before))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, values)
    for row in (row for rows in tables for row in rows):
        row._state.adding, row._state.db = False, connection.alias


def change(row: Model, columns: Iterable[str]) -> None:
    """Write these columns (by attribute) of one row; nothing without any."""
    wanted, quoted = set(columns), connection.ops.quote_name
    fields: list[Field[Any, Any]] = [field for field in row._meta.concrete_fields if field.attname in wanted]
    if not fields:
        return
    settings = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in (*fields, row._meta.pk)]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quoted(row._meta.db_table)} SET {settings} WHERE {quoted(str(row._meta.pk.column))} = %s", values)  # noqa: S608 - names of tables and columns
