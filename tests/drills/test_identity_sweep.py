"""Three reporters with marks on them, driven through every face: nobody who may not know finds a mark anywhere."""

import logging
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
from tests.drills.test_dump import rows_of_every_table
from tests.lapor.pdfs import words_of
from tests.world import World

MARKS = ("Zznama Penanda", "zz-penanda", "0899-0000-7777", "89900007777", "3374019901010007")
CONTACT = {"name": "Zznama Penanda 3374019901010007", "email": "zz-penanda@contoh.invalid", "phone": "0899-0000-7777"}
KINDS: dict[str, dict[str, bool]] = {"named": {}, "anonymous": {"is_anonymous": True}, "secret": {"is_secret": True}}
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
        for role in ROLES:
            client = browser(world, role, list(cases.values()))
            for kind, case in cases.items():
                for where in filled(case, Letter.objects.get(complaint=case), is_first=kind == "named"):
                    response = client.get(where)
                    looked["pages"] += 1
                    said[str(response.status_code)] += 1
                    found += [(role, kind, where, mark) for mark in marks_in(text_of(response))]
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
    print(dict(looked), dict(said), f"marks: {len(found)}")  # noqa: T201 - the figures are what the drill is for

    assert found == []
    assert "500" not in said
    assert looked["mails"]
    assert looked["letters"] == len(KINDS)
