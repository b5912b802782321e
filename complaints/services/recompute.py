"""A change of the calendar reaches the deadlines that run: counted anew, moved only to a later date, one event each."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F

from institutions.models import CalendarDay, CalendarYear, Change, read_versions
from institutions.services import refuse_while_read_only

from ..clock import HANDLER_KEYS, RECOMPUTE, Tick
from ..models import NEVER, Clock, ClockEvent, Complaint
from .clocks import derive, ticks
from .plan import save_clocks
from .reference import Reference

BATCH = 2000
DAY_KIND = CalendarDay._meta.label_lower
Candidate = tuple[UUID, str, int]  # the clock, the calendar that it stands by, and the newest day that it does not know


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that a change of the calendar moves; both instants in the clock's zone."""

    number: str
    key: str
    before: datetime
    after: datetime


@dataclass(slots=True)
class Recomputed:
    """How many deadlines moved, how many kept their date, how many are provisional no more; a dry run lists the moves."""

    moved: int = 0
    kept: int = 0
    confirmed: int = 0
    moves: list[Moved] = field(default_factory=list)


_TOUCHED = """
SELECT k.id, k.calendar_version, max(d.id) FROM complaints_clock k
JOIN institutions_slapolicy p ON p.id = k.policy_id AND 'working' IN (p.unit, p.cap_unit)
JOIN institutions_institution h ON h.id = k.holder_id
JOIN unnest(%s::text[], %s::date[], %s::text[], %s::bigint[]) AS d (version, day, path, id)
    ON d.version = k.calendar_version AND starts_with(h.path, d.path)
    AND d.day > (k.started_at AT TIME ZONE k.zone)::date AND d.day <= (k.due_at AT TIME ZONE k.zone)::date
WHERE k.state = 'running' GROUP BY k.id ORDER BY k.id
"""

_NEXT_DUE = """
UPDATE complaints_complaint c SET next_due_at = new.due FROM (
    SELECT c.id, coalesce(min(k.due_at), %s) AS due FROM complaints_complaint c
    LEFT JOIN complaints_clock k ON k.complaint_id = c.id AND k.state = 'running' AND k.key = ANY(%s)
    WHERE c.id = ANY(%s) GROUP BY c.id) new
WHERE c.id = new.id AND c.next_due_at <> new.due
"""


def _touched(change: Change | None) -> list[Candidate]:
    """The running clocks with a day inside their window, at their holder, that is newer than the calendar they stand by.

    Two questions, whatever there is: which calendars running clocks stand by, and which clocks the days missing there touch.
    """
    versions = {text: read_versions(text) for text in Clock.objects.running().order_by().values_list("calendar_version", flat=True).distinct()}
    rows = CalendarDay.objects.current()
    if change is not None:
        rows = rows.filter(pk=change.target_id) if change.target_kind == DAY_KIND else rows.none()
    days = list(rows.annotate(path=F("institution__path")).values_list("pk", "date", "since", "path"))
    missing = [
        (text, day, path or "", pk) for text, known in versions.items() for pk, day, since, path in days if day.year in known and since > known[day.year]
    ]
    if not missing:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [list(column) for column in zip(*missing, strict=True)])
        return cursor.fetchall()


def _read(wanted: Sequence[Candidate], *, is_locking: bool) -> list[Clock]:
    """The clocks that are still as they were found; locked below their reports, and without those that somebody else holds."""
    seen = {pk: version for pk, version, _day in wanted}
    clocks = Clock.objects.running().filter(pk__in=list(seen)).select_related("policy", "complaint").order_by("pk")
    if is_locking:
        free = Complaint.objects.filter(clocks__in=list(seen)).select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
        clocks = clocks.filter(complaint__in=list(free)).select_for_update(of=("self",), skip_locked=True)
    return [clock for clock in clocks if clock.calendar_version == seen[clock.pk]]


