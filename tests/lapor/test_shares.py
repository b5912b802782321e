"""Rounding, intervals, histograms and small cells."""

from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lapor.ground.shares import Histogram, hidden, hidden_nested, rounded, spread, wilson


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 8), "0.13"),
        (Fraction(-1, 8), "-0.13"),
        (Fraction(2, 3) * 100, "66.67"),
        (Decimal("2.675"), "2.68"),
        (0, "0.00"),
        (Fraction(1, 1000), "0.00"),
    ],
)
def test_figures_are_rounded_half_up(value: Fraction, expected: str) -> None:
    assert str(rounded(value)) == expected


def test_rounding_needs_no_decimals() -> None:
    assert str(rounded(Fraction(5, 2), 0)) == "3"


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"), [(8, 10, "0.490", "0.943"), (0, 10, "0.000", "0.278"), (10, 10, "0.722", "1.000"), (50, 100, "0.404", "0.596")]
)
def test_wilsons_interval_is_that_of_the_books(successes: int, n: int, low: str, high: str) -> None:
    found = wilson(successes, n)

    assert found is not None
    assert [f"{float(end):.3f}" for end in found] == [low, high]


def test_no_observation_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert wilson(11, 10) is None


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_share_and_solves_the_score_equation(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    found = wilson(successes, n)

    assert found is not None
    low, high = map(float, found)
    share, z = successes / n, NormalDist().inv_cdf(0.975)
    assert low <= share + 1e-12
    assert share <= high + 1e-12
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            assert (share - end) ** 2 == pytest.approx(z * z * end * (1 - end) / n, rel=1e-6, abs=1e-12)


def test_a_histogram_knows_mean_median_and_ninetieth() -> None:
    seen = spread([("1", 3), ("2", 4), ("10", 2), ("30", 1)])

    assert (seen.n, seen.total, seen.mean) == (10, 61, Fraction(61, 10))
    assert (seen.quantile(Fraction(1, 2)), seen.quantile(Fraction(9, 10)), seen.quantile(Fraction(1))) == (2, 10, 30)


def test_an_empty_histogram_knows_nothing() -> None:
    assert (Histogram({}).mean, Histogram({}).quantile(Fraction(1, 2))) == (None, None)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"a": 50, "b": 0, "c": 12}, set()),
        ({"a": 50, "b": 3, "c": 12}, {"b", "c"}),  # b alone would be the total without the others
        ({"a": 50, "b": 3, "c": 4, "d": 12}, {"b", "c", "d"}),  # 3 + 4 are still fewer than ten
        ({"a": 50, "b": 6, "c": 7}, {"b", "c"}),
        ({"a": 3}, {"a"}),
        ({"a": 0}, set()),
    ],
)
def test_small_cells_are_hidden_with_what_would_give_them_away(cells: dict[str, int], expected: set[str]) -> None:
    assert hidden(cells, 10) == expected


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 60), max_size=12))
def test_what_is_hidden_is_never_one_small_cell_alone(cells: dict[str, int]) -> None:
    out = hidden(cells, 10)

    assert {key for key, n in cells.items() if 0 < n < 10} <= out
    left = [n for key, n in cells.items() if key not in out and n]
    if out and left:
        assert len(out) > 1
        assert sum(cells[key] for key in out) >= 10


@given(st.dictionaries(st.from_regex(r"[1-3]\.[1-4]", fullmatch=True), st.integers(0, 40)))
def test_of_cells_beside_their_groups_nothing_small_follows(cells: dict[str, int]) -> None:
    out, wholes = hidden_nested(cells, 10, lambda key: key[0])

    groups = {name: {key: n for key, n in cells.items() if key[0] == name} for name in {key[0] for key in cells}}
    assert wholes == hidden({name: sum(group.values()) for name, group in groups.items()}, 10)
    for name, group in groups.items():
        gone = {key for key in group if key in out}
        assert gone == set(group) if name in wholes else gone == hidden(group, 10)
