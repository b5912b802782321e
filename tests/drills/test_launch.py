"""`./run` itself, started, interrupted, killed and started again: it always stops whole, and always recovers alone."""

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lapor.launcher.processes import command_of, living
from tests.lapor.launching import READY, Home, new_home

pytestmark = pytest.mark.night

PARTS = ("web", "beat", "worker", "valkey", "postgres")


@pytest.fixture(scope="module")
def kept() -> Iterator[Home]:
    """A home with the reference data, whose first start was interrupted in the middle of them."""
    with new_home() as home:
        home.start()
        assert home.hears("loading reference data"), home.words()
        assert home.end(signal.SIGINT) == 0
        assert "beginning again with an empty database" in home.up()
        assert home.end() == 0
        yield home


@pytest.fixture
def home(kept: Home) -> Iterator[Home]:
    yield kept
    kept.end()


def readyz(home: Home) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{home.port}/readyz", timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def institutions(home: Home) -> str:
    """What a joined command answers on its stdout."""
    done = home.command("psql", "-XAtc", "SELECT slug FROM institutions_institution")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_stops_every_part(home: Home, number: signal.Signals) -> None:
    began = time.monotonic()
    home.up()
    seconds = time.monotonic() - began
    assert readyz(home)["down"] == []
    family = home.family()

    assert home.end(number) == 0

    assert len(family) > len(PARTS)
    assert home.family() == set()
    assert seconds < 30
    assert home.words().rstrip().endswith("stopped")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_crashes_is_named_and_stops_the_rest(home: Home, part: str) -> None:
    home.up()

    os.kill(home.pids()[part], signal.SIGKILL)
    code = home.process.wait(120) if home.process else 0

    assert code == 1
    assert f"{part} has ended by itself (code -9)" in home.words()
    assert home.family() == set()
    assert not home.sockets().exists()
    home.up()


def test_orphans_of_a_killed_launcher_are_ended_by_the_next_start(home: Home) -> None:
    home.up()
    before = home.pids()

    home.end(signal.SIGKILL)
    said = home.up()

    assert all(f"{part} of an earlier start still runs: stopped" in said for part in PARTS)
    assert set(before.values()).isdisjoint(home.pids().values())
    assert institutions(home) == "nasional\n"


def test_after_a_kill_of_everything_the_next_start_recovers_alone(home: Home) -> None:
    home.up()

    for pid in sorted(home.family() | {home.pids()["holder"]}):
        os.kill(pid, signal.SIGKILL)
    home.end()
    home.up()

    assert readyz(home)["down"] == []
    assert institutions(home) == "nasional\n"


def test_a_second_start_on_the_same_home_is_refused_and_harms_nothing(home: Home) -> None:
    home.up()

    second = home.command("up", LAPOR_PORT="1024")

    assert second.returncode == 1
    assert f"already runs on {home.path}" in second.stderr
    assert readyz(home)["ok"]


def test_commands_join_a_running_house_and_leave_it_running(home: Home) -> None:
    home.up()
    family = home.pids()

    counted = home.command("manage", "shell", "--no-imports", "-c", "from institutions.models import Region; print(Region.objects.count())")

    assert (counted.returncode, counted.stdout.strip().isdecimal()) == (0, True)
    assert home.pids() == family
    assert institutions(home) == "nasional\n"


def test_a_command_interrupted_by_sigterm_stops_what_it_started(home: Home) -> None:
    line = ["manage", "shell", "--no-imports", "-c", "import sys, time; print('here', flush=True); time.sleep(600)"]
    with home.spawned(*line) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"

        process.send_signal(signal.SIGTERM)

        assert process.wait(60) != 0
    assert home.family() == set()


def test_two_homes_stand_side_by_side(home: Home) -> None:
    with new_home() as other:
        home.up()
        other.up()

        assert readyz(home)["ok"]
        assert readyz(other)["ok"]
        assert home.end() == 0
        assert readyz(other)["ok"]
        assert READY in other.words()


def test_a_run_of_the_tests_that_is_interrupted_leaves_no_service(home: Home, tmp_path: Path) -> None:
    told, waiting = tmp_path / "told", tmp_path / "test_waiting.py"
    waiting.write_text(
        f"import os, pathlib, time\n\ndef test_waiting():\n    pathlib.Path({str(told)!r}).write_text(os.environ['LAPOR_HOME'])\n    time.sleep(600)\n",
        encoding="utf-8",
    )
    with home.spawned("test", "-n0", "-p", "no:cacheprovider", str(waiting)) as process:
        while process.poll() is None and not (told.exists() and told.read_text(encoding="utf-8")):
            time.sleep(0.1)
        folder = Path(told.read_text(encoding="utf-8")).parent
        assert folder.exists()

        process.send_signal(signal.SIGTERM)

        assert process.wait(60) != 0
    assert not folder.exists()
    assert not [seen for seen in living() if str(folder) in command_of(seen.pid)]
