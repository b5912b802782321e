from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from institutions import services
from institutions.models import LegalBasis, Limit, SlaPolicy
from institutions.services.reference import read
from lapor.ground.problems import Refusal
from officers.models import User

from .conftest import AT, START, TODAY, appointed

NEXT_YEAR = date(2027, 1, 1)

# The table of periods: key, length, unit.
PERIODS = {
    "verify_national": (3, "working"),
    "verify_institution": (3, "working"),
    "first_response": (5, "working"),
    "resolution_information": (5, "working"),
    "resolution_non_oversight": (14, "working"),
    "resolution_oversight": (60, "working"),
    "statutory_60": (60, "calendar"),
    "completion": (10, "working"),
    "completeness_answer": (14, "calendar"),
    "decision_delivery": (14, "calendar"),
    "reporter_reply": (10, "working"),
    "reply_handling": (5, "working"),
    "reopen_window": (30, "calendar"),
    "support_response": (5, "working"),
    "urgent_response": (1, "calendar"),
    "jurisdiction_decision": (3, "working"),
    "ombudsman_corrective": (30, "working"),
    "ombudsman_recommendation": (60, "calendar"),
    "pdp_breach_notice": (72, "hours"),
}
LIMITS = {
    "draft_days": 30, "pend_max": 2, "restore_days": 30, "restore_max": 1, "return_max": 2, "invite_max": 10, "silence_warning_days": 30,
    "reopen_max": 2, "reopen_days": 30, "rating_days": 30, "hold_days": 30, "hold_max": 2, "extension_days_max": 14, "deadline_years_ahead": 5,
    "deadlines_per_client": 300, "deadlines_client_minutes": 10, "transfer_consent_days": 5, "referral_text_max": 10000, "summary_days": 7,
    "summary_numbers": 10, "release_after_days": 5, "release_final_days": 90,
    "reminder_1_percent": 50, "reminder_2_percent": 90,
    "ladder_0_percent": 80, "ladder_2_working_days": 5, "ladder_3_working_days": 10, "ladder_4_day": 45, "ladder_5_day": 60,
    "statutory_counts_after_answer": 1, "statutory_counts_after_closing": 0, "title_min": 10, "title_max": 150, "body_min": 30,
    "body_max": 20000, "text_max": 20000, "incident_warn_days": 30, "incident_old_days": 730, "code_tries_per_number": 5,
    "code_tries_number_minutes": 15, "code_tries_per_client": 30, "code_tries_client_minutes": 60, "submit_per_client": 20,
    "submit_client_minutes": 60, "idempotency_hours": 24, "idempotency_bits": 128, "case_session_minutes": 60, "notice_retry_minutes": 5,
    "notice_tries_max": 12, "small_cell": 10,
    "group_size_max": 1000000, "letter_days": 7, "letter_retry_minutes": 5, "letters_per_client": 20, "letters_client_minutes": 60,
    "file_bytes_max": 20000000, "files_max": 10, "file_pixels_max": 80000000, "file_seconds_max": 600, "upload_orphan_hours": 24,
    "uploads_per_client": 100, "upload_client_minutes": 60, "clean_seconds": 30, "clean_megabytes": 1024, "clean_tries": 3, "clean_claim_seconds": 120,
    "login_tries": 10,
    "quiet_from_hour": 21,
    "quiet_until_hour": 7,
    "digest_hour": 7,
    "contact_code_minutes": 15,
    "contact_code_tries": 5,
    "contact_codes_per_hour": 3,
    "contact_code_digits": 6,
    "contact_changes_per_hour": 3,
    "silence_notice_working_days": 3,
    "staff_idle_minutes": 30,
    "staff_session_hours": 12,
    "bulk_max": 100,
    "handover_ahead_days": 14,
    "delegation_days": 90,
    "canned_max": 200,
    "own_paragraph_min": 40,
    "same_paragraph_percent": 85,
    "answer_draft_days": 14,
    "presence_seconds": 60,
    "count_cap": 99,
    "saved_filters_max": 20,
    "edition_settle_hours": 6, "edition_amber_points": 10, "edition_topics": 10, "edition_trend_months": 12,
    "edition_list_max": 500, "edition_remind_days": 3, "edition_claim_seconds": 600,
    "edition_retry_minutes": 5, "edition_tries": 5, "edition_link_minutes": 30, "edition_text_max": 2000,
    "weight_followup_rate": 30, "weight_sla_compliance": 20, "weight_clearance_rate_flow": 15, "weight_satisfaction": 15, "weight_quality_score": 10,
    "weight_officer_compliance": 10, "weight_least": 50, "ranking_min": 20, "target_followup_rate": 80, "target_sla_compliance": 90, "target_response_rate": 95,
    "target_verification_timeliness": 95, "target_clearance_rate_flow": 100,
    "unit_login_days": 30, "unit_untouched_days": 5,
}  # fmt: skip


