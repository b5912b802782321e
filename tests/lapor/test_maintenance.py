"""What people see while the database or its tables are away: both languages, and what they typed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client, RequestFactory
from psycopg.errors import UndefinedTable

from lapor.errors import outage
from lapor.kept import KEPT_MOST, kept
from tests.pages import page
from tests.world import World

TYPED = {"title": "Lampu jalan padam", "body": "Sejak dua minggu lampu jalan di depan pasar padam <i>.", "langkah": "kirim"}


@contextmanager
def away(error: Exception) -> Iterator[None]:
    """Every statement fails as one does when the server is gone."""

    def fail(*_args: Any) -> None:
        raise error

    with connection.execute_wrapper(fail):
        yield


def missing_table() -> ProgrammingError:
    error = ProgrammingError('relation "complaints_complaint" does not exist')
    error.__cause__ = UndefinedTable()
    return error


@pytest.mark.parametrize("error", [OperationalError("the connection is closed"), missing_table()], ids=["database", "migrations"])
def test_a_page_without_its_database_is_kind_and_speaks_both_languages(world: World, client: Client, error: Exception) -> None:
    with away(error):
        answer = client.post("/lapor/", TYPED)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
    assert '<html lang="id">' in page(answer)
    assert '<section lang="en"><h2>Please try again in a few minutes</h2>' in page(answer)
    assert 'name="body" value="Sejak dua minggu lampu jalan di depan pasar padam &lt;i&gt;."' in page(answer)


def test_an_officer_whose_session_cannot_be_read_gets_it_too(world: World, desk: Callable[[str], Client]) -> None:
    """The session is read before any view: what falls there is Django's own 500, unless somebody looks."""
    browser = desk("liaison")
    browser.raise_request_exception = False

    with away(OperationalError("the connection is closed")):
        answer = browser.post("/meja/LPR-0000-0000-0/catatan/", {"text": "Sudah saya telepon dua kali hari ini."})

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Sudah saya telepon dua kali hari ini." in page(answer)


def test_another_fault_stays_a_fault(world: World, desk: Callable[[str], Client]) -> None:
    browser = desk("liaison")
    browser.raise_request_exception = False

    with away(RuntimeError("ours")):
        answer = browser.get("/meja/")

    assert answer.status_code == 500
    assert "Retry-After" not in answer


@pytest.mark.parametrize(
    ("path", "sent", "secret"),
    [
        ("/masuk/", {"login": "liaison", "password": "kata-sandi-rahasia"}, "kata-sandi-rahasia"),
        ("/masuk/faktor/", {"code": "123456"}, "123456"),
        ("/lacak/", {"number": "LPR-7K3M-92QX-4", "code": "ABCD-EFGH-JKMN-PQRS-T"}, "ABCD-EFGH"),
    ],
)
def test_no_password_and_no_code_is_given_back(path: str, sent: dict[str, str], secret: str) -> None:
    answer = page(outage(RequestFactory().post(path, sent)))

    assert secret not in answer
    assert ("Kata sandi dan kode tidak disimpan" in answer) is (len(sent) > 1)


def test_a_letterheads_code_is_no_secret() -> None:
    assert ("code", "DPU") in kept(RequestFactory().post("/meja/kop-surat/kota-uji/", {"code": "DPU"}))["typed"]


def test_a_file_is_never_given_back_but_asked_for_again() -> None:
    file = SimpleUploadedFile("foto-rahasia.jpg", b"JPEGJPEGJPEG", "image/jpeg")

    answer = page(outage(RequestFactory().post("/lapor/", {**TYPED, "files": file})))

    assert "foto-rahasia" not in answer
    assert "JPEGJPEG" not in answer
    assert re.search(r'<form method="post" action="/lapor/" enctype="multipart/form-data">', answer)
    assert re.search(r'<input type="file" name="files" id="id_lagi_1"', answer)


@pytest.mark.parametrize("sent", [{"body": "a" * (KEPT_MOST + 1)}, {f"f{number}": "a" for number in range(500)}], ids=["long", "many"])
def test_what_is_too_much_is_not_half_kept(sent: dict[str, str]) -> None:
    answer = page(outage(RequestFactory().post("/lapor/", sent)))

    assert "<form" not in answer
    assert "aaaa" not in answer
    assert "terlalu banyak" in answer


def test_the_page_of_the_proxy_needs_nothing_but_itself() -> None:
    text = (Path(__file__).resolve().parents[2] / "deploy" / "maintenance.html").read_text()

    assert 'lang="id"' in text
    assert 'lang="en"' in text
    assert "112" in text
    assert not re.search(r"(src|href)=|url\(|@import|<script", text)
