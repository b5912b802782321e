"""What a snapshot's keys are called, in the language that is spoken now."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from complaints import why
from complaints.models import AgeBand, Channel, Disability, Gender
from complaints.workflow import ArchiveReason, Classification, ClosureKind, PendReason, State, Track
from monitoring.indicators import INDICATORS
from monitoring.referral import Cause

from ..access import Template
from ..snapshot import OF_PLACES, Data

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

CHAPTERS: dict[int, "_StrOrPromise"] = {
    1: _("Scope and period"),
    2: _("Summary"),
    3: _("Volume and channels"),
    4: _("Kinds, tracks, topics and trends"),
    5: _("Timeliness"),
    6: _("Clearance and backlog"),
    7: _("Past 60 days, and the Ombudsman"),
    8: _("Returned, pended, archived"),
    9: _("Satisfaction"),
    10: _("Replies of reporters"),
    11: _("Officers"),
    12: _("Gender, disability and age"),
    13: _("Priority issues and national strategic projects"),
    14: _("Cases of several institutions"),
    15: _("Policy recommendations"),
    16: _("Action plan and progress"),
    17: _("Service standard"),
    18: _("Annex"),
}
# Which chapters a kind of report has where it has not all of them.
ONLY: dict[str, frozenset[int]] = {Template.OVER_60: frozenset({1, 7}), Template.ISSUE: frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 18})}
# What a chapter of it says where all that is known stands elsewhere.
OF_ISSUE: dict[int, "_StrOrPromise"] = {
    5: _("Deadlines and times are not counted by issue; how far reports came is told in the chapters beside."),
    6: _("Of one issue the age and the state of open reports are not counted."),
    8: _("Reports that were returned or pended are not counted by issue."),
}
SUMMARY = (
    "received", "followup_rate", "completion_rate", "sla_compliance", "verification_timeliness", "response_rate", "clearance_rate_flow", "backlog",
    "open_over_60", "satisfaction", "officer_compliance", "composite",
)  # fmt: skip
SUMMARY_OF_ISSUE = ("received", "followup_rate", "completion_rate", "response_rate", "over_60", "clearance_rate_flow", "backlog", "satisfaction")
IN_CHAPTER: dict[int, tuple[str, ...]] = {
    3: ("received",),
    5: (
        "verification_timeliness", "verification_time", "first_response_timeliness", "response_time", "response_rate", "sla_compliance", "followup_time",
        "followup_time_raw", "handling_time",
    ),
    6: ("clearance_rate_flow", "clearance_rate_cohort", "followup_rate", "completion_rate", "backlog", "backlog_months", "reopen_rate", "auto_close_share"),
    7: ("over_60", "open_over_60"),
    8: ("return_rate", "misroute_rate", "pend_rate", "archive_rate"),
    9: ("satisfaction", "satisfied_share", "rating_response", "quality_score"),
    10: ("reply_handled",),
    11: ("officer_compliance", "active_units"),
}  # fmt: skip
TABLES: dict[str, "_StrOrPromise"] = {
    "channels": _("By channel"),
    "kinds": _("By kind"),
    "tracks": _("By track"),
    "topics": _("Largest topics"),
    "regions": _("Largest regions"),
    "issues": _("By priority issue"),
    "trend": _("Month by month"),
    "clocks": _("Deadlines"),
    "closures": _("How reports were completed"),
    "pend_reasons": _("Why reports were pended"),
    "archive_reasons": _("Why reports were archived"),
    "stars": _("Ratings"),
    "bands": _("Open reports by age in days"),
    "states": _("Open reports by state"),
    "gender": _("By gender"),
    "disability": _("By disability"),
    "age": _("By age"),
    "annex": _("Each place below"),
    "institutions": _("Institutions that have to do with it"),
    "referrals": _("Referrals to the Ombudsman"),
    "parts": _("Handled in parts"),
    "submissions": _("Evaluation reports that fell due"),
}
COLUMNS: dict[str, "_StrOrPromise"] = {
    "received": _("Received"),
    "followed_up": _("Followed up"),
    "completed": _("Completed"),
    "passed_60": _("Past 60 days"),
    "closed": _("Closed"),
    "open": _("Open"),
    "met": _("Kept"),
    "missed": _("Missed"),
    "share": _("Kept, in percent"),
    "pended": _("Pended"),
    "archived": _("Archived"),
    "rated": _("Ratings"),
    "stars_mean": _("Mean of the stars"),
    "proposed": _("Proposed"),
    "referred": _("Referred"),
    "ended": _("Ended"),
    "standing": _("Open now"),
    "leads": _("Lead reports"),
    "parts": _("Parts"),
    "open_parts": _("Open parts"),
    "in_time": _("In time"),
    "submitted_late": _("Late"),
    "missing": _("Not submitted"),
}
FIRST: dict[str, "_StrOrPromise"] = {
    "channel": _("Channel"),
    "kind": _("Kind"),
    "track": _("Track"),
    "topic": _("Topic"),
    "region": _("Region"),
    "issue": _("Priority issue"),
    "month": _("Month"),
    "clock": _("Deadline"),
    "closure": _("How"),
    "reason": _("Reason"),
    "stars": _("Stars"),
    "band": _("Age in days"),
    "state": _("State"),
    "gender": _("Gender"),
    "disability": _("Disability"),
    "age": _("Age"),
    "place": _("Place"),
    "cause": _("Cause"),
    "template": _("Report"),
    "": "",
}
UNITS: dict[str, "_StrOrPromise"] = {
    "%": "%",
    "reports": _("reports"),
    "working days": _("working days"),
    "days": _("days"),
    "months": _("months"),
    "stars": _("stars"),
    "of 20": _("of 20"),
    "of 100": _("of 100"),
}
ONE_REPORT = _("report")
MISSING: dict[str, "_StrOrPromise"] = {
    "nothing": _("no data yet"),
    "unknown": _("not collected yet"),
    "few": _("too few to be told"),
}
UNSAID: dict[str, "_StrOrPromise"] = {"topic": _("No topic yet"), "region": _("Place not known")}  # what a report has not been given
LIGHTS: dict[str, tuple[str, "_StrOrPromise"]] = {
    "good": ("good", _("Target reached")),
    "amber": ("soon", _("Nearly reached")),
    "bad": ("late", _("Target missed")),
    "none": ("", ""),
}
UNCOLLECTED: dict[str, "_StrOrPromise"] = {
    "training": _("Training of officers is not collected yet."),
    "meetings": _("Coordination meetings are not collected yet."),
    "recommendations": _("Policy recommendations are not collected yet."),
    "service_standard": _("Compliance with the service standard is not collected yet."),
}
STATUS: dict[str, "_StrOrPromise"] = {"open": _("Not begun"), "running": _("Under way"), "done": _("Done"), "dropped": _("Given up")}
CHOICES: dict[str, Mapping[str, "_StrOrPromise"]] = {
    "channel": dict(Channel.choices),
    "kind": dict(Classification.choices),
    "track": dict(Track.choices),
    "closure": dict(ClosureKind.choices),
    "pend_reasons": dict(PendReason.choices),
    "archive_reasons": dict(ArchiveReason.choices),
    "state": dict(State.choices),
    "gender": dict(Gender.choices),
    "disability": dict(Disability.choices),
    "age": dict(AgeBand.choices),
    "cause": dict(Cause.choices),
    "template": dict(Template.choices),
    "clock": {**why.NAMES, "completion": _("Completion by the reporter"), "reporter_reply": _("Reply or confirmation of the reporter")},
}
# Tables whose rows stand in the order of their choices, and those whose rows stand by how many they are.
IN_ORDER = ("clock", "state", "age")
BY_SIZE = ("closure", "reason")


def number(text: str) -> str:
    """A decimal text as people write it: `1234.50` is `1.234,50` in Indonesian."""
    places = len(text.partition(".")[2])
    return number_format(Decimal(text), decimal_pos=places, use_l10n=True, force_grouping=True)


def indicator_name(key: str) -> str:
    row = INDICATORS.get(key)
    return str(row.name) if row else key


def unit_of(key: str, figure: str | None = None) -> str:
    """In the plural, or as it stands behind this figure; only reports come one by one, the others have decimals."""
    row = INDICATORS.get(key)
    if row and row.unit == "reports" and figure == "1":
        return str(ONE_REPORT)
    return str(UNITS.get(row.unit, row.unit)) if row else ""


def spoken(names: Mapping[str, str]) -> str:
    """A name that is kept in both languages, in the one that is spoken now."""
    return names["en" if (get_language() or "").startswith("en") else "id"]


def row_name(table: Data, row: Data) -> str:
    """What a row of a table stands for."""
    key, dim = row["key"], table["dim"]
    if row.get("names"):
        return spoken(row["names"])
    if dim == "month":
        return date_format(date.fromisoformat(f"{key}-01"), "F Y")
    if dim == "stars":
        return ngettext("%(count)s star", "%(count)s stars", int(key)) % {"count": key}
    if dim == "band":
        return str(key).replace("-", "\N{EN DASH}")
    if not key:
        return str(UNSAID.get(dim, _now("Not said")))
    if key == "all":
        return _now("All")
    choices = CHOICES.get(dim) or CHOICES.get(table["key"], {})
    return str(choices.get(key, key))


def column_name(table: Data, column: str) -> str:
    return indicator_name(column) if table["key"] in OF_PLACES else str(COLUMNS.get(column, column))
