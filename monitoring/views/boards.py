"""The pages of the dashboards: a board, the cases behind its figures, and what every indicator means."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.services import Reference
from complaints.views.shared import actor_of, at_of, private
from institutions.models import LegalBasis
from lapor.ground.problems import Refusal
from officers.actors import Actor

from ..boards import cases as behind
from ..boards.definitions import formula
from ..boards.labels import DIMS, MEASURES, day_name, label, names_of, period_kinds
from ..boards.lines import UNITS, unit_of
from ..boards.parts import Pen
from ..boards.read import Asked, Board, read
from ..boards.show import cut_options, shown
from ..boards.sight import choices, hubs, roots, sight_of
from ..figures import CUTS, Period
from ..indicators import DISTRIBUTIONS, INDICATORS, VERSION, Distribution, Indicator
from ..models.tally import taken_up_to

FIRST_YEAR = 2001  # before it the code of a period has no meaning


def _actor(request: HttpRequest) -> Actor:
    return cast("Actor", actor_of(request))


def _period(request: HttpRequest) -> Period:
    """The period asked for, or the month that runs; a kind asked for (`jenis`) is the one of it that holds its last day."""
    on = timezone.localdate(at_of(request))
    try:
        found = Period.parse(request.GET.get("period", ""))
    except ValueError:
        found = Period.of("month", on)
    found = found if found.first.year >= FIRST_YEAR else Period.of("month", on)
    kind = request.GET.get("jenis", found.kind)
    return Period.of(kind, found.until(on) if found.first <= on else found.first) if kind in dict(period_kinds()) and kind != found.kind else found


def _cut(request: HttpRequest) -> tuple[str, str]:
    dim, colon, value = request.GET.get("cut", "").replace("\x00", "").partition(":")
    return (dim, value) if colon and dim in CUTS else ("", "")


def _require_figures(actor: Actor) -> None:
    if not roots(actor) and not hubs(actor):
        raise Refusal("forbidden", _("You have no appointment in force whose office the figures are."))


def _asked(request: HttpRequest, actor: Actor, key: str, cut: tuple[str, str]) -> Asked:
    on = timezone.localdate(at_of(request))
    return Asked(sight_of(actor, key, on=on), _period(request), on, cut)


def _query(asked: Asked, **other: str) -> str:
    given = {"scope": asked.scope.key, "period": asked.period.code, "cut": ":".join(asked.cut) if asked.cut[0] else ""} | other
    return urlencode({key: value for key, value in given.items() if value})


def _pen(board: Board) -> Pen:
    """A board with the addresses of its cases; where none may be read there are none. One value of a cut is carried along."""
    asked = board.asked

    def link(measure: str, dim: str, value: str) -> str:
        if not asked.sight.has_cases or (asked.cut[0] and dim):
            return ""
        given = {"scope": asked.scope.key, "period": asked.period.code, "measure": measure}
        given |= {"dim": dim or asked.cut[0], "value": value if dim else asked.cut[1]}
        return f"{reverse('board-cases')}?{urlencode({key: text for key, text in given.items() if text})}"

    return Pen(board, link)


def _context(request: HttpRequest, board: Board, groups: list[tuple[str, list[tuple[str, str]]]]) -> dict[str, Any]:
    asked, pen = board.asked, _pen(board)
    period, dim, value = asked.period, *asked.cut
    known = {key for _title, options in groups for key, _name in options}
    sort = request.GET.get("urut", "")
    return {
        "asked": asked,
        "board": board,
        "shown": shown(pen, sort=sort) if not board.is_hidden else None,
        "scope_groups": groups,
        "other_scope": (asked.scope.key, asked.scope.name) if asked.scope.key not in known else None,
        "cut_groups": cut_options(pen),
        "cut": ":".join(asked.cut) if dim else "",
        "cut_name": f"{DIMS[dim]}: {label(dim, value, board.names)}" if dim else "",
        "period_kinds": [(code, name, _query(asked, period=Period.of(code, min(period.last, asked.on)).code)) for code, name in period_kinds()],
        "earlier": (period.before, _query(asked, period=period.before.code)),
        "later": (period.after, _query(asked, period=period.after.code)) if period.after.first <= asked.on else None,
        "until": "" if period.is_over(asked.on) else day_name(board.reached),
        "plain": _query(asked),
        "issues": sorted(((code, label("issue", code, board.names)) for code in board.now.values("received", "issue")), key=lambda issue: issue[1]),
        "uncut": f"{reverse('boards')}?{_query(asked, cut='')}",
        "sort": sort,
        "least": board.least,
        "version": VERSION,
    }


@login_required
@private
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The board of a scope and a period, of one value of a cut if asked; without a wish, that of the officer's own place."""
    return _board(request, _cut(request))


