"""Files come sealed, are cleaned in a process of their own, and are given only to those who may read the case."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from PIL import Image
from pillow_heif import register_heif_opener

from complaints import cleaning, services
from complaints.models import Complaint, Upload
from lapor.ground.problems import Refusal
from tests.files import HTML, KEY, NO_FILES, document, keep, office, photo
from tests.world import COMPLAINT, World


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


def test_a_scanner_that_is_away_for_hours_uses_up_no_try_of_a_file(world: World, settings: Any) -> None:
    settings.CLAMD_SOCKET = "/nowhere/clamd.sock"
    row = made(world, photo())
    for hour in range(1, 9):
        services.clean_uploads(at=world.at + timedelta(hours=hour))
    settings.CLAMD_SOCKET = ""
    services.clean_uploads(at=world.at + timedelta(hours=9))

    row.refresh_from_db()
    assert (row.state, row.tries) == (Upload.State.CLEAN, 1)


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
