"""What the values of the dims are called on a board."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import CharField, F, Value
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from complaints.models import AgeBand, Channel, Disability, Gender
from complaints.why import NAMES as CLOCKS
from complaints.workflow import ArchiveReason, Classification, ClosureKind, PendReason, State, Track
from institutions.models import PriorityIssue, Region, Topic
from lapor.ground.provinces import BY_CODE

from ..figures import Period

CHOICES: dict[str, Mapping[str, object]] = {
    "channel": dict(Channel.choices),
    "track": dict(Track.choices),
    "kind": dict(Classification.choices),
    "closure": dict(ClosureKind.choices),
    "reason": dict([*ArchiveReason.choices, *PendReason.choices]),
    "state": dict(State.choices),
    "gender": dict(Gender.choices),
    "disability": dict(Disability.choices),
    "age": dict(AgeBand.choices),
    "clock": CLOCKS,
}
DIMS = {
    "topic": gettext_lazy("Topic"),
    "region": gettext_lazy("Region"),
    "channel": gettext_lazy("Channel"),
    "track": gettext_lazy("Track"),
    "kind": gettext_lazy("Kind of report"),
    "issue": gettext_lazy("Priority issue"),
}
# What each measure counts.
MEASURES = {
    "received": gettext_lazy("Reports received"),
    "validated": gettext_lazy("Valid reports"),
    "responded": gettext_lazy("Reports with a response"),
    "followed_up": gettext_lazy("Reports with a final follow-up"),
    "completed": gettext_lazy("Reports completed"),
    "passed_60": gettext_lazy("Reports past 60 days"),
    "archived": gettext_lazy("Reports archived"),
    "closed": gettext_lazy("Reports closed"),
    "reopened": gettext_lazy("Reports reopened"),
    "restored": gettext_lazy("Reports restored"),
    "pended": gettext_lazy("Reports pended"),
    "arrived": gettext_lazy("Arrivals in the queue"),
    "disposed_here": gettext_lazy("Dispositions received"),
    "returned": gettext_lazy("Dispositions returned"),
    "disposed_on": gettext_lazy("Dispositions made"),
    "misrouted": gettext_lazy("Wrong dispositions"),
    "met": gettext_lazy("Deadlines met"),
    "missed": gettext_lazy("Deadlines missed"),
    "rated": gettext_lazy("Reports rated"),
    "open": gettext_lazy("Open reports"),
    "stars": gettext_lazy("Sum of the stars"),
    "open_over_60": gettext_lazy("Open reports past the 60 days of the law"),
    "units": gettext_lazy("Units"),
    "units_active": gettext_lazy("Units with a log-in in thirty days and nothing untouched over five working days"),
    "accounts": gettext_lazy("Accounts with a role"),
    "accounts_covered": gettext_lazy("Accounts covered by a decree in force"),
    "verify_days": gettext_lazy("Working days from arrival at the holder to its verification"),
    "response_days": gettext_lazy("Working days from arrival at the holder to the first own response"),
    "followup_days": gettext_lazy("Working days from arrival at the holder to the first final follow-up, without pauses"),
    "followup_days_raw": gettext_lazy("Working days from arrival at the holder to the first final follow-up, pauses included"),
    "handling_days": gettext_lazy("Calendar days from arrival to the closing"),
    "quality": gettext_lazy("Points of the sample"),
    "quality_sampled": gettext_lazy("Reports in the sample"),
}
# Where what a picture shows is defined: an indicator or a distribution.
DEFINED = {
    "received-waktu": "received", "closed-waktu": "clearance_rate_flow", "umur": "age_bands", "status": "age_bands", "tenggat": "sla_compliance",
    "topic": "category_top10", "channel": "channel_mix", "peta": "region_map", "region": "region_map", "kind": "kind_mix", "track": "kind_mix",
    "issue": "priority_issue", "arsip": "archive_rate", "tunda": "pend_rate", "penutupan": "auto_close_share", "bintang": "satisfaction",
    "gender": "inclusion", "disability": "inclusion", "age": "inclusion",
}  # fmt: skip
BANDS = ("0-5", "6-14", "15-30", "31-60", "61+")
PROVINCE = 2  # digits of its code


def names_of(topics: Iterable[str] = (), regions: Iterable[str] = (), issues: Iterable[str] = ()) -> dict[tuple[str, str], str]:
    """The names of topics, of regencies and of priority issues, in one query: `{("topic", code): name}`."""
    column = "name_en" if (get_language() or "").startswith("en") else "name_id"
    asked = (("topic", Topic.objects, topics, column), ("region", Region.objects, regions, "name"), ("issue", PriorityIssue.objects, issues, column))
    parts = [
        manager.filter(code__in=wanted).order_by().annotate(dim=Value(dim, output_field=CharField()), said=F(name)).values_list("dim", "code", "said")
        for dim, manager, codes, name in asked
        if (wanted := sorted(set(codes) - {""}))
    ]
    return {(dim, code): said for dim, code, said in parts[0].union(*parts[1:], all=True)} if parts else {}


def label(dim: str, value: str, names: Mapping[tuple[str, str], str]) -> str:
    """What a value is called; the value itself where nobody knows a name."""
    if not value:
        return {"topic": _("No topic yet"), "region": _("Place not known")}.get(dim, _("Not said"))
    if dim == "band":
        return _("%(days)s days") % {"days": value.replace("-", "\N{EN DASH}")}
    if dim == "stars":
        return "★" * int(value) if value.isdecimal() else value
    if dim == "region" and len(value) == PROVINCE:
        return BY_CODE[value].name if value in BY_CODE else value
    return str(CHOICES[dim].get(value, value)) if dim in CHOICES else names.get((dim, value), value)


def day_name(day: date) -> str:
    return str(date_format(day, "j F Y"))


def period_kinds() -> list[tuple[str, str]]:
    return [("month", _("Month")), ("quarter", _("Quarter")), ("half", _("Half-year")), ("year", _("Year"))]


def ticks(period: Period) -> list[str]:
    """The labels of the steps of a period: days of a month, else months."""
    if period.kind == "month":
        return [str(number) for number in range(1, period.last.day + 1)]
    return [str(date_format(month, "M")) for month in period.months]
