"""The parts of a board: tiles, rows of indicators, and pictures with the table that says the same in numbers."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lapor.ground import charts
from lapor.ground.charts import Bar, figure
from lapor.ground.shares import hidden, is_small, rounded

from ..figures import DAY, cells_of
from ..indicators import INDICATORS, Result
from ..telling import NAMES, SILENCE, few_clocks, hidden_over_time, is_told, tellable
from .labels import DEFINED, ticks
from .lines import DASH, Line, Link, line, too_few
from .read import YEAR, Board, rule_of

TILES = ("received", "closed", "backlog", "followup_rate", "sla_compliance", "satisfaction", "clearance_rate_flow", "over_60")
# Of which a year is drawn small: what is divided by what, and by how much that is multiplied.
SPARKS = {
    "received": ("received", "", 1),
    "closed": ("closed", "", 1),
    "followup_rate": ("followed_up", "validated", 100),
    "satisfaction": ("stars", "rated", 1),
    "clearance_rate_flow": ("closed", "received", 100),
    "over_60": ("passed_60", "validated", 100),
}
GROUPS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("kemajuan", gettext_lazy("How far the reports came"), ("response_rate", "completion_rate", "clearance_rate_cohort", "backlog_months", "open_over_60")),
    ("waktu", gettext_lazy("How long it took"), ("verification_time", "response_time", "followup_time", "followup_time_raw", "handling_time")),
    ("tepat-waktu", gettext_lazy("In time"), ("verification_timeliness", "first_response_timeliness", "reply_handled")),
    (
        "alur",
        gettext_lazy("Returned, misrouted, pended, archived, reopened"),
        ("return_rate", "misroute_rate", "pend_rate", "archive_rate", "reopen_rate", "auto_close_share"),
    ),
    ("petugas", gettext_lazy("Officers and units"), ("officer_compliance", "active_units")),
    ("kepuasan", gettext_lazy("What reporters say"), ("satisfied_share", "rating_response")),
    ("indeks", gettext_lazy("Composite index"), ("composite", "quality_score")),
)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    href: str = ""
    label: str = ""  # the heading of its column, for telephones


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and the table behind it."""

    key: str
    title: str
    chart: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    nothing: str = ""  # what is said when there is nothing to draw

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def definition(self) -> str:
        """The anchor of what it shows."""
        return DEFINED.get(self.key, "")


@dataclass(frozen=True)
class Pen:
    """A board with the way to its cases: what every part is drawn from."""

    board: Board
    link: Link

    @property
    def hides(self) -> bool:
        return self.board.asked.sight.hides

    @property
    def runs(self) -> bool:
        """Whether the period is not over yet."""
        return not self.board.asked.period.is_over(self.board.asked.on)

    def line(self, key: str) -> Line:
        board = self.board
        shown = line(board.results[key], board.results_before[key], targets=board.targets, link=self.link, runs=self.runs)
        return replace(shown, silent=self._silent(board.results[key]))

    def _silent(self, result: Result) -> str:
        """How many of what was closed or completed silence closed: a class of its own, so that no figure passes it off as an answer."""
        measure = result.indicator.top[0] if result.indicator.top else ""
        if measure not in {"closed", "completed"} or result.value is None or self.hides or self.board.now.is_cut:
            return ""
        n = self.board.now.n(measure, "closure", SILENCE)
        return ngettext("%(n)s of them closed by silence", "%(n)s of them closed by silence", n) % {"n": figure(n)} if n else ""


def _is_told(pen: Pen, counts: Mapping[str, int], key: str, top: int, bottom: int) -> bool:
    """Whether a month's share may be drawn: of too few opinions for nobody, and for a hub nothing that tells of few."""
    if not pen.hides:
        return not (SPARKS[key][1] == "rated" and is_small(bottom, pen.board.least))
    told = tellable({name: n for name, n in counts.items() if name in NAMES}, {}, pen.board.least)
    return is_told(INDICATORS[key], top, bottom, told, pen.board.least)


def _spark(pen: Pen, key: str) -> str:
    top, bottom, times = SPARKS[key]
    months = [month for month in sorted(pen.board.over_time) if month <= pen.board.reached][-YEAR:]
    found = [pen.board.over_time[month] for month in months]
    values: list[int | Fraction | None] = [] if bottom else [*_told_steps(pen, [counts.get(top, 0) for counts in found])]
    for counts in found if bottom else ():
        n, over = counts.get(top, 0), counts.get(bottom, 0)
        values.append(Fraction(n * times, over) if over and _is_told(pen, counts, key, n, over) else None)
    if sum(value is not None for value in values) <= 1 or not any(values):
        return ""
    return charts.spark(_("The last twelve months"), values, unit="%" if bottom and bottom != "rated" else "")


