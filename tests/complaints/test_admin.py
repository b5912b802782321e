"""The admin shows each officer the cases that the policy gives, and lets nobody write them."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from institutions.models import Change, SlaPolicy
from officers.actors import actor_for
from officers.models import Appointment, Notice, User
from tests.world import World

WINDOWS = ("complaints/complaint", "complaints/transition", "complaints/clock")


@pytest.fixture
def client(world: World) -> Client:
    return Client(headers={"accept-language": "en"})


def number_shown(client: Client, window: str, number: str) -> bool:
    response = client.get(f"/admin/{window}/")
    return response.status_code == 200 and number in response.content.decode()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("admin", True),
        ("liaison", True),
        ("national", True),
        ("auditor", True),
        ("other_admin", False),
        ("hub", False),
        ("operator", False),
        ("custodian", False),
    ],
)
def test_a_window_shows_what_the_policy_gives(client: Client, world: World, who: str, sees: bool) -> None:
    complaint = world.to_state("in_progress", is_secret=True)
    world.login(client, who)

    assert [number_shown(client, window, complaint.tracking_id) for window in WINDOWS] == [sees] * 3


def test_the_admin_speaks_indonesian_also_in_its_scripts_and_names_the_periods(world: World) -> None:
    officer = world.login(Client(), "national")

    page, scripts = (officer.get(path).content.decode() for path in ("/admin/institutions/slapolicy/", "/admin/jsi18n/"))

    assert "Tindak lanjut akhir" in page
    assert [key for key in SlaPolicy.objects.values_list("key", flat=True) if f">{key}<" in page] == []
    assert "Tulis jam menurut zona" in scripts


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_tells_the_day_and_never_the_hour_of_what_a_reporter_did(client: Client, world: World, window: str) -> None:
    at = world.at + timedelta(hours=4, minutes=37)
    complaint = world.submit(is_anonymous=True, at=at).complaint
    world.login(client, "national")
    row: Any = complaint if window.endswith("complaint") else getattr(complaint, "transitions" if window.endswith("transition") else "clocks").first()

    pages = [client.get(f"/admin/{window}/").content.decode(), client.get(f"/admin/{window}/{row.pk}/change/").content.decode()]

    assert [str(complaint) in page for page in pages] == [True, True]
    assert [moment for page in pages for moment in ("1:37", "13:37", "13.37", "6:37", "06:37") if moment in page] == []


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("national", "officers/user/?password__startswith=a", 400),
        ("national", "officers/user/?is_superuser__exact=1", 400),
        ("national", "officers/user/?is_active__exact=1", 200),
        ("national", "officers/notice/?context__number=x", 400),
        ("national", "officers/notice/?address_ref=x", 400),
        ("national", "officers/notice/?recipient=1", 400),
        ("national", "officers/notice/?message_id__startswith=x", 400),
        ("national", "officers/notice/?state__exact=sent", 200),
        ("admin", "complaints/complaint/?has_contact=1", 400),
        ("admin", "complaints/complaint/?contact_allowed=1", 400),
        ("admin", "complaints/complaint/?code_hash__startswith=a", 400),
        ("admin", "complaints/complaint/?submitted_at__gte=2026-11-02", 400),
        ("admin", "complaints/transition/?at__gte=2026-11-02", 400),
        ("admin", "complaints/complaint/?state__exact=closed", 200),
        ("national", "institutions/calendarday/?date__year=2026", 200),
        ("national", "institutions/institution/?parent__id__exact=1", 200),
    ],
)
def test_a_list_is_narrowed_only_by_what_it_shows(client: Client, world: World, who: str, address: str, status: int) -> None:
    world.login(client, who)

    assert client.get(f"/admin/{address}").status_code == status


def test_a_superuser_without_an_appointment_finds_no_window(client: Client, world: World) -> None:
    world.to_state("in_progress")
    user = world.user("patron")
    user.is_superuser = True
    user.save()
    user.appointments.update(valid_to=date(2020, 1, 1))
    world.login(client, "patron")

    assert {client.get(f"/admin/{window}/").status_code for window in (*WINDOWS, "officers/user", "officers/appointment")} == {403}


@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_can_be_added_changed_or_deleted(client: Client, world: World, window: str) -> None:
    complaint = world.to_state("in_progress")
    row = {"complaints/complaint": complaint, "complaints/transition": complaint.transitions.all()[0], "complaints/clock": complaint.clocks.all()[0]}[window]
    world.login(client, "national")

    assert client.get(f"/admin/{window}/add/").status_code == 403
    assert client.post(f"/admin/{window}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/{window}/{row.pk}/change/", {"state": "closed"}).status_code == 403
    shown = client.get(f"/admin/{window}/{row.pk}/change/")
    assert shown.status_code == 200
    assert "Zznama" not in shown.content.decode()
    complaint.refresh_from_db()
    assert complaint.state == "in_progress"


def test_an_admin_appoints_inside_the_own_institution_only_and_every_change_is_on_record(client: Client, world: World) -> None:
    world.login(client, "admin")
    form = {
        "user": world.user("liaison2").pk, "role": "liaison", "decree_number": "SK-9", "decree_on": "2026-11-01",
        "position_type": "structural", "valid_from": "2026-11-01", "valid_to": "", "why": "Tambahan tugas",
    }  # fmt: skip

    outside = client.post("/admin/officers/appointment/add/", {**form, "institution": world.ministry.pk})
    inside = client.post("/admin/officers/appointment/add/", {**form, "institution": world.place("kota-uji-dinkes").pk})

    assert (outside.status_code, inside.status_code) == (200, 302)
    assert "may not appoint" in outside.content.decode()
    row = Appointment.objects.get(decree_number="SK-9")
    assert row.powers.count() > 0
    assert Change.objects.filter(target_kind="officers.appointment", target_id=str(row.pk)).exists()


def test_ending_an_appointment_in_the_admin_ends_its_powers_the_day_after(client: Client, world: World) -> None:
    world.login(client, "admin")
    row = world.user("liaison").appointments.get()

    response = client.post(f"/admin/officers/appointment/{row.pk}/change/", {"valid_to": "2026-11-02", "why": "Mutasi"})

    assert response.status_code == 302
    assert actor_for(world.user("liaison"), at=world.at).has("respond")
    assert not actor_for(world.user("liaison"), at=world.at + timedelta(days=1)).has("respond")


def test_an_account_is_made_without_a_password_and_shows_none(client: Client, world: World) -> None:
    world.login(client, "admin")

    form = {"username": "baru", "full_name": "Petugas Baru", "email": "baru@contoh.invalid", "employment_status": "asn", "staff_number": "", "language": "id"}
    response = client.post("/admin/officers/user/add/", {**form, "why": "Petugas baru"})

    user = User.objects.get(username="baru")
    assert response.status_code == 302
    assert not user.has_usable_password()
    page = client.get(f"/admin/officers/user/{user.pk}/change/").content.decode()
    assert 'name="password"' not in page
    assert "pbkdf2" not in page


def test_notices_show_no_address(client: Client, world: World) -> None:
    world.submit()
    notice = Notice.objects.get()
    with time_machine.travel(world.at):
        world.login(client, "operator")
        page = client.get(f"/admin/officers/notice/{notice.pk}/change/").content.decode()

    assert "case_received" in page
    assert notice.address_ref not in page
    assert "contoh.invalid" not in page
