"""Is the system well: whether the process answers (`/healthz`), and whether every part does (`/readyz`)."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import cache as store
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from redis import Redis

from institutions.services import site_now
from lapor.celery import TICK_KEY
from officers.models import waiting_since

LOG = logging.getLogger(__name__)
PART_SECONDS = 3.0
TICK_AGE = timedelta(seconds=60)  # six times the distance of two ticks


class Down(Exception):
    """A part answers, but it is not well; the text says why."""


class Check:
    """One part's examination, in a thread of its own so that a hanging part costs its time limit and no more.

    While an examination hangs, the next one waits for it instead of starting another thread.
    """

    def __init__(self, examine: Callable[[], dict[str, Any]]) -> None:
        self.examine = examine
        self.busy = threading.Lock()

    def run(self, seconds: float) -> dict[str, Any]:
        """`{"ok": ..., ...}`; never an exception."""
        if not self.busy.acquire(timeout=seconds):
            return {"ok": False, "why": "no answer to the previous question yet"}
        answer: list[dict[str, Any]] = []
        thread = threading.Thread(target=self._ask, args=(answer,), daemon=True, name="health")
        thread.start()
        thread.join(seconds)
        return answer[0] if answer else {"ok": False, "why": f"no answer within {seconds:g} s"}

    def _ask(self, answer: list[dict[str, Any]]) -> None:
        try:
            answer.append({"ok": True, **self.examine()})
        except Down as down:
            answer.append({"ok": False, "why": str(down)})
        except Exception as error:  # noqa: BLE001 - whatever is broken, the answer is that it is broken
            LOG.warning("health check failed: %s", error)
            answer.append({"ok": False, "why": type(error).__name__})
        finally:
            connection.close()
            self.busy.release()


def database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def broker() -> dict[str, Any]:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=PART_SECONDS, socket_connect_timeout=PART_SECONDS) as client:
        client.ping()
    return {}


@cache
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of every app, as the files have it; they do not change while the process lives."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def migrations() -> dict[str, Any]:
    missing = newest_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise Down("not applied: " + ", ".join(sorted(f"{app}.{name}" for app, name in missing)))
    return {}


def beat() -> dict[str, Any]:
    last: datetime | None = store.get(TICK_KEY)
    if last is None:
        raise Down("no tick yet")
    age = timezone.now() - last
    if age > TICK_AGE:
        raise Down(f"last tick {age.total_seconds():.0f} s ago")
    return {"tick_seconds": round(age.total_seconds())}


def notices() -> dict[str, Any]:
    now = timezone.now()
    oldest = waiting_since(now)
    seconds = round((now - oldest).total_seconds()) if oldest else 0
    if site_now().read_only is None and seconds > settings.READY_NOTICE_MINUTES * 60:
        raise Down(f"the oldest unsent notice is {seconds} s late")
    return {"oldest_unsent_seconds": seconds}


PARTS = {part.__name__: Check(part) for part in (database, broker, migrations, beat, notices)}


def mode() -> dict[str, Any]:
    """Whether the system can only be read, and until when that is promised."""
    switch = site_now().read_only
    return {"read_only": switch is not None, "until": switch.until.isoformat() if switch is not None and switch.until else None}


MODE = Check(mode)


def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return _uncached(JsonResponse({"ok": True}))


def readyz(_request: HttpRequest) -> JsonResponse:
    """Every part, all asked at the same time; 503 when one is not well, with its name under `down`.

    Read-only is told and is no fault: the pages are to be read, so whoever shares out requests must go on.
    """
    answers: dict[str, dict[str, Any]] = {}
    threads = [threading.Thread(target=lambda name=name: answers.update({name: PARTS[name].run(PART_SECONDS)})) for name in PARTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    down = [name for name in PARTS if not answers[name]["ok"]]
    mode = MODE.run(PART_SECONDS)
    body = {"ok": not down, "down": down, "read_only": mode.get("read_only"), "until": mode.get("until"), "parts": {name: answers[name] for name in PARTS}}
    return _uncached(JsonResponse(body, status=503 if down else 200))


def _uncached(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response
