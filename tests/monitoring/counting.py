"""What the tests of counting look at: days, sums, stock, and whether everything counted again comes to the same."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from institutions.models import Institution
from monitoring.facts import DAILY, FactData, sums
from monitoring.models import Fact, Measured, MonthTally, Stock, Tally
from monitoring.services import recount
from monitoring.services.measure_read import facts_at
from tests.world import WIB

START = datetime(2026, 11, 2, 9, tzinfo=WIB)
STATES = (
    "awaiting_verification",
    "at_city",
    "awaiting_completion",
    "awaiting_followup",
    "in_progress",
    "awaiting_reporter",
    "reporter_replied",
    "closed",
    "archived",
)


def day(number: int, hour: int = 9) -> datetime:
    """Of November 2026."""
    return datetime(2026, 11, 1, hour, tzinfo=WIB) + timedelta(days=number - 1)


def agree() -> None:
    found = recount(check=True)
    assert (found.examples, dict(found.counts), found.waiting) == ([], {}, 0)


def tally(place: str, measure: str, dim: str = "", value: str = "") -> dict[int, int]:
    """Day of the month -> n, from the facts; the books by day and by month say the same."""
    days = Counter[int]()
    facts: list[FactData] = []
    facts_at(list(Institution.objects.filter(slug=place).values_list("pk", flat=True)), facts.append)
    for fact in facts:
        for key, n in sums(fact).items():
            days[int(key[0][-2:])] += n * (key[1:] == (measure, dim, value))
    cells = {"institution__slug": place, "measure": measure, "dim": dim, "value": value}
    assert sum(MonthTally.objects.filter(**cells).values_list("n", flat=True)) == days.total()
    if measure in DAILY:
        assert dict(Tally.objects.filter(**cells).exclude(n=0).values_list("day__day", "n")) == +days
    return dict(+days)


def stock(place: str, measure: str = "open", dim: str = "", value: str = "") -> dict[int, int]:
    rows = Stock.objects.filter(institution__slug=place, measure=measure, dim=dim, value=value).exclude(n=0)
    return {on.day: n for on, n in rows.values_list("day", "n")}


def everything() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for table in (Fact, Tally, MonthTally, Stock, Measured):
        rows += [(table.__name__, *row) for row in table._default_manager.order_by("pk").values_list()]
    return rows


def altered(table: str, statement: str, *values: Any) -> None:
    """Write where nothing may be altered: what the steps of today cannot bring about."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
