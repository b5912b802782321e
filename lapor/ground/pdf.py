"""HTML to PDF: tagged for screen readers (PDF/UA-1), the same bytes for the same input, nothing fetched from anywhere."""

import re
from collections.abc import Container
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import pikepdf
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from pikepdf import Array, Dictionary, Name, Object
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# Addresses in a document are read against this host, which does not exist: they mean files below static/.
BASE = "https://static.invalid/"
TYPES = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}
MARKED = re.compile(rb"/\w+\s*<</MCID (\d+)>>\s*BDC")
PRINT = 4  # the flag of an annotation that is printed
_one_at_a_time = Lock()  # Pango's font maps are not made for two threads, and one drawing fills a core anyway


class ForeignAddress(ValueError):
    """A document asked for something that is no static file of ours."""


class ClosedFetcher(URLFetcher):
    """Opens our own static files and `data:`; everything else ends the rendering, unasked."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        if not url.startswith(BASE):
            raise FatalURLFetchingError("A document may load our own static files and nothing else.")
        path = unquote(urlsplit(url).path).lstrip("/")
        try:
            found = finders.find(path)
        except SuspiciousFileOperation:
            found = None
        if not isinstance(found, str) or Path(found).suffix not in TYPES:
            raise FatalURLFetchingError("A document asks for a static file that is not there.")
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": TYPES[Path(found).suffix]})


@cache
def fonts() -> FontConfiguration:
    """Our fonts, unpacked once a process: for a letter of one page that is more work than the letter."""
    return FontConfiguration()


def render(html: str, *, at: datetime, identifier: bytes = b"lapor") -> bytes:
    """The document as PDF/UA-1. `html` must say its language and its title; `at` is the only time that stands in the file.

    `identifier` goes into the file's own id: a random one makes the bytes, and so their digest, impossible to guess.
    Raises ValueError for a document without language or title, and `ForeignAddress` for one that wants something from elsewhere.
    """
    with _one_at_a_time:
        try:
            document = HTML(string=html, base_url=BASE, url_fetcher=ClosedFetcher()).render(font_config=fonts())
        except FatalURLFetchingError as error:  # no Exception, so that WeasyPrint itself lets it through; ours may be caught
            raise ForeignAddress(str(error)) from None
        if not document.metadata.title or not document.metadata.lang:
            raise ValueError("A document needs a title and a language.")
        document.metadata.created = document.metadata.modified = at.astimezone(UTC).isoformat(timespec="seconds")
        document.metadata.generator = "SP4N-LAPOR!"
        raw: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, custom_metadata=True, pdf_identifier=identifier)
    return repaired(raw)


def repaired(raw: bytes) -> bytes:
    """What WeasyPrint leaves out: which way a table's headings point, that running lines are no content, that links are printed, and what
    they lead to.
    """
    with pikepdf.open(BytesIO(raw)) as pdf:
        content = _mend_tree(pdf.Root.StructTreeRoot) if Name.StructTreeRoot in pdf.Root else {}
        for page in pdf.pages:
            if content:
                _set_aside(pdf, page, content.get(page.obj.objgen, set()))
            for note in page.get(Name.Annots, Array()):
                note.F = int(note.get(Name.F, 0)) | PRINT
                if Name.Contents not in note and Name.A in note and Name.URI in note.A:
                    note.Contents = note.A.URI
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _set_aside(pdf: pikepdf.Pdf, page: pikepdf.Page, content: Container[int]) -> None:
    """Mark as pagination what no element of the tree holds: the lines at the foot of each page (ISO 14289-1, 7.8)."""

    def mark(found: re.Match[bytes]) -> bytes:
        return found[0] if int(found[1]) in content else b"/Artifact\n<</Type /Pagination>>\nBDC"

    raw = page.Contents.read_bytes()
    mended = MARKED.sub(mark, raw)
    if mended != raw:
        page.Contents = pdf.make_stream(mended)


def _is_empty(child: Any) -> bool:
    """A drawn box without a word: it says nothing to whoever listens."""
    if not isinstance(child, Dictionary) or child.get(Name.S) != Name.Span:
        return False
    below = child.get(Name.K)
    return below is None or (isinstance(below, Array) and not len(below))


def _mend_tree(root: Object) -> dict[tuple[int, int], set[int]]:
    """Give every TH its scope: a column's in the head of a table, else a row's; leave out empty boxes. Answers which marks of each page the tree holds."""
    held: dict[tuple[int, int], set[int]] = {}
    waiting: list[tuple[Object, bool]] = [(root, False)]
    while waiting:
        element, in_head = waiting.pop()
        kind = element.get(Name.S)
        in_head = in_head or kind == Name.THead
        if kind == Name.TH:
            element.A = Dictionary(O=Name.Table, Scope=Name.Column if in_head else Name.Row)
        below = element.get(Name.K, Array())
        children: list[Any] = [child for child in (below if isinstance(below, Array) else [below]) if not _is_empty(child)]
        if isinstance(below, Array) and len(children) < len(below):
            element.K = Array(children)
        waiting += [(child, in_head) for child in children if isinstance(child, Dictionary)]
        if Name.Pg in element:
            held.setdefault(element.Pg.objgen, set()).update(child for child in children if isinstance(child, int))
    return held
