"""A snapshot as a hub reads it of its members: no cell that tells of a few, no numbers of reports, no sums to work them out from."""

from copy import deepcopy

from lapor.ground.shares import hidden

from .canonical import Data
from .cells import FEW, few


def _is_small(cell: Data, least: int) -> bool:
    n = cell.get("denominator", cell.get("value") if "numerator" not in cell else cell["numerator"])
    try:
        return n is not None and 0 < float(n) < least
    except ValueError:
        return False


def _mask_table(table: Data, least: int) -> None:
    for column in table["columns"]:
        cells = {row["key"]: row["cells"][column] for row in table["rows"] if column in row["cells"]}
        whole = {key: int(cell["value"]) for key, cell in cells.items() if cell["value"] is not None and cell.keys() == {"value"}}
        out = hidden(whole, least) | {key for key, cell in cells.items() if cell.keys() != {"value"} and _is_small(cell, least)}
        for row in table["rows"]:
            if row["key"] in out:
                row["cells"][column] = few()


def masked(snapshot: Data, least: int) -> Data:
    """A copy without what stands for fewer than `least`; the frozen one stays as it is."""
    found = deepcopy(snapshot)
    del found["recorded"]
    found["is_masked"] = True
    for row in found["indicators"]:
        if _is_small(row, least):
            kept = {key: row[key] for key in ("key", "before", "target") if key in row}
            row.clear()
            row.update(kept | {"value": None, "missing": FEW, "light": "none"})
        if _is_small(row["before"], least):
            row["before"] = few()
    for table in found["tables"]:
        _mask_table(table, least)
    over = found["over_60"]
    over["listed"], over["not_listed"] = [], over["count"]
    if 0 < over["count"] < least:
        over["count"] = over["not_listed"] = None
    return found