def period(by: User, basis: LegalBasis, **given: Any) -> SlaPolicy:
    values: dict[str, Any] = {"key": "first_response", "length": 4, "unit": "working", "valid_from": NEXT_YEAR, "at": AT, "why": "test"}
    return services.set_policy(by=by, legal_basis=basis, **{**values, **given})


def limit(by: User, basis: LegalBasis, **given: Any) -> Limit:
    values: dict[str, Any] = {"key": "hold_max", "value": 1, "valid_from": NEXT_YEAR, "at": AT, "why": "test"}
    return services.set_limit(by=by, legal_basis=basis, **{**values, **given})


def lengths(on: date, institution: Any = None) -> dict[str, int]:
    return {key: row.length for key, row in SlaPolicy.objects.table(on, institution).items()}


def test_the_seeded_periods_are_those_of_the_regulation(db: None) -> None:
    table = SlaPolicy.objects.table(TODAY)

    assert {key: (row.length, row.unit) for key, row in table.items()} == PERIODS
    assert {key: (row.cap_length, row.cap_unit) for key, row in table.items() if row.cap_length} == {"completion": (30, "calendar")}
    assert all(row.valid_from == START and row.version == 1 and row.legal_basis.title for row in table.values())


def test_the_seeded_limits_are_all_there(db: None) -> None:
    assert Limit.objects.table(TODAY) == LIMITS
    assert Limit.objects.table(START) == LIMITS
    assert Limit.objects.table(date(2018, 12, 31)) == {}


