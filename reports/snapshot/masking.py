"""A snapshot as a hub or the owner of an issue reads it: no cell that tells of a few or lets them be worked out, no numbers of reports,
no sums.

The owner of an issue, and whoever stands above it, knows its own part of every cell (`at_owner`). So of its copy no cell is told either of
which too little lies elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from copy import deepcopy

from lapor.ground.shares import hidden, is_small
from monitoring.indicators import DAYS, INDICATORS, MEAN
from monitoring.telling import few_clocks, few_closures, few_stars, is_told, sums_in, tellable

from .canonical import Data
from .cells import FEW, few
from .tables import OF_PLACES

WHOLE = "received"
BESIDE: dict[str, Callable[[Mapping[str, int], int], Set[str]]] = {"closures": few_closures, "stars": few_stars}
OF_REPORTS_OWED = "submissions"  # counts offices and no people


def _told(cells: Mapping[str, Data], least: int) -> dict[str, int]:
    """Of the sums that stand beside these indicators those that may."""
    found = ((INDICATORS[key], cell.get("numerator"), cell.get("denominator")) for key, cell in cells.items() if key in INDICATORS)
    return tellable(sums_in(found), {}, least)


def _few_indicators(cells: Mapping[str, Data], least: int) -> set[str]:
    """Those that must not be told beside the others, and every index that is made of one."""
    told = _told(cells, least)
    out = {key for key, cell in cells.items() if not is_told(INDICATORS[key], cell.get("numerator"), cell.get("denominator"), told, least)}
    return out | {key for key in cells if out & INDICATORS[key].weights.keys()}


def _elsewhere(cells: Mapping[str, Data], own: Mapping[str, Data]) -> dict[str, Data]:
    """What cells leave when one's own part is taken away: as far as it is counted, for none of it is shown."""
    found = {}
    for key, cell in cells.items():
        mine = own.get(key, {})
        found[key] = cell | {name: cell[name] - (mine.get(name) or 0) for name in ("numerator", "denominator") if cell.get(name) is not None}
        if cell.keys() == {"value"} and cell["value"] is not None:
            found[key] = {"value": str(int(cell["value"]) - int(mine.get("value") or 0))}
    return found


def _few_beside(cells: Mapping[str, Data], parts: Iterable[Mapping[str, Data]], least: int) -> set[str]:
    """The indicators that must not be told, be it for what they say or for what they say of others than the owner."""
    return _few_indicators(cells, least).union(*(_few_indicators(_elsewhere(cells, own), least) for own in parts))


def _mask_indicators(rows: list[Data], least: int, parts: list[Data]) -> None:
    out = _few_beside({row["key"]: row for row in rows}, [own["indicators"] for own in parts], least)
    out_before = _few_beside({row["key"]: row["before"] for row in rows}, [own["before"] for own in parts], least)
    for row in rows:
        row.pop("parts", None)
        row["before"].pop("parts", None)
        if row["key"] in out:
            kept = {key: row[key] for key in ("key", "before", "target") if key in row}
            row.clear()
            row.update(kept | {"value": None, "missing": FEW, "light": "none"})
        if row["key"] in out_before:
            row["before"] = few()


def _numbers(row: Data, column: str) -> Iterable[tuple[str, int]]:
    """The counts that a cell tells, each under the name of its own column: its value or numerator, and its denominator. Of a mean the sum of
    what is averaged is no count.
    """
    cell = row["cells"].get(column, {})
    if cell.keys() == {"value"} and cell["value"] is not None:
        yield "value", int(cell["value"])
    is_mean = column == "stars_mean" or (column in INDICATORS and INDICATORS[column].shape in {MEAN, DAYS})
    for name in ("denominator",) if is_mean else ("numerator", "denominator"):
        if cell.get(name) is not None:
            yield name, cell[name]


