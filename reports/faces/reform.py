"""The yearly extract for the bureaucratic-reform assessment: the few figures of each institution that it asks for."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

from defusedcsv import csv
from django.utils.translation import gettext as _

from . import words
from .document import Document
from .sheets import Book, figure

# Both readings of %TL are named, for the assessments do not agree which one is meant.
KEYS = (
    "received", "clearance_rate_flow", "clearance_rate_cohort", "followup_rate", "completion_rate", "sla_compliance", "satisfaction", "satisfied_share",
    "officer_compliance",
)  # fmt: skip
PARTS = ("value", "numerator", "denominator", "missing")


def _rows(documents: Sequence[Document]) -> list[list[Any]]:
    found = []
    for document in documents:
        by_key = {row["key"]: row for row in document.snapshot["indicators"]}
        found += [[document.name, document.slug, document.period, document.revision, document.sha256, by_key[key]] for key in KEYS]
    return found


def as_csv(documents: Sequence[Document]) -> bytes:
    """A line an institution and figure."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("institution", "slug", "period", "revision", "sha256", "figure", "name", *PARTS))
    for *about, row in _rows(documents):
        writer.writerow([*about, row["key"], words.indicator_name(row["key"]), *("" if row.get(part) is None else row[part] for part in PARTS)])
    return out.getvalue().encode()


def as_xlsx(documents: Sequence[Document]) -> bytes:
    """A line an institution, a column a figure with what it was worked out from."""
    book = Book()
    head = [_("Institution"), _("Period"), _("Revision")]
    for key in KEYS:
        head += [words.indicator_name(key), _("Numerator"), _("Denominator")]
    rows = []
    for document in documents:
        by_key = {row["key"]: row for row in document.snapshot["indicators"]}
        cells = [part for key in KEYS for part in (figure(by_key[key]), figure(by_key[key], "numerator"), figure(by_key[key], "denominator"))]
        rows.append([document.name, document.period, document.revision, *cells])
    book.sheet(_("Bureaucratic reform"), head, rows)
    return book.close(documents[0])
