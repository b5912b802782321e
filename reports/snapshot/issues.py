"""What a report about a priority issue says beside the sums: whose it is and what it should reach, and what of it lies at the owner."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from institutions.models import Institution, PriorityIssue, ids_of
from monitoring.figures import Figures, Period, Scope

from . import cases, tables
from .canonical import Data
from .record import indicators_of


def identification(issue: PriorityIssue, owner: Institution) -> Data:
    """The issue as it stands when the report is made."""
    return {
        "code": issue.pk,
        "kind": issue.kind,
        "names": {"id": issue.name_id, "en": issue.name_en},
        "owner": owner.name,
        "legal_basis": str(issue.legal_basis),
        "valid_from": issue.valid_from.isoformat(),
        "valid_to": issue.valid_to.isoformat() if issue.valid_to else None,
        "target": {"indicator": issue.target_indicator, "value": _whole(issue.target_value)} if issue.target_value is not None else None,
    }


def _whole(value: Decimal) -> int | str:
    """A number as a snapshot holds it: whole, or as decimal text."""
    return int(value) if value == int(value) else str(value)


def aims(limits: dict[str, int], issue: PriorityIssue) -> dict[str, int | str]:
    """The limits with the target of the issue in the place of the nation's."""
    own = {f"target_{issue.target_indicator}": _whole(issue.target_value)} if issue.target_value is not None else {}
    return {**limits, **own}


def found_tables(scope: Scope, places: list[Institution], period: Period, limits: dict[str, int]) -> list[Data]:
    return [
        *tables.cut_tables(scope, period, most=limits["edition_topics"]),
        tables.trend_table(scope, period, limits["edition_trend_months"]),
        tables.institution_table(scope, places, period, limits),
    ]


def parts_of(owner: Institution, scope: Scope, period: Period, limits: dict[str, int], at: datetime) -> list[Data]:
    """What of the sums lies at the owner and at each place above it, whose officers know it: a masked copy must not tell what little of a
    cell lies elsewhere.

    Of the nation, whose readers see every cell, there is no part.
    """
    places = list(Institution.objects.filter(pk__in=ids_of(owner.path)[1:]).order_by("path"))
    return [_part_of(place, places[0], scope, period, limits, at) for place in places]


def _part_of(owner: Institution, body: Institution, scope: Scope, period: Period, limits: dict[str, int], at: datetime) -> Data:
    mine = Scope(scope.key, scope.name, (owner.pk,), owner.tier, owner, scope.cut)
    now, before = (indicators_of(Figures.read(mine, one), limits) for one in (period, period.before))
    at_owner = {"key": body.slug, "cells": {key: now[key] for key in tables.OF_ISSUE}}
    zone = ZoneInfo(owner.time_zone)
    return {
        "indicators": now,
        "before": before,
        "tables": [
            *tables.all_cuts(mine, period),
            tables.table("institutions", 18, "place", tables.OF_ISSUE, [at_owner]),
            cases.referral_table((owner.path,), period, zone, issue=scope.cut[1]),
        ],
        "over_60": cases.over_60((owner.path,), at, 0, issue=scope.cut[1])["count"],
    }
