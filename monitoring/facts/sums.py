"""What facts add to the tallies and to the stock of open reports."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from .history import BANDS, STOCK_DIMS, WITH_CUTS, FactData, Key


def _values(cuts: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """The whole, and every cut with its value."""
    found = [("", "")]
    for dim, value in cuts.items():
        found += [(dim, one) for one in value] if isinstance(value, list) else [(dim, value)]
    return found


def _add_cohort(found: Counter[Key], fact: FactData, measures: Iterable[str], sign: int) -> None:
    values = _values(fact.cuts)
    for measure in measures:
        for dim, value in (*values, *fact.cohort[measure].items()):
            found[fact.arrived_on, measure, dim, value] += sign


def _add_flow(found: Counter[Key], fact: FactData, rows: Iterable[Sequence[str | int]], sign: int) -> None:
    values = _values(fact.cuts)
    for day, measure, dim, value, n in rows:
        if dim or measure not in WITH_CUTS:
            found[day, measure, dim, value] += sign * n  # type: ignore[index, operator]
            continue
        for cut, which in values:
            found[day, measure, cut, which] += sign * n  # type: ignore[index, operator]


def sums(fact: FactData) -> Counter[Key]:
    """What a fact adds to the tallies; nothing when it is left out."""
    found: Counter[Key] = Counter()
    if fact.is_counted:
        _add_cohort(found, fact, fact.cohort, 1)
        _add_flow(found, fact, fact.flow, 1)
    return found


def change(old: FactData | None, new: FactData | None) -> Counter[Key]:
    """`sums(new) - sums(old)` without the zeros; where the same report only went on, just what differs is looked at."""
    found: Counter[Key] = Counter()
    if old is not None and new is not None and (old.is_counted, old.arrived_on, old.cuts) == (new.is_counted, new.arrived_on, new.cuts):
        if new.is_counted:
            _add_cohort(found, old, (name for name, dims in old.cohort.items() if new.cohort.get(name) != dims), -1)
            _add_cohort(found, new, (name for name, dims in new.cohort.items() if old.cohort.get(name) != dims), 1)
            before, after = {tuple(row) for row in old.flow}, {tuple(row) for row in new.flow}
            _add_flow(found, old, before - after, -1)
            _add_flow(found, new, after - before, 1)
    else:
        for fact, sign in ((old, -1), (new, 1)):
            if fact is not None and fact.is_counted:
                _add_cohort(found, fact, fact.cohort, sign)
                _add_flow(found, fact, fact.flow, sign)
    return Counter({key: n for key, n in found.items() if n})


def band(days: int) -> str:
    return next(name for least, name in reversed(BANDS) if days >= least)


def levels(fact: FactData, days: Iterable[str]) -> Counter[Key]:
    """What a fact adds to the stock of open reports at the ends of these days."""
    found: Counter[Key] = Counter()
    if not fact.is_counted or not fact.stays:
        return found
    cuts = [(dim, value) for dim, value in _values(fact.cuts) if not dim or dim in STOCK_DIMS]
    for day in days:
        state = next((stay[2] for stay in fact.stays if stay[0] <= day and (stay[1] is None or day <= stay[1])), None)  # type: ignore[operator]
        if state is None:
            continue
        age = (date.fromisoformat(day) - date.fromisoformat(fact.arrived_on)).days
        for dim, value in (*cuts, ("state", state), ("band", band(age))):
            found[day, "open", dim, value] += 1
        if fact.over_on is not None and fact.over_on <= day:
            found[day, "open_over_60", "", ""] += 1
    return found
