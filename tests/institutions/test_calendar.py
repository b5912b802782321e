import csv
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation
from lokal.holidays import get_holidays

from institutions import services
from institutions.models import CalendarDay, CalendarYear, Change
from lapor.ground.problems import Refusal
from officers.models import User

from .conftest import AT, appointed

VECTORS = Path(__file__).resolve().parents[1] / "data" / "workday_vectors.csv"
FIRST, LAST = date(2024, 1, 1), date(2028, 12, 31)
DAY_OFF = date(2026, 11, 25)


def vectors() -> list[dict[str, str]]:
    with VECTORS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def count_on(start: date, length: int, off: frozenset[date]) -> date:
    """The last of `length` working days after `start`, counted as plainly as can be."""
    day = start
    while length:
        day += timedelta(days=1)
        length -= day.weekday() < 5 and day not in off
    return day


@pytest.mark.django_db
def test_every_vector_comes_out_with_joint_leave_and_without() -> None:
    off = CalendarDay.objects.off_days(None, FIRST, LAST)
    worked = CalendarDay.objects.filter(kind="national_holiday").off_days(None, FIRST, LAST)

    rows = vectors()
    found = [
        (
            count_on(date.fromisoformat(row["start_date"]), int(row["working_days"]), off),
            count_on(date.fromisoformat(row["start_date"]), int(row["working_days"]), worked),
        )
        for row in rows
    ]

    assert len(rows) == 40
    assert found == [(date.fromisoformat(row["due_with_joint_leave_excluded"]), date.fromisoformat(row["due_if_joint_leave_worked"])) for row in rows]


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "holidays", "leave"), [(2024, 19, 10), (2025, 17, 11), (2026, 17, 8), (2027, 18, 8)])
def test_a_year_has_its_holidays_and_its_joint_leave(year: int, holidays: int, leave: int) -> None:
    days = CalendarDay.objects.filter(date__year=year)

    assert (days.filter(kind="national_holiday").count(), days.filter(kind="joint_leave").count()) == (holidays, leave)


@pytest.mark.django_db
@pytest.mark.parametrize("year", [2026, 2027])
def test_a_second_source_names_the_same_days(year: int) -> None:
    seeded = set(CalendarDay.objects.filter(date__year=year, institution=None).values_list("date", flat=True))

    assert seeded == {date.fromisoformat(row.date) for row in get_holidays(year).holidays}


@pytest.mark.django_db
def test_a_year_without_a_decree_is_provisional() -> None:
    versions = CalendarYear.objects.versions()

    assert {year: status for year, (status, _version) in versions.items()} == {
        2024: "confirmed", 2025: "confirmed", 2026: "confirmed", 2027: "confirmed", 2028: "provisional",
    }  # fmt: skip
    assert not CalendarDay.objects.filter(date__year=2028, kind="joint_leave").exists()


def test_a_new_day_off_counts_and_alters_the_version_of_its_year(system: User) -> None:
    before = CalendarYear.objects.versions()[2026][1]

    services.set_calendar_day(date=DAY_OFF, kind="national_holiday", name="Pemilu", decree="Keppres 1/2026", by=system, at=AT, why="election")

    assert DAY_OFF in CalendarDay.objects.off_days(None, DAY_OFF, DAY_OFF)
    assert CalendarYear.objects.versions()[2026] == ("confirmed", before + 1)


def test_a_day_off_can_be_renamed_and_removed(system: User) -> None:
    for name in ("Pemilu", "Pemilihan umum"):
        row = services.set_calendar_day(date=DAY_OFF, kind="national_holiday", name=name, by=system, at=AT, why="test")
    services.remove_calendar_day(row, by=system, at=AT, why="test")

    assert not CalendarDay.objects.current().filter(date=DAY_OFF).exists()
    changes = Change.objects.filter(target_kind="institutions.calendarday").order_by("pk")
    assert [change.what for change in changes][-3:] == ["created", "updated", "removed"]
    with translation.override("en"), pytest.raises(Refusal, match="already"):
        services.remove_calendar_day(row, by=system, at=AT, why="test")


def test_what_counted_in_an_older_version_can_be_read_again(system: User) -> None:
    before = CalendarYear.objects.get(pk=2026).version
    row = services.set_calendar_day(date=DAY_OFF, kind="national_holiday", name="Pemilu", by=system, at=AT, why="test")
    services.remove_calendar_day(row, by=system, at=AT, why="test")

    counts = {version: DAY_OFF in CalendarDay.objects.off_days(None, DAY_OFF, DAY_OFF, {2026: version}) for version in range(before, before + 3)}
    assert counts == {before: False, before + 1: True, before + 2: False}
    assert CalendarDay.objects.off_days(None, DAY_OFF, DAY_OFF) == frozenset()


def test_a_day_of_one_institution_counts_there_and_below_only(system: User, country: SimpleNamespace) -> None:
    services.set_calendar_day(date=DAY_OFF, kind="institution", name="Hari jadi", institution=country.ministry, by=system, at=AT, why="test")

    def is_off(place: Any) -> bool:
        return DAY_OFF in CalendarDay.objects.off_days(place.pk if place else None, DAY_OFF, DAY_OFF)

    places = (None, country.nation, country.ministry, country.unit, country.regency)
    assert [is_off(place) for place in places] == [False, False, True, True, False]


def test_off_days_take_one_query(country: SimpleNamespace, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        CalendarDay.objects.off_days(country.unit.pk, FIRST, LAST)


@pytest.mark.parametrize("kind", ["institution", "weekend"])
def test_a_national_day_has_a_national_kind(system: User, kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.set_calendar_day(date=DAY_OFF, kind=kind, name="x", by=system, at=AT, why="test")

    assert refused.value.status == 422


def test_an_institution_sets_its_own_days_only(system: User, country: SimpleNamespace) -> None:
    admin = appointed("admin.air", "institution_admin", country.ministry, system)

    services.set_calendar_day(date=DAY_OFF, kind="institution", name="Hari jadi", institution=country.unit, by=admin, at=AT, why="test")

    for place in (None, country.regency):
        with pytest.raises(Refusal) as refused:
            services.set_calendar_day(date=DAY_OFF, kind="institution", name="x", institution=place, by=admin, at=AT, why="test")
        assert refused.value.status == 403


def test_the_decree_confirms_a_year(system: User) -> None:
    row = services.confirm_year(year=2028, decree="SKB 1/2027", by=system, at=AT, why="the decree is out")

    assert (row.status, row.version, row.decree) == ("confirmed", 2, "SKB 1/2027")


@pytest.mark.parametrize(("year", "decree", "field"), [(2028, " ", "decree"), (2031, "SKB 1/2030", "year")])
def test_a_year_is_not_confirmed_without_decree_or_days(system: User, year: int, decree: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.confirm_year(year=year, decree=decree, by=system, at=AT, why="test")

    assert set(refused.value.fields) == {field}


def test_a_day_of_an_unknown_year_opens_the_year_as_provisional(system: User) -> None:
    services.set_calendar_day(date=date(2030, 1, 1), kind="national_holiday", name="Tahun baru", by=system, at=AT, why="test")

    assert CalendarYear.objects.versions()[2030] == ("provisional", 1)
