"""Everything that one board shows, read in a number of queries that does not grow with what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import BooleanField, ExpressionWrapper, Q, Sum
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from institutions.models import Institution, Kind, Limit, PriorityIssue, counts_on
from lapor.ground.shares import hidden, hidden_nested

from ..figures import CUTS, SMALL, Figures, Monthly, Period, Scope, by_month_and_day, cells_of, pair, people_by_month, summed, sums_by_month
from ..indicators import COUNT, INDICATORS, RESOLUTION, Indicator, Result, measure_all, work_out
from ..models import Escalation, MonthTally, Stock
from ..telling import FEW, Rule, guarded, hidden_over_time, untold_over_time
from .labels import names_of
from .sight import Sight

CLOSED = Indicator("closed", gettext_lazy("Reports closed"), COUNT, ("closed",), unit="reports", is_better_high=None, has_cuts=True)
# Of which every topic, region, channel, track, kind and issue is read.
BROKEN_DOWN = ("received",)
# What is drawn over time.
OVER_TIME = ("received", "closed", "validated", "followed_up", "rated", "stars", "passed_60")
OPEN = ("open", "open_over_60")  # the stocks of reports
YEAR = 12
# What a body or unit is compared by: the sums that it takes, and the columns made of them.
COMPARED = ("received", "validated", "followed_up", "closed", "rated", "stars")
COLUMNS = ("followup_rate", "sla_compliance", "clearance_rate_flow", "satisfaction")
TOPICS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for: a scope as the officer sees it, a period, perhaps one value of a cut; and the day on which it asks."""

    sight: Sight
    period: Period
    on: date
    cut: tuple[str, str] = ("", "")

    @property
    def scope(self) -> Scope:
        return self.sight.scope


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the comparison: a body, a unit, or a kind of bodies, with what was counted there."""

    key: str  # of its scope
    name: str
    kind: str
    figures: Figures
    results: Mapping[str, Result]
    bodies: int = 0  # of a kind: how many there are
    connected: int = 0  # of those, with a report in the period


@dataclass(frozen=True)
class Board:
    asked: Asked
    now: Figures
    before: Figures
    limits: Mapping[str, int]
    over_time: Mapping[date, Mapping[str, int]]
    days: Mapping[date, Mapping[str, int]]
    levels: Mapping[int, int] | None  # of the ladder, now; None where it is not told
    places: list[Place]
    names: Mapping[tuple[str, str], str]
    is_hidden: bool = False  # the whole board is about too few
    months: Monthly = field(default_factory=dict)  # what people said of themselves by month; of a hub every sum of this period and the one before
    members: Mapping[date, Mapping[str, int]] = field(default_factory=dict)  # what each member of a hub received, by month
    results: Mapping[str, Result] = field(default_factory=dict)
    results_before: Mapping[str, Result] = field(default_factory=dict)
    aim: Mapping[str, Decimal] = field(default_factory=dict)  # what one value of a cut should reach by itself

    @property
    def least(self) -> int:
        return self.limits["small_cell"]

    @cached_property
    def targets(self) -> Mapping[str, Decimal]:
        """What each indicator should reach."""
        return {key: Decimal(self.limits[f"target_{key}"]) for key in INDICATORS if f"target_{key}" in self.limits} | {**self.aim}

    @property
    def reached(self) -> date:
        """The day up to which the figures go."""
        return self.now.level_on or self.asked.period.until(self.asked.on)

    @property
    def is_empty(self) -> bool:
        """Whether no report was counted: units and accounts are there before the first."""
        return _has_no_report(self.now)

    @property
    def is_bare(self) -> bool:
        """Whether no report was counted, neither now nor before."""
        return self.is_empty and _has_no_report(self.before)

    @cached_property
    def provinces(self) -> dict[str, int]:
        """Reports received by the first digits of their regions."""
        return by_province(self.now.values("received", "region"))


def _has_no_report(figures: Figures) -> bool:
    return not any(figures.sums.values()) and not any(n for (measure, _dim, _value), n in figures.levels.items() if measure in OPEN)


@dataclass(frozen=True, slots=True)
class _Group:
    """What one row of the comparison adds up."""

    key: str
    name: str
    kind: str
    ids: tuple[int, ...]
    bodies: int = 0


def _kinds(asked: Asked) -> list[_Group]:
    """The bodies of the country by kind, those that are no more with what they once did; how many there are now."""
    found: dict[str, list[tuple[int, bool]]] = {}
    is_now = ExpressionWrapper(counts_on(asked.on), output_field=BooleanField())
    rows = Institution.objects.filter(parent__in=asked.scope.ids).annotate(is_now=is_now).order_by("pk")
    for pk, kind, now in rows.values_list("pk", "kind", "is_now"):
        found.setdefault(kind, []).append((pk, now))
    return [
        _Group(f"kind:{kind.value}", str(kind.label), "", tuple(pk for pk, _now in found[kind]), sum(now for _pk, now in found[kind]))
        for kind in Kind
        if any(now for _pk, now in found.get(kind, ()))
    ]


def _groups(asked: Asked) -> list[_Group]:
    """What is compared below a scope: the nation's kinds of bodies, the members of a hub, the bodies of a kind, the units of a body."""
    scope, rows = asked.scope, Institution.objects.in_force(asked.on)
    if scope.key == "nation":
        return _kinds(asked)
    if scope.key.startswith(("hub:", "kind:")):
        rows = rows.filter(pk__in=scope.ids)
    else:
        rows = rows.filter(parent__in=scope.ids) if asked.sight.has_below else rows.none()
    return [_Group(place.slug, place.name, place.kind, (place.pk,)) for place in rows]


