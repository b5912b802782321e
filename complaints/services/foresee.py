"""What a change of the rules would do to deadlines, told before it counts: asked inside the transaction that is then taken back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from institutions.models import CalendarDay, Change, SlaPolicy
from institutions.services import root

from ..clock import Terms, due_at, horizon
from ..models import Clock
from .recompute import DAY_KIND, Recomputed, recompute
from .reference import Reference, terms


def foresee_day(day: CalendarDay, *, at: datetime) -> Recomputed:
    """The running deadlines that this day, just written, would move."""
    return recompute(at=at, change=Change.objects.filter(target_kind=DAY_KIND, target_id=str(day.pk)).latest("pk"), dry_run=True)


@dataclass(frozen=True, slots=True)
class PolicyForeseen:
    """How many running deadlines keep their date; from which day on others count by the new period; when a deadline that
    begins on that day would end, by the period of before (None: there was none) and by the new one."""

    kept: int
    first: date
    before: date | None
    after: date


def foresee_policy(row: SlaPolicy, *, first: date, at: datetime) -> PolicyForeseen:
    """What a period, just written or just ended, means for deadlines that begin on `first` and for those that run."""
    place = row.institution or root()
    now = SlaPolicy.objects.table(first, row.institution)[row.key]
    then = SlaPolicy.objects.table(first - timedelta(days=1), row.institution).get(row.key)
    kept = Clock.objects.running().filter(key=row.key, holder__path__startswith=place.path).count()
    reference = Reference(at)

    def last(policy: SlaPolicy) -> date:
        rule: Terms = terms(policy, place.time_zone, place.working_week)
        started = datetime.combine(first, time(12), tzinfo=ZoneInfo(place.time_zone))
        return due_at(started, rule, reference.off_days(place.pk, first, horizon(first, rule))).date()

    return PolicyForeseen(kept, first, last(then) if then is not None else None, last(now))
