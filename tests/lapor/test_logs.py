"""No log line holds who the reporter is, what was written, a secret or a client's address; and every line can be traced."""

import io
import json
import logging
import logging.config
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from complaints.models import Complaint
from lapor import celery, logs
from lapor.urls import urlpatterns as own
from tests.world import COMPLAINT, World

MARKERS = ("Zznama", "zz1@contoh.invalid", "0899-0000-1234", "3374015708900001", "zzisi-rahasia", "198.51.100.7", "203.0.113.9", "zzperangkat")
PERSON = {"contact_name": "Zznama Pelapor", "contact_email": "zz1@contoh.invalid", "contact_phone": "0899-0000-1234"}
FORM = {
    "classification": "complaint",
    "title": "Zzisi-rahasia di judul zzisi-rahasia",
    "body": "Nama saya Zznama, NIK 3374015708900001, zzisi-rahasia tentang jalan di depan pasar yang berlubang.",
    "consent": "on",
    **PERSON,
}
WHO: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "198.51.100.7", "HTTP_USER_AGENT": "zzperangkat"}


class Written(io.StringIO):
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    """Everything that production would write at its most talkative."""
    yield from writing(readable=False)


@pytest.fixture
def readable() -> Iterator[Written]:
    yield from writing(readable=True)


def writing(*, readable: bool) -> Iterator[Written]:
    told = logs.configuration(readable=readable, level="DEBUG")
    stream, root = Written(), logging.getLogger()
    handler, before = logging.StreamHandler(stream), root.level
    handler.setFormatter(logs.Line(**{k: v for k, v in told["formatters"]["line"].items() if k != "()"}))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def broken(request: HttpRequest, word: str) -> HttpResponse:
    """What a programming error looks like in the middle of a form: the message quotes what was typed."""
    given = dict(request.POST.items())
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [given["body"]])
    except Exception as error:
        raise IntegrityError(f"Failing row contains ({given})") from error
    return HttpResponse()


urlpatterns = [path("rusak/<str:word>/", broken), *own]


@override_settings(ROOT_URLCONF=__name__)
def test_a_report_with_an_identity_leaves_no_trace_of_it_in_the_log(world: World, client: Client, written: Written) -> None:
    """Intake, a typing error, a wrong code, steps by officer and reporter, searching, the API, and a failure with the form in hand."""
    client.raise_request_exception = False
    client.post("/lapor/", {**FORM, "title": "", "langkah": "periksa"}, **WHO)
    client.post("/lapor/", {**FORM, "langkah": "kirim", "idempotency_key": str(uuid.uuid4())}, **WHO)
    number = Complaint.objects.get().tracking_id
    client.post("/lacak/", {"number": number, "code": "AAAA-BBBB-CCCC-DDDD-E"}, **WHO)
    client.get("/laporan/", {"q": "zzisi-rahasia"}, **WHO)
    client.get("/laporan/zzisi-rahasia/", **WHO)
    client.get("/api/v1/complaints/", {"search": "Zznama"}, headers={"Authorization": "Token zzisi-rahasia"}, **WHO)
    client.post("/api/v1/complaints/", {**COMPLAINT, "body": "zzisi-rahasia " * 3}, content_type="application/json", **WHO)
    client.post("/rusak/zzisi-rahasia/", FORM, **WHO)
    Client(enforce_csrf_checks=True).post("/lacak/zzisi-rahasia/", FORM)
    world.login(client, "national")
    client.post(f"/meja/{number}/catatan/", {"text": "zzisi-rahasia"}, **WHO)
    client.post(f"/meja/{number}/identitas/", {"reason": "zzisi-rahasia"}, **WHO)
    client.post(f"/meja/{number}/langkah/pend/", {"reason": "incomplete", "items": "zzisi-rahasia", "version": "1"}, **WHO)
    logging.getLogger("officers").warning("delivery failed: %s", "550 no such user zz1@contoh.invalid")
    text = written.getvalue()

    assert {marker: line for marker in MARKERS for line in text.splitlines() if marker.lower() in line.lower()} == {}
    finished = [line for line in written.lines() if line["event"] == "request_finished"]
    assert len(finished) > 8
    assert {line["request"] for line in finished} >= {"POST /lapor/", "POST /lacak/", "GET /laporan/<str:tracking_id>/"}
    assert all(re.fullmatch(r"[0-9a-f-]{36}", line["request_id"]) and line["duration_ms"] >= 0 for line in finished)


