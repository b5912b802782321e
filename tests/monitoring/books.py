"""Sums written straight into the books, for tests of what reads them; the counting itself has tests of its own."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from institutions.models import Institution
from monitoring.models import LowWater, MonthTally, Stock, Tally
from monitoring.models.tally import STOCK

Key = str | tuple[str, str, str]


def _parts(key: Key) -> tuple[str, str, str]:
    return (key, "", "") if isinstance(key, str) else key


def book(place: Institution, day: date, counts: Mapping[Key, int]) -> None:
    """`{"received": 5, ("met", "clock", "verify_national"): 4}` at a place on a day, and in its month."""
    for key, n in counts.items():
        measure, dim, value = _parts(key)
        where = {"institution": place, "measure": measure, "dim": dim, "value": value}
        Tally.objects.create(**where, day=day, n=n)
        month, made = MonthTally.objects.get_or_create(**where, day=day.replace(day=1), defaults={"n": n})
        if not made:
            month.n += n
            month.save()


def stand(place: Institution, day: date, levels: Mapping[Key, int]) -> None:
    """What was there at the end of a day, which was taken with it."""
    taken(day)
    for key, n in levels.items():
        measure, dim, value = _parts(key)
        Stock.objects.create(institution=place, day=day, measure=measure, dim=dim, value=value, n=n)


def taken(day: date) -> None:
    """The stock up to a day at least is taken, so nothing of it is still being counted."""
    row = LowWater.objects.get_or_create(name=STOCK, defaults={"seen": day.toordinal(), "seen_at": datetime.combine(day, time(), UTC)})[0]
    row.done, row.seen = max(row.done, day.toordinal()), min(row.seen, day.toordinal())
    row.save()
