"""What a field offers while a name is typed: a handful of institutions or places, the same for everybody, kept for a while."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from institutions.models import Region
from lapor.ground import pages

from ..forms import Offer, offer_institutions

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
