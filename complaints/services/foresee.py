"""What a change of the rules would do to deadlines, told before it counts: asked inside the transaction that is then taken back."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import nsmallest
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from institutions.models import CalendarDay, Change, SlaPolicy
from institutions.services import root

from ..clock import Terms, due_at, horizon
from ..models import Clock
from .recompute import DAY_KIND, Moved, Recomputed, recompute
from .reference import Reference, terms

SHOWN = 20
LONG = "j F Y"  # 24 November 2026


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a change does to deadlines, in sentences, and the first of those that it moves."""

    lines: list[str]
    moves: list[Moved] = field(default_factory=list)


def first_moves(done: Recomputed) -> list[Moved]:
    return nsmallest(SHOWN, done.moves, key=lambda move: (move.before, move.number))


def never_nearer() -> str:
    return _("Nothing ever moves to an earlier date: what was promised stays, also when a day is taken out again.")


def tell_moves(done: Recomputed) -> list[str]:
    if not done.moved:
        return [_("No running deadline would move.")]
    moved = _("%(count)s running deadlines would move, each to a later date.") % {"count": done.moved}
    return [moved, _("Moved deadlines follow within a few minutes of your confirmation.")]


def _weekend(day: date) -> list[str]:
    """A day off on a day off is no mistake: it is accepted and said."""
    words = {
        5: _("%(day)s is a Saturday: only offices with a six-day week gain time."),
        6: _("%(day)s is a Sunday: nobody works then anyway, so no date changes."),
    }
    return [words[day.weekday()] % {"day": date_format(day, LONG)}] if day.weekday() in words else []


def tell_day(day: CalendarDay, *, at: datetime) -> Foretold:
    """Of a day off that was just written."""
    done = foresee_day(day, at=at)
    return Foretold([*_weekend(day.date), *tell_moves(done), never_nearer()], first_moves(done))


def tell_removal() -> Foretold:
    """Of a day that is a working day again."""
    return Foretold([_("No running deadline would move."), never_nearer()])


def tell_kept(count: int) -> str:
    return _("%(count)s running deadlines keep their date: they count by the period under which they began.") % {"count": count}


def tell_policy(row: SlaPolicy, *, first: date, at: datetime) -> Foretold:
    """Of a period that was just written or ended: from `first` on another one counts."""
    found = foresee_policy(row, first=first, at=at)
    days = {"day": date_format(first, LONG), "after": date_format(found.after, LONG), "before": date_format(found.before, LONG) if found.before else ""}
    example = (
        _("Example: what begins on %(day)s is due on %(after)s instead of %(before)s.")
        if found.before
        else _("Example: what begins on %(day)s is due on %(after)s.")
    )
    return Foretold([tell_kept(found.kept), _("Deadlines that begin on %(day)s or later count by the new period.") % days, example % days])


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