def _recount(clocks: Sequence[Clock], reference: Reference) -> Iterator[tuple[Clock, Moved | None]]:
    """Set each clock to what the newest calendar grants; with the move, if it is one."""
    events: dict[UUID, list[ClockEvent]] = {clock.pk: [] for clock in clocks}
    for event in ClockEvent.objects.filter(clock__in=clocks).order_by("pk"):
        events[event.clock_id].append(event)
    for clock in clocks:
        zone, before = ZoneInfo(clock.zone), clock.due_at
        moved = derive(clock, [*ticks(events[clock.pk]), Tick(RECOMPUTE, reference.at)], reference)
        if not moved:
            first, last = (instant.astimezone(zone).date() for instant in (clock.started_at, clock.due_at))
            clock.calendar_version, clock.is_provisional = reference.calendar_version(first, last)
        yield clock, Moved(clock.complaint.tracking_id, clock.key, before.astimezone(zone), clock.due_at.astimezone(zone)) if moved else None


def _changes(days: set[int]) -> dict[int, int]:
    """The record of who made each of these days one without work."""
    rows = Change.objects.filter(target_kind=DAY_KIND, target_id__in=[str(day) for day in days], what__in=("created", "updated"))
    return {int(target): pk for target, pk in rows.order_by("pk").values_list("target_id", "pk")}


@transaction.atomic
def _apply(wanted: Sequence[Candidate], at: datetime) -> Counter[str]:
    """Recount one batch for good; killed in it, nothing of it has happened."""
    refuse_while_read_only()
    clocks = _read(wanted, is_locking=True)
    day_of = {pk: day for pk, _version, day in wanted}
    found = list(_recount(clocks, Reference(at)))
    if not found:
        return Counter()
    moved = [clock for clock, move in found if move is not None]
    changes = _changes({day_of[clock.pk] for clock in moved})
    ClockEvent.objects.bulk_create(
        ClockEvent(
            clock=clock, kind=RECOMPUTE, reason="calendar", at=at, due_at=clock.due_at, calendar_version=clock.calendar_version,
            change_id=changes.get(day_of[clock.pk]),
        )
        for clock in moved
    )  # fmt: skip
    save_clocks(clocks)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, [NEVER, sorted(HANDLER_KEYS), list({clock.complaint_id for clock in moved})])
    return Counter(moved=len(moved), kept=len(clocks) - len(moved))


def _settled() -> list[str]:
    """The calendars of provisional running clocks of which every year has its decree by now."""
    decreed = {year for year, (status, _version) in CalendarYear.objects.versions().items() if status == CalendarYear.Status.CONFIRMED}
    rows = Clock.objects.running().filter(is_provisional=True).order_by().values_list("calendar_version", flat=True).distinct()
    return [text for text in rows if decreed.issuperset(read_versions(text))]


@transaction.atomic
def _confirm(versions: Sequence[str]) -> int:
    """The dates stay: nothing is counted anew, so there is no event; the clock only loses its mark."""
    refuse_while_read_only()
    rows = Clock.objects.running().filter(is_provisional=True, calendar_version__in=versions).order_by("pk")
    free = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    return Clock.objects.filter(pk__in=free).update(is_provisional=False)


def recompute(*, at: datetime, change: Change | None = None, dry_run: bool = False, progress: Callable[[int], None] = lambda _n: None) -> Recomputed:
    """Count running clocks by the newest calendar where a day of it is new to them; `change` narrows it to one day's record.

    Killed at any point, run twice or by several at once, each clock moves once. A dry run writes nothing and lists the moves.
    """
    done = Recomputed()
    for wanted in batched(_touched(change), BATCH):
        if dry_run:
            found = [move for _clock, move in _recount(_read(wanted, is_locking=False), Reference(at))]
            done.moves += [move for move in found if move is not None]
            counts = Counter(moved=sum(move is not None for move in found), kept=found.count(None))
        else:
            counts = _apply(wanted, at)
        done.moved += counts["moved"]
        done.kept += counts["kept"]
        progress(len(wanted))
    if settled := _settled():
        if dry_run:
            done.confirmed = Clock.objects.running().filter(is_provisional=True, calendar_version__in=settled).count()
        while not dry_run and (freed := _confirm(settled)):
            done.confirmed += freed
    return done
