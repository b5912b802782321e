"""Three reporters with marks on them, driven through every face: nobody who may not know finds a mark anywhere."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, get_resolver

from complaints import numbers, services
from complaints.models import Complaint, Letter
from officers import services as people
from officers.models import Notice
from tests.bounces import report
from tests.drills.test_dump import rows_of_every_table
from tests.lapor.pdfs import words_of
from tests.world import World

MARKS = ("Zznama Penanda", "zz-penanda", "0899-0000-7777", "89900007777", "3374019901010007", "zz-baru", "0899-0000-8888", "89900008888")
CONTACT = {"name": "Zznama Penanda 3374019901010007", "email": "zz-penanda@contoh.invalid", "phone": "0899-0000-7777"}
KINDS: dict[str, dict[str, bool]] = {"named": {}, "anonymous": {"is_anonymous": True}, "secret": {"is_secret": True}}
NEW = {"email": "zz-baru@contoh.invalid", "phone": "0899-0000-8888"}
CONTACT_SAYS = ("Kontak terverifikasi", "Kontak belum terverifikasi", "Pelapor tidak dapat dihubungi", '"is_verified"')  # that there is one at all
MAY_KNOW = {"reporter", "liaison", "liaison2", "admin", "national"}  # the reporter, and who may see the identity of a named case there
ROLES = (
    "", "reporter", "liaison", "liaison2", "health_liaison", "admin", "other_admin", "superior", "accountable", "patron", "supervisor", "hub", "national",
    "monitor", "ombudsman", "operator", "custodian", "auditor",
)  # fmt: skip


def addresses(patterns: Any, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, its converters) of the whole house but the admin."""
    for found in patterns:
        where = before + str(found.pattern)
        if isinstance(found, URLPattern):
            yield where, found.pattern.converters
        elif not where.startswith("admin/"):
            yield from addresses(found.url_patterns, where)


ACTIONS = ("answer", "reply", "change_visibility")  # the steps share their pages
NO_CASE = ("^", "keluar", "akun/", "masuk/", "healthz", "readyz", "desain/", "api/v1/schema/", "api/v1/docs/")  # they know of no case


def filled(complaint: Complaint, letter: Letter, *, is_first: bool) -> list[str]:
    """Every address that can be looked at about this case; those that name none only once."""
    seq = str(letter.transition.seq)
    values = {"tracking_id": complaint.tracking_id, "seq": seq, "part": "1", "slug": "kota-uji-dpu", "code": numbers.grouped(letter.code)}
    found = []
    for where, converters in addresses(get_resolver().url_patterns):
        if where.startswith(NO_CASE) or (not converters and not is_first) or set(converters) - {*values, "action"}:
            continue
        for action in ACTIONS if "action" in converters else ("",):
            path = where.replace("<str:action>", action)
            for name, value in values.items():
                path = path.replace(f"<str:{name}>", value).replace(f"<int:{name}>", value).replace(f"<slug:{name}>", value)
            found.append("/" + path)
    windows = [model._meta for model in admin.site._registry]
    return found + [f"/admin/{meta.app_label}/{meta.model_name}/" for meta in windows if is_first]


def text_of(response: Any) -> str:
    content = response.content if not response.streaming else b"".join(response.streaming_content)
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    return headers + (words_of(content) if content.startswith(b"%PDF") else content.decode(errors="replace"))


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark.lower() in text.lower()]


def touch_contacts(world: World, cases: dict[str, Complaint], folder: Path) -> tuple[list[str], list[str]]:
    """Every contact is proved, changed and proved in vain, and its mail comes back; (the codes, what pages and API answered)."""
    codes, said = [], []
    for kind, case in cases.items():
        client = browser(world, "reporter", [case])
        by, where = world.reporter(case), f"/lacak/{case.tracking_id}/kontak/"
        for act in ("kirim-kode", "ubah", "kirim-kode"):
            said.append(text_of(client.post(where, {"langkah": act, **(NEW if act == "ubah" else {})}, follow=True)))
            people.deliver(at=world.at, today=world.at.date())
        for notice in Notice.objects.filter(event="contact_code", address_ref=f"complaint:{case.pk}"):
            text = next((folder / "mail").glob(f"{notice.pk}*")).read_text()
            codes += re.findall(r"(?<![\w-])\d{6}(?![\w-])", text)[:1]
        said.append(text_of(client.post(where, {"langkah": "periksa-kode", "code": "000000"}, follow=True)))
        if kind == "named":
            services.confirm_contact(case.pk, codes[-1], by=by, at=world.at)
        else:
            sent = Notice.objects.filter(address_ref=f"complaint:{case.pk}", state="sent").latest("created_at")
            said.append(people.take_bounce(report(sent.message_id, to=NEW["email"]), at=world.at))
            people.deliver(at=world.at, today=world.at.date())
    services.settle_contacts(at=world.at)
    return codes, said


