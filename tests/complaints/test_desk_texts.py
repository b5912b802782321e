"""The desk edits texts, opens identities for a reason, and enters reports for citizens."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from complaints.models import Complaint, Reading
from tests.desk import address
from tests.pages import page
from tests.world import COMPLAINT, World, answered, at_unit

pytestmark = pytest.mark.usefixtures("clock")

ASSISTED = {
    "channel": "walk_in",
    "classification": "complaint",
    "title": COMPLAINT["title"],
    "body": COMPLAINT["body"],
    "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001",
    "contact_name": "Zznama Pelapor",
    "consent": "on",
    "idempotency_key": "3f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d",
}


# Editing


def edit_form(complaint: Complaint, **typed: str) -> dict[str, str]:
    complaint.refresh_from_db()
    kept = {"title": complaint.title, "body": complaint.body, "reported_party": complaint.reported_party, "topic": complaint.topic_id or ""}
    return {**kept, "version_read": str(complaint.version), **typed}


def test_an_edit_shows_the_new_words_and_keeps_the_reporters_own(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("at_city")
    client = desk("admin")

    response = client.post(address(complaint, "sunting/"), edit_form(complaint, title="Judul yang jelas"))

    complaint.refresh_from_db()
    assert response["Location"] == address(complaint)
    assert (complaint.title, complaint.title_original, complaint.body) == ("Judul yang jelas", COMPLAINT["title"], COMPLAINT["body"])
    assert COMPLAINT["title"] in page(client.get(address(complaint)))


def test_an_unchanged_edit_of_a_text_with_line_breaks_changes_nothing(desk: Callable[[str], Client], world: World) -> None:
    complaint = at_unit(world, world.submit(body=COMPLAINT["body"] + "\nBaris kedua.").complaint)

    desk("admin").post(address(complaint, "sunting/"), edit_form(complaint, body=complaint.body.replace("\n", "\r\n")))

    complaint.refresh_from_db()
    assert complaint.body == complaint.body_original


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"title": ""}, 422),
        ({"body": "a\x00b"}, 422),
        ({"title": "a" * 151}, 422),
        ({"topic": "entah"}, 422),
        ({"topic": "\x00"}, 422),
        ({"version_read": "1"}, 409),
        ({"version_read": "²"}, 409),
        ({"version_read": "9" * 5000}, 409),
        ({"version_read": "\x00"}, 409),
    ],
)
def test_a_refused_edit_keeps_what_was_typed_and_changes_nothing(desk: Callable[[str], Client], world: World, typed: dict[str, str], status: int) -> None:
    complaint = world.to_state("in_progress")

    response = desk("admin").post(address(complaint, "sunting/"), edit_form(complaint, reported_party="Kepala pasar", **typed))

    complaint.refresh_from_db()
    assert response.status_code == status
    assert "Kepala pasar" in page(response)
    assert f'name="version_read" value="{complaint.version}"' in page(response)
    assert (complaint.title, complaint.reported_party) == (COMPLAINT["title"], "")


def test_who_may_not_edit_is_told_so(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    assert desk("liaison").get(address(complaint, "sunting/")).status_code == 403
    assert desk("liaison").post(address(complaint, "sunting/"), edit_form(complaint, title="x")).status_code == 403


# Who the reporter is


def test_the_case_page_itself_never_holds_the_identity(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    for who in ("admin", "liaison", "national", "auditor"):
        assert not any(text in page(desk(who).get(address(complaint))) for text in ("Zznama", "zz1@contoh.invalid", "9900001234"))


def test_an_identity_is_opened_for_a_reason_and_the_opening_is_on_record(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("admin")

    without = [client.post(address(complaint, "identitas/"), {"reason": reason}, follow=True) for reason in ("", "  ", "\x00")]
    opened = client.post(address(complaint, "identitas/"), {"reason": "Menelepon untuk jadwal survei"})

    assert not any("Zznama" in page(response) for response in without)
    assert "Zznama Pelapor" in page(opened)
    reading = Reading.objects.get()
    assert (reading.complaint, reading.by.username, reading.reason) == (complaint, "admin", "Menelepon untuk jadwal survei")


@pytest.mark.parametrize("who", ["national", "admin", "liaison"])
def test_an_anonymous_reporter_stays_closed_to_everybody_and_nothing_is_read(desk: Callable[[str], Client], world: World, who: str) -> None:
    complaint = world.to_state("awaiting_followup", is_anonymous=True)

    response = desk(who).post(address(complaint, "identitas/"), {"reason": "Ingin tahu"})

    assert response.status_code == 403
    assert "Zznama" not in page(response)
    assert not Reading.objects.exists()


@pytest.mark.parametrize("who", ["superior", "auditor", "ombudsman", "accountable"])
def test_who_only_reads_cases_does_not_open_identities(desk: Callable[[str], Client], world: World, who: str) -> None:
    complaint = world.to_state("awaiting_followup")

    assert desk(who).post(address(complaint, "identitas/"), {"reason": "x"}).status_code == 403


# Reports entered for citizens


@pytest.mark.parametrize("channel", ["walk_in", "phone", "letter", "email"])
def test_a_report_is_entered_for_a_citizen_and_the_receipt_is_shown_once(desk: Callable[[str], Client], world: World, channel: str) -> None:
    client = desk("liaison")

    first = client.post("/meja/baru/", {**ASSISTED, "channel": channel})
    again = client.post("/meja/baru/", {**ASSISTED, "channel": channel})

    complaint = Complaint.objects.get()
    number, code = re.findall(r'class="secret-code">([^<]+)<', page(first))
    assert page(first).count(f'class="secret-code">{code}<') == page(again).count(f'class="secret-code">{code}<') == 1
    assert page(first).count(code) == page(again).count(code) == 2, "shown once, and once for the receipt that is printed now"
    assert (complaint.tracking_id, complaint.channel) == (number, channel)
    assert complaint.entered_by == world.user("liaison")
    assert Client().post("/lacak/", {"number": number, "code": code}).status_code == 302


@pytest.mark.parametrize("channel", ["", "web", "entah", "\x00"])
def test_how_the_report_came_in_must_be_told_and_nothing_typed_is_lost(desk: Callable[[str], Client], channel: str) -> None:
    response = desk("liaison").post("/meja/baru/", {**ASSISTED, "channel": channel})

    assert response.status_code == 422
    assert "channel" in response.context["form"].errors
    assert ASSISTED["body"] in page(response)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("name", sorted(set(ASSISTED) - {"consent", "channel"}))
def test_a_null_character_in_an_entered_report_is_no_crash(desk: Callable[[str], Client], name: str) -> None:
    assert desk("liaison").post("/meja/baru/", {**ASSISTED, name: ASSISTED[name] + "\x00"}).status_code in {200, 422}


def test_a_place_that_fits_several_is_offered_at_the_counter_too(desk: Callable[[str], Client]) -> None:
    response = desk("liaison").post("/meja/baru/", {**ASSISTED, "incident_region": "Menteng"})

    assert response.status_code == 422
    assert len(re.findall(r'type="radio" name="incident_region"', page(response))) > 1


def test_the_key_of_another_report_keeps_the_text_and_gives_a_new_key(desk: Callable[[str], Client]) -> None:
    client = desk("liaison")
    client.post("/meja/baru/", ASSISTED)

    refused = client.post("/meja/baru/", {**ASSISTED, "title": "Laporan warga berikutnya"})

    key = re.findall(r'name="idempotency_key" value="([^"]+)"', page(refused))[0]
    assert refused.status_code == 409
    assert "Laporan warga berikutnya" in page(refused)
    assert client.post("/meja/baru/", {**ASSISTED, "title": "Laporan warga berikutnya", "idempotency_key": key}).status_code == 200


@pytest.mark.parametrize("who", ["superior", "auditor", "ombudsman", "patron", "hub", "operator", "supervisor"])
def test_who_may_not_enter_reports_is_told_so(desk: Callable[[str], Client], who: str) -> None:
    client = desk(who)

    assert client.get("/meja/baru/").status_code == 403
    assert client.post("/meja/baru/", ASSISTED).status_code == 403
    assert not Complaint.objects.exists()


def test_an_answered_report_shows_the_desk_what_was_said(desk: Callable[[str], Client], world: World) -> None:
    complaint = answered(world, world.submit().complaint)
    world.step(complaint, "reply", text="Belum selesai menurut saya.")

    found = page(desk("liaison").get(address(complaint)))

    for text in ("Lubang sudah ditambal.", "Berita acara 12/DPU/2026.", "Belum selesai menurut saya.", "Petugas liaison"):
        assert text in found
