"""What comes back: one thing is believed, and only of whoever shows the id of a notice of ours."""

import email
import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import services as cases
from complaints.models import Complaint
from officers import services
from officers.models import Notice, Reach
from tests.bounces import ABSENT, HEADERS, WHOLE, report
from tests.world import World

CONTACT = {"name": "Zznama Pelapor", "email": "zz1@contoh.invalid"}
DAY = timedelta(days=1)


@pytest.fixture
def sent(world: World) -> tuple[Complaint, Notice]:
    """A report whose receipt was mailed."""
    complaint = world.submit(contact=CONTACT).complaint
    services.deliver(at=world.at, today=world.at.date())
    return complaint, Notice.objects.get(address_ref=f"complaint:{complaint.pk}")


def lost(complaint: Complaint) -> bool:
    return "email" in Reach.objects.lost(f"complaint:{complaint.pk}")


@pytest.mark.parametrize("returned", [WHOLE, HEADERS])
@pytest.mark.parametrize("status", ["5.1.1", "5.2.1", "5.4.4", "5.0.0"])
def test_a_report_of_failure_marks_the_address_of_its_notice(world: World, sent: tuple[Complaint, Notice], returned: str, status: str) -> None:
    complaint, notice = sent

    found = services.take_bounce(report(notice.message_id, returned=returned, status=status), at=world.at + DAY)

    notice.refresh_from_db()
    assert found == "taken"
    assert lost(complaint)
    assert (notice.state, notice.last_error) == ("waiting", "bounced")
    assert services.deliver(at=world.at + DAY, today=world.at.date()).undeliverable == 1
    assert services.take_bounce(report(notice.message_id), at=world.at + DAY) == "unknown"


def test_a_relay_may_give_the_mail_another_message_id(world: World, sent: tuple[Complaint, Notice], tmp_path: Path) -> None:
    complaint, notice = sent
    mail = email.message_from_bytes(next((tmp_path / "mail").glob(f"{notice.pk}*.eml")).read_bytes())

    assert services.take_bounce(report(mail["X-Lapor-Notice"], header="X-Lapor-Notice"), at=world.at + DAY) == "taken"
    assert lost(complaint)


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ({"action": "delayed"}, "temporary"),
        ({"action": "delivered", "status": "2.0.0"}, "temporary"),
        ({"action": "relayed"}, "temporary"),
        ({"status": "4.4.7"}, "temporary"),
        ({"status": "5.7.1"}, "temporary"),
        ({"status": "5.3.4"}, "temporary"),
        ({"status": ""}, "temporary"),
        ({"kind": "disposition-notification"}, "ignored"),
        ({"kind": "feedback-report"}, "ignored"),
    ],
)
def test_what_is_no_final_failure_of_the_address_marks_nobody(world: World, sent: tuple[Complaint, Notice], shape: dict[str, str], found: str) -> None:
    complaint, notice = sent

    assert services.take_bounce(report(notice.message_id, **shape), at=world.at + DAY) == found
    assert not lost(complaint)
    assert Notice.objects.get(pk=notice.pk).state == "sent"


@pytest.mark.parametrize(
    "message_id",
    ["", "<x@y>", "<00000000-0000-0000-0000-000000000000@lapor.invalid>", "\x00", "<{id}\x00@lapor.invalid", "<not-{id}-elsewhere@example.org>"],
)
def test_a_report_about_no_mail_of_ours_marks_nobody(world: World, sent: tuple[Complaint, Notice], message_id: str) -> None:
    complaint, notice = sent
    other = notice.pk.hex[::-1]

    assert services.take_bounce(report(message_id.format(id=other)), at=world.at + DAY) == "unknown"
    assert not lost(complaint)


