"""What is measured: every indicator of DOMAIN 4.2 as one table, and what it takes to work one out.

How to read a row: `top` and `bottom` are sums of measures (docs/measurement.md) over the scope and the period; a measure is named
`measure`, `measure:dim=value` or `measure:dim=*` where all values of a dim count together. `shape` says what is done with them:

* `share`: top / bottom in percent, never above 100 but for `ratio`; with Wilson's interval;
* `ratio`: top / bottom in percent, which may exceed 100;
* `mean`: top / bottom, in `unit`;
* `days`: mean, median and 90th percentile of a histogram of days (`top` names it);
* `count`: top alone; `stock` the same of what was there at the end of the period;
* `index`: the weighted mean of other indicators that have data.

`audience` says who may see it at all; secret reports are in the sums of all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lapor.ground.shares import Histogram, rounded, wilson

VERSION = "2026.1"  # of the formulas below: changed with any of them, and printed on everything that shows one

SHARE, RATIO, MEAN, DAYS, COUNT, STOCK, INDEX = "share", "ratio", "mean", "days", "count", "stock", "index"
PUBLIC, STAFF = "public", "staff"
VERIFY = ("verify_national", "verify_institution")
RESOLUTION = ("resolution_information", "resolution_non_oversight", "resolution_oversight")


class Sums(Protocol):
    """What was counted in a scope and a period."""

    def n(self, measure: str, dim: str = "", value: str = "") -> int: ...

    def values(self, measure: str, dim: str) -> Mapping[str, int]: ...

    def stock(self, measure: str, dim: str = "", value: str = "") -> int: ...

    def histogram(self, measure: str) -> Histogram: ...

    @property
    def months(self) -> Fraction: ...

    @property
    def is_cut(self) -> bool:
        """Whether these are the sums of one value of a dim: then only measures with all cuts are known."""

    @property
    def knows_open(self) -> bool:
        """Whether what was open is known: of the whole, of a track and of an issue."""


@dataclass(frozen=True, slots=True)
class Indicator:
    key: str
    name: Promise
    shape: str
    top: tuple[str, ...]
    bottom: tuple[str, ...] = ()
    unit: str = "%"
    audience: str = PUBLIC
    basis: str = "permenpanrb-5-2025"
    note: Promise | str = ""
    is_better_high: bool | None = True  # None: neither way is good in itself
    has_cuts: bool = False  # known for one topic, region, channel, track, kind or issue, too
    weights: Mapping[str, str] = field(default_factory=dict)  # of an index: the key of each part with the limit that holds its weight
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An indicator worked out. `value` is None where there is nothing to divide by or no data yet (`missing` says which)."""

    indicator: Indicator
    value: Decimal | None
    numerator: int | None = None
    denominator: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    median: int | None = None
    p90: int | None = None
    missing: str = ""  # "nothing": the denominator is zero; "unknown": not collected yet, or not for this cut; "few": too few to be told
    parts: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.indicator.key


