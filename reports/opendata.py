"""The files of open data: which tables there are, what each column means, and the bytes of each file."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.indicators import INDICATORS

from .models import Release, ReleasedPlace

LICENCE = {"code": "CC-BY-4.0", "name": "Creative Commons Attribution 4.0 International", "url": "https://creativecommons.org/licenses/by/4.0/"}
FORMS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
FORMULA = frozenset("=+-@|\uff1d\uff0b\uff0d\uff20\t\r")  # how a formula begins; a unit may be a bare per cent sign
REST = "(rest)"  # the value of the line that holds everything not named
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str  # of JSON Schema
    about: Promise


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name in addresses, what it holds, and its columns in order."""

    key: str
    title: Promise
    about: Promise
    columns: tuple[Column, ...]


WHERE = (
    Column("month", "string", _("The month, as YYYY-MM. Days are local days of the place.")),
    Column("revision", "integer", _("1 when the month is over, 2 when its reports had time to end.")),
    Column("institution", "string", _("Short address of the institution; the nation has one too.")),
    Column("institution_name", "string", _("Its name when this was released.")),
    Column("institution_kind", "string", _("What kind of institution it is.")),
)
N = Column("n", "integer", _("Reports received. No number from 1 to below the least one that may be told stands here or follows from others."))


def _cut(key: str, title: Promise, about: Promise, value: Promise) -> Sheet:
    return Sheet(key, title, about, (*WHERE, Column(key.removesuffix("s"), "string", value), N))


SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet(
            "sums",
            _("Counts"),
            _("How many reports arrived, and what became of them."),
            (*WHERE, Column("measure", "string", _("What was counted.")), Column("n", "integer", _("How many."))),
        ),
        Sheet(
            "indicators",
            _("Indicators"),
            _("Every public indicator, with what it was divided from."),
            (
                *WHERE,
                Column("indicator", "string", _("Key of the indicator in the definitions.")),
                Column("value", "number", _("The result, rounded half up to two decimals; empty where there is none.")),
                Column("unit", "string", _("What the result is in.")),
                Column("numerator", "integer", _("What was divided.")),
                Column("denominator", "integer", _("What it was divided by.")),
                Column("low", "number", _("Lower end of the 95 % interval.")),
                Column("high", "number", _("Upper end of the 95 % interval.")),
                Column("median", "integer", _("The median, where days are counted.")),
                Column("p90", "integer", _("What nine of ten do not exceed, where days are counted.")),
                Column("missing", "string", _("Why there is no result: nothing (no data), unknown (not collected), few (too few to be told).")),
            ),
        ),
        _cut("topics", _("Topics"), _("Reports received by topic."), _("Code of the topic; (rest) for all that are not named.")),
        _cut(
            "provinces", _("Provinces"), _("Reports received by province of the incident."), _("Code of the province (Kemendagri); (rest) for all not named.")
        ),
        _cut("channels", _("Channels"), _("Reports received by channel."), _("Code of the channel; (rest) for all that are not named.")),
    )
}


def rows_of(sheet: str, release: Release, places: Iterable[ReleasedPlace]) -> Iterator[Row]:
    """The lines of a table, by short address and then in the order of the table."""
    for place in sorted(places, key=lambda place: place.slug):
        where = {"month": release.code, "revision": release.revision, "institution": place.slug, "institution_name": place.name, "institution_kind": place.kind}
        yield from ({**where, **line} for line in _lines(sheet, place.told))


def _lines(sheet: str, told: dict[str, Any]) -> Iterator[Row]:
    if sheet == "sums":
        yield from ({"measure": name, "n": n} for name, n in sorted(told["sums"].items()))
    elif sheet == "indicators":
        for key in sorted(told["indicators"]):
            found = told["indicators"][key]
            numbers = {column.name: found.get(column.name) for column in SHEETS[sheet].columns[len(WHERE) + 3 :]}
            yield {"indicator": key, "value": found.get("value"), "unit": INDICATORS[key].unit, **numbers}
    else:
        column = sheet.removesuffix("s")
        yield from ({column: value, "n": n} for value, n in sorted(told[sheet]["named"].items()))
        yield {column: REST, "n": told[sheet]["rest"]}


def drawn(sheet: str, form: str, release: Release, places: Iterable[ReleasedPlace]) -> tuple[bytes, int]:
    """The bytes of a file and how many lines it has; the same rows give the same bytes."""
    rows, names = list(rows_of(sheet, release, places)), [column.name for column in SHEETS[sheet].columns]
    if form == "jsonl":
        numbers = {column.name for column in SHEETS[sheet].columns if column.kind == "number"}
        lines = [json.dumps({name: _number(row[name]) if name in numbers else row[name] for name in names}, ensure_ascii=False) for row in rows]
        return "".join(f"{line}\n" for line in lines).encode(), len(rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return out.getvalue().encode(), len(rows)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _cell(value: Any) -> str:
    """A text of a table; one that a spreadsheet would take for a formula is kept from being one."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in FORMULA else text


def file_name(release: Release, sheet: str, form: str) -> str:
    return f"lapor-{sheet}-{release.code}-r{release.revision}.{form}"


def dictionary() -> dict[str, Any]:
    """What every table and column means, for programs, in the language of the request."""
    tables = [
        {
            "table": sheet.key,
            "title": str(sheet.title),
            "description": str(sheet.about),
            "columns": [{"name": column.name, "type": column.kind, "description": str(column.about)} for column in sheet.columns],
        }
        for sheet in SHEETS.values()
    ]
    return {"licence": LICENCE, "formats": list(FORMS), "tables": tables}
