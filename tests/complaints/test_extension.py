"""More time on a legal basis: who may give it, to which deadline, how much, and who is told."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from complaints import services
from complaints.clock import HANDLER_KEYS, RULES
from complaints.models import Clock, Complaint, Entry
from complaints.services.reference import Reference
from institutions.models import LegalBasis, Limit
from lapor.ground.problems import Refusal
from officers.models import Notice
from officers.notices import render
from tests.world import World

WIB = ZoneInfo("Asia/Jakarta")
KEY = "resolution_non_oversight"
GIVEN: dict[str, Any] = {"key": KEY, "days": 5, "legal_basis": "uu-25-2009", "text": "Menunggu hasil uji laboratorium."}


def extend(world: World, complaint: Complaint, who: str = "admin", *, at: datetime | None = None, **given: Any) -> Complaint:
    at = at or world.at + timedelta(days=1)
    return services.extend_clock(complaint.pk, **{**GIVEN, **given}, by=world.actor(who, at=at), at=at)


def refused(world: World, complaint: Complaint, who: str = "admin", **given: Any) -> Refusal:
    before = list(Clock.objects.order_by("pk").values())
    with translation.override("en"), pytest.raises(Refusal) as found:
        extend(world, complaint, who, **given)
    assert list(Clock.objects.order_by("pk").values()) == before
    return found.value


def clock(complaint: Complaint | UUID, key: str = KEY) -> Clock:
    return Clock.objects.get(complaint=complaint, key=key)


def test_an_institution_gives_its_own_handling_five_days_more_on_record(world: World) -> None:
    complaint = world.to_state("in_progress")
    before = clock(complaint)

    extend(world, complaint)

    found = clock(complaint)
    assert [row.due_at.astimezone(WIB).date() for row in (before, found)] == [date(2026, 11, 20), date(2026, 11, 27)]
    event = found.events.latest("pk")
    assert (event.kind, event.days, event.basis_id, event.due_at, event.calendar_version) == ("extend", 5, "uu-25-2009", found.due_at, found.calendar_version)
    row = complaint.transitions.latest("seq")
    assert (row, row.kind, row.by.get_username(), row.as_role) == (event.transition, "extend", "admin", "institution_admin")
    assert (row.reason, row.data, row.state_after) == (KEY, {"days": 5, "basis": "uu-25-2009"}, "in_progress")
    assert (Entry.objects.get(transition=row).kind, Entry.objects.get(transition=row).text) == ("reason", GIVEN["text"])
    kept = Complaint.objects.get(pk=complaint.pk)
    assert (kept.next_due_at, kept.version) == (found.due_at, complaint.version + 1)
    assert list(services.broken(reference=Reference(world.at))) == []


def test_the_queue_keeps_an_earlier_deadline_in_front(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    first = clock(complaint, "first_response")

    extend(world, complaint)

    assert Complaint.objects.get(pk=complaint.pk).next_due_at == first.due_at < clock(complaint).due_at


def test_the_reporter_is_told_the_new_date(world: World) -> None:
    complaint = world.to_state("in_progress")

    extend(world, complaint)

    notice = Notice.objects.get(event="case_extended")
    assert notice.context["due"] == "2026-11-27"
    assert "2026-11-27" in " ".join(render(notice.event, notice.context, "en"))


@pytest.mark.parametrize("kept", [{"is_anonymous": True}, {"is_secret": True}])
def test_of_a_hidden_case_only_the_number_is_told(world: World, kept: dict[str, Any]) -> None:
    complaint = world.to_state("in_progress", **kept)
    Notice.objects.all().delete()

    extend(world, complaint)

    notice = Notice.objects.get(address_ref=f"complaint:{complaint.pk}")
    assert (notice.event, set(notice.context)) == ("case_news", {"number", "track_url"})


def test_an_institution_extends_once_and_the_nation_again(world: World) -> None:
    complaint = world.to_state("in_progress")
    extend(world, complaint)

    assert refused(world, complaint).fields.keys() == {"key"}
    extend(world, complaint, "national", days=2)

    assert clock(complaint).due_at.astimezone(WIB).date() == date(2026, 12, 1)
    assert list(services.broken(reference=Reference(world.at))) == []


@pytest.mark.parametrize("key", sorted(HANDLER_KEYS & {"first_response", "verify_institution"}))
def test_other_deadlines_of_handlers_are_the_nations_to_extend(world: World, key: str) -> None:
    complaint = world.to_state("at_city")

    assert refused(world, complaint, key=key).status == 403
    before = clock(complaint, key).due_at
    extend(world, complaint, "national", key=key, days=1)

    assert clock(complaint, key).due_at > before


@pytest.mark.parametrize("key", [*sorted(set(RULES) - HANDLER_KEYS), "unknown", ""])
@pytest.mark.parametrize("who", ["admin", "national"])
def test_nobody_extends_day_60_or_a_deadline_of_the_reporter(world: World, key: str, who: str) -> None:
    refusal = refused(world, world.to_state("in_progress"), who, key=key)

    assert (refusal.status, set(refusal.fields)) == (422, {"key"})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        *(({"days": days}, "days") for days in (0, 15, -1, "", "dua", "1.5", "9" * 5000)),
        *(({"legal_basis": code}, "legal_basis") for code in ("", "tidak-ada")),
        ({"text": " "}, "text"),
    ],
)
def test_what_is_missing_or_too_much_is_said_beside_its_field(world: World, given: dict[str, Any], field: str) -> None:
    refusal = refused(world, world.to_state("in_progress"), **given)

    assert (refusal.status, set(refusal.fields)) == (422, {field})


def test_the_longest_extension_is_a_limit_of_the_house(world: World) -> None:
    complaint = world.to_state("in_progress")
    longest = Limit.objects.table(world.at.date())["extension_days_max"]

    extend(world, complaint, days=longest)

    assert clock(complaint).events.latest("pk").days == longest == 14


@pytest.mark.parametrize("state", ["awaiting_reporter", "closed", "awaiting_completion"])
def test_a_deadline_that_has_ended_or_stands_still_is_not_extended(world: World, state: str) -> None:
    refusal = refused(world, world.to_state(state), "national")

    assert (refusal.status, set(refusal.fields)) == (422, {"key"})


@pytest.mark.parametrize(
    ("who", "status"), [("liaison", 403), ("unit_admin", 404), ("other_admin", 404), ("superior", 403), ("auditor", 403), ("monitor", 404), ("hub", 404)]
)
def test_without_authority_it_is_refused(world: World, who: str, status: int) -> None:
    assert refused(world, world.to_state("in_progress", is_secret=True), who).status == status


def test_a_report_that_moved_on_meanwhile_is_a_conflict(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert refused(world, complaint, version=complaint.version - 1).status == 409


def test_the_page_shows_the_dates_keeps_what_was_typed_and_extends(world: World, desk: Any, clock: Any) -> None:
    complaint = world.to_state("in_progress")
    browser: Client = desk("admin")
    address = f"/meja/{complaint.tracking_id}/perpanjang/"

    assert address in browser.get(f"/meja/{complaint.tracking_id}/").content.decode()
    page = browser.get(address).content.decode()
    assert "20 November 2026" in page
    assert f'action="{address}"' in page
    typed = {"key": KEY, "days": "99", "legal_basis": "uu-25-2009", "text": "Menunggu uji.", "version_read": str(complaint.version)}
    wrong = browser.post(address, typed)
    assert wrong.status_code == 422
    assert "Menunggu uji." in wrong.content.decode()
    assert 'value="99"' in wrong.content.decode()

    done = browser.post(address, {**typed, "days": "5"}, follow=True)

    assert done.status_code == 200
    assert "27 November 2026" in done.content.decode()
    assert browser.post(address, {**typed, "days": "5", "version_read": ""}).status_code == 422
    assert browser.get(address).status_code == 200


def test_who_may_not_extend_sees_no_link_and_no_page(world: World, desk: Any, clock: Any) -> None:
    complaint = world.to_state("in_progress")
    browser = desk("liaison")

    assert "/perpanjang/" not in browser.get(f"/meja/{complaint.tracking_id}/").content.decode()
    assert browser.get(f"/meja/{complaint.tracking_id}/perpanjang/").status_code == 403
    assert browser.post(f"/meja/{complaint.tracking_id}/perpanjang/", {}).status_code == 403


def test_every_legal_basis_is_offered(world: World, desk: Any, clock: Any) -> None:
    complaint = world.to_state("in_progress")
    page = desk("national").get(f"/meja/{complaint.tracking_id}/perpanjang/").content.decode()

    assert all(f'value="{code}"' in page for code in LegalBasis.objects.values_list("pk", flat=True))