def _satisfied(pen: Pen, shown: Line) -> Line:
    """Stars with how many rated, and the interval of the share of satisfied reporters, who are people: a mean alone would hide how few there were."""
    share = pen.board.results.get("satisfied_share")
    if shown.bottom:
        shown = replace(shown, top="", bottom=_("%(n)s ratings") % {"n": shown.bottom})
    if share is None or share.low is None or share.high is None or not shown.value:
        return shown
    told = {"low": figure(share.low, places=1), "high": figure(share.high, "%", 1), "dash": DASH}
    return replace(shown, interval=_("satisfied: %(low)s%(dash)s%(high)s") % told)


def tiles(pen: Pen) -> list[Line]:
    """The headline figures."""
    found = []
    for key in TILES:
        shown = replace(pen.line(key), definition="clearance_rate_flow") if key == "closed" else pen.line(key)
        shown = _satisfied(pen, shown) if key == "satisfaction" else shown
        found.append(replace(shown, spark=_spark(pen, key)) if key in SPARKS and not shown.missing else shown)
    return found


def targets(pen: Pen) -> Picture:
    """The shares that have a target, each with a line where it stands."""
    board, title = pen.board, _("Figures and their targets")
    rows, drawn = [], []
    for key, row in INDICATORS.items():
        aim, shown = board.targets.get(key), board.results[key]
        if aim is None or row.unit != "%" or shown.missing == "unknown":
            continue
        told = pen.line(key)
        drawn.append(Bar(str(row.name), shown.value, told.missing, aim))
        rows.append([Cell(str(row.name)), Cell(told.value or told.missing), Cell(told.target)])
    chart = charts.bars(title, drawn, unit="%", target_label=_("Target")) if drawn else ""
    return Picture("target", title, chart, (_("Indicator"), _("Value"), _("Target")), rows)


def groups(pen: Pen) -> list[tuple[str, str, list[Line]]]:
    """The other indicators in groups; what is not known for one value of a cut is left out."""
    found = []
    for key, title, keys in GROUPS:
        lines = [pen.line(one) for one in keys if one == "quality_score" or pen.board.results[one].missing != "unknown"]
        if lines and (key != "indeks" or not pen.board.now.is_cut):
            found.append((key, str(title), lines))
    return found


def _few_values(pen: Pen, measure: str, dim: str, cells: Mapping[str, int]) -> Set[str]:
    """What a hub must not be told of these values, alone or beside a shorter period. What was open is of a day, and adds up to no period."""
    board, rule = pen.board, rule_of(dim, pen.board.least)
    months = cells_of(board.months, measure, dim)
    return rule(cells) | (hidden_over_time(months, board.asked.period, rule) if any(months.values()) else frozenset())


def _cells(pen: Pen, cells: Mapping[str, int], *, measure: str = "", dim: str = "", out: Set[str] | None = None) -> dict[str, int | None]:
    """The numbers, the largest first, those that must not be told as None and last."""
    if out is None:
        out = _few_values(pen, measure, dim, cells) if pen.hides else frozenset()
    told = sorted((key for key in cells if key not in out), key=lambda key: (-cells[key], key))
    return {key: cells[key] for key in told} | dict.fromkeys(sorted(out & cells.keys()))


def counted(
    pen: Pen, key: str, title: str, cells: Mapping[str, int], names: Mapping[str, str], *,
    of: tuple[str, str] = ("", ""), most: int | None = None, out: Set[str] | None = None, keeps_order: bool = False,
) -> Picture:  # fmt: skip
    """Bars of how many; `of` is the (measure, dim) whose cases stand behind each. What is `out` is told to nobody, nor then any share, which
    would tell the sum.
    """
    told, total = _cells(pen, cells, measure=of[0], dim=of[1], out=out), sum(cells.values()) if not out else 0
    order = [one for one in names if one in told] if keeps_order else list(told)
    few = too_few()
    shown = [(one, told[one]) for one in order[:most]]
    drawn = charts.bars(title, [Bar(names[one], n, few) for one, n in shown]) if shown else ""
    rows = []
    for one, n in shown:
        href = pen.link(*of, one) if of[0] and n else ""
        share = figure(Fraction(n * 100, total), "%", 1) if n is not None and total else ""
        rows.append([Cell(names[one]), Cell(few if n is None else figure(n), href), Cell(share)])
    return Picture(key, title, drawn, (_("What"), _("How many"), _("Share")), rows)


