"""`./run bench watch`: the sweep of the ladder beside one hand-written statement that writes the same rows, and an idle sweep.

Each turn sets the scene, is measured, and is taken back with its transaction: the country stays as it was.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from complaints.models import Clock, Complaint
from monitoring.models import Escalation
from monitoring.services import watch

DUE, TURNS, GOAL = 7000, 5, 1.3
OLD = timedelta(days=5)  # clocks that run for so long can be made due in the last days

_NONE_DUE = "UPDATE complaints_clock SET rung_at = %(later)s WHERE state = 'running' AND rung_at IS NOT NULL"
# Deadlines of the last three days, as a week-end brings them; those that tell nobody at once, as most do not.
_DUE = """
UPDATE complaints_clock AS clock SET rung = 1, due_at = due.due_at, rung_at = due.due_at + interval '1 second'
FROM (
    SELECT id, date_trunc('day', %(at)s::timestamptz) - (row_number() OVER (ORDER BY id) %% 3) * interval '1 day' - interval '1 second' AS due_at
    FROM complaints_clock WHERE state = 'running' AND rung_at IS NOT NULL AND started_at < %(old)s
        AND key NOT LIKE 'resolution%%' AND key NOT IN ('urgent_response', 'statutory_60')
    ORDER BY id LIMIT %(due)s
) AS due WHERE due.id = clock.id
"""
_FLOOR = """
WITH due AS (
    SELECT clock.id, clock.complaint_id, clock.key, clock.due_at, complaint.holder_id
    FROM complaints_clock AS clock JOIN complaints_complaint AS complaint ON complaint.id = clock.complaint_id
    WHERE clock.state = 'running' AND clock.rung_at <= %(at)s FOR UPDATE OF clock SKIP LOCKED
), raised AS (
    INSERT INTO monitoring_escalation (complaint_id, clock_id, key, rung, level, holder_id, due_at, happened_at, raised_at)
    SELECT complaint_id, id, key, 'overdue', 1, holder_id, due_at, due_at + interval '1 second', %(at)s FROM due
    ON CONFLICT DO NOTHING
)
UPDATE complaints_clock AS clock SET rung = 2, rung_at = due.due_at + interval '7 days' FROM due WHERE due.id = clock.id
"""


def _floor(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, {"at": at})


def _ours(at: datetime) -> None:
    watch(at=at)


def _turn(act: Callable[[datetime], None], *, at: datetime, due: int) -> tuple[float, int, int]:
    """(seconds, rungs written, statements) of one turn, which leaves nothing behind."""
    given: dict[str, int | datetime] = {"at": at, "later": at + timedelta(days=365), "old": at - OLD, "due": due}
    with transaction.atomic():
        before = Escalation.objects.count()
        with connection.cursor() as cursor:
            cursor.execute(_NONE_DUE, given)
            cursor.execute(_DUE, given)
            cursor.execute("ANALYZE complaints_clock")
        began = time.perf_counter()
        act(at)
        took = time.perf_counter() - began
        written = Escalation.objects.count() - before
        with CaptureQueriesContext(connection) as asked:
            watch(at=at)
        transaction.set_rollback(True)
    return took, written, len([query for query in asked if "SAVEPOINT" not in query["sql"]])


def measure(*, at: datetime, due: int = DUE, turns: int = TURNS) -> dict[str, Any]:
    """The medians in milliseconds and their ratio, with what was written and what an idle sweep asks."""
    times: dict[str, list[float]] = {"floor": [], "ours": [], "idle": []}
    written = {"floor": 0, "ours": 0}
    statements = 0
    for _number in range(turns):
        for name, act in (("floor", _floor), ("ours", _ours)):
            took, written[name], statements = _turn(act, at=at, due=due)
            times[name].append(1000 * took)
        times["idle"].append(1000 * _turn(_ours, at=at, due=0)[0])
    found = {name: round(median(values), 2) for name, values in times.items()}
    ratio = found["ours"] / found["floor"] if found["floor"] else 0.0
    kept = written["floor"] == written["ours"] and ratio <= GOAL
    return {"ms": found, "written": written, "idle_statements": statements, "ratio": round(ratio, 2), "goal": GOAL, "kept": kept}


def main(arguments: Sequence[str]) -> int:
    """Measure and show; exit code 1 when the goal was missed and `--strict` asked for it."""
    parser = argparse.ArgumentParser(prog="./run bench watch", description="The sweep of the ladder beside one statement that does the same.")
    parser.add_argument("--due", type=int, default=DUE, help=f"how many deadlines are newly due (default {DUE})")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(at=timezone.now(), due=options.due, turns=options.turns)
    found |= {"reports": Complaint.objects.count(), "clocks": Clock.objects.count()}
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        table = Table(title=f"watch, {found['reports']} reports with {found['clocks']} deadlines")
        for head in ("work", "ms", "rungs", "of floor", "goal"):
            table.add_column(head, justify="left" if head == "work" else "right")
        table.add_row("floor: one statement", str(found["ms"]["floor"]), str(found["written"]["floor"]), "", "")
        goal = f"<= {found['goal']} {'kept' if found['kept'] else 'MISSED'}"
        table.add_row("sweep of the ladder", str(found["ms"]["ours"]), str(found["written"]["ours"]), str(found["ratio"]), goal)
        table.add_row(f"idle sweep ({found['idle_statements']} statement)", str(found["ms"]["idle"]), "0", "", "")
        Console(width=120).print(table)
    return int(options.strict and not found["kept"])
