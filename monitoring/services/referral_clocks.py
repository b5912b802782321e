"""The deadlines of an institution in a referral: begun, stopped, and counted anew when the calendar changes."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from complaints.clock import START, WORKING, Tick, count, horizon, outcome
from complaints.models import Complaint
from complaints.services.reference import Reference, terms
from institutions.models import CalendarDay, ids_of, read_versions
from institutions.services import refuse_while_read_only

from ..models import Referral, ReferralClock, ReferralClockMove


def _derive(clock: ReferralClock, reference: Reference, *, promised: datetime | None = None) -> None:
    """Set the end of the deadline to what the newest calendar grants, never before what was promised; and by which calendar that is."""
    granted = terms(clock.policy, clock.zone, clock.week)
    first = clock.started_at.astimezone(ZoneInfo(clock.zone)).date()
    until = horizon(first, granted)
    ticks = [Tick(START, clock.started_at, reference.newest(first, until))]
    found = count(clock.started_at, granted, ticks, lambda version: reference.off_days(clock.institution_id, first, until, version))
    clock.due_at = found.due_at if promised is None else max(promised, found.due_at)
    clock.calendar_version, clock.is_provisional = reference.calendar_version(first, clock.due_at.date())


def start_clock(row: Referral, key: str, *, at: datetime, reference: Reference) -> ReferralClock | None:
    """A deadline of the institution that holds the case now; None where no policy row is in force."""
    holder = Complaint.objects.select_related("holder").get(pk=row.complaint_id).holder
    rule = reference.policies(holder).get(key)
    if rule is None:
        return None
    clock = ReferralClock(referral=row, key=key, policy=rule, institution=holder, zone=holder.time_zone, week=holder.working_week, started_at=at)
    _derive(clock, reference)
    clock.save(force_insert=True)
    return clock


def stop_clocks(row: Referral, keys: tuple[str, ...], at: datetime) -> None:
    for clock in ReferralClock.objects.running().filter(referral=row, key__in=keys):
        clock.stopped_at, clock.outcome = at, outcome(clock.due_at, at)
        clock.save(update_fields=["stopped_at", "outcome"])


def _is_old(calendar_version: str, reference: Reference) -> bool:
    """A year of this calendar was altered since."""
    return any(reference.years.get(year, ("", version))[1] != version for year, version in read_versions(calendar_version).items())


def _brought_by(clock: ReferralClock, version: str) -> CalendarDay | None:
    """The newest day off inside the deadline that its calendar of before did not know."""
    known, zone = read_versions(version), ZoneInfo(clock.zone)
    window = tuple(at.astimezone(zone).date() for at in (clock.started_at, clock.due_at))
    mine = Q(institution=None) | Q(institution__in=ids_of(clock.institution.path))
    return next((day for day in CalendarDay.objects.current().filter(mine, date__range=window).order_by("-pk") if not day.counted_in(known)), None)


@transaction.atomic
def _recount_one(pk: UUID, *, at: datetime, reference: Reference) -> bool:
    rows = ReferralClock.objects.running().select_related("policy", "institution").select_for_update(of=("self",), skip_locked=True)
    clock = rows.filter(pk=pk).first()
    if clock is None or not _is_old(clock.calendar_version, reference):
        return False
    before, version = clock.due_at, clock.calendar_version
    _derive(clock, reference, promised=before)
    clock.save(update_fields=["due_at", "calendar_version", "is_provisional"])
    if clock.due_at == before:
        return False
    ReferralClockMove.objects.create(clock=clock, at=at, before=before, after=clock.due_at, day=_brought_by(clock, version))
    return True


def recount_clocks(*, at: datetime) -> int:
    """Count running deadlines in working days anew where their calendar was altered; says how many moved, each to a later date.

    Killed, run twice or side by side each moves once: a deadline says by which calendar it was counted last.
    """
    reference = Reference(at)
    rows = ReferralClock.objects.running().filter(Q(policy__unit=WORKING) | Q(policy__cap_unit=WORKING)).order_by("pk")
    old = [pk for pk, version in rows.values_list("pk", "calendar_version") if _is_old(version, reference)]
    if old:
        refuse_while_read_only()
    return sum(_recount_one(pk, at=at, reference=reference) for pk in old)
