"""Counting: what happened to reports since the last time, taken out of the tallies as it was and put in as it is.

One sweep counts at a time. Each batch of reports (facts, tallies, stock of the days that were taken, marks) is one transaction, and so
is each day of the stock: killed at any point nothing is lost, and what is counted again adds nothing.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from institutions.models import CalendarDay, Change, Institution
from institutions.services import refuse_while_read_only

from ..facts import OBLIGATIONS, FactData, change, facts
from ..models import LowWater
from ..models.tally import EVENTS, STOCK
from . import stock
from .measure_read import Country, Known, read_facts, read_histories
from .measure_write import Cell, add_to, book, mark, write_facts

BATCH, MANY = 500, 2000  # reports in a transaction; where there are many more, larger ones write fewer rows
LATE = timedelta(minutes=10)  # how long a row may take to commit after its id was drawn
COUNTING_LOCK = 0x6D65_6173
# The marks of reports say which events are new to them. Changes of the configuration leave no such mark: they are followed at once, and
# once more when those that committed late must be there too.
CLOCKS, CHANGES, CHANGES_AGAIN = "measure_clocks", "measure_changes", "measure_changes_2"
WATERS = (EVENTS, CLOCKS, CHANGES, CHANGES_AGAIN)
PLACING = ("path", "parent_id", "time_zone", "working_week")  # what facts read of a node of the tree
Progress = Callable[[int], None]

_LAST = """
SELECT coalesce((SELECT max(id) FROM complaints_transition), 0), coalesce((SELECT max(id) FROM complaints_clockevent), 0),
    coalesce((SELECT max(id) FROM institutions_change), 0)
"""
_MOVED = """
SELECT event.complaint_id FROM complaints_transition AS event LEFT JOIN monitoring_measured AS mark ON mark.complaint_id = event.complaint_id
WHERE event.id > %s AND (mark.seq IS NULL OR mark.seq < event.seq) GROUP BY event.complaint_id ORDER BY min(event.id)
"""
_RECKONED = """
SELECT DISTINCT clock.complaint_id FROM complaints_clockevent AS event JOIN complaints_clock AS clock ON clock.id = event.clock_id
LEFT JOIN monitoring_measured AS mark ON mark.complaint_id = clock.complaint_id
WHERE event.id > %s AND event.transition_id IS NULL AND (mark.clock_event IS NULL OR mark.clock_event < event.id)
"""
_DUE = "SELECT DISTINCT complaint_id FROM complaints_clock WHERE state = 'running' AND key = ANY(%s) AND due_at >= %s AND due_at < %s"
_AT_PLACES = "SELECT DISTINCT complaint_id FROM monitoring_fact WHERE institution_id = ANY(%s)"
_OVER_DAYS = """
SELECT DISTINCT fact.complaint_id FROM institutions_calendarday AS day
JOIN monitoring_fact AS fact ON fact.arrived_on < day.date AND fact.last_on >= day.date
    AND (day.institution_id IS NULL OR fact.institution_id = day.institution_id)
WHERE %s OR day.id = ANY(%s)
"""


def _ids(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else is counting; until the end of it nobody else will. The lock goes with the connection."""
    (is_mine,) = _ids("SELECT pg_try_advisory_lock(%s)", COUNTING_LOCK)
    try:
        yield is_mine
    finally:
        if is_mine:
            _ids("SELECT pg_advisory_unlock(%s)", COUNTING_LOCK)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Counting makes millions of short-lived objects and no rings of them: looking for rings takes a sixth of its time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


# --- one batch --------------------------------------------------------------------------------------------------------


class _Difference:
    """What must be written so that the facts of some reports become what their histories say."""

    def __init__(self, taken: Sequence[str]) -> None:
        self.taken = taken
        self.days: Counter[Cell] = Counter()
        self.months: Counter[Cell] = Counter()
        self.stock: Counter[Cell] = Counter()
        self.new: list[tuple[UUID, FactData]] = []
        self.changed: list[tuple[int, FactData]] = []
        self.gone: list[int] = []

    def add(self, report: UUID, known: tuple[int, FactData] | None, fact: FactData | None) -> None:
        pk, old = known or (0, None)
        if old == fact:
            return
        place = fact.institution if fact is not None else old.institution if old is not None else 0
        book(place, change(old, fact), self.days, self.months)
        for key, n in stock.moved(old, fact, self.taken).items():
            self.stock[place, *key] += n
        if fact is None:
            self.gone.append(pk)
        elif old is None:
            self.new.append((report, fact))
        else:
            self.changed.append((pk, fact))

    def write(self) -> None:
        write_facts(self.new, self.changed, self.gone)
        for table, cells in (("tally", self.days), ("monthtally", self.months), ("stock", self.stock)):
            add_to(table, cells)


def made(known: dict[UUID, Known], country: Country, at: datetime) -> dict[tuple[UUID, int], FactData]:
    """The facts that follow from these histories: (report, place) -> fact."""
    country.know(event.holder for row in known.values() for event in row.history.events)
    return {(pk, fact.institution): fact for pk, row in known.items() for fact in facts(row.history, country.places, country.working_days, at)}


