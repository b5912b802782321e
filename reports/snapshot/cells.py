"""How one figure stands in a snapshot: the value as decimal text, and what it was worked out from.

A cell is `{"value", ...}` with `numerator`, `denominator`, `n`, `low`, `high`, `median`, `p90` where it has them; a value that is not
told is null, and `missing` says why: "nothing" to divide by, "unknown" (not collected), "few" (too few to be told).
"""

from collections.abc import Iterable, Mapping, Set
from fractions import Fraction

from lapor.ground.shares import rounded
from monitoring.indicators import DAYS, MEAN, RATIO, SHARE, Result

from .canonical import Data

FEW = "few"


def count(n: int) -> Data:
    return {"value": str(n)}


def few() -> Data:
    return {"value": None, "missing": FEW}


def share(top: int, bottom: int) -> Data:
    """In percent."""
    value = str(rounded(Fraction(top, bottom) * 100)) if bottom else None
    return {"value": value, "numerator": top, "denominator": bottom} | ({} if bottom else {"missing": "nothing"})


def mean(total: int, n: int) -> Data:
    value = str(rounded(Fraction(total, n))) if n else None
    return {"value": value, "numerator": total, "denominator": n, "n": n} | ({} if n else {"missing": "nothing"})


def cell(result: Result) -> Data:
    """An indicator as it was worked out."""
    found: Data = {"value": None if result.value is None else str(result.value)}
    for name in ("numerator", "denominator", "median", "p90"):
        if (value := getattr(result, name)) is not None:
            found[name] = value
    for name in ("low", "high"):
        if (value := getattr(result, name)) is not None:
            found[name] = str(value)
    if result.denominator is not None and result.indicator.shape in (SHARE, RATIO, MEAN, DAYS):
        found["n"] = result.denominator
    if result.missing:
        found["missing"] = result.missing
    if result.parts:
        found["parts"] = {key: str(value) for key, value in result.parts.items()}
    return found


def counts(rows: Mapping[str, Mapping[str, int]], columns: Iterable[str], *, out: Mapping[str, Set[str]] | None = None) -> list[Data]:
    """Rows of counts, in their order; of each column without the rows that are `out`."""
    found: dict[str, dict[str, Data]] = {key: {} for key in rows}
    for column in columns:
        gone = (out or {}).get(column, frozenset())
        for key, row in rows.items():
            found[key][column] = few() if key in gone else count(row.get(column, 0))
    return [{"key": key, "cells": cells} for key, cells in found.items()]
