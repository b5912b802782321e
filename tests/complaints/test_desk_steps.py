"""Working on a case through the desk's pages: steps, charge and notes, and nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from tests.desk import HTML, act, address
from tests.pages import page
from tests.parts import PART, split
from tests.world import ANSWER, World

pytestmark = pytest.mark.usefixtures("clock")


def test_a_step_is_taken_from_its_page(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")
    client = desk("liaison")
    form = client.get(address(complaint, "langkah/answer/"))

    response = act(client, complaint, "answer", **ANSWER)

    complaint.refresh_from_db()
    assert all(f'name="{name}"' in page(form) for name in ("text", "outcome", "done_on", "evidence", "version"))
    assert response["Location"] == address(complaint)
    assert complaint.state == "awaiting_reporter"


def test_a_case_that_leaves_ones_sight_by_the_step_leads_back_to_the_queue(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.submit(is_secret=True, target_institution="kota-uji").complaint

    response = act(desk("admin"), complaint, "return_upward", text="Bukan kewenangan kami.")

    assert response["Location"] == "/meja/"


def test_the_case_offers_exactly_the_steps_that_may_be_taken_now(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    offered = set(re.findall(r"langkah/(\w+)/", page(desk("liaison").get(address(complaint)))))

    assert offered == {"respond", "answer", "return_to_admin"}
    for action in offered:
        assert desk("liaison").get(address(complaint, f"langkah/{action}/")).status_code == 200


def test_a_refused_step_keeps_everything_typed_and_names_the_fields(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")

    response = act(desk("liaison"), complaint, "answer", text="Sudah kami tambal." + HTML, outcome="entah", done_on="2027-01-01", evidence="")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"outcome", "done_on", "evidence"}
    assert "Sudah kami tambal." in page(response)
    assert "2027-01-01" in page(response)
    assert HTML not in page(response)


@pytest.mark.parametrize("version", ["1", "", "x", "²", "9" * 5000, "\x00"])
def test_a_stale_page_tells_state_and_actor_and_keeps_text_with_a_fresh_version(desk: Callable[[str], Client], world: World, version: str) -> None:
    complaint = world.to_state("in_progress")
    client = desk("liaison2")

    stale = client.post(address(complaint, "langkah/progress/"), {"version": version, "text": "Alat berat sudah datang."})
    fresh = re.findall(r'name="version" value="(\d+)"', page(stale))[0]
    again = client.post(address(complaint, "langkah/progress/"), {"version": fresh, "text": "Alat berat sudah datang."})

    assert stale.status_code == 409
    for text in ("Alat berat sudah datang.", complaint.get_state_display(), "Terakhir disentuh oleh liaison."):
        assert text in page(stale), text
    assert again.status_code == 302


@pytest.mark.parametrize("is_secret", [False, True])
def test_an_answer_typed_while_the_case_was_moved_away_is_kept_but_the_case_is_not_shown(desk: Callable[[str], Client], world: World, is_secret: bool) -> None:
    complaint = world.to_state("in_progress", is_secret=is_secret)
    version = complaint.version
    world.step(complaint, "redispose", "admin", target="kota-uji-dinkes", text="Ini bidang kesehatan.")

    sent = desk("liaison").post(address(complaint, "langkah/answer/"), {"version": version, **ANSWER, "text": "Jawaban panjang kami."})

    assert sent.status_code == 409
    assert "Jawaban panjang kami." in page(sent)
    assert complaint.body not in page(sent)


def test_whoever_never_had_a_case_learns_nothing_by_sending_a_step(desk: Callable[[str], Client], world: World) -> None:
    public, secret = world.to_state("in_progress"), world.to_state("in_progress", is_secret=True)
    client = desk("other_liaison")

    found = [client.post(address(case, "langkah/answer/"), {"version": version, **ANSWER}) for case in (public, secret) for version in ("1", case.version)]

    assert [response.status_code for response in found] == [403, 403, 404, 404]
    assert not any(text in page(response) for response in found for text in (public.body, "Terakhir disentuh"))


@pytest.mark.parametrize(("is_secret", "status"), [(True, 404), (False, 403)])
@pytest.mark.parametrize("wrong", [{"incident_region": "Antahberantah"}, {"files": SimpleUploadedFile("a.jpg", b"MZ", "image/jpeg")}])
def test_a_stranger_learns_nothing_from_what_cannot_be_read(
    desk: Callable[[str], Client], world: World, is_secret: bool, status: int, wrong: dict[str, Any]
) -> None:
    complaint = world.to_state("in_progress", is_secret=is_secret)

    sent = desk("other_liaison").post(address(complaint, "langkah/complete/"), wrong)

    assert sent.status_code == status
    assert "<textarea" not in page(sent)


def test_nobody_is_offered_a_part_that_they_may_not_hear_of(desk: Callable[[str], Client], world: World) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    split(world, lead)
    split(world, lead, "national", target="kota-uji", track="oversight", part_title="Pungutan oleh kepala seksi")
    seen = {who: desk(who).post(address(lead, "langkah/reopen/"), {"text": "x"}) for who in ("other_liaison", "admin", "national")}

    assert {who: response.status_code for who, response in seen.items()} == {"other_liaison": 403, "admin": 409, "national": 409}
    titles = {who: [title in page(response) for title in (PART["part_title"], "Pungutan")] for who, response in seen.items()}
    assert titles == {"other_liaison": [False, False], "admin": [True, False], "national": [True, True]}


def test_a_step_from_the_wrong_state_is_a_conflict_that_keeps_the_text(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("closed")
    client = desk("liaison")

    sent = act(client, complaint, "progress", text="Masih kami kerjakan.")

    assert client.get(address(complaint, "langkah/progress/")).status_code == 409
    assert sent.status_code == 409
    assert "Masih kami kerjakan." in page(sent)


@pytest.mark.parametrize(("who", "action"), [("superior", "answer"), ("auditor", "progress"), ("liaison", "reply"), ("liaison", "close_by_decision")])
def test_a_step_that_is_not_the_officers_is_not_allowed(desk: Callable[[str], Client], world: World, who: str, action: str) -> None:
    complaint = world.to_state("in_progress")

    assert desk(who).get(address(complaint, f"langkah/{action}/")).status_code == 403
    assert act(desk(who), complaint, action, text="x").status_code == 403


@pytest.mark.parametrize(("action", "status"), [("merge", 422), ("entah", 422), ("submit", 422)])
def test_a_step_that_does_not_exist_yet_says_so(desk: Callable[[str], Client], world: World, action: str, status: int) -> None:
    complaint = world.to_state("in_progress")

    assert desk("liaison").get(address(complaint, f"langkah/{action}/")).status_code == status


NULLS = {
    "pend": ("at_city", "admin", ("reason", "items", "text")),
    "dispose_to_unit": ("at_city", "admin", ("target", "text", "topic", "track", "reported_party")),
    "return_upward": ("at_city", "admin", ("text", "suggested")),
    "archive": ("at_city", "admin", ("reason", "text")),
    "hand_over": ("at_city", "admin", ("body", "reference", "text", "consent_identity")),
    "respond": ("awaiting_followup", "liaison", ("text", "estimated_on")),
    "answer": ("in_progress", "liaison", ("text", "outcome", "done_on", "evidence", "decision_number", "version")),
    "redispose": ("in_progress", "admin", ("target", "text")),
    "change_visibility": ("in_progress", "admin", ("secret", "text")),
}


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "🚦" * 30000])
@pytest.mark.parametrize("action", NULLS)
def test_what_cannot_be_stored_is_refused_in_every_field_of_a_step(desk: Callable[[str], Client], world: World, action: str, text: str) -> None:
    state, who, names = NULLS[action]
    complaint = world.to_state(state)
    client = desk(who)

    for name in names:
        assert act(client, complaint, action, **{name: text}).status_code in {409, 422}, name


def test_only_one_officer_takes_charge(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    first = desk("liaison").post(address(complaint, "ambil/"), follow=True)
    second = desk("liaison2").post(address(complaint, "ambil/"), follow=True)

    complaint.refresh_from_db()
    assert complaint.assignee == world.user("liaison")
    assert "Petugas liaison" in page(first)
    assert "Orang lain sudah menangani laporan ini." in page(second)


@pytest.mark.parametrize(("to", "taken"), [("liaison2", "liaison2"), ("other_liaison", None), ("entah", None), ("\x00", None), ("", None)])
def test_an_admin_puts_an_officer_of_the_body_in_charge(desk: Callable[[str], Client], world: World, to: str, taken: str | None) -> None:
    complaint = world.to_state("awaiting_followup")

    response = desk("admin").post(address(complaint, "tugaskan/"), {"assignee": to})

    complaint.refresh_from_db()
    assert response["Location"] == address(complaint)
    assert (complaint.assignee and complaint.assignee.username) == taken


def test_a_note_is_added_and_an_empty_or_broken_one_named(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("liaison")

    wrong = [client.post(address(complaint, "catatan/"), {"text": text}) for text in ("", "  ", "a\x00b", "a" * 20001)]
    client.post(address(complaint, "catatan/"), {"text": "Perlu survei. " + HTML})

    shown_now = page(client.get(address(complaint)))
    assert [response.status_code for response in wrong] == [422] * 4
    assert "a" * 20001 in page(wrong[3])
    assert "Perlu survei." in shown_now
    assert HTML not in shown_now


@pytest.mark.parametrize(("tail", "field"), [("catatan/", "text"), ("sunting/", "body")])
def test_what_was_typed_on_a_case_that_was_moved_away_is_given_back_without_the_case(
    desk: Callable[[str], Client], world: World, tail: str, field: str
) -> None:
    complaint = world.to_state("in_progress", is_secret=True)
    world.step(complaint, "redispose", "admin", target="kota-uji-dinkes", text="Ini bidang kesehatan.")

    sent = desk("liaison").post(address(complaint, tail), {field: "Warga sudah kami telepon dua kali."})

    assert sent.status_code == 404
    assert "Warga sudah kami telepon dua kali." in page(sent)
    assert complaint.body not in page(sent)


@pytest.mark.parametrize("who", ["ombudsman", "accountable"])
def test_who_may_not_write_notes_is_told_so(desk: Callable[[str], Client], world: World, who: str) -> None:
    assert desk(who).post(address(world.to_state("awaiting_followup"), "catatan/"), {"text": "x"}).status_code == 403


def test_notes_stay_behind_when_the_case_moves_to_another_institution(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("at_city")
    services.add_note(complaint.pk, text="Catatan dalam kota.", by=world.actor("admin"), at=world.at)
    world.step(complaint, "return_upward", "admin", text="Alasan dalam kota.")
    world.step(complaint, "dispose_to_institution", "national", target="kementerian-uji", text="Pengantar nasional.")

    there, nation = page(desk("other_admin").get(address(complaint))), page(desk("national").get(address(complaint)))

    assert not any(text in there for text in ("Catatan dalam kota.", "Alasan dalam kota."))
    assert "Catatan dalam kota." in nation
    assert "Alasan dalam kota." in nation


def test_who_reads_a_case_without_notes_sees_none(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    services.add_note(complaint.pk, text="Catatan dalam kota.", by=world.actor("admin"), at=world.at)

    for who in ("ombudsman", "accountable"):
        assert "Catatan dalam kota." not in page(desk(who).get(address(complaint)))
    assert "Catatan dalam kota." in page(desk("liaison").get(address(complaint)))
