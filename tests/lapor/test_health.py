"""`/readyz` says which part is down, in time, and never falls itself."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery.signals import beat_init
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.test import RequestFactory
from django.utils import timezone

from lapor import celery, health
from officers.models import Notice
from officers.notices import EVENTS
from officers.services import notify
from tests.world import World


def asked() -> tuple[int, dict[str, Any]]:
    """The answer of /readyz: its status and its body."""
    response = health.readyz(RequestFactory().get("/readyz"))
    assert response["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.content)


def broken(why: Exception) -> Callable[[], dict[str, Any]]:
    def examine() -> dict[str, Any]:
        raise why

    return examine


def heard(at: datetime) -> None:
    """A worker hears a tick, as it does in life: elsewhere than where the question is asked."""
    thread = threading.Thread(target=lambda: cache.set(celery.TICK_KEY, at, timeout=None))
    thread.start()
    thread.join()


@pytest.fixture
def ticking(committed: World) -> World:
    """A system whose beat has just been heard."""
    heard(timezone.now())
    return committed


@pytest.fixture
def silent() -> Iterator[str]:
    """The port of a server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_healthz_asks_nobody() -> None:
    response: JsonResponse = health.healthz(RequestFactory().get("/healthz"))

    assert (response.status_code, json.loads(response.content)) == (200, {"ok": True})


def test_a_well_system_is_ready(ticking: World) -> None:
    status, body = asked()

    assert (status, body["ok"], body["down"]) == (200, True, [])
    assert set(body["parts"]) == {"database", "broker", "migrations", "beat", "notices"}
    assert all(part["ok"] for part in body["parts"].values())


@pytest.mark.parametrize("name", list(health.PARTS))
def test_a_part_that_breaks_is_named_and_the_others_still_answer(name: str, ticking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.PARTS[name], "examine", broken(psycopg.OperationalError("password=hunter2")))

    status, body = asked()

    assert (status, body["ok"], body["down"]) == (503, False, [name])
    assert body["parts"][name] == {"ok": False, "why": "OperationalError"}


def test_a_hanging_part_costs_its_time_limit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    check = health.Check(lambda: {"waited": release.wait(10)})
    began = time.monotonic()

    assert check.run(0.1)["why"] == "no answer within 0.1 s"
    assert check.run(0.1)["why"] == "no answer to the previous question yet"
    assert time.monotonic() - began < 2

    release.set()
    assert check.run(5) == {"ok": True, "waited": True}


def test_a_silent_broker_is_down_in_time(silent: str, ticking: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PART_SECONDS", 0.5)
    settings.REDIS_URL = f"redis://127.0.0.1:{silent}/0"
    began = time.monotonic()

    status, body = asked()

    assert (status, body["down"]) == (503, ["broker"])
    assert time.monotonic() - began < 5


def test_a_broker_that_is_gone_is_down(ticking: World, settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/gone.sock"

    assert asked()[1]["down"] == ["broker"]


def test_a_migration_that_is_missing_is_named(ticking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    applied = MigrationRecorder(connection).applied_migrations()
    last = next(key for key in health.newest_migrations() if key[0] == "complaints")
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: {key: row for key, row in applied.items() if key != last})

    status, body = asked()

    assert (status, body["down"]) == (503, ["migrations"])
    assert body["parts"]["migrations"]["why"] == f"not applied: {last[0]}.{last[1]}"


def test_a_beat_that_was_never_heard_is_down(committed: World) -> None:
    assert asked()[1]["parts"]["beat"] == {"ok": False, "why": "no tick yet"}


def test_a_beat_that_fell_silent_is_down(committed: World) -> None:
    heard(timezone.now() - timedelta(seconds=90))

    assert asked()[1]["parts"]["beat"]["why"].startswith("last tick 9")


@pytest.mark.parametrize(("minutes", "down"), [(5, []), (61, ["notices"])])
def test_a_notice_that_waits_too_long_is_told(minutes: int, down: list[str], ticking: World) -> None:
    notify(event=next(iter(EVENTS)), at=timezone.now() - timedelta(minutes=minutes), context={}, address_ref="complaint:0")

    status, body = asked()

    assert body["down"] == down
    assert status == (503 if down else 200)
    assert Notice.objects.filter(state="waiting").exists()


def test_a_tick_is_what_the_worker_hears(world: World) -> None:
    before = timezone.now()
    celery.tick()

    assert before <= cache.get(celery.TICK_KEY) <= timezone.now()


def test_beat_rings_as_it_starts() -> None:
    with celery.app.connection_for_read() as broker, broker.SimpleQueue(celery.app.conf.task_default_queue) as queue:
        queue.clear()
        beat_init.send(sender=None)
        message = queue.get(timeout=5)
        message.ack()

    assert message.headers["task"] == celery.tick.name
