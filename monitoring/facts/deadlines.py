"""Working days between two dates; which deadlines were met and which were missed."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .history import ACTS, DAY, OBLIGATIONS, OWED_AN_ACT, Deadline, Event, Outcome, Tick

STOOD = frozenset({"pend", "hold", "refer"})  # while it stands still because of these nothing is decided


def weekdays(first: date, last: date, week: int) -> int:
    """How many of the days after `first` up to `last` lie in a week of so many working days from Monday on."""

    def until(day: date) -> int:
        weeks, rest = divmod(day.toordinal(), 7)  # the first day of all was a Monday
        return weeks * week + min(rest, week)

    return until(last) - until(first)


def working_days(first: date, last: date, off: Sequence[date], week: int) -> int:
    """The working days after `first` up to and with `last`; `off` are the days off, in order, that fall on days of the week's work."""
    if last <= first:
        return 0
    return weekdays(first, last, week) - (bisect_right(off, last) - bisect_right(off, first))


def decided(deadline: Deadline) -> Tick | None:
    """The event that ended the deadline or (a first pause) made it stand still, which it still does; None while it runs."""
    found: Tick | None = None
    for tick in deadline.ticks:
        if tick.kind == "resume":
            found = None
        elif tick.kind in {"pause", "stop"} and found is None:
            found = tick
    return found


def outcome(deadline: Deadline, events: Sequence[Event], at: datetime) -> Outcome | None:
    """Whether it was met or missed; None of a void one, and of one that is open and not due at `at`.

    An answer stops a deadline provisionally: it counts as ended by it until a reply sets it going again. Any other pause decides nothing.
    Where people are owed an act, only an act keeps it: an end without one is neither met nor missed.
    """
    last = deadline.ticks[-1]
    end = decided(deadline)
    if deadline.key not in OBLIGATIONS or any(tick.kind == "void" for tick in deadline.ticks):
        return None
    due = last.due_at
    if (end.at if end is not None else at) > due:
        day = due.astimezone(ZoneInfo(deadline.zone)).date() + DAY
        return Outcome(deadline.key, False, due, day.isoformat(), holder_at(events, due))
    if end is None or not _is_final(deadline, end):
        return None
    end = last if end.kind == "pause" and end.reason in STOOD else end  # ended while it stood still
    of_step = next((event for event in events if event.id == end.event), None)
    if deadline.key in OWED_AN_ACT and (of_step is None or of_step.kind not in ACTS):
        return None
    holder = of_step.holder_before if of_step is not None and of_step.holder_before is not None else holder_at(events, end.at)
    return Outcome(deadline.key, True, end.at, "", holder)


def _is_final(deadline: Deadline, end: Tick) -> bool:
    """Stopped, or standing still because of an answer, or (a resumable one) because the report has ended."""
    return end.kind == "stop" or deadline.ticks[-1].kind == "stop" or end.reason not in STOOD


def holder_at(events: Sequence[Event], instant: datetime) -> int:
    """Who held the report at an instant, or first of all."""
    found = events[0].holder
    for event in events:
        if event.at > instant:
            break
        found = event.holder
    return found
