"""Where and when is measured, and the sums of it: scopes, periods, and what the tallies hold for them."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, reduce
from operator import or_
from typing import Any, Self

from django.db.models import BooleanField, DateField, ExpressionWrapper, IntegerField, Q, Sum, Value
from django.db.models.functions import Cast, Least
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from institutions.models import HubMembership, Institution, Kind, PriorityIssue
from lapor.ground.shares import Histogram, spread

from .facts import PEOPLE, STOCK_DIMS
from .models import Fact, LowWater, MonthTally, Stock, Tally
from .models.tally import STOCK, taken_up_to

CUTS = ("topic", "region", "channel", "track", "kind", "issue")
SMALL = ("", "clock", "closure", "reason", "days", "stars", "gender", "disability", "age")  # dims with few values
CODE = re.compile(r"(?P<year>20\d\d)(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")
DAY = timedelta(days=1)
TAKEN = ExpressionWrapper(Value(date.min) + Cast("done", IntegerField()) - 1, output_field=DateField())  # of the water of the stock
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def _month(year: int, index: int) -> date:
    """The first day of a month counted from January of a year on; the count may leave the year."""
    return date(year + index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter, half-year or year (`2026-09`, `2026-Q3`, `2026-H2`, `2026`); both days belong to it."""

    code: str
    kind: str
    first: date
    last: date

    @classmethod
    def of(cls, kind: str, on: date) -> Self:
        """The period of this kind that holds a day."""
        length = MONTHS[kind]
        number = (on.month - 1) // length
        first = _month(on.year, number * length)
        codes = {"month": f"{on:%Y-%m}", "quarter": f"{on.year}-Q{number + 1}", "half": f"{on.year}-H{number + 1}", "year": f"{on.year}"}
        return cls(codes[kind], kind, first, _month(on.year, (number + 1) * length) - DAY)

    @classmethod
    def parse(cls, code: str) -> Self:
        """ValueError for what is no code of a period."""
        found = CODE.fullmatch(code)
        if found is None:
            raise ValueError(code)
        year = int(found["year"])
        for kind in ("quarter", "half", "month"):
            if found[kind]:
                return cls.of(kind, _month(year, (int(found[kind]) - 1) * MONTHS[kind]))
        return cls.of("year", date(year, 1, 1))

    @property
    def before(self) -> "Period":
        return Period.of(self.kind, self.first - DAY)

    @property
    def after(self) -> "Period":
        return Period.of(self.kind, self.last + DAY)

    @property
    def months(self) -> list[date]:
        return [_month(self.first.year, self.first.month - 1 + number) for number in range(MONTHS[self.kind])]

    @property
    def parts(self) -> "list[Period]":
        """The next smaller periods that it consists of; a month has none."""
        smaller = {"year": "half", "half": "quarter", "quarter": "month"}.get(self.kind)
        return [Period.of(smaller, month) for month in self.months[:: MONTHS[smaller]]] if smaller else []

    def is_over(self, on: date) -> bool:
        return self.last < on

    def until(self, on: date) -> date:
        """Its last day, or the one reached while it runs."""
        return min(self.last, on)

    def level_on(self, taken: date | None) -> date | None:
        """Its last day whose stock was taken, when that is known up to a day."""
        return None if taken is None or taken < self.first else min(taken, self.last)

    @property
    def name(self) -> str:
        """As people say it, in the language of the page."""
        if self.kind == "month":
            return date_format(self.first, "F Y")
        if self.kind == "quarter":
            return _("Quarter %(number)s of %(year)s") % {"number": (self.first.month + 2) // 3, "year": self.first.year}
        if self.kind == "half":
            return _("Half-year %(number)s of %(year)s") % {"number": 1 if self.first.month == 1 else 2, "year": self.first.year}
        return str(self.first.year)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Scope:
    """Places whose sums are added; none of them holds another. A report that was at two of them counts at both: no sum of places but
    the nation's own says how many there are in all.

    `key` names it in addresses and files: `nation`, `SLUG`, `hub:SLUG`, `kind:KIND`, `issue:CODE`. With a `cut` only what was counted
    for that value of it.
    """

    key: str
    name: str
    ids: tuple[int, ...]
    tier: str = ""
    institution: Institution | None = None
    cut: tuple[str, str] = ("", "")

    @classmethod
    def nation(cls) -> Self:
        root = Institution.objects.get(parent=None)
        return cls("nation", root.name, (root.pk,), "macro", root)

    @classmethod
    def of(cls, institution: Institution) -> Self:
        """A body or a unit with everything below it."""
        if institution.parent_id is None:
            return cls("nation", institution.name, (institution.pk,), "macro", institution)
        return cls(institution.slug, institution.name, (institution.pk,), institution.tier, institution)

    @classmethod
    def of_hub(cls, hub: Institution, *, on: date) -> Self:
        """The members of a hub, whose aggregates are all that it sees."""
        members = HubMembership.objects.in_force(on).filter(hub=hub).values_list("member_id", flat=True)
        return cls(f"hub:{hub.slug}", hub.name, tuple(sorted(set(members))), "meso", hub)

    @classmethod
    def of_kind(cls, kind: str) -> Self:
        ids = Institution.objects.filter(parent__kind=Kind.NATIONAL, kind=kind).values_list("pk", flat=True)
        return cls(f"kind:{kind}", str(Kind(kind).label), tuple(sorted(ids)), "macro")

    @classmethod
    def of_issue(cls, issue: PriorityIssue) -> Self:
        """What the nation counts under a priority issue."""
        root = Institution.objects.get(parent=None)
        return cls(f"issue:{issue.pk}", issue.name_id, (root.pk,), "macro", root, ("issue", issue.pk))


@dataclass(frozen=True)
class Figures:
    """What was counted in a scope and a period; the `Sums` of `indicators.py`. Read it with `read`."""

    scope: Scope
    period: Period
    sums: Mapping[tuple[str, str, str], int]
    levels: Mapping[tuple[str, str, str], int]
    level_on: date | None = None
    cut: tuple[str, str] = ("", "")
    _by_dim: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, scope: Scope, period: Period, *, dim: str = "", value: str = "", on: date | None = None) -> "Figures":
        """Two queries: the sums of the months, and the stock at the end of the period or (while it runs) of the last day that was taken.

        With `dim` and `value` (one of CUTS), or for a scope that is cut, only what was counted for that value.
        """
        dim, value = (dim, value) if dim else scope.cut
        rows = MonthTally.objects.within(list(scope.ids), period.first, period.last)
        rows = rows.filter(dim=dim, value=value) if dim else rows.filter(dim__in=SMALL)
        summed = rows.values_list("measure", "dim", "value").annotate(n=Sum("n")).order_by()
        sums = {(measure, "", "") if dim else (measure, where, which): n for measure, where, which, n in summed}
        ((level_on, levels),) = _levels(list(scope.ids), (period,), dim, value)
        return cls(scope, period, sums, levels, level_on, (dim, value))

    def n(self, measure: str, dim: str = "", value: str = "") -> int:
        return sum(self.values(measure, dim).values()) if value == "*" else self.sums.get((measure, dim, value), 0)

    def values(self, measure: str, dim: str) -> Mapping[str, int]:
        """Each value of a small dim with its sum."""
        if (measure, dim) not in self._by_dim:
            self._by_dim[measure, dim] = {value: n for (name, where, value), n in self.sums.items() if (name, where) == (measure, dim) and n}
        return self._by_dim[measure, dim]

    def stock(self, measure: str, dim: str = "", value: str = "") -> int:
        return self.levels.get((measure, dim, value), 0)

    def stocks(self, measure: str, dim: str) -> Mapping[str, int]:
        return {value: n for (name, where, value), n in self.levels.items() if (name, where) == (measure, dim) and n}

    def histogram(self, measure: str) -> Histogram:
        return spread(self.values(measure, "days").items())

    @property
    def months(self) -> Fraction:
        """How many months of the period have been counted: whole ones, and the share of the running one."""
        reached = self.level_on if self.level_on is not None and self.level_on < self.period.last else self.period.last
        if reached < self.period.first:
            return Fraction(1)
        whole = [month for month in self.period.months if month <= reached]
        days = calendar.monthrange(reached.year, reached.month)[1]
        return Fraction(len(whole) - 1) + Fraction(reached.day, days)

    @property
    def is_cut(self) -> bool:
        return bool(self.cut[0])

    @property
    def knows_open(self) -> bool:
        return self.cut[0] in {"", *STOCK_DIMS}

    @cached_property
    def is_empty(self) -> bool:
        return not any(self.sums.values()) and not any(self.levels.values())