@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_is_told_by_type_and_place_and_found_by_the_id_in_the_answer(db: None, client: Client, written: Written) -> None:
    client.raise_request_exception = False
    answer = client.post("/rusak/x/", FORM)

    [line] = [line for line in written.lines() if line["event"] == "request_failed"]
    assert answer.status_code == 500
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["request"] == "POST /rusak/<str:word>/"
    assert line["error"][0]["type"] == "django.db.utils.IntegrityError"
    assert line["error"][0]["frames"][-1].endswith(" broken")


@override_settings(ROOT_URLCONF=__name__)
def test_a_developer_reads_the_first_line_of_a_message_without_personal_data(db: None, client: Client, readable: Written) -> None:
    client.raise_request_exception = False
    client.post("/rusak/x/", {"body": "NIK 3374015708900001, zz1@contoh.invalid\nbaris kedua zzisi-rahasia"}, **WHO)
    text = readable.getvalue()

    assert "IntegrityError: Failing row contains" in text
    assert [marker for marker in MARKERS if marker in text.replace("zzisi-rahasia'})", "")] == []


def test_an_officer_at_work_is_named_by_number_and_nowhere_else(world: World, client: Client, written: Written) -> None:
    world.login(client, "national")
    for address in ("/meja/", "/lapor/", "/laporan/", "/"):
        client.get(address)
    named = {line["request"]: line.get("user_id") for line in written.lines() if line["event"] == "request_finished"}

    assert named == {"GET /meja/": world.user("national").pk, "GET /lapor/": None, "GET /laporan/": None, "GET /": None}


def test_naming_nobody_costs_no_query(world: World, client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/privasi/")


@pytest.mark.parametrize(
    "said",
    [
        "3374015708900001",
        "081234567890",
        "orang@contoh.invalid",
        "AAAA-BBBB-CCCC-DDDD-E",
        "AAAABBBBCCCCDDDDE",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "203.0.113.9",
        "2001:db8:0:1::7",
    ],
)
def test_the_filter_takes_out_what_looks_like_a_person_a_secret_or_an_address(said: str) -> None:
    assert said not in logs.clean(f"gagal untuk {said} hari ini", in_request=True)


def test_the_filter_leaves_what_an_operator_needs() -> None:
    kept = "notice 4711 of LPR-7K3M-92QX-4 failed at 2026-11-24 09:00 in lapor/middleware.py:12 (complaints.notify), try 3 of 10"

    assert logs.clean(kept, in_request=True) == kept
    assert "10.0.0.3" in logs.clean("no connection to 10.0.0.3:5432", in_request=False)  # a server of ours, told outside a request


def test_a_logged_value_makes_one_line_whatever_stands_in_it(written: Written, readable: Written) -> None:
    structlog.get_logger("lapor").warning("odd", place="satu\r\ndua\x1b[31m tiga\u2028empat")

    assert [line["place"] for line in written.lines()] == ["satu dua [31m tiga empat"]
    assert len(readable.getvalue().splitlines()) == 1


def test_values_under_the_names_of_our_data_are_hidden_at_any_depth(written: Written) -> None:
    structlog.get_logger("lapor").warning("odd", given={"body": "rahasia"}, rows=[{"contact": "rahasia"}], Title="rahasia", count=3)

    assert "rahasia" not in written.getvalue()
    assert written.lines()[0]["count"] == 3


def test_a_task_that_fails_is_logged_with_its_id_and_without_its_message(written: Written) -> None:
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] %(description)s: %(exc)s",
        {"name": "lapor.x", "id": "1-2", "description": "raised unexpected", "exc": "ValueError('Zznama')", "args": "['Zznama']", "kwargs": "{}"},
        exc_info=ValueError("Zznama"),
    )

    assert "Zznama" not in written.getvalue()
    assert written.lines()[0]["event"] == "Task lapor.x[1-2] raised unexpected: "
    assert written.lines()[0]["error"][0]["type"] == "builtins.ValueError"


def test_the_worker_carries_ids_into_its_tasks_and_writes_as_everybody_does() -> None:
    assert "DjangoStructLogInitStep" in {step.__name__ for step in celery.app.steps["worker"]}
    before = list(logging.getLogger().handlers)
    try:
        logs.in_worker()
        assert isinstance(logging.getLogger().handlers[-1].formatter, logs.Line)
    finally:
        logging.getLogger().handlers = before
