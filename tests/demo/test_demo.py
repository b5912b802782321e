"""The demo is a believable country whose every report could have come about by the workflow."""

import gc
import json
from collections import Counter
from datetime import datetime
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from complaints.management.demo import stories, telling
from complaints.models import Clock, Complaint, IssueTag, Transition
from complaints.services import Reference, broken, to_hand_over, verify
from complaints.workflow import State
from institutions import services as places
from institutions.models import Institution
from monitoring.models import Dossier, Escalation, Referral
from officers.actors import actor_for, machine
from officers.models import Notice, User
from officers.services import check_powers
from tests.world import World


@pytest.fixture
def empty(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The command is for an empty house; here it is built beside the tests' own bodies."""
    monkeypatch.setattr("complaints.management.commands.demo.Command._refuse_beside_real_data", lambda _self: None)
    User.objects.filter(is_machine=False).update(username=Concat(Value("uji."), "username"))  # the demo's log-ins have names of their own
    places.load_reference(by=machine("system"), at=world.at, provinces=("31", "33", "73", "91"))
    return world


def test_the_demo_builds_and_everything_in_it_holds_together(empty: World) -> None:
    out = StringIO()

    call_command("demo", "--reports", "150", "--at", "2026-11-24T12:00+07:00", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["reports"] == Complaint.objects.counted().count() == 150
    assert Complaint.objects.exclude(lead=None).exists()
    assert set(Complaint.objects.values_list("on_behalf", flat=True)) == {"", "person", "group"}
    assert {"mark_urgent", "publish", "right_of_reply"} <= set(Transition.objects.values_list("kind", flat=True))
    states = Counter(IssueTag.objects.values_list("state", flat=True))
    assert 8 <= states.total() <= 40
    assert set(states) == {"proposed", "confirmed", "rejected"}
    assert list(broken(reference=Reference(empty.at))) == []
    assert sum(told["refused"].values()) <= 10
    assert {"closed", "archived", "awaiting_reporter", "in_progress"} <= set(told["states"])
    assert State.DRAFT not in told["states"]
    assert verify()[1] == []
    assert check_powers(today=empty.at.date()) == []
    assert not Notice.objects.filter(state="waiting").exists()
    assert not Complaint.objects.exclude(holder__is_fictitious=True).exclude(holder__kind="national").exists()
    assert Transition.objects.filter(kind="close_by_silence").exists()
    late = Clock.objects.running().filter(key="statutory_60", due_at__lt="2026-11-24T12:00+07:00", complaint__lead=None)
    assert Referral.objects.exclude(confirmed_at=None).count() == min(4, late.exclude(complaint__track="oversight").count()) > 0
    assert Dossier.objects.count() == Referral.objects.exclude(confirmed_at=None).count()
    now = datetime.fromisoformat("2026-11-24T12:00+07:00")
    [leaving] = to_hand_over(by=actor_for(User.objects.get(username="admin.instansi"), at=now), at=now)
    assert leaving.cases
    assert not leaving.is_released
    assert {"nearly", "overdue", "superior", "accountable"} <= set(Escalation.objects.values_list("rung", flat=True))
    assert set(Institution.objects.filter(is_fictitious=True, kind="unit").values_list("is_fictitious", flat=True)) == {True}


def test_the_demo_leaves_the_process_as_it_found_it(empty: World, settings: Any) -> None:
    settings.DEBUG = True

    call_command("demo", "--reports", "1", stdout=StringIO())

    with connection.cursor() as cursor:
        cursor.execute("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
        assert cursor.fetchone() != ("session",)
    assert (settings.DEBUG, gc.isenabled()) == (True, True)


def test_the_same_seed_tells_the_same_stories(empty: World) -> None:
    def titles() -> list[Any]:
        country = stories.Country(empty.at)
        return [(at, story.template["title"], story.kind) for at, story in telling._cast(country, Random(7), 40, empty.at)]

    call_command("demo", "--reports", "1", "--at", "2026-11-24", stdout=StringIO())

    assert titles() == titles()


def test_the_demo_is_refused_beside_other_data(world: World) -> None:
    with pytest.raises(CommandError, match="empty house"):
        call_command("demo", stdout=StringIO())


def test_the_journeys_are_walked_and_told_in_both_languages(world: World) -> None:
    for language, said in (("id", "Laporan diterima."), ("en", "The report was received.")):
        out = StringIO()
        call_command("journey", "--language", language, "--at", "2026-11-24", "--json", stdout=out)
        journeys = json.loads(out.getvalue())["journeys"]
        assert [row["state"] for row in journeys] == ["closed", "awaiting_followup", "awaiting_verification", "awaiting_verification", "closed"]
        assert journeys[0]["events"][0]["sentence"] == said
        assert journeys[4]["events"][-1]["by"] == "system"


def test_the_log_ins_come_with_the_trial_code_only_where_it_opens_something(empty: World, settings: Any) -> None:
    call_command("demo", "--reports", "1", "--at", "2026-11-24", stdout=StringIO())

    def told(code: str | None) -> str:
        settings.MFA_TOTP_INSECURE_BYPASS_CODE = code
        call_command("demo", "--logins", stdout=(out := StringIO()))
        return out.getvalue()

    assert "000000" in told("000000")
    assert "Second factor" not in told(None)
