"""Fifty officers' browsers at once on one case: one step is taken, the others are told that it moved on."""

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread
from django.utils import timezone

from complaints.models import Transition
from officers import services as officers
from tests.world import World

THREADS = 50


class Listener(ThreadedWSGIServer):
    request_queue_size = 2 * THREADS  # all fifty knock in the same instant


class Server(LiveServerThread):
    server_class = Listener


@pytest.fixture
def address(committed: World) -> Iterator[str]:
    """A real HTTP server on the committed country."""
    server = Server("127.0.0.1", lambda _app: WSGIHandler())  # type: ignore[arg-type]
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def race(world: World, address: str) -> tuple[Counter[int], int]:
    """The answers by status, and how many events the case got."""
    complaint = world.to_state("at_city")
    before = Transition.objects.filter(complaint=complaint).count()
    tokens = [officers.issue_token(name, at=timezone.now()) for name in ("admin", "admin2")]
    bodies: list[dict[str, Any]] = [
        {"action": "dispose_to_unit", "target": "kota-uji-dpu"},
        {"action": "archive", "reason": "too_general", "text": "Terlalu umum."},
        {"action": "handle"},
        {"action": "pend", "reason": "incomplete", "items": ["Foto"]},
        {"action": "return_upward", "text": "Bukan kami."},
    ]
    url, barrier, answers = f"{address}/api/v1/complaints/{complaint.tracking_id}/steps/", threading.Barrier(THREADS), Counter[int]()

    def send(number: int) -> None:
        body = {**bodies[number % len(bodies)], "version": complaint.version}
        headers = {"Authorization": f"Token {tokens[number % 2]}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own server
        barrier.wait()
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                answers[response.status] += 1
        except urllib.error.HTTPError as error:
            answers[error.code] += 1

    threads = [threading.Thread(target=send, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, Transition.objects.filter(complaint=complaint).count() - before


def test_of_fifty_conflicting_steps_one_wins_and_49_are_told(committed: World, address: str) -> None:
    answers, events = race(committed, address)

    assert answers == Counter({200: 1, 409: THREADS - 1})
    assert events == 1
    connections.close_all()


@pytest.mark.night
def test_twenty_rounds_of_fifty(committed: World, address: str) -> None:
    for _round in range(20):
        answers, events = race(committed, address)
        assert (answers, events) == (Counter({200: 1, 409: THREADS - 1}), 1)
    connections.close_all()
