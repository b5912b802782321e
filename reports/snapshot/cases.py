"""What a snapshot says of single reports, by number or only counted: past 60 days, referred, handled in parts; and who reported in time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from complaints.models import Complaint, IssueTag
from institutions.models import Institution
from monitoring.figures import Period
from monitoring.models import Referral
from monitoring.models.oversight import past_60
from monitoring.referral import ENDED

from ..access import Template
from ..models import ActionItem, Edition
from .canonical import Data
from .tables import table

JAKARTA = ZoneInfo("Asia/Jakarta")  # where the 60 days are counted


def _under(paths: tuple[str, ...], field: str) -> Q:
    where = Q(pk__in=())
    for path in paths:
        where |= Q(**{f"{field}__startswith": path})
    return where


def _of_issue(code: str) -> Q:
    """Reports that count under a priority issue; all of them without one."""
    return Q(complaint__in=IssueTag.objects.confirmed().filter(issue=code).values("complaint")) if code else Q()


def over_60(paths: tuple[str, ...], at: datetime, most: int, *, issue: str = "") -> Data:
    """Open reports past the 60 days of the law, the oldest first: numbers of those that are not secret; the others are counted."""
    rows = list(
        past_60(at)
        .filter(_under(paths, "complaint__holder__path"), _of_issue(issue))
        .order_by("due_at", "pk")
        .values_list("complaint__tracking_id", "complaint__is_secret", "due_at", "complaint__holder__name")
    )
    told = [row for row in rows if not row[1]][:most]
    listed = [{"number": number, "passed_on": due.astimezone(JAKARTA).date().isoformat(), "holder": holder} for number, _secret, due, holder in told]
    return {"count": len(rows), "listed": listed, "not_listed": len(rows) - len(listed)}


def _counted(key: str, chapter: int, dim: str, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> Data:
    return table(key, chapter, dim, columns, [{"key": row[dim], "cells": {name: {"value": str(row[name])} for name in columns}} for row in rows])


def _within(field: str, period: Period, zone: ZoneInfo) -> Q:
    """An instant within the period's days of a place."""
    first, end = (datetime.combine(day, time(), zone) for day in (period.first, period.after.first))
    return Q(**{f"{field}__gte": first, f"{field}__lt": end})


def referral_table(paths: tuple[str, ...], period: Period, zone: ZoneInfo, *, issue: str = "") -> Data:
    """Referrals to the Ombudsman by what brought them: how many were proposed, referred and ended in the period, how many stand open."""
    rows = (
        Referral.objects.filter(_under(paths, "complaint__holder__path"), _of_issue(issue))
        .values("cause")
        .annotate(
            proposed=Count("pk", filter=_within("proposed_at", period, zone)),
            referred=Count("pk", filter=_within("confirmed_at", period, zone)),
            ended=Count("pk", filter=_within("ended_at", period, zone)),
            standing=Count("pk", filter=~Q(stage__in=sorted(ENDED))),
        )
        .order_by("cause")
    )
    return _counted("referrals", 7, "cause", ("proposed", "referred", "ended", "standing"), list(rows))


def parts_table(paths: tuple[str, ...], period: Period, zone: ZoneInfo) -> Data:
    """Reports that several bodies handle: how many parts lie here, and how many of them are open."""
    parts = Complaint.objects.filter(_under(paths, "holder__path"), _within("submitted_at", period, zone), lead__isnull=False)
    found = parts.order_by().aggregate(
        parts=Count("pk"), leads=Count("lead", distinct=True), open_parts=Count("pk", filter=~Q(state__in=("closed", "archived")))
    )
    columns = ("leads", "parts", "open_parts")
    rows = [{"key": "all", "cells": {name: {"value": str(found[name])} for name in columns}}] if found["parts"] else []
    return table("parts", 14, "", columns, rows)


BELOW = {Template.MICRO: (Template.UNIT,), Template.MESO: (Template.MICRO,), Template.MACRO: (Template.MICRO, Template.MESO, Template.ISSUE)}


def submission_table(template: str, places: list[Institution], period: Period, today: date) -> Data:
    """Who below reported in time: reports that fell due in the period, by kind."""
    below = BELOW.get(Template(template), ())
    due = Q(due_on__range=(period.first, period.last))
    where = Q() if template == Template.MACRO else Q(institution__in=[place.pk for place in places])
    rows = (
        Edition.objects.current()
        .filter(where, due, template__in=below)
        .values("template")
        .annotate(
            in_time=Count("pk", filter=Q(submitted_on__lte=F("due_on"))),
            submitted_late=Count("pk", filter=Q(submitted_on__gt=F("due_on"))),
            missing=Count("pk", filter=Q(submitted_on=None, due_on__lt=today)),
        )
        .order_by("template")
    )
    return _counted("submissions", 16, "template", ("in_time", "submitted_late", "missing"), list(rows))


def items(template: str, scope: str, period: str) -> list[Data]:
    """The action plan of the edition of a period, with how far it came."""
    rows = ActionItem.objects.filter(edition__template=template, edition__scope=scope, edition__period=period, edition__is_current=True)
    return [
        {"id": str(row.pk), "text": row.text, "owner": row.owner, "due_on": row.due_on.isoformat(), "status": row.status, "progress": row.progress}
        for row in rows.order_by("due_on", "made_at")
    ]