def test_the_tables_take_one_query(db: None, country: SimpleNamespace, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        SlaPolicy.objects.table(TODAY, country.unit)
    with django_assert_num_queries(1):
        Limit.objects.table(TODAY)


def test_a_new_national_row_follows_the_old_one(system: User, basis: LegalBasis) -> None:
    row = period(system, basis, length=7)

    assert (lengths(date(2026, 12, 31))["first_response"], lengths(NEXT_YEAR)["first_response"]) == (5, 7)
    assert (row.version, row.stricter) == (2, "lower")
    assert SlaPolicy.objects.get(key="first_response", version=1).valid_to == date(2026, 12, 31)


def test_a_row_between_two_others_ends_where_the_later_begins(system: User, basis: LegalBasis) -> None:
    period(system, basis, length=7, valid_from=date(2028, 1, 1))
    period(system, basis, length=6)

    assert [lengths(date(year, 6, 1))["first_response"] for year in (2026, 2027, 2028)] == [5, 6, 7]


def test_two_rows_do_not_begin_on_the_same_day(system: User, basis: LegalBasis) -> None:
    period(system, basis)

    with pytest.raises(Refusal) as refused:
        period(system, basis, length=3)

    assert refused.value.status == 409


def test_an_unknown_key_is_refused(system: User, basis: LegalBasis) -> None:
    with pytest.raises(Refusal) as refused:
        period(system, basis, key="coffee_break")

    assert set(refused.value.fields) == {"key"}


@pytest.mark.parametrize("given", [{"length": 0}, {"unit": "weeks"}, {"cap_length": 3}, {"cap_unit": "working"}])
def test_a_period_that_is_none_is_refused(system: User, basis: LegalBasis, given: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        period(system, basis, **given)

    assert refused.value.status == 422


def test_a_stricter_value_of_an_institution_counts_there_and_below(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    period(system, basis, institution=country.ministry, length=4)
    period(system, basis, institution=country.unit, length=2)

    def first_response(institution: Any) -> int:
        return lengths(NEXT_YEAR, institution)["first_response"]

    places = (None, country.nation, country.ministry, country.unit, country.province)
    assert [first_response(place) for place in places] == [5, 5, 4, 2, 5]
    assert lengths(TODAY, country.unit)["first_response"] == 5


def test_the_strictest_row_on_the_path_wins(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    period(system, basis, institution=country.unit, length=4)
    period(system, basis, institution=country.ministry, length=2)

    assert lengths(NEXT_YEAR, country.unit)["first_response"] == 2


def test_where_the_nation_becomes_stricter_it_wins(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    period(system, basis, institution=country.ministry, length=4)
    period(system, basis, length=3, valid_from=date(2028, 1, 1))

    assert lengths(date(2028, 1, 1), country.ministry)["first_response"] == 3


@pytest.mark.parametrize(
    "given",
    [
        {"length": 6},  # longer
        {"key": "statutory_60", "length": 50, "unit": "calendar"},  # the law's, nobody's own
        {"key": "reporter_reply", "length": 9},  # less time for the reporter
        {"key": "decision_delivery", "length": 10},  # ten working days may outlast fourteen calendar days
        {"key": "completion", "length": 12, "cap_length": 20, "cap_unit": "calendar"},  # longer, but capped lower
    ],
)
def test_no_institution_may_be_looser(system: User, basis: LegalBasis, country: SimpleNamespace, given: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        period(system, basis, institution=country.ministry, **given)

    assert set(refused.value.fields) == {"length"}


def test_a_unit_may_not_be_looser_than_its_institution(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    period(system, basis, institution=country.ministry, length=3)

    with pytest.raises(Refusal):
        period(system, basis, institution=country.unit, length=4)


def test_the_reporter_may_be_given_more_time(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    period(system, basis, key="reporter_reply", institution=country.ministry, length=20)

    assert lengths(NEXT_YEAR, country.unit)["reporter_reply"] == 20


def test_limits_too_may_only_be_stricter(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    limit(system, basis, institution=country.ministry)

    for wrong in ({"value": 3}, {"key": "reopen_max", "value": 1}, {"key": "small_cell", "value": 5}):
        with pytest.raises(Refusal) as refused:
            limit(system, basis, institution=country.regency, **wrong)
        assert set(refused.value.fields) == {"value"}
    assert Limit.objects.table(NEXT_YEAR, country.unit)["hold_max"] == 1
    assert Limit.objects.table(NEXT_YEAR)["hold_max"] == 2


def test_a_limit_keeps_its_unit(system: User, basis: LegalBasis) -> None:
    assert limit(system, basis, value=3).unit == "times"


def test_an_own_value_ends_and_the_nations_counts_again(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    row = period(system, basis, institution=country.ministry)

    services.end_override(row, on=date(2027, 6, 30), by=system, at=AT, why="test")

    assert [lengths(day, country.ministry)["first_response"] for day in (date(2027, 6, 30), date(2027, 7, 1))] == [4, 5]


def test_a_national_row_cannot_be_ended_without_a_next_one(system: User, basis: LegalBasis) -> None:
    row = SlaPolicy.objects.get(key="first_response")

    with pytest.raises(Refusal):
        services.end_override(row, on=NEXT_YEAR, by=system, at=AT, why="test")
    with pytest.raises(Refusal):
        period(system, basis, valid_to=date(2027, 12, 31))


def test_nobody_alters_the_past(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    nation = SlaPolicy.objects.table(TODAY)  # read before: the root of the seed is the root of the country
    admin = appointed("nasional1", "national_admin", country.nation, system)

    with pytest.raises(Refusal) as refused:
        period(admin, basis, valid_from=date(2026, 11, 23))

    assert set(refused.value.fields) == {"valid_from"}
    assert period(admin, basis, valid_from=TODAY).version == nation["first_response"].version + 1


def test_an_institution_admin_binds_only_the_own_institution(system: User, basis: LegalBasis, country: SimpleNamespace) -> None:
    admin = appointed("admin.air", "institution_admin", country.ministry, system)

    period(admin, basis, institution=country.unit, length=3)

    for place in (None, country.regency):
        with pytest.raises(Refusal) as refused:
            period(admin, basis, institution=place, length=2)
        assert refused.value.status == 403


def test_the_database_refuses_two_rows_for_one_day(db: None) -> None:
    for model, key in ((SlaPolicy, "first_response"), (Limit, "hold_max")):
        row = model.objects.get(key=key)
        row.pk, row.valid_from = None, NEXT_YEAR
        if isinstance(row, SlaPolicy):
            row.version = 2
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_every_rule_file_names_a_legal_basis_that_exists() -> None:
    known = {row["code"] for row in read("legal_bases.csv")}

    for name in ("sla_policies.csv", "limits.csv"):
        rows = read(name)
        assert {row["legal_basis"] for row in rows} <= known
        assert {row["valid_from"] for row in rows} == {START.isoformat()}
