"""What of a count may be told: no number that is shown, or got by adding and subtracting what is shown, tells of too few.

A `Cell` has two layers. `n` counts reports; `kept` counts those of them that nobody will ever read on the public list (secret, under
oversight, archived): whoever knows the whole list knows `n - kept`, so `kept` is what a shown number gives away. Too few is from 1 to
below `least`; zero tells of nobody.

A table is told by its named cells and one sum of all the others, which are not named: whether a cell that is missing is zero, small or
large nobody can see. The reasons stand in docs/decisions/0019-open-data.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lapor.ground.shares import hidden, is_small
from monitoring.telling import tellable

UNKNOWN = ""  # a value that is not known is in the rest of its table, never named
Place = str
Value = str


@dataclass(frozen=True, slots=True)
class Cell:
    n: int = 0
    kept: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.n + other.n, self.kept + other.kept)

    def is_small(self, least: int) -> bool:
        return is_small(self.n, least) or is_small(self.kept, least)


def total(cells: Iterable[Cell]) -> Cell:
    found = Cell()
    for cell in cells:
        found += cell
    return found


def named_in(cells: Mapping[Value, Cell], least: int) -> frozenset[Value]:
    """The cells of one table that may be named: none is small, and what is left over is not small either."""
    out = set(hidden({key: cell.n for key, cell in cells.items()}, least)) | set(hidden({key: cell.kept for key, cell in cells.items()}, least))
    out |= {key for key, cell in cells.items() if key == UNKNOWN or not cell.n}
    others = sorted((key for key in cells if key not in out), key=lambda key: (cells[key].n, key))
    while others and total(cells[key] for key in out).is_small(least):
        out.add(others.pop(0))
    if total(cells[key] for key in out).is_small(least):
        return frozenset()
    return frozenset(others)


class Table:
    """Places by values, told with the sum of each row, and with that of each column by the row of the `top`, which all places are part of.

    `silent` are the places whose own sum is not told: they name nothing. `named` says what each of the others names.
    """

    def __init__(self, rows: Mapping[Place, Mapping[Value, Cell]], *, top: Place, silent: frozenset[Place], least: int) -> None:
        self.rows, self.top, self.silent, self.least = rows, top, silent, least
        self.places = [place for place in rows if place != top]
        self.values = sorted({value for row in rows.values() for value in row})
        above = set() if top in silent else set(named_in(rows[top], least))
        self.named: dict[Place, set[Value]] = {place: set() if place in silent else set(named_in(rows[place], least)) & above for place in self.places}
        self.named[top] = above
        for value in sorted(above):
            self._close(value)
        self._unpin()

    def cell(self, place: Place, value: Value) -> Cell:
        return self.rows[place].get(value, Cell())

    def rest(self, place: Place) -> int:
        return sum(cell.n for value, cell in self.rows[place].items() if value not in self.named[place])

    def _close(self, value: Value) -> None:
        """What the top has of a value and no named place has must not be small either. What a row no longer names was not small, so
        its rest stays large enough.
        """
        holders = sorted((place for place in self.places if value in self.named[place]), key=lambda place: (self.cell(place, value).n, place))
        while holders and total(self.cell(place, value) for place in self.places if value not in self.named[place]).is_small(self.least):
            self.named[holders.pop(0)].discard(value)

    def _unpin(self) -> None:
        """Name less until no small cell follows from the sums of the rows and columns together."""
        while any(self.named.values()) and (found := dict(self.pinned())):  # one cell of each place a round: the look at all of them is what costs
            for place, value in found.items():
                above = self.named[self.top]
                if self.named[place]:
                    self.named[place].discard(min(self.named[place], key=lambda other: (self.cell(place, other).n, other)))
                elif above:
                    self._drop(value if value in above else min(above, key=lambda other: (self.cell(self.top, other).n, other)))

    def _drop(self, value: Value) -> None:
        """Nobody names it any more: its column has no sum that is told. When no column has one, nothing is pinned: a row that is told
        holds more than any small cell of it.
        """
        for named in self.named.values():
            named.discard(value)

    def pinned(self) -> Iterator[tuple[Place, Value]]:
        """Where too few follow from every sum that is told: a small cell that can have no other value, or what is left of a row or a
        column when the cells that can have no other value are taken out of its rest.
        """
        for layer in ("n", "kept"):
            yield from self._pinned(_Grid(self, layer))

    def _pinned(self, grid: "_Grid") -> Iterator[tuple[Place, Value]]:
        fixed = {(place, value) for place in self.places for value in grid.unnamed[place] if grid.count(place, value) and grid.is_fixed(place, value)}
        yield from sorted((place, value) for place, value in fixed if is_small(grid.count(place, value), self.least))
        for place in self.places:
            loose = [value for value in grid.unnamed[place] if (place, value) not in fixed and grid.count(place, value)]
            if place not in self.silent and is_small(sum(grid.count(place, value) for value in loose), self.least):
                yield place, loose[0]
        for value in sorted(self.named[self.top]):
            holders = [place for place in grid.holders[value] if (place, value) not in fixed]
            if is_small(sum(grid.count(place, value) for place in holders), self.least):
                yield holders[0], value


class _Grid:
    """The unnamed cells as a graph of what can move: raising a cell leads from its row to its column, lowering one (that is not zero) back.
    A cell can have another value exactly when it lies on a way around. Rows and columns whose sum is not told give and take freely.
    """

    FREE = ("free", "")

    def __init__(self, table: Table, layer: str) -> None:
        self.table = table
        self.layer = layer
        self.unnamed = {place: [value for value in table.values if value not in table.named[place]] for place in table.places}
        self.holders = {value: [place for place in table.places if value not in table.named[place] and self.count(place, value)] for value in table.values}
        self.free_values = [value for value in table.values if value not in table.named[table.top]]

    def count(self, place: Place, value: Value) -> int:
        return int(getattr(self.table.cell(place, value), self.layer))

    def _next(self, node: tuple[str, str]) -> list[tuple[str, str]]:
        kind, key = node
        if kind == "row":
            return ([self.FREE] if key in self.table.silent else []) + [("column", value) for value in self.unnamed[key]]
        if kind == "column":
            return ([self.FREE] if key not in self.table.named[self.table.top] else []) + [("row", place) for place in self.holders[key]]
        return [("row", place) for place in self.table.silent if place in self.unnamed] + [("column", value) for value in self.free_values]

    def _reaches(self, start: tuple[str, str], end: tuple[str, str]) -> bool:
        """Whether a way other than the direct one leads there."""
        seen, heap = {start}, [node for node in self._next(start) if node != end]
        while heap:
            node = heap.pop()
            if node not in seen:
                seen.add(node)
                following = self._next(node)
                if end in following:
                    return True
                heap += following
        return False

    def is_fixed(self, place: Place, value: Value) -> bool:
        row, column = ("row", place), ("column", value)
        return not self._reaches(column, row) and not self._reaches(row, column)


def revised(old: Mapping[str, int], new: Mapping[str, int], least: int) -> dict[str, int]:
    """The sums of a later revision: a new number only where it differs by enough; two revisions side by side tell of too few nowhere."""
    merged = {name: old[name] if name in old and is_small(n - old[name], least) else n for name, n in new.items()}
    return tellable(merged, {}, least)
