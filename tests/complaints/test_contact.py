"""A contact is proved, put right and known to be lost; nobody but its reporter, and whoever may see the identity, hears of it."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from complaints import services, vault
from complaints.models import Complaint, Contact, Transition
from complaints.services import Receipt
from lapor.ground.problems import Refusal
from officers import services as officers
from officers.models import Notice, Reach
from officers.notices import render
from officers.services import issue_token
from tests.bounces import report
from tests.pages import main, page
from tests.parts import split
from tests.world import World

LATER = timedelta(minutes=1)
EMAIL_ONLY = {"name": "Zznama Pelapor", "email": "zz1@contoh.invalid"}
NEW = "zz2@contoh.invalid"


def deliver(at: datetime) -> dict[str, int]:
    return officers.deliver(at=at, today=at.date()).as_dict()


def sent_code(complaint: Complaint, folder: Path) -> str:
    """The code as it stands in the newest message that took one to the reporter."""
    notice = Notice.objects.filter(event="contact_code", address_ref=f"complaint:{complaint.pk}").latest("created_at", "next_try_at")
    kept = next((folder / "mail").glob(f"{notice.pk}*"), None) or next((folder / "sms").glob(f"{notice.pk}*"))
    found = re.search(r"(?<![\w-])\d{6}(?![\w-])", kept.read_text())
    assert found
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def ask(world: World, complaint: Complaint, folder: Path, *, at: datetime | None = None) -> str:
    at = at or world.at
    services.ask_code(complaint.pk, by=world.reporter(complaint), at=at)
    deliver(at)
    return sent_code(complaint, folder)


def confirm(world: World, complaint: Complaint, code: object, *, at: datetime | None = None) -> None:
    services.confirm_contact(complaint.pk, code, by=world.reporter(complaint), at=at or world.at)


def known(world: World, complaint: Complaint, *, at: datetime | None = None) -> services.Known:
    return services.contact_of(Complaint.objects.get(pk=complaint.pk), at=at or world.at)


def lose(world: World, complaint: Complaint) -> None:
    assert officers.mark_lost(f"complaint:{complaint.pk}", "email", sent_at=world.at, at=world.at, cause=Reach.Cause.BOUNCED)


# The code


@pytest.mark.parametrize("overrides", [{}, {"is_anonymous": True}, {"is_secret": True}], ids=["named", "anonymous", "secret"])
def test_the_code_that_was_sent_proves_the_contact_and_changes_nothing_else(world: World, tmp_path: Path, overrides: dict[str, Any]) -> None:
    complaint = world.submit(**overrides).complaint
    before = {name: value for name, value in vars(Complaint.objects.get(pk=complaint.pk)).items() if name != "_state"}
    assert known(world, complaint) == services.Known(exists=True)

    code = ask(world, complaint, tmp_path)
    confirm(world, complaint, f" {code[:3]} {code[3:]} ")

    assert known(world, complaint) == services.Known(exists=True, is_verified=True, verified_at=world.at)
    assert {name: value for name, value in vars(Complaint.objects.get(pk=complaint.pk)).items() if name != "_state"} == before
    assert Transition.objects.filter(complaint=complaint).count() == 1


def test_a_telephone_alone_is_proved_by_sms(world: World, tmp_path: Path) -> None:
    complaint = world.submit(contact={"phone": "0899-0000-1234"}).complaint

    code = ask(world, complaint, tmp_path)
    confirm(world, complaint, code)

    [message] = [json.loads(path.read_text()) for path in (tmp_path / "sms").glob("*.json") if code in path.read_text()]
    assert message["to"] == "+6289900001234"
    assert len(message["text"]) <= 160
    assert complaint.tracking_id in message["text"]
    assert Contact.objects.get().verified_by == "sms"


def test_the_code_is_written_down_nowhere(world: World, tmp_path: Path) -> None:
    complaint = world.submit().complaint
    code = ask(world, complaint, tmp_path)

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT string_agg(n::text, '') FROM officers_notice n) || (SELECT string_agg(c::text, '') FROM complaints_contact c)")
        rows = cursor.fetchone()[0]

    assert code not in re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\\x[0-9a-f]+|\.\d{6}", "", rows)
    assert len(bytes(Contact.objects.get().code_hash)) == 32


@pytest.mark.parametrize("typed", ["", None, "abcdef", "12345", "1234567", "١٢٣٤٥٦", "\x00", "🚦", [], {}, True, "9" * 5000])
def test_what_cannot_be_a_code_is_a_slip_that_costs_no_try(world: World, tmp_path: Path, typed: Any) -> None:
    complaint = world.submit().complaint
    code = ask(world, complaint, tmp_path)

    with pytest.raises(Refusal) as refused:
        confirm(world, complaint, typed)

    assert list(refused.value.fields) == ["code"]
    assert Contact.objects.get().code_tries == 0
    confirm(world, complaint, code)


def test_after_five_wrong_codes_even_the_right_one_is_refused(world: World, tmp_path: Path) -> None:
    complaint = world.submit().complaint
    code = ask(world, complaint, tmp_path)
    said = []
    for _try in range(5):
        with pytest.raises(Refusal) as refused:
            confirm(world, complaint, wrong(code))
        said.append(str(refused.value.fields["code"][0]))

    with pytest.raises(Refusal):
        confirm(world, complaint, code)

    assert "4" in said[0]
    assert len(set(said)) == 5
    assert known(world, complaint).code_until is None
    confirm(world, complaint, ask(world, complaint, tmp_path, at=world.at + LATER), at=world.at + LATER)
    assert known(world, complaint).is_verified


def test_a_new_code_replaces_the_old_one_and_its_tries(world: World, tmp_path: Path) -> None:
    complaint = world.submit().complaint
    old = ask(world, complaint, tmp_path)
    with pytest.raises(Refusal):
        confirm(world, complaint, wrong(old))
    new = ask(world, complaint, tmp_path, at=world.at + LATER)

    with pytest.raises(Refusal):
        confirm(world, complaint, old, at=world.at + LATER)
    confirm(world, complaint, new, at=world.at + LATER)


def test_a_code_ends_after_its_minutes_and_is_not_sent_late(world: World, tmp_path: Path) -> None:
    complaint = world.submit().complaint
    code = ask(world, complaint, tmp_path)
    late = world.at + timedelta(minutes=15)

    with pytest.raises(Refusal):
        confirm(world, complaint, code, at=late)

    services.ask_code(complaint.pk, by=world.reporter(complaint), at=late)
    deliver(late + timedelta(minutes=15))
    assert Notice.objects.filter(event="contact_code").latest("created_at").state == "declined"


def test_a_fourth_code_within_an_hour_has_to_wait(world: World) -> None:
    complaint, other = world.submit().complaint, world.submit().complaint
    by = world.reporter(complaint)
    for _code in range(3):
        services.ask_code(complaint.pk, by=by, at=world.at)

    with pytest.raises(Refusal) as refused:
        services.ask_code(complaint.pk, by=by, at=world.at)

    assert refused.value.status == 429
    assert 0 < (refused.value.retry_after or 0) <= 3600
    services.ask_code(other.pk, by=world.reporter(other), at=world.at)


def test_no_code_goes_where_there_is_no_contact_or_nothing_to_prove(world: World, tmp_path: Path) -> None:
    bare, proved = world.submit(contact={}).complaint, world.submit().complaint
    confirm(world, proved, ask(world, proved, tmp_path))

    for complaint in (bare, proved):
        with pytest.raises(Refusal) as refused:
            services.ask_code(complaint.pk, by=world.reporter(complaint), at=world.at)
        assert refused.value.status == 409
    assert Notice.objects.filter(event="contact_code").count() == 1


@pytest.mark.parametrize("who", ["", "liaison", "national", "custodian"])
@pytest.mark.parametrize("contact", [{}, EMAIL_ONLY], ids=["none", "one"])
def test_nobody_but_the_reporter_can_touch_a_contact_or_learn_of_it(world: World, who: str, contact: dict[str, str]) -> None:
    complaint = world.to_state("in_progress", contact=contact, is_secret=True)
    by = world.actor(who) if who else world.reporter()
    acts: list[Callable[[], Any]] = [
        lambda: services.ask_code(complaint.pk, by=by, at=world.at),
        lambda: services.confirm_contact(complaint.pk, "123456", by=by, at=world.at),
        lambda: services.change_contact(complaint.pk, {"email": NEW}, by=by, at=world.at),
    ]
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.status == (404 if not who else 403)
    assert not Contact.objects.exists()
    assert not Notice.objects.filter(event__startswith="contact_").exists()


# Putting it right


def addresses(folder: Path, event: str) -> set[str]:
    found = set()
    for notice in Notice.objects.filter(event=event, state="sent"):
        path = next((folder / "mail").glob(f"{notice.pk}*"), None) or next((folder / "sms").glob(f"{notice.pk}*"))
        text = path.read_text()
        found.add(json.loads(text)["to"] if path.suffix == ".json" else re.findall(r"^To: (.+)$", text, re.MULTILINE)[0])
    return found


def test_the_old_contact_is_told_without_the_new_one_and_then_melts_away(world: World, tmp_path: Path) -> None:
    complaint, at = world.submit().complaint, world.at + LATER
    confirm(world, complaint, ask(world, complaint, tmp_path))

    services.change_contact(complaint.pk, {"email": NEW}, by=world.reporter(complaint), at=at)

    assert not known(world, complaint, at=at).is_verified
    assert services.settle_contacts(at=at) == 0  # the old one is still to be told
    deliver(at)
    told = next((tmp_path / "mail").glob(f"{Notice.objects.get(event='contact_changed').pk}*")).read_text()
    assert re.findall(r"^To: (.+)$", told, re.MULTILINE) == ["zz1@contoh.invalid"]
    assert NEW not in told
    before = layers(complaint)
    assert services.settle_contacts(at=at) == 1
    assert (before, layers(complaint), services.settle_contacts(at=at)) == (2, 1, 0)
    assert vault.open_identity(complaint.pk) == vault.Identity("Zznama Pelapor", NEW, "+6289900001234")
    confirm(world, complaint, ask(world, complaint, tmp_path, at=at), at=at)
    assert addresses(tmp_path, "contact_code") == {"zz1@contoh.invalid", NEW}


def layers(complaint: Complaint) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_vault")
        cursor.execute("SELECT count(*) FROM vault.identity WHERE complaint_id = %s", [complaint.pk])
        found = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
    return int(found)


def test_changed_twice_each_former_contact_is_told_once(world: World, tmp_path: Path) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    for minutes, address in ((1, NEW), (2, "zz3@contoh.invalid")):
        services.change_contact(complaint.pk, {"email": address}, by=world.reporter(complaint), at=world.at + timedelta(minutes=minutes))
    deliver(world.at + timedelta(minutes=3))

    assert addresses(tmp_path, "contact_changed") == {"zz1@contoh.invalid", NEW}
    assert addresses(tmp_path, "case_received") == {"zz3@contoh.invalid"}  # what waited goes where they are now
    assert services.settle_contacts(at=world.at + timedelta(minutes=3)) == 1
    assert vault.open_identity(complaint.pk) == vault.Identity("Zznama Pelapor", "zz3@contoh.invalid")


def test_a_contact_can_be_left_later_and_nobody_is_told(world: World) -> None:
    complaint = world.submit(contact={}, is_anonymous=True).complaint

    services.change_contact(complaint.pk, {"phone": "0812 3456 7890"}, by=world.reporter(complaint), at=world.at)

    assert vault.open_identity(complaint.pk) == vault.Identity(phone="+6281234567890")
    assert known(world, complaint) == services.Known(exists=True)
    assert not Notice.objects.filter(event="contact_changed").exists()


def test_only_what_is_written_stays_when_that_is_wanted(world: World) -> None:
    complaint = world.submit().complaint

    services.change_contact(complaint.pk, {"phone": "081234567890", "email": "", "only": "on"}, by=world.reporter(complaint), at=world.at)

    assert vault.open_identity(complaint.pk) == vault.Identity("Zznama Pelapor", "", "+6281234567890")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"email"}),
        ({"email": " ", "phone": "", "only": True}, {"email"}),
        ({"email": "zz2", "phone": "12"}, {"email", "phone"}),
        ({"email": "a@b.c\nBcc: x@y.z"}, {"email"}),
        ({"email": "a\x00@b.c"}, {"email"}),
        ({"email": ["a@b.c"]}, {"email"}),
        ({"phone": {"a": 1}}, {"phone"}),
        ({"email": NEW, "only": "mungkin"}, {"only"}),
    ],
)
def test_what_is_no_contact_is_named_in_its_field_and_changes_nothing(world: World, given: dict[str, Any], fields: set[str]) -> None:
    complaint = world.submit().complaint

    with pytest.raises(Refusal) as refused:
        services.change_contact(complaint.pk, given, by=world.reporter(complaint), at=world.at)

    assert set(refused.value.fields) == fields
    assert layers(complaint) == 1
    assert not Contact.objects.exists()


def test_a_fourth_change_within_an_hour_has_to_wait(world: World) -> None:
    complaint = world.submit().complaint
    by = world.reporter(complaint)
    for number in range(3):
        services.change_contact(complaint.pk, {"email": f"zz{number}@contoh.invalid"}, by=by, at=world.at)

    with pytest.raises(Refusal) as refused:
        services.change_contact(complaint.pk, {"email": NEW}, by=by, at=world.at)

    assert refused.value.status == 429


def test_the_public_machines_need_no_key_to_any_of_it(world: World, settings: Any) -> None:
    complaint = world.submit().complaint
    settings.VAULT_KEY = ""
    by = world.reporter(complaint)

    services.ask_code(complaint.pk, by=by, at=world.at)
    services.change_contact(complaint.pk, {"email": NEW}, by=by, at=world.at)

    assert known(world, complaint).exists
    with pytest.raises(Refusal):
        vault.open_identity(complaint.pk)


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
