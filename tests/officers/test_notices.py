"""Notices are rows until they are sent: once, to one address, whatever fails in between."""

import email
import threading
from collections import Counter
from datetime import timedelta
from email.message import Message as Mail
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from officers import services
from officers.models import Notice
from officers.notices import EVENTS, SAMPLE, render
from officers.services import Message
from tests.login import code
from tests.world import PASSWORD, World

CONTEXT = SAMPLE | {
    "number": "LPR-7K3M-92QX-4",
    "holder": "Dinas\nUji",
    "due": "2026-12-01",
    "track_url": "http://x/lacak/",
    "desk_url": "http://x/meja/",
    "url": "http://x/masuk/",
}


def mails(tmp_path: Path) -> list[Mail]:
    return [email.message_from_bytes(file.read_bytes()) for file in sorted((tmp_path / "mail").glob("*.eml"))]


def queue(world: World, *people: str, event: str = "desk_received") -> list[Notice]:
    return services.notify_many([Message(event, CONTEXT, recipient_id=world.user(name).pk) for name in people], at=world.at)


def deliver(world: World, **later: int) -> dict[str, int]:
    at = world.at + timedelta(**later)
    return services.deliver(at=at, today=at.date()).as_dict()


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_has_one_line_of_subject_and_a_body_in_both_languages(event: str) -> None:
    said = {language: render(event, CONTEXT, language) for language in ("id", "en")}

    for subject, body in said.values():
        assert CONTEXT["number"] in subject or "number" not in EVENTS[event].placeholders
        assert "\n" not in subject
        assert body.strip()
    assert said["id"] != said["en"]


def test_a_notice_goes_to_one_address_with_a_fixed_message_id_and_says_that_a_machine_wrote_it(world: World, tmp_path: Path) -> None:
    notices = queue(world, "admin", "liaison")

    assert deliver(world) == {"sent": 2, "undeliverable": 0, "failed": 0, "dead": 0}
    assert deliver(world) == {"sent": 0, "undeliverable": 0, "failed": 0, "dead": 0}

    sent = mails(tmp_path)
    assert {mail["Message-ID"] for mail in sent} == {notice.message_id for notice in notices}
    assert {mail["To"] for mail in sent} == {"admin@contoh.invalid", "liaison@contoh.invalid"}
    assert all(mail["Auto-Submitted"] == "auto-generated" and mail["Reply-To"] is None for mail in sent)


def test_queueing_many_takes_one_statement(world: World) -> None:
    user = world.user("admin").pk

    with CaptureQueriesContext(connection) as queries:
        services.notify_many([Message("desk_received", CONTEXT, recipient_id=user) for _n in range(50)], at=world.at)

    assert len(queries) == 1


def test_whoever_left_no_address_is_told_nothing_and_not_tried_again(world: World) -> None:
    services.notify(event="case_news", at=world.at, context=CONTEXT, address_ref="complaint:00000000-0000-0000-0000-000000000000")
    world.user("admin").__class__.objects.filter(username="admin").update(email="")
    queue(world, "admin")

    assert deliver(world)["undeliverable"] == 2
    assert set(Notice.objects.values_list("state", flat=True)) == {"undeliverable"}


def test_a_reporters_mail_says_nothing_when_anonymous(world: World, tmp_path: Path) -> None:
    world.to_state("awaiting_reporter", is_anonymous=True)

    deliver(world)

    own = [mail for mail in mails(tmp_path) if mail["To"] == "zz1@contoh.invalid"]
    assert len(own) == 5
    for mail in own:
        whole = mail.as_string()
        assert not [word for word in ("Kota Uji", "Dinas", "Petugas", "Jalan berlubang", "Zznama") if word in whole]


def test_a_poisoned_notice_waits_longer_each_time_is_given_up_and_blocks_nobody(world: World) -> None:
    poison = queue(world, "admin")[0]
    Notice.objects.filter(pk=poison.pk).update(event="gone")
    queue(world, "liaison")

    assert deliver(world) == {"sent": 1, "undeliverable": 0, "failed": 1, "dead": 0}
    assert deliver(world, minutes=4)["failed"] == 0
    waits = []
    while (row := Notice.objects.get(pk=poison.pk)).state == "waiting":
        waits.append(row.next_try_at)
        services.deliver(at=row.next_try_at, today=row.next_try_at.date())

    assert row.state == "dead"
    assert row.tries == len(waits) + 1
    gaps = [b - a for a, b in pairwise(waits)]
    assert gaps[:3] == sorted(gaps[:3])
    assert "@" not in row.last_error


def test_a_dead_gateway_keeps_the_notice(world: World, settings: Any) -> None:
    queue(world, "admin")
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}}

    assert deliver(world)["failed"] == 1

    row = Notice.objects.get()
    assert (row.state, row.last_error) == ("waiting", "ConnectionRefusedError")


def test_two_couriers_side_by_side_send_each_notice_once(committed: World, tmp_path: Path) -> None:
    queue(committed, *["admin", "liaison", "national"] * 20)
    barrier, sent = threading.Barrier(3), Counter[str]()

    def carry() -> None:
        try:
            barrier.wait()
            sent.update(services.deliver(at=committed.at, today=committed.at.date()).as_dict())
        finally:
            connection.close()

    threads = [threading.Thread(target=carry) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sent["sent"] == 60 == len(mails(tmp_path))


def test_a_token_is_the_last_word_and_opens_the_api(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("issue_token", "liaison")

    token = capsys.readouterr().out.split()[-1]
    assert Client().get("/api/v1/complaints/", headers={"Authorization": f"Token {token}"}).status_code == 200


@pytest.mark.parametrize("name", ["system", "reporter", "nobody-there", "patron"])
def test_no_token_for_machines_strangers_and_whoever_has_no_appointment(world: World, name: str) -> None:
    world.user("patron").appointments.update(valid_to="2020-01-01")

    with pytest.raises(CommandError):
        call_command("issue_token", name)


def test_commands_speak_json_and_name_a_wrong_time(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_powers", "--json")
    assert capsys.readouterr().out.strip() == '{"wrong": []}'
    call_command("deliver", "--json", "--at", "2026-11-02")
    assert '"sent": 0' in capsys.readouterr().out
    with pytest.raises(CommandError, match="is no time"):
        call_command("deliver", "--at", "kemarin")


def test_check_powers_ends_with_an_error_when_something_disagrees(world: World) -> None:
    world.user("liaison").appointments.get().powers.all()[0].delete()

    with pytest.raises(SystemExit) as found:
        call_command("check_powers")
    assert found.value.code == 1


def test_logging_in_and_out(world: World) -> None:
    client = Client(headers={"accept-language": "en"})

    wrong = client.post("/masuk/", {"login": "admin", "password": "salah"})
    client.post("/masuk/", {"login": "admin", "password": PASSWORD})
    right = client.post("/masuk/faktor/", {"code": code()})

    assert wrong.status_code == 200
    assert 'value="admin"' in wrong.content.decode()
    assert "do not fit" in wrong.content.decode()
    assert right["Location"] == "/meja/"
    assert client.get("/keluar/").status_code == 405
    assert client.post("/keluar/").status_code == 302
    assert client.get("/meja/").status_code == 302