type Sums = dict[tuple[str, str, str], int]


def _sums(asked: Asked, ids: Sequence[int]) -> dict[int, Sums]:
    """What was counted at each place. One column a condition and no OR: PostgreSQL then goes by the index instead of reading the table."""
    dim, value = asked.cut
    rows = MonthTally.objects.within(list(ids), asked.period.first, asked.period.last)
    if dim:
        rows = rows.filter(dim=dim, value=value, measure__in=COMPARED)
    else:
        rows = rows.filter(dim__in=("", "clock"), measure__in=(*COMPARED, "met", "missed"), value__in=("", *RESOLUTION))
    found: dict[int, Sums] = {}
    for pk, measure, where, which, n in rows.values_list("institution", "measure", "dim", "value").annotate(n=Sum("n")).order_by():
        found.setdefault(pk, {})[(measure, "", "") if dim else (measure, where, which)] = n
    return found


def _open(asked: Asked, ids: Sequence[int], on: date) -> dict[int, int]:
    """What was open at each place at the end of a day."""
    dim, value = asked.cut
    rows = Stock.objects.within(list(ids), on, on).filter(measure="open", dim=dim, value=value)
    return dict(rows.values_list("institution").annotate(n=Sum("n")).order_by())


def _added(sums: Iterable[Sums]) -> Sums:
    found: Sums = {}
    for one in sums:
        for key, n in one.items():
            found[key] = found.get(key, 0) + n
    return found


def _compared(figures: Figures, limits: Mapping[str, int]) -> dict[str, Result]:
    results = measure_all(figures, limits)
    return {key: results[key] for key in ("received", "backlog", *COLUMNS)}


def _results(asked: Asked, figures: Figures, limits: Mapping[str, int], months: Monthly) -> dict[str, Result]:
    """Every indicator and how many were closed, as this reader is told."""
    results, least = _worked_out(figures, limits), limits["small_cell"]
    if not asked.sight.hides:
        return results

    def bare(period: Period) -> dict[str, Result]:
        return _worked_out(Figures(figures.scope, period, summed(months, period), {}, None, figures.cut), {**limits, "small_cell": 0})

    untold = untold_over_time(bare, figures.period, least) if figures.period.parts else frozenset()
    return {key: Result(row.indicator, None, missing=FEW) if key in untold else row for key, row in guarded(results, least).items()}


def _worked_out(figures: Figures, limits: Mapping[str, int]) -> dict[str, Result]:
    return {**measure_all(figures, limits), CLOSED.key: work_out(CLOSED, figures, limits)}


def _months(asked: Asked, now: Figures) -> Monthly:
    """By month what must not follow from two periods: of everybody what people said of themselves, of a hub everything."""
    scope, period, (dim, _value) = asked.scope, asked.period, asked.cut
    if not period.parts:
        return {period.first: now.sums}
    if asked.sight.hides:
        where = Q(dim__in=SMALL) | Q(dim__in=CUTS, measure__in=BROKEN_DOWN)
        return sums_by_month(scope.ids, period.before.first, period.last, where, cut=asked.cut)
    return {} if dim else people_by_month(scope, period, BROKEN_DOWN)


def _places(asked: Asked, limits: Mapping[str, int], level_on: date | None) -> list[Place]:
    """What stands below the scope; the nation shows its kinds of bodies, whose boards show the bodies."""
    groups = _groups(asked)
    ids = [pk for group in groups for pk in group.ids]
    sums = _sums(asked, ids) if ids else {}
    stock = _open(asked, ids, level_on) if ids and level_on is not None else {}
    found = []
    for group in groups:
        held = [sums[pk] for pk in group.ids if pk in sums]
        levels = {("open", "", ""): sum(stock.get(pk, 0) for pk in group.ids)}
        figures = Figures(replace(asked.scope, key=group.key, ids=group.ids), asked.period, _added(held), levels, level_on, asked.cut)
        results = _compared(figures, limits)
        results = guarded(results, limits["small_cell"]) if asked.sight.hides else results
        connected = sum(1 for one in held if one.get(("received", "", "")))
        found.append(Place(group.key, group.name, group.kind, figures, results, group.bodies, connected))
    return found


