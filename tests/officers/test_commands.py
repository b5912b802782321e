"""Commands ask for a ticket where they give power, open an identity or move much at once; the read-only switch by hand."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import timezone
from knox.models import AuthToken

from complaints.models import Complaint
from institutions import services as places
from institutions.models import Change, ReadOnlySwitch
from officers.actors import machine
from officers.management.command import HouseCommand, signed
from officers.management.tickets import FOREIGN, HARMLESS, SENSITIVE
from tests.server import ROOT, database_url
from tests.world import World

# Of each sensitive command, a call that needs a ticket.
CALLS: dict[str, tuple[str, ...]] = {
    "issue_token": ("liaison",),
    "read_only": ("on", "--reason", "Pemeliharaan."),
    "deliver": ("--retry-dead",),
    "demo": (),
    "journey": (),
    **dict.fromkeys(
        ("expire", "recompute", "remind", "propose_tags", "letters", "clean", "follow", "hand_over", "measure", "release", "sweep", "watch", "publish"),
        ("--at", "2027-01-01"),
    ),
}


@pytest.fixture
def production(settings: Any) -> None:
    settings.TICKETS = True
    settings.SITE_SECONDS = 0


def test_every_command_stands_in_one_table() -> None:
    """A new command fails here until somebody has decided."""
    tables = [set(SENSITIVE), set(FOREIGN), set(HARMLESS)]

    assert set().union(*tables) == set(get_commands())
    assert sum(map(len, tables)) == len(get_commands())
    assert all([*FOREIGN.values(), *HARMLESS.values(), *(row.why for row in SENSITIVE.values())])


def test_the_commands_of_the_house_ask_through_one_base() -> None:
    ours = {name: app for name, app in get_commands().items() if str(app) in {"complaints", "officers", "institutions", "monitoring", "reports"}}

    assert set(SENSITIVE) <= set(ours)
    assert set(CALLS) == set(SENSITIVE)
    assert [name for name in SENSITIVE if not isinstance(load_command_class(str(ours[name]), name), HouseCommand)] == []


@pytest.mark.parametrize("name", sorted(SENSITIVE))
def test_a_sensitive_command_does_nothing_without_a_ticket(world: World, production: None, name: str) -> None:
    with pytest.raises(CommandError, match="--ticket"):
        call_command(name, *CALLS[name])

    assert not Change.objects.filter(target_kind="command").exists()
    assert not AuthToken.objects.exists()
    assert not ReadOnlySwitch.objects.exists()
    assert not Complaint.objects.exists()


def test_with_a_ticket_it_is_on_record_and_then_done(world: World, production: None) -> None:
    call_command("issue_token", "liaison", "--ticket", "T-41")

    row = Change.objects.get(target_kind="command")
    assert (row.target_id, row.what, row.why, row.by.username, row.after) == ("issue_token", "ran", "T-41", "system", {"username": "liaison"})
    assert AuthToken.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "expire",
        "recompute",
        "remind",
        "propose_tags",
        "letters",
        "clean",
        "follow",
        "hand_over",
        "measure",
        "recount",
        "sweep",
        "watch",
        "deliver",
        "check_powers",
        "verify_ledger",
    ],
)
def test_what_the_worker_does_anyway_asks_for_nothing(world: World, production: None, name: str) -> None:
    call_command(name, "--json")

    assert not Change.objects.filter(target_kind="command").exists()


def test_while_developing_the_tour_works_without_a_ticket_and_keeps_one_that_is_given(world: World) -> None:
    call_command("issue_token", "liaison")
    assert not Change.objects.filter(target_kind="command").exists()
    call_command("issue_token", "liaison", "--ticket", "T-1")
    assert Change.objects.filter(target_kind="command", why="T-1").exists()


def test_a_librarys_command_leaves_its_ticket_at_the_door(world: World, production: None) -> None:
    assert signed(["manage.py", "changepassword", "liaison", "--ticket", "T-7"]) == ["manage.py", "changepassword", "liaison"]
    assert signed(["manage.py", "createsuperuser", "--email", "a@b.id", "--ticket=T-8"])[-1] == "a@b.id"

    assert [(row.target_id, row.why, row.after["arguments"]) for row in Change.objects.filter(target_kind="command").order_by("pk")] == [
        ("changepassword", "T-7", ["liaison"]),
        ("createsuperuser", "T-8", ["--email", "(an address)"]),
    ]
    with pytest.raises(CommandError, match="--ticket"):
        signed(["manage.py", "changepassword", "liaison"])
    assert signed(["manage.py", "changepassword", "--help"])[-1] == "--help"


def test_manage_py_is_that_door(committed: World, tmp_path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(tmp_path), "LAPOR_DEBUG": "0", "LAPOR_TLS": "0"}
    env |= {name: os.environ[name] for name in ("SECRET_KEY", "CASE_CODE_PEPPER", "VAULT_KEY", "VAULT_PUBLIC_KEY") if name in os.environ}

    def manage(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    for words in (("changepassword", "liaison"), ("issue_token", "liaison")):
        done = manage(*words)
        assert done.returncode == 1
        assert "--ticket" in done.stderr
    assert manage("issue_token", "liaison", "--ticket", "T-5").returncode == 0
    assert AuthToken.objects.count() == 1


# The switch


def test_the_switch_is_turned_told_and_turned_back(world: World, production: None, capsys: pytest.CaptureFixture[str]) -> None:
    until = (timezone.now() + timedelta(hours=2)).isoformat()

    call_command("read_only", "on", "--reason", "Pemeliharaan malam ini.", "--until", until, "--ticket", "T-3")
    capsys.readouterr()
    call_command("read_only", "status", "--json")
    told = json.loads(capsys.readouterr().out)
    call_command("read_only", "off", "--ticket", "T-4")

    assert (told["read_only"], told["reason"]) == (True, "Pemeliharaan malam ini.")
    assert datetime.fromisoformat(told["until"]) == datetime.fromisoformat(until)
    assert "everything works" in capsys.readouterr().out
    assert list(ReadOnlySwitch.objects.order_by("pk").values_list("is_on", "ticket")) == [(True, "T-3"), (False, "T-4")]
    assert list(Change.objects.filter(target_kind="command").order_by("pk").values_list("target_id", "why")) == [("read_only", "T-3"), ("read_only", "T-4")]


@pytest.mark.parametrize("words", [("on",), ("on", "--reason", "x", "--until", "kemarin"), ("on", "--reason", "x", "--until", "2020-01-01")])
def test_what_cannot_be_meant_is_told(world: World, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("read_only", *words)
    assert not ReadOnlySwitch.objects.exists()


def test_commands_that_write_about_cases_wait_and_those_that_look_do_not(world: World) -> None:
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason="x")
    places.forget_site()

    with pytest.raises(CommandError, match="read_only status"):
        call_command("expire")
    call_command("check_powers", "--json")