type Levels = dict[tuple[str, str, str], int]


def _levels(ids: list[int], periods: tuple[Period, ...], dim: str, value: str) -> list[tuple[date | None, Levels]]:
    """For each period its last day whose stock was taken, and the stock then. One query."""
    mark = LowWater.objects.filter(name=STOCK)
    ends = [Q(day=mark.values(end=Least(TAKEN, Value(one.last), output_field=DateField()))[:1]) for one in periods]
    rows = Stock.objects.filter(reduce(or_, ends), institution__in=ids)
    rows = rows.filter(dim=dim, value=value) if dim else rows
    asked = rows.values_list("day", "measure", "dim", "value").annotate(n=Sum("n")).order_by()
    reached: date | None = None
    found: dict[date, Levels] = {}
    for day, measure, where, which, n in asked.union(mark.values_list(TAKEN, Value(""), Value(""), Value(""), Value(0)), all=True):
        if measure:
            found.setdefault(day, {})[(measure, "", "") if dim else (measure, where, which)] = n
        else:
            reached = day
    return [(day, found.get(day, {}) if day is not None else {}) for day in (one.level_on(reached) for one in periods)]


def pair(scope: Scope, period: Period, *, dim: str = "", value: str = "", more: tuple[str, ...] = ()) -> tuple[Figures, Figures]:
    """The figures of a period and of the one before, as `Figures.read` gives each of them, in two queries for both.

    `more` names measures of which every value of every cut is read too, so that `Figures.values` knows their topics and regions.
    """
    before, ids = period.before, list(scope.ids)
    rows = MonthTally.objects.within(ids, before.first, period.last)
    rows = rows.filter(dim=dim, value=value) if dim else rows.filter(Q(dim__in=SMALL) | Q(dim__in=CUTS, measure__in=more))
    is_now = ExpressionWrapper(Q(day__gte=period.first), output_field=BooleanField())
    sums: dict[bool, dict[tuple[str, str, str], int]] = {True: {}, False: {}}
    for now, measure, where, which, n in rows.annotate(now=is_now).values_list("now", "measure", "dim", "value").annotate(n=Sum("n")).order_by():
        sums[now][(measure, "", "") if dim else (measure, where, which)] = n
    (level_on, levels), (level_before, levels_before) = _levels(ids, (period, before), dim, value)
    one = Figures(scope, period, sums[True], levels, level_on, (dim, value))
    other = Figures(scope, before, sums[False], levels_before, level_before, (dim, value))
    return one, other