def browser(world: World, role: str, complaints: list[Complaint]) -> Client:
    """Somebody of this role; the reporter has proved all three cases."""
    client = Client(raise_request_exception=False)
    if role not in {"", "reporter"}:
        world.login(client, role)
    if role == "reporter":
        session = client.session
        session["cases"] = {str(row.pk): (world.at + timedelta(hours=2)).isoformat() for row in complaints}
        session.save()
    return client


def mails(folder: Path) -> Iterator[str]:
    """What stands in each mail; the envelope's own To is where it is delivered."""
    for path in folder.rglob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        headers = " ".join(f"{name}: {value}" for name, value in mail.items() if name != "To")
        body = mail.get_body()
        yield headers + (body.get_content() if body else "")


@pytest.mark.night
def test_no_face_shows_a_mark_to_whoever_may_not_know(
    committed: World, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world = committed
    store = tmp_path / "letters"
    settings.STORAGES = {**settings.STORAGES, "letters": {**settings.STORAGES["letters"], "OPTIONS": {"location": store, "allow_overwrite": True}}}
    caplog.set_level(logging.INFO)
    looked, said = Counter[str](), Counter[str]()
    found: list[tuple[str, ...]] = []
    with time_machine.travel(world.at, tick=False):
        cases = {kind: world.to_state("awaiting_reporter", contact=CONTACT, **flags) for kind, flags in KINDS.items()}
        services.write_letters(at=world.at)
        people.deliver(at=world.at, today=world.at.date())
        codes, said_of_contacts = touch_contacts(world, cases, tmp_path)
        found += [("contact", mark) for mark in marks_in(" ".join(said_of_contacts))]
        for role in ROLES:
            client = browser(world, role, list(cases.values()))
            for kind, case in cases.items():
                for where in filled(case, Letter.objects.get(complaint=case), is_first=kind == "named"):
                    response = client.get(where)
                    looked["pages"] += 1
                    said[str(response.status_code)] += 1
                    text = text_of(response)
                    found += [(role, kind, where, mark) for mark in marks_in(text)]
                    if role not in MAY_KNOW or (role != "reporter" and kind == "anonymous"):
                        found += [(role, kind, where, words) for words in CONTACT_SAYS if words in text]
    for mail in mails(tmp_path / "mail"):
        looked["mails"] += 1
        found += [("mail", mail[:60], mark) for mark in marks_in(mail)]
    for path in store.rglob("*.pdf"):
        looked["letters"] += 1
        found += [("letter", path.name, mark) for mark in marks_in(words_of(path.read_bytes()) + path.name)]
    output = capsys.readouterr()
    logs = caplog.text + output.err + output.out
    looked["log lines"] = logs.count("\n")
    found += [("log", mark) for mark in marks_in(logs)]
    dump = rows_of_every_table()
    looked["dump bytes"] = len(dump)
    found += [("dump", mark) for mark in marks_in(dump)]
    looked["codes"] = len(codes)
    found += [("code in the log", code) for code in codes if code in logs]
    found += [("code in the dump", code) for code in codes if re.search(rf"(?<![\w.-]){code}(?![\w-])", dump)]
    print(dict(looked), dict(said), f"marks: {len(found)}")  # noqa: T201 - the figures are what the drill is for

    assert found == []
    assert "500" not in said
    assert looked["mails"]
    assert looked["codes"] == 2 * len(KINDS)
    assert looked["letters"] == len(KINDS)
