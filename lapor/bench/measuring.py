"""`./run bench measure`: counting what many new events bring, beside the same rows written ready-made, each table in one statement.

Each turn sets the scene (one new event on each of so many reports: what is open is closed, what has ended is reopened), is measured, and
is taken back with its transaction: the country stays as it was.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from complaints.models import Complaint, Transition
from monitoring.models import Fact, MonthTally, Tally
from monitoring.services import measure as sweep

EVENTS, TURNS, GOAL = 10_000, 3, 3.0
WRITES = sys.modules["monitoring.services.measure_write"]

_EVENTS = """
INSERT INTO complaints_transition (complaint_id, seq, kind, at, by_id, as_role, state_before, state_after, holder_before_id, holder_after_id, track,
    reason, data, commitment, prev, hash)
SELECT last.complaint_id, last.seq + 1, CASE WHEN is_open THEN 'close_by_decision' ELSE 'reopen' END, %(at)s, last.by_id, 'system',
    last.state_after, CASE WHEN is_open THEN 'closed' ELSE 'in_progress' END, last.holder_after_id, last.holder_after_id, last.track,
    CASE WHEN is_open THEN 'decision' ELSE '' END, '{}', '', '', 'bench'
FROM (SELECT id, seq FROM complaints_complaint ORDER BY id LIMIT %(events)s) AS complaint
JOIN complaints_transition AS last ON last.complaint_id = complaint.id AND last.seq = complaint.seq
CROSS JOIN LATERAL (SELECT last.state_after NOT IN ('closed', 'archived') AS is_open) AS stands
"""

Rows = dict[str, list[Sequence[Any]]]


def _record(at: datetime) -> Rows:
    """What a sweep writes, statement by statement, as rows that are ready."""
    found: Rows = {}
    write = WRITES._write

    def kept(sql: str, rows: Sequence[Sequence[Any]]) -> None:
        found.setdefault(sql, []).extend(rows)
        write(sql, rows)

    with transaction.atomic(), patch.object(WRITES, "_write", kept):
        sweep(at=at)
        transaction.set_rollback(True)
    return {sql: _merged(sql, rows) for sql, rows in found.items()}


def _merged(sql: str, rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """Cells that several batches wrote to, once."""
    if "excluded.n" not in sql:
        return rows
    cells: Counter[tuple[Any, ...]] = Counter()
    for *cell, n in rows:
        cells[tuple(cell)] += n
    return [(*cell, n) for cell, n in cells.items() if n]


def _floor(ready: Rows) -> Callable[[datetime], None]:
    columns = {sql: WRITES.spelled(rows) for sql, rows in ready.items() if rows}

    def work(_at: datetime) -> None:
        with connection.cursor() as cursor:
            for sql, values in columns.items():
                cursor.execute(sql, values)

    return work


def _timed(act: Callable[[datetime], object], at: datetime) -> float:
    """Milliseconds of the act, which is taken back."""
    with transaction.atomic():
        began = time.perf_counter()
        act(at)
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return 1000 * took


def measure(*, at: datetime, events: int = EVENTS, turns: int = TURNS) -> dict[str, Any]:
    """The medians in milliseconds and their ratio, with how many rows were written and what an idle sweep costs."""
    with transaction.atomic():
        sweep(at=at)  # what had not been counted is no part of it
        idle = median(_timed(lambda at: sweep(at=at), at) for _turn in range(turns))
        with connection.cursor() as cursor:
            cursor.execute(_EVENTS, {"at": at, "events": events})
            new = cursor.rowcount
        ready = _record(at)
        floor_work = _floor(ready)
        ours, floor = [], []
        for _turn in range(turns):
            floor.append(_timed(floor_work, at))
            ours.append(_timed(lambda at: sweep(at=at), at))
        transaction.set_rollback(True)
    ratio = median(ours) / median(floor)
    return {
        "work": "count what new events bring", "events": new, "rows": sum(map(len, ready.values())), "ms": round(median(ours)),
        "floor_ms": round(median(floor)), "idle_ms": round(idle, 1), "ratio": round(ratio, 2), "goal": GOAL, "kept": ratio <= GOAL,
    }  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Measure and show; exit code 1 when the goal was missed and `--strict` asked for it."""
    parser = argparse.ArgumentParser(prog="./run bench measure", description="Counting what new events bring beside the same rows written ready-made.")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"how many reports have a new event (default {EVENTS})")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(at=timezone.now(), events=options.events, turns=options.turns)
    tables = {"reports": Complaint, "history": Transition, "facts": Fact, "tallies": Tally, "months": MonthTally}
    found |= {name: model._default_manager.count() for name, model in tables.items()}
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        table = Table(title=f"measure, {found['reports']} reports with {found['history']} events, {found['facts']} facts, {found['tallies']} tallies")
        for head in ("work", "ms", "rows", "of floor", "goal"):
            table.add_column(head, justify="left" if head == "work" else "right")
        table.add_row("floor: the same rows, ready", str(found["floor_ms"]), str(found["rows"]), "", "")
        goal = f"<= {found['goal']} {'kept' if found['kept'] else 'MISSED'}"
        table.add_row(f"count {found['events']} new events", str(found["ms"]), str(found["rows"]), str(found["ratio"]), goal)
        table.add_row("idle sweep", str(found["idle_ms"]), "0", "", "")
        Console(width=120).print(table)
    return int(options.strict and not found["kept"])
