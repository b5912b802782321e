"""A second reckoning of a deadline, slow and plain, that shares nothing with the house: it writes out every day and points at one.

Zones are hours east of Greenwich, a calendar is a set of dates without work, a history is a list of (kind, at, calendar, days).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

EAST = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
YEARS_AHEAD = 4
Happening = tuple[str, datetime, str, int]


def wall(at: datetime, zone: str) -> datetime:
    """What a clock on the wall shows there, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=EAST[zone])


def end_of(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC) - timedelta(hours=EAST[zone])


def days_after(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(1, 366 * YEARS_AHEAD)]


def standing_still(history: Sequence[Happening]) -> list[tuple[datetime, datetime]]:
    """From when to when the clock stood still; what it still waits for is not over and does not count yet."""
    over, since = [], None
    for kind, at, _calendar, _days in history:
        if kind == "pause" and since is None:
            since = at
        if kind == "resume" and since is not None:
            over.append((since, at))
            since = None
    return over


def once(
    started: datetime, history: Sequence[Happening], *, unit: str, length: int, cap: tuple[int, str] | None, zone: str, week: int, off: set[date]
) -> datetime:
    """The end by one calendar and what has happened so far."""
    length += sum(days for _kind, _at, _calendar, days in history)
    still = standing_still(history)
    if unit == "hours":
        seconds = length * 3600 + sum((end - begin).total_seconds() for begin, end in still)
        return started + timedelta(seconds=seconds)
    lost: set[date] = set()
    for begin, end in still:
        day = wall(begin, zone).date()
        while day < wall(end, zone).date():
            day += timedelta(days=1)
            lost.add(day)
    every = [day for day in days_after(wall(started, zone).date()) if day not in lost]
    worked = [day for day in every if day.isoweekday() <= week and day not in off]
    last = (worked if unit == "working" else every)[length - 1]
    if cap is not None:
        last = min(last, (worked if cap[1] == "working" else every)[cap[0] - 1])
    return end_of(last, zone)


def reckon(
    started: datetime,
    history: Sequence[Happening],
    calendars: Mapping[str, set[date]],
    *,
    unit: str,
    length: int,
    cap: tuple[int, str] | None,
    zone: str,
    week: int,
) -> datetime:
    """The end after everything that happened: the latest of all that was ever promised."""
    promised = [
        once(started, history[: number + 1], unit=unit, length=length, cap=cap, zone=zone, week=week, off=calendars[calendar])
        for number, (kind, _at, calendar, _days) in enumerate(history)
        if kind in ("start", "resume", "extend", "recompute")
    ]
    return max(promised)
