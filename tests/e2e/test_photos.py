"""Photos are made smaller in the browser before they travel; what is no photo and what would not shrink travels as it is."""

import io
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from complaints.models import Upload
from tests.files import document
from tests.server import ROOT, database_url, serving
from tests.world import World

pytestmark = pytest.mark.browser
LYING = 6  # EXIF: what is stored must be turned a quarter clockwise to stand
RED, BLUE = (190, 40, 40), (40, 40, 190)
CHOSEN = "[...document.querySelector('#id_files').files].map(file => [file.name, file.type, file.size])"


@pytest.fixture
def site(committed: World, tmp_path: Path) -> Iterator[str]:
    Upload.objects.all().delete()
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        yield address
    Upload.objects.all().delete()


def telephone_photo() -> bytes:
    """4000 x 3000, several megabytes, stored lying: red at its stored left, which is its upper half when it stands."""
    noise = Image.frombytes("L", (1000, 750), random.Random(1).randbytes(750_000)).resize((4000, 3000))
    halves = Image.new("RGB", (4000, 3000), BLUE)
    halves.paste(RED, (0, 0, 2000, 3000))
    picture = Image.blend(halves, Image.merge("RGB", (noise, noise, noise)), 0.25)
    exif = picture.getexif()
    exif[0x0112] = LYING
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=95, exif=exif)
    return made.getvalue()


def small_photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (800, 600), RED).save(made, "PNG")
    return made.getvalue()


def opened(browser: Browser, site: str, *, scripts: bool = True) -> Page:
    page = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=scripts, locale="id-ID").new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{site}/lapor/")
    page.fill("#id_title", "Lampu jalan padam di depan pasar")
    page.fill("#id_body", "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.")
    page.check("#id_consent")
    return page


def send(page: Page, *files: FilePayload) -> list[int]:
    """The sizes that arrived, in the order in which they were sent."""
    page.set_input_files("#id_files", list(files))
    page.locator("button[value=periksa]").click()
    page.wait_for_selector("button[value=kirim]")
    return list(Upload.objects.order_by("created_at").values_list("size", flat=True))


def test_large_photos_arrive_small_and_upright_and_a_document_arrives_whole(browser: Browser, site: str, tmp_path: Path) -> None:
    photo, pdf, little = telephone_photo(), document(), small_photo()
    assert len(photo) > 2_000_000
    page = opened(browser, site)

    sizes = send(
        page,
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo},
        {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": pdf},
        {"name": "IMG_2.jpeg", "mimeType": "image/jpeg", "buffer": photo},
        {"name": "kecil.png", "mimeType": "image/png", "buffer": little},
    )

    assert [size < 1_000_000 for size in sizes] == [True] * 4
    assert (sizes[1], sizes[3]) == (len(pdf), len(little))
    env = {**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "manage.py", "clean"], cwd=ROOT, env=env, check=True, capture_output=True)
    row = Upload.objects.order_by("created_at")[0]
    with Image.open(tmp_path / "media" / row.clean_path) as shown:
        found = shown.convert("RGB")
    assert found.size == (1200, 1600)
    upper, lower = found.getpixel((600, 200)), found.getpixel((600, 1400))
    assert isinstance(upper, tuple)
    assert isinstance(lower, tuple)
    assert upper[0] > upper[2]  # red above
    assert lower[2] > lower[0]


def test_progress_is_told_and_the_result_too(browser: Browser, site: str) -> None:
    page = opened(browser, site)
    page.set_input_files("#id_files", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": telephone_photo()})

    expect(page.locator("#id_files + [role=status]")).to_contain_text("Foto sudah diperkecil")
    [[name, kind, size]] = page.evaluate(CHOSEN)
    assert (name, kind) == ("a.jpg", "image/jpeg")
    assert size < 1_000_000


@pytest.mark.parametrize("kind", ["image/jpeg", "image/heic", "image/png"])
def test_what_cannot_be_read_as_a_picture_goes_as_it_was_chosen(browser: Browser, site: str, kind: str) -> None:
    page = opened(browser, site)
    page.set_input_files("#id_files", {"name": "rusak.jpg", "mimeType": kind, "buffer": b"no picture" * 200_000})

    page.wait_for_timeout(500)
    assert page.evaluate(CHOSEN) == [["rusak.jpg", kind, 2_000_000]]
    assert page.locator("#id_files + [role=status]").inner_text() == ""


def test_without_scripts_the_same_form_sends_the_photo_as_it_is(browser: Browser, site: str) -> None:
    photo = telephone_photo()

    assert send(opened(browser, site, scripts=False), {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}) == [len(photo)]
