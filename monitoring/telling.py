"""What of a place's figures may stand beside each other where few must not be told: one rule for boards, masked copies and open data."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Protocol, Self

from lapor.ground.shares import hidden, is_small

from .indicators import DAYS, INDEX, MEAN, RESOLUTION, SHARE, VERIFY, Indicator, Result

# A measure and the one it is a part of, the whole first.
NESTED = {
    "received": "",
    "validated": "received",
    "archived": "received",
    "responded": "validated",
    "followed_up": "responded",
    "completed": "validated",
    "passed_60": "validated",
}
FEW = "few"
SILENCE = "auto_no_reply"
FLOWS = ("closed", "reopened", "rated")
NAMES = frozenset({*NESTED, *FLOWS})


def tellable(sums: Mapping[str, int], known: Mapping[str, int], least: int) -> dict[str, int]:
    """Of the sums of one place those that may stand beside each other: none is small, none differs by too few from the whole it is
    part of, and none from those of it that everybody can read (`known`).
    """
    told: dict[str, int] = {}
    for name, n in sorted(sums.items(), key=lambda pair: list(NESTED).index(pair[0]) if pair[0] in NESTED else len(NESTED)):
        whole = NESTED.get(name, "")
        while whole and whole not in told:
            whole = NESTED[whole]
        if not (is_small(n, least) or is_small(n - known.get(name, 0), least) or (whole and is_small(told[whole] - n, least))):
            told[name] = n
    if "validated" not in told:  # the one is what the other leaves of what was received
        told.pop("archived", None)
    return told


def tells_of_few(row: Indicator, numerator: int | None, denominator: int | None, least: int) -> bool:
    """Whether a number that a result is told with, or what is left of it, stands for fewer than `least`; the sums of stars and days do not."""
    top, bottom = numerator or 0, denominator or 0
    if row.shape == INDEX:
        return False  # its parts are asked one by one
    if row.shape in {MEAN, DAYS} and row.key != "backlog_months" and denominator is not None:
        return is_small(bottom, least)
    return is_small(top, least) or is_small(bottom, least) or (row.shape == SHARE and is_small(bottom - top, least))


class Span(Protocol):
    """A period: its first day, and the next smaller periods that it consists of."""

    @property
    def first(self) -> date: ...

    @property
    def parts(self) -> Sequence[Self]: ...


type Rule = Callable[[Mapping[str, int]], Set[str]]  # which cells of a table must not be told


def hidden_over_time[P: Span](months: Mapping[date, Mapping[str, int]], period: P, rule: Rule) -> Set[str]:
    """The cells of a period that must not be told where the periods within it tell theirs by this same rule: what those leave of a cell must
    not be small either, else it would follow from a quarter less two of its months.
    """
    return _left(months, period, rule)[0]


def _left[P: Span](months: Mapping[date, Mapping[str, int]], period: P, rule: Rule) -> tuple[Set[str], dict[str, int]]:
    """What must not be told, and how much of each cell no period within this one tells."""
    left = {} if period.parts else dict(months.get(period.first, {}))
    for part in period.parts:
        out, rest = _left(months, part, rule)
        for key, n in rest.items():
            left[key] = left.get(key, 0) + (n if key in out else 0)
    return rule(left), left


def _numbers(row: Result) -> tuple[int, int, int]:
    """What a result tells of reports: what is above the line, what is below it, and what the one leaves of the other. The sum of stars or
    days is no number of reports.
    """
    top, bottom = row.numerator or 0, row.denominator or 0
    shape = row.indicator.shape
    if shape in {MEAN, DAYS}:
        return 0, bottom, 0
    return top, bottom, bottom - top if shape == SHARE else 0


def untold_over_time[P: Span](work: Callable[[P], Mapping[str, Result]], period: P, least: int) -> frozenset[str]:
    """The results of a period that must not be told where those of the periods within it are told by this same rule; `work` answers all of
    them of a period, however few they tell of.
    """
    return _untold(work, period, least)[0]


def _untold[P: Span](work: Callable[[P], Mapping[str, Result]], period: P, least: int) -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """What must not be told, and what of its numbers no period within this one tells."""
    results = work(period)
    out = {key for key, row in guarded(results, least).items() if row.missing == FEW}
    left: dict[str, tuple[int, ...]] = {} if period.parts else {key: _numbers(row) for key, row in results.items()}
    for part in period.parts:
        gone, rest = _untold(work, part, least)
        for key in gone & rest.keys():
            left[key] = tuple(one + other for one, other in zip(left.get(key, (0, 0, 0)), rest[key], strict=True))
    out |= {key for key, numbers in left.items() if any(is_small(n, least) for n in numbers)}
    return frozenset(out | {key for key, row in results.items() if out & row.indicator.weights.keys()}), left


def few_clocks(counts: Iterable[Mapping[str, int]], least: int) -> frozenset[str]:
    """The deadlines that must not be told: too few met or too few missed, or what would let those be worked out from the sum of their kind,
    which an indicator tells.
    """
    out: set[str] = set()
    for found in counts:
        for kind in (VERIFY, RESOLUTION, *((key,) for key in found)):
            out |= hidden({key: found.get(key, 0) for key in kind}, least)
    return frozenset(out)


def few_closures(cells: Mapping[str, int], least: int) -> frozenset[str]:
    """The ways of completion that must not be told, where how many were completed by silence is told beside them."""
    return hidden(cells, least) | hidden({key: n for key, n in cells.items() if key != SILENCE}, least)


def few_stars(cells: Mapping[str, int], least: int) -> frozenset[str]:
    """All of them where one is too few: their number, the sum of the stars and how many gave four or five are told beside them, and from
    these two or three that are hidden can be worked out.
    """
    return frozenset(cells) if hidden(cells, least) else frozenset()


def _bare(term: str) -> str:
    return term.partition("@")[0]


def sums_in(found: Iterable[tuple[Indicator, int | None, int | None]]) -> dict[str, int]:
    """The sums that stand beside results as numerators and denominators."""
    sums: dict[str, int] = {}
    for row, *numbers in found:
        for terms, n in zip((row.top, row.bottom), numbers, strict=True):
            if len(terms) == 1 and _bare(terms[0]) in NAMES and n is not None:
                sums[_bare(terms[0])] = n
    return sums


def is_told(row: Indicator, numerator: int | None, denominator: int | None, told: Mapping[str, int], least: int) -> bool:
    """Whether a result may stand beside these sums: it is made of none that is not told, and tells of no few itself."""
    terms = {_bare(term) for term in (*row.top, *row.bottom)} & NAMES
    return terms <= told.keys() and not tells_of_few(row, numerator, denominator, least)


def guarded(results: Mapping[str, Result], least: int) -> dict[str, Result]:
    """All results of a place without those that must not be told beside the others; an index not where one of its parts is not."""
    told = tellable(sums_in((row.indicator, row.numerator, row.denominator) for row in results.values()), {}, least)
    found = {
        key: row if row.missing or is_told(row.indicator, row.numerator, row.denominator, told, least) else Result(row.indicator, None, missing=FEW)
        for key, row in results.items()
    }
    for key, row in results.items():
        if any(found[part].missing == FEW for part in row.indicator.weights if part in found):
            found[key] = Result(row.indicator, None, missing=FEW)
    return found