def _clocks(measure: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{measure}:clock={key}" for key in keys)


def _timely(key: str, name: Promise, keys: tuple[str, ...], **more: object) -> Indicator:
    return Indicator(key, name, SHARE, _clocks("met", keys), _clocks("met", keys) + _clocks("missed", keys), **more)  # type: ignore[arg-type]


INDICATORS: dict[str, Indicator] = {
    row.key: row
    for row in (
        Indicator("received", _("Reports received"), COUNT, ("received",), unit="reports", is_better_high=None, has_cuts=True),
        _timely("verification_timeliness", _("Verified in time"), VERIFY, note=_("Deadlines still open past their day count as missed.")),
        Indicator("verification_time", _("Time to verification"), DAYS, ("verify_days",), unit="working days", is_better_high=False),
        Indicator("response_time", _("Time to the first response"), DAYS, ("response_days",), unit="working days", is_better_high=False),
        Indicator("response_rate", _("Response rate"), SHARE, ("responded",), ("validated",), has_cuts=True),
        Indicator(
            "followup_rate",
            _("Followed up (%TL)"),
            SHARE,
            ("followed_up",),
            ("validated",),
            has_cuts=True,
            note=_("The national reading of %TL: valid reports with a final follow-up."),
        ),
        Indicator(
            "completion_rate",
            _("Completed"),
            SHARE,
            ("completed",),
            ("validated",),
            has_cuts=True,
            note=_("The other reading of %TL: valid reports that are closed."),
        ),
        Indicator(
            "clearance_rate_flow",
            _("Clearance rate (flow)"),
            RATIO,
            ("closed",),
            ("received",),
            has_cuts=True,
            note=_("Closed in the period, whenever received. Above 100 the backlog shrinks."),
        ),
        Indicator(
            "clearance_rate_cohort",
            _("Clearance rate (cohort)"),
            SHARE,
            ("completed",),
            ("received",),
            has_cuts=True,
            note=_("Of what was received in the period, what is completed."),
        ),
        Indicator("backlog", _("Open at the end"), STOCK, ("open",), unit="reports", is_better_high=False),
        Indicator(
            "backlog_months",
            _("Backlog in months of work"),
            MEAN,
            ("open@end",),
            ("closed@month",),
            unit="months",
            is_better_high=False,
            note=_("Divided by the reports closed in a month of the period on average; all that were closed in it stand beside."),
        ),
        Indicator("followup_time", _("Time to the final follow-up (RTL)"), DAYS, ("followup_days",), unit="working days", is_better_high=False),
        Indicator(
            "followup_time_raw",
            _("Time to the final follow-up, pauses included"),
            DAYS,
            ("followup_days_raw",),
            unit="working days",
            is_better_high=False,
        ),
        Indicator("handling_time", _("Time to the closing (RHP)"), DAYS, ("handling_days",), unit="days", is_better_high=False),
        _timely("sla_compliance", _("Settled in time"), RESOLUTION, note=_("Deadlines still open past their day count as missed.")),
        _timely("first_response_timeliness", _("First response in time"), ("first_response",)),
        Indicator("over_60", _("Past 60 days"), SHARE, ("passed_60",), ("validated",), basis="perpres-76-2013", is_better_high=False, has_cuts=True),
        Indicator("open_over_60", _("Open past 60 days"), STOCK, ("open_over_60",), unit="reports", basis="perpres-76-2013", is_better_high=False),
        Indicator("return_rate", _("Returned dispositions"), SHARE, ("returned",), ("disposed_here",), is_better_high=None),
        Indicator("misroute_rate", _("Wrong dispositions"), SHARE, ("misrouted",), ("disposed_on",), is_better_high=False),
        Indicator("pend_rate", _("Pended"), RATIO, ("pended",), ("arrived",), is_better_high=None),
        Indicator(
            "archive_rate",
            _("Archived"),
            SHARE,
            ("archived",),
            ("received",),
            is_better_high=None,
            has_cuts=True,
            note=_("An unusual rate is a reason to look closer."),
        ),
        Indicator("reopen_rate", _("Reopened"), RATIO, ("reopened",), ("closed",), is_better_high=False, has_cuts=True),
        Indicator(
            "auto_close_share",
            _("Closed without an answer of the reporter"),
            SHARE,
            ("completed:closure=auto_no_reply",),
            ("completed",),
            is_better_high=None,
            note=_("A high share hides dissatisfaction."),
        ),
        Indicator("satisfaction", _("Satisfaction"), MEAN, ("stars",), ("rated",), unit="stars", has_cuts=True),
        Indicator("satisfied_share", _("Satisfied (4 or 5 stars)"), SHARE, ("rated:stars=4", "rated:stars=5"), ("rated",)),
        Indicator("rating_response", _("Reporters who rate"), RATIO, ("rated",), ("closed",), has_cuts=True),
        _timely("reply_handled", _("Replies handled in time"), ("reply_handling",)),
        Indicator("active_units", _("Active units"), SHARE, ("units_active@end",), ("units@end",), audience=STAFF),
        Indicator("officer_compliance", _("Officers with a decree in force"), SHARE, ("accounts_covered@end",), ("accounts@end",), audience=STAFF),
        Indicator(
            "quality_score", _("Quality of the follow-up"), MEAN, ("quality",), ("quality_sampled",), unit="of 20", note=_("By a sample read by people.")
        ),
        Indicator(
            "composite",
            _("Composite index"),
            INDEX,
            (),
            unit="of 100",
            note=_("The weighted mean of the parts that have data; there is none where less than half of the weights have."),
            weights={
                "followup_rate": "weight_followup_rate",
                "sla_compliance": "weight_sla_compliance",
                "clearance_rate_flow": "weight_clearance_rate_flow",
                "satisfaction": "weight_satisfaction",
                "quality_score": "weight_quality_score",
                "officer_compliance": "weight_officer_compliance",
            },
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is told by its parts and has no one value: a measure by each value of one dim or of several. No report is left out of it."""

    key: str
    name: Promise
    measure: str
    dims: tuple[str, ...]
    note: Promise
    audience: str = STAFF
    basis: str = "permenpanrb-5-2025"


DISTRIBUTIONS: dict[str, Distribution] = {
    row.key: row
    for row in (
        Distribution("channel_mix", _("Reports by channel"), "received", ("channel",), _("Reports received by the channel through which they came."), PUBLIC),
        Distribution("category_top10", _("Ten largest topics"), "received", ("topic",), _("Reports received by topic, the ten with most of them."), PUBLIC),
        Distribution(
            "region_map", _("Reports by region"), "received", ("region",), _("Reports received by the province, regency or city of the incident."), PUBLIC
        ),
        Distribution("kind_mix", _("Reports by kind and track"), "received", ("kind", "track"), _("Reports received by kind and by track.")),
        Distribution(
            "priority_issue", _("Priority issues"), "received", ("issue",),
            _("Reports received by priority issue or national strategic project. Every figure that can be cut is told of each of them, too."),
        ),
        Distribution(
            "inclusion", _("Gender, disability and age"), "received", ("gender", "disability", "age"),
            _("Reports received and, in evaluation reports, ratings and their mean, by what reporters said of themselves. Small numbers are told to nobody."),
        ),
        Distribution("age_bands", _("Open reports by age"), "open", ("band", "state"), _("Open reports by calendar days since their arrival, and by state.")),
    )
}  # fmt: skip
# What nobody collects yet: shown as such, and left out of the index.
UNCOLLECTED = frozenset({"quality_score"})
# Of whom too few must not be told even as a mean: opinions of people.
OPINIONS = frozenset({"satisfaction", "satisfied_share"})
LEAST_WEIGHT = "weight_least"  # the limit that says how much of the weights must have data; one that an edition did not know asks for none
HIGHEST = {"satisfaction": 5, "quality_score": 20, "clearance_rate_flow": 100}  # where a part of the index ends


def _read(sums: Sums, term: str) -> int | Fraction:
    """The sum that a term of the table names."""
    name, _at, when = term.partition("@")
    if when == "end":
        return sums.stock(name)
    measure, _colon, cut = name.partition(":")
    dim, _equals, value = cut.partition("=")
    total = sums.n(measure, dim, value)
    return Fraction(total, sums.months) if when == "month" else total


def _total(sums: Sums, terms: tuple[str, ...]) -> int | Fraction:
    return sum(_read(sums, term) for term in terms)


def _whole(sums: Sums, terms: tuple[str, ...]) -> int:
    """The same of the whole period: what was counted, and no average."""
    return int(_total(sums, tuple(term.removesuffix("@month") for term in terms)))


def _days(row: Indicator, sums: Sums) -> Result:
    seen = sums.histogram(row.top[0])
    if seen.mean is None:
        return Result(row, None, 0, 0, missing="nothing")
    return Result(row, rounded(seen.mean), seen.total, seen.n, median=seen.quantile(Fraction(1, 2)), p90=seen.quantile(Fraction(9, 10)))


def _divided(row: Indicator, sums: Sums, least: int) -> Result:
    top, bottom = _total(sums, row.top), _total(sums, row.bottom)
    shown = int(top), _whole(sums, row.bottom)
    if not bottom:
        return Result(row, None, *shown, missing="nothing")
    if row.key in OPINIONS and bottom < least:
        return Result(row, None, missing="few")
    share = Fraction(top, bottom)
    if row.shape == MEAN:
        return Result(row, rounded(share), *shown)
    interval = wilson(int(top), int(bottom)) if row.shape == SHARE else None
    low, high = (rounded(end * 100) for end in interval) if interval else (None, None)
    return Result(row, rounded(share * 100), *shown, low=low, high=high)


def is_known(row: Indicator, sums: Sums) -> bool:
    """Whether these sums are all that it takes: of one value of a dim only what is kept by every cut, and there is no index of it."""
    return row.has_cuts or not sums.is_cut or (row.key == "backlog" and sums.knows_open)


def work_out(row: Indicator, sums: Sums, limits: Mapping[str, int]) -> Result:
    """One indicator of the table, but for an index."""
    if row.key in UNCOLLECTED or not is_known(row, sums):
        return Result(row, None, missing="unknown")
    if row.shape == COUNT:
        return Result(row, rounded(_total(sums, row.top), 0), int(_total(sums, row.top)))
    if row.shape == STOCK:
        n = sum(sums.stock(term) for term in row.top)
        return Result(row, rounded(n, 0), n)
    return _days(row, sums) if row.shape == DAYS else _divided(row, sums, limits["small_cell"])


def index(row: Indicator, results: Mapping[str, Result], limits: Mapping[str, int]) -> Result:
    """The weighted mean of the parts that have data, each brought to 0 to 100 first; nothing where too little of it has data to mean anything."""
    parts: dict[str, Fraction] = {}
    for key in row.weights:
        value = results[key].value if key in results else None
        if value is not None:
            highest = HIGHEST.get(key, 100)
            parts[key] = min(Fraction(value) / highest, Fraction(1)) * 100
    weight = sum(limits[row.weights[key]] for key in parts)
    if not weight or weight < limits.get(LEAST_WEIGHT, 0):
        return Result(row, None, missing="nothing")
    total = sum((value * limits[row.weights[key]] for key, value in parts.items()), Fraction(0))
    return Result(row, rounded(total / weight), denominator=weight, parts={key: rounded(value) for key, value in parts.items()})


def measure_all(sums: Sums, limits: Mapping[str, int], *, audience: str = STAFF) -> dict[str, Result]:
    """Every indicator of the table that this audience may see, in its order."""
    rows = [row for row in INDICATORS.values() if audience == STAFF or row.audience == audience]
    results = {row.key: work_out(row, sums, limits) for row in rows if row.shape != INDEX}
    for row in rows:
        if row.shape == INDEX:
            known = results if audience == STAFF else results | {key: work_out(INDICATORS[key], sums, limits) for key in row.weights if key not in results}
            results[row.key] = index(row, known, limits)
    return {row.key: results[row.key] for row in rows}
