"""The chapters of a report in the language spoken now: the same words and numbers on the page and on paper."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from institutions.models import PriorityIssue
from lapor.ground import charts
from monitoring.figures import Period
from monitoring.indicators import INDICATORS, MEAN

from ..access import Template
from ..snapshot import OF_PLACES, Data
from ..wording import formula
from . import words
from .document import Document

SHORT = 13  # rows: the months of a year fit


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    share: int = -1  # the length of its bar in steps of 5 percent; -1: none
    tone: str = ""
    light: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Of figures or counts: headings and rows, ready to be written down."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    kind: str = "counts"
    key: str = ""
    chart: str = ""  # drawn above the table, of the same numbers

    @property
    def is_short(self) -> bool:
        """Whether paper keeps it on one page."""
        return self.kind == "counts" and len(self.rows) <= SHORT


@dataclass(slots=True)
class Chapter:
    number: int
    title: str
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    numbers: list[dict[str, str]] = field(default_factory=list)  # of reports

    @property
    def anchor(self) -> str:
        return f"bab-{self.number}"

    @property
    def is_wide(self) -> bool:
        """Whether paper must be turned for it."""
        return any(table.kind == "annex" for table in self.tables)


def day(text: str) -> str:
    return date_format(date.fromisoformat(text[:10]), "j F Y") if text else "-"


def value(cell: Data, unit: str = "") -> str:
    """A figure in words: with its unit, or why there is none."""
    if cell.get("value") is None:
        return str(words.MISSING.get(cell.get("missing", "unknown"), "-"))
    text = words.number(cell["value"])
    return f"{text}{charts.NBSP if unit == '%' else ' '}{unit}".strip()


def counted(cell: Data, *, is_mean: bool = False) -> str:
    """What the figure was worked out from; nothing of one that there is not. Of a mean the sum is no part of how many there were."""
    if cell.get("value") is None:
        return ""
    parts = []
    if "median" in cell:
        spread = {"median": cell["median"], "p90": cell["p90"], "n": f"n{charts.NBSP}={charts.NBSP}{words.number(str(cell['n']))}"}
        parts.append(_("median %(median)s, 90th percentile %(p90)s, %(n)s") % spread)
    elif cell.get("denominator") is not None and "parts" not in cell:
        of = {"top": words.number(str(cell.get("numerator", 0))), "bottom": words.number(str(cell["denominator"]))}
        parts.append(f"{of['top']} ÷ {of['bottom']}" if is_mean else _("%(top)s of %(bottom)s") % of)
    if "low" in cell:
        parts.append(_("95%% interval %(low)s to %(high)s") % {"low": words.number(cell["low"]), "high": words.number(cell["high"])})
    return ", ".join(parts)


def _figure(row: Data) -> Row:
    unit = words.unit_of(row["key"])
    tone, light = words.LIGHTS[row.get("light", "none")]
    target = f"{words.number(str(row['target']))}{charts.NBSP}{unit}" if "target" in row else ""
    before = value(row["before"], words.unit_of(row["key"], row["before"].get("value"))) if row.get("before") else ""
    cells = (
        Cell(_("Value"), value(row, words.unit_of(row["key"], row["value"])), is_number=True),
        Cell(_("Worked out from"), counted(row, is_mean=row["key"] in INDICATORS and INDICATORS[row["key"]].shape == MEAN)),
        Cell(_("Period before"), before, is_number=True),
        Cell(_("Target"), target, is_number=True),
    )
    return Row(words.indicator_name(row["key"]), cells, tone=tone, light=str(light))


def _targets(rows: Sequence[Data]) -> str:
    """The figures that have a target, as bars with a line where it stands."""
    drawn = [
        charts.Bar(
            words.indicator_name(row["key"]), Decimal(row["value"]) if row["value"] is not None else None, value(row) if row["value"] is None else "",
            Decimal(row["target"]),
        )
        for row in rows
        if "target" in row and words.unit_of(row["key"]) == "%"
    ]  # fmt: skip
    return charts.bars(_("Figures and their targets"), drawn, unit="%", target_label=_("Target")) if drawn else ""


def figures(snapshot: Data, keys: tuple[str, ...], *, with_targets: bool = False) -> Table | None:
    by_key = {row["key"]: row for row in snapshot["indicators"]}
    rows = tuple(_figure(by_key[key]) for key in keys if key in by_key)
    headings = (_("Figure"), _("Value"), _("Worked out from"), _("Period before"), _("Target"))
    chart = _targets([by_key[key] for key in keys if key in by_key]) if with_targets else ""
    return Table(_("Figures and their targets") if chart else "", headings, rows, kind="figures", chart=chart) if rows else None


def _text(cell: Data, table: Data, column: str) -> str:
    unit = words.unit_of(column) if table["key"] in OF_PLACES else "%" if column == "share" else ""
    return value(cell, "%" if unit == "%" else "")


def _bars(table: Data) -> dict[str, int]:
    """How long the bar of each row is, by its first column; a table of figures has none."""
    first = table["columns"][0]
    known = {row["key"]: int(row["cells"][first]["value"]) for row in table["rows"] if (row["cells"][first].get("value") or "").isdigit()}
    most = max(known.values(), default=0)
    return {key: -(-20 * n // most) * 5 for key, n in known.items()} if most else {}


def _whole(table: Data, column: str) -> list[int | None]:
    values = [row["cells"][column].get("value") for row in table["rows"]]
    return [None if value is None else int(value) for value in values]


def _chart(table: Data) -> str:
    """What is seen sooner in a drawing: the way of the months, and how old the open reports are."""
    title = str(words.TABLES[table["key"]])
    if table["key"] == "trend":
        series = [(words.column_name(table, column), _whole(table, column)) for column in table["columns"]]
        if not any(any(values) for _name, values in series):
            return ""
        months = [date_format(date.fromisoformat(f"{row['key']}-01"), "M y") for row in table["rows"]]
        return charts.lines(title, months, series)
    if table["key"] == "bands" and None not in (numbers := _whole(table, "open")):  # shares of what is told alone would be wrong
        names = [words.row_name(table, row) for row in table["rows"]]
        return charts.stacked(title, list(zip(names, numbers, strict=True)))
    return ""


def _ordered(table: Data) -> list[Data]:
    """Deadlines, states and ages in their own order; reasons and endings the most frequent first, those that are not told last."""
    dim, rows = table["dim"], list(table["rows"])
    if dim in words.IN_ORDER:
        order = list(words.CHOICES[dim])
        return sorted(rows, key=lambda row: order.index(row["key"]) if row["key"] in order else len(order))
    if dim in words.BY_SIZE:
        column = table["columns"][0]
        return sorted(rows, key=lambda row: -int(row["cells"][column].get("value") or -1))
    return rows


def counts(table: Data) -> Table:
    columns = table["columns"]
    labels = [words.column_name(table, column) for column in columns]
    bars = _bars(table)
    rows = tuple(
        Row(
            words.row_name(table, row),
            tuple(Cell(label, _text(row["cells"][column], table, column), is_number=True) for column, label in zip(columns, labels, strict=True)),
            share=bars.get(row["key"], -1),
        )
        for row in _ordered(table)
    )
    more = table.get("more", 0)
    note = _("and %(count)s more") % {"count": words.number(str(more))} if more else ""
    if table["key"] == "institutions":
        note = _("A report counts at each institution where it lay, one that lay at the national desk alone at none; for the nation each counts once.")
    kind = "annex" if table["key"] in OF_PLACES else "counts"
    headings = (str(words.FIRST[table["dim"]]), *labels)
    return Table(str(words.TABLES[table["key"]]), headings, rows, note=note, kind=kind, key=table["key"], chart=_chart(table) if rows else "")


def _pinned(ledger: Data) -> str:
    """The root of the histories behind the figures; of a house that has just begun there is none yet."""
    if not ledger["event"]:
        return _("no event is old enough to be pinned yet")
    return _("root %(root)s up to event %(event)s") % {"root": ledger["root"], "event": words.number(str(ledger["event"]))}


def about(document: Document) -> list[tuple[str, str]]:
    snapshot = document.snapshot
    period = snapshot["period"]
    until = snapshot["counted_until"]
    facts = [
        (_("Report"), str(Template(document.template).label)),
        (_("About"), document.name),
        (_("Period"), _("%(first)s to %(last)s") % {"first": day(period["first"]), "last": day(period["last"])}),
        (_("Cut-off"), f"{day(snapshot['cut_off'])}, {snapshot['cut_off'][11:16]} ({document.zone})"),
        (_("Stock as of"), day(until) if until else str(words.MISSING["nothing"])),
        (_("Formulas"), snapshot["formula"]),
        (_("Revision"), f"{document.revision}{f': {document.why}' if document.why else ''}"),
        (_("Ledger"), _pinned(snapshot["ledger"])),
        (_("Number"), document.number or _("numbered when it is submitted")),
    ]
    if document.template == Template.MESO:
        facts.insert(2, (_("Members"), words.number(str(snapshot["scope"]["places"]))))
    if "issue" in snapshot:
        facts[2:2] = _identification(snapshot)
    return facts


def _identification(snapshot: Data) -> list[tuple[str, str]]:
    """Which issue it is, whose, on what it rests, and how it stands to its target."""
    issue = snapshot["issue"]
    is_english = (get_language() or "").startswith("en")
    since = {"first": day(issue["valid_from"]), "last": day(issue["valid_to"] or "")}
    return [
        (_("Kind"), str(PriorityIssue.Kind(issue["kind"]).label)),
        (_("Code"), issue["code"]),
        (_("Name in Indonesian"), issue["names"]["id"]) if is_english else (_("Name in English"), issue["names"]["en"]),
        (_("Owner"), issue["owner"]),
        (_("Legal basis"), issue["legal_basis"]),
        (_("In force"), _("%(first)s to %(last)s") % since if issue["valid_to"] else _("since %(first)s") % since),
        (_("Target"), _aim(snapshot, issue["target"])),
    ]


def _aim(snapshot: Data, target: Data | None) -> str:
    if target is None:
        return _("none of its own")
    row = next((row for row in snapshot["indicators"] if row["key"] == target["indicator"]), None)
    aim = value({"value": str(target["value"])}, words.unit_of(target["indicator"]))
    if row is None:
        stands = _("not counted by issue")
    elif row["value"] is None:
        stands = value(row)
    else:
        light = str(words.LIGHTS[row["light"]][1])
        stands = _("stands at %(value)s") % {"value": value(row, words.unit_of(row["key"]))} + (f" ({light})" if light else "")
    return f"{words.indicator_name(target['indicator'])}: {aim}; {stands}"


def _plan(items: list[Data], title: str) -> Table:
    headings = (_("What"), _("Who"), _("By when"), _("Status"), _("Progress"))
    rows = tuple(
        Row(
            item["text"],
            (
                Cell(headings[1], item["owner"]),
                Cell(headings[2], day(item["due_on"])),
                Cell(headings[3], str(words.STATUS[item["status"]])),
                Cell(headings[4], item["progress"] or "-"),
            ),
        )
        for item in items
    )
    return Table(title, headings, rows, kind="plan")


def _over_60(chapter: Chapter, over: Data) -> None:
    if over["count"] is None:
        chapter.notes.append(_("Open reports past 60 days without an answer: %(text)s.") % {"text": words.MISSING["few"]})
        return
    chapter.notes.append(_("Open reports past 60 days without an answer at the cut-off: %(count)s.") % {"count": words.number(str(over["count"]))})
    chapter.numbers = [{"number": row["number"], "day": day(row["passed_on"]), "holder": row["holder"]} for row in over["listed"]]
    if over["not_listed"] and over["listed"]:
        chapter.notes.append(
            _("Not listed by number: %(count)s (secret, or beyond the length of this list).") % {"count": words.number(str(over["not_listed"]))}
        )


def _fill(chapter: Chapter, document: Document) -> None:
    snapshot = document.snapshot
    number = chapter.number
    if number == 1:
        chapter.facts = about(document)
    summary = words.SUMMARY_OF_ISSUE if "issue" in snapshot else words.SUMMARY
    keys = summary if number == 2 else words.IN_CHAPTER.get(number, ())
    if number == 18:
        placed = {key for keys in words.IN_CHAPTER.values() for key in keys} | set(summary)
        keys = tuple(row["key"] for row in snapshot["indicators"] if row["key"] not in placed)
    if (found := figures(snapshot, keys, with_targets=number == 2)) is not None:
        chapter.tables.append(found)
    if number == 7:
        _over_60(chapter, snapshot["over_60"])
    if number == 16:
        chapter.tables += [_plan(document.plan, _("Action plan"))] if document.plan else []
        chapter.tables += [_plan(snapshot["last_plan"], _("Progress on the last action plan"))] if snapshot["last_plan"] else []
    chapter.tables += [counts(table) for table in snapshot["tables"] if table["chapter"] == number and table["rows"]]
    if "issue" in snapshot and number in words.OF_ISSUE:
        chapter.notes.append(str(words.OF_ISSUE[number]))
    chapter.notes += [str(words.UNCOLLECTED[row["key"]]) for row in snapshot["uncollected"] if row["chapter"] == number]


def chapters(document: Document) -> list[Chapter]:
    """Every chapter in order; one without content says that there is none."""
    only = words.ONLY.get(document.template)
    found = []
    for number, title in words.CHAPTERS.items():
        if only is not None and number not in only:
            continue
        chapter = Chapter(number, str(title))
        _fill(chapter, document)
        if not (chapter.tables or chapter.notes or chapter.facts):
            if number == 18 and document.template == Template.UNIT:
                continue
            chapter.notes.append(_("There is nothing to tell of this in the period."))
        found.append(chapter)
    return found


def _in_words(found: Data) -> str:
    """A frozen formula in words; its codes where nobody knows the figure any more."""
    known, codes = INDICATORS.get(found["key"]), " + ".join(found["top"]) + (f" / ({' + '.join(found['bottom'])})" if found["bottom"] else "")
    if known is None:
        return codes or ", ".join(found["weights"])
    return formula(replace(known, shape=found["shape"], top=tuple(found["top"]), bottom=tuple(found["bottom"]), weights=found["weights"]))


def methods(document: Document) -> list[dict[str, Any]]:
    """How each figure that is shown is worked out, by the formulas that were frozen with it."""
    only, rows = words.ONLY.get(document.template), []
    shown = None if only is None else {key for number in only for key in words.IN_CHAPTER.get(number, ())}
    for found in document.snapshot["formulas"]:
        if shown is not None and found["key"] not in shown:
            continue
        known = INDICATORS.get(found["key"])
        rows.append({"name": words.indicator_name(found["key"]), "formula": _in_words(found), "note": str(known.note) if known else "", "key": found["key"]})
    return rows


def title(document: Document) -> str:
    return _("Evaluation report %(period)s: %(name)s") % {"period": Period.parse(document.period).name, "name": document.name}
