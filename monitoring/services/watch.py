"""What came due: rungs of running clocks, raised once each with the instant at which they fell, however late the sweep comes.

Rows, the clock's place on the ladder and the notices at once are one transaction a batch: killed at any point nothing is lost, and
the unique keys make a second sweep beside the first harmless.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from complaints.services import DueRung, Reference, claim_rungs, set_rungs

from ..ladder import LADDER, LEVELS, By, Deadline, Rung, climb, instant, reach
from .days import DaysOff
from .tell import tell

BATCH = 5000
RAISED_LOCK = 0x6C61_6464  # shared by whoever raises; alone for whoever must know which rows can still come
Climbed = tuple[list[tuple[Rung, datetime]], int, datetime | None]


class Raised(NamedTuple):
    """A rung that was raised just now."""

    complaint_id: UUID
    key: str
    rung: str
    happened_at: datetime


@dataclass(slots=True)
class Watched:
    """What a sweep raised, or in a dry run would raise; there with every rung."""

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[Raised] = field(default_factory=list)


_RAISE = """
INSERT INTO monitoring_escalation (complaint_id, clock_id, key, rung, level, holder_id, due_at, happened_at, raised_at)
SELECT new.*, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS new
ON CONFLICT DO NOTHING
RETURNING complaint_id, key, rung, happened_at
"""


def _climbed(rows: Sequence[DueRung], reference: Reference) -> list[Climbed]:
    """How far each claimed clock is at the reference's instant. The arithmetic is done once for each deadline and calendar."""
    at, limits = reference.at, reference.limits
    dates = [row.due_at.date() for row in rows]
    ahead = reach(max(limits[step.limit] for step in LADDER.values() if step.by is By.WORKING_DAYS))
    calendar = DaysOff(min(dates) - timedelta(days=1), max(dates) + ahead)
    places = {place: calendar.whose(place) for place in {row.place for row in rows}}
    known: dict[tuple[Any, ...], Climbed] = {}
    found = []
    for row in rows:
        case = (row.key, row.due_at, row.rung, row.rung_at, row.zone, row.week, places[row.place])
        if case not in known:
            deadline, off = Deadline(row.due_at, row.zone, row.week), calendar.of(places[row.place])
            known[case] = climb(row.key, row.rung, row.rung_at, at, lambda rung, d=deadline, o=off: instant(rung, d, limits, lambda _f, _l: o))  # type: ignore[misc]
        found.append(known[case])
    return found


def _raise(rows: Sequence[DueRung], found: Sequence[Climbed], *, at: datetime) -> list[Raised]:
    """Write the rungs; says which were not there."""
    new = [
        (row.complaint_id, row.clock_id, row.key, rung.value, LEVELS[rung], row.holder_id, row.due_at, happened_at)
        for row, (raised, _rung, _falls) in zip(rows, found, strict=True)
        for rung, happened_at in raised
    ]
    if not new:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [RAISED_LOCK])
        cursor.execute(_RAISE, [at, *(list(column) for column in zip(*new, strict=True))])
        return [Raised(*row) for row in cursor.fetchall()]


def _one(reference: Reference, done: Watched, *, dry_run: bool) -> int:
    """One batch in the caller's transaction; says how many clocks it took."""
    rows = claim_rungs(at=reference.at, limit=BATCH)
    if not rows:
        return 0
    found = _climbed(rows, reference)
    raised = _raise(rows, found, at=reference.at)
    set_rungs((row.clock_id, rung, falls) for row, (_raised, rung, falls) in zip(rows, found, strict=True))
    if dry_run:
        done.rows += raised
    else:
        tell(raised, reference)
    done.counts.update(row.rung for row in raised)
    return len(rows)


def watch(*, at: datetime, progress: Callable[[int], None] = lambda _n: None, dry_run: bool = False) -> Watched:
    """Raise every rung that has fallen at `at`, once for each clock and deadline, and tell what cannot wait for the summary.

    A clock that does not run climbs nothing. Where nothing is due this is one look into the index of running clocks. A dry run does
    it all, lists it, and takes it back. Refuses 503 while the system can only be read and something is due.
    """
    done, reference = Watched(), Reference(at)
    if dry_run:
        with transaction.atomic():
            while _one(reference, done, dry_run=True) == BATCH:
                progress(BATCH)
            transaction.set_rollback(True)
        return done
    taken = BATCH
    while taken == BATCH:
        with transaction.atomic():
            taken = _one(reference, done, dry_run=False)
        progress(taken)
    return done


# The states are those of the index `complaint_silent`, word for word, or the planner could not use it.
_SILENT = """
INSERT INTO monitoring_escalation (complaint_id, clock_id, key, rung, level, holder_id, due_at, happened_at, raised_at)
SELECT silent.id, NULL, 'silence', 'silence', %(level)s, silent.holder_id, silent.moved_at, silent.happened_at, %(at)s
FROM (
    SELECT complaint.id, complaint.holder_id, complaint.moved_at,
        ((complaint.moved_at AT TIME ZONE holder.time_zone)::date + %(days)s + 1)::timestamp AT TIME ZONE holder.time_zone AS happened_at
    FROM complaints_complaint AS complaint JOIN institutions_institution AS holder ON holder.id = complaint.holder_id
    WHERE complaint.state IN ('awaiting_followup', 'in_progress', 'reporter_replied') AND complaint.hold_reason = ''
        AND complaint.moved_at <= %(before)s
        AND NOT EXISTS (
            SELECT FROM monitoring_escalation AS known
            WHERE known.complaint_id = complaint.id AND known.clock_id IS NULL AND known.due_at = complaint.moved_at
        )
    ORDER BY complaint.moved_at LIMIT %(limit)s
    FOR KEY SHARE OF complaint SKIP LOCKED
) AS silent
WHERE silent.happened_at <= %(at)s
ON CONFLICT DO NOTHING
RETURNING complaint_id, key, rung, happened_at
"""


def watch_silence(*, at: datetime, progress: Callable[[int], None] = lambda _n: None, dry_run: bool = False) -> Watched:
    """Warn of cases in handling on which nothing was done for `silence_warning_days`, once for each last progress.

    It reads, by an index of their own, the cases that are in handling and silent now: it costs with their number, not with what
    the house ever held. What waits on a hold is not silent.
    """
    days, done, taken = Reference(at).limits["silence_warning_days"], Watched(), BATCH
    given: dict[str, int | datetime | None] = {
        "level": LEVELS[Rung.SILENCE],
        "at": at,
        "days": days,
        "before": at - timedelta(days=days),
        "limit": None if dry_run else BATCH,
    }
    while taken == BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [RAISED_LOCK])
            cursor.execute(_SILENT, given)
            raised = [Raised(*row) for row in cursor.fetchall()]
            transaction.set_rollback(dry_run)
        done.rows += raised if dry_run else ()
        done.counts.update(row.rung for row in raised)
        taken = 0 if dry_run else len(raised)
        progress(len(raised))
    return done
