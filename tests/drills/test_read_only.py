"""Read-only in real processes: the switch turned from outside is seen by a running server and a running worker."""

import os
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from complaints.models import Clock, Complaint, Reading
from tests.drills.test_outage import TYPED
from tests.server import ROOT, ask, database_url, serving
from tests.world import World


def manage(home: Path, *words: str) -> str:
    env = {**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(home)}
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout


def test_a_running_server_hears_the_switch_keeps_what_was_typed_and_goes_on(committed: World, tmp_path: Path) -> None:
    case = committed.to_state("in_progress")
    session = committed.login(Client(), "liaison").cookies["sessionid"].value
    sheet = f"/meja/{case.tracking_id}/disposisi/"
    cookie = f"csrftoken={'a' * 32}; sessionid={session}"
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        assert ask(f"{address}/meja/{case.tracking_id}/", None, Cookie=cookie)[0] == 200
        manage(tmp_path, "read_only", "on", "--reason", "Pemeliharaan malam ini.")
        refused, page, headers = ask(f"{address}/lapor/", TYPED)
        read, desk, _headers = ask(f"{address}/meja/{case.tracking_id}/", None, Cookie=cookie)
        slipped, told, _headers = ask(f"{address}{sheet}", None, Cookie=cookie)  # a page whose reading is a row: the database itself refuses it
        ready, parts, _headers = ask(f"{address}/readyz")
        manage(tmp_path, "read_only", "off")
        sent, _receipt, _headers = ask(f"{address}/lapor/", TYPED)
        printed, _pdf = _status(f"{address}{sheet}", {"Cookie": cookie})

    assert (refused, headers["Retry-After"]) == (503, "300")
    assert TYPED["body"] in page
    assert (read, "Pemeliharaan malam ini." in desk) == (200, True)
    assert (slipped, "Pemeliharaan malam ini." in told) == (503, True)
    assert '"read_only": true' in parts
    assert ready in {200, 503}  # no beat rings here
    assert (sent, printed) == (200, 200)
    assert Complaint.objects.count() == 2
    assert Reading.objects.filter(what="disposition_sheet").count() == 1


def _status(url: str, headers: dict[str, str]) -> tuple[int, int]:
    """(status, length) of an answer that is no text."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:  # noqa: S310 - our own server
        return answer.status, len(answer.read())


@pytest.mark.night
def test_a_running_worker_pauses_and_loses_nothing(committed: World, tmp_path: Path) -> None:
    case = committed.to_state("awaiting_reporter")
    clocks = Clock.objects.filter(complaint=case)
    clocks.exclude(key="reporter_reply").update(due_at=timezone.now() + timedelta(days=9))
    clocks.filter(key="reporter_reply").update(due_at=timezone.now() - timedelta(minutes=1))
    env = {**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(tmp_path)}
    manage(tmp_path, "read_only", "on", "--reason", "Pemeliharaan malam ini.")
    worker = subprocess.Popen([sys.executable, "-m", "celery", "-A", "lapor", "worker", "-c", "1", "-l", "warning"], cwd=ROOT, env=env)
    try:
        ring = "from lapor.celery import app; app.send_task('complaints.expire')"
        manage(tmp_path, "shell", "--no-imports", "-c", ring)
        time.sleep(12)
        paused = Complaint.objects.get(pk=case.pk).state
        manage(tmp_path, "read_only", "off")
        manage(tmp_path, "shell", "--no-imports", "-c", ring)
        until = time.monotonic() + 60
        while Complaint.objects.get(pk=case.pk).state != "closed" and time.monotonic() < until:
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait(30)

    assert paused == "awaiting_reporter"
    assert Complaint.objects.get(pk=case.pk).state == "closed"
