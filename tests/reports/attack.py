"""An attacker with everything that was published: linear algebra over what is told, then bounds, knowing that no count is negative."""

from collections.abc import Mapping
from fractions import Fraction

Equation = tuple[Mapping[str, int], int]  # the unknowns with their factors, and what they add up to


def _reduced(equations: list[Equation], unknowns: list[str]) -> list[list[Fraction]]:
    rows = [[*(Fraction(terms.get(name, 0)) for name in unknowns), Fraction(total)] for terms, total in equations]
    done = 0
    for column in range(len(unknowns)):
        pivot = next((number for number in range(done, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        factor = rows[done][column]
        rows[done] = [value / factor for value in rows[done]]
        for number, row in enumerate(rows):
            if number != done and row[column]:
                times = row[column]
                rows[number] = [value - times * own for value, own in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]


def solve(equations: list[Equation]) -> dict[str, int]:
    """The unknowns that have one value: by elimination, and by bounds that tighten each other."""
    unknowns = sorted({name for terms, _total in equations for name in terms})
    rows = _reduced(equations, unknowns)
    low = dict.fromkeys(unknowns, Fraction(0))
    high: dict[str, Fraction | None] = dict.fromkeys(unknowns)
    lines = [({name: Fraction(factor) for name, factor in terms.items()}, Fraction(total)) for terms, total in equations]
    lines += [({name: value for name, value in zip(unknowns, row[:-1], strict=True) if value}, row[-1]) for row in rows]
    for _round in range(len(unknowns) + 5):
        changes = [_tighten(terms, total, low, high) for terms, total in lines]  # each of them, whether or not one before it did
        if not any(changes):
            break
    return {name: int(low[name]) for name in unknowns if high[name] == low[name]}


def _tighten(terms: Mapping[str, Fraction], total: Fraction, low: dict[str, Fraction], high: dict[str, Fraction | None]) -> bool:
    changed = False
    for name, factor in terms.items():
        least, most = Fraction(0), Fraction(0)
        is_open_below = is_open_above = False
        for other, times in terms.items():
            if other == name:
                continue
            upper = high[other]
            if times > 0:
                least += times * low[other]
                is_open_above |= upper is None
                most += times * (upper or 0)
            else:
                most += times * low[other]
                is_open_below |= upper is None
                least += times * (upper or 0)
        ends = [None if is_open_above else (total - most) / factor, None if is_open_below else (total - least) / factor]
        below, above = ends if factor > 0 else reversed(ends)
        if below is not None and below > low[name]:
            low[name], changed = below, True
        bound = high[name]
        if above is not None and (bound is None or above < bound):
            high[name], changed = above, True
    return changed