def test_an_absence_note_is_neither_believed_nor_answered(world: World, sent: tuple[Complaint, Notice], tmp_path: Path) -> None:
    complaint, notice = sent
    before = sorted((tmp_path / "mail").iterdir())

    assert services.take_bounce(ABSENT.replace(b"{id}", notice.message_id.encode()), at=world.at + DAY) == "ignored"
    services.deliver(at=world.at + DAY, today=world.at.date())

    assert not lost(complaint)
    assert Notice.objects.filter(address_ref__startswith="complaint:").count() == 1
    assert [path for path in sorted((tmp_path / "mail").iterdir()) if path not in before] == []


def test_the_telephone_gets_what_came_back(world: World, tmp_path: Path) -> None:
    complaint = world.submit().complaint
    services.deliver(at=world.at, today=world.at.date())
    notice = Notice.objects.get(address_ref=f"complaint:{complaint.pk}")

    services.take_bounce(report(notice.message_id), at=world.at + DAY)
    services.deliver(at=world.at + DAY, today=world.at.date())

    said = json.loads(next((tmp_path / "sms").glob("*.json")).read_text())
    assert complaint.tracking_id in said["text"]
    assert Notice.objects.get(pk=notice.pk).channel == "sms"


def test_an_officers_mail_that_comes_back_is_written_down_and_nothing_more(world: World) -> None:
    services.notify(event="desk_urgent", at=world.at, context={"number": "x", "holder": "x", "desk_url": "x"}, recipients=[world.user("admin")])
    services.deliver(at=world.at, today=world.at.date())
    notice = Notice.objects.get()

    assert services.take_bounce(report(notice.message_id), at=world.at + DAY) == "taken"
    notice.refresh_from_db()
    assert (notice.state, notice.last_error) == ("sent", "bounced")
    assert not Reach.objects.exists()


def test_what_the_former_address_sends_back_says_nothing_of_the_new_one(world: World, sent: tuple[Complaint, Notice]) -> None:
    complaint, notice = sent
    cases.change_contact(complaint.pk, {"email": "zz9@contoh.invalid"}, by=world.reporter(complaint), at=world.at + DAY)

    found = [services.take_bounce(report(notice.message_id), at=world.at + DAY * 2)]
    services.deliver(at=world.at + DAY * 2, today=world.at.date())
    found.append(services.take_bounce(report(notice.message_id), at=world.at + DAY * 3))

    notice.refresh_from_db()
    assert found == ["unknown", "unknown"]
    assert not lost(complaint)
    assert (notice.state, notice.last_error, notice.sent_at) == ("sent", "", world.at)


def hand_in(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_the_command_takes_a_mail_from_a_pipe_and_says_nothing_of_it(
    world: World, sent: tuple[Complaint, Notice], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    complaint, notice = sent
    hand_in(monkeypatch, report(notice.message_id))

    call_command("bounce", "--at", (world.at + DAY).isoformat())

    output = capsys.readouterr()
    assert output.out == "taken\n"
    assert output.err == ""
    assert lost(complaint)


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"Subject: x\n\n" + b"x" * 3_000_000, b"Content-Type: multipart/report; report-type=delivery-status\n\nx"])
def test_the_command_ends_well_whatever_is_handed_in(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raw: bytes) -> None:
    hand_in(monkeypatch, raw)

    call_command("bounce", "--json")

    assert json.loads(capsys.readouterr().out) == {"bounce": "ignored"}


def test_the_mail_server_keeps_the_mail_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(monkeypatch, report("<00000000-0000-4000-8000-000000000000@lapor.invalid>"))

    def away(*_args: Any, **_given: Any) -> Any:
        raise OperationalError

    with connection.execute_wrapper(away), pytest.raises(CommandError) as found:
        call_command("bounce")
    assert found.value.returncode == 75


@given(cut=st.integers(0, 1500), noise=st.binary(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_report_makes_no_error(world: World, cut: int, noise: bytes) -> None:
    whole = report("<00000000-0000-4000-8000-000000000000@lapor.invalid>")

    assert services.take_bounce(whole[:cut] + noise + whole[cut + len(noise) :], at=world.at) in {"ignored", "temporary", "unknown"}


def test_parts_within_parts_make_no_error(world: World) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))

    assert services.take_bounce(nested.encode(), at=world.at) == "ignored"
