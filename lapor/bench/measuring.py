"""`./run bench measure`: counting what many new events bring, beside the same rows written ready-made, each table in one statement; then
what is read of it (`reporting`).

Each turn sets the scene (one new event on each of so many reports: what is open is closed, what has ended is reopened), is measured, and
is taken back with its transaction: the country stays as it was.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from monitoring.services.measure import LATE

from . import reporting

EVENTS, TURNS, GOAL = 10_000, 3, 3.0
MORE = ("rows", "statements", "bytes", "pages", "pages_per_second", "rows_per_second", "peak", "per_second", "minutes_of_all")
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


def ready(*, at: datetime) -> dict[str, Any]:
    """Count what has not been counted yet, and say how fast that went."""
    began = time.perf_counter()
    reports = sweep(at=at)["reports"]
    took = time.perf_counter() - began
    return {"counted": reports, "counted_per_second": round(reports / took, 1)}


def measure(*, at: datetime, events: int = EVENTS, turns: int = TURNS) -> dict[str, Any]:
    """The medians in milliseconds and their ratio, with how many rows were written and what an idle sweep costs."""
    with transaction.atomic():
        for _time in range(2):  # what is still looked at because it may commit late is no part of it
            sweep(at=at)
            at += 2 * LATE
        idle = median(_timed(lambda at: sweep(at=at), at) for _turn in range(turns))
        with connection.cursor() as cursor:
            cursor.execute(_EVENTS, {"at": at, "events": events})
            new = cursor.rowcount
        kept = _record(at)
        floor_work = _floor(kept)
        ours, floor = [], []
        for _turn in range(turns):
            floor.append(_timed(floor_work, at))
            ours.append(_timed(lambda at: sweep(at=at), at))
        transaction.set_rollback(True)
    ratio = median(ours) / median(floor)
    return {
        "work": "count what new events bring", "events": new, "rows": sum(map(len, kept.values())), "ms": round(median(ours)),
        "floor_ms": round(median(floor)), "idle_ms": round(idle, 1), "ratio": round(ratio, 2), "goal": GOAL, "kept": ratio <= GOAL,
    }  # fmt: skip


def _shown(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str, str]]:
    refresh, about = found["refresh"], found["about"]
    yield f"first count of {found['first']['counted']} reports", "", "", "", "", f"{found['first']['counted_per_second']} reports/s"
    for row in ({**refresh, "work": f"count {refresh['events']} new events"}, *found["reports"]):
        goal = f"<= {row['goal']} {'kept' if row['kept'] else 'MISSED'}" if "goal" in row else ""
        more = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in MORE if name in row)
        yield row["work"], str(row["ms"]), str(row.get("floor_ms", "")), str(row.get("ratio", "")), goal, more
    yield "idle sweep", str(refresh["idle_ms"]), "", "", "", f"{about['facts']} facts"


def main(arguments: Sequence[str]) -> int:
    """Measure and show; exit code 1 when a goal was missed and `--strict` asked for it."""
    parser = argparse.ArgumentParser(prog="./run bench measure", description="Counting, dashboards and evaluation reports beside their floors.")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"how many reports have a new event (default {EVENTS})")
    parser.add_argument("--rows", type=int, default=100_000, help="of the large spreadsheet and CSV")
    parser.add_argument("--institutions", type=int, default=50, help="whose quarterly reports are made")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(arguments)
    at = timezone.now()
    found: dict[str, Any] = {"first": ready(at=at), "refresh": measure(at=at, events=options.events, turns=options.turns)}
    found["reports"] = reporting.report(at=at, turns=options.turns, rows=options.rows, count=options.institutions, workers=options.workers)
    tables = {"reports": Complaint, "history": Transition, "facts": Fact, "tallies": Tally, "months": MonthTally}
    found["about"] = {name: model._default_manager.count() for name, model in tables.items()}
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        about = found["about"]
        table = Table(title=f"measure, {about['reports']} reports with {about['history']} events, {about['facts']} facts, {about['tallies']} tallies")
        for head in ("work", "ms", "floor ms", "of floor", "goal", "with"):
            table.add_column(head, justify="left" if head in {"work", "with"} else "right")
        for row in _shown(found):
            table.add_row(*row)
        Console(width=150).print(table)
    rows = [found["refresh"], *found["reports"]]
    return int(options.strict and not all(row.get("kept", True) for row in rows))
