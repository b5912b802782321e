"""Files through the pages and the API: sent with the form, shown in a sandbox, given only to those who may read the case."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Upload
from tests.files import HTML, KEY, NO_FILES, keep, office, photo
from tests.world import COMPLAINT, World


def sent(name: str = "IMG_2026 Ibu Sari.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or photo(), "image/jpeg")


TYPED = {
    "classification": "complaint", "title": COMPLAINT["title"], "body": COMPLAINT["body"], "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001", "consent": "on", "idempotency_key": KEY,
}  # fmt: skip


def kept(page: str) -> list[str]:
    return re.findall(r'name="berkas" value="([^"]+)"', page)


def test_three_photos_go_with_the_form_through_the_check_to_the_own_page(client: Client, world: World) -> None:
    checked = client.post("/lapor/", {**TYPED, "langkah": "periksa", "files": [sent(), sent(), sent()]}).content.decode()
    ids = kept(checked)
    done = client.post("/lapor/", {**TYPED, "langkah": "kirim", "berkas": ids}).content.decode()
    number, code = re.findall(r'class="secret-code">([^<]+)<', done)[:2]
    client.post("/lacak/", {"number": number, "code": code})
    waiting = client.get(f"/lacak/{number}/").content.decode()
    services.clean_uploads(at=world.at)
    own = client.get(f"/lacak/{number}/").content.decode()

    assert len(ids) == 3
    assert waiting.count("menunggu pemeriksaan") == 3
    assert len(re.findall(rf"/lacak/{number}/berkas/[0-9a-f-]+/\?kecil", own)) == 3
    assert "Ibu Sari" not in own


def test_another_wrong_field_loses_no_photo(client: Client, world: World) -> None:
    wrong = client.post("/lapor/", {**TYPED, "title": "", "langkah": "periksa", "files": [sent()]})

    assert wrong.status_code == 422
    assert len(kept(wrong.content.decode())) == 1


def test_one_wrong_file_is_named_and_the_others_are_kept(client: Client, world: World) -> None:
    answer = client.post("/lapor/", {**TYPED, "langkah": "periksa", "files": [sent(), sent("virus.exe", NO_FILES["exe"])]})

    assert answer.status_code == 422
    assert "virus.exe" in answer.content.decode()
    assert len(kept(answer.content.decode())) == 1


def with_file(world: World, **overrides: Any) -> tuple[Any, Upload]:
    row = keep(world, photo())
    receipt = world.submit(files=[str(row.pk)], **overrides)
    services.clean_uploads(at=world.at)
    row.refresh_from_db()
    return receipt, row


def test_a_file_is_given_in_a_sandbox_under_a_neutral_name(client: Client, world: World) -> None:
    receipt, row = with_file(world)
    client.post("/lacak/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})

    answer = client.get(f"/lacak/{receipt.complaint.tracking_id}/berkas/{row.pk}/")

    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert re.search(r'inline; filename="lampiran-[0-9a-f]{8}\.jpg"', answer["Content-Disposition"])


WHO = {"national": 200, "admin": 404, "liaison": 404, "ombudsman": 404, "auditor": 403}


@pytest.mark.parametrize("who", WHO)
def test_a_file_of_a_secret_case_is_for_those_who_may_read_the_case(client: Client, world: World, who: str) -> None:
    receipt, row = with_file(world, is_secret=True)

    found = world.login(client, who).get(f"/meja/{receipt.complaint.tracking_id}/berkas/{row.pk}/").status_code

    assert found == WHO[who]


def test_nobody_else_gets_a_file(client: Client, world: World) -> None:
    receipt, row = with_file(world)
    other, other_row = with_file(world)
    client.post("/lacak/", {"number": other.complaint.tracking_id, "code": other.case_code})
    path = f"berkas/{row.pk}/"

    assert Client().get(f"/lacak/{receipt.complaint.tracking_id}/{path}").status_code == 404
    assert client.get(f"/lacak/{receipt.complaint.tracking_id}/{path}").status_code == 404
    assert client.get(f"/lacak/{other.complaint.tracking_id}/{path}").status_code == 404
    assert client.get(f"/laporan/{receipt.complaint.tracking_id}/{path}").status_code == 404
    assert client.get(f"/lacak/{other.complaint.tracking_id}/berkas/{other_row.pk}/").status_code == 200
    assert world.login(Client(), "other_liaison").get(f"/meja/{receipt.complaint.tracking_id}/{path}").status_code == 404


def test_an_office_document_is_for_officers_alone(client: Client, world: World) -> None:
    row = keep(world, office())
    receipt = world.submit(files=[str(row.pk)])
    services.clean_uploads(at=world.at)
    client.post("/lacak/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})
    number = receipt.complaint.tracking_id

    desk = world.login(Client(), "national").get(f"/meja/{number}/berkas/{row.pk}/")

    assert client.get(f"/lacak/{number}/berkas/{row.pk}/").status_code == 404
    assert desk.status_code == 200
    assert desk["Content-Disposition"].startswith("attachment")


def test_an_answer_carries_a_file_to_the_reporter(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress")
    desk = world.login(client, "liaison")
    given = {
        "text": "Sudah ditambal.",
        "outcome": "solved",
        "done_on": "2026-11-02",
        "evidence": "Berita acara.",
        "version": complaint.version,
        "files": [sent()],
    }

    answered = desk.post(f"/meja/{complaint.tracking_id}/langkah/answer/", given)
    services.clean_uploads(at=world.at)

    assert answered.status_code == 302, answered.context["form"].errors
    row = Upload.objects.get()
    assert row.transition is not None
    assert row.transition.kind == "answer"
    assert f"/berkas/{row.pk}/" in desk.get(f"/meja/{complaint.tracking_id}/").content.decode()


def test_a_reply_over_the_api_takes_a_file_sent_ahead(client: Client, world: World) -> None:
    receipt = world.submit()
    made_ = client.post("/api/v1/uploads/", {"file": sent()})
    bad = client.post("/api/v1/uploads/", {"file": sent("a.jpg", HTML)})
    missing = client.post("/api/v1/uploads/", {})

    assert made_.status_code == 201
    assert (bad.status_code, missing.status_code) == (422, 422)
    assert bad.json()["fields"].keys() == {"files"}
    assert Upload.objects.get(pk=made_.json()["id"]).complaint is None
    assert receipt.complaint.uploads.count() == 0


def test_the_own_page_asks_the_database_as_often_for_ten_files_as_for_one(client: Client, world: World) -> None:
    receipt, _row = with_file(world)
    client.post("/lacak/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})
    path = f"/lacak/{receipt.complaint.tracking_id}/"
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    first = receipt.complaint.uploads.get()
    Upload.objects.bulk_create(
        Upload(
            complaint_id=first.complaint_id,
            transition_id=first.transition_id,
            kind="image",
            extension="jpg",
            size=1,
            sha256="x",
            sealed_key=b"x",
            created_at=world.at,
        )
        for _ in range(9)
    )

    with CaptureQueriesContext(connection) as ten:
        client.get(path)
    assert len(one) == len(ten)
