"""An edition as one long CSV: a line a figure, numbers with a decimal point, no cell that a spreadsheet would take for a formula."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

from defusedcsv import csv

from ..snapshot import Data
from . import words
from .document import Document

PARTS = ("value", "numerator", "denominator", "n", "low", "high", "median", "p90", "missing", "target", "light")
HEAD = ("section", "item", "name", "measure", *PARTS)


def _parts(cell: Data) -> list[Any]:
    return ["" if cell.get(part) is None else cell[part] for part in PARTS]


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """`issue_names_id` for what is held within; nothing is an empty cell."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(f"{name}_{key}", part)
    else:
        yield name, "" if value is None else value


def lines(document: Document) -> Iterator[list[Any]]:
    """Section, item, its name, measure, and the parts of the figure."""
    snapshot = document.snapshot
    about: dict[str, Any] = {
        "about": document.name, "template": document.template, "period": document.period, "revision": document.revision, "state": document.state,
        "number": document.number, "cut_off": snapshot["cut_off"], "formula": snapshot["formula"], "sha256": document.sha256,
    }  # fmt: skip
    for key, text in (*about.items(), *_flat("issue", snapshot.get("issue", {}))):
        yield ["edition", key, "", "", text, *[""] * (len(PARTS) - 1)]
    for row in snapshot["indicators"]:
        yield ["figure", row["key"], words.indicator_name(row["key"]), row["key"], *_parts(row)]
    for row in snapshot["indicators"]:
        if row.get("before"):
            yield ["before", row["key"], words.indicator_name(row["key"]), row["key"], *_parts(row["before"])]
    for table in snapshot["tables"]:
        for row in table["rows"]:
            for column in table["columns"]:
                yield [table["key"], row["key"], words.row_name(table, row), column, *_parts(row["cells"][column])]
    yield from _lists(document)


def _lists(document: Document) -> Iterator[list[Any]]:
    over = document.snapshot["over_60"]
    empty = [""] * (len(PARTS) - 1)
    yield ["over_60", "count", "", "count", "" if over["count"] is None else over["count"], *empty]
    for row in over["listed"]:
        yield ["over_60", row["number"], row["holder"], "passed_on", row["passed_on"], *empty]
    for name, items in (("plan", document.plan), ("last_plan", document.snapshot["last_plan"])):
        for number, item in enumerate(items, 1):
            for part in ("text", "owner", "due_on", "status", "progress"):
                yield [name, number, "", part, item[part], *empty]


def as_csv(document: Document) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(lines(document))
    return out.getvalue().encode()
