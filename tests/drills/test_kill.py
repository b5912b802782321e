"""Sweeps killed with -9 in the middle: nothing is lost, nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from complaints.models import Clock, Complaint, Transition
from complaints.services import verify
from monitoring.ladder import CLIMBS
from monitoring.models import Escalation, Measured, Stock, Summary, Tally
from monitoring.services import measure, recount
from officers.models import Notice
from officers.services import Message, notify_many
from tests.world import ANSWER, World

ROOT = Path(__file__).resolve().parents[2]


def manage(home: Path, *args: str) -> "subprocess.Popen[bytes]":
    """A manage.py command of its own process."""
    return python(home, "manage.py", *args)


WATCHING = """
import sys, django
django.setup()
from django.core.management import call_command
import monitoring.services
for name, size in (("watch", 7), ("digest", 3)):
    sys.modules[f"monitoring.services.{name}"].BATCH = size
call_command("watch", "--at", sys.argv[1])
"""


def watching(home: Path, at: str) -> "subprocess.Popen[bytes]":
    """`manage.py watch` in batches of seven, so that a few cases are many batches."""
    return python(home, "-c", WATCHING, at)


def python(home: Path, *args: str) -> "subprocess.Popen[bytes]":
    """A process of its own on the test's database, its mails under `home`."""
    settings = connection.settings_dict
    dsn = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST'] or settings['OPTIONS'].get('host', '')}"
    env = {**os.environ, "DATABASE_URL": dsn, "LAPOR_HOME": str(home), "EMAIL_URL": ""}
    return subprocess.Popen([sys.executable, *args], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_when(process: "subprocess.Popen[bytes]", reached: Any) -> None:
    """-9 as soon as the sweep has begun its work."""
    end = time.monotonic() + 60
    while process.poll() is None and not reached() and time.monotonic() < end:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("after", [1, 40])
def test_deliver_killed_midway_loses_and_doubles_no_mail(committed: World, tmp_path: Path, after: int) -> None:
    messages = [Message("desk_received", {"number": str(n), "holder": "x", "desk_url": "x"}, recipient_id=committed.user("admin").pk) for n in range(120)]
    notices = notify_many(messages, at=committed.at)
    mails = tmp_path / "mail"

    kill_when(manage(tmp_path, "deliver", "--at", "2026-11-03"), lambda: mails.exists() and len(list(mails.glob("*.eml"))) >= after)
    sent_before = Notice.objects.filter(state="sent").count()
    assert manage(tmp_path, "deliver", "--at", "2026-11-03").wait() == 0

    files = list(mails.glob("*.eml"))
    assert sent_before < len(notices)
    assert Notice.objects.filter(state="sent").count() == len(notices) == len(files)
    found = Counter(line for file in files for line in file.read_text().splitlines() if line.lower().startswith("message-id:"))
    assert set(found.values()) == {1}
    assert not [file for file in mails.iterdir() if file.suffix != ".eml" and not file.name.startswith(".")]


def test_expire_killed_midway_and_run_beside_itself_takes_each_step_once(committed: World, tmp_path: Path) -> None:
    for _n in range(12):
        committed.to_state("awaiting_reporter")
        committed.to_state("awaiting_completion", incident_region=None)
    at = (committed.at + timedelta(days=45)).isoformat()

    for _try in range(3):
        process = manage(tmp_path, "expire", "--at", at)
        kill_when(process, lambda: Transition.objects.filter(kind__in=("lapse", "close_by_silence")).exists())
    together = [manage(tmp_path, "expire", "--at", at) for _n in range(2)]

    assert [process.wait() for process in together] == [0, 0]
    assert Complaint.objects.filter(state="closed", closure_kind="auto_no_reply").count() == 12
    assert Complaint.objects.filter(state="archived", archive_reason="not_completed").count() == 12
    assert Transition.objects.filter(kind__in=("lapse", "close_by_silence")).count() == 24
    assert verify()[1] == []


def is_waiting() -> bool:
    """Somebody waits for a lock of this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database() AND NOT granted)")
        (found,) = cursor.fetchone()
    return bool(found)


def kill_at(process: "subprocess.Popen[bytes]", table: str, mode: str, after: int) -> bool:
    """-9 where the sweep wants its lock on a table, once so many rungs are written; whether it got there."""
    end = time.monotonic() + 60
    while Escalation.objects.count() < after and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
        while not is_waiting() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        reached = process.poll() is None and is_waiting()
        process.send_signal(signal.SIGKILL)
        process.wait()
    return reached


# Where a sweep is killed: before it takes its lock on a table, in the first batch or after so many rungs.
POINTS = {
    "before the claim": ("complaints_clock", "EXCLUSIVE", 0),
    "claimed, nothing written": ("monitoring_escalation", "SHARE", 0),
    "written, clocks not moved on": ("complaints_clock", "SHARE", 0),
    "clocks moved on, nobody told": ("officers_notice", "SHARE", 0),
    "before a later claim": ("complaints_clock", "EXCLUSIVE", 40),
    "a later batch claimed": ("monitoring_escalation", "SHARE", 40),
    "a later batch written": ("complaints_clock", "SHARE", 60),
    "a later batch moved on": ("officers_notice", "SHARE", 60),
    "summaries not begun": ("monitoring_summary", "SHARE", 0),
    "cases read": ("complaints_complaint", "EXCLUSIVE", 40),
}
BY_DEFAULT = {"written, clocks not moved on", "a later batch moved on"}


@pytest.mark.parametrize("point", [point if point in BY_DEFAULT else pytest.param(point, marks=pytest.mark.night) for point in POINTS])
def test_watch_killed_at_a_marked_point_raises_and_tells_everything_once(committed: World, tmp_path: Path, point: str) -> None:
    cases = [committed.to_state("awaiting_followup") for _n in range(12)]
    at = "2027-01-04T09:00+07:00"  # a Monday after day 60

    assert kill_at(watching(tmp_path, at), *POINTS[point])
    together = [watching(tmp_path, at) for _n in range(2)]
    assert [process.wait() for process in together] == [0, 0]

    rows = Escalation.objects.order_by("pk")
    climbs = {"first_response": 4, "resolution_non_oversight": 4, "statutory_60": 2, "silence": 1}
    assert Counter(rows.values_list("key", flat=True)) == {key: count * len(cases) for key, count in climbs.items()}
    for clock in Clock.objects.running().filter(key__in=CLIMBS):
        assert list(rows.filter(clock=clock).values_list("rung", flat=True)) == list(CLIMBS[clock.key])
    assert Notice.objects.filter(event="case_day_60").count() == len(cases)
    told = list(Notice.objects.filter(event="desk_ladder").values_list("recipient__username", flat=True))
    assert len(told) == len(set(told))
    assert {"liaison", "superior", "accountable", "ombudsman"} <= set(told)
    assert not Summary.objects.filter(until_id__lt=rows.last().pk, user__username__in=told).exists()  # type: ignore[union-attr]


MEASURING = """
import sys, django
django.setup()
from django.core.management import call_command
import monitoring.services
sys.modules["monitoring.services.measure"].BATCH = 3
call_command("measure", "--at", sys.argv[1])
"""

# Where the counting is killed: before its lock on a table, once so many reports are counted.
COUNTING = {
    "before the first facts": ("monitoring_fact", 0),
    "facts written, tallies not": ("monitoring_tally", 0),
    "days written, months not": ("monitoring_monthtally", 3),
    "a later batch, not marked": ("monitoring_measured", 6),
    "counted, not on record how far": ("monitoring_lowwater", 12),
    "in the middle of the days": ("monitoring_stock", 12),
}


@pytest.mark.parametrize(
    "point",
    [point if point == "days written, months not" else pytest.param(point, marks=pytest.mark.night) for point in COUNTING],
)
def test_measure_killed_at_a_marked_point_loses_and_doubles_nothing(committed: World, tmp_path: Path, point: str) -> None:
    for state in ("at_city", "in_progress", "awaiting_reporter", "closed"):
        for _number in range(3):
            committed.to_state(state)
    measure(at=committed.at)
    for complaint in Complaint.objects.filter(state="in_progress"):
        committed.step(complaint, "answer", "liaison", at=committed.at + timedelta(days=3), **ANSWER)
    for _number in range(9):
        committed.to_state("awaiting_followup")
    table, after = COUNTING[point]
    later = (committed.at + timedelta(days=20)).isoformat()
    counted = Measured.objects.count() if after else 0

    assert kill_measure(python(tmp_path, "-c", MEASURING, later), table, counted + max(0, after - 6))
    together = [python(tmp_path, "-c", MEASURING, later) for _n in range(2)]
    assert [process.wait() for process in together] == [0, 0]

    found = recount(check=True)
    assert (found.examples, dict(found.counts), found.waiting, found.reports) == ([], {}, 0, 21)
    assert sum(Tally.objects.filter(institution=committed.nation, measure="received", dim="").values_list("n", flat=True)) == 21
    days = Stock.objects.filter(institution=committed.nation, measure="open", dim="").order_by("day")
    assert list(days.values_list("n", flat=True))[2:] == [18] * 18


def kill_measure(process: "subprocess.Popen[bytes]", table: str, after: int) -> bool:
    """-9 where the sweep wants to write to a table, once so many reports are marked; whether it got there."""
    end = time.monotonic() + 60
    while Measured.objects.count() < after and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        while not is_waiting() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        reached = process.poll() is None and is_waiting()
        process.send_signal(signal.SIGKILL)
        process.wait()
    return reached
