"""What the Ombudsman's role reaches: it writes nothing beside the listed steps, and its own login reads ten views and no table."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from complaints import services as complaints
from complaints.models import Transition
from complaints.workflow import WORKFLOW
from monitoring import services
from monitoring.models import OversightNote, Referral
from monitoring.referral import REFERRAL_STEPS
from officers import services as officers
from tests.pages import page
from tests.referrals import SECRET, proposed, refer, referred, take
from tests.world import World

Desk = Callable[[str], Client]


# --- nothing else is written --------------------------------------------------------------------------------------------

# What the role may send, by the name of the address; each with the reason.
OWN = ("account_", "mfa_", "officer-", "notices", "sessions", "tokens", "set_language", "leave", "exit", "desk-preferences", "desk-filters")
LISTED = {"ombudsman-step", "ombudsman-note"}
# What answers everybody, and why that is no writing.
OPEN = {"healthz": "says that the process lives, whatever is sent", "desk-bulk": "says of each report why the act is refused"}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            yield from patterns(found, before + str(found.pattern))
        else:
            yield before + str(found.pattern), found


def addresses(row: Referral, action: str) -> Iterator[tuple[str, str]]:
    """(name, address) of everything the house answers, with what exists put in."""
    values = {
        "tracking_id": row.complaint.tracking_id, "pk": str(row.pk), "code": action, "action": action, "slug": "kota-uji", "version": "1", "seq": "1",
        "part": "1", "file_id": str(uuid4()), "upload": str(uuid4()), "key": str(uuid4()), "statement": str(uuid4()),
    }  # fmt: skip
    for route, pattern in patterns(get_resolver()):
        converters = pattern.pattern.converters
        if route.startswith("admin/") or (route.startswith("^") and "(" in route):
            continue
        address = route
        for name in converters:
            for kind in ("str", "uuid", "slug", "int", "path"):
                address = address.replace(f"<{kind}:{name}>", values.get(name, "1")).replace(f"<{name}>", values.get(name, "1"))
        if "<" not in address and "(" not in address:
            yield str(pattern.name), "/" + address


SENT: dict[str, Any] = {
    "text": "Isi yang cukup panjang.", "reason": "settled", "outcome": "solved", "version": "4", "version_read": "3", "assignee": "liaison",
    "target": "kota-uji-dpu",
    "title": "Judul", "body": "Isi", "urgent": "1", "estimated_on": "2027-02-01", "done_on": "2026-11-02", "evidence": "Ada.", "apa": "note", "diisi": "1",
    "lakukan": "1", "topic": "public_works.potholes", "track": "non_oversight", "rating": "5",
}  # fmt: skip


METHODS = ("post", "put", "patch", "delete")


def is_own(name: str, address: str) -> bool:
    return name.startswith(OWN) or name in {*LISTED, *OPEN} or address.startswith(("/akun/", "/keluar/", "/masuk/"))


def answers(client: Client, row: Referral, token: str) -> Iterator[tuple[str, str, str, int]]:
    """(action, method, address, status) of everything that is sent anywhere; every step wherever a step stands in the address."""
    actions = sorted({*WORKFLOW, *REFERRAL_STEPS})
    for action in actions:
        for name, address in addresses(row, action):
            is_step = f"/{action}/" in address or name == "api-steps"
            if is_own(name, address) or not (is_step or action == actions[0]):
                continue
            for method in METHODS if action == actions[0] else METHODS[:1]:
                is_api = address.startswith("/api/")
                more: dict[str, Any] = {"content_type": "application/json"} if is_api or method != "post" else {}
                headers = {"Authorization": f"Token {token}"} if is_api else {}
                sent = {**SENT, "kasus": row.complaint.tracking_id, "action": action}
                answer = getattr(client, method)(address, sent, headers=headers, **more)
                is_door = answer.status_code == 302 and answer["Location"].startswith("/lacak/?nomor=")  # where a case code is asked for
                yield action, method, address, 403 if is_door else answer.status_code


def test_the_role_writes_nothing_but_the_listed_steps_notes_and_its_own_account(world: World, client: Client) -> None:
    row = referred(world)
    before = (Transition.objects.count(), row.events.count())
    with time_machine.travel(row.proposed_at, tick=False):
        world.login(client, "ombudsman")
        token = officers.issue_token("ombudsman", at=row.proposed_at)
        seen = list(answers(client, row, token))
        assert client.get("/ombudsman/").status_code == 200  # still logged in: nothing was refused at the door

    bulk = {**SENT, "apa": "note", "kasus": row.complaint.tracking_id}
    assert "Tidak" in page(client.post("/meja/massal/", bulk))
    assert sorted({found[1:] for found in seen if found[3] < 400}) == []
    assert len(seen) > 400
    assert (Transition.objects.count(), row.events.count()) == before
    assert not OversightNote.objects.exists()


def test_the_walk_meets_the_desk_and_the_api(world: World) -> None:
    names = {name for name, _address in addresses(referred(world), "answer")}

    assert {"desk-step", "desk-note", "desk-bulk", "desk-take", "api-steps", "api-uploads", "desk-ombudsman-step", "desk-publish"} <= names


# --- the database's own role --------------------------------------------------------------------------------------------

VIEWS = ("over_60", "watch_list", "deadlocks", "counts", "referrals", "referral_clocks", "case_files", "case_events", "case_attachments", "dossiers")


def as_ombudsman(statement: str) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_ombudsman")
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else []
        cursor.execute("RESET ROLE")
        return found


def refused(statement: str) -> str:
    """What PostgreSQL says to the role."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        as_ombudsman(statement)
    return str(error.value)


