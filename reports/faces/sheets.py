"""An edition as a spreadsheet: numbers are numbers, headings stay in view, and nothing that was typed is ever a formula."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from ..snapshot import Data
from . import layout, words
from .document import Document

# Text stays text, whatever it begins with; rows go to disk as they are written.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True, "in_memory": False}
WIDTHS = (34, 14)
LONGEST = 31  # of the name of a sheet


class Book:
    """A workbook that is written from top to bottom."""

    def __init__(self) -> None:
        self.out = BytesIO()
        self.book = xlsxwriter.Workbook(self.out, OPTIONS)
        self.bold = self.book.add_format({"bold": True, "bg_color": "#EEF0F3", "border": 1, "text_wrap": True, "valign": "top"})
        self.text = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.whole = self.book.add_format({"num_format": "#,##0", "valign": "top"})
        self.part = self.book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.names: set[str] = set()

    def sheet(self, name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """One table: its headings frozen, filters on."""
        name = "".join("-" if sign in "[]:*?/\\" else sign for sign in name)[:LONGEST].strip("'") or "-"
        while name.lower() in self.names:
            name = f"{name[: LONGEST - 2]} {len(self.names) % 10}"
        self.names.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, WIDTHS[0])
        sheet.set_column(1, max(len(head) - 1, 1), WIDTHS[1])
        sheet.freeze_panes(1, 1)
        for column, text in enumerate(head):
            sheet.write_string(0, column, text, self.bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                self._write(sheet, number, column, cell)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(head) - 1)

    def _write(self, sheet: Any, row: int, column: int, cell: Any) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, date):
            sheet.write_datetime(row, column, datetime.combine(cell, time()), self.day)
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, self.whole)
        elif isinstance(cell, float):
            sheet.write_number(row, column, cell, self.part)
        else:
            sheet.write_string(row, column, str(cell), self.text)

    def close(self, document: Document) -> bytes:
        self.book.set_properties({"title": layout.title(document), "author": "SP4N-LAPOR!", "created": document.cut_off.astimezone(UTC).replace(tzinfo=None)})
        self.book.close()
        return self.out.getvalue()


def figure(cell: Data, part: str = "value") -> int | float | str | None:
    """A part of a figure as a number of its own kind; why there is none, in words."""
    found = cell.get(part)
    if found is None:
        return str(words.MISSING.get(cell.get("missing", ""), "")) if part == "value" else None
    if isinstance(found, int):
        return found
    return float(found) if "." in found else int(found)


def _figures(book: Book, document: Document) -> None:
    head = (
        _("Figure"), _("Value"), _("Measured in"), _("Numerator"), _("Denominator"), _("Lower end"), _("Upper end"), _("Median"), _("90th percentile"),
        _("Period before"), _("Target"), _("Stands"), _("Key"),
    )  # fmt: skip
    rows = []
    for row in document.snapshot["indicators"]:
        before = figure(row["before"]) if row.get("before") else None
        parts = [figure(row, part) for part in ("numerator", "denominator", "low", "high", "median", "p90")]
        light = str(words.LIGHTS[row.get("light", "none")][1])
        rows.append([words.indicator_name(row["key"]), figure(row), words.unit_of(row["key"]), *parts, before, figure(row, "target"), light, row["key"]])
    book.sheet(_("Summary"), head, rows)


def _tables(book: Book, document: Document) -> None:
    for table in document.snapshot["tables"]:
        if not table["rows"]:
            continue
        head = (str(words.FIRST[table["dim"]]), *(words.column_name(table, column) for column in table["columns"]), _("Key"))
        rows = [[words.row_name(table, row), *(figure(row["cells"][column]) for column in table["columns"]), row["key"]] for row in table["rows"]]
        book.sheet(str(words.TABLES[table["key"]]), head, rows)


def _lists(book: Book, document: Document) -> None:
    listed = document.snapshot["over_60"]["listed"]
    if listed:
        rows = [[row["number"], date.fromisoformat(row["passed_on"]), row["holder"]] for row in listed]
        book.sheet(_("Past 60 days"), (_("Number"), _("Passed on"), _("With")), rows)
    for name, items in ((_("Action plan"), document.plan), (_("Last action plan"), document.snapshot["last_plan"])):
        if items:
            rows = [[item["text"], item["owner"], date.fromisoformat(item["due_on"]), str(words.STATUS[item["status"]]), item["progress"]] for item in items]
            book.sheet(name, (_("What"), _("Who"), _("By when"), _("Status"), _("Progress")), rows)


def as_xlsx(document: Document) -> bytes:
    book = Book()
    about = [*layout.about(document), ("SHA-256", document.sha256)]
    book.sheet(_("Scope and period"), (_("What"), layout.title(document)), about)
    _figures(book, document)
    _tables(book, document)
    _lists(book, document)
    rows = [[row["name"], row["formula"], row["note"], row["key"]] for row in layout.methods(document)]
    book.sheet(_("Method"), (_("Figure"), _("Formula"), _("Note"), _("Key")), rows)
    return book.close(document)
