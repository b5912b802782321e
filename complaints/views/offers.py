"""What a field offers while a name is typed: a handful of institutions or places, kept for a while.

What the citizen's form offers is the same for everybody; what the desk offers is the same for everybody of the same reach.
"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from institutions.models import Institution, InstitutionQuerySet, Kind, Region
from lapor.ground import pages

from .. import services
from ..forms import Offer, offer_institutions, within_reach
from .desk.gate import require_desk
from .shared import actor_of

SHOWN = 8
LETTERS = range(2, 80)  # how many typed letters are looked up
SECONDS = 300
Finder = Callable[[str], list[Offer]]


def _offers(request: HttpRequest, name: str, find: Finder) -> HttpResponse:
    """`{"offers": [{"value", "label"}]}`, the closest first; nothing for what is too short or too long."""
    typed = " ".join(request.GET.get("q", "").replace("\x00", "").split()).lower()
    key = pages.key_of(name, typed)
    found = pages.shelf.find(key) if len(typed) in LETTERS else []
    if found is None:
        found = [{"value": row.value, "label": row.label} for row in find(typed)]
        pages.shelf.keep(key, found, seconds=SECONDS)
    return JsonResponse({"offers": found}, headers={"Cache-Control": f"private, max-age={SECONDS}"})


@require_safe
def institutions(request: HttpRequest) -> HttpResponse:
    """Institutions right below the nation, by a part of their name or by how people shorten it."""
    return _offers(request, "institutions", lambda typed: offer_institutions(typed, shown=SHOWN))


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Villages, districts, cities and provinces, the largest first."""
    return _offers(request, "places", lambda typed: [Offer(row.pk, row.full_name()) for row in Region.objects.search(typed)[:SHOWN]])


def _among(request: HttpRequest, name: str, rows: InstitutionQuerySet) -> HttpResponse:
    return _offers(request, name, lambda typed: offer_institutions(typed, shown=SHOWN, among=rows))


@login_required
@require_safe
def units(request: HttpRequest, path: str = "") -> HttpResponse:
    """Where the officer sends reports: inside the institution of this path, or any unit."""
    actor = actor_of(request)
    require_desk(actor)
    roots = (*actor.under("dispose"), *actor.under("handle_oversight"))
    rows = within_reach(actor)
    return _among(request, f"units {path} {roots}", rows.filter(path__startswith=path) if path else rows.filter(kind=Kind.UNIT))


@login_required
@require_safe
def own_places(request: HttpRequest) -> HttpResponse:
    """For whose desks the officer writes canned answers."""
    actor = actor_of(request)
    require_desk(actor)
    roots = services.writing_roots(actor)
    return _among(request, f"own {roots}", Institution.objects.under(*roots).filter(valid_to=None))
