"""What the API says of a period that somebody has counted."""

from datetime import date, datetime
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from institutions.models import Institution

from ..models import Clock
from ..why import Explanation, Line
from . import ClockOut, CodeOut, clock_out

KINDS = (
    "start", "rule", "extension", "counted", "weekend", "national_holiday", "joint_leave", "institution", "pause", "cap", "recomputed", "provisional",
    "standing", "due",
)  # fmt: skip

LINE = inline_serializer(  # a field may be called `from` only in a table
    "DeadlineLine",
    {
        "kind": serializers.ChoiceField(choices=KINDS),
        "text": serializers.CharField(help_text="The line in words, in the language asked for."),
        "from": serializers.DateField(allow_null=True),
        "to": serializers.DateField(allow_null=True),
        "days": serializers.IntegerField(help_text="Of `counted` lines the days (hours) that count, of the others those that do not."),
        "name": serializers.CharField(allow_blank=True, help_text="Of the day off, or whose own value the rule is."),
        "decree": serializers.CharField(allow_blank=True),
        "basis": serializers.CharField(allow_blank=True, help_text="The legal basis."),
    },
    many=True,
)


class DeadlineOut(serializers.Serializer[Any]):
    """A due date, and the lines that lead to it: the first says from where, the last until when."""

    policy = serializers.CharField()
    start = serializers.CharField(help_text="As it was read: a date, or a time with its zone.")
    institution = serializers.CharField(help_text="Slug.")
    due_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="In the zone where the period is counted.")
    is_provisional = serializers.BooleanField(help_text="The decree on the days off of one of the years is not out yet.")
    lines = LINE


class ClockToldOut(ClockOut):
    """A deadline of a report with the lines that lead to it."""

    part = serializers.IntegerField(allow_null=True, help_text="Of which part of the report; null is the report itself.")
    due_on = serializers.DateField(help_text="In the zone where it is counted.")
    lines = LINE


class DeadlinesOut(serializers.Serializer[Any]):
    """The deadlines of a report, and what an officer may extend of them."""

    version = serializers.IntegerField()
    deadlines = ClockToldOut(many=True)
    extendable = serializers.ListField(child=serializers.CharField(), help_text="Keys of the running deadlines that the caller may extend.")
    extension_days_max = serializers.IntegerField(allow_null=True, help_text="The most days at once; null for who may not extend.")
    legal_bases = CodeOut(many=True)


class ExtensionIn(serializers.Serializer[Any]):
    """More time for a running deadline. The reporter is told the new date and reads the reason."""

    key = serializers.CharField(help_text="Which deadline: one of `extendable`.")
    days = serializers.IntegerField(min_value=1, help_text="In the unit in which the deadline is counted.")
    legal_basis = serializers.CharField(help_text="Code: one of `legal_bases`.")
    text = serializers.CharField(help_text="The reason.")
    version = serializers.IntegerField(required=False, help_text="The version that was read; 409 when the report moved on.")


def told_out(clock: Clock, why: Explanation, *, is_exact: bool) -> dict[str, Any]:
    return clock_out(clock, is_exact=is_exact) | {
        "part": clock.complaint.part_number,
        "due_on": why.due_on,
        "lines": [line_out(line) for line in why.lines],
    }


def line_out(line: Line) -> dict[str, Any]:
    texts = {name: getattr(line, name) for name in ("kind", "text", "days", "name", "decree", "basis")}
    return {"kind": texts.pop("kind"), "text": texts.pop("text"), "from": line.first, "to": line.last, **texts}


def deadline_out(policy: str, start: date | datetime, institution: Institution, found: Explanation) -> dict[str, Any]:
    return {
        "policy": policy,
        "start": start.isoformat(),
        "institution": institution.slug,
        "due_at": found.due_at,
        "due_on": found.due_on,
        "is_provisional": found.is_provisional,
        "lines": [line_out(line) for line in found.lines],
    }
