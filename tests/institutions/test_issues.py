"""Priority issues, strategic projects and their rules are kept like every other configuration: by power, with a reason, never deleted."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from institutions import services
from institutions.models import Change, Institution, IssueRule, LegalBasis, PriorityIssue
from lapor.ground.problems import Refusal
from officers.models import User
from tests.login import log_in

from .conftest import AT, TODAY, appointed


def issue(basis: LegalBasis, **values: Any) -> PriorityIssue:
    given = {"code": "uji", "kind": "project", "name_id": "Proyek Uji", "name_en": "Trial", "legal_basis": basis, "valid_from": date(2026, 1, 1)}
    return PriorityIssue(**{**given, **values})


def write(row: PriorityIssue | IssueRule, by: User) -> Any:
    act: Any = services.set_issue if isinstance(row, PriorityIssue) else services.set_issue_rule
    return act(row, by=by, at=AT, why="test")


def refused(row: PriorityIssue | IssueRule, by: User) -> Refusal:
    with pytest.raises(Refusal) as found:
        write(row, by)
    return found.value


def test_an_issue_and_its_rule_leave_changes_with_their_reasons(basis: LegalBasis, system: User) -> None:
    row = write(issue(basis), system)
    row.target_indicator, row.target_value = "clearance", "90.5"
    write(row, system)
    rule = write(IssueRule(issue=row, words="  jalan \x00 rusak ", valid_from=TODAY), system)

    changes = list(Change.objects.filter(target_kind__in=("institutions.priorityissue", "institutions.issuerule"), what__in=("created", "updated")))
    assert [(change.target_id, change.what) for change in changes[-3:]] == [("uji", "created"), ("uji", "updated"), (str(rule.pk), "created")]
    assert changes[-2].after == {"target_indicator": "clearance", "target_value": "90.5"}
    assert rule.words == "jalan rusak"
    assert str(rule) == "uji: jalan rusak"


def test_a_name_is_read_in_the_readers_language(basis: LegalBasis) -> None:
    with translation.override("en"):
        assert str(issue(basis)) == "Trial"
    assert str(issue(basis)) == "Proyek Uji"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "Besar"}, "code"),
        ({"code": "dua kata"}, "code"),
        ({"kind": "other"}, "kind"),
        ({"name_en": ""}, "name_en"),
        ({"target_indicator": "clearance"}, ""),
        ({"target_value": "5"}, ""),
        ({"valid_to": date(2025, 12, 31)}, ""),
    ],
)
def test_what_is_no_issue_is_refused_by_its_field(basis: LegalBasis, system: User, values: dict[str, Any], field: str) -> None:
    found = refused(issue(basis, **values), system)

    assert (found.code, set(found.fields)) == ("invalid", {field})


def test_a_rule_without_any_condition_is_refused_by_page_and_database(basis: LegalBasis, system: User) -> None:
    row = write(issue(basis), system)

    assert refused(IssueRule(issue=row, words=" ", valid_from=TODAY), system).code == "invalid"
    with pytest.raises(IntegrityError), transaction.atomic():
        IssueRule.objects.create(issue=row, valid_from=TODAY)


def test_whoever_does_not_set_policy_for_the_nation_is_refused(country: SimpleNamespace, basis: LegalBasis, system: User) -> None:
    row = write(issue(basis), system)
    for role, place in (("institution_admin", country.ministry), ("liaison", country.unit), ("national_monitor", country.nation)):
        user = appointed(f"uji.{role}", role, place, system)
        assert refused(issue(basis, code="lain"), user).status == 403
        assert refused(IssueRule(issue=row, words="x", valid_from=TODAY), user).status == 403

    write(issue(basis, code="lain"), appointed("pusat", "national_admin", country.nation, system))
    assert PriorityIssue.objects.filter(code="lain").exists()


def test_rules_propose_while_they_and_their_issue_count(basis: LegalBasis, system: User) -> None:
    def proposing(on: date) -> bool:
        return IssueRule.objects.proposing(on).filter(issue="uji").exists()

    row = write(issue(basis, valid_from=date(2026, 3, 1), valid_to=date(2026, 9, 30)), system)
    write(IssueRule(issue=row, words="x", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30)), system)

    days = {date(2026, 2, 28): False, date(2026, 3, 1): True, date(2026, 6, 30): True, date(2026, 7, 1): False, date(2026, 10, 1): False}
    assert {day: proposing(day) for day in days} == days
    assert "uji" in set(PriorityIssue.objects.in_force(date(2026, 9, 30)).values_list("code", flat=True))


def test_the_admin_adds_alters_and_retires_and_never_deletes(country: SimpleNamespace, system: User, client: Client) -> None:
    log_in(client, appointed("pusat", "national_admin", country.nation, system))

    def url(model: str, page: str, *args: Any) -> str:
        return reverse(f"admin:institutions_{model}_{page}", args=args)

    values = {
        "code": "uji", "kind": "issue", "name_id": "Uji", "name_en": "Trial", "legal_basis": "permenpanrb-5-2025", "owner": country.ministry.pk,
        "target_indicator": "clearance", "target_value": "90", "valid_from": "2026-01-01", "why": "Arahan",
    }  # fmt: skip
    assert client.post(url("priorityissue", "add"), values).status_code == 302
    assert client.post(url("priorityissue", "change", "uji"), {**values, "code": "lain", "valid_to": "2026-12-31"}).status_code == 302
    row = PriorityIssue.objects.get(pk="uji")
    assert (row.owner, row.valid_to, PriorityIssue.objects.filter(pk="lain").exists()) == (country.ministry, date(2026, 12, 31), False)
    rule = {"issue": "uji", "topic": "health", "words": "", "valid_from": "2026-01-01", "why": "Arahan"}
    assert client.post(url("issuerule", "add"), rule).status_code == 302
    made = IssueRule.objects.get(issue="uji")
    assert client.post(url("issuerule", "change", made.pk), {**rule, "topic": ""}).status_code == 200  # nothing would be asked for
    assert client.post(url("issuerule", "change", made.pk), {**rule, "words": "obat", "valid_to": "2026-11-30"}).status_code == 302
    made.refresh_from_db()
    assert (made.words, made.valid_to) == ("obat", date(2026, 11, 30))
    for model, pk in (("priorityissue", "uji"), ("issuerule", made.pk)):
        assert client.post(url(model, "delete", pk), {"post": "yes", "why": "x"}).status_code == 403
    assert Change.objects.latest("pk").why == "Arahan"


def test_an_owner_is_an_institution_that_stays(country: SimpleNamespace, basis: LegalBasis, system: User) -> None:
    write(issue(basis, owner=country.ministry), system)

    with pytest.raises(ProtectedError):
        Institution.objects.get(pk=country.ministry.pk).delete()
