"""Nobody finds a few reports in what is published, whatever is subtracted from what."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lapor.ground.shares import is_small
from monitoring.telling import NESTED, tellable
from reports.disclosure import Cell, Table, named_in, revised, total
from tests.reports.attack import Equation, solve

LEAST = 10
TOP = "nation"
# Mostly around the edge, where the mistakes are; `kept` is a part of n.
COUNTS = st.one_of(st.integers(0, 3), st.integers(7, 13), st.integers(0, 60))
CELLS = st.tuples(COUNTS, st.sampled_from([0, 0, 1, 2, 5, 9, 10, 60])).map(lambda pair: Cell(pair[0], min(pair)))
Rows = dict[str, dict[str, Cell]]


@st.composite
def countries(draw: Any) -> Rows:
    """A few bodies by a few topics; the nation is their sum, the case in which the attacker knows most."""
    values = [f"t{number}" for number in range(draw(st.integers(1, 5)))]
    rows: Rows = {f"b{number}": {value: draw(CELLS) for value in values} for number in range(draw(st.integers(1, 5)))}
    rows[TOP] = {value: total(row[value] for row in rows.values()) for value in values}
    return rows


def released(rows: Rows) -> Table:
    """As a release does it: first whose sum is told, then what each of them names."""
    sums = {place: total(row.values()) for place, row in rows.items() if place != TOP}
    whole = total(rows[TOP].values())
    told = frozenset() if whole.is_small(LEAST) or not whole.n else named_in(sums, LEAST) | {TOP}
    return Table(rows, top=TOP, silent=frozenset(rows) - told, least=LEAST)


def published(table: Table, layer: str, month: str = "") -> list[Equation]:
    """What the files say of the cells that are not named. For `kept`, what whoever knows the whole public list makes of them."""

    def count(place: str, value: str) -> int:
        return int(getattr(table.cell(place, value), layer))

    def name(place: str, value: str) -> str:
        return f"{month}{place}.{value}"

    found: list[Equation] = []
    places = [place for place in table.places if place not in table.silent]
    for place in places:
        cells = [value for value in table.values if value not in table.named[place]]
        found.append(({name(place, value): 1 for value in cells}, sum(count(place, value) for value in cells)))
    for value in table.named[TOP]:
        holders = [place for place in table.places if value not in table.named[place]]
        found.append(({name(place, value): 1 for place in holders}, sum(count(place, value) for place in holders)))
    if TOP not in table.silent:
        silent = {name(place, value): 1 for place in table.silent for value in table.values}
        found.append((silent, sum(count(place, value) for place in table.silent for value in table.values)))
    return [(terms, n) for terms, n in found if terms]


def small_ones(table: Table, layer: str, equations: list[Equation], month: str = "") -> list[str]:
    """The cells with too few that the attacker knows, and the sums that are too few once what else is known is taken out."""
    known = solve(equations)
    cells = [(place, value) for place in table.places for value in table.values]
    few = [f"{p}.{v}" for p, v in cells if is_small(getattr(table.cell(p, v), layer), LEAST) and f"{month}{p}.{v}" in known]
    return few + [f"{terms} = {n}" for terms, n in equations if is_small(n - sum(known.get(name, 0) for name in terms), LEAST)]


@settings(max_examples=300, deadline=None)
@given(countries())
def test_no_cell_with_too_few_is_named_or_found(rows: Rows) -> None:
    table = released(rows)

    for place, named in table.named.items():
        assert not any(table.cell(place, value).is_small(LEAST) for value in named)
    for layer in ("n", "kept"):
        assert small_ones(table, layer, published(table, layer)) == []


@settings(max_examples=100, deadline=None)
@given(countries(), countries())
def test_the_files_of_two_months_together_tell_no_more(first: Rows, second: Rows) -> None:
    tables = {"a": released(first), "b": released(second)}

    for layer in ("n", "kept"):
        both = [line for month, table in tables.items() for line in published(table, layer, month)]
        for month, table in tables.items():
            assert [name for name in small_ones(table, layer, both, month) if "=" not in name] == []


def test_the_attacker_of_these_tests_finds_what_is_badly_hidden() -> None:
    """One cell alone, and a chain over two bodies that no single row or column shows."""
    assert solve([({"x": 1}, 3)]) == {"x": 3}
    chain: list[Equation] = [({"a1": 1, "a2": 1}, 13), ({"a1": 1}, 10), ({"a2": 1, "b2": 1}, 11)]
    assert solve(chain) == {"a1": 10, "a2": 3, "b2": 8}
    assert solve([({"x": 1, "y": 1}, 0)]) == {"x": 0, "y": 0}
    assert solve([({"x": 1, "y": 1}, 5)]) == {}


def test_a_chain_over_rows_and_columns_is_broken() -> None:
    """Without the look at rows and columns together, b1 names t2 and t3, and 13 less 10 is its t1."""
    rows: Rows = {
        "b1": {"t1": Cell(3, 3), "t2": Cell(10, 10), "t3": Cell(50, 50)},
        "b2": {"t1": Cell(8, 8), "t2": Cell(40, 40), "t3": Cell(12, 12)},
        "b3": {"t1": Cell(70, 70), "t2": Cell(60, 60), "t3": Cell(60, 60)},
    }
    rows[TOP] = {value: total(row[value] for row in rows.values()) for value in ("t1", "t2", "t3")}
    table = released(rows)

    assert list(table.pinned()) == []
    assert table.named["b3"]
    assert small_ones(table, "n", published(table, "n")) == []


def test_a_body_that_names_nothing_is_not_found_by_the_only_column_that_is_told() -> None:
    """b1 has 3 and 20; the 20 are all that the nation has of t2 beyond b2, which names it: the 3 would be what they leave."""
    rows: Rows = {"b1": {"t1": Cell(3, 3), "t2": Cell(20, 20)}, "b2": {"t1": Cell(9, 9), "t2": Cell(30, 30), "t3": Cell(9, 9)}}
    rows[TOP] = {value: total(row.get(value, Cell()) for row in rows.values()) for value in ("t1", "t2", "t3")}
    table = released(rows)

    assert small_ones(table, "n", published(table, "n")) == []
    assert table.named == {"b1": set(), "b2": set(), TOP: set()}


def test_large_cells_are_named_with_their_own_numbers() -> None:
    rows: Rows = {"b1": {"t1": Cell(40, 20), "t2": Cell(30, 15), "": Cell(25, 12)}}
    rows[TOP] = dict(rows["b1"])
    table = released(rows)

    assert table.named == {"b1": {"t1", "t2"}, TOP: {"t1", "t2"}}
    assert table.rest("b1") == 25


def test_a_public_list_beside_a_number_does_not_show_the_one_secret_report() -> None:
    """Forty reports on t1, of which everybody can read thirty-nine."""
    rows: Rows = {"b1": {"t1": Cell(40, 1), "t2": Cell(60, 30), "t3": Cell(50, 20)}}
    rows[TOP] = dict(rows["b1"])

    assert released(rows).named["b1"] == {"t2"}


NAMES = st.fixed_dictionaries(dict.fromkeys((*NESTED, "closed"), COUNTS))


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES)
def test_sums_beside_each_other_and_beside_the_public_ones_differ_by_none_or_enough(sums: dict[str, int], known: dict[str, int]) -> None:
    told = tellable(sums, known, LEAST)

    assert all(told[name] == sums[name] and not is_small(sums[name], LEAST) for name in told)
    assert not any(is_small(n - known[name], LEAST) for name, n in told.items())
    for name in told:
        whole = NESTED.get(name, "")
        while whole and whole not in told:
            whole = NESTED[whole]
        assert not whole or not is_small(told[whole] - told[name], LEAST)


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES)
def test_two_revisions_differ_by_none_or_enough(old: dict[str, int], new: dict[str, int]) -> None:
    first = tellable(old, {}, LEAST)
    second = revised(first, tellable(new, {}, LEAST), LEAST)

    assert not any(is_small(second[name] - first[name], LEAST) for name in second.keys() & first.keys())
