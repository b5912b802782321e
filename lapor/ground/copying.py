"""Rows into tables by COPY: for loaders that write more than the ORM can carry."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


def columns_of(model: type[models.Model], *, but: Sequence[str] = ()) -> list[str]:
    """The attribute names of what can be written; `but` leaves out what the database gives itself."""
    return [field.attname for field in model._meta.concrete_fields if not field.generated and field.attname not in but]


def reserve(model: type[models.Model], count: int) -> list[int]:
    """The next `count` ids of a table, taken out of its sequence: nobody else gets them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]], *, but: Sequence[str] = ()) -> int:
    """Write rows (attribute name -> value) into the model's table; constraints and triggers hold as always. Returns how many."""
    names = columns_of(model, but=but)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    is_json = [isinstance(fields[name], models.JSONField) for name in names]
    quoted = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(row[name]) if as_json else row[name] for name, as_json in zip(names, is_json, strict=True)])
            count += 1
    return count
