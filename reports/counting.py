"""A month of the whole country as the tallies hold it, brought to what may be told of it (`disclosure.py`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, Sum

from complaints.workflow import State, Track
from institutions.models import Institution, Kind, coarse
from lapor.ground.shares import Histogram, is_small, rounded
from monitoring.figures import Figures, Period, by_place
from monitoring.indicators import INDEX, INDICATORS, PUBLIC, STOCK, Indicator, Result, index, work_out
from monitoring.models import Fact, MonthTally
from monitoring.telling import FLOWS, NAMES, NESTED, is_told, tellable

from .disclosure import Cell, Table, named_in, revised

CUTS = {"topics": "topic", "provinces": "region", "channels": "channel"}  # the name of a table and the dim of its tallies
# What the public list showed once (who wanted to has kept it), and what it may show one day. A part is read with its lead.
SHOWN_ONCE = Q(published_at__isnull=False)
MAY_BE_SHOWN = SHOWN_ONCE | (Q(is_secret=False, track=Track.NON_OVERSIGHT) & ~Q(state=State.ARCHIVED))
Told = dict[str, Any]


def _of_a_report(q: Q) -> Q:
    """The condition on a report said of a fact, by its lead where it is a part."""

    def along(node: Q, prefix: str) -> Q:
        moved = Q(_connector=node.connector, _negated=node.negated)
        for child in node.children:
            moved.add(along(child, prefix) if isinstance(child, Q) else Q((f"{prefix}{child[0]}", child[1])), node.connector)  # type: ignore[index]  # a pair
        return moved

    return Q(along(q, "complaint__"), complaint__lead=None) | Q(along(q, "complaint__lead__"), complaint__lead__isnull=False)


def value_of(dim: str, value: str) -> str:
    """A region counts for its province."""
    return coarse(value).partition(".")[0] if dim == "region" else value


@dataclass
class Known:
    """What everybody may know of the reports that arrived in the month: `seen` of them by place and measure, `may` by place, dim and value."""

    seen: dict[tuple[int, str], int]
    may: dict[tuple[int, str, str], int]

    @classmethod
    def read(cls, ids: Iterable[int], period: Period) -> "Known":
        found = cls({}, {})
        facts = Fact.objects.counted().at(*ids).filter(arrived_on__range=(period.first, period.last))
        for place, cohort in facts.filter(_of_a_report(SHOWN_ONCE)).values_list("institution", "cohort").iterator():
            for measure in cohort:
                found.seen[place, measure] = found.seen.get((place, measure), 0) + 1
        for place, cuts in facts.filter(_of_a_report(MAY_BE_SHOWN)).values_list("institution", "cuts").iterator():
            cells = [("", ""), *((dim, value_of(dim, str(cuts.get(dim) or ""))) for dim in CUTS.values())]
            for dim, value in cells:
                found.may[place, dim, value] = found.may.get((place, dim, value), 0) + 1
        return found


class Month:
    """What may be told of a month, for the nation and each body right below it."""

    def __init__(self, month: date, limits: Mapping[str, int]) -> None:
        self.period, self.limits, self.least = Period.of("month", month), limits, limits["small_cell"]
        self.root = Institution.objects.get(parent=None)
        self.bodies = list(Institution.objects.filter(parent__kind=Kind.NATIONAL).order_by("slug"))
        self.places = [self.root, *self.bodies]
        self.slugs = {place.pk: place.slug for place in self.places}
        self.figures = by_place(tuple(self.slugs), self.period)
        self.known = Known.read(self.slugs, self.period)
        self.received = {place.slug: self._cell(place.pk, "", "", self.figures[place.pk].n("received")) for place in self.places}

    def _cell(self, pk: int, dim: str, value: str, n: int) -> Cell:
        return Cell(n, max(n - self.known.may.get((pk, dim, value), 0), 0))

    def silent(self) -> frozenset[str]:
        """The places whose own number is not told. Nothing else of them is either: much else would tell it."""
        bodies = {place.slug: self.received[place.slug] for place in self.bodies}
        top = self.received[self.root.slug]
        if not top.n or top.is_small(self.least):
            return frozenset(self.received)
        return frozenset(self.received) - named_in(bodies, self.least) - {self.root.slug}

    def _cut(self, dim: str, silent: frozenset[str]) -> Table:
        rows = MonthTally.objects.within(list(self.slugs), self.period.first, self.period.last).filter(dim=dim, measure="received")
        sums: dict[tuple[int, str], int] = {}
        for pk, value, n in rows.values_list("institution", "value").annotate(n=Sum("n")).order_by():
            sums[pk, value_of(dim, value)] = sums.get((pk, value_of(dim, value)), 0) + n
        cells: dict[str, dict[str, Cell]] = {slug: {} for slug in self.slugs.values()}
        for (pk, value), n in sums.items():
            if n:
                cells[self.slugs[pk]][value] = self._cell(pk, dim, value, n)
        return Table(cells, top=self.root.slug, silent=silent, least=self.least)

    def told(self) -> dict[int, Told]:
        """For each place that is told of: what is told."""
        silent = self.silent()
        cuts = {name: self._cut(dim, silent) for name, dim in CUTS.items()}
        found: dict[int, Told] = {}
        for place in self.places:
            if place.slug in silent:
                continue
            sums = self.sums(place.pk)
            found[place.pk] = {"sums": sums, "indicators": self.indicators(place.pk, sums)}
            for name, table in cuts.items():
                named = {value: table.cell(place.slug, value).n for value in sorted(table.named[place.slug])}
                found[place.pk][name] = {"named": named, "rest": sums["received"] - sum(named.values())}
        return found

    def sums(self, pk: int) -> dict[str, int]:
        figures = self.figures[pk]
        known = {name: self.known.seen.get((pk, name), 0) for name in NESTED if name != "received"}
        return tellable({name: figures.n(name) for name in (*NESTED, *FLOWS)}, known, self.least)

    def indicators(self, pk: int, sums: Mapping[str, int]) -> dict[str, Told]:
        """Every indicator for the public; the index is made of what is told alone, so that it tells of nothing else."""
        rows = [row for row in INDICATORS.values() if row.audience == PUBLIC]
        results = {row.key: shown(row, work_out(row, self.figures[pk], self.limits), self.figures[pk], sums, self.least) for row in rows if row.shape != INDEX}
        results |= {row.key: index(row, results, self.limits) for row in rows if row.shape == INDEX}
        return {row.key: packed(results[row.key]) for row in rows}


def shown(row: Indicator, result: Result, figures: Figures, sums: Mapping[str, int], least: int) -> Result:
    """The result as everybody may see it: stocks in round numbers, and nothing made of a number that is not told."""
    if result.missing:
        return result
    if row.shape == STOCK or row.key == "backlog_months":
        return _rounded(row, result, figures, sums, least)
    return result if is_told(row, result.numerator, result.denominator, sums, least) else Result(row, None, missing="few")


def _rounded(row: Indicator, result: Result, figures: Figures, sums: Mapping[str, int], least: int) -> Result:
    """What is open moves from month to month by what came and went: exact, two of them would tell a closed number that is not told."""
    if figures.level_on is None:
        return Result(row, None, missing="nothing")
    n = figures.stock(row.top[0].partition("@")[0])
    if is_small(n, least) or (row.shape != STOCK and not sums.get("closed")):
        return Result(row, None, missing="few")
    near = int(rounded(Fraction(n, least), 0)) * least
    if row.shape == STOCK:
        return Result(row, Decimal(near), near)
    return Result(row, rounded(Fraction(near, sums["closed"])), near, sums["closed"])


def packed(result: Result) -> Told:
    """A result as it is kept: numbers of two decimals as texts, so that no binary fraction comes in between."""
    texts = {name: str(value) for name in ("value", "low", "high") if (value := getattr(result, name)) is not None}
    whole = {name: value for name in ("numerator", "denominator", "median", "p90") if (value := getattr(result, name)) is not None}
    parts = {key: str(value) for key, value in result.parts.items()}
    return texts | whole | ({"missing": result.missing} if result.missing else {}) | ({"parts": parts} if parts else {})


def unpacked(key: str, told: Told) -> Result:
    texts: dict[str, Any] = {name: Decimal(told[name]) for name in ("low", "high") if name in told}
    whole: dict[str, Any] = {name: told[name] for name in ("numerator", "denominator", "median", "p90", "missing") if name in told}
    parts = {name: Decimal(value) for name, value in told.get("parts", {}).items()}
    return Result(INDICATORS[key], Decimal(told["value"]) if "value" in told else None, **texts, **whole, parts=parts)


@dataclass(frozen=True)
class _Sums:
    """Sums of a place that are told, as indicators read them."""

    told: Mapping[str, int]
    months = Fraction(1)
    is_cut = False
    knows_open = False

    def n(self, measure: str, dim: str = "", value: str = "") -> int:
        return self.told.get(measure, 0)

    def values(self, measure: str, dim: str) -> Mapping[str, int]:
        return {}

    def stock(self, measure: str, dim: str = "", value: str = "") -> int:
        return 0

    def histogram(self, measure: str) -> Histogram:
        return Histogram({})


def again(old: Told, new: Told, limits: Mapping[str, int]) -> Told:
    """The second revision of a place. What arrived and what it was about stays as it was told; an outcome changes only where it differs by
    enough. What is made of sums is made of those that are told beside it, and the index of what is told.
    """
    least = limits["small_cell"]
    sums = revised(old["sums"], {**new["sums"], "received": old["sums"]["received"]}, least)
    results = {}
    for key, told in new["indicators"].items():
        row = INDICATORS[key]
        if row.shape == INDEX:
            continue
        if {*row.top, *row.bottom} <= NAMES:
            results[key] = _of_sums(row, sums, limits)
        else:
            results[key] = unpacked(key, _newer(old["indicators"].get(key, {}), told, least))
    indexes = {key: index(INDICATORS[key], results, limits) for key in new["indicators"] if INDICATORS[key].shape == INDEX}
    return {**old, "sums": sums, "indicators": {key: packed((results | indexes)[key]) for key in new["indicators"]}}


def _of_sums(row: Indicator, sums: Mapping[str, int], limits: Mapping[str, int]) -> Result:
    if not {*row.top, *row.bottom} <= sums.keys():
        return Result(row, None, missing="few")
    result = work_out(row, _Sums(sums), limits)
    return result if result.missing or is_told(row, result.numerator, result.denominator, sums, limits["small_cell"]) else Result(row, None, missing="few")


def _newer(old: Told, new: Told, least: int) -> Told:
    close = any(is_small((new.get(name) or 0) - (old.get(name) or 0), least) for name in ("numerator", "denominator"))
    return old if old and "missing" not in old and close else new
