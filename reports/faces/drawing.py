"""An edition as a file, in the format and the language asked for. The same document gives the same bytes."""

import json
from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import translation

from lapor.ground import pdf

from . import layout, sheets, tabular
from .dictionary import dictionary
from .document import Document

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def html_of(document: Document) -> str:
    """What the PDF is made of."""
    language = translation.get_language() or "id"
    context = {
        "document": document,
        "head": document.head,
        "title": layout.title(document),
        "chapters": layout.chapters(document),
        "methods": layout.methods(document),
        "language": language,
    }
    return render_to_string("reports/edition_pdf.html", context)


def as_pdf(document: Document) -> bytes:
    """Tagged for screen readers; dated by the cut-off and nothing else."""
    return pdf.render(html_of(document), at=document.cut_off, identifier=document.pk.bytes)


def as_json(document: Document) -> bytes:
    """The snapshot itself with what its words mean. Its digest is that of the canonical writing of `snapshot`."""
    said = {
        "edition": {
            "id": str(document.pk), "template": document.template, "about": document.name, "period": document.period, "revision": document.revision,
            "why": document.why, "state": document.state, "number": document.number, "sha256": document.sha256,
        },
        "dictionary": dictionary(),
        "snapshot": document.snapshot,
        "plan": document.plan,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1).encode()


DRAW: dict[str, Callable[[Document], bytes]] = {"pdf": as_pdf, "xlsx": sheets.as_xlsx, "csv": tabular.as_csv, "json": as_json}


def draw(document: Document, kind: str, language: str) -> bytes:
    with translation.override(language):
        return DRAW[kind](document)