@transaction.atomic
def count(ids: Sequence[UUID], country: Country, *, at: datetime, taken: Sequence[str]) -> None:
    """Bring facts, tallies, the stock of the days that were taken and the marks of these reports up to `at`."""
    refuse_while_read_only()
    known = read_histories(ids)
    found, standing = made(known, country, at), read_facts(list(known))
    difference = _Difference(taken)
    for key in found.keys() | standing.keys():
        difference.add(key[0], standing.get(key), found.get(key))
    difference.write()
    mark([(pk, row.seq, row.clock_event) for pk, row in known.items()])


# --- what there is to count -------------------------------------------------------------------------------------------


def touched(after: int, last: int | None = None) -> list[UUID]:
    """The reports whose facts read a calendar or a tree that was altered by one of these changes."""
    days_of, places_of = CalendarDay._meta.label_lower, Institution._meta.label_lower
    rows = Change.objects.filter(Q(target_kind=days_of) | Q(target_kind=places_of, what="updated", after__has_any_keys=PLACING), pk__gt=after)
    rows = rows if last is None else rows.filter(pk__lte=last)
    found: dict[str, set[str]] = {days_of: set(), places_of: set()}
    for kind, target in rows.values_list("target_kind", "target_id"):
        found[kind].add(target)
    days = [int(target) for target in found[days_of] if target.isdigit()]
    is_all = len(days) < len(found[days_of])  # loaded as a whole
    ids = _ids(_AT_PLACES, [int(target) for target in found[places_of]]) if found[places_of] else []
    return ids + (_ids(_OVER_DAYS, is_all, days) if found[days_of] else [])


def _newest() -> dict[str, int]:
    """The last row of each kind that is followed."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        events, clocks, changes = cursor.fetchone()
    return {EVENTS: events, CLOCKS: clocks, CHANGES: changes, CHANGES_AGAIN: changes}


def _is_settled(row: LowWater, at: datetime) -> bool:
    return row.seen_at + LATE <= at


def _wanted(waters: dict[str, LowWater], newest: dict[str, int], at: datetime) -> list[UUID]:
    """The reports that must be counted again, each once."""
    asked: dict[str, Callable[[int], list[UUID]]] = {EVENTS: lambda done: _ids(_MOVED, done), CLOCKS: lambda done: _ids(_RECKONED, done), CHANGES: touched}
    found = [pk for name, ask in asked.items() if newest[name] > waters[name].done for pk in ask(waters[name].done)]
    again = waters[CHANGES_AGAIN]
    if again.seen > again.done and _is_settled(again, at):
        found += touched(again.done, again.seen)
    until = waters[EVENTS].until
    if until is not None:
        found += _ids(_DUE, sorted(OBLIGATIONS), until, at)
    return list(dict.fromkeys(found))


@transaction.atomic
def _rise(waters: dict[str, LowWater], newest: dict[str, int], at: datetime) -> None:
    """Everything up to what was seen long enough ago is done; the deadlines are done up to now."""
    is_first = waters[EVENTS].until is None
    for name, row in waters.items():
        before = (row.done, row.seen)
        if is_first:  # there were no facts that a change could have touched
            row.done, row.seen, row.seen_at = newest[name] if name in {CHANGES, CHANGES_AGAIN} else 0, newest[name], at
        elif name == CHANGES:
            row.done = newest[name]
        elif _is_settled(row, at):
            row.done, row.seen, row.seen_at = row.seen, newest[name], at
        if is_first or before != (row.done, row.seen):
            row.save()
    if waters[EVENTS].until != at:
        waters[EVENTS].until = at
        waters[EVENTS].save()


def measure(*, at: datetime, progress: Progress = lambda _n: None) -> dict[str, int]:
    """Count what is new at `at`, and take the stock of each day that has ended; says how many reports and days.

    It costs what changed, not the history. While another sweep counts this one does nothing. Time never goes back: deadlines that were
    missed at the last sweep's instant stay so. Refuses 503 while the system can only be read.
    """
    refuse_while_read_only()
    with alone() as is_mine:
        if not is_mine:
            return {"reports": 0, "days": 0}
        rows = LowWater.objects.in_bulk()
        waters = {name: rows.get(name) or LowWater(name=name, seen_at=at) for name in WATERS}
        at = max(at, waters[EVENTS].until or at)
        newest, country = _newest(), Country()
        wanted, taken = _wanted(waters, newest, at), stock.taken_days(rows.get(STOCK))
        for ids in batched(wanted, MANY if len(wanted) > 2 * BATCH else BATCH):
            with _no_collecting():
                count(ids, country, at=at, taken=taken)
            progress(len(ids))
        _rise(waters, newest, at)
        days = stock.take(country, rows.get(STOCK), at=at)
    return {"reports": len(wanted), "days": days}
