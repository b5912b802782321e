"""Addresses that fail: known only from what servers say of the address itself, and believed until the address is another one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from complaints import services as cases
from complaints.models import Complaint
from officers import services
from officers.models import Notice, Reach
from tests.smtp import TAKEN, post
from tests.world import World

GONE = "550 5.1.1 <zz1@contoh.invalid>: Recipient address rejected: User unknown"
EMAIL_ONLY = {"name": "Zznama Pelapor", "email": "zz1@contoh.invalid"}


def deliver(at: datetime) -> dict[str, int]:
    return services.deliver(at=at, today=at.date()).as_dict()


def lost(complaint: Complaint) -> dict[str, Any]:
    return Reach.objects.lost(f"complaint:{complaint.pk}")


def until_given_up() -> Notice:
    """Let the one notice be tried at each of its times."""
    while (row := Notice.objects.get(address_ref__startswith="complaint:")).state == "waiting":
        deliver(row.next_try_at)
    return row


@pytest.mark.parametrize(
    "answer", [GONE, "550 no such user here", "551 5.7 x 5.1.6 moved", "552 5.2.2 mailbox full", "550 5.4.1 Access denied", "553 5.0.0 no"]
)
def test_an_address_that_its_server_refuses_for_good_is_not_tried_again(world: World, settings: Any, answer: str) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    with post(answer) as server:
        settings.MAILERS = server.mailers
        assert deliver(world.at) == {"sent": 0, "undeliverable": 1, "failed": 0, "dead": 0}
        server.answer = TAKEN
        world.step(complaint, "pend", "national", reason="incomplete", items="Foto lokasi")
        assert deliver(world.at)["undeliverable"] == 1

    assert server.asked == ["zz1@contoh.invalid"]
    assert server.mails == []
    assert lost(complaint) == {"email": world.at}
    assert Reach.objects.get().cause == Reach.Cause.REFUSED


@pytest.mark.parametrize(
    "answer", ["450 4.2.1 try later", "451 4.7.1 greylisted", "550 5.7.1 Your address is on a list", "554 5.3.2 system not accepting", "421 4.3.0 closing"]
)
def test_what_passes_or_lies_with_us_marks_nobody(world: World, settings: Any, answer: str) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    with post(answer) as server:
        settings.MAILERS = server.mailers
        assert deliver(world.at)["failed"] == 1
        assert lost(complaint) == {}
        server.answer = TAKEN
        assert deliver(world.at + timedelta(minutes=5))["sent"] == 1

    assert lost(complaint) == {}


def test_a_mailbox_that_stays_full_until_the_notice_is_given_up_is_lost(world: World, settings: Any) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    with post("452 4.2.2 mailbox full") as server:
        settings.MAILERS = server.mailers
        row = until_given_up()

    assert row.state == "dead"
    assert list(lost(complaint)) == ["email"]
    assert Reach.objects.get().cause == Reach.Cause.GIVEN_UP


@pytest.mark.parametrize("answer", ["", "550 5.7.1 Your address is on a list"], ids=["no server", "blocked"])
def test_a_notice_given_up_because_our_own_way_out_is_closed_marks_nobody(world: World, settings: Any, answer: str) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    with post(answer) as server:
        settings.MAILERS = server.mailers
        if not answer:
            settings.MAILERS["default"]["OPTIONS"]["port"] = 1
        row = until_given_up()

    assert row.state == "dead"
    assert lost(complaint) == {}


def test_the_telephone_takes_over_at_once(world: World, settings: Any, tmp_path: Any) -> None:
    complaint = world.submit().complaint
    with post(GONE) as server:
        settings.MAILERS = server.mailers
        assert deliver(world.at) == {"sent": 1, "undeliverable": 0, "failed": 1, "dead": 0}
        world.step(complaint, "pend", "national", reason="incomplete", items="Foto lokasi")
        assert deliver(world.at)["sent"] == 1

    assert server.asked == ["zz1@contoh.invalid"]
    assert len(list((tmp_path / "sms").glob("*.json"))) == 2
    assert set(Notice.objects.filter(address_ref__startswith="complaint:").values_list("channel", "state")) == {("sms", "sent")}


def test_an_officers_address_is_tried_as_before(world: World, settings: Any) -> None:
    services.notify(event="desk_urgent", at=world.at, context={"number": "x", "holder": "x", "desk_url": "x"}, recipients=[world.user("admin")])
    with post(GONE) as server:
        settings.MAILERS = server.mailers
        assert deliver(world.at)["failed"] == 1

    assert not Reach.objects.exists()


def test_another_address_is_tried_again_and_the_old_one_stays_lost(world: World, settings: Any) -> None:
    complaint = world.submit(contact=EMAIL_ONLY).complaint
    later = world.at + timedelta(hours=1)
    with post(GONE) as server:
        settings.MAILERS = server.mailers
        deliver(world.at)
        server.answer = TAKEN
        cases.change_contact(complaint.pk, {"email": "zz2@contoh.invalid"}, by=world.reporter(complaint), at=later)
        world.step(complaint, "pend", "national", at=later, reason="incomplete", items="Foto lokasi")
        assert deliver(later) == {"sent": 1, "undeliverable": 1, "failed": 0, "dead": 0}

    assert server.asked == ["zz1@contoh.invalid", "zz2@contoh.invalid"]  # the lost address is not told of the change either
    assert lost(complaint) == {}


def test_a_failure_of_the_old_address_says_nothing_of_the_new_one(world: World) -> None:
    complaint = world.submit().complaint
    ref, later = f"complaint:{complaint.pk}", world.at + timedelta(hours=1)
    cases.change_contact(complaint.pk, {"email": "zz2@contoh.invalid"}, by=world.reporter(complaint), at=later)

    assert services.mark_lost(ref, "email", sent_at=world.at, at=later, cause=Reach.Cause.BOUNCED) is False
    assert services.mark_lost(ref, "email", sent_at=later, at=later, cause=Reach.Cause.BOUNCED) is True
    assert services.mark_lost(ref, "email", sent_at=later, at=later + timedelta(days=1), cause=Reach.Cause.BOUNCED) is False
    assert lost(complaint) == {"email": later}