@login_required
@private
@require_safe
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """The same of one priority issue."""
    return _board(request, ("issue", code))


def _board(request: HttpRequest, cut: tuple[str, str]) -> HttpResponse:
    actor = _actor(request)
    _require_figures(actor)
    groups = choices(actor, on=timezone.localdate(at_of(request)))
    key = request.GET.get("scope") or groups[0][1][0][0]
    found = read(_asked(request, actor, key, cut))
    return render(request, "monitoring/boards/board.html", _context(request, found, groups))


@login_required
@private
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The reports behind a figure, as far as the officer may read them; the others are counted."""
    actor = _actor(request)
    _require_figures(actor)
    asked = _asked(request, actor, request.GET.get("scope", ""), ("", ""))
    given = {key: request.GET.get(key, "").replace("\x00", "") for key in ("measure", "dim", "value")}
    wanted = behind.Behind(**given)
    if not asked.sight.has_cases or not wanted.is_known:
        raise Refusal("not_found", _("There is no such figure, or its cases are not yours to see."))
    level_on = asked.period.level_on(taken_up_to()) if wanted.measure in behind.LEVELS else None
    rows, limits = behind.facts_of(asked, wanted, level_on=level_on), Reference(at_of(request)).limits
    page = behind.page_of(rows, actor, cursor=request.GET.get("setelah", ""), limits=limits)
    kept = urlencode({"scope": asked.scope.key, "period": asked.period.code, **{key: text for key, text in given.items() if text}})
    names = names_of(*([wanted.value] if wanted.dim == dim else [] for dim in ("topic", "region", "issue")))
    context = {
        "asked": asked,
        "page": page,
        "title": str(MEASURES[wanted.measure]),
        "value": ", ".join(label(wanted.dim, one, names) for one in wanted.values) if wanted.dim else "",
        "on": day_name(level_on or asked.period.until(asked.on)) if wanted.measure in behind.LEVELS else "",
        "kept": kept,
        "back": f"{reverse('boards')}?{_query(asked)}",
    }
    return render(request, "monitoring/boards/cases.html", context)


@login_required
@private
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What every indicator and distribution means: formula, unit, audience, legal basis, version."""
    _require_figures(_actor(request))
    bases = {row.code: str(row) for row in LegalBasis.objects.filter(code__in=[row.basis for table in (INDICATORS, DISTRIBUTIONS) for row in table.values()])}
    rows: list[tuple[Indicator | Distribution, str, str, str]]
    rows = [(row, formula(row), unit_of(row), bases.get(row.basis, row.basis)) for row in INDICATORS.values()]
    rows += [(row, "", str(UNITS["reports"]), bases.get(row.basis, row.basis)) for row in DISTRIBUTIONS.values()]
    return render(request, "monitoring/boards/definitions.html", {"rows": rows, "version": VERSION})


def link(request: HttpRequest, _about: object) -> tuple[str, dict[str, Any]] | None:
    """The way from the desk to the boards."""
    actor = _actor(request)
    return ("monitoring/boards/link.html", {}) if roots(actor) or hubs(actor) else None