def _ladder(asked: Asked) -> dict[int, int] | None:
    """How many deadlines stand at each level now; not for a period that is over, one value of a cut, or many bodies at once."""
    scope = asked.scope
    if asked.cut[0] or asked.period.is_over(asked.on) or scope.institution is None or scope.key.startswith("hub:"):
        return None
    cases = Complaint.objects.open().held_under(scope.institution.path)
    cases = cases.counted() if scope.key == "nation" else cases
    return Escalation.objects.filter(complaint__in=cases).by_level()


def months_back(period: Period) -> tuple[date, ...]:
    """The months that are read: of the period and the one before, and at least a year."""
    months = [*period.before.months, *period.months]
    while len(months) < YEAR:
        months = [*Period.of("month", months[0]).before.months, *months]
    return tuple(months)


def province_of(region: str) -> str:
    return region.partition(".")[0]


def by_province(regions: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for code, n in regions.items():
        found[province_of(code)] = found.get(province_of(code), 0) + n
    return found


def hidden_values(dim: str, cells: Mapping[str, int], least: int) -> frozenset[str]:
    """The values of a cut that a hub must not be told of; regions stand beside their provinces."""
    return hidden_nested(cells, least, province_of)[0] if dim == "region" else hidden(cells, least)


def _members(members: tuple[int, ...], period: Period, cut: tuple[str, str]) -> dict[date, dict[str, int]]:
    """What each of some members received, month by month."""
    rows = MonthTally.objects.within(list(members), period.first, period.last).filter(measure="received", dim=cut[0], value=cut[1])
    found: dict[date, dict[str, int]] = {}
    for day, pk, n in rows.values_list("day", "institution").annotate(n=Sum("n")).order_by():
        found.setdefault(day, {})[str(pk)] = n
    return found


def rule_of(dim: str, least: int) -> Rule:
    """What a hub must not be told of the values of a cut."""
    return lambda cells: hidden_values(dim, cells, least)


def _is_hidden(asked: Asked, least: int) -> bool:
    """Whether a hub must not be told of this member or value of a cut: too few reports, or what would let others be worked out."""
    (dim, value), period, scope = asked.cut, asked.period, asked.scope
    for members in asked.sight.beside:
        if hidden_over_time(_members(members, period, asked.cut), period, rule_of("", least)) & {str(pk) for pk in scope.ids}:
            return True
    if not dim:
        return False
    months = cells_of(sums_by_month(scope.ids, period.first, period.last, Q(dim=dim, measure="received")), "received", dim)
    return value in hidden_over_time(months, period, rule_of(dim, least))


def _aim(dim: str, value: str) -> dict[str, Decimal]:
    """The target of a priority issue, which takes the place of the road map's."""
    rows = PriorityIssue.objects.filter(pk=value) if dim == "issue" else PriorityIssue.objects.none()
    return {row.target_indicator: row.target_value for row in rows if row.target_value is not None}


def read(asked: Asked) -> Board:
    """The board; of a hub's cut about too few nothing but that."""
    scope, period, (dim, value) = asked.scope, asked.period, asked.cut
    limits = Limit.objects.table(asked.on, scope.institution if not scope.key.startswith("hub:") else None)
    if asked.sight.hides and _is_hidden(asked, limits["small_cell"]):
        nothing = Figures(scope, period, {}, {}, None, asked.cut)
        return Board(asked, nothing, nothing, limits, {}, {}, None, [], {}, is_hidden=True)
    now, before = pair(scope, period, dim=dim, value=value, more=BROKEN_DOWN)
    months = _months(asked, now)
    by_days = period.kind == "month" and not asked.sight.hides  # a hub's days would hold too few to be told
    days = (period.before.first, period.last) if by_days else None
    over_time, by_day = by_month_and_day(scope, months_back(period), days, OVER_TIME, dim=dim, value=value)
    topics = sorted(now.values("received", "topic").items(), key=lambda pair: (-pair[1], pair[0]))
    regions = now.values("received", "region")
    own = {name: [value] if dim == name else [] for name in ("topic", "region", "issue")}
    names = names_of([*own["topic"], *(code for code, _n in topics)], [*own["region"], *regions], [*own["issue"], *now.values("received", "issue")])
    return Board(
        asked, now, before, limits, over_time, by_day, _ladder(asked), _places(asked, limits, now.level_on), names,
        months=months, members=_members(scope.ids, period, asked.cut) if asked.sight.hides and period.parts else {},
        results=_results(asked, now, limits, months), results_before=_results(asked, before, limits, months),
        aim=_aim(dim, value),
    )  # fmt: skip
