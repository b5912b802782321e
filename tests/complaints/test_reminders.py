"""Reporters are reminded before their own deadlines end: each time once, and not after they acted."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Clock, Complaint, Reminder
from officers.models import Notice
from officers.notices import render
from tests.world import World


def reminders(event: str) -> list[Notice]:
    return list(Notice.objects.filter(event=event).order_by("created_at"))


def clock(complaint: Complaint, key: str) -> Clock:
    return Clock.objects.running().get(complaint=complaint, key=key)


def test_a_completion_is_reminded_of_at_half_and_nine_tenths_of_its_time(world: World) -> None:
    found = clock(world.to_state("awaiting_completion"), "completion")
    whole = found.due_at - found.started_at
    second = timedelta(seconds=1)

    assert services.remind(at=found.started_at + whole * 0.5 - second) == {"reminded": 0}
    assert services.remind(at=found.started_at + whole * 0.5 + second) == {"reminded": 1}
    assert services.remind(at=found.started_at + whole * 0.5 + second) == {"reminded": 0}
    assert services.remind(at=found.started_at + whole * 0.9 + second) == {"reminded": 1}
    assert len(reminders("case_completion_reminder")) == 2
    assert not reminders("case_closing_soon")


def test_after_an_outage_one_reminder_says_it_all_and_none_comes_after_the_end(world: World) -> None:
    first = clock(world.to_state("awaiting_completion"), "completion")

    assert services.remind(at=first.due_at - timedelta(minutes=1)) == {"reminded": 1}
    world.to_state("awaiting_completion")
    assert services.remind(at=first.due_at + timedelta(minutes=1)) == {"reminded": 0}
    assert not Reminder.objects.filter(done_at=None).exists()


def test_silence_is_warned_of_three_working_days_ahead(world: World) -> None:
    found = clock(world.to_state("awaiting_reporter"), "reporter_reply")
    due = Reminder.objects.none()
    services.remind(at=found.started_at)
    due = Reminder.objects.filter(clock=found)

    row = due.get()
    assert row.due_at < found.due_at - timedelta(days=2)
    assert row.due_at.weekday() < 5
    assert services.remind(at=row.due_at) == {"reminded": 1}
    assert len(reminders("case_closing_soon")) == 1


def test_whoever_acted_is_not_reminded(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    found = clock(complaint, "reporter_reply")
    services.remind(at=found.started_at)
    world.step(complaint, "confirm", rating=5)

    assert services.remind(at=found.due_at - timedelta(minutes=1)) == {"reminded": 0}


@pytest.mark.parametrize("kept", [{"is_anonymous": True}, {"is_secret": True}])
def test_a_reminder_of_a_hidden_case_is_news_and_nothing_else(world: World, kept: dict[str, Any]) -> None:
    found = clock(world.to_state("awaiting_completion", **kept), "completion")

    services.remind(at=found.due_at - timedelta(hours=1))

    notice = Notice.objects.latest("created_at")
    assert notice.event == "case_news"
    said = " ".join(render(notice.event, notice.context, "id"))
    assert not re.search(r"lengkap|Kota Uji|Dinas|Zznama|berlubang", said)


def test_whoever_left_no_contact_is_not_reminded(world: World) -> None:
    found = clock(world.to_state("awaiting_completion", contact=None, is_anonymous=True), "completion")

    assert services.remind(at=found.due_at - timedelta(hours=1)) == {"reminded": 0}


def test_many_reminders_take_as_many_queries_as_one(world: World) -> None:
    def asked(count: int) -> int:
        rows = [world.to_state("awaiting_completion") for _n in range(count)]
        at = clock(rows[-1], "completion").due_at - timedelta(hours=1)
        with CaptureQueriesContext(connection) as queries:
            assert services.remind(at=at)["reminded"] == count
        return len(queries)

    assert asked(1) == asked(4)


def test_the_command_reminds(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    found = clock(world.to_state("awaiting_completion"), "completion")

    call_command("remind", "--json", "--at", (found.due_at - timedelta(hours=1)).isoformat())

    assert '"reminded": 1' in capsys.readouterr().out
