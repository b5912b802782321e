"""A contact is proved, put right and known to be lost; nobody but its reporter, and whoever may see the identity, hears of it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from complaints import services, vault
from complaints.models import Complaint, Contact, Transition
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.contact import EMAIL_ONLY, LATER, NEW, ask, confirm, deliver, known, wrong
from tests.world import World

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
