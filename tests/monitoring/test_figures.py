"""Periods, scopes and the sums that are read for them."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.utils import translation

from institutions.models import HubMembership, Institution
from monitoring import figures
from monitoring.figures import Figures, Period, Scope
from tests.monitoring.books import book, stand
from tests.world import World

Counts = Callable[[int], Any]


@pytest.mark.parametrize(
    ("code", "kind", "first", "last"),
    [
        ("2026-02", "month", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", "month", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-Q3", "quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-H1", "half", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", "half", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_code_names_a_period(code: str, kind: str, first: date, last: date) -> None:
    period = Period.parse(code)

    assert (period.code, period.kind, period.first, period.last) == (code, kind, first, last)
    assert Period.of(kind, last) == period
    assert period.before.last == date.fromordinal(first.toordinal() - 1)
    assert period.after.first == date.fromordinal(last.toordinal() + 1)


@pytest.mark.parametrize("code", ["", "2026-13", "2026-00", "2026-Q5", "2026-H3", "26", "2026-Q3 ", "1999", "2026-7"])
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Period.parse(code)


def test_a_period_is_named_in_both_languages() -> None:
    with translation.override("id"):
        assert [Period.parse(code).name for code in ("2026-03", "2026-Q3", "2026-H2", "2026")] == ["Maret 2026", "Triwulan 3 2026", "Semester 2 2026", "2026"]
    with translation.override("en"):
        assert Period.parse("2026-Q3").name == "Quarter 3 of 2026"


def place(slug: str) -> Institution:
    return Institution.objects.get(slug=slug)


@pytest.mark.django_db
def test_figures_are_the_sums_of_the_months_of_a_scope(world: World, django_assert_num_queries: Counts) -> None:
    city, ministry = place("kota-uji"), place("kementerian-uji")
    book(city, date(2026, 7, 5), {"received": 4, ("met", "clock", "verify_institution"): 3, ("received", "topic", "jalan"): 2})
    book(city, date(2026, 9, 30), {"received": 6, ("verify_days", "days", "2"): 5})
    book(city, date(2026, 10, 1), {"received": 100})
    book(ministry, date(2026, 8, 1), {"received": 9})
    stand(city, date(2026, 9, 29), {"open": 1})
    stand(city, date(2026, 9, 30), {"open": 7, ("open", "band", "0-5"): 7})

    scope = Scope.of(city)
    with django_assert_num_queries(2):
        found = Figures.read(scope, Period.parse("2026-Q3"))

    assert (found.n("received"), found.n("met", "clock", "*"), found.stock("open"), found.stocks("open", "band")) == (10, 3, 7, {"0-5": 7})
    assert (found.histogram("verify_days").total, found.months) == (10, Fraction(3))
    assert Figures.read(Scope("", "", (city.pk, ministry.pk)), Period.parse("2026-Q3")).n("received") == 19
    assert Figures.read(scope, Period.parse("2026-Q3"), dim="topic", value="jalan").n("received") == 2
    assert Figures.read(scope, Period.parse("2025")).is_empty


@pytest.mark.django_db
def test_a_running_period_counts_the_months_reached(world: World) -> None:
    city = place("kota-uji")
    stand(city, date(2026, 11, 15), {"open": 3})

    assert Figures.read(Scope.of(city), Period.parse("2026-Q4")).months == Fraction(3, 2)


@pytest.mark.django_db
def test_a_table_of_places_takes_as_many_queries_for_many_as_for_one(world: World, django_assert_num_queries: Counts) -> None:
    city, ministry = place("kota-uji"), place("kementerian-uji")
    for number, body in enumerate((city, ministry), start=1):
        book(body, date(2026, 7, 5), {"received": number})
        stand(body, date(2026, 9, 30), {"open": number * 10})

    for ids in ((city.pk,), (city.pk, ministry.pk)):
        with django_assert_num_queries(3):
            found = figures.by_place(ids, Period.parse("2026-Q3"))
    assert {pk: (row.n("received"), row.stock("open")) for pk, row in found.items()} == {city.pk: (1, 10), ministry.pk: (2, 20)}


@pytest.mark.django_db
def test_lines_and_breakdowns(world: World) -> None:
    city = place("kota-uji")
    book(city, date(2026, 7, 5), {"received": 4, ("received", "topic", "jalan"): 3, ("closed", "topic", "jalan"): 1, ("received", "topic", "air"): 1})
    book(city, date(2026, 7, 6), {"received": 1})
    scope, quarter = Scope.of(city), Period.parse("2026-Q3")

    assert figures.breakdown(scope, quarter, "topic", ("received", "closed")) == {"jalan": {"received": 3, "closed": 1}, "air": {"received": 1}}
    days = figures.by_month_and_day(scope, (quarter.first,), (quarter.first, quarter.last), ("received",))[1]
    assert days == {
        date(2026, 7, 5): {"received": 4},
        date(2026, 7, 6): {"received": 1},
    }
    assert figures.by_month(scope, tuple(quarter.months), ("received",)) == {date(2026, 7, 1): {"received": 5}, date(2026, 8, 1): {}, date(2026, 9, 1): {}}


@pytest.mark.django_db
def test_scopes_name_the_places_whose_sums_are_added(world: World) -> None:
    city, root = place("kota-uji"), Institution.objects.get(parent=None)

    assert Scope.nation().ids == (root.pk,)
    assert (Scope.of(city).key, Scope.of(city).ids, Scope.of(root).key) == ("kota-uji", (city.pk,), "nation")
    assert city.pk in Scope.of_kind("city").ids
    assert set(Scope.of_hub(root, on=date(2026, 11, 2)).ids) == set(HubMembership.objects.filter(hub=root).values_list("member_id", flat=True))
