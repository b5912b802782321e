"""The launcher: what it makes, what it refuses, whom it stops."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from lapor.launcher import binaries, house, keys, places, processes, stores, trial, up
from lapor.launcher.__main__ import main
from lapor.launcher.processes import Child, Kind, Nursery
from lapor.launcher.speech import Refused
from tests.lapor.launching import new_home

ROOT = Path(__file__).resolve().parents[2]

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [sys.executable, "-c", "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"]
NAP = Kind("nap", patience=5)
ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the services' account may enter, as /tmp/pytest-of-root is not."""
    made = Path(tempfile.mkdtemp(prefix="lapor-drill-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[places.Places]:
    """A home that nobody used yet, in an environment that says nothing else."""
    for name in (*keys.NAMES, "DATABASE_URL", "REDIS_URL", "LAPOR_ROLE", "LAPOR_DEBUG", "LAPOR_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LAPOR_HOME", str(folder / "home"))
    found = places.of_home()
    found.make()
    yield found
    shutil.rmtree(found.sockets, ignore_errors=True)


@pytest.fixture
def nursery(tmp_path: Path) -> Nursery:
    (tmp_path / "run").mkdir()
    (tmp_path / "log").mkdir()
    return Nursery(tmp_path / "run", tmp_path / "log")


def group(child: Child) -> list[int]:
    return [seen.pid for seen in processes.living() if seen.group == child.process.pid]


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


# --- places and keys ---


def test_a_home_holds_everything_and_its_secrets_are_for_us_alone(here: places.Places) -> None:
    made = keys.of_home(here)

    assert (here.data, here.sockets.parent) == (here.home / "data", places.SHORT)
    assert len(str(here.valkey_socket)) < 103
    assert set(made) == set(keys.NAMES)
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in here.keys.iterdir()} == dict.fromkeys(keys.NAMES, "0o600")
    assert keys.of_home(here) == made


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts services for another account")
def test_where_the_services_account_may_not_enter_the_data_lie_elsewhere_by_the_homes_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.chmod(0o700)
    monkeypatch.setenv("LAPOR_HOME", str(folder / "home"))
    found = places.of_home()

    assert found.data == places.PERSISTENT / found.sockets.name


def test_two_homes_share_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name in ("one", "two"):
        monkeypatch.setenv("LAPOR_HOME", str(folder / name))
        found.append(places.of_home())

    assert not {found[0].home, found[0].data, found[0].sockets} & {found[1].home, found[1].data, found[1].sockets}


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_PORT", port)

    with pytest.raises(Refused, match="LAPOR_PORT"):
        places.port()


def test_a_port_in_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("LAPOR_PORT", str(taken.getsockname()[1]))

        with pytest.raises(Refused, match="Set LAPOR_PORT to another one"):
            up.see_that_port_is_free()


def test_a_public_home_is_given_no_key_that_opens_the_vault(here: places.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_ROLE", "public")

    assert "VAULT_KEY" not in keys.of_home(here)


def test_a_lost_key_is_never_replaced(here: places.Places) -> None:
    keys.of_home(here)
    (here.keys / "VAULT_KEY").unlink()

    with pytest.raises(Refused, match="has lost VAULT_KEY"):
        keys.of_home(here)


def test_in_production_a_missing_secret_is_named_and_none_is_made(here: places.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_DEBUG", "0")
    monkeypatch.setenv("SECRET_KEY", "given")

    with pytest.raises(Refused, match="CASE_CODE_PEPPER, VAULT_KEY, VAULT_PUBLIC_KEY are not set"):
        keys.of_home(here)
    assert list(here.keys.iterdir()) == []


def test_half_a_given_pair_is_refused(here: places.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_PUBLIC_KEY", keys.fresh()["VAULT_PUBLIC_KEY"])

    with pytest.raises(Refused, match="are a pair"):
        keys.of_home(here)


def test_data_of_an_earlier_home_are_put_aside_and_kept(here: places.Places) -> None:
    stores.settle(here)
    (here.data / "postgres").mkdir()
    shutil.rmtree(here.home / "keys")
    (here.home / "name").unlink()

    stores.settle(here)

    assert not here.postgres.exists()
    assert [left.name.split(".")[0] for left in here.home.glob("data.*/postgres")] == ["postgres"]


def test_data_that_went_missing_are_told(here: places.Places) -> None:
    stores.settle(here)
    shutil.rmtree(here.data)
    here.make()

    with pytest.raises(Refused, match="no longer in"):
        stores.settle(here)


def test_a_folder_that_another_account_laid_first_is_not_used(here: places.Places) -> None:
    shutil.rmtree(here.sockets)
    here.sockets.symlink_to(here.home)
    try:
        with pytest.raises(Refused, match="belongs to somebody else"):
            here.make()
    finally:
        here.sockets.unlink()


def test_a_folder_without_postgresql_is_no_pg_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(Refused, match="PG_BIN"):
        binaries.postgres({})


# --- children ---


def test_a_child_is_stopped_with_all_it_started(nursery: Nursery) -> None:
    child = nursery.start(NAP, PARENT, env=ENV)
    until(lambda: len(group(child)) == 2)
    processes.stop_all([child])

    assert (group(child), list(nursery.marks.iterdir())) == ([], [])


def test_a_killed_childs_own_child_is_stopped_too(nursery: Nursery) -> None:
    child = nursery.start(NAP, PARENT, env=ENV)
    until(lambda: len(group(child)) == 2)
    child.process.kill()
    until(child.ended)
    child.bury()

    assert group(child) == []


def test_a_later_start_stops_the_orphans_of_an_earlier_one(nursery: Nursery) -> None:
    child = nursery.start(NAP, PARENT, env=ENV)
    until(lambda: len(group(child)) == 2)
    Nursery(nursery.marks, nursery.logs).recover([NAP])

    assert (group(child), child.process.wait(), list(nursery.marks.iterdir())) == ([], -signal.SIGTERM, [])


@pytest.mark.parametrize("lie", [{"began": 1.0}, {"boot": "another"}])
def test_a_stranger_with_the_same_number_is_left_alone(lie: Mapping[str, object], nursery: Nursery) -> None:
    child = nursery.start(NAP, SLEEP, env=ENV)
    child.mark.write_text(json.dumps({**json.loads(child.mark.read_text(encoding="ascii")), **lie}), encoding="ascii")
    nursery.recover([NAP])

    assert not child.ended()
    processes.stop_all([child])


def test_what_an_ended_child_said_last_is_kept(nursery: Nursery) -> None:
    child = nursery.start(NAP, [sys.executable, "-c", "print('broken'); raise SystemExit(3)"], env=ENV)
    until(child.ended)

    assert (child.process.returncode, child.last_words()) == (3, "broken")
    child.bury()


def test_a_child_that_falls_is_named_with_its_last_words(nursery: Nursery, capsys: pytest.CaptureFixture[str]) -> None:
    child = nursery.start(NAP, [sys.executable, "-c", "print('broken'); raise SystemExit(3)"], env=ENV)

    assert up._watch([child]) == 1
    assert "nap has ended by itself (code 3)" in (said := capsys.readouterr().err)
    assert "broken" in said
    child.bury()


def test_a_child_that_does_not_listen_is_killed(nursery: Nursery) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = nursery.start(Kind("deaf", patience=0.3), [sys.executable, "-c", deaf], env=ENV)
    until(lambda: child.last_words() == "deaf")
    processes.stop_all([child])

    assert child.process.returncode == -signal.SIGKILL


# --- holding a home ---


def test_a_home_is_held_once_and_says_by_whom(here: places.Places) -> None:
    first, second = house.House(here, "up"), house.House(here, "up")
    assert first.take()
    assert not second.take()

    with pytest.raises(Refused, match=f"already runs on {here.home} .process {os.getpid()}, http://127.0.0.1:8000/"):
        house.hold(here)

    first.close()
    assert house.holder(here) is None
    assert second.take()
    second.close()


def test_what_a_killed_launcher_said_of_itself_counts_no_more(here: places.Places) -> None:
    gone = subprocess.Popen(SLEEP)
    gone.kill()
    gone.wait()
    (here.marks / "holder.json").write_text(json.dumps({"pid": gone.pid, "kind": "up", "port": 1, "ready": True}), encoding="ascii")

    assert house.holder(here) is None


@pytest.mark.parametrize(
    ("arguments", "itself"),
    [
        ((), False),
        (("-m", "night"), False),
        (("-x", "tests/lapor"), False),
        (("-n4",), True),
        (("-n", "0"), True),
        (("-p", "no:xdist"), True),
        (("--pdb",), True),
    ],
)
def test_the_tests_run_in_parallel_unless_the_arguments_decide(arguments: Sequence[str], itself: bool) -> None:
    assert trial.decides_itself(arguments) is itself


def test_what_a_killed_run_of_the_tests_left_is_removed_and_a_living_one_is_not(tmp_path: Path) -> None:
    me = processes.alive(os.getpid())
    assert me is not None
    for name, began in (("living", me.began), ("killed", me.began - 1)):
        home = tmp_path / f"lapor-test-{name}" / "home"
        home.mkdir(parents=True)
        (home / "by.json").write_text(json.dumps({"pid": me.pid, "began": began, "boot": processes.boot()}), encoding="ascii")
    trial.sweep(tmp_path)

    assert [left.name for left in tmp_path.iterdir()] == ["lapor-test-living"]


# --- the whole of it, quickly; tests/drills has the long ones ---


def test_stdout_and_exit_code_are_the_commands_own_and_nothing_stays_behind() -> None:
    with new_home() as home:
        done = home.command("manage", "shell", "--no-imports", "-v0", "-c", "import sys; print('hello'); sys.exit(7)")
        asked = home.command("psql", "-XAtc", "SELECT current_user, count(*) > 10 FROM django_migrations")

        assert (done.stdout, done.returncode) == ("hello\n", 7), done.stderr
        assert "migrating" in done.stderr
        assert asked.stdout == "postgres|t\n"
        assert (home.family(), home.pids()) == (set(), {})


def test_a_start_in_production_without_secrets_is_one_sentence() -> None:
    with new_home() as home:
        home.secrets = {}
        done = home.command()

    assert done.returncode == 1
    assert "SECRET_KEY, CASE_CODE_PEPPER, VAULT_KEY, VAULT_PUBLIC_KEY are not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["upp"], ["up", "now"]])
def test_a_command_that_is_none_is_answered_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: ./run" in (said := capsys.readouterr()).err
    assert said.out == ""
