"""An indicator as a board shows it: in words and numbers of the page's language, beside the period before and its target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lapor.ground.charts import NBSP, figure

from ..indicators import COUNT, DAYS, MEAN, RATIO, SHARE, STOCK, UNCOLLECTED, Indicator, Result
from ..telling import NESTED

DASH = "\N{EN DASH}"
UNITS = {
    "%": "%",
    "reports": gettext_lazy("reports"),
    "working days": gettext_lazy("working days"),
    "days": gettext_lazy("days"),
    "months": gettext_lazy("months"),
    "stars": gettext_lazy("stars"),
    "of 20": gettext_lazy("of 20"),
    "of 100": gettext_lazy("of 100"),
}
# What leads to cases, as `cases.py` finds them by the facts.
LINKED = frozenset(
    {
        "received", "validated", "responded", "followed_up", "completed", "passed_60", "archived", "closed", "reopened", "restored", "pended", "arrived",
        "disposed_here", "returned", "disposed_on", "misrouted", "met", "missed", "rated", "open", "open_over_60",
    }
)  # fmt: skip
Link = Callable[[str, str, str], str]  # (measure, dim, value) -> the address of the cases, empty where there is none


@dataclass(frozen=True, slots=True)
class Line:
    """One row or tile. `value` is empty where `missing` says why; `top` and `bottom` are what was divided, each with its cases."""

    key: str
    name: str
    value: str = ""
    unit: str = ""  # empty for per cent, which stands with the value
    missing: str = ""
    top: str = ""
    top_href: str = ""
    bottom: str = ""
    bottom_href: str = ""
    interval: str = ""
    spread: str = ""  # median and 90th percentile
    before: str = ""
    change: str = ""
    tone: str = ""  # of the change: good, bad or neither
    target: str = ""
    is_met: bool | None = None
    note: str = ""
    definition: str = ""  # the anchor of its definition
    spark: str = ""  # a small chart
    silent: str = ""  # how many of them silence closed


def unit_of(row: Indicator) -> str:
    return str(UNITS.get(row.unit, row.unit))


def said(value: Decimal, row: Indicator) -> str:
    """The value with its unit: whole reports, else two decimals. What is counted needs no unit: the name says it."""
    places = 0 if row.shape in {COUNT, STOCK} else 2
    return figure(value, "" if not places else unit_of(row), places)


def too_few() -> str:
    return _("Not told because of small numbers")  # its own, or one that would follow from it


def _why_missing(result: Result) -> str:
    if result.missing == "few":
        return too_few()
    if result.missing == "unknown":
        return _("Not collected yet") if result.key in UNCOLLECTED else _("Not counted here")
    return _("No data yet")


def _href(terms: tuple[str, ...], link: Link) -> str:
    """The cases behind a sum: one measure, perhaps several values of a dim of it."""
    parted = [term.partition(":") for term in terms]
    measures = {measure.partition("@")[0] for measure, _colon, _cut in parted}
    if len(measures) != 1 or not measures <= LINKED:
        return ""
    dims = {cut.partition("=")[0] for _measure, _colon, cut in parted}
    values = ",".join(cut.partition("=")[2] for _measure, _colon, cut in parted)
    return link(measures.pop(), dims.pop(), values) if len(dims) == 1 else ""


def _points(difference: Decimal, row: Indicator) -> str:
    """How much it moved, in words that need no colour."""
    size = figure(abs(difference), _("points") if row.unit == "%" else "", 0 if row.shape in {COUNT, STOCK} else 2)
    if not difference:
        return _("unchanged")
    return _("up by %(size)s") % {"size": size} if difference > 0 else _("down by %(size)s") % {"size": size}


def _tone(difference: Decimal, row: Indicator) -> str:
    if not difference or row.is_better_high is None:
        return ""
    return "good" if (difference > 0) == row.is_better_high else "bad"


def _moved(now: Result, before: Result | None, *, runs: bool) -> dict[str, Any]:
    """What stood there before, and how much it moved; a count of a period that still runs has not fallen behind a whole one."""
    if before is None or before.value is None:
        return {}
    found = {"before": said(before.value, now.indicator)}
    if now.value is not None and not (runs and now.indicator.shape == COUNT):
        difference = now.value - before.value
        is_unripe = runs and any(term in NESTED for term in now.indicator.top)  # what has just arrived had no time yet to come as far
        found |= {"change": _points(difference, now.indicator), "tone": "" if is_unripe else _tone(difference, now.indicator)}
    return found


def _divided(now: Result, link: Link) -> dict[str, Any]:
    row = now.indicator
    if row.shape not in {SHARE, RATIO, MEAN} or now.numerator is None or now.denominator is None:
        return {}
    found = {"top": figure(now.numerator), "bottom": figure(now.denominator), "bottom_href": _href(row.bottom, link)}
    return found if row.shape == MEAN else found | {"top_href": _href(row.top, link)}


def _spread(now: Result) -> str:
    if now.median is None or now.p90 is None:
        return ""
    days = [ngettext("%(n)s day", "%(n)s days", n) % {"n": figure(n)} for n in (now.median, now.p90)]
    return _("Half within %(median)s, nine of ten within %(p90)s") % {"median": days[0], "p90": days[1]}


def line(now: Result, before: Result | None, *, targets: Mapping[str, Decimal], link: Link, runs: bool = False) -> Line:
    """The indicator as shown; `link` answers no address where the officer may see no cases."""
    row, wanted = now.indicator, targets.get(now.indicator.key)
    shown = Line(row.key, str(row.name), note=str(row.note), definition=row.key)
    if wanted is not None:
        shown = replace(shown, target=figure(wanted, unit_of(row), 0 if wanted == int(wanted) else 2))
    shown = replace(shown, **_moved(now, before, runs=runs))
    if now.value is None:
        return replace(shown, missing=_why_missing(now))
    interval = f"{figure(now.low, places=1)}{DASH}{figure(now.high, '%', 1)}" if now.low is not None and now.high is not None else ""
    is_met = None if wanted is None else (now.value >= wanted if row.is_better_high else now.value <= wanted)
    counted: dict[str, Any] = {"top_href": _href(row.top, link)} if row.shape in {COUNT, STOCK} else _divided(now, link)
    spread = _spread(now) if row.shape == DAYS else ""
    number, _space, unit = said(now.value, row).partition(NBSP)
    value = {"value": f"{number}{NBSP}{unit}"} if unit == "%" else {"value": number, "unit": unit}
    return replace(shown, **value, interval=interval, spread=spread, is_met=is_met, **counted)