def _steps(figures_by: Mapping[date, Mapping[str, int]], days: Iterable[date], measure: str, reached: date) -> list[int | None]:
    return [figures_by.get(day, {}).get(measure, 0) if day <= reached else None for day in days]


def _told_steps(pen: Pen, values: list[int | None]) -> list[int | None]:
    if not pen.hides:
        return values
    out = hidden({str(n): value or 0 for n, value in enumerate(values)}, pen.board.least)
    return [None if str(n) in out else value for n, value in enumerate(values)]


def _span(pen: Pen) -> tuple[Mapping[date, Mapping[str, int]], list[date], list[date], list[str], tuple[str, str]]:
    """What is drawn over time: the sums, the steps of the period and of the one before, their labels, and what the two are called."""
    board, period = pen.board, pen.board.asked.period
    names = (period.name, period.before.name)
    if period.kind != "month":
        return board.over_time, period.months, period.before.months, ticks(period), names
    if pen.hides:
        months = sorted(board.over_time)[-YEAR:]
        return board.over_time, months, [], [str(date_format(month, "M y")) for month in months], (_("The last twelve months"), "")
    now, before = ([one.first + DAY * n for n in range((one.last - one.first).days + 1)] for one in (period, period.before))
    return board.days, now, before, ticks(period), names


def over_time(pen: Pen, measure: str, title: str) -> Picture:
    """The days of a month, or the months of a longer period, beside those of the period before; of a hub always months."""
    source, when, then, labels, names = _span(pen)
    now = _told_steps(pen, _steps(source, when, measure, pen.board.reached))
    before = _told_steps(pen, _steps(source, then, measure, pen.board.reached))[: len(now)]
    if not any(now) and not any(before):
        return Picture(f"{measure}-waktu", title, "", (), [])
    rows = [[Cell(label), Cell(_said(now, n)), *([Cell(_said(before, n))] if then else [])] for n, label in enumerate(labels)]
    headings = ("", *(name for name in names if name))
    return Picture(f"{measure}-waktu", title, charts.columns(title, labels, now, before, names=names), headings, rows)


def _said(values: Sequence[int | None], n: int) -> str:
    value = values[n] if n < len(values) else None
    return "" if value is None else figure(value)


def _few_clocks(pen: Pen) -> frozenset[str]:
    """The deadlines of which a hub is not told."""
    if not pen.hides:
        return frozenset()
    board = pen.board
    over = (cells_of(board.months, measure, "clock") for measure in ("met", "missed"))
    return frozenset().union(*(hidden_over_time(months, board.asked.period, lambda cells: few_clocks((cells,), board.least)) for months in over))


def clocks(pen: Pen, names: Mapping[str, str]) -> Picture:
    """Deadlines met and missed, each kind by itself."""
    now, title = pen.board.now, _("Deadlines met")
    rows, drawn, out = [], [], _few_clocks(pen)
    for key, name in names.items():
        met, missed = now.n("met", "clock", key), now.n("missed", "clock", key)
        if not met + missed:
            continue
        share = rounded(Fraction(met * 100, met + missed)) if key not in out else None
        few = too_few()
        drawn.append(Bar(name, share, few))
        cells = [Cell(figure(met), pen.link("met", "clock", key)), Cell(figure(missed), pen.link("missed", "clock", key)), Cell(figure(share, "%"))] if (
            share is not None
        ) else [Cell(few), Cell(""), Cell("")]  # fmt: skip
        rows.append([Cell(name), *cells])
    target = pen.board.targets.get("sla_compliance")
    chart = charts.bars(title, drawn, unit="%", top=100, target=target, target_label=_("Target: settled in time")) if drawn else ""
    return Picture("tenggat", title, chart, (_("Deadline"), _("Met"), _("Missed"), _("Share")), rows)


def bands(pen: Pen, names: Mapping[str, str]) -> Picture:
    """How old the open reports are."""
    found = pen.board.now.stocks("open", "band")
    told, title, few = _cells(pen, found), _("Open reports by age"), too_few()
    order = [(band, told.get(band, 0)) for band in names]
    chart = charts.stacked(title, [(names[band], n) for band, n in order], note=few, total=sum(found.values())) if found else ""
    rows = [[Cell(names[band]), Cell(few if n is None else figure(n), pen.link("open", "band", band) if n else "")] for band, n in order]
    return Picture("umur", title, chart, (_("Age"), _("How many")), rows if found else [])