def _is_apart(table: Data, row: Data, column: str, least: int) -> bool:
    """Whether a cell must not be told beside the others of its row."""
    cells = row["cells"]
    if table["key"] in OF_PLACES:
        return column in _few_indicators({key: cell for key, cell in cells.items() if key in INDICATORS}, least)
    whole, part = (cells.get(name, {}) for name in (WHOLE, column))
    is_count = column != WHOLE and part.keys() == whole.keys() == {"value"} and None not in (part["value"], whole["value"])
    return is_count and is_small(int(whole["value"]) - int(part["value"]), least)


def _few_rows(table: Data, column: str, least: int) -> set[str]:
    """The rows whose cell of a column must not be told, with as many more as it takes that none follows from the sum of the column."""
    counts: dict[str, dict[str, int]] = {}
    for row in table["rows"]:
        for name, n in _numbers(row, column):
            counts.setdefault(name, {})[row["key"]] = n
    apart = {row["key"] for row in table["rows"] if _is_apart(table, row, column, least)}
    return apart.union(*(hidden(found, least, also=apart & found.keys()) for found in counts.values()))


def _column(table: Data, column: str) -> dict[str, int]:
    return {row["key"]: int(row["cells"][column]["value"]) for row in table["rows"]}


def _few_cells(table: Data, least: int) -> dict[str, Set[str]]:
    """For each column the rows that must not be told; of some tables also because of what indicators tell beside them."""
    columns = table["columns"]
    if table["key"] == "clocks":  # met, missed and their share tell each other
        return dict.fromkeys(columns, few_clocks((_column(table, "met"), _column(table, "missed")), least))
    if table["key"] in BESIDE:
        return {column: BESIDE[table["key"]](_column(table, column), least) for column in columns}
    return {column: _few_rows(table, column, least) for column in columns}


def _table_elsewhere(table: Data, own: Data) -> Data:
    mine = {row["key"]: row["cells"] for row in own["rows"]}
    return table | {"rows": [row | {"cells": _elsewhere(row["cells"], mine.get(row["key"], {}))} for row in table["rows"]]}


def _with_desk(table: Data, whole: Mapping[str, Data]) -> Data:
    """The institutions of an issue with what lies at none of them, which follows from the whole."""
    left: dict[str, Data] = {}
    for column in table["columns"]:
        rows, known = [row["cells"][column] for row in table["rows"]], whole.get(column, {})
        left[column] = {
            name: max(known[name] - sum(cell.get(name) or 0 for cell in rows), 0) for name in ("numerator", "denominator") if known.get(name) is not None
        }
    return table | {"rows": [*table["rows"], {"key": "", "cells": left}]}


def _mask_table(table: Data, least: int, parts: list[Data], whole: Mapping[str, Data]) -> None:
    told = _with_desk(table, whole) if table["key"] == "institutions" else table
    known = [own for part in parts for own in part["tables"] if own["key"] == table["key"]]
    out = [_few_cells(one, least) for one in (told, *(_table_elsewhere(told, own) for own in known))]
    for column in table["columns"]:
        for row in table["rows"]:
            if column in row["cells"] and any(row["key"] in found.get(column, ()) for found in out):
                row["cells"][column] = few()


def _mask_over_60(over: Data, least: int, parts: list[Data]) -> None:
    over["listed"], over["not_listed"] = [], over["count"]
    if any(is_small(over["count"] - own, least) for own in (0, *(part["over_60"] for part in parts))):
        over["count"] = over["not_listed"] = None


def masked(snapshot: Data, least: int) -> Data:
    """A copy without what stands for fewer than `least`; the frozen one stays as it is.

    The line of months is left out: the sum of the months of a period is told, so that a small one would follow from the others.
    """
    found = deepcopy(snapshot)
    parts = found.pop("at_owner", [])
    del found["recorded"]
    found["ledger"].pop("reports")
    found["is_masked"] = True
    whole = {row["key"]: row for row in snapshot["indicators"]}
    _mask_indicators(found["indicators"], least, parts)
    found["tables"] = [table for table in found["tables"] if table["key"] != "trend"]
    for table in found["tables"]:
        if table["key"] != OF_REPORTS_OWED:
            _mask_table(table, least, parts, whole)
    _mask_over_60(found["over_60"], least, parts)
    return found
