"""The API: a report lives its life over tokens and case codes, and every refusal is a problem one can act on."""

import json
import uuid
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint
from officers import services as officers
from tests.world import ANSWER, COMPLAINT, SORT, World, in_progress

pytestmark = pytest.mark.usefixtures("clock")

BASE = "/api/v1/complaints/"


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def token(world: World, name: str) -> dict[str, str]:
    return {"Authorization": f"Token {officers.issue_token(name, at=world.at)}"}


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_a_report_is_filed_and_the_receipt_names_number_code_holder_and_clocks(client: Client, world: World) -> None:
    response = post(client, BASE, COMPLAINT)

    body = response.json()
    assert response.status_code == 201
    assert set(body) == {"tracking_id", "case_code", "state", "holder", "clocks", "missing"}
    assert body["holder"] == {"slug": "nasional", "name": world.nation.name}
    assert {clock["key"] for clock in body["clocks"]} == {"verify_national", "completeness_answer"}
    assert response["Cache-Control"] == "no-store"
    assert Complaint.objects.get().channel == "api"


def test_a_whole_life_with_tokens_and_a_case_code(client: Client, world: World) -> None:
    receipt = post(client, BASE, COMPLAINT).json()
    url = f"{BASE}{receipt['tracking_id']}/steps/"
    code = {"X-Case-Code": receipt["case_code"]}
    people = {name: token(world, name) for name in ("national", "admin", "liaison")}

    def step(headers: dict[str, str], **body: Any) -> dict[str, Any]:
        version = client.get(url, headers=headers).json()["version"]
        response = post(client, url, {"version": version, **body}, **headers)
        assert response.status_code == 200, response.content
        return dict(response.json())

    step(people["national"], action="dispose_to_institution", target="kota-uji", **SORT)
    step(people["admin"], action="dispose_to_unit", target="kota-uji-dpu")
    step(people["liaison"], action="respond", text="Kami periksa.", estimated_on="2026-11-20")
    step(people["liaison"], action="answer", **ANSWER)
    step(code, action="reply", text="Belum selesai.")
    step(people["liaison"], action="answer", **ANSWER)
    last = step(code, action="confirm", rating=5)

    assert last["state"] == "closed"
    own = client.get(f"{BASE}{receipt['tracking_id']}/", headers=code).json()
    assert (own["audience"], own["rating"]) == ("reporter", 5)
    assert [event["kind"] for event in own["timeline"]][-1] == "confirm"
    assert "actor" not in own["timeline"][0]


def test_open_steps_name_what_each_one_asks(client: Client, world: World) -> None:
    complaint = world.submit().complaint

    steps = client.get(f"{BASE}{complaint.tracking_id}/steps/", headers=token(world, "national")).json()["steps"]

    found = {step["action"]: step["required"] for step in steps}
    assert found["dispose_to_institution"] == ["topic", "track", "target"]
    assert found["archive"] == ["reason", "text"]


def test_the_public_reads_the_published_copy_and_nothing_of_a_secret_case(client: Client, world: World) -> None:
    shown, hidden = world.to_state("awaiting_reporter"), world.to_state("awaiting_reporter", is_secret=True)

    body = client.get(f"{BASE}{shown.tracking_id}/").json()
    missing, secret = client.get(f"{BASE}LPR-0000-0000-0/"), client.get(f"{BASE}{hidden.tracking_id}/")

    assert body["audience"] == "public"
    assert not {"reported_party", "is_anonymous", "assignee", "incident_place"} & set(body)
    assert "liaison" not in json.dumps(body)
    assert [row["tracking_id"] for row in client.get(BASE).json()["results"]] == [shown.tracking_id]
    assert (secret.status_code, secret.content) == (404, missing.content)


@pytest.mark.parametrize(
    ("who", "status"),
    [("liaison", 200), ("admin", 200), ("national", 200), ("other_admin", 404), ("hub", 404), ("operator", 403), ("custodian", 403), ("auditor", 200)],
)
def test_a_secret_case_answers_each_officer_as_the_policy_says(client: Client, world: World, who: str, status: int) -> None:
    complaint = world.to_state("in_progress", is_secret=True)

    assert client.get(f"{BASE}{complaint.tracking_id}/", headers=token(world, who)).status_code == status


