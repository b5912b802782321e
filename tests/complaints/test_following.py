"""The reporter's own page: the proof, what it tells, and every step the reporter may take."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import numbers, services
from complaints.models import Complaint
from tests.citizen import HTML, check, codes, hidden, prove, send
from tests.pages import page
from tests.world import World, answered, at_unit

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def own(client: Client, world: World) -> Callable[..., Complaint]:
    """A report in some state, opened in this browser by its code."""

    def made(way: Callable[[World, Complaint], Complaint] | None = None, **overrides: Any) -> Complaint:
        receipt = world.submit(**overrides)
        complaint = way(world, receipt.complaint) if way else receipt.complaint
        prove(client, receipt)
        return complaint

    return made


def address(complaint: Complaint, *, action: str = "") -> str:
    return f"/lacak/{complaint.tracking_id}/" + (f"langkah/{action}/" if action else "")


def act(client: Client, complaint: Complaint, action: str, **typed: Any) -> Any:
    complaint.refresh_from_db()
    return client.post(address(complaint, action=action), {"version": complaint.version, **typed})


# The proof


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(client: Client, world: World) -> None:
    one, other = world.submit(), world.submit()

    wrong_code = client.post("/lacak/", {"number": one.complaint.tracking_id, "code": other.case_code})
    wrong_number = client.post("/lacak/", {"number": numbers.new_tracking_id(), "code": one.case_code})

    assert (wrong_code.status_code, wrong_number.status_code) == (404, 404)
    assert wrong_code.context["form"].errors == wrong_number.context["form"].errors
    assert one.complaint.tracking_id in page(wrong_code)


@pytest.mark.parametrize(("number", "code"), [("", ""), ("LPR-1", "x"), ("\x00", "\x00"), ("🚦", "🚦"), (HTML, HTML)])
def test_a_number_or_code_that_cannot_be_one_is_named_in_its_field(client: Client, number: str, code: str) -> None:
    response = client.post("/lacak/", {"number": number, "code": code})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"number", "code"}
    assert HTML not in page(response)


def test_after_five_wrong_codes_the_number_waits(client: Client, world: World) -> None:
    one, other = world.submit(), world.submit()
    for _ in range(5):
        client.post("/lacak/", {"number": one.complaint.tracking_id, "code": other.case_code})

    response = prove(client, one)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 900
    assert prove(client, other).status_code == 302


def test_the_case_code_stands_in_no_address_and_on_no_page_but_the_receipt(client: Client) -> None:
    number, code = codes(page(send(client)))
    proved = client.post("/lacak/", {"number": number, "code": code})
    pages = [client.get(path) for path in (proved["Location"], "/", "/lapor/", "/lacak/", f"/lacak/?nomor={number}", f"{proved['Location']}langkah/withdraw/")]

    bare = code.replace("-", "")
    assert bare not in proved["Location"].replace("-", "")
    assert all(response.status_code == 200 for response in pages)
    assert not any(bare in page(response).replace("-", "") for response in pages)


def test_pages_about_one_case_are_neither_stored_nor_indexed(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()
    paths = ["/lapor/", "/i/kota-uji/", "/lacak/", address(complaint), address(complaint, action="withdraw")]

    responses = [*(client.get(path) for path in paths), send(client), check(client), client.post("/lacak/", {})]

    for response in responses:
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize("tail", ["", "langkah/withdraw/", "nilai/"])
def test_without_proof_an_own_page_leads_to_the_proof(client: Client, world: World, tail: str) -> None:
    complaint = world.submit().complaint

    response = client.get(f"{address(complaint)}{tail}")

    assert (response.status_code, response["Location"]) == (302, f"/lacak/?nomor={complaint.tracking_id}")


@pytest.mark.parametrize("number", ["tidak-ada", "LPR%00", "%F0%9F%9A%A6", "LPR-7K3M-92QX-4"])
@pytest.mark.parametrize("path", ["/lacak/{}/", "/lacak/{}/langkah/withdraw/", "/lacak/{}/nilai/"])
def test_an_address_with_an_odd_number_leads_to_the_proof(client: Client, own: Callable[..., Complaint], path: str, number: str) -> None:
    own()

    assert client.get(path.format(number)).status_code == 302


def test_a_proof_of_one_case_opens_no_other(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    own()
    other = world.submit().complaint

    assert client.get(address(other)).status_code == 302
    assert act(client, other, "withdraw").status_code == 302
    other.refresh_from_db()
    assert other.state == "awaiting_verification"


def test_the_proof_ends_after_an_hour(client: Client, own: Callable[..., Complaint], clock: Any, world: World) -> None:
    complaint = own()

    clock.move_to(world.at + timedelta(minutes=59))
    before = client.get(address(complaint)).status_code
    clock.move_to(world.at + timedelta(minutes=60))

    assert (before, client.get(address(complaint)).status_code) == (200, 302)


def test_closing_on_this_device_forgets_the_proof(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()

    client.post("/lacak/selesai/")

    assert client.get(address(complaint)).status_code == 302


def test_a_new_code_is_shown_once_and_the_old_one_opens_nothing(client: Client, world: World) -> None:
    receipt = world.submit()
    prove(client, receipt)

    renewed = client.post(f"{address(receipt.complaint)}kode-baru/")

    new = re.findall(r'class="secret-code">([^<]+)<', page(renewed))[0]
    assert new not in page(client.get(address(receipt.complaint)))
    assert prove(Client(), receipt).status_code == 404
    assert Client().post("/lacak/", {"number": receipt.complaint.tracking_id, "code": new}).status_code == 302


# Acting


def test_the_own_page_tells_who_has_it_what_was_said_and_what_can_be_done(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    shown = page(client.get(address(complaint)))

    assert "Lubang sudah ditambal." in shown
    assert "Dinas Pekerjaan Umum Kota Uji" in shown
    for action in ("reply", "confirm", "withdraw", "change_visibility"):
        assert f"langkah/{action}/" in shown
    assert "langkah/reopen/" not in shown
    assert "Petugas" not in shown.split("<footer")[0].split("<main")[1]


def test_internal_notes_and_inner_work_are_not_on_the_own_page(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)
    services.add_note(complaint.pk, text="Catatan rahasia meja", by=world.actor("liaison"), at=world.at)
    world.step(complaint, "return_to_admin", "liaison", text="Bukan bidang kami sebenarnya")

    shown = page(client.get(address(complaint)))

    assert "Catatan rahasia meja" not in shown
    assert "Bukan bidang kami sebenarnya" not in shown


def test_a_reply_goes_back_to_the_handlers(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    response = act(client, complaint, "reply", text="Lubangnya masih ada. 🕳️ " + HTML)

    complaint.refresh_from_db()
    shown = page(client.get(response["Location"]))
    assert complaint.state == "reporter_replied"
    assert "Lubangnya masih ada." in shown
    assert HTML not in shown


def test_confirming_closes_with_the_stars(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    act(client, complaint, "confirm", rating="5", text="Terima kasih.")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.closure_kind, complaint.rating) == ("closed", "reporter_confirmed", 5)


def test_a_closed_report_can_be_opened_again(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)
    act(client, complaint, "confirm", rating="2")

    act(client, complaint, "reopen", text="Lubangnya muncul lagi.")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.reopened_count) == ("in_progress", 1)


def test_a_report_that_was_closed_by_decision_can_be_rated_once(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)
    world.step(complaint, "close_by_decision", "admin", text="Selesai menurut berita acara.", outcome="solved")

    wrong = client.post(f"{address(complaint)}nilai/", {"rating": "9", "text": "Lama sekali."})
    first = client.post(f"{address(complaint)}nilai/", {"rating": "3", "text": "Lama sekali."})
    second = client.post(f"{address(complaint)}nilai/", {"rating": "1"})

    complaint.refresh_from_db()
    assert (wrong.status_code, first.status_code, second.status_code) == (422, 302, 409)
    assert "Lama sekali." in page(wrong)
    assert complaint.rating == 3


def test_what_was_asked_for_can_be_added(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(lambda w, c: w.step(c, "pend", "national", reason="incomplete", items="Foto lokasi\nTanggal"))

    asked = page(client.get(address(complaint)))
    unknown = act(client, complaint, "complete", text="Ini tambahannya.", incident_region="Antahberantah")
    done = act(client, complaint, "complete", text="Ini tambahannya.", incident_region="33.74.01.1001", incident_date="2026-10-01")

    complaint.refresh_from_db()
    assert "Foto lokasi" in asked
    assert (unknown.status_code, done.status_code) == (422, 302)
    assert "Ini tambahannya." in page(unknown)
    assert complaint.state == "awaiting_verification"


def test_a_report_can_be_withdrawn_without_saying_why(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)

    act(client, complaint, "withdraw")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.closure_kind) == ("closed", "withdrawn")


def test_making_it_secret_takes_it_from_the_public_at_once(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)
    before = client.get(f"/laporan/{complaint.tracking_id}/").status_code

    act(client, complaint, "change_visibility", secret="true")

    assert (before, client.get(f"/laporan/{complaint.tracking_id}/").status_code) == (200, 404)


@pytest.mark.parametrize("version", ["1", "²", "9" * 5000])
def test_a_stale_page_is_a_conflict_that_keeps_the_text_and_a_fresh_version(client: Client, own: Callable[..., Complaint], version: str) -> None:
    complaint = own(answered)

    stale = client.post(address(complaint, action="reply"), {"version": version, "text": "Masih berlubang."})
    again = client.post(address(complaint, action="reply"), {**hidden(page(stale)), "text": "Masih berlubang."}) if stale.status_code == 409 else stale

    assert stale.status_code == 409
    assert "Masih berlubang." in page(stale)
    assert again.status_code == 302


def test_a_step_whose_time_has_passed_says_so_and_keeps_the_text(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)

    shown = client.get(address(complaint, action="reply"))
    sent = act(client, complaint, "reply", text="Sebenarnya ada lagi.")

    assert (shown.status_code, sent.status_code) == (409, 409)
    assert "Sebenarnya ada lagi." in page(sent)


def test_a_step_without_its_text_names_the_field(client: Client, own: Callable[..., Complaint]) -> None:
    response = act(client, own(answered), "reply", text=" ")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"text"}


@pytest.mark.parametrize(("action", "name"), [("reply", "text"), ("confirm", "rating"), ("change_visibility", "secret"), ("reply", "version")])
def test_a_null_character_in_a_step_is_no_crash(client: Client, own: Callable[..., Complaint], action: str, name: str) -> None:
    response = act(client, own(answered), action, **{"text": "Ya.", name: "\x00"})

    assert response.status_code in {302, 409, 422}


@pytest.mark.parametrize("action", ["entah", "merge", "answer", "archive"])
def test_a_step_that_is_not_the_reporters_is_refused(client: Client, own: Callable[..., Complaint], action: str) -> None:
    complaint = own(answered)

    shown = client.get(address(complaint, action=action))
    sent = act(client, complaint, action, text="x")

    assert shown.status_code in {403, 409, 422}
    assert sent.status_code in {403, 409, 422}
    complaint.refresh_from_db()
    assert complaint.state == "awaiting_reporter"
