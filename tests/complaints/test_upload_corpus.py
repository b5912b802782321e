"""Every file of the corpus through the form: refused in words, or given out as a copy that says nothing it should not."""

import io
import resource
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import batched

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from complaints.models import REFUSALS, Upload
from institutions import services as places
from institutions.models import LegalBasis
from officers.actors import machine
from tests.citizen import TYPED
from tests.files import NAMES
from tests.uploads.rows import CLEAN, EMPTY, FILES, KIND, SIZE, Row
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")

SECONDS, MEGABYTES = 10, 700  # less than an installation allows: no file of the corpus may take more
AT_THE_DOOR = {KIND: str(REFUSALS["kind"]), EMPTY: "Berkas ini kosong.", SIZE: "Berkas ini"}
FILES_OF_A_CASE = 10


@pytest.fixture
def narrow(world: World) -> World:
    """The country with less time and memory for a file."""
    basis = LegalBasis.objects.get(code="service-rule")
    for key, value in (("clean_seconds", SECONDS), ("clean_megabytes", MEGABYTES)):
        places.set_limit(key=key, value=value, legal_basis=basis, valid_from=world.at.date(), by=machine("system"), at=world.at, why="uji")
    return world


def unpacked(copy: bytes, extension: str) -> bytes:
    """All that the copy says, with what is packed inside it."""
    if extension == "pdf":
        return b"\n".join(_said_by_pdf(copy))
    if extension in {"docx", "xlsx", "pptx", "odt"}:
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            return b"\n".join([copy, *(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())])
    return copy


def _said_by_pdf(copy: bytes) -> Iterator[bytes]:
    yield copy
    with pikepdf.open(io.BytesIO(copy)) as document:
        for item in document.objects:
            yield repr(item).encode()
            if isinstance(item, pikepdf.Stream):
                yield from _layers(item.read_raw_bytes())


def _layers(content: bytes) -> Iterator[bytes]:
    """The bytes, and what comes out of them as often as they are packed."""
    yield content
    with suppress(zlib.error):
        while content:
            content = zlib.decompress(content)
            yield content


class Desk:
    """Files go in by the citizen's form and come out at the officer's desk; what is not as the table says is written down."""

    def __init__(self, world: World) -> None:
        self.world, self.citizen, self.officer = world, Client(), world.login(Client(), "national")
        self.wrong: dict[str, str] = {}
        self.fates: Counter[str] = Counter()
        self.slowest = 0.0

    def note(self, name: str, *, holds: bool, why: str) -> None:
        if not holds:
            self.wrong[name] = f"{self.wrong.get(name, '')} {why}"

    def send(self, name: str, row: Row) -> Upload | None:
        """By the form; what is refused there is refused in words and not kept."""
        before = set(Upload.objects.values_list("pk", flat=True))
        sent = {**TYPED, "title": "", "langkah": "periksa", "files": [SimpleUploadedFile(f"{name}.jpg", row.make(), "image/jpeg")]}
        answer = self.citizen.post("/lapor/", sent)
        kept = Upload.objects.exclude(pk__in=before).first()
        if row.fate in AT_THE_DOOR:
            self.fates[row.fate] += 1
            self.note(name, holds=kept is None and AT_THE_DOOR[row.fate] in answer.content.decode(), why="not refused in words")
            return None
        self.note(name, holds=kept is not None, why="not taken")
        return kept

    def clean(self) -> None:
        """One file after the other, as a worker does."""
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        for _turn in range(Upload.objects.filter(state=Upload.State.WAITING).count()):
            began = time.monotonic()
            services.clean_uploads(at=self.world.at, limit=1)
            self.slowest = max(self.slowest, time.monotonic() - began)
        grown = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        assert grown == largest or grown < MEGABYTES * 1024

    def served(self, kept: Upload, number: str) -> bytes | None:
        answer = self.officer.get(f"/meja/{number}/berkas/{kept.pk}/")
        if answer.status_code != 200:
            return None
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline" if kept.kind == "image" else "attachment")
        return bytes(answer.content)

    def judge(self, name: str, row: Row, kept: Upload, number: str) -> None:
        kept.refresh_from_db()
        fate, copy = kept.reason or kept.state, self.served(kept, number)
        self.fates[fate] += 1
        self.note(name, holds=fate == row.fate, why=f"{fate}, not {row.fate}")
        self.note(name, holds=(copy is not None) == (row.fate == CLEAN), why="served" if copy else "not served")
        said = unpacked(copy, kept.extension).lower() if copy else b""
        found = [word for word in row.lacks if word.lower() in said]
        self.note(name, holds=not found, why=f"still says {found}")


def walk(world: World, rows: dict[str, Row]) -> Desk:
    desk = Desk(world)
    kept = [(name, row, upload) for name, row in rows.items() if (upload := desk.send(name, row)) is not None]
    numbers = [(world.submit(files=[str(upload.pk) for _name, _row, upload in part]).complaint.tracking_id, part) for part in batched(kept, FILES_OF_A_CASE)]
    desk.clean()
    for number, part in numbers:
        for name, row, upload in part:
            desk.judge(name, row, upload, number)
    return desk


def report(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        counts = ", ".join(f"{count} {fate}" for fate, count in desk.fates.most_common())
        print(f"\n{desk.fates.total()} files: {counts}; slowest cleaning {desk.slowest:.1f} s; wrong: {len(desk.wrong)}")  # noqa: T201


def test_a_few_files_of_every_sort_meet_their_fate(narrow: World, capsys: pytest.CaptureFixture[str]) -> None:
    desk = walk(narrow, {name: row for name, row in FILES.items() if row.daily})
    report(desk, capsys)

    assert desk.wrong == {}
    assert desk.slowest < 2 * SECONDS


@pytest.mark.night
def test_all_files_meet_their_fate(narrow: World, capsys: pytest.CaptureFixture[str]) -> None:
    desk = walk(narrow, FILES)
    report(desk, capsys)

    assert desk.wrong == {}
    assert desk.slowest < 2 * SECONDS
    assert desk.fates.total() == len(FILES) >= 60


def by_hand(name: str) -> tuple[bytes, str]:
    """A form with one file, its name written as no browser would."""
    fields = {**TYPED, "title": "", "langkah": "periksa"}
    parts = [f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
    parts.append(f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\nMZ'.encode())
    return b"".join(b"--batas\r\n" + part + b"\r\n" for part in parts) + b"--batas--\r\n", "multipart/form-data; boundary=batas"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_hostile_file_name_is_shown_harmless_and_not_kept(client: Client, world: World, name: str) -> None:
    answer = client.post("/lapor/", *by_hand(name))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert AT_THE_DOOR[KIND] in page
    assert "Set-Cookie" not in str(answer.headers)
    assert [part for part in ("\u202e", "\x00", "../", "<img src=x", "a" * 100, "C:\\") if part in page] == []
    assert Upload.objects.count() == 0