def test_a_wrong_code_is_404_and_too_many_are_429(client: Client, world: World) -> None:
    receipt, other = world.submit(), world.submit()
    url = f"{BASE}{receipt.complaint.tracking_id}/"

    answers = [client.get(url, headers={"X-Case-Code": other.case_code}) for _n in range(6)]

    assert [answer.status_code for answer in answers] == [404] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_forged_forwarding_header_does_not_make_another_client(client: Client, world: World) -> None:
    receipts = [world.submit() for _n in range(40)]

    answers = [
        client.get(f"{BASE}{r.complaint.tracking_id}/", headers={"X-Case-Code": receipts[0].case_code, "X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n, r in enumerate(receipts[1:])
    ]

    assert answers[:30] == [404] * 30
    assert set(answers[30:]) == {429}


def test_etag_and_if_match(client: Client, world: World) -> None:
    complaint, head = world.to_state("in_progress"), token(world, "liaison")
    url = f"{BASE}{complaint.tracking_id}/steps/"
    etag = client.get(url, headers=head)["ETag"]

    good = post(client, url, {"action": "progress", "text": "Berjalan."}, **head, **{"If-Match": etag})
    stale = post(client, url, {"action": "progress", "text": "Berjalan."}, **head, **{"If-Match": etag})
    old = post(client, url, {"action": "progress", "version": 1, "text": "Berjalan."}, **head)

    assert (good.status_code, stale.status_code, old.status_code) == (200, 412, 409)
    assert good["ETag"] != etag
    assert old.json()["state"] == "in_progress"


@pytest.mark.parametrize(("who", "is_exact"), [("", False), ("liaison", False), ("reporter", True)])
def test_of_an_anonymous_reporter_only_the_day_is_told(client: Client, world: World, who: str, is_exact: bool) -> None:
    receipt = world.submit(is_anonymous=True)
    in_progress(world, receipt.complaint)
    head = {"X-Case-Code": receipt.case_code} if who == "reporter" else token(world, who) if who else {}

    body = client.get(f"{BASE}{receipt.complaint.tracking_id}/", headers=head).json()

    said = [event["at"] for event in body["timeline"] if event["kind"] == "submit"] + [clock["started_at"] for clock in body["clocks"]]
    assert len(said) > 1
    assert {len(text) > len("2026-11-02") for text in said} == {is_exact}
    assert [event["at"] for event in body["timeline"] if event["kind"] == "respond"] == ["2026-11-02T02:00:00Z"]


@pytest.mark.parametrize("who", ["", "liaison"])
def test_the_way_through_the_list_tells_no_moment_of_a_report_and_takes_none(client: Client, world: World, who: str) -> None:
    numbers = [
        in_progress(world, world.submit(is_anonymous=True, at=world.at - timedelta(minutes=minute)).complaint).tracking_id for minute in range(3)
    ]  # the newest first
    head = token(world, who) if who else {}
    found, cursors, address = [], [], f"{BASE}?page_size=1"
    while address:
        body = client.get(address, headers=head).json()
        found += [row["tracking_id"] for row in body["results"]]
        address = body["next"]
        cursors += parse_qs(urlsplit(address or "").query).get("cursor", [])

    assert found == numbers
    said = b"".join(b64decode(cursor) for cursor in cursors)
    assert (len(cursors), b"2026" in said) == (2, False)
    made = b64encode(b"p=2026-11-02+02%3A00%3A00%2B00%3A00").decode()
    assert client.get(BASE, {"cursor": made}, headers=head).status_code == 404


def test_an_officer_who_reads_no_notes_is_not_told_that_there_are_some(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress")
    services.add_note(complaint.pk, text="Catatan dalam.", by=world.actor("liaison"), at=world.at)

    kinds = {
        who: [event["kind"] for event in client.get(f"{BASE}{complaint.tracking_id}/", headers=token(world, who)).json()["timeline"]]
        for who in ("liaison", "auditor")
    }

    assert ("note" in kinds["liaison"], "note" in kinds["auditor"]) == (True, False)


def test_nobody_learns_from_a_refused_step_who_took_the_last_one(client: Client, world: World) -> None:
    public, secret = world.to_state("in_progress"), world.to_state("in_progress", is_secret=True)
    steps, head = f"{BASE}{public.tracking_id}/steps/", token(world, "custodian")

    anybody = post(client, steps, {"action": "pend"})
    sealed = [client.get(f"{BASE}{secret.tracking_id}/steps/", headers=head)]
    sealed.append(post(client, f"{BASE}{secret.tracking_id}/steps/", {"action": "pend"}, **head, **{"If-Match": '"1"'}))

    for answer in (anybody, *sealed):
        assert answer.status_code == 403
        assert set(answer.json()) == {"type", "title", "status", "code"}


@pytest.mark.parametrize(
    "body", [[], "x", 1, None, {"action": "hapus"}, {"action": {"a": 1}}, {"action": "progress", "version": "satu"}, {"action": "progress", "text": {"a": 1}}]
)
def test_bodies_that_cannot_be_used_are_422_problems(client: Client, world: World, body: Any) -> None:
    complaint = world.to_state("in_progress")

    response = post(client, f"{BASE}{complaint.tracking_id}/steps/", body, **token(world, "liaison"))

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.json()) >= {"type", "title", "status", "code"}


@pytest.mark.parametrize(
    "field", ["title", "body", "incident_place", "requested_outcome", "loss", "reported_party", "topic", "target_institution", "incident_region"]
)
@pytest.mark.parametrize("value", ["\x00", "\ud800", {"a": 1}, ["x"], "x" * 30_000])
def test_no_field_can_break_the_intake(client: Client, world: World, field: str, value: Any) -> None:
    response = post(client, BASE, {**COMPLAINT, field: value})

    assert response.status_code in {201, 422}
    assert response.status_code == 422 or field in {"topic", "target_institution"}


def test_malformed_json_and_a_wrong_token_are_problems_too(client: Client, world: World) -> None:
    broken = client.post(BASE, "{", content_type="application/json")
    wrong = client.get(BASE, headers={"Authorization": "Token nope"})

    assert (broken.status_code, wrong.status_code) == (400, 401)
    assert broken["Content-Type"] == wrong["Content-Type"] == "application/problem+json"


def test_refusals_speak_the_callers_language(client: Client, world: World) -> None:
    english = post(client, BASE, {**COMPLAINT, "title": ""}).json()
    indonesian = post(client, BASE, {**COMPLAINT, "title": ""}, **{"Accept-Language": "id"}).json()

    assert english["fields"]["title"] == ["Please fill this in."]
    assert indonesian["fields"]["title"] == ["Mohon diisi."]


def test_an_idempotency_key_gives_the_same_receipt(client: Client, world: World) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}

    first, again = post(client, BASE, COMPLAINT, **key), post(client, BASE, COMPLAINT, **key)

    assert first.json() == again.json()
    assert Complaint.objects.count() == 1
    assert post(client, BASE, COMPLAINT, **{"Idempotency-Key": "short"}).status_code == 422


def test_unknown_or_forbidden_fields_change_nothing(client: Client, world: World) -> None:
    response = post(client, BASE, {**COMPLAINT, "state": "closed", "holder": "kota-uji", "is_staff": True, "id": 1, "tracking_id": "LPR-AAAA-AAAA-A"})

    complaint = Complaint.objects.get(tracking_id=response.json()["tracking_id"])
    assert (complaint.state, complaint.holder) == ("awaiting_verification", world.nation)


@pytest.mark.parametrize("who", ["", "liaison"])
def test_lists_cost_the_same_for_one_row_and_for_fifty(client: Client, world: World, who: str) -> None:
    head = token(world, who) if who else {}

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(BASE, headers=head).status_code == 200
        return len(queries)

    world.to_state("awaiting_followup")
    client.get(BASE, headers=head)
    one = counted()
    for _n in range(6):
        world.to_state("awaiting_followup")

    assert counted() == one <= 4


def asked(act: Any, status: int) -> int:
    """How often an answer asks the database; the test's own transaction makes savepoints of the others."""
    with CaptureQueriesContext(connection) as found:
        assert act().status_code == status
    return len([query for query in found if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))])


