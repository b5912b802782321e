"""The pages and the API of a contact, and who hears of it there."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from complaints import services, vault
from complaints.models import Complaint
from complaints.services import Receipt
from officers import services as officers
from officers.models import Notice
from officers.notices import render
from officers.services import issue_token
from tests.bounces import report
from tests.contact import EMAIL_ONLY, NEW, ask, confirm, deliver, lose, sent_code, wrong
from tests.pages import main, page
from tests.parts import split
from tests.world import World

# The pages


@pytest.fixture
def own(client: Client, world: World) -> Callable[..., Complaint]:
    def opened(**overrides: Any) -> Complaint:
        complaint = world.submit(**overrides).complaint
        session = client.session
        session["cases"] = {str(complaint.pk): (world.at + timedelta(hours=3)).isoformat()}
        session.save()
        return complaint

    return opened


def where(complaint: Complaint) -> str:
    return f"/lacak/{complaint.tracking_id}/kontak/"


@pytest.mark.usefixtures("clock")
def test_the_page_leads_from_the_code_to_the_proof(client: Client, own: Callable[..., Complaint], tmp_path: Path, world: World) -> None:
    complaint = own()
    assert "Kontak belum terverifikasi" in page(client.get(f"/lacak/{complaint.tracking_id}/"))
    assert 'name="code"' not in page(client.get(where(complaint)))

    assert client.post(where(complaint), {"langkah": "kirim-kode"}).status_code == 302
    assert 'name="code"' in page(client.get(where(complaint)))
    deliver(world.at)
    code = sent_code(complaint, tmp_path)
    missed = client.post(where(complaint), {"langkah": "periksa-kode", "code": wrong(code)})
    right = client.post(where(complaint), {"langkah": "periksa-kode", "code": code})

    assert (missed.status_code, right.status_code) == (422, 302)
    assert wrong(code) in page(missed)
    assert "tidak cocok" in page(missed)
    assert "Kontak terverifikasi" in page(client.get(f"/lacak/{complaint.tracking_id}/"))
    assert "no-store" in missed["Cache-Control"]


@pytest.mark.usefixtures("clock")
def test_the_page_keeps_what_was_typed_and_shows_no_address(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()

    missed = client.post(where(complaint), {"langkah": "ubah", "email": "zz2 salah", "phone": "0812 3456 7890", "only": "on"})
    done = client.post(where(complaint), {"langkah": "ubah", "email": NEW}, follow=True)

    assert missed.status_code == 422
    assert all(text in page(missed) for text in ("zz2 salah", "0812 3456 7890", "checked"))
    assert done.redirect_chain == [(where(complaint), 302)]
    assert "zz1" not in page(done)
    assert "zz2" not in page(done)


@pytest.mark.usefixtures("clock")
def test_the_page_says_when_to_come_back(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()
    answers = [client.post(where(complaint), {"langkah": "kirim-kode"}) for _code in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


@pytest.mark.usefixtures("clock")
def test_without_proof_the_page_leads_to_the_proof_whatever_contact_there_is(client: Client, world: World) -> None:
    for contact in ({}, EMAIL_ONLY):
        complaint = world.submit(contact=contact).complaint
        for answer in (client.get(where(complaint)), client.post(where(complaint), {"langkah": "kirim-kode"})):
            assert (answer.status_code, answer["Location"]) == (302, f"/lacak/?nomor={complaint.tracking_id}")
    assert not Notice.objects.filter(event="contact_code").exists()


@pytest.mark.usefixtures("clock")
def test_whoever_cannot_be_reached_reads_so_with_what_did_not_arrive(client: Client, own: Callable[..., Complaint], world: World) -> None:
    complaint = own(contact=EMAIL_ONLY)
    deliver(world.at)
    notice = Notice.objects.get(address_ref=f"complaint:{complaint.pk}")
    assert "tidak sampai" not in page(client.get(f"/lacak/{complaint.tracking_id}/"))

    officers.take_bounce(report(notice.message_id), at=world.at)
    world.step(complaint, "pend", "national", reason="incomplete", items="Foto lokasi")
    deliver(world.at)

    first = main(client.get(f"/lacak/{complaint.tracking_id}/"))
    assert "Surel kami tidak sampai kepada Anda" in first
    assert where(complaint) in first
    second = main(client.get(where(complaint)))
    assert render("case_completion_asked", notice.context | {"due": ""}, "id")[0] in second
    client.post(where(complaint), {"langkah": "ubah", "email": NEW})
    assert "Surel kami tidak sampai" not in page(client.get(f"/lacak/{complaint.tracking_id}/"))


def test_an_anonymous_reporter_reads_of_news_alone(world: World) -> None:
    complaint = world.to_state("awaiting_reporter", is_anonymous=True, contact=EMAIL_ONLY)
    lose(world, complaint)
    deliver(world.at)

    said = services.unheard(complaint)

    assert said
    assert {subject for _time, subject in said} == {render("case_news", {"number": complaint.tracking_id, "track_url": ""}, "id")[0]}


CONFIRMED, OPEN, LOST = "Kontak terverifikasi", "Kontak belum terverifikasi", "Pelapor tidak dapat dihubungi lewat surel"


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("who", "overrides", "is_told"),
    [
        ("liaison", {}, True),
        ("admin", {}, True),
        ("liaison", {"contact_allowed": False}, False),
        ("liaison", {"is_anonymous": True}, False),
        ("national", {"is_anonymous": True}, False),
        ("superior", {}, False),
        ("auditor", {}, False),
    ],
)
def test_only_whoever_may_see_the_identity_hears_of_the_contact(
    world: World, desk: Callable[[str], Client], tmp_path: Path, who: str, overrides: dict[str, Any], is_told: bool
) -> None:
    complaint = world.to_state("in_progress", **overrides)
    headers = {"Authorization": f"Token {issue_token(world.user(who).username, at=world.at)}", "accept-language": "id"}
    client = desk(who)

    def told() -> tuple[list[str], Any]:
        html = page(client.get(f"/meja/{complaint.tracking_id}/"))
        body = Client().get(f"/api/v1/complaints/{complaint.tracking_id}/", headers=headers).json()
        return [text for text in (CONFIRMED, OPEN, LOST) if text in html], body.get("contact")

    first = told()
    confirm(world, complaint, ask(world, complaint, tmp_path))
    second = told()
    lose(world, complaint)
    third = told()

    if is_told:
        assert first == ([OPEN], {"is_verified": False, "is_unreachable_by_email": False})
        assert second == ([CONFIRMED], {"is_verified": True, "is_unreachable_by_email": False})
        assert third == ([OPEN, LOST], {"is_verified": False, "is_unreachable_by_email": True})
    else:
        assert first == second == third == ([], None)


@pytest.mark.usefixtures("clock")
def test_the_desk_of_a_part_hears_of_the_contact_of_its_lead(world: World, desk: Callable[[str], Client]) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead)

    html = page(desk("health_liaison").get(f"/meja/{part.tracking_id}/"))

    assert (OPEN in html) == part.contact_allowed


@pytest.mark.usefixtures("clock")
def test_no_window_of_the_admin_says_whether_there_is_a_contact(world: World, desk: Callable[[str], Client]) -> None:
    pages = []
    for contact in ({}, EMAIL_ONLY):
        complaint = world.to_state("in_progress", contact=contact)
        html = page(desk("liaison").get(f"/admin/complaints/complaint/{complaint.pk}/change/"))
        assert complaint.title in html
        pages.append(html)

    assert not [html for html in pages if "has contact" in html.lower() or "has_contact" in html]


# The API


BASE = "/api/v1/complaints/"
SHAPES: tuple[dict[str, Any], ...] = ({}, {"is_secret": True})


@pytest.fixture
def receipt(world: World) -> Receipt:
    return world.submit()


def call(receipt: Receipt, tail: str, body: Any = None, *, code: str | None = None) -> Any:
    headers = {"X-Case-Code": receipt.case_code if code is None else code, "accept-language": "en"}
    path = f"{BASE}{receipt.complaint.tracking_id}/contact/{tail}"
    if body is None:
        return Client().get(path, headers={name: value for name, value in headers.items() if value})
    return Client().post(path, json.dumps(body), content_type="application/json", headers={name: value for name, value in headers.items() if value})


@pytest.mark.usefixtures("clock")
def test_the_api_does_it_all_under_the_case_code(world: World, receipt: Receipt, tmp_path: Path) -> None:
    complaint = receipt.complaint
    first = call(receipt, "").json()
    sent = call(receipt, "code/", {}).json()
    deliver(world.at)
    code = sent_code(complaint, tmp_path)
    missed = call(receipt, "confirmation/", {"code": wrong(code)})
    proved = call(receipt, "confirmation/", {"code": code}).json()
    changed = call(receipt, "", {"email": NEW})

    assert first == {"exists": True, "is_verified": False, "verified_at": None, "unreachable_by_email_since": None, "code_until": None}
    assert datetime.fromisoformat(sent["code_until"]) == world.at + timedelta(minutes=15)
    assert (missed.status_code, list(missed.json()["fields"])) == (422, ["code"])
    assert (proved["is_verified"], proved["code_until"]) == (True, None)
    assert (changed.status_code, changed.json()["is_verified"]) == (200, False)
    assert changed["Cache-Control"] == "no-store"
    assert "zz" not in changed.content.decode()
    assert vault.open_identity(complaint.pk) == vault.Identity("Zznama Pelapor", NEW, "+6289900001234")


@pytest.mark.usefixtures("clock")
def test_the_api_tells_a_third_party_the_same_with_and_without_a_contact(world: World) -> None:
    answers: list[list[tuple[int, str]]] = []
    for contact in ({}, EMAIL_ONLY):
        found = []
        for overrides in SHAPES:
            receipt = world.submit(contact=contact, **overrides)
            for tail, body in (("", None), ("", {"email": NEW}), ("code/", {}), ("confirmation/", {"code": "123456"})):
                answer = call(receipt, tail, body, code="")
                found.append((answer.status_code, answer.content.decode().replace(receipt.complaint.tracking_id, "")))
        answers.append(found)

    assert answers[0] == answers[1]
    assert {status for status, _body in answers[0]} == {404}
    public = [world.to_state("in_progress", contact=contact) for contact in ({}, EMAIL_ONLY)]
    for tail, body in (("", None), ("", {"email": NEW}), ("code/", {}), ("confirmation/", {"code": "123456"})):
        said = [call(Receipt(complaint, ""), tail, body) for complaint in public]
        assert {answer.status_code for answer in said} == {403}
        assert said[0].content == said[1].content
        assert "contact" not in Client().get(f"{BASE}{public[1].tracking_id}/").json()
