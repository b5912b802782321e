"""The statements by which counting writes: each writes any number of rows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from ..facts import DAILY, FactData, Key

Cell = tuple[int, str, str, str, str]  # institution, day, measure, dim, value
Row = tuple[UUID, FactData]

# A column travels as one text, each value behind a mark that no value holds: spelling out an array of many values costs more than the
# statement that it is for. The second mark stands for none.
MARK, NONE = "\x1e", "\x1f"


def _rows(**columns: str) -> str:
    """The rows of the given columns and types, as a table to select from; one parameter a column."""
    arrays = ", ".join(f"(string_to_array(%s, E'\\x1e', E'\\x1f'))[2:]::{kind}[]" for kind in columns.values())
    return f"unnest({arrays}) AS new ({', '.join(columns)})"


_CELL = {"institution_id": "bigint", "day": "date", "measure": "text", "dim": "text", "value": "text", "n": "bigint"}
_FACT = {
    "is_counted": "bool", "is_secret": "bool", "arrived_on": "date", "over_on": "date", "cuts": "jsonb", "cohort": "jsonb", "flow": "jsonb",
    "stays": "jsonb", "is_open": "bool", "last_on": "date",
}  # fmt: skip
_INTO = "(institution_id, day, measure, dim, value, n)"
_SAME = "(institution_id, dim, day, measure, value)"

# Cells that become zero stay: they will be wanted again, and a zero is no row to whoever adds.
_ONE = f"INSERT INTO {{table}} AS old {_INTO} SELECT * FROM {_rows(**_CELL)} ON CONFLICT {_SAME} DO UPDATE SET n = {{n}}"  # noqa: S608 own names
_NEW = f"""
INSERT INTO monitoring_fact (complaint_id, institution_id, {", ".join(_FACT)}) SELECT * FROM {_rows(complaint_id="uuid", institution_id="bigint", **_FACT)}
"""  # noqa: S608
_CHANGED = f"""
UPDATE monitoring_fact AS fact SET {", ".join(f"{name} = new.{name}" for name in _FACT)} FROM {_rows(id="bigint", **_FACT)} WHERE fact.id = new.id
"""  # noqa: S608
_MARKS = f"""
INSERT INTO monitoring_measured AS old (complaint_id, seq, clock_event) SELECT * FROM {_rows(complaint_id="uuid", seq="int", clock_event="bigint")}
ON CONFLICT (complaint_id) DO UPDATE SET seq = excluded.seq, clock_event = excluded.clock_event
WHERE (old.seq, old.clock_event) <> (excluded.seq, excluded.clock_event)
"""  # noqa: S608


def spelled(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Each column as one text."""
    return [MARK + MARK.join(NONE if value is None else str(value) for value in column) for column in zip(*rows, strict=True)]


def _write(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, spelled(rows))


def _cells(delta: Mapping[Cell, int]) -> list[tuple[Any, ...]]:
    """In the order of the index, which is then written page by page."""
    return sorted(((*cell, n) for cell, n in delta.items() if n), key=lambda row: (row[0], row[3], row[1]))


def add_to(table: str, delta: Mapping[Cell, int]) -> None:
    """To what stands there."""
    _write(_ONE.format(table=f"monitoring_{table}", n="old.n + excluded.n"), _cells(delta))


def put_in(table: str, found: Mapping[Cell, int]) -> None:
    """Whatever stood there before."""
    _write(_ONE.format(table=f"monitoring_{table}", n="excluded.n"), _cells(found))


def _columns(fact: FactData) -> tuple[Any, ...]:
    texts = (json.dumps(value, separators=(",", ":")) for value in (fact.cuts, fact.cohort, fact.flow, fact.stays))
    return (fact.is_counted, fact.is_secret, fact.arrived_on, fact.over_on, *texts, fact.is_open, fact.last_on)


def write_facts(new: Sequence[Row], changed: Sequence[tuple[int, FactData]], gone: Sequence[int]) -> None:
    _write(_NEW, [(report, fact.institution, *_columns(fact)) for report, fact in new])
    _write(_CHANGED, [(pk, *_columns(fact)) for pk, fact in changed])
    if gone:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM monitoring_fact WHERE id = ANY(%s)", [list(gone)])


def mark(rows: Sequence[tuple[UUID, int, int]]) -> None:
    """How far these reports are counted now."""
    _write(_MARKS, rows)


def book(institution: int, found: Mapping[Key, int], days: Counter[Cell], months: Counter[Cell]) -> None:
    """Put sums of days where they are kept: all in their month, and those that are kept by day on their day."""
    for (day, measure, dim, value), n in found.items():
        months[institution, f"{day[:7]}-01", measure, dim, value] += n
        if measure in DAILY:
            days[institution, day, measure, dim, value] += n