def breakdown(scope: Scope, period: Period, dim: str, measures: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """For each value of a cut (a topic, a region) what was counted of these measures: `{value: {measure: n}}`."""
    rows = MonthTally.objects.within(list(scope.ids), period.first, period.last).filter(dim=dim, measure__in=measures)
    found: dict[str, dict[str, int]] = {}
    for value, measure, n in rows.values_list("value", "measure").annotate(n=Sum("n")).order_by():
        if n:
            found.setdefault(value, {})[measure] = n
    return found


def crossed(scope: Scope, period: Period, dims: tuple[str, ...], measures: tuple[str, ...]) -> dict[str, dict[str, dict[str, int]]]:
    """Of a scope that is cut by issue, each value of other cuts: `{dim: {value: {measure: n}}}`.

    From the facts, for no sum is kept by two cuts at once; so of measures of the day of arrival only. One query.
    """
    dim, own = scope.cut
    facts = Fact.objects.counted().at(*scope.ids).filter(arrived_on__range=(period.first, period.last), **{f"cuts__{dim}__contains": own})
    found: dict[str, dict[str, dict[str, int]]] = {one: {} for one in dims}
    for cuts, cohort in facts.values_list("cuts", "cohort").iterator():
        for one in dims:
            row = found[one].setdefault(str(cuts.get(one) or ""), {})
            for measure in measures:
                row[measure] = row.get(measure, 0) + (measure in cohort)
    return found


def by_place(ids: tuple[int, ...], period: Period, *, cut: tuple[str, str] = ("", "")) -> dict[int, Figures]:
    """The figures of each place of a list, in three queries: for tables and rankings; with a `cut` those of one value of it."""
    which = Q(dim=cut[0], value=cut[1]) if cut[0] else Q()
    rows = MonthTally.objects.within(list(ids), period.first, period.last).filter(which or Q(dim__in=SMALL))
    sums: dict[int, dict[tuple[str, str, str], int]] = {}
    for pk, measure, dim, value, n in rows.values_list("institution", "measure", "dim", "value").annotate(n=Sum("n")).order_by():
        sums.setdefault(pk, {})[(measure, "", "") if cut[0] else (measure, dim, value)] = n
    levels: dict[int, dict[tuple[str, str, str], int]] = {}
    last = period.level_on(taken_up_to())
    if last is not None:
        stock = Stock.objects.within(list(ids), last, last).filter(which)
        for pk, measure, dim, value, n in stock.values_list("institution", "measure", "dim", "value", "n"):
            levels.setdefault(pk, {})[(measure, "", "") if cut[0] else (measure, dim, value)] = n
    where = Scope("", "", ())
    return {pk: Figures(replace(where, ids=(pk,)), period, sums.get(pk, {}), levels.get(pk, {}), last, cut) for pk in ids}


type Monthly = Mapping[date, Mapping[tuple[str, str, str], int]]


def sums_by_month(ids: tuple[int, ...], first: date, last: date, where: Q, *, cut: tuple[str, str] = ("", "")) -> Monthly:
    """What was counted, month by month; of one value of a cut as if it were the whole. One query."""
    found: dict[date, dict[tuple[str, str, str], int]] = {}
    rows = MonthTally.objects.within(list(ids), first, last).filter(Q(dim=cut[0], value=cut[1]) if cut[0] else where)
    for day, measure, dim, value, n in rows.values_list("day", "measure", "dim", "value").annotate(n=Sum("n")).order_by():
        found.setdefault(day, {})[(measure, "", "") if cut[0] else (measure, dim, value)] = n
    return found


def people_by_month(scope: Scope, period: Period, measures: tuple[str, ...]) -> Monthly:
    """What was counted by what people said of themselves."""
    return sums_by_month(scope.ids, period.first, period.last, Q(dim__in=PEOPLE, measure__in=measures))


def cells_of(months: Monthly, measure: str, dim: str) -> dict[date, dict[str, int]]:
    """Of each month the values of one measure and dim."""
    return {day: {value: n for (name, where, value), n in sums.items() if (name, where) == (measure, dim)} for day, sums in months.items()}


def summed(months: Monthly, period: Period) -> dict[tuple[str, str, str], int]:
    """The sums of a period out of those of its months."""
    found: dict[tuple[str, str, str], int] = {}
    for month in period.months:
        for key, n in months.get(month, {}).items():
            found[key] = found.get(key, 0) + n
    return found


def by_month(scope: Scope, months: tuple[date, ...], measures: tuple[str, ...], *, dim: str = "", value: str = "") -> dict[date, dict[str, int]]:
    """What was counted month by month, for lines over time; the whole, or one value of a cut."""
    return by_month_and_day(scope, months, None, measures, dim=dim, value=value)[0] if months else {}


def by_month_and_day(
    scope: Scope, months: tuple[date, ...], days: tuple[date, date] | None, measures: tuple[str, ...], *, dim: str = "", value: str = ""
) -> tuple[dict[date, dict[str, int]], dict[date, dict[str, int]]]:
    """The same, and between two days also what is kept by day (`facts.DAILY`), in one query."""
    spans: list[tuple[Any, bool]] = [(MonthTally.objects.within(list(scope.ids), months[0], months[-1]), False)]
    if days is not None:
        spans.append((Tally.objects.within(list(scope.ids), *days), True))
    asked = [
        rows.filter(dim=dim, value=value, measure__in=measures).annotate(is_day=Value(is_day)).values_list("is_day", "day", "measure").annotate(n=Sum("n"))
        for rows, is_day in spans
    ]
    found: dict[bool, dict[date, dict[str, int]]] = {False: {month: {} for month in months}, True: {}}
    for is_day, day, measure, n in asked[0].order_by().union(*(rows.order_by() for rows in asked[1:]), all=True):
        found[is_day].setdefault(day, {})[measure] = n
    return found[False], found[True]
