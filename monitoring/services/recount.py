"""Counting everything again: facts from the events, tallies and stock from the facts, compared with what stands there."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from institutions.services import refuse_while_read_only
from lapor.ground.problems import Refusal

from ..facts import FactData, levels, sums
from ..models import Fact, LowWater, Measured, MonthTally, Stock, Sum, Tally
from ..models.tally import EVENTS, STOCK
from . import stock
from .measure import CHANGES, CLOCKS, MANY, alone, count, made, touched
from .measure_read import Country, Known, facts_at, read_facts, read_histories
from .measure_write import Cell, add_to, book

SHOWN = 20  # differences that are told one by one
FACTS_AT_ONCE = 20_000  # whose sums are held in memory, but for a place that has more
TABLES: dict[str, type[Sum]] = {"tally": Tally, "monthtally": MonthTally, "stock": Stock}


@dataclass(slots=True)
class Recounted:
    """How many reports were counted again, how many have events that no sweep has counted yet, and what differs."""

    reports: int = 0
    waiting: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def differs(self, what: str, how: str) -> None:
        self.counts[what] += 1
        if len(self.examples) < SHOWN:
            self.examples.append(f"{what}: {how}")


def _is_current(pk: UUID, row: Known, marks: dict[UUID, tuple[int, int]]) -> bool:
    return marks.get(pk) == (row.seq, row.clock_event)


def _is_lost(row: Known, seq: int, clock_event: int, waters: dict[str, int]) -> bool:
    """Whether events that no sweep has counted lie below the low water, where none will look for them any more."""
    uncounted = row.history.events[seq:]
    return (bool(uncounted) and uncounted[0].id <= waters.get(EVENTS, 0)) or clock_event < row.clock_event <= waters.get(CLOCKS, 0)


def _check_facts(
    ids: Sequence[UUID], country: Country, at: datetime, pending: set[UUID], waters: dict[str, int], done: Recounted
) -> None:  # fmt: skip
    """Compare the facts of some reports with their histories; what is newer than the last sweep is left to the next one."""
    known, standing = read_histories(ids), read_facts(ids)
    marks = {pk: (seq, event) for pk, seq, event in Measured.objects.filter(pk__in=ids).values_list("pk", "seq", "clock_event")}
    fresh = {pk for pk, row in known.items() if pk in pending or not _is_current(pk, row, marks)}
    for pk in sorted(pk for pk in fresh if _is_lost(known[pk], *marks.get(pk, (0, 0)), waters)):
        done.differs("events", f"{pk}: newer than its mark {marks.get(pk)}, and older than what sweeps still look at")
    found = made(known, country, at)
    done.reports += len(ids)
    done.waiting += len(fresh)
    for key in found.keys() | standing.keys():
        old = standing.get(key, (0, None))[1]
        if key[0] not in fresh and found.get(key) != old:
            done.differs("facts", f"{key[0]} at {key[1]}: {old} is {found.get(key)}")


def _places() -> Iterator[list[int]]:
    """All places with facts or sums, in groups whose facts fit into memory."""
    sizes = dict(Fact.objects.order_by().values_list("institution").annotate(n=Count("pk")))
    for table in TABLES.values():
        sizes.update({pk: 0 for pk in table._default_manager.order_by().values_list("institution_id", flat=True).distinct() if pk not in sizes})
    group: list[int] = []
    held = 0
    for pk, n in sorted(sizes.items()):
        if group and held + n > FACTS_AT_ONCE:
            yield group
            group, held = [], 0
        group.append(pk)
        held += n
    if group:
        yield group


def _summed(places: Sequence[int], days: Sequence[str]) -> dict[str, Counter[Cell]]:
    """What the facts of these places come to, for each table."""
    found: dict[str, Counter[Cell]] = {name: Counter() for name in TABLES}

    def add(fact: FactData) -> None:
        book(fact.institution, sums(fact), found["tally"], found["monthtally"])
        for key, n in levels(fact, days).items():
            found["stock"][fact.institution, *key] += n

    facts_at(places, add)
    return found


def _compare(places: Sequence[int], days: Sequence[str], done: Recounted) -> dict[str, Counter[Cell]]:
    """What each table lacks (or has too much) against the facts."""
    lacking = _summed(places, days)
    for name, table in TABLES.items():
        rows = table._default_manager.filter(institution__in=places)
        if table is Stock:
            rows = rows.filter(measure__in=stock.FROM_FACTS)
        for institution, day, measure, dim, value, n in rows.values_list("institution_id", "day", "measure", "dim", "value", "n").iterator(chunk_size=5000):
            lacking[name][institution, day.isoformat(), measure, dim, value] -= n
        lacking[name] = Counter({cell: n for cell, n in lacking[name].items() if n})
        for cell, n in lacking[name].items():
            done.differs(name, f"{cell} by {n}")
    return lacking


@transaction.atomic
def _settle(places: Sequence[int], days: Sequence[str], done: Recounted, *, check: bool) -> None:
    for name, cells in _compare(places, days, done).items():
        if not check:
            add_to(name, cells)


def recount(*, check: bool = False, progress: Callable[[int], None] = lambda _n: None) -> Recounted:
    """Count all reports again as of the last sweep and put right what differs, or with `check` only say so.

    Units and accounts in the stock are what was seen on their day and are not counted again. Refuses 409 while a sweep counts, and
    503 (without `check`) while the system can only be read.
    """
    if not check:
        refuse_while_read_only()
    done = Recounted()
    with alone() as is_mine:
        if not is_mine:
            raise Refusal("conflict", _("Somebody else is counting now. Please try again later."))
        rows = LowWater.objects.in_bulk()
        at = (rows[EVENTS].until if EVENTS in rows else None) or timezone.now()
        country, days = Country(), stock.taken_days(rows.get(STOCK))
        pending = set(touched(rows[CHANGES].done)) if CHANGES in rows and check else set()
        waters = {name: row.done for name, row in rows.items()} if check else {}
        for ids in batched(Complaint.objects.order_by("pk").values_list("pk", flat=True), MANY):
            _check_facts(ids, country, at, pending, waters, done)
            if not check:
                count(ids, country, at=at, taken=days)
            progress(len(ids))
        for places in _places():
            _settle(places, days, done, check=check)
    return done
