"""PostgreSQL or Valkey away: a friendly answer that keeps what was typed, and a receipt all the same."""

import html
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg import sql

from complaints.models import Complaint
from tests.server import ROOT, ask, database_url, serving
from tests.world import World

DEAD = {"database": "postgresql://lapor@/lapor?host=/nonexistent", "cache": "unix:///nonexistent/valkey.sock"}
TYPED = {
    "classification": "complaint",
    "title": "Lampu jalan padam di depan pasar",
    "body": "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.",
    "consent": "on",
    "langkah": "kirim",
}


def test_without_postgresql_the_citizen_gets_back_what_was_typed(tmp_path: Path) -> None:
    with serving(tmp_path, DATABASE_URL=DEAD["database"]) as address:
        status, page, headers = ask(f"{address}/lapor/", {**TYPED, "idempotency_key": str(uuid.uuid4())})
        ready, parts, _headers = ask(f"{address}/readyz")
        api, problem, api_headers = ask(f"{address}/api/v1/complaints/")

    assert (status, headers["Retry-After"]) == (503, "30")
    assert TYPED["title"] in page
    assert TYPED["body"] in page
    assert ready == 503
    assert "database" in parts
    assert (api, api_headers["Content-Type"]) == (503, "application/problem+json")
    assert "unavailable" in problem


def test_without_valkey_the_receipt_comes_and_the_mail_follows(committed: World, tmp_path: Path) -> None:
    form = {**TYPED, "contact_email": "zz9@contoh.invalid", "idempotency_key": str(uuid.uuid4())}
    with serving(tmp_path, DATABASE_URL=database_url(), REDIS_URL=DEAD["cache"]) as address:
        status, page, _headers = ask(f"{address}/lapor/", form)
        ready, parts, _headers = ask(f"{address}/readyz")

    complaint = Complaint.objects.get()
    assert status == 200
    assert complaint.tracking_id in page
    assert ready == 503
    assert "broker" in parts
    env = {**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "manage.py", "deliver"], cwd=ROOT, env=env, check=True, capture_output=True)
    assert "zz9@contoh.invalid" in next((tmp_path / "mail").glob("*.eml")).read_text()


def test_without_valkey_nobody_logs_in_but_everybody_is_told_kindly(committed: World, tmp_path: Path) -> None:
    """Tries cannot be counted then, so none is taken; whoever is logged in works on."""
    with serving(tmp_path, DATABASE_URL=database_url(), REDIS_URL=DEAD["cache"]) as address:
        status, page, headers = ask(f"{address}/masuk/", {"login": "liaison", "password": "salah-sekali-kata-sandinya"})

    assert (status, headers["Retry-After"]) == (503, "30")
    assert "salah-sekali-kata-sandinya" not in page


@pytest.mark.night
def test_a_database_that_dies_under_a_running_server_costs_nobody_a_word(committed: World, tmp_path: Path) -> None:
    """The owner of the cluster throws everybody out and lets nobody in, as a server that fell does."""
    session = committed.login(Client(), "liaison").cookies["sessionid"].value
    cookie = f"csrftoken={'a' * 32}; sessionid={session}; bahasa=en"
    form = {**TYPED, "idempotency_key": str(uuid.uuid4())}
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        assert ask(f"{address}/meja/", None, Cookie=cookie)[0] == 200
        with nobody_enters():
            lost, page, headers = ask(f"{address}/lapor/", form)
            away, english, _headers = ask(f"{address}/lapor/", form, Cookie=f"csrftoken={'a' * 32}; bahasa=en")
            alive = ask(f"{address}/healthz")[0]
        again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        sent, receipt, _headers = ask(f"{address}/lapor/", {name: html.unescape(value) for name, value in again.items()})
        desk = ask(f"{address}/meja/", None, Cookie=cookie)[0]

    assert (lost, headers["Retry-After"], away, alive) == (503, "30", 503, 200)
    assert {**TYPED, "idempotency_key": form["idempotency_key"]}.items() <= again.items()
    assert english.index("Please try again in a few minutes") < english.index("Silakan coba lagi beberapa menit lagi")
    assert (sent, desk) == (200, 200)
    assert Complaint.objects.get().tracking_id in receipt


@contextmanager
def nobody_enters() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(os.environ["LAPOR_OWNER_URL"], autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        try:
            owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [name])
            yield
        finally:
            owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(name)))
