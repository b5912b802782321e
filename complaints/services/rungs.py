"""The rungs of deadlines, for the floor above: which are due, and how far each has climbed. Lateness is no step: no version moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from institutions.services import refuse_while_read_only

from ..models import Clock


class DueRung(NamedTuple):
    """A running clock whose next rung falls; `place` is the path whose calendar it counts by."""

    clock_id: UUID
    key: str
    due_at: datetime
    rung: int
    rung_at: datetime
    zone: str
    week: int
    place: str
    complaint_id: UUID
    holder_id: int


_CLAIM = """
SELECT clock.id, clock.key, clock.due_at, clock.rung, clock.rung_at, clock.zone, clock.week, place.path, complaint.id, complaint.holder_id
FROM complaints_clock AS clock
JOIN complaints_complaint AS complaint ON complaint.id = clock.complaint_id
JOIN institutions_institution AS place ON place.id = clock.holder_id
WHERE clock.state = 'running' AND clock.rung_at <= %s
ORDER BY clock.rung_at LIMIT %s
FOR NO KEY UPDATE OF clock SKIP LOCKED FOR KEY SHARE OF complaint SKIP LOCKED
"""
_SET = """
UPDATE complaints_clock AS clock SET rung = new.rung, rung_at = new.rung_at
FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS new (id, rung, rung_at) WHERE clock.id = new.id
"""


def claim_rungs(*, at: datetime, limit: int) -> list[DueRung]:
    """Lock the running clocks whose next rung has fallen at `at`, the oldest first, until the caller's transaction ends.

    What another sweep holds is left to it. The case is locked against steps too, before its clock as every step does it: the row
    of a rung refers to the case, and the two would wait for each other. Refuses 503 while the system can only be read.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, limit])
        rows = [DueRung(*row) for row in cursor.fetchall()]
    if rows:
        refuse_while_read_only()
    return rows


def rungs_due(*, at: datetime) -> bool:
    """Whether the next rung of a running clock has fallen at `at` and nobody has raised it yet."""
    return Clock.objects.running().filter(rung_at__lte=at).exists()


def set_rungs(rows: Iterable[tuple[UUID, int, datetime | None]]) -> None:
    """Move claimed clocks on: (clock, how many rungs it has climbed, when the next one falls; None: it is at the top)."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(_SET, columns)