def test_filing_a_report_asks_the_database_at_most_ten_times(client: Client, world: World) -> None:
    post(client, BASE, COMPLAINT)

    assert asked(lambda: post(client, BASE, COMPLAINT), 201) <= 10


def test_a_step_asks_as_often_after_many_others(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress")
    path, head = f"{BASE}{complaint.tracking_id}/steps/", token(world, "liaison")

    def step() -> Any:
        return post(client, path, {"action": "progress", "text": "Pekerjaan berjalan sesuai rencana."}, **head)

    step()
    first = asked(step, 200)
    for _number in range(5):
        step()

    assert asked(step, 200) == first <= 13


@pytest.mark.parametrize(
    "query",
    ["state=apa", "q=%00", "q=' OR 1=1", "institution=tidak-ada", "region=%25", "topic=x", "cursor=x", "page_size=-1", "ordering=reporter__nik", "is_urgent=x"],
)
def test_filters_never_break(client: Client, world: World, query: str) -> None:
    for head in ({}, token(world, "admin")):
        assert client.get(f"{BASE}?{query}", headers=head).status_code in {200, 404, 422}


def test_places_topics_and_institutions_are_found_by_words(client: Client, world: World) -> None:
    assert client.get("/api/v1/institutions/?search=dinas pekerjaan").json()["results"][0]["slug"] == "kota-uji-dpu"
    assert "public_works.potholes" in {row["code"] for row in client.get("/api/v1/topics/?search=potholes").json()["results"]}
    regions = client.get("/api/v1/regions/?search=kota semarang").json()["results"]
    assert {"code", "name", "level", "full_name"} == set(regions[0])


def test_the_schema_is_openapi_3_1_and_the_docs_load_nothing_from_elsewhere(client: Client, world: World) -> None:
    schema = client.get("/api/v1/schema/?format=json").json()
    docs = client.get("/api/v1/docs/").content.decode()

    assert schema["openapi"].startswith("3.1")
    assert f"{BASE}{{tracking_id}}/steps/" in schema["paths"]
    assert "https://" not in docs.replace("https://www.w3.org", "")


def test_somebody_logged_in_leaves_no_trace_of_the_office_when_reporting(client: Client, world: World) -> None:
    response = post(client, BASE, COMPLAINT, **token(world, "liaison"))

    complaint = Complaint.objects.get(tracking_id=response.json()["tracking_id"])
    assert complaint.entered_by is None
    assert complaint.transitions.get().by.username == "reporter"


def test_an_appointment_that_ended_ends_the_tokens_powers(client: Client, world: World) -> None:
    complaint, head = world.to_state("in_progress", is_secret=True), token(world, "liaison")
    world.user("liaison").appointments.update(valid_to=datetime(2026, 11, 1).date())  # noqa: DTZ001

    assert client.get(f"{BASE}{complaint.tracking_id}/", headers=head).status_code == 404
