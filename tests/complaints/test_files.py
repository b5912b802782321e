"""Files come sealed, are cleaned in a process of their own, and are given only to those who may read the case."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pillow_heif import register_heif_opener

from complaints import cleaning, services
from complaints.models import Complaint, Upload
from lapor.ground.problems import Refusal
from tests.world import COMPLAINT, World

HTML = b"<script>document.title='x'</script>"
KEY = "7f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d"


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, settings: Any) -> None:
    cache.clear()
    moved = {name: settings.STORAGES[name] for name in ("default", "vault")}
    settings.STORAGES = settings.STORAGES | {name: {**row, "OPTIONS": {**row["OPTIONS"], "location": tmp_path / name}} for name, row in moved.items()}


def photo(size: tuple[int, int] = (800, 600), kind: str = "JPEG", **more: Any) -> bytes:
    """A picture as a telephone makes it: with place, device and a comment."""
    made = io.BytesIO()
    picture = Image.new("RGB", size, (180, 40, 60))
    exif = picture.getexif()
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[2] = (6.0, 12.0, 30.0)
    picture.save(made, kind, exif=exif, **more)
    return made.getvalue()


def document(**root: Any) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = "Pelapor Rahasia"
        for name, value in root.items():
            pdf.Root[f"/{name}"] = value
        pdf.save(made)
    return made.getvalue()


def office(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def keep(world: World, content: bytes) -> Upload:
    return services.store_upload(content, at=world.at, reference=services.Reference(world.at))


def made(world: World, content: bytes) -> Upload:
    row = keep(world, content)
    services.clean_uploads(at=world.at)
    row.refresh_from_db()
    return row


def copy_of(row: Upload) -> bytes:
    return (Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / row.clean_path).read_bytes()


# What becomes of a file


def test_a_photo_keeps_its_pixels_and_loses_place_device_comment_and_tail(world: World) -> None:
    row = made(world, photo(comment=b"rumah saya") + HTML)
    copy = copy_of(row)

    assert row.state == Upload.State.CLEAN
    assert Image.open(io.BytesIO(copy)).size == (800, 600)
    assert not Image.open(io.BytesIO(copy)).getexif()
    for secret in (b"Kamera", b"rumah saya", b"script", b"GPS"):
        assert secret not in copy
    assert row.has_thumbnail


def test_a_large_picture_is_made_smaller_and_stands_upright(world: World) -> None:
    picture = io.BytesIO()
    image = Image.new("RGB", (4000, 3000))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(picture, "JPEG", exif=exif)

    assert Image.open(io.BytesIO(copy_of(made(world, picture.getvalue())))).size == (1920, 2560)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_pictures_of_every_kind_become_a_plain_one(world: World, kind: str) -> None:
    register_heif_opener()
    content = io.BytesIO()
    Image.new("RGB", (64, 48)).save(content, kind)

    assert copy_of(made(world, content.getvalue()))[:3] == b"\xff\xd8\xff"


def test_a_pdf_loses_what_acts_by_itself_and_who_wrote_it(world: World) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    copy = copy_of(made(world, document(OpenAction=script)))

    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 1
        assert "/OpenAction" not in pdf.Root
        assert not pdf.docinfo.get("/Author")
    assert b"app.alert" not in copy


def test_an_office_document_is_taken_without_macros_only(world: World) -> None:
    plain, macro = made(world, office()), made(world, office(word__vbaProject__bin=b"x", **{"word__vbaProject.bin": b"x"}))
    reaching = made(world, office(**{"word___rels__document.xml.rels": b'<Relationship Type="x/image" Target="http://a" TargetMode="External"/>'}))

    assert plain.state == Upload.State.CLEAN
    assert (macro.state, macro.reason) == (Upload.State.REFUSED, "macros")
    assert (reaching.state, reaching.reason) == (Upload.State.REFUSED, "macros")


NO_FILES: dict[str, bytes] = {
    "html": HTML,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "exe": b"MZ" + b"\0" * 200,
    "text": b"halo",
    "zip": office()[:4] + b"\0" * 60,
    "elf": b"\x7fELF" + b"\0" * 200,
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_photo_pdf_sound_film_or_document_is_refused_whatever_it_is_called(world: World, name: str) -> None:
    with pytest.raises(Refusal) as found:
        keep(world, NO_FILES[name])

    assert found.value.status == 422
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("content", [photo()[:300], b"\xff\xd8\xff\xe0" + b"\0" * 500, b"%PDF-1.7 nothing", b"\x89PNG\r\n\x1a\n" + b"x" * 99])
def test_a_broken_file_is_refused_with_a_kind_word(world: World, content: bytes) -> None:
    row = made(world, content)

    assert row.state == Upload.State.REFUSED
    assert row.why


def test_a_picture_that_unpacks_to_a_mountain_is_refused_and_takes_nothing_along(world: World) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30000, 30000)).save(bomb, "PNG")

    row = made(world, bomb.getvalue())

    assert (row.state, row.reason) == (Upload.State.REFUSED, "pixels")


def test_a_child_that_takes_too_long_or_too_much_is_killed() -> None:
    content = io.BytesIO()
    Image.effect_noise((3000, 3000), 80).save(content, "PNG")
    limits = {"seconds": 30, "megabytes": 1024, "pixels": 80_000_000, "playing": 60}

    assert cleaning.clean(content.getvalue(), "image", "jpg", **limits).copy
    assert cleaning.clean(content.getvalue(), "image", "jpg", **{**limits, "megabytes": 60}).refusal in {"mountain", "unreadable"}
    assert cleaning.clean(content.getvalue(), "image", "jpg", **{**limits, "seconds": 0}).refusal == "mountain"


def test_the_original_lies_sealed(world: World, tmp_path: Path) -> None:
    content = photo()
    row = keep(world, content)
    stored = (tmp_path / "vault" / row.original_path).read_bytes()

    assert content[:64] not in stored
    assert content[200:260] not in stored
    assert services.files.open_original(row) == content


def test_nothing_is_shown_while_a_scanner_is_asked_for_and_silent(world: World, settings: Any) -> None:
    settings.CLAMD_SOCKET = "/nowhere/clamd.sock"

    row = made(world, photo())

    assert row.state == Upload.State.WAITING


def test_a_worker_that_died_leaves_the_file_to_the_next_after_a_while(world: World) -> None:
    row = keep(world, photo())
    Upload.objects.filter(pk=row.pk).update(claimed_until=world.at + timedelta(seconds=60), tries=1)

    soon, later = services.clean_uploads(at=world.at), services.clean_uploads(at=world.at + timedelta(minutes=5))

    assert (soon["clean"], later["clean"]) == (0, 1)


def test_files_that_no_report_took_up_are_swept_away_with_their_bytes(world: World, tmp_path: Path) -> None:
    keep(world, photo())
    linked = world.submit(files=[str(keep(world, photo()).pk)]).complaint

    gone = services.drop_orphans(at=world.at + timedelta(hours=25))

    assert gone == 1
    assert Upload.objects.get().complaint == linked
    assert len([path for path in (tmp_path / "vault").rglob("*") if path.is_file()]) == 1


# Linking


def test_a_file_is_linked_once_and_by_its_id_alone(world: World) -> None:
    row = keep(world, photo())
    world.submit(files=[str(row.pk)])

    with pytest.raises(Refusal) as found:
        world.submit(files=[str(row.pk)])

    assert found.value.fields.keys() == {"files"}
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize("value", [["x"], "\x00", [{}], 5, {"a": 1}, [None], ["00000000-0000-4000-8000-000000000000"], ["x"] * 500])
def test_ids_that_are_none_are_refused_in_words(world: World, value: Any) -> None:
    with pytest.raises(Refusal) as found:
        world.submit(files=value)
    assert found.value.status == 422


def test_more_files_than_allowed_are_refused(world: World) -> None:
    with pytest.raises(Refusal):
        world.submit(files=[str(keep(world, photo((8, 8))).pk) for _ in range(11)])


def test_sent_twice_with_files_it_is_one_report(world: World) -> None:
    row = keep(world, photo())
    given = {**COMPLAINT, "files": [str(row.pk)]}

    first = services.submit(given, by=world.reporter(), at=world.at, idempotency_key=KEY)
    second = services.submit(given, by=world.reporter(), at=world.at, idempotency_key=KEY)

    assert first.complaint == second.complaint


# The pages


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


WHO = {"national": 200, "admin": 404, "liaison": 404, "ombudsman": 403, "auditor": 404}


@pytest.mark.parametrize("who", WHO)
def test_a_file_of_a_secret_case_is_for_those_who_may_read_the_case(client: Client, world: World, who: str) -> None:
    receipt, row = with_file(world, is_secret=True)

    found = world.login(client, who).get(f"/meja/{receipt.complaint.tracking_id}/berkas/{row.pk}/").status_code
    case = client.get(f"/meja/{receipt.complaint.tracking_id}/").status_code

    assert found == case


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