def test_the_role_reads_every_view_and_no_secret_outside_referrals(world: World) -> None:
    secret = world.to_state("in_progress", **SECRET)
    row = referred(world, title="Lampu jalan padam total")

    everything = {name: str(as_ombudsman(f"SELECT * FROM oversight.{name}")) for name in VIEWS}

    assert "Lampu jalan padam total" in everything["case_files"]
    assert "Kami periksa lokasinya." in everything["case_events"]
    assert row.complaint.tracking_id in everything["referrals"]
    assert [name for name, text in everything.items() if "Zzrahasia" in text or secret.tracking_id in text] == []
    assert [name for name, text in everything.items() for marker in ("Zznama", "zz1@", "0899", "Petugas") if marker in text] == []


def test_a_secret_case_stands_in_the_views_while_it_is_referred(world: World) -> None:
    row = referred(world, **SECRET)
    assert "Zzrahasia" in str(as_ombudsman("SELECT * FROM oversight.case_files"))
    take(world, take(world, row, "accept"), "close")
    assert as_ombudsman("SELECT * FROM oversight.case_files") == []


def test_internal_notes_are_read_while_a_case_is_referred_and_neither_before_nor_after(world: World, desk: Desk) -> None:
    row = proposed(world)
    complaints.add_note(row.complaint_id, by=world.actor("liaison"), at=row.proposed_at, text="Zzcatatan antar meja.")

    def seen() -> list[bool]:
        with time_machine.travel(row.proposed_at, tick=False):
            read = page(desk("ombudsman").get(f"/ombudsman/{row.pk}/"))
            told = page(desk("ombudsman").get(f"/meja/{row.complaint.tracking_id}/"))
        return ["Zzcatatan" in text for text in (read, str(as_ombudsman("SELECT * FROM oversight.case_events")), told)]

    before = seen()
    refer(world, row)
    services.follow(at=row.proposed_at)
    during = seen()
    take(world, take(world, row, "accept"), "close")

    assert (before, during, seen()) == ([False] * 3, [True, True, False], [False] * 3)


def test_the_role_reads_no_table_and_writes_nothing(world: World) -> None:
    row = referred(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'vault')")
        tables = [found[0] for found in cursor.fetchall()]
    assert len(tables) > 30
    assert [name for name in tables if "permission denied" not in refused(f"SELECT 1 FROM {name} LIMIT 1")] == []
    for statement in (
        "DELETE FROM oversight.case_files", "UPDATE oversight.referrals SET stage = 'closed'", "INSERT INTO oversight.counts VALUES (1)",
        f"DELETE FROM public.monitoring_referral WHERE id = '{row.pk}'", "CREATE TABLE public.x (id int)", "CREATE TABLE oversight.x (id int)",
    ):  # fmt: skip
        assert "denied" in refused(statement) or "cannot" in refused(statement)
