"""Charts as SVG text, drawn on the server: data in, markup out; for pages and for PDF.

Widths are per cent of whatever room there is and heights are pixels, so that texts keep their size on a telephone and on paper. Every
chart has a title and a description that says its numbers, no link, no id, no script and no style attribute: `static/css/charts.css`
dresses the classes, and the attributes beside them dress it where no sheet reaches (WeasyPrint's drawing of SVG). Nothing depends on
colour alone: lengths, dashes, marks and written numbers say the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .shares import rounded

Number = int | Fraction | Decimal
NBSP = "\N{NO-BREAK SPACE}"
NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TOLD = 40  # how many numbers a description says
LETTERS = 38  # how much of a label stands beside its number on a telephone

FONT = 'font-family="Atkinson Hyperlegible, sans-serif"'
ROW, BAR_HEIGHT, LINE_HEIGHT, TEXT = 46, 14, 22, 13
PLOT, TICKS, LEGEND = 150, 22, 26
# What a class looks like without a sheet.
LOOKS = {
    "ink": 'fill="#1f1a1c"',
    "soft": 'fill="#5a5356"',
    "track": 'fill="#ece6e1"',
    "bar": 'fill="#a8182d"',
    "before": 'stroke="#1f1a1c" stroke-width="2"',
    "scale": 'fill="#5a5356"',
    "grid": 'stroke="#ddd6d0" stroke-width="1"',
    "beneath": 'stroke="#fff" stroke-width="5"',
    "target": 'stroke="#1f1a1c" stroke-width="2" stroke-dasharray="4 3"',
    "line-0": 'stroke="#a8182d" stroke-width="2.5"',
    "line-1": 'stroke="#214a86" stroke-width="2.5" stroke-dasharray="6 4"',
    "line-2": 'stroke="#0d6238" stroke-width="2.5" stroke-dasharray="2 4"',
    "mark-0": 'fill="#a8182d"',
    "mark-1": 'fill="#214a86"',
    "mark-2": 'fill="#0d6238"',
    "band-0": 'fill="#f3dcdc"',
    "band-1": 'fill="#e6b0b5"',
    "band-2": 'fill="#d07a85"',
    "band-3": 'fill="#b03a4c"',
    "band-4": 'fill="#6f0e1d"',
    "on-dark": 'fill="#fff"',
    "on-light": 'fill="#1f1a1c"',
    "tile": 'fill="#f3efeb" stroke="#ddd6d0"',
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` None says that there is none (`note` says why), or that it must not be told. `target` is its own."""

    label: str
    value: Number | None
    note: str = ""
    target: Number | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a map: where it stands in the grid, the letters on it, its name, its number."""

    column: int
    row: int
    letters: str
    name: str
    value: Number | None
    note: str = ""


def figure(value: Number, unit: str = "", places: int | None = None) -> str:
    """A number as the language of the page writes it: 1.234,50 %. Whole numbers have no decimals unless `places` asks for them."""
    digits = (0 if isinstance(value, int) else 2) if places is None else places
    shown = number_format(rounded(value, digits), decimal_pos=digits, force_grouping=True, use_l10n=True)
    return f"{shown}{NBSP}{unit}" if unit else shown


def _safe(text: str) -> str:
    return escape(NO_XML.sub("", text))


def _short(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def _at(share: float) -> str:
    return f"{share * 100:.2f}%"


def _share(value: Number | None, highest: Number) -> float:
    return float(min(Fraction(1), max(Fraction(0), Fraction(value) / Fraction(highest)))) if value is not None and highest else 0.0


def _text(x: str, y: float, text: str, *, look: str = "ink", anchor: str = "", size: int = TEXT) -> str:
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{look}" {LOOKS[look]} x="{x}" y="{y:.1f}" font-size="{size}"{anchored}>{_safe(text)}</text>'


def _rect(x: str, y: float, width: str, height: float, look: str, title: str = "") -> str:
    inside = f"<title>{_safe(title)}</title>" if title else ""
    return f'<rect class="{look}" {LOOKS[look]} x="{x}" y="{y:.1f}" width="{width}" height="{height:.1f}" rx="2">{inside}</rect>'


def _line(x1: str, y1: float, x2: str, y2: float, look: str) -> str:
    return f'<line class="{look}" {LOOKS[look]} x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}"/>'


def _drawn(kind: str, title: str, told: str, height: float, parts: Iterable[str]) -> SafeString:
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" role="img" width="100%" height="{height:.0f}" {FONT}>'
    return mark_safe(f"{begin}<title>{_safe(title)}</title><desc>{_safe(told)}</desc>{''.join(parts)}</svg>")  # noqa: S308 - every text went through _safe


def _told(pairs: Sequence[tuple[str, str]]) -> str:
    said = "; ".join(f"{label}: {number}" for label, number in pairs[:TOLD])
    return f"{said}; …" if len(pairs) > TOLD else said


def _highest(values: Iterable[Number | None], *more: Number | None) -> Number:
    found = [value for value in (*values, *more) if value is not None and value > 0]
    return max(found) if found else 1


def bars(title: str, rows: Sequence[Bar], *, unit: str = "", top: Number | None = None, target: Number | None = None, target_label: str = "") -> SafeString:
    """Horizontal bars, one below the other, each with its label and number above it. `top` is where the scale ends (the highest number by
    default); `target` is a dashed line through all of them but those that have one of their own. `target_label` says what the line is.
    """
    targets = [target if row.target is None else row.target for row in rows]
    highest = top or _highest((row.value for row in rows), target, *targets)
    shown = [(row.label, row.note if row.value is None else figure(row.value, unit)) for row in rows]
    parts = []
    for number, (row, (_label, said), aim) in enumerate(zip(rows, shown, targets, strict=True)):
        y = number * ROW
        parts += [
            _text("0", y + TEXT + 2, _short(row.label)),
            _rect("0", y + LINE_HEIGHT, "100%", BAR_HEIGHT, "track", f"{row.label}: {said}"),
            # Words are longer than numbers: they stand where the bar would, and not beside the label.
            _text("100%", y + TEXT + 2, said, anchor="end") if row.value is not None else _text("6", y + LINE_HEIGHT + 11, said, look="soft", size=11),
        ]
        if row.value:
            parts.append(_rect("0", y + LINE_HEIGHT, _at(_share(row.value, highest)), BAR_HEIGHT, "bar", f"{row.label}: {said}"))
        if aim is not None:
            x = _at(_share(aim, highest))
            parts += [_line(x, y + LINE_HEIGHT - 2, x, y + LINE_HEIGHT + BAR_HEIGHT + 4, look) for look in ("beneath", "target")]
    shown = [(label, _with_target(said, row.target, unit, target_label)) for row, (label, said) in zip(rows, shown, strict=True)]
    height = max(len(rows), 1) * ROW
    if any(aim is not None for aim in targets):
        said = target_label if target is None else f"{target_label} {_round(target, unit)}".strip()
        shown += [(target_label, _round(target, unit))] if target is not None else []
        parts += [_line("4", height + 4, "4", height + LINE_HEIGHT - 2, "target"), _text("14", height + TEXT + 4, said, look="soft")]
        height += LINE_HEIGHT + 4
    return _drawn("bars", title, _told(shown), height, parts)


def _round(target: Number, unit: str) -> str:
    """A target, which people set in round numbers."""
    return figure(target, unit, 0 if Fraction(target).denominator == 1 else 2)


def _with_target(said: str, target: Number | None, unit: str, label: str) -> str:
    return said if target is None else f"{said} ({label}: {_round(target, unit)})"


def _every(count: int, most: int = 6) -> Callable[[int], bool]:
    """Which of many labels are written, so that they do not run into each other: the first, and every so many."""
    step = max(1, -(-count // most))
    return lambda number: number % step == 0


SCALE = (Fraction(0), Fraction(1, 2), Fraction(1))


def _plot() -> list[str]:
    """The ground of a plot: a line at nothing, the half and the highest."""
    return [_line("0", TICKS + PLOT * float(1 - share), "100%", TICKS + PLOT * float(1 - share), "grid") for share in SCALE]


def _scale(highest: Number, unit: str) -> list[str]:
    """The numbers at the lines, drawn last so that no column covers them."""
    places = 0 if highest > 2 else 1
    return [_text("0", TICKS + PLOT * float(1 - share) - 3, figure(Fraction(highest) * share, unit, places), look="scale", size=11) for share in SCALE if share]


def _ticks(labels: Sequence[str]) -> list[str]:
    is_written = _every(len(labels))
    y = TICKS + PLOT + 15
    return [_text(_at((n + 0.5) / len(labels)), y, label, look="soft", anchor="middle", size=11) for n, label in enumerate(labels) if is_written(n)]


def _y(value: Number, highest: Number) -> float:
    return TICKS + PLOT * (1 - _share(value, highest))


def columns(
    title: str, labels: Sequence[str], now: Sequence[Number | None], before: Sequence[Number | None] = (), *, names: tuple[str, str] = ("", ""), unit: str = ""
) -> SafeString:
    """Columns over time, and for each the number of the period before as a stroke across it; `names` are those of the two periods."""
    highest = _highest(now, *before)
    parts, pairs = _plot(), []
    for n, label in enumerate(labels):
        value, old = now[n], before[n] if n < len(before) else None
        left, width = _at((n + 0.15) / len(labels)), _at(0.7 / len(labels))
        told = [figure(found, unit) for found in (value, old) if found is not None]
        said = " / ".join(told)
        if value is not None:
            pairs.append((label, said))
        if value:
            y = _y(value, highest)
            parts.append(_rect(left, y, width, TICKS + PLOT - y, "bar", f"{label}: {said}"))
        if old:
            y = _y(old, highest)
            parts.append(_line(_at((n + 0.05) / len(labels)), y, _at((n + 0.95) / len(labels)), y, "before"))
    parts += [*_ticks(labels), *_scale(highest, unit)]
    y = TICKS + PLOT + LEGEND + 12
    parts += [_rect("0", y - 10, "12", 11, "bar"), _text("18", y, names[0], look="soft")]
    if before:
        parts += [_line("50%", y - 4, "53%", y - 4, "before"), _text("55%", y, names[1], look="soft")]
    told_names = " / ".join(name for name in names if name)
    return _drawn("columns", title, f"{told_names}. {_told(pairs)}", y + 8, parts)


def lines(title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[Number | None]]], *, unit: str = "") -> SafeString:
    """Up to three lines over time; a gap where a number is missing. They differ in dash and mark, and are named below."""
    highest = _highest(value for _name, values in series for value in values)
    parts, pairs = _plot(), []
    for order, (name, values) in enumerate(series):
        points = [(_at((n + 0.5) / len(labels)), _y(value, highest)) if value is not None else None for n, value in enumerate(values)]
        parts += _joined(points, order)
        pairs += [(f"{name}, {labels[n]}", figure(value, unit)) for n, value in enumerate(values) if value is not None]
    parts += [*_ticks(labels), *_scale(highest, unit)]
    y = TICKS + PLOT + LEGEND + 12
    for order, (name, _values) in enumerate(series):
        x = order / max(len(series), 1)
        parts += [_line(_at(x), y - 4, _at(x + 0.06), y - 4, f"line-{order}"), _text(_at(x + 0.08), y, name, look="soft")]
    return _drawn("lines", title, _told(pairs), y + 8, parts)


def _joined(points: Sequence[tuple[str, float] | None], order: int) -> list[str]:
    drawn = [_line(one[0], one[1], two[0], two[1], f"line-{order}") for one, two in pairwise(points) if one and two]
    look = f"mark-{order}"
    return drawn + [f'<circle class="{look}" {LOOKS[look]} cx="{point[0]}" cy="{point[1]:.1f}" r="3"/>' for point in points if point]


def stacked(title: str, parts: Sequence[tuple[str, int | None]], *, note: str = "", total: int = 0) -> SafeString:
    """One bar of up to five bands in an order, the later the darker, and below it each band with its number and share. A band whose number
    is None must not be told: it takes no room, and `note` stands for its number. Shares are of the `total`, if that is more than is told.
    """
    total = total or sum(n or 0 for _label, n in parts)
    drawn, left, shown = [_rect("0", 0, "100%", 28, "track")], 0.0, []
    for number, (label, n) in enumerate(parts):
        look, share = f"band-{min(number, 4)}", _share(n, total)
        said = note if n is None else f"{figure(n)} ({figure(Fraction(n, total) * 100, '%', 1)})" if total else figure(n)
        shown.append((label, said))
        if share:
            drawn.append(_rect(_at(left), 0, _at(share), 28, look, f"{label}: {said}"))
        left += share
        y = 40 + number * LINE_HEIGHT
        drawn += [_rect("0", y, "14", 14, look), _text("22", y + 12, _short(label)), _text("100%", y + 12, said, anchor="end")]
    return _drawn("stacked", title, _told(shown), 44 + len(parts) * LINE_HEIGHT, drawn)


def spark(title: str, values: Sequence[Number | None], *, unit: str = "") -> SafeString:
    """A small line without axes; the last number is marked. Nothing to draw gives an empty picture with its title."""
    highest = _highest(values)
    points = [(_at((n + 0.5) / len(values)), 4 + 24 * (1 - _share(value, highest))) if value is not None else None for n, value in enumerate(values)]
    drawn = [_line(one[0], one[1], two[0], two[1], "line-0") for one, two in pairwise(points) if one and two]
    last = next((point for point in reversed(points) if point), None)
    if last:
        drawn.append(f'<circle class="mark-0" {LOOKS["mark-0"]} cx="{last[0]}" cy="{last[1]:.1f}" r="3.5"/>')
    return _drawn("spark", title, "; ".join(figure(value, unit) for value in values if value is not None), 32, drawn)


TILE_HEIGHT = 36


def tiles(title: str, places: Sequence[Tile], *, unit: str = "") -> SafeString:
    """A map of tiles, each as dark as its number is high, with a gauge at its foot that says the same by its length."""
    across = max((tile.column for tile in places), default=0) + 1
    down = max((tile.row for tile in places), default=0) + 1
    highest = _highest(tile.value for tile in places)
    drawn, pairs, wide = [], [], 1 / across
    for tile in sorted(places, key=lambda tile: (-(tile.value or 0), tile.name)):
        share = _share(tile.value, highest)
        said = tile.note if tile.value is None else figure(tile.value, unit)
        if tile.value != 0:
            pairs.append((tile.name, said))
        level = min(4, int(share * 5)) if tile.value else None
        x, y = tile.column * wide, tile.row * TILE_HEIGHT
        look = "tile" if level is None else f"band-{level}"
        on = "ink" if level is None else "on-dark" if level > 2 else "on-light"
        drawn += [
            _rect(_at(x + wide * 0.03), y + 1, _at(wide * 0.94), TILE_HEIGHT - 2, look, f"{tile.name}: {said}"),
            _text(_at(x + wide / 2), y + 15, tile.letters, look=on, anchor="middle", size=11),
        ]
        if tile.value:
            drawn.append(_rect(_at(x + wide * 0.12), y + TILE_HEIGHT - 9, _at(max(0.06, share * 0.76) * wide), 4, on))
    return _drawn("tiles", title, _told(pairs), down * TILE_HEIGHT, drawn)
