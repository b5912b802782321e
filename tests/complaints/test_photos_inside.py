"""Photos that lie in a PDF or an office document: the copy shows the same pixels and says nothing beside them."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from PIL import Image

from complaints.cleaning import clean
from tests.uploads.documents import letter
from tests.uploads.mark import MARK
from tests.uploads.papers import inline, inline_in_digits, paper, photographs, photographs_anew, photographs_plainly, photographs_twice, scatters
from tests.uploads.pictures import png_texts, told

SAID = (MARK, b"Exif", b"GPS", b"JFXX", b"MPF", b"FPXR", b"xmpmeta")


def copy_of(content: bytes, kind: str = "pdf", extension: str = "pdf") -> bytes:
    made = clean(content, kind, extension, seconds=20, megabytes=700, pixels=100_000_000, playing=60)
    assert made.refusal == ""
    return made.copy


def words(document: pikepdf.Pdf) -> Iterator[Any]:
    """What is drawn: the pages, and the forms, patterns and letters that they use."""
    yield from document.pages
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and (item.get("/Subtype") == "/Form" or "/PatternType" in item):
            yield item
        elif isinstance(item, pikepdf.Dictionary) and "/CharProcs" in item:
            yield from item["/CharProcs"].values()


def photos(content: bytes) -> list[bytes]:
    """The file of each photo in a PDF, in the order of its pages and objects."""
    with pikepdf.open(io.BytesIO(content)) as document:
        found = [item.read_raw_bytes() for item in document.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"]
        for source in words(document):
            for row in pikepdf.parse_content_stream(source):
                if isinstance(row, pikepdf.ContentStreamInlineImage):
                    named = row.iimage.obj["/Filter"]
                    around = [] if isinstance(named, pikepdf.Name) else list(named)[:-1]
                    raw = row.iimage.read_raw_bytes()
                    found.append(document.make_stream(raw, Filter=pikepdf.Array(around)).read_bytes() if around else raw)
    return found


def pixels(file: bytes) -> bytes:
    with Image.open(io.BytesIO(file)) as opened:
        return opened.convert("RGB").tobytes()


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("fill", [photographs, photographs_anew, photographs_plainly, photographs_twice, scatters])
def test_a_photo_in_a_pdf_keeps_its_pixels_and_says_nothing_else(fill: Any) -> None:
    before = paper(fill)
    shown = photos(copy_of(before))

    assert [pixels(file) for file in shown] == [pixels(file) for file in photos(before)]
    assert len(shown) == (4 if fill is scatters else 1)
    assert [word for file in shown for word in SAID if word in file] == []


@pytest.mark.parametrize("content", [inline, inline_in_digits])
def test_the_words_around_a_photo_stay_as_they_are(content: Any) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"BT /F1 9 Tf (BI ID EI) Tj ET " + content() + b" BT (sesudah) Tj ET")

    with pikepdf.open(io.BytesIO(copy_of(paper(fill)))) as document:
        rows = [str(row.operator) for row in pikepdf.parse_content_stream(document.pages[0])]

    assert rows == ["BT", "Tf", "Tj", "ET", "q", "cm", "INLINE IMAGE", "Q", "BT", "Tj", "ET"]


def test_a_drawn_picture_among_the_words_is_left_as_it_is() -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q BI /W 2 /H 1 /BPC 8 /CS /G ID \x00\xff\nEI Q")

    with pikepdf.open(io.BytesIO(copy_of(paper(fill)))) as document:
        assert b"/W 2 /H 1" in document.pages[0].obj["/Contents"].read_bytes()


@pytest.mark.parametrize("break_it", [lambda whole: whole[:-40], lambda whole: whole[:32] + b"\x7f\xff\xff\xff" + whole[36:]])
def test_a_scan_that_cannot_be_read_is_not_given_out(break_it: Any) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        photographs_anew(pdf)
        shown = pdf.pages[0].obj["/Resources"]["/XObject"]["/Im0"]
        shown.write(break_it(shown.read_raw_bytes()), filter=pikepdf.Name.JPXDecode)

    made = clean(paper(fill), "pdf", "pdf", seconds=20, megabytes=700, pixels=100_000_000, playing=60)

    assert (made.copy, made.refusal) == (b"", "unreadable")


def test_pictures_in_a_document_keep_their_pixels_and_say_nothing_else() -> None:
    given = {"word/media/image1.jpeg": told(), "word/media/image2.png": png_texts()}
    copy = copy_of(letter(**given), "office", "docx")

    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        shown = {name: archive.read(name) for name in given}
    assert {name: pixels(file) for name, file in shown.items()} == {name: pixels(file) for name, file in given.items()}
    assert [word for file in shown.values() for word in (*SAID, b"tEXt", b"iTXt", b"zTXt") if word in file] == []
