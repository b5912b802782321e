"""What must not stand beside each other: nothing small follows from a period less the shorter ones within it."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lapor.ground.shares import hidden
from monitoring.figures import Period
from monitoring.telling import hidden_over_time
from tests.reports.attack import Equation, solve

LEAST = 10
YEAR = Period.parse("2026")
Months = Mapping[date, Mapping[str, int]]


def few(cells: Mapping[str, int]) -> frozenset[str]:
    return hidden(cells, LEAST)


def all_of(period: Period) -> list[Period]:
    return [period, *(one for part in period.parts for one in all_of(part))]


def follows(months: Months, cell: str) -> dict[str, int]:
    """What follows of a cell for whoever reads every period of the year."""
    told: list[Equation] = [
        ({str(month): 1 for month in one.months}, sum(months.get(month, {}).get(cell, 0) for month in one.months))
        for one in all_of(YEAR)
        if cell not in hidden_over_time(months, one, few)
    ]
    return solve(told)


def test_a_year_consists_of_halves_these_of_quarters_and_these_of_months() -> None:
    assert [part.code for part in YEAR.parts] == ["2026-H1", "2026-H2"]
    assert [part.code for part in Period.parse("2026-H2").parts] == ["2026-Q3", "2026-Q4"]
    assert [part.code for part in Period.parse("2026-Q3").parts] == ["2026-07", "2026-08", "2026-09"]
    assert Period.parse("2026-07").parts == []


@pytest.mark.parametrize(("last", "is_told"), [(3, False), (12, True), (0, True)])
def test_a_quarter_is_not_told_where_it_gives_a_small_month_away(last: int, is_told: bool) -> None:
    months = {date(2026, 7, 1): {"yes": 20, "no": 40}, date(2026, 8, 1): {"yes": 15, "no": 50}, date(2026, 9, 1): {"yes": last, "no": 60}}

    assert ("yes" not in hidden_over_time(months, Period.parse("2026-Q3"), few)) is is_told


def test_what_two_small_months_hold_together_is_told() -> None:
    months = {date(2026, 7, 1): {"yes": 6, "no": 40}, date(2026, 8, 1): {"yes": 7, "no": 50}, date(2026, 9, 1): {"yes": 20, "no": 60}}

    assert hidden_over_time(months, Period.parse("2026-Q3"), few) == frozenset()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from((0, 1, 4, 9, 10, 14, 30)), st.integers(0, 40), st.integers(0, 12)), min_size=12, max_size=12))
def test_no_small_month_follows_from_all_periods_of_a_year(counts: list[tuple[int, int, int]]) -> None:
    months = {month: dict(zip("abc", three, strict=True)) for month, three in zip(YEAR.months, counts, strict=True)}

    for cell in "abc":
        assert [name for name, n in follows(months, cell).items() if 0 < n < LEAST] == []
