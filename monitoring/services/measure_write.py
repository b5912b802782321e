"""The statements by which counting writes: each writes any number of rows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from ..facts import FactData

Cell = tuple[int, str, str, str, str]  # institution, day, measure, dim, value
Row = tuple[UUID, FactData]

# Cells that become zero stay: they will be wanted again, and a zero is no row to whoever adds.
_TALLY = """
WITH delta AS (
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[]) AS new (institution_id, day, measure, dim, value, n)
), days AS (
    INSERT INTO monitoring_tally AS old (institution_id, day, measure, dim, value, n) SELECT * FROM delta
    ON CONFLICT (institution_id, dim, day, measure, value) DO UPDATE SET n = old.n + excluded.n
)
INSERT INTO monitoring_monthtally AS old (institution_id, day, measure, dim, value, n)
SELECT institution_id, date_trunc('month', day)::date, measure, dim, value, sum(n) FROM delta GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
ON CONFLICT (institution_id, dim, day, measure, value) DO UPDATE SET n = old.n + excluded.n
"""
_ONE = """
INSERT INTO {table} AS old (institution_id, day, measure, dim, value, n)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (institution_id, dim, day, measure, value) DO UPDATE SET n = {n}
"""
_NEW = """
INSERT INTO monitoring_fact (complaint_id, institution_id, is_counted, is_secret, arrived_on, over_on, cuts, cohort, flow, stays, is_open, last_on)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bool[], %s::bool[], %s::date[], %s::date[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::jsonb[],
    %s::bool[], %s::date[])
"""
_CHANGED = """
UPDATE monitoring_fact AS fact SET is_counted = new.is_counted, is_secret = new.is_secret, arrived_on = new.arrived_on, over_on = new.over_on,
    cuts = new.cuts, cohort = new.cohort, flow = new.flow, stays = new.stays, is_open = new.is_open, last_on = new.last_on
FROM unnest(%s::bigint[], %s::bool[], %s::bool[], %s::date[], %s::date[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::bool[], %s::date[])
    AS new (id, is_counted, is_secret, arrived_on, over_on, cuts, cohort, flow, stays, is_open, last_on)
WHERE fact.id = new.id
"""
_MARKS = """
INSERT INTO monitoring_measured AS old (complaint_id, seq, clock_event) SELECT * FROM unnest(%s::uuid[], %s::int[], %s::bigint[])
ON CONFLICT (complaint_id) DO UPDATE SET seq = excluded.seq, clock_event = excluded.clock_event
WHERE (old.seq, old.clock_event) <> (excluded.seq, excluded.clock_event)
"""


def _write(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _cells(delta: Mapping[Cell, int]) -> list[tuple[Any, ...]]:
    """In the order of the index, which is then written page by page."""
    return sorted(((*cell, n) for cell, n in delta.items() if n), key=lambda row: (row[0], row[3], row[1]))


def add_to_tallies(delta: Mapping[Cell, int]) -> None:
    """To the days and to the months, in one statement."""
    _write(_TALLY, _cells(delta))


def add_to(table: str, delta: Mapping[Cell, int]) -> None:
    """To one of the tables alone."""
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


def cells(institution: int, keys: Mapping[tuple[str, str, str, str], int], into: Counter[Cell], sign: int = 1) -> None:
    for key, n in keys.items():
        into[institution, *key] += sign * n
