"""Documents: tagged, the same twice, closed to the world."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.utils.html import escape
from fontTools.ttLib import woff2

from lapor.ground import pdf, qr
from tests.lapor.pdfs import faults_of, tags_of, words_of

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PAGE = """<!doctype html><html lang="id"><head><title>Contoh surat</title></head><body><h1>Contoh surat</h1>{}
<table><thead><tr><th>Batas</th><th>Tanggal</th></tr></thead><tbody><tr><th>Jawaban</th><td>24 November 2026</td></tr></tbody></table>
<p><a href="https://lapor.example.go.id/lacak/">lapor.example.go.id</a></p></body></html>"""


def test_a_document_passes_the_checker_and_says_title_language_and_time(tmp_path: Path) -> None:
    content = pdf.render(PAGE.format(f'<p><img alt="Kode QR" src="{qr.data_uri("https://lapor.example.go.id")}"></p>'), at=AT)

    assert faults_of(content, tmp_path) == ""
    with pikepdf.open(BytesIO(content)) as file:
        assert str(file.Root.Lang) == "id"
        assert str(file.docinfo.Title) == "Contoh surat"
        assert str(file.docinfo.CreationDate) == str(file.docinfo.ModDate) == "D:20261124020000+00'00"
        assert all(int(note.F) & pdf.PRINT for page in file.pages for note in page.Annots)


def test_the_lines_at_the_foot_of_each_page_are_no_content() -> None:
    leaf = "<style>@page { @bottom-left { content: 'Halaman ' counter(page) } }</style>"
    long = "<p>Isi surat.</p>" + "<p style='break-before: page'>Halaman lain.</p>" * 3

    with pikepdf.open(BytesIO(pdf.render(PAGE.format(leaf + long), at=AT))) as file:
        assert len(file.pages) == 4
        for page in file.pages:
            marks = [[str(one) for one in step.operands] for step in pikepdf.parse_content_stream(page) if str(step.operator) == "BDC"]
            assert sum(mark[0] == "/Artifact" and "/Pagination" in mark[1] for mark in marks) == 1
            assert any(mark[0] != "/Artifact" for mark in marks)


def test_headings_of_a_table_say_whether_they_head_a_column_or_a_row() -> None:
    scopes = [element["/A"] for tag, element in tags_of(pdf.render(PAGE.format(""), at=AT)) if tag == "TH"]

    assert ["Column" in scope for scope in scopes] == [True, True, False]
    assert "Row" in scopes[2]


def test_a_box_that_is_only_drawn_is_no_element() -> None:
    gauge = '<p>Isi</p><span style="display: block; height: 3pt; width: 40%; background: #214a86"></span>'

    with pikepdf.open(BytesIO(pdf.render(PAGE.format(gauge), at=AT))) as file:
        spans = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get(pikepdf.Name.S) == pikepdf.Name.Span]
        assert [span for span in spans if not len(span.get(pikepdf.Name.K, pikepdf.Array()))] == []


def test_the_same_input_gives_the_same_bytes_and_another_identifier_others() -> None:
    html = PAGE.format("<p>Isi</p>")

    assert pdf.render(html, at=AT) == pdf.render(html, at=AT)
    assert pdf.render(html, at=AT) != pdf.render(html, at=AT, identifier=b"other")


def test_fonts_are_unpacked_once_and_what_was_drawn_before_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = PAGE.format('<link rel="stylesheet" href="/css/letter.css"><p>Isi</p>')
    other = PAGE.format('<link rel="stylesheet" href="/css/letter.css"><p style="font: 800 9pt Plus Jakarta Sans">Lain <i>sekali</i> Łž</p>')
    unpacked: list[object] = []
    unpack = woff2.decompress

    def count(*given: object) -> None:
        unpacked.append(given)
        unpack(*given)

    monkeypatch.setattr(woff2, "decompress", count)
    pdf.fonts.cache_clear()

    first = pdf.render(letter, at=AT)
    once = len(unpacked)
    pdf.render(other, at=AT)

    assert pdf.render(letter, at=AT) == first
    assert len(unpacked) == once > 0


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png", "https://example.com/x.png", "file:///etc/hostname", "//169.254.169.254/x.png", "ftp://127.0.0.1/x.png",
        "../../pyproject.toml", "/%2e%2e/lapor/settings.py", "/../.git/config", "gopher://127.0.0.1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("markup", ['<img alt="x" src="{}">', '<style>@import url("{}");</style>', '<link rel="stylesheet" href="{}">'])
def test_nothing_but_our_static_files_is_opened(address: str, markup: str) -> None:
    with pytest.raises(pdf.ForeignAddress):
        pdf.render(PAGE.format(markup.format(address)), at=AT)


def test_what_a_person_wrote_is_text_and_never_markup() -> None:
    typed = "<img src=http://127.0.0.1:9/x.png> <script>alert(1)</script> {{ settings.SECRET_KEY }}"

    assert typed in words_of(pdf.render(PAGE.format(f"<p>{escape(typed)}</p>"), at=AT))


def test_a_document_without_title_or_language_is_refused() -> None:
    with pytest.raises(ValueError, match="title and a language"):
        pdf.render("<html><body><p>x</p></body></html>", at=AT)
