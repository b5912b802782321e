"""Deadlines over the API: each reader is told their own with the lines of the count, and officers with authority give more time."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.clock import PUBLIC_KEYS
from complaints.models import Clock, Complaint
from officers import services as officers
from tests.parts import split
from tests.world import World, in_progress

pytestmark = pytest.mark.usefixtures("clock")

BASE = "/api/v1/complaints/"
KEY = "resolution_non_oversight"
GIVEN: dict[str, Any] = {"key": KEY, "days": 5, "legal_basis": "uu-25-2009", "text": "Menunggu hasil uji laboratorium."}


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def token(world: World, name: str) -> dict[str, str]:
    return {"Authorization": f"Token {officers.issue_token(name, at=world.at)}"}


def read(client: Client, complaint: Complaint, **headers: str) -> Any:
    return client.get(f"{BASE}{complaint.tracking_id}/deadlines/", headers=headers)


def extend(client: Client, complaint: Complaint, body: Any = GIVEN, **headers: str) -> Any:
    return client.post(f"{BASE}{complaint.tracking_id}/extensions/", json.dumps(body), content_type="application/json", headers=headers)


def told(clocks: Any, **how: Any) -> list[list[str]]:
    rows = list(clocks.order_by("started_at", "key"))
    return [[line.text for line in found.lines] for found in services.explanations(rows, reference=services.Reference(World.at), **how)]


def test_each_reader_is_told_their_deadlines_with_the_lines_of_the_page(client: Client, world: World) -> None:
    receipt = world.submit()
    complaint = in_progress(world, receipt.complaint)
    every = Clock.objects.told().filter(complaint=complaint)

    public, own = read(client, complaint), read(client, complaint, **{"X-Case-Code": receipt.case_code})
    desk = read(client, complaint, **token(world, "liaison"))

    assert {row["key"] for row in public.json()["deadlines"]} <= PUBLIC_KEYS
    assert [[line["text"] for line in row["lines"]] for row in public.json()["deadlines"]] == told(every.running().filter(key__in=PUBLIC_KEYS), is_exact=False)
    for answer in (own, desk):
        assert [[line["text"] for line in row["lines"]] for row in answer.json()["deadlines"]] == told(every)
        assert answer["Cache-Control"] == "no-store"
    assert len(public.json()["deadlines"][0]["started_at"]) == len("2026-11-02")
    assert [answer.json()["extendable"] for answer in (public, own, desk)] == [[], [], []]
    assert [answer.json()["legal_bases"] for answer in (public, own, desk)] == [[], [], []]


def test_the_reporter_is_told_the_deadlines_of_the_parts_too(client: Client, world: World) -> None:
    receipt = world.submit()
    lead = in_progress(world, receipt.complaint)
    split(world, lead)

    parts = [row["part"] for row in read(client, lead, **{"X-Case-Code": receipt.case_code}).json()["deadlines"]]

    assert {None, 1} == set(parts)
    assert {row["part"] for row in read(client, lead, **token(world, "admin")).json()["deadlines"]} == {None}


def test_of_an_anonymous_report_officers_read_no_hour(client: Client, world: World) -> None:
    receipt = world.submit(is_anonymous=True, contact_allowed=False, at=world.at.replace(hour=6, minute=37))
    complaint = in_progress(world, receipt.complaint)

    said = read(client, complaint, **token(world, "liaison")).content.decode()

    assert [hour for hour in ("06:37", "06.37", "23:37") if hour in said] == []
    assert "06:37 WIB" in read(client, complaint, **{"X-Case-Code": receipt.case_code}).content.decode()


@pytest.mark.parametrize(("who", "status"), [("", 404), ("other_admin", 404), ("operator", 403), ("liaison", 200), ("admin", 200), ("auditor", 200)])
def test_a_secret_report_tells_its_deadlines_to_those_who_may_read_it(client: Client, world: World, who: str, status: int) -> None:
    complaint = world.to_state("in_progress", is_secret=True)

    assert read(client, complaint, **(token(world, who) if who else {})).status_code == status


def test_more_deadlines_ask_the_database_as_often(client: Client, world: World) -> None:
    few, many = world.submit().complaint, world.to_state("reporter_replied")
    head = token(world, "national")

    def asked(complaint: Complaint) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as found:
            rows = read(client, complaint, **head).json()["deadlines"]
        return len(rows), len(found)

    asked(few)
    (small, before), (large, after) = asked(few), asked(many)
    assert small < large
    assert before == after


def test_an_institution_gives_more_time_and_the_answer_is_the_deadline_as_it_is_then(client: Client, world: World) -> None:
    complaint, head = world.to_state("in_progress"), token(world, "admin")
    before = read(client, complaint, **head).json()
    assert KEY in before["extendable"]
    assert GIVEN["legal_basis"] in {row["code"] for row in before["legal_bases"]}

    answer = extend(client, complaint, GIVEN | {"version": before["version"]}, **head)

    assert answer.status_code == 200, answer.content
    row = next(row for row in answer.json()["deadlines"] if row["key"] == KEY)
    assert (row["due_on"], [line["days"] for line in row["lines"] if line["kind"] == "extension"]) == ("2026-11-27", [5])
    assert answer.json()["version"] == before["version"] + 1

    assert KEY not in answer.json()["extendable"]


def test_what_moved_on_meanwhile_is_refused_by_etag_and_by_version(client: Client, world: World) -> None:
    complaint, head = world.to_state("in_progress"), token(world, "admin")
    etag = read(client, complaint, **head)["ETag"]
    world.step(complaint, "progress", "liaison", text="Berjalan.")

    stale, old = extend(client, complaint, **head, **{"If-Match": etag}), extend(client, complaint, GIVEN | {"version": complaint.version}, **head)

    assert (stale.status_code, old.status_code) == (412, 409)
    assert {answer["Content-Type"] for answer in (stale, old)} == {"application/problem+json"}
    assert extend(client, complaint, **head, **{"If-Match": read(client, complaint, **head)["ETag"]}).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("", 403), ("liaison", 403), ("superior", 403), ("other_admin", 403), ("hub", 403), ("auditor", 403)])
def test_without_authority_it_is_refused(client: Client, world: World, who: str, status: int) -> None:
    complaint = world.to_state("in_progress")

    answer = extend(client, complaint, **(token(world, who) if who else {}))

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not Clock.objects.filter(complaint=complaint, events__kind="extend").exists()


def test_a_reporter_is_told_that_it_is_not_theirs_to_extend(client: Client, world: World) -> None:
    receipt = world.submit(is_secret=True)
    in_progress(world, receipt.complaint)

    assert extend(client, receipt.complaint, **{"X-Case-Code": receipt.case_code}).status_code == 403


def test_a_case_that_is_not_theirs_to_know_is_not_there(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress", is_secret=True)

    assert extend(client, complaint, **token(world, "other_admin")).status_code == 404


ODD: dict[str, tuple[Any, ...]] = {
    "days": (0, 15, -1, None, "dua", 1.5, True, [], {"a": 1}, 10**50),
    "legal_basis": (None, "tidak-ada", "a\x00b", "\ud800", [], {"a": 1}, 5, "x" * 500),
    "key": (None, "statutory_60", "reporter_reply", [], {"a": 1}, "\x00"),
    "text": (None, " ", [], {"a": 1}, "\x00", "\ud800", "x" * 100_000),
    "version": ("1", True),
    "hari": (5,),
}


@pytest.mark.parametrize(("given", "field"), [({name: value}, name) for name, values in ODD.items() for value in values])
def test_what_cannot_be_meant_is_said_beside_its_field(client: Client, world: World, given: dict[str, Any], field: str) -> None:
    answer = extend(client, world.to_state("in_progress"), GIVEN | given, **token(world, "admin"))

    assert (answer.status_code, set(answer.json()["fields"])) == (422, {field})
