"""The table of indicators, worked out on sums that stand here on paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from lapor.ground.shares import Histogram, spread
from monitoring.indicators import INDICATORS, OPINIONS, PUBLIC, SHARE, STAFF, UNCOLLECTED, Result, measure_all, work_out
from monitoring.telling import tells_of_few

LIMITS = {
    "small_cell": 10, "weight_followup_rate": 30, "weight_sla_compliance": 20, "weight_clearance_rate_flow": 15, "weight_satisfaction": 15,
    "weight_quality_score": 10, "weight_officer_compliance": 10,
}  # fmt: skip
Key = tuple[str, str, str]


@dataclass
class Paper:
    """Sums as somebody writes them on paper."""

    sums: Mapping[Key, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    months: Fraction = Fraction(3)
    is_cut: bool = False
    knows_open: bool = False

    def n(self, measure: str, dim: str = "", value: str = "") -> int:
        return sum(self.values(measure, dim).values()) if value == "*" else self.sums.get((measure, dim, value), 0)

    def values(self, measure: str, dim: str) -> Mapping[str, int]:
        return {value: n for (name, where, value), n in self.sums.items() if (name, where) == (measure, dim)}

    def stock(self, measure: str, dim: str = "", value: str = "") -> int:
        return self.levels.get(measure, 0)

    def histogram(self, measure: str) -> Histogram:
        return spread(self.values(measure, "days").items())


def whole(**counts: int) -> dict[Key, int]:
    return {(measure, "", ""): n for measure, n in counts.items()}


QUARTER = Paper(
    {
        **whole(received=120, validated=100, responded=90, followed_up=80, completed=60, closed=90, archived=20, passed_60=5, reopened=9, rated=40, stars=150,
                returned=6, disposed_here=60, misrouted=3, disposed_on=40, pended=12, arrived=150),
        ("met", "clock", "verify_national"): 50, ("missed", "clock", "verify_national"): 10,
        ("met", "clock", "verify_institution"): 25, ("missed", "clock", "verify_institution"): 15,
        ("met", "clock", "resolution_non_oversight"): 30, ("missed", "clock", "resolution_non_oversight"): 10,
        ("met", "clock", "resolution_oversight"): 5, ("missed", "clock", "resolution_oversight"): 5,
        ("met", "clock", "reply_handling"): 7, ("missed", "clock", "reply_handling"): 1,
        ("completed", "closure", "auto_no_reply"): 24, ("completed", "closure", "reporter_confirmed"): 36,
        ("rated", "stars", "5"): 15, ("rated", "stars", "4"): 10, ("rated", "stars", "1"): 15,
        ("verify_days", "days", "1"): 60, ("verify_days", "days", "4"): 30, ("verify_days", "days", "9"): 10,
        ("handling_days", "days", "20"): 1, ("handling_days", "days", "40"): 1,
    },
    {"open": 45, "open_over_60": 4, "units": 8, "units_active": 6, "accounts": 30, "accounts_covered": 27},
)  # fmt: skip

# key: value, numerator, denominator; by hand from the sums above
EXPECTED: dict[str, tuple[str | None, int | None, int | None]] = {
    "received": ("120", 120, None),
    "verification_timeliness": ("75.00", 75, 100),
    "verification_time": ("2.70", 270, 100),
    "response_time": (None, 0, 0),
    "response_rate": ("90.00", 90, 100),
    "followup_rate": ("80.00", 80, 100),
    "completion_rate": ("60.00", 60, 100),
    "clearance_rate_flow": ("75.00", 90, 120),
    "clearance_rate_cohort": ("50.00", 60, 120),
    "backlog": ("45", 45, None),
    "backlog_months": ("1.50", 45, 90),
    "followup_time": (None, 0, 0),
    "followup_time_raw": (None, 0, 0),
    "handling_time": ("30.00", 60, 2),
    "sla_compliance": ("70.00", 35, 50),
    "first_response_timeliness": (None, 0, 0),
    "over_60": ("5.00", 5, 100),
    "open_over_60": ("4", 4, None),
    "return_rate": ("10.00", 6, 60),
    "misroute_rate": ("7.50", 3, 40),
    "pend_rate": ("8.00", 12, 150),
    "archive_rate": ("16.67", 20, 120),
    "reopen_rate": ("10.00", 9, 90),
    "auto_close_share": ("40.00", 24, 60),
    "satisfaction": ("3.75", 150, 40),
    "satisfied_share": ("62.50", 25, 40),
    "rating_response": ("44.44", 40, 90),
    "reply_handled": ("87.50", 7, 8),
    "active_units": ("75.00", 6, 8),
    "officer_compliance": ("90.00", 27, 30),
    "quality_score": (None, None, None),
    # (30 x 80 + 20 x 70 + 15 x 75 + 15 x 75 + 10 x 90) / 90; quality has no data and its 10 fall away
    "composite": ("77.22", None, 90),
}


def test_every_indicator_is_what_the_paper_says() -> None:
    found = {key: (None if row.value is None else str(row.value), row.numerator, row.denominator) for key, row in measure_all(QUARTER, LIMITS).items()}

    assert found == EXPECTED
    assert set(EXPECTED) == set(INDICATORS)


def test_nothing_to_divide_by_is_no_data_and_never_0_or_100() -> None:
    for key, row in measure_all(Paper(), LIMITS).items():
        counts = INDICATORS[key].shape in {"count", "stock"}
        assert (row.value is not None) == counts, key
        assert counts or row.missing in {"nothing", "unknown"}, key


def test_shares_of_few_keep_wide_intervals() -> None:
    row = measure_all(Paper(whole(validated=10, followed_up=8)), LIMITS)["followup_rate"]

    assert (row.value, row.low, row.high) == (Decimal("80.00"), Decimal("49.02"), Decimal("94.33"))


def test_opinions_of_few_are_not_told() -> None:
    rows = measure_all(Paper({**whole(rated=9, stars=9, closed=20), ("rated", "stars", "5"): 0}), LIMITS)

    assert {key: (rows[key].value, rows[key].numerator, rows[key].missing) for key in OPINIONS} == dict.fromkeys(OPINIONS, (None, None, "few"))


def test_a_clearance_above_100_counts_as_100_in_the_index() -> None:
    row = measure_all(Paper(whole(received=10, closed=30, validated=10, followed_up=10)), LIMITS)["composite"]

    assert row.parts == {"followup_rate": Decimal("100.00"), "clearance_rate_flow": Decimal("100.00")}
    assert (row.value, row.denominator) == (Decimal("100.00"), 45)


@pytest.mark.parametrize(("closed", "value", "missing"), [(30, Decimal("100.00"), ""), (0, None, "nothing")])
def test_an_index_of_less_than_half_of_its_weights_is_none(closed: int, value: Decimal | None, missing: str) -> None:
    covered = {"accounts": 4, "accounts_covered": 4} if not closed else {}  # decrees alone would make the best of all indexes
    sums = whole(received=10, closed=closed, validated=10, followed_up=10) | {("met", "clock", "resolution_information"): 5} if closed else {}
    row = measure_all(Paper(sums, covered), LIMITS | {"weight_least": 50})["composite"]

    assert (row.value, row.missing) == (value, missing)


def test_the_median_and_the_ninetieth_stand_beside_the_mean() -> None:
    row = measure_all(QUARTER, LIMITS)["verification_time"]

    assert (row.value, row.median, row.p90) == (Decimal("2.70"), 1, 4)


def test_of_one_value_of_a_cut_only_what_is_counted_by_cuts_is_told() -> None:
    rows = measure_all(Paper(whole(received=30, validated=20, followed_up=10, closed=5), is_cut=True), LIMITS)

    assert rows["followup_rate"].value == Decimal("50.00")
    assert {key for key, row in rows.items() if row.missing == "unknown"} == {
        key for key, row in INDICATORS.items() if not row.has_cuts and row.shape != "index"
    }


def test_the_public_sees_what_is_the_publics() -> None:
    rows = measure_all(QUARTER, LIMITS, audience=PUBLIC)

    assert set(INDICATORS) - set(rows) == {"active_units", "officer_compliance"}
    assert rows["composite"] == measure_all(QUARTER, LIMITS, audience=STAFF)["composite"]


def test_a_share_can_not_leave_0_to_100() -> None:
    with_interval = [row for row in measure_all(QUARTER, LIMITS).values() if row.indicator.shape == SHARE and row.value is not None]

    assert with_interval
    assert all(row.low is not None and row.high is not None and row.low <= row.value <= row.high for row in with_interval if row.value is not None)


@pytest.mark.parametrize("key", sorted(INDICATORS))
def test_every_indicator_has_a_name_in_both_languages_and_a_basis(key: str) -> None:
    row = INDICATORS[key]
    with translation.override("id"):
        indonesian = str(row.name)
    with translation.override("en"):
        english = str(row.name)

    assert indonesian
    assert english
    assert row.basis
    assert indonesian != english


def test_what_nobody_collects_says_so() -> None:
    assert {key: work_out(INDICATORS[key], QUARTER, LIMITS).missing for key in UNCOLLECTED} == dict.fromkeys(UNCOLLECTED, "unknown")
    assert isinstance(work_out(INDICATORS["quality_score"], QUARTER, LIMITS), Result)


@pytest.mark.parametrize(
    ("key", "numerator", "denominator", "is_few"),
    [
        ("received", 9, None, True), ("received", 10, None, False), ("received", 0, None, False), ("open_over_60", 3, None, True),
        ("followup_rate", 30, 100, False), ("followup_rate", 9, 100, True), ("followup_rate", 92, 100, True), ("followup_rate", 0, 100, False),
        ("followup_rate", 100, 100, False), ("followup_rate", 5, 9, True), ("clearance_rate_flow", 100, 95, False), ("clearance_rate_flow", 9, 100, True),
        ("satisfaction", 9, 12, False), ("satisfaction", 40, 9, True), ("verification_time", 3, 40, False),
        ("backlog_months", 9, 40, True), ("backlog_months", 40, 9, True), ("backlog_months", 40, 50, False),
        ("composite", None, 65, False),
    ],
)  # fmt: skip
def test_a_result_tells_of_few_by_any_number_beside_it_and_by_what_is_left(key: str, numerator: int | None, denominator: int | None, is_few: bool) -> None:
    assert tells_of_few(INDICATORS[key], numerator, denominator, 10) is is_few
