"""Statistics for everybody: the nation's and each body's months, and what the indicators mean."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from institutions.models import ROOT_SLUG, Institution, LegalBasis, Limit
from lapor.ground import pages
from lapor.ground.charts import NBSP
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from monitoring.indicators import DISTRIBUTIONS, INDEX, INDICATORS, MEAN, PUBLIC, STOCK, VERSION, Distribution, Indicator, Result

from ..models import Release
from ..public import SHOWN_MONTHS, Seen, largest, names_of, place_of, releases, seen
from ..wording import GROUPS, MISSING, formula, unit_name

TOP = 10
LARGEST = 20
HEADLINE = ("received", "followup_rate", "sla_compliance", "satisfaction")


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator as a page shows it."""

    key: str
    name: str
    value: str
    made_of: str = ""
    interval: str = ""
    target: str = ""
    target_at: str = ""  # where its line stands on a scale up to 100
    meets: bool | None = None
    before: str = ""
    missing: str = ""
    width: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    n: int
    width: str
    more: str = ""
    is_told: bool = True


def number(value: Any, places: int | None = None) -> str:
    return str(number_format(value, places, force_grouping=True))


def said(result: Result | None) -> str:
    """The value with its unit; empty where there is none."""
    if result is None or result.value is None:
        return ""
    row = result.indicator
    value = number(result.value)
    return f"{value}{NBSP}%" if row.unit == "%" else f"{value} {unit_name(row.unit)}"


def line(result: Result, before: Result | None, limits: dict[str, int]) -> Line:
    row, target = result.indicator, limits.get(f"target_{result.key}")
    meets = None if target is None or result.value is None else (result.value <= target if row.is_better_high is False else result.value >= target)
    parts = {
        "value": said(result),
        "made_of": _made_of(row, result),
        "interval": f"{number(result.low)}\u2013{number(result.high)}{NBSP}%" if result.low is not None and result.high is not None else "",
        "target": f"{number(target)}{NBSP}{unit_name(row.unit)}" if target is not None else "",
        "target_at": str(min(target, 100)) if target is not None and row.unit == "%" else "",
        "before": said(before),
        "missing": "" if result.value is not None else str(MISSING[result.missing or "nothing"]),
        "width": str(min(result.value, 100)) if result.value is not None and row.unit in {"%", "of 100"} else "",
    }
    return Line(key=result.key, name=str(row.name), meets=meets, **parts)


def _made_of(row: Indicator, result: Result) -> str:
    """Numerator and denominator in words."""
    if result.value is None or row.shape == INDEX:
        return ""
    if row.shape == STOCK:
        return _("told in round numbers")
    if result.denominator is None:
        return ""
    if result.median is not None:
        texts = {"n": number(result.denominator), "median": number(result.median), "p90": number(result.p90)}
        return _("median %(median)s, nine of ten within %(p90)s, of %(n)s") % texts
    if row.unit == "stars":
        return _("%(n)s ratings") % {"n": number(result.denominator)}
    texts = {"top": number(result.numerator), "bottom": number(result.denominator)}
    return f"{texts['top']} ÷ {texts['bottom']}" if row.shape == MEAN else _("%(top)s of %(bottom)s") % texts


def bars(cut: str, told: dict[str, Any]) -> list[Bar]:
    """The named values, the largest first, then the rest. Topics: the ten largest, what is below them with the rest."""
    named = sorted(told["named"].items(), key=lambda pair: (-pair[1], pair[0]))
    shown = named[:TOP] if cut == "topics" else named
    rest = told["rest"] + sum(n for _code, n in named[len(shown) :])
    names = names_of(cut, [code for code, _n in shown])
    most = max([n for _code, n in shown] + [rest, 1])
    found = [*((names[code], n) for code, n in shown), *([(_("All others"), rest)] if rest else [])]
    return [Bar(name, n, f"{n * 100 / most:.1f}", number(n)) for name, n in found]


def months(found: list[Seen]) -> list[Bar]:
    """The line of months, oldest first; a month whose number is not told says so, and there is no line of nothing else."""
    if not any(row.received for row in found[:SHOWN_MONTHS]):
        return []
    most = max([row.received or 0 for row in found] + [1])
    return [
        Bar(
            Period.of("month", row.release.month).name,
            row.received or 0,
            f"{(row.received or 0) * 100 / most:.1f}",
            number(row.received) if row.received is not None else str(MISSING["few"]),
            row.received is not None,
        )
        for row in reversed(found[:SHOWN_MONTHS])
    ]


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """The whole country."""
    return _page(request, ROOT_SLUG, "")


@require_safe
def body(request: HttpRequest, slug: str, month: str = "") -> HttpResponse:
    """One body, or the nation, in the newest month or in one of those before."""
    return _page(request, slug, month)


def _page(request: HttpRequest, slug: str, month: str) -> HttpResponse:
    found = place_of(slug)
    if found is None:  # asked here, for a page of one's own asks no state
        raise Refusal("not_found", _("We do not know this institution."))
    return pages.shown(request, "reports/public/statistics.html", lambda: found, lambda: _told(slug, month))


def _told(slug: str, month: str) -> dict[str, Any]:
    institution = Institution.objects.get(slug=slug)
    page: dict[str, Any] = {"institution": institution, "is_nation": institution.is_national, "version": VERSION}
    found = releases(_month(month).last if month else None)
    if month and (not found or found[0].code != month):
        raise Refusal("not_found", _("This month has not been published."))
    if not found:
        return page
    rows = seen(institution, found)
    now, before = rows[0], rows[1] if len(rows) > 1 and found[1].month == Period.of("month", found[0].month).before.first else None
    page |= {
        "version": now.release.formulas,
        "release": now.release,
        "period": Period.of("month", now.release.month),
        "months": months(rows),
        "earlier": found[1:],
    }
    page["least"] = now.release.least
    if now.told is None:
        return page
    limits = Limit.objects.table(now.release.month, institution)
    lines = {key: line(result, before.results.get(key) if before else None, limits) for key, result in now.results.items()}
    page["headline"] = [lines[key] for key in HEADLINE if key in lines]
    page["groups"] = [(title, [lines[key] for key in keys if key in lines]) for title, keys in GROUPS.values()]
    page["cuts"] = {cut: bars(cut, now.told[cut]) for cut in ("topics", "provinces", "channels")}
    page["largest"] = [(row, number(row.told["sums"]["received"])) for row in largest(now.release, LARGEST)] if institution.is_national else []
    return page


def _month(code: str) -> Period:
    try:
        found = Period.parse(code)
    except ValueError:
        raise Refusal("not_found", _("This month has not been published.")) from None
    if found.kind != "month":
        raise Refusal("not_found", _("This month has not been published."))
    return found


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What each public indicator means."""
    return pages.shown(request, "reports/public/definitions.html", tuple, _defined)


def _defined() -> dict[str, Any]:
    bases = {basis.code: str(basis) for basis in LegalBasis.objects.all()}
    rows: list[tuple[Indicator | Distribution, str, str, str]]
    rows = [(row, formula(row), unit_name(row.unit), bases.get(row.basis, row.basis)) for row in INDICATORS.values() if row.audience == PUBLIC]
    rows += [(row, "", unit_name("reports"), bases.get(row.basis, row.basis)) for row in DISTRIBUTIONS.values() if row.audience == PUBLIC]
    newest = Release.objects.order_by("-month", "-revision").first()
    return {"rows": rows, "version": VERSION, "least": newest.least if newest else None}
