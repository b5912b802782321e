"""A new holiday inside many running deadlines: our sweep beside a plain UPDATE and INSERT of the same rows and the bare arithmetic.

Everything happens in one transaction that is taken back: the deadlines, the holiday and what was counted.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from complaints import services
from complaints.clock import RECOMPUTE, START, Tick, count
from complaints.models import Clock, ClockEvent, Complaint, Transition
from complaints.services.clocks import derive
from complaints.services.reference import Reference, terms
from institutions import services as places
from institutions.models import SlaPolicy

KEY = "resolution_oversight"  # sixty working days: every window contains the holiday
GOAL = 2.0  # times the floor
TURNS = 3
WIB = ZoneInfo("Asia/Jakarta")

_PLAIN = (
    "UPDATE complaints_clock c SET due_at = n.due, calendar_version = n.version, rung = 0"
    " FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS n (id, due, version) WHERE c.id = n.id",
    "INSERT INTO complaints_clockevent (clock_id, kind, reason, at, due_at, calendar_version, days)"
    " SELECT id, 'recompute', 'calendar', now(), due, version, 0 FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS n (id, due, version)",
    "UPDATE complaints_complaint c SET next_due_at = n.due FROM complaints_clock k JOIN unnest(%s::uuid[], %s::timestamptz[], %s::text[])"
    " AS n (id, due, version) ON k.id = n.id WHERE c.id = k.complaint_id",
)


def crowd(wanted: int, at: datetime) -> list[Clock]:
    """So many running deadlines, one a report, begun on one of the last ten days."""
    reference, policy = Reference(at), SlaPolicy.objects.table(at.date())[KEY]
    alive = Clock.objects.filter(complaint=OuterRef("pk"), key=KEY, state__in=(Clock.RUNNING, Clock.PAUSED))
    rows = Complaint.objects.filter(~Exists(alive)).select_related("holder").order_by("pk").iterator(chunk_size=2000)
    clocks = []
    for number, case in enumerate(islice(rows, wanted)):
        started, holder = at - timedelta(days=number % 10), case.holder
        clock = Clock(complaint=case, key=KEY, policy=policy, holder=holder, zone=holder.time_zone, week=holder.working_week, started_at=started)
        derive(clock, [Tick(START, started)], reference)
        clocks.append(clock)
    any_event = Transition.objects.values_list("pk", flat=True)[0]  # the rows are taken back: which step it was means nothing
    Clock.objects.bulk_create(clocks, batch_size=2000)
    events = [
        ClockEvent(
            clock=clock, transition_id=any_event, kind=START, reason="bench", at=clock.started_at, due_at=clock.due_at,
            calendar_version=clock.calendar_version,
        )
        for clock in clocks
    ]  # fmt: skip
    ClockEvent.objects.bulk_create(events, batch_size=2000)
    return clocks


def decree(at: datetime) -> None:
    """A working day some days ahead becomes a holiday."""
    day, reference = at.astimezone(WIB).date() + timedelta(days=7), Reference(at)
    while day.weekday() > 4 or day in reference.off_days(places.root().pk, day, day):
        day += timedelta(days=1)
    places.set_calendar_day(date=day, kind="national_holiday", name="Bench", by=places.system_user(), at=at, why="bench")


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the work, which is taken back."""
    with transaction.atomic():
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def plain(clocks: Sequence[Clock], at: datetime) -> Callable[[], None]:
    """The floor: what is known beforehand is not read again."""
    reference = Reference(at)
    first = min(clock.started_at for clock in clocks).astimezone(WIB).date()
    last = max(clock.due_at for clock in clocks).astimezone(WIB).date() + timedelta(days=30)
    newest = reference.newest(first, last)
    off = {clock.holder_id: reference.off_days(clock.holder_id, first, last) for clock in clocks}

    def due(clock: Clock) -> datetime:
        rule = terms(clock.policy, clock.zone, clock.week)
        return count(clock.started_at, rule, [Tick(RECOMPUTE, at, newest)], lambda _version: off[clock.holder_id]).due_at

    def work() -> None:
        values: list[Any] = [[clock.pk for clock in clocks], [due(clock) for clock in clocks], [newest] * len(clocks)]
        with connection.cursor() as cursor:
            for statement in _PLAIN:
                cursor.execute(statement, values)

    return work


def moved_by(at: datetime) -> list[Clock]:
    """The deadlines that the holiday moves: those made for it, and those of the country."""
    last = ClockEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        services.recompute(at=at)
        ids = list(ClockEvent.objects.filter(pk__gt=last, kind=ClockEvent.RECOMPUTE).values_list("clock_id", flat=True))
        transaction.set_rollback(True)
    return list(Clock.objects.filter(pk__in=ids).select_related("policy", "holder").order_by("pk"))


def measure(wanted: int, *, turns: int = TURNS) -> dict[str, Any]:
    """Ours and the floor in turns on the same deadlines; the ratio of the medians."""
    at = timezone.now()
    with transaction.atomic():
        clocks = crowd(wanted, at)
        decree(at)
        moved = moved_by(at)
        floor_work = plain(moved, at)
        ours, floor = [], []
        for _turn in range(turns):
            floor.append(timed(floor_work))
            ours.append(timed(lambda: services.recompute(at=at)))
        transaction.set_rollback(True)
    ratio = median(ours) / median(floor)
    return {
        "work": "recompute for one new holiday", "deadlines": len(clocks), "moved": len(moved), "seconds": round(median(ours), 3),
        "floor_seconds": round(median(floor), 3), "ratio": round(ratio, 2), "goal": GOAL, "kept": ratio <= GOAL,
    }  # fmt: skip


def show(row: dict[str, Any]) -> None:
    table = Table(title=f"calendar, {row['deadlines']} running deadlines made for it, {row['moved']} moved in all")
    for head in ("work", "seconds", "UPDATE + INSERT + arithmetic", "times the floor", "goal"):
        table.add_column(head, justify="left" if head == "work" else "right")
    table.add_row(row["work"], str(row["seconds"]), str(row["floor_seconds"]), str(row["ratio"]), f"<= {row['goal']} {'kept' if row['kept'] else 'MISSED'}")
    Console(width=140).print(table)
