"""A snapshot as a hub reads it of its members: no cell that tells of a few, no numbers of reports, no sums to work them out from."""

from copy import deepcopy

from lapor.ground.shares import hidden, is_small
from monitoring.indicators import INDICATORS, tells_of_few

from .canonical import Data
from .cells import FEW, few


def _is_small(key: str, cell: Data, least: int, received: int | None = None) -> bool:
    """Whether a cell of an indicator, or of a column that is none, tells of a few by a number that it holds."""
    numbers = cell.get("numerator"), cell.get("denominator")
    if key in INDICATORS:
        return tells_of_few(INDICATORS[key], *numbers, least, received=received)
    return any(is_small(n, least) for n in numbers[1 if "n" in cell else 0 :] if n is not None)  # of a mean the sum stands for nobody


def _mask_table(table: Data, least: int) -> None:
    arrived = {row["key"]: row["cells"]["received"]["value"] for row in table["rows"] if "received" in row["cells"]}
    received = {key: int(n) for key, n in arrived.items() if n is not None}
    for column in table["columns"]:
        cells = {row["key"]: row["cells"][column] for row in table["rows"] if column in row["cells"]}
        whole = {key: int(cell["value"]) for key, cell in cells.items() if cell["value"] is not None and cell.keys() == {"value"}}
        parts = {key for key, cell in cells.items() if cell.keys() != {"value"} and _is_small(column, cell, least, received.get(key))}
        out = hidden(whole, least) | parts
        for row in table["rows"]:
            if row["key"] in out:
                row["cells"][column] = few()


def masked(snapshot: Data, least: int) -> Data:
    """A copy without what stands for fewer than `least`; the frozen one stays as it is."""
    found = deepcopy(snapshot)
    del found["recorded"]
    found["is_masked"] = True
    told = {row["key"]: row for row in snapshot["indicators"]}.get("received", {})
    now, before = (cell.get("numerator") for cell in (told, told.get("before", {})))
    for row in found["indicators"]:
        if _is_small(row["key"], row, least, now):
            kept = {key: row[key] for key in ("key", "before", "target") if key in row}
            row.clear()
            row.update(kept | {"value": None, "missing": FEW, "light": "none"})
        if _is_small(row["key"], row["before"], least, before):
            row["before"] = few()
    for table in found["tables"]:
        _mask_table(table, least)
    over = found["over_60"]
    over["listed"], over["not_listed"] = [], over["count"]
    if 0 < over["count"] < least:
        over["count"] = over["not_listed"] = None
    return found
