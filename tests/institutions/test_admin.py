from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from institutions import services
from institutions.admin import AuditedAdmin
from institutions.models import (
    CalendarDay,
    CalendarYear,
    Change,
    HubMembership,
    Institution,
    IssueRule,
    LegalBasis,
    Limit,
    PriorityIssue,
    Region,
    SlaPolicy,
    Topic,
)
from officers.models import User
from tests.login import log_in
from tests.pages import hidden

from .conftest import AT, appointed

MODELS = (CalendarDay, CalendarYear, Change, HubMembership, Institution, IssueRule, LegalBasis, Limit, PriorityIssue, Region, SlaPolicy, Topic)


def url(model: type[Any], page: str, *args: Any) -> str:
    return reverse(f"admin:institutions_{model._meta.model_name}_{page}", args=args)


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def national(nation: Institution, system: User, client: Client) -> Client:
    log_in(client, appointed("pusat", "national_admin", nation, system))
    return client


def confirmed(client: Client, address: str, values: dict[str, Any]) -> Any:
    """The answer to what was sent, shown in a preview and confirmed there."""
    return client.post(address, hidden(client.post(address, values).content.decode()))


def last_change() -> Change:
    return Change.objects.latest("pk")


def errors(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


@pytest.mark.parametrize("model", MODELS)
def test_every_table_has_a_page_on_the_common_base(model: type[Any]) -> None:
    page = admin.site._registry[model]

    assert isinstance(page, AuditedAdmin)
    assert not page.inlines
    assert not page.list_editable
    assert page.actions is None


@pytest.mark.parametrize("model", MODELS)
def test_the_national_admin_opens_every_list(national: Client, country: SimpleNamespace, model: type[Any]) -> None:
    assert national.get(url(model, "changelist")).status_code == 200
    assert national.get(url(model, "changelist"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("model", [CalendarDay, CalendarYear, Change, Institution, IssueRule, LegalBasis, Limit, PriorityIssue, Region, SlaPolicy, Topic])
def test_the_national_admin_opens_every_row(national: Client, country: SimpleNamespace, model: type[Any]) -> None:
    assert national.get(url(model, "change", model._default_manager.earliest("pk").pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_without_an_appointment_sees_nothing(nation: Institution, client: Client, model: type[Any]) -> None:
    log_in(client, User.objects.create_superuser("root", "root@example.test", "x"))

    assert client.get(url(model, "changelist")).status_code == 403


def test_an_officer_without_power_over_policy_sees_nothing(country: SimpleNamespace, system: User, client: Client) -> None:
    log_in(client, appointed("penghubung", "liaison", country.unit, system))

    assert client.get(url(Topic, "changelist")).status_code == 403
    assert client.post(url(Topic, "add"), {"code": "x"}).status_code == 403


def test_the_auditor_reads_the_changes_and_nothing_else(country: SimpleNamespace, system: User, client: Client) -> None:
    log_in(client, appointed("auditor1", "auditor", country.nation, system))

    assert client.get(url(Change, "changelist")).status_code == 200
    assert client.get(url(Change, "change", last_change().pk)).status_code == 200
    assert client.get(url(Topic, "changelist")).status_code == 403


def test_regions_and_changes_cannot_be_written(national: Client) -> None:
    for model, pk in ((Region, "31"), (Change, last_change().pk)):
        assert national.get(url(model, "add")).status_code == 403
        assert national.post(url(model, "change", pk), {"why": "x"}).status_code == 403
        assert national.post(url(model, "delete", pk), {"post": "yes", "why": "x"}).status_code == 403


def test_a_topic_is_added_altered_and_removed_with_reasons(national: Client) -> None:
    values = {"code": "other.test", "parent": "other", "name_id": "Uji", "name_en": "Test", "flag": "", "valid_from": "2026-01-01"}

    assert national.post(url(Topic, "add"), {**values, "why": "asked for"}).status_code == 302
    assert national.post(url(Topic, "change", "other.test"), {**values, "name_en": "Trial", "why": "clearer"}).status_code == 302

    assert (last_change().what, last_change().before, last_change().after) == ("updated", {"name_en": "Test"}, {"name_en": "Trial"})
    assert (last_change().why, last_change().by.get_username()) == ("clearer", "pusat")
    assert b'name="why"' in national.get(url(Topic, "delete", "other.test")).content
    assert national.post(url(Topic, "delete", "other.test"), {"post": "yes", "why": "a slip"}).status_code == 302
    assert (last_change().what, last_change().before["name_en"]) == ("removed", "Trial")


def test_nothing_is_written_without_a_reason(national: Client) -> None:
    values = {"code": "other.test", "name_id": "Uji", "name_en": "Test", "flag": "", "valid_from": "2026-01-01"}

    assert set(errors(national.post(url(Topic, "add"), values))) == {"why"}
    response = national.post(url(LegalBasis, "delete", "uu-14-2008"), {"post": "yes", "why": " "})

    assert response.status_code == 200
    assert LegalBasis.objects.filter(pk="uu-14-2008").exists()


def test_what_is_in_use_is_not_removed(national: Client) -> None:
    assert national.post(url(LegalBasis, "delete", "perpres-76-2013"), {"post": "yes", "why": "x"}).status_code == 200
    assert LegalBasis.objects.filter(pk="perpres-76-2013").exists()


def test_a_new_period_follows_the_old_one(national: Client) -> None:
    values = {"key": "first_response", "length": 4, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": tomorrow()}

    assert confirmed(national, url(SlaPolicy, "add"), {**values, "why": "new regulation"}).status_code == 302

    assert SlaPolicy.objects.table(tomorrow())["first_response"].length == 4
    assert SlaPolicy.objects.get(key="first_response", version=1).valid_to == timezone.localdate()


def test_what_a_service_refuses_is_shown_beside_its_field_with_what_was_typed(national: Client, country: SimpleNamespace) -> None:
    values = {
        "key": "first_response", "length": 9, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": tomorrow(),
        "institution": country.ministry.pk, "why": "more time",
    }  # fmt: skip

    response = national.post(url(SlaPolicy, "add"), values)

    assert set(errors(response)) == {"length"}
    assert b"more time" in response.content
    assert SlaPolicy.objects.filter(institution=country.ministry).count() == 0


def test_an_own_value_is_only_ended_and_a_national_row_only_read(national: Client, country: SimpleNamespace, system: User) -> None:
    basis = LegalBasis.objects.get(pk="permenpanrb-5-2025")
    row = services.set_limit(
        key="hold_max", value=1, legal_basis=basis, institution=country.ministry, valid_from=tomorrow(), by=system, at=AT, why="test"
    )  # fmt: skip

    assert set(errors(national.post(url(Limit, "change", row.pk), {"valid_to": "", "why": "x"}))) == {"valid_to"}
    assert national.post(url(Limit, "change", row.pk), {"valid_to": tomorrow(), "value": 9, "why": "x"}).status_code == 302
    row.refresh_from_db()

    assert (row.value, row.valid_to) == (1, tomorrow())
    assert national.post(url(Limit, "change", Limit.objects.get(key="small_cell").pk), {"why": "x"}).status_code == 403


def test_an_institution_is_created_changed_and_ended(national: Client, country: SimpleNamespace) -> None:
    values = {
        "slug": "badan-uji", "name": "Badan Uji", "kind": "agency", "tier": "micro", "parent": country.nation.pk, "time_zone": "Asia/Makassar",
        "working_week": 5, "valid_from": "2026-01-01", "sms_prefix": "", "why": "Perpres",
    }  # fmt: skip

    assert national.post(url(Institution, "add"), values).status_code == 302
    row = Institution.objects.get(slug="badan-uji")
    assert row.path == f"{country.nation.path}{row.pk}."
    assert national.post(url(Institution, "change", row.pk), {**values, "name": "Badan Baru"}).status_code == 302
    end = {**values, "name": "Badan Baru", "valid_to": tomorrow(), "successor": country.ministry.pk}
    assert national.post(url(Institution, "change", row.pk), end).status_code == 302
    row.refresh_from_db()

    assert (row.name, row.valid_to, row.successor) == ("Badan Baru", tomorrow(), country.ministry)
    assert national.post(url(Institution, "change", row.pk), {**values, "name": "Badan Baru"}).status_code == 302
    assert Institution.objects.get(pk=row.pk).valid_to is None
    assert national.post(url(Institution, "delete", row.pk), {"post": "yes", "why": "x"}).status_code == 403


def test_the_calendar_is_kept(national: Client) -> None:
    values = {"date": "2028-02-29", "kind": "joint_leave", "name": "Cuti bersama", "decree": "SKB", "why": "the decree"}

    assert confirmed(national, url(CalendarDay, "add"), values).status_code == 302
    assert confirmed(national, url(CalendarYear, "change", 2028), {"decree": "SKB 1/2027", "why": "out"}).status_code == 302
    day = CalendarDay.objects.get(date=date(2028, 2, 29))
    assert national.post(url(CalendarDay, "delete", day.pk), {"post": "yes", "why": "withdrawn"}).status_code == 302

    assert CalendarYear.objects.versions()[2028] == ("confirmed", 4)


def test_hubs_gain_and_lose_members(national: Client, country: SimpleNamespace) -> None:
    values = {"hub": country.province.pk, "member": country.regency.pk, "kind": "region", "valid_from": "2026-01-01", "why": "x"}

    assert national.post(url(HubMembership, "add"), values).status_code == 302
    row = HubMembership.objects.get(hub=country.province)
    assert national.post(url(HubMembership, "change", row.pk), {**values, "valid_to": "2026-12-31"}).status_code == 302
    assert national.post(url(HubMembership, "add"), {**values, "valid_from": "2026-02-01"}).status_code == 200

    assert HubMembership.objects.get(hub=country.province).valid_to == date(2026, 12, 31)
