"""The escalation ladder (DOMAIN 2.6): how far a deadline has climbed, when it climbs on, and who hears of it. Pure.

How to read `LADDER`: a rung has a way in which its instant follows from the deadline (`By`, with the limit that says how much), and those
who hear of it. `FLIGHTS` puts the rungs in order, from the level of the first one up; which clock begins at which level, and when its first
rung falls, stands in `complaints.clock.FIRST_RUNGS`. An instant is never early: a period is over when its last day is, so what comes
"after" it comes with the next day.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.clock import FIRST_RUNGS, WORKING, Level, add_days

OffDays = Callable[[date, date], Collection[date]]
AFTERWARDS = timedelta(seconds=1)  # a day ends at 23:59:59 and the next one begins
DAY = timedelta(days=1)
SLACK = 60  # calendar days beyond the doubled working days: no run of holidays is longer


class Rung(TextChoices):
    """Who hears of lateness, from the handler up; `silence` stands beside them."""

    NEARLY = "nearly", _("Nearly due")
    OVERDUE = "overdue", _("Overdue")
    SUPERIOR = "superior", _("With the superior")
    ACCOUNTABLE = "accountable", _("With the accountable official")
    DAY_45 = "day_45", _("Day 45")
    DAY_60 = "day_60", _("Past day 60")
    SILENCE = "silence", _("No progress")


class Hearer(TextChoices):
    """Who hears, seen from the case's holder; each is the nearest such office at the holder or above it."""

    HANDLER = "handler", _("Handler")
    DESK = "desk", _("Institution admin")
    SUPERIOR = "superior", _("Superior")
    ACCOUNTABLE = "accountable", _("Accountable official")
    HUB = "hub", _("Hub coordinator")
    PATRON = "patron", _("Patron")
    NATIONAL = "national", _("National desk")
    OMBUDSMAN = "ombudsman", _("Ombudsman")


class By(Enum):
    """How the instant of a rung follows from the deadline."""

    FIRST = "first"  # where the ladder begins: reckoned with the deadline itself (complaints)
    BREACH = "breach"  # the deadline is over
    WORKING_DAYS = "working days"  # so many working days after the deadline are over
    SILENCE = "silence"  # so many days without progress; no deadline


@dataclass(frozen=True, slots=True)
class Step:
    by: By
    hearers: tuple[Hearer, ...]
    limit: str = ""


LADDER: dict[Rung, Step] = {
    Rung.NEARLY: Step(By.FIRST, (Hearer.HANDLER,)),
    Rung.OVERDUE: Step(By.BREACH, (Hearer.HANDLER, Hearer.DESK)),
    Rung.SUPERIOR: Step(By.WORKING_DAYS, (Hearer.SUPERIOR,), "ladder_2_working_days"),
    Rung.ACCOUNTABLE: Step(By.WORKING_DAYS, (Hearer.ACCOUNTABLE, Hearer.HUB), "ladder_3_working_days"),
    Rung.DAY_45: Step(By.FIRST, (Hearer.PATRON, Hearer.NATIONAL, Hearer.OMBUDSMAN)),
    Rung.DAY_60: Step(By.BREACH, (Hearer.OMBUDSMAN,)),
    Rung.SILENCE: Step(By.SILENCE, (Hearer.HANDLER,), "silence_warning_days"),
}
FLIGHTS: dict[Level, tuple[Rung, ...]] = {
    Level.NEARLY: (Rung.NEARLY, Rung.OVERDUE, Rung.SUPERIOR, Rung.ACCOUNTABLE),
    Level.DAY_45: (Rung.DAY_45, Rung.DAY_60),
}
LEVELS: dict[str, int] = {**{rung: first + number for first, rungs in FLIGHTS.items() for number, rung in enumerate(rungs)}, Rung.SILENCE: 0}
CLIMBS: dict[str, tuple[Rung, ...]] = {key: FLIGHTS[first] for key, (first, _limit) in FIRST_RUNGS.items()}


@dataclass(frozen=True, slots=True)
class Deadline:
    """What the arithmetic reads of a clock: few distinct ones among thousands that are due."""

    due_at: datetime
    zone: str
    week: int


def reach(days: int) -> timedelta:
    """How far so many working days can lie ahead: as far as the calendar must be read."""
    return timedelta(days=days * 2 + SLACK)


def instant(rung: Rung, deadline: Deadline, limits: Mapping[str, int], off_days: OffDays) -> datetime:
    """When a rung above the first falls. Refuses (ValueError) one that does not follow from the deadline alone."""
    step = LADDER[rung]
    if step.by is By.BREACH:
        return deadline.due_at + AFTERWARDS
    if step.by is not By.WORKING_DAYS:
        raise ValueError(rung)
    zone, days = ZoneInfo(deadline.zone), limits[step.limit]
    last = deadline.due_at.astimezone(zone).date()
    ends = add_days(last, days, WORKING, off_days(last, last + reach(days)), week=deadline.week)
    return datetime.combine(ends + DAY, time(), tzinfo=zone)


def climb(key: str, rung: int, rung_at: datetime, at: datetime, when: Callable[[Rung], datetime]) -> tuple[list[tuple[Rung, datetime]], int, datetime | None]:
    """The rungs that fell up to `at`, each with its instant; how many there are now; and when the next one falls.

    `rung` were raised before and the next one was to fall at `rung_at`. A holiday decreed since puts it off; one that was taken
    back brings nothing nearer.
    """
    steps = CLIMBS[key]
    raised: list[tuple[Rung, datetime]] = []
    falls: datetime | None = rung_at
    if 0 < rung < len(steps):
        falls = max(rung_at, when(steps[rung]))
    while rung < len(steps) and falls is not None and falls <= at:
        raised.append((steps[rung], falls))
        rung += 1
        falls = when(steps[rung]) if rung < len(steps) else None
    return raised, rung, falls if rung < len(steps) else None
