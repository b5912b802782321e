"""How indicators are said to the public: groups, formulas in words, and why there is no number."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.why import NAMES as CLOCKS
from monitoring.boards.labels import MEASURES as ALL
from monitoring.indicators import COUNT, DAYS, INDEX, INDICATORS, RATIO, SHARE, STOCK, Indicator

__all__ = ["GROUPS", "MISSING", "formula", "measure_name", "unit_name"]

GROUPS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "answers": (gettext_lazy("Answers and endings"), ("response_rate", "followup_rate", "completion_rate", "clearance_rate_flow", "clearance_rate_cohort")),
    "timeliness": (
        gettext_lazy("Timeliness"),
        ("verification_timeliness", "first_response_timeliness", "sla_compliance", "reply_handled", "verification_time", "response_time",
         "followup_time", "followup_time_raw", "handling_time", "over_60"),
    ),
    "satisfaction": (gettext_lazy("Satisfaction"), ("satisfaction", "satisfied_share", "rating_response", "reopen_rate", "auto_close_share")),
    "backlog": (gettext_lazy("What is open"), ("backlog", "backlog_months", "open_over_60")),
    "ways": (gettext_lazy("Ways of a report"), ("return_rate", "misroute_rate", "pend_rate", "archive_rate")),
    "quality": (gettext_lazy("Quality"), ("quality_score", "composite")),
}  # fmt: skip
MISSING = {
    "nothing": gettext_lazy("No data yet"),
    "unknown": gettext_lazy("Not collected yet"),
    "few": gettext_lazy("Not shown"),
}
MEASURES = {
    "received": gettext_lazy("reports received"),
    "validated": gettext_lazy("valid reports (found valid by a desk and not archived)"),
    "archived": gettext_lazy("reports archived"),
    "responded": gettext_lazy("valid reports with a response of the institution"),
    "followed_up": gettext_lazy("valid reports with a final follow-up"),
    "completed": gettext_lazy("valid reports that are completed"),
    "completed:closure=auto_no_reply": gettext_lazy("completed because the reporter did not answer"),
    "passed_60": gettext_lazy("valid reports whose 60 days ended before the answer"),
    "closed": gettext_lazy("reports closed in the period"),
    "closed@month": gettext_lazy("reports closed in a month"),
    "reopened": gettext_lazy("reports opened again"),
    "pended": gettext_lazy("reports held for completion"),
    "arrived": gettext_lazy("arrivals in the queue"),
    "disposed_here": gettext_lazy("dispositions received"),
    "returned": gettext_lazy("dispositions returned"),
    "disposed_on": gettext_lazy("dispositions made"),
    "misrouted": gettext_lazy("dispositions made that were returned later"),
    "met": gettext_lazy("deadlines met"),
    "missed": gettext_lazy("deadlines missed"),
    "verify_days": gettext_lazy("working days from arrival to verification"),
    "response_days": gettext_lazy("working days from arrival to the first response"),
    "followup_days": gettext_lazy("working days from arrival to the final follow-up, pauses left out"),
    "followup_days_raw": gettext_lazy("working days from arrival to the final follow-up, pauses counted"),
    "handling_days": gettext_lazy("days from arrival to closing"),
    "rated": gettext_lazy("ratings"),
    "rated:stars=4": gettext_lazy("ratings of 4 stars"),
    "rated:stars=5": gettext_lazy("ratings of 5 stars"),
    "stars": gettext_lazy("sum of the stars"),
    "open": gettext_lazy("open reports at the end"),
    "open@end": gettext_lazy("open reports at the end"),
    "open_over_60": gettext_lazy("open reports past the 60 days of the law, at the end"),
    "quality": gettext_lazy("points of the sample"),
    "quality_sampled": gettext_lazy("answers in the sample"),
}
UNITS = {
    "reports": gettext_lazy("reports"),
    "working days": gettext_lazy("working days"),
    "days": gettext_lazy("days"),
    "months": gettext_lazy("months"),
    "stars": gettext_lazy("stars"),
    "of 20": gettext_lazy("of 20"),
    "of 100": gettext_lazy("of 100"),
}


def measure_name(term: str) -> str:
    measure = term.partition(":")[0]
    return str(MEASURES.get(term) or MEASURES.get(measure) or ALL[measure.partition("@")[0]])


def unit_name(unit: str) -> str:
    return str(UNITS.get(unit, unit))


def _sum(terms: tuple[str, ...]) -> str:
    """What is added up; of deadlines also which they are."""
    found: dict[str, list[str]] = {}
    for term in terms:
        kinds = found.setdefault(measure_name(term), [])
        clock = term.partition(":clock=")[2]
        if clock:
            kinds.append(str(CLOCKS[clock]))
    return " + ".join(f"{name} ({', '.join(kinds)})" if kinds else name for name, kinds in found.items())


def formula(row: Indicator) -> str:
    """What is divided by what, in words."""
    if row.shape == INDEX:
        parts = (f"{INDICATORS[key].name}" for key in row.weights)
        return _("Weighted mean of: %(parts)s") % {"parts": ", ".join(parts)}
    if row.shape in {COUNT, STOCK}:
        return _("Number of %(what)s") % {"what": _sum(row.top)}
    if row.shape == DAYS:
        return _("Mean, median and 90th percentile of the %(what)s") % {"what": _sum(row.top)}
    text = "%(top)s ÷ (%(bottom)s)" if len(set(map(measure_name, row.bottom))) > 1 else "%(top)s ÷ %(bottom)s"
    return text % {"top": _sum(row.top), "bottom": _sum(row.bottom)} + (" \u00d7 100" if row.shape in {SHARE, RATIO} else "")
