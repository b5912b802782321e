"""What is measured: each work beside its floor, with the ratio that it must reach and the statements that it may take."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from complaints.models import Complaint
from complaints.workflow import State
from institutions.models import Limit, Region, Topic
from officers import services as officers
from officers import sessions
from officers.actors import actor_for
from officers.models import User

from .load import Ask

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = "Lampu jalan di depan pasar sudah tiga minggu mati, sehingga gelap dan rawan kecelakaan pada malam hari. Mohon segera diperbaiki. "
Maker = Callable[[int], Ask]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request: `ask` makes the n-th; `floor` names the work it is measured against."""

    name: str
    ask: Maker
    floor: str = ""
    goal: float = 0.0  # of the floor's requests a second
    budget: int = 0  # statements an answer may take
    wanted: int = 200
    sql: str = ""  # a path whose own longest query is timed alone


class Scene:
    """Who asks for what: officers with sessions and tokens, cases to look at, a village to report from."""

    def __init__(self) -> None:
        Limit.objects.filter(key__startswith="submit_per").update(value=10**9)  # one client sends everything here
        self.liaison, self.admin, self.nation = (User.objects.get(username=name) for name in ("penghubung", "admin.instansi", "admin.nasional"))
        self.token = officers.issue_token("penghubung", at=timezone.now())
        self.unit = self.liaison.appointments.get().institution
        rows = Complaint.objects.allowing("progress", actor_for(self.liaison, at=timezone.now()))
        self.open = list(rows.filter(state=State.IN_PROGRESS).values_list("tracking_id", "pk")[:500])
        self.public = list(Complaint.objects.public().order_by("-published_at").values_list("tracking_id", "pk")[:2000])
        self.rows = list(Complaint.objects.order_by("pk").values_list("pk", flat=True)[:2000])
        self.busiest = Complaint.objects.open().values_list("holder").annotate(n=Count("pk")).order_by("-n")[0][0]
        self.village = Region.objects.filter(level=Region.Level.VILLAGE).order_by("pk")[0].pk
        self.topic = Topic.objects.filter(parent__isnull=False, valid_to=None).order_by("pk")[0].pk
        self.sessions = {user.username: session(user) for user in (self.liaison, self.admin, self.nation)}

    def cookie(self, username: str) -> dict[str, str]:
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.sessions[username]}"}

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}", **JSON}


def session(user: User) -> str:
    """A session as the log-in leaves it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.update(sessions.proved(user, at=timezone.now()))
    store.save()
    return str(store.session_key)


def told(scene: Scene, n: int) -> dict[str, Any]:
    return {
        "classification": "complaint", "title": f"Lampu jalan mati di depan pasar {n}", "body": TEXT * 3, "incident_date": "2026-11-01",
        "incident_region": scene.village, "incident_place": "depan pasar", "topic": scene.topic, "is_anonymous": False, "is_secret": False,
        "contact": {"name": "Warga Uji", "email": "warga@contoh.invalid"}, "consent": True,
    }  # fmt: skip


def intake(scene: Scene) -> list[Work]:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/lapor/", HTTP_HOST="127.0.0.1").content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    cookies = {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())}

    def html(n: int) -> Ask:
        given = told(scene, n)
        contact = {f"contact_{name}": value for name, value in given.pop("contact").items()}
        plain = {name: value for name, value in given.items() if isinstance(value, str)}
        fields = {**plain, **contact, "consent": "on", "csrfmiddlewaretoken": token, "langkah": "kirim", "idempotency_key": str(uuid.uuid4())}
        return Ask("/lapor/", "POST", {**FORM, **cookies}, urlencode(fields).encode())

    return [
        Work("floor: REST framework and a bare insert", lambda n: Ask("/floor/insert/", "POST", JSON, packed(told(scene, n))), wanted=201),
        Work("file a report (API)", lambda n: Ask("/api/v1/complaints/", "POST", JSON, packed(told(scene, n))), "floor", 0.5, 12, 201),
        Work("file a report (HTML)", html, "floor", 0.35, 14),
    ]


def queue(scene: Scene) -> list[Work]:
    def page(username: str, path: str) -> Maker:
        headers = scene.cookie(username)
        return lambda _n: Ask(path, headers=headers)

    return [
        Work("floor: REST framework, 50 rows, one query", lambda _n: Ask(f"/floor/list/{scene.busiest}/", headers=JSON)),
        Work("queue of a unit (HTML)", page("penghubung", "/meja/"), "floor", 0.35, 6, sql="penghubung"),
        Work("queue of an institution (HTML)", page("admin.instansi", "/meja/"), "floor", 0.35, 6, sql="admin.instansi"),
        Work("queue of the nation (HTML)", page("admin.nasional", "/meja/"), "floor", 0.35, 6, sql="admin.nasional"),
        Work("queue of a unit (API)", lambda _n: Ask("/api/v1/complaints/", headers=scene.key), "floor", 0.5, 6),
        Work("filtered queue of the nation", page("admin.nasional", "/meja/?classification=complaint&state=in_progress"), "floor", 0.3, 8),
        Work("searched queue of the nation", page("admin.nasional", "/meja/?q=lampu+jalan"), "floor", 0.3, 8),
    ]


def detail(scene: Scene) -> list[Work]:
    numbers, rows = [number for number, _pk in scene.open], scene.rows
    headers = scene.cookie("penghubung")
    return [
        Work("floor: one row", lambda n: Ask(f"/floor/row/{rows[n % len(rows)]}/")),
        Work("officer's report page", lambda n: Ask(f"/meja/{numbers[n % len(numbers)]}/", headers=headers), "floor", 0.15, 12),
        Work("officer's report (API)", lambda n: Ask(f"/api/v1/complaints/{numbers[n % len(numbers)]}/", headers=scene.key), "floor", 0.15, 12),
    ]


def step(scene: Scene) -> list[Work]:
    numbers, rows = cycle([number for number, _pk in reversed(scene.open)]), scene.rows  # from the end: each step makes a history longer
    body = packed({"action": "progress", "text": TEXT})
    return [
        Work("floor: REST framework, one change and three inserts", lambda n: Ask(f"/floor/step/{rows[n % len(rows)]}/", "POST", JSON, body)),
        Work("one step (API)", lambda _n: Ask(f"/api/v1/complaints/{next(numbers)}/steps/", "POST", scene.key, body), "floor", 0.5, 15),
    ]


def public(scene: Scene) -> list[Work]:
    numbers, rows = [number for number, _pk in scene.public], scene.rows
    fresh = cycle(numbers[20:])  # goes on where the turn before ended: what was drawn a moment ago is kept
    return [
        Work("floor: one row", lambda n: Ask(f"/floor/row/{rows[n % len(rows)]}/")),
        Work("public report, seen before", lambda n: Ask(f"/laporan/{numbers[n % 20]}/"), "floor", 0.7, 2),
        Work("public report, new to all", lambda _n: Ask(f"/laporan/{next(fresh)}/"), "floor", 0.3, 8),
        Work("public list", lambda _n: Ask("/laporan/"), "floor", 0.3, 4),
        Work("public search", lambda _n: Ask("/laporan/?q=lampu+jalan"), "floor", 0.1, 4),
        Work("floor: a bare answer", lambda _n: Ask("/floor/bare/")),
    ]


def packed(value: Any) -> bytes:
    return json.dumps(value).encode()


WORKS: dict[str, Callable[[Scene], list[Work]]] = {"intake": intake, "queue": queue, "detail": detail, "step": step, "public": public}
