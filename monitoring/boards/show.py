"""A whole board as its page shows it: the parts in their order, and the comparison of what stands below."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from complaints.clock import Level
from institutions.models import Kind
from lapor.ground import charts
from lapor.ground.charts import Tile, figure
from lapor.ground.provinces import PROVINCES
from lapor.ground.shares import hidden, hidden_nested, is_small

from ..figures import cells_of
from ..indicators import INDICATORS, Result
from ..telling import few_stars, hidden_over_time
from .labels import BANDS, CHOICES, DIMS, label
from .lines import Line, said, too_few
from .parts import Cell, Pen, Picture, bands, clocks, counted, groups, over_time, targets, tiles
from .read import COLUMNS, TOPICS, Place, by_province, hidden_values, province_of, rule_of

SORTS = ("name", "received", "backlog", *COLUMNS)


@dataclass(frozen=True, slots=True)
class Row:
    place: Place
    kind: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Comparison:
    title: str
    headings: Sequence[tuple[str, str]]  # (key of the sort, what it is called)
    groups: Sequence[tuple[str, Sequence[Row]]]
    note: str = ""


def _names(pen: Pen, dim: str, values: Mapping[str, int]) -> dict[str, str]:
    return {value: label(dim, value, pen.board.names) for value in values}


def _mix(pen: Pen, dim: str, title: str, *, most: int | None = None) -> Picture:
    values = pen.board.now.values("received", dim)
    return counted(pen, dim, title, values, _names(pen, dim, values), of=("received", dim), most=most)


def _reasons(pen: Pen, key: str, title: str, measure: str, dim: str) -> Picture:
    values = pen.board.now.values(measure, dim)
    return counted(pen, key, title, values, _names(pen, dim, values), of=(measure, dim))


def _few_provinces(pen: Pen) -> frozenset[str]:
    """The provinces that a hub must not be told of, beside their regencies or beside a shorter period."""
    board = pen.board
    beside = hidden_nested(board.now.values("received", "region"), board.least, province_of)[1]
    if not board.asked.period.parts:
        return beside
    months = {month: by_province(found) for month, found in cells_of(board.months, "received", "region").items()}
    return beside | hidden_over_time(months, board.asked.period, rule_of("", board.least))


def _country(pen: Pen) -> Picture:
    """The provinces as a map of tiles."""
    found, few = pen.board.provinces, too_few()
    out = _few_provinces(pen) if pen.hides else frozenset()
    title = _("Reports by province of the incident")
    drawn = [Tile(one.column, one.row, one.letters, one.name, None if one.code in out else found.get(one.code, 0), few) for one in PROVINCES]
    named = {code: label("region", code, {}) for code in found}
    order = sorted(found, key=lambda code: (code in out, -found[code], code))
    rows = [
        [Cell(named[code]), Cell(few) if code in out else Cell(figure(found[code]), pen.link("received", "region", code) if code else "")] for code in order
    ]
    return Picture("peta", title, charts.tiles(title, drawn) if found else "", (_("Province"), _("How many")), rows)


def _stars(pen: Pen) -> Picture:
    values = pen.board.now.values("rated", "stars")
    least = pen.board.least
    if is_small(sum(values.values()), least) or (pen.hides and few_stars(values, least)):  # the mean is told to nobody, and the bars would tell it
        return replace(counted(pen, "bintang", _("Ratings by stars"), {}, {}), nothing=too_few())
    names = {str(n): label("stars", str(n), {}) for n in range(5, 0, -1)} if values else {}
    cells = {star: values.get(star, 0) for star in names}
    return counted(pen, "bintang", _("Ratings by stars"), cells, names, of=("rated", "stars"), keeps_order=True)


def _ladder(pen: Pen) -> Picture:
    levels = pen.board.levels or {}
    names = {str(level.value): str(level.label) for level in reversed(Level)}
    cells = {str(level): n for level, n in levels.items()}
    return replace(counted(pen, "tangga", _("Escalated now"), cells, names, keeps_order=True), nothing=_("Nothing is escalated now."))


def _states(pen: Pen) -> Picture:
    values = pen.board.now.stocks("open", "state")
    return counted(pen, "status", _("Open reports by state"), values, _names(pen, "state", values), of=("open", "state"))


def _people(pen: Pen) -> list[Picture]:
    """Who reports, as far as they said: small numbers are told to nobody."""
    titles = {"gender": _("Reporters by gender"), "disability": _("Reporters by disability"), "age": _("Reporters by age")}
    board, found = pen.board, []
    for dim, title in titles.items():
        values = board.now.values("received", dim)
        if values:
            out = hidden_over_time(cells_of(board.months, "received", dim), board.asked.period, rule_of("", board.least))
            names = {value: str(name) for value, name in CHOICES[dim].items() if value in values} | _names(pen, dim, values)
            found.append(counted(pen, dim, title, values, names, out=out, keeps_order=dim == "age"))
    return found


def pictures(pen: Pen) -> dict[str, list[Picture]]:
    """The pictures of each section; those without anything to show say so on the page."""
    time = [over_time(pen, "received", _("Received")), over_time(pen, "closed", _("Closed"))]
    if pen.board.now.is_cut:
        return {"waktu": time, "target": [targets(pen)]}
    named = {str(key): str(name) for key, name in CHOICES["clock"].items()}
    return {
        "target": [targets(pen)],
        "waktu": time,
        "tunggakan": [bands(pen, {band: label("band", band, {}) for band in BANDS}), _states(pen)],
        "tenggat": [clocks(pen, named), *([_ladder(pen)] if pen.board.levels is not None else [])],
        "isi": [_mix(pen, "topic", _("Ten largest topics"), most=TOPICS), _mix(pen, "channel", _("Channels"))],
        "macam": [_mix(pen, "kind", _("Kinds of report")), _mix(pen, "track", _("Tracks"))],
        "tempat": [_country(pen), _mix(pen, "region", _("Ten regencies and cities with most reports"), most=TOPICS)],
        "alasan": [
            _reasons(pen, "arsip", _("Why reports were archived"), "archived", "reason"),
            _reasons(pen, "tunda", _("Why reports were pended"), "pended", "reason"),
            _reasons(pen, "penutupan", _("How reports were closed"), "closed", "closure"),
        ],
        "kepuasan": [_stars(pen)],
        "isu": [_mix(pen, "issue", _("Priority issues"))],
        "inklusi": _people(pen),
    }


def _value(place: Place, key: str) -> tuple[bool, object]:
    """What a table is sorted by: bodies with nothing to compare come last."""
    if key == "name":
        return False, place.name.casefold()
    value = place.results[key].value
    return value is None, -value if value is not None else place.name.casefold()


def _columns(pen: Pen) -> list[str]:
    """What is compared: of one value of a cut only what is counted by it."""
    results = pen.board.results
    return [key for key in SORTS[1:] if not pen.board.now.is_cut or results[key].missing != "unknown"]


def _compared(pen: Pen, place: Place, few: bool, out: Container[str]) -> list[Cell]:
    """Numbers of one row: nothing is compared of a body with too few reports, and nothing told of the columns that are `out`."""
    cells = []
    for key in _columns(pen):
        result: Result = place.results[key]
        if key in out or result.missing == "few":
            cells.append(Cell(_("not told") if pen.hides else _("too few")))
        elif key in COLUMNS and few:
            cells.append(Cell(_("too few")))
        elif result.value is None:
            cells.append(Cell(_("no data")))
        else:
            cells.append(Cell(said(result.value, INDICATORS[key]) if key in COLUMNS else figure(int(result.value))))
    return cells


def _few_over_time(pen: Pen) -> frozenset[str]:
    """The members of a hub whose number would give that of a shorter period away."""
    if not pen.hides:
        return frozenset()
    few = hidden_over_time(pen.board.members, pen.board.asked.period, rule_of("", pen.board.least))
    return frozenset(place.key for place in pen.board.places if {str(pk) for pk in place.figures.scope.ids} & few)


def comparison(pen: Pen, sort: str) -> Comparison | None:
    """What stands below the scope, side by side and without ranks, each kind by itself."""
    board, is_nation = pen.board, pen.board.asked.scope.key == "nation"
    if not board.places:
        return None
    sort = sort if sort in SORTS else "name"
    received = {place.key: place.figures.n("received") for place in board.places}
    open_now = {place.key: place.figures.stock("open") for place in board.places}
    out, out_open = (hidden(found, board.least) if pen.hides else frozenset() for found in (received, open_now))
    out |= _few_over_time(pen)
    names = {"name": _("Kind of institution") if is_nation else _("Name"), "received": _("Received"), "backlog": _("Open")}
    headings = [(key, names.get(key) or str(INDICATORS[key].name)) for key in ("name", *_columns(pen))]
    if is_nation:
        headings.insert(1, ("", _("With reports / connected")))
    found: dict[str, list[Row]] = {}
    for place in sorted(board.places, key=lambda one: (one.key in out, *_value(one, sort))):
        kind = str(Kind(place.kind).label) if place.kind else ""
        hides = SORTS if place.key in out else ("backlog",) if place.key in out_open else ()
        cells = _compared(pen, place, received[place.key] < board.limits["ranking_min"], hides)
        bodies = [Cell(f"{figure(place.connected)} / {figure(place.bodies)}")] if is_nation else []
        labelled = [replace(cell, label=name) for cell, (_key, name) in zip([*bodies, *cells], headings[1:], strict=True)]
        found.setdefault(kind, []).append(Row(place, kind, labelled))
    note = _("Shares are compared from %(least)s reports received on.") % {"least": board.limits["ranking_min"]}
    title = _("Institutions by kind") if is_nation else _("Side by side")
    return Comparison(title, headings, sorted(found.items()), note)


@dataclass(frozen=True)
class Shown:
    """Everything on the page of a board."""

    tiles: list[Line]
    groups: list[tuple[str, str, list[Line]]]
    pictures: dict[str, list[Picture]]
    comparison: Comparison | None


def shown(pen: Pen, *, sort: str = "") -> Shown:
    return Shown(tiles(pen), groups(pen), pictures(pen), comparison(pen, sort))


def cut_options(pen: Pen) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a board can be cut by, in groups, the largest first; of a hub nothing about too few."""
    found = []
    for dim, title in DIMS.items():
        values = pen.board.now.values("received", dim)
        out = hidden_values(dim, values, pen.board.least) if pen.hides else frozenset()
        order = sorted((value for value in values if value not in out), key=lambda value: (-values[value], value))
        if order:
            found.append((str(title), [(f"{dim}:{value}", label(dim, value, pen.board.names)) for value in order]))
    return found
