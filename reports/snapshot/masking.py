"""A snapshot as a hub reads it: no cell that tells of a few or lets them be worked out, no numbers of reports, no sums."""

from collections.abc import Callable, Iterable, Mapping, Set
from copy import deepcopy

from lapor.ground.shares import hidden, is_small
from monitoring.indicators import DAYS, INDICATORS, MEAN
from monitoring.telling import few_clocks, few_closures, few_stars, is_told, sums_in, tellable

from .canonical import Data
from .cells import FEW, few

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


def _mask_indicators(rows: list[Data], least: int) -> None:
    out = _few_indicators({row["key"]: row for row in rows}, least)
    out_before = _few_indicators({row["key"]: row["before"] for row in rows}, least)
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
    if table["key"] == "annex":
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


def _mask_table(table: Data, least: int) -> None:
    for column, keys in _few_cells(table, least).items():
        for row in table["rows"]:
            if row["key"] in keys and column in row["cells"]:
                row["cells"][column] = few()


def masked(snapshot: Data, least: int) -> Data:
    """A copy without what stands for fewer than `least`; the frozen one stays as it is.

    The line of months is left out: the sum of the months of a period is told, so that a small one would follow from the others.
    """
    found = deepcopy(snapshot)
    del found["recorded"]
    found["ledger"].pop("reports")
    found["is_masked"] = True
    _mask_indicators(found["indicators"], least)
    found["tables"] = [table for table in found["tables"] if table["key"] != "trend"]
    for table in found["tables"]:
        if table["key"] != OF_REPORTS_OWED:
            _mask_table(table, least)
    over = found["over_60"]
    over["listed"], over["not_listed"] = [], over["count"]
    if 0 < over["count"] < least:
        over["count"] = over["not_listed"] = None
    return found
