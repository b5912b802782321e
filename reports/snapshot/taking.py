"""Taking a snapshot: every chapter of an evaluation report from the sums, in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from institutions.models import Institution, Limit, PriorityIssue
from monitoring.figures import Figures, Period, Scope
from monitoring.indicators import INDICATORS, VERSION, is_known

from ..access import Template
from . import cases, issues, tables
from .canonical import FORMAT, Data
from .record import indicators_of, ledger_of, settled_event, sums_of

# What no part of the system collects yet; a report says so in the chapter concerned.
UNCOLLECTED = {
    "training": 11,
    "meetings": 14,
    "recommendations": 15,
    "service_standard": 17,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Of what a snapshot is taken: the kind of report, the place, and the period."""

    template: str
    scope: Scope
    institution: Institution
    period: Period
    issue: PriorityIssue | None = None


def _places(frame: Frame) -> list[Institution]:
    """Whose rows stand in the annex."""
    if frame.template == Template.MESO:
        return list(Institution.objects.filter(pk__in=frame.scope.ids).order_by("name", "pk"))
    if frame.template == Template.MICRO:
        rows = Institution.objects.under(frame.institution.path).exclude(pk=frame.institution.pk)
    elif frame.template in (Template.MACRO, Template.ISSUE):
        rows = Institution.objects.filter(parent__in=frame.scope.ids)
    else:
        return []
    return [
        place
        for place in rows.order_by("name", "pk")
        if place.valid_from <= frame.period.last and (place.valid_to is None or place.valid_to >= frame.period.first)
    ]


def _paths(frame: Frame, places: list[Institution]) -> tuple[str, ...]:
    if frame.template == Template.MESO:
        return tuple(place.path for place in places)
    where = frame.scope.institution if frame.issue else frame.institution
    return (where.path,) if where else ()


def light(key: str, value: str | None, target: int | str | None, margin: int) -> str:
    """How a figure stands to its target: good, amber, bad; none without either."""
    if value is None or target is None:
        return "none"
    gap = Decimal(value) - Decimal(target)
    if INDICATORS[key].is_better_high is False:
        gap = -gap
    near = margin if INDICATORS[key].unit == "%" else 0
    return "good" if gap >= 0 else "amber" if gap >= -near and near else "bad"


def _indicators(now: dict[str, Data], before: dict[str, Data], aims: Mapping[str, int | str], margin: int) -> list[Data]:
    found = []
    for key, cell in now.items():
        target = aims.get(f"target_{key}")
        row = {"key": key, **cell, "before": before[key], "light": light(key, cell["value"], target, margin)}
        if target is not None:
            row["target"] = target
        found.append(row)
    return found


def _formulas(figures: Figures) -> list[Data]:
    """How each figure is worked out, in the words of the table of indicators."""
    return [
        {
            "key": row.key,
            "shape": row.shape,
            "unit": row.unit,
            "top": list(row.top),
            "bottom": list(row.bottom),
            "basis": row.basis,
            "weights": dict(row.weights),
        }
        for row in INDICATORS.values()
        if is_known(row, figures)
    ]


def _used(limits: dict[str, int]) -> dict[str, int]:
    """The numbers that the figures depend on."""
    names = ("small_cell", "edition_amber_points")
    return {key: value for key, value in sorted(limits.items()) if key in names or key.startswith(("weight_", "target_"))}


def _about(frame: Frame) -> Data:
    scope, period = frame.scope, frame.period
    cut = {"cut": list(scope.cut)} if scope.cut[0] else {}
    return {
        "format": FORMAT,
        "template": frame.template,
        "formula": VERSION,
        "scope": {"key": scope.key, "name": scope.name, "tier": scope.tier, "places": len(scope.ids), "slug": frame.institution.slug, **cut},
        "period": {"code": period.code, "kind": period.kind, "first": period.first.isoformat(), "last": period.last.isoformat()},
        "before": {"code": period.before.code},
    }


def _tables(frame: Frame, figures: Figures, places: list[Institution], limits: dict[str, int]) -> list[Data]:
    scope, period = frame.scope, frame.period
    if frame.issue:
        return issues.found_tables(scope, places, period, limits)
    return [
        *tables.cut_tables(scope, period, most=limits["edition_topics"]),
        tables.trend_table(scope, period, limits["edition_trend_months"]),
        tables.clock_table(figures),
        *tables.mix_tables(figures),
        *tables.people_tables(figures, limits["small_cell"]),
        tables.annex_table(places, period, limits),
    ]


def _of_issue(frame: Frame, limits: dict[str, int], at: datetime) -> Data:
    if frame.issue is None:
        return {}
    parts = issues.parts_of(frame.institution, frame.scope, frame.period, limits, at)
    return {"issue": issues.identification(frame.issue, frame.institution), "at_owner": parts}


def take(frame: Frame, *, at: datetime) -> Data:
    """Everything that the report will ever say, as it is at this instant; the same reading twice gives the same digest."""
    zone = ZoneInfo(frame.institution.time_zone)
    today: date = at.astimezone(zone).date()
    whose = None if frame.template in (Template.MESO, Template.ISSUE) else frame.institution  # one's own aims are not those of others
    limits = Limit.objects.table(today, whose)
    code = frame.issue.pk if frame.issue else ""
    figures, before = Figures.read(frame.scope, frame.period), Figures.read(frame.scope, frame.period.before)
    places = _places(frame)
    paths = _paths(frame, places)
    found = _tables(frame, figures, places, limits)
    found.append(cases.referral_table(paths, frame.period, zone, issue=code))
    if not frame.issue:
        found.append(cases.parts_table(paths, frame.period, zone))
        found.append(cases.submission_table(frame.template, places, frame.period, today))
    aims = issues.aims(limits, frame.issue) if frame.issue else limits
    return (
        _about(frame)
        | _of_issue(frame, limits, at)
        | {
            "cut_off": at.astimezone(zone).isoformat(timespec="seconds"),
            "is_final": frame.period.is_over(today),
            "is_empty": figures.is_empty,
            "counted_until": figures.level_on.isoformat() if figures.level_on else None,
            "limits": _used(limits),
            "indicators": _indicators(indicators_of(figures, limits), indicators_of(before, limits), aims, limits["edition_amber_points"]),
            "tables": found,
            "over_60": cases.over_60(paths, at, limits["edition_list_max"], issue=code),
            "last_plan": cases.items(frame.template, frame.scope.key, frame.period.before.code),
            "uncollected": [] if frame.issue else [{"key": key, "chapter": chapter} for key, chapter in UNCOLLECTED.items()],
            "formulas": _formulas(figures),
            "recorded": sums_of(figures),
            "ledger": ledger_of(frame.scope.ids, settled_event()),
        }
    )
