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
from django.db import connection

from complaints.models import Complaint, Transition
from complaints.services import verify
from officers.models import Notice
from officers.services import Message, notify_many
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


def manage(home: Path, *args: str) -> "subprocess.Popen[bytes]":
    """A manage.py command of its own process on the test's database, its mails under `home`."""
    settings = connection.settings_dict
    dsn = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST'] or settings['OPTIONS'].get('host', '')}"
    env = {**os.environ, "DATABASE_URL": dsn, "LAPOR_HOME": str(home), "EMAIL_URL": ""}
    return subprocess.Popen([sys.executable, "manage.py", *args], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


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
