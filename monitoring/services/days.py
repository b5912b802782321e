"""The days off of many places at once: one query for a sweep, however many institutions are late."""

from collections.abc import Iterable
from datetime import date

from institutions.models import CalendarDay, ids_of


class DaysOff:
    """The calendar between two dates as it counts now. A place has the days of the nation, its own and those of every place above it."""

    def __init__(self, first: date, last: date) -> None:
        self._days: dict[int | None, frozenset[date]] = {}
        for place, day in CalendarDay.objects.current().filter(date__range=(first, last)).values_list("institution_id", "date"):
            self._days[place] = self._days.get(place, frozenset()) | {day}
        self._known: dict[tuple[int, ...], frozenset[date]] = {}

    def whose(self, path: str) -> tuple[int, ...]:
        """What tells one calendar from another: the places on the path that have days of their own."""
        return tuple(pk for pk in ids_of(path) if pk in self._days)

    def of(self, whose: Iterable[int]) -> frozenset[date]:
        key = tuple(whose)
        if key not in self._known:
            self._known[key] = self._days.get(None, frozenset()).union(*(self._days[pk] for pk in key))
        return self._known[key]
