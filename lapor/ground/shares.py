"""Arithmetic of shares: rounding, intervals, histograms of days, and small cells that must not be told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

Z_95 = 1.959963984540054  # the standard normal's 97.5 % point
Number = int | Fraction | Decimal


def rounded(value: Number, places: int = 2) -> Decimal:
    """Half up, as offices round: 0.125 becomes 0.13, and -0.125 becomes -0.13."""
    top, bottom = value.as_integer_ratio()  # no binary fraction, no context precision in between
    whole = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return Decimal(f"{whole if top >= 0 else -whole}E{-places}")


def wilson(successes: int, n: int) -> tuple[Fraction, Fraction] | None:
    """The 95 % interval of a share by Wilson's score, which stays inside 0 and 1 and holds for small n; None without observations."""
    if n <= 0 or not 0 <= successes <= n:
        return None
    share, square = successes / n, Z_95 * Z_95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z_95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Fraction(max(0.0, middle - half)), Fraction(min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each whole number was seen."""

    counts: Mapping[int, int]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        return sum(value * count for value, count in self.counts.items())

    @property
    def mean(self) -> Fraction | None:
        return Fraction(self.total, self.n) if self.n else None

    def quantile(self, share: Fraction) -> int | None:
        """The smallest number that at least this share of the observations do not exceed; the median by 1/2."""
        need, seen = share * self.n, 0
        for value in sorted(self.counts):
            seen += self.counts[value]
            if self.counts[value] and seen >= need:
                return value
        return None


def is_small(n: int, least: int) -> bool:
    """Whether this many are too few to be told; a difference counts whichever way it goes."""
    return 0 < abs(n) < least


def hidden(cells: Mapping[str, int], least: int, also: Iterable[str] = ()) -> frozenset[str]:
    """The cells of a table with a known total that must not be told: those from 1 to below `least`, and as many more, the smallest first,
    as it takes that what is hidden can not be got by subtracting the rest from the total.

    `also` are cells that are not told for a reason of their own. A zero tells of nobody and stays. What is hidden holds at least `least`
    together and is never one cell alone.
    """
    small = [*(key for key, n in cells.items() if is_small(n, least)), *also]
    if not small:
        return frozenset()
    out = set(small)
    rest = sorted((key for key, n in cells.items() if key not in out and n > 0), key=lambda key: (cells[key], key))
    while rest and (len(out) < 2 or sum(cells[key] for key in out) < least):
        out.add(rest.pop(0))
    return frozenset(out)


def hidden_nested(cells: Mapping[str, int], least: int, whole_of: Callable[[str], str]) -> tuple[frozenset[str], frozenset[str]]:
    """The cells, and the groups of them, that must not be told where both stand beside each other: each group is the known total of its cells."""
    groups: dict[str, dict[str, int]] = {}
    for key, n in cells.items():
        groups.setdefault(whole_of(key), {})[key] = n
    wholes = hidden({name: sum(group.values()) for name, group in groups.items()}, least)
    return frozenset().union(*(group if name in wholes else hidden(group, least) for name, group in groups.items())), wholes


def spread(pairs: Iterable[tuple[str, int]]) -> Histogram:
    """A histogram of numbers that are kept as texts."""
    counts: dict[int, int] = {}
    for value, n in pairs:
        counts[int(value)] = counts.get(int(value), 0) + n
    return Histogram(counts)
