"""The rules that an institution settles for itself: seen beside the nation's, looked at before they count."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from institutions.models import Institution
from lapor.ground.problems import Refusal

from .. import forms, policy, services
from .shared import actor_of, at_of


def _place(request: HttpRequest) -> tuple[Institution, list[Institution]]:
    """The institution that is meant, the highest one where none is named, and all whose rules the officer settles."""
    actor = actor_of(request)
    places = services.own_places(actor, on=services.Reference(at_of(request)).today) if policy.may("own_rules", actor) else []
    if not places:
        raise Refusal("forbidden", _("The rules of an institution are set by whoever manages its officers."))
    slug = request.GET.get("instansi", "")
    found = next((place for place in places if place.slug == slug), None) if slug else places[0]
    if found is None:
        raise Refusal("not_found", _("There is no such institution, or its rules are not yours to set."))
    return found, places


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Periods, week and days off of an institution. What is sent is shown first, and applied when exactly that is sent again."""
    place, places = _place(request)
    actor, at = actor_of(request), at_of(request)
    today, act = services.Reference(at).today, request.POST.get("aksi", "")
    periods, days = services.periods_of(place, on=today), services.days_of(place, on=today)
    shown = forms.own_forms(place, periods, days, act, request.POST or None)
    context: dict[str, Any] = {"place": place, "places": places, "periods": periods, "days": days, "forms": shown, "today": today}
    if request.method == "GET" or forms.AGAIN in request.POST:
        return render(request, "complaints/desk/own_rules.html", context)
    form = shown.get(act)
    if form is None:
        raise Refusal("not_found", _("There is no such institution, or its rules are not yours to set."))
    seal = forms.seal(request.POST, of=place.pk)
    is_shown = request.POST.get(forms.PREVIEWED) == seal
    try:
        found = services.change_own(act, form.given(), place=place, by=actor, at=at, is_preview=not is_shown)
    except Refusal as refusal:
        if refusal.code not in {"invalid", "conflict"}:
            raise
        forms.show_refusal(form, refusal)
        return render(request, "complaints/desk/own_rules.html", context | {"wrong": form}, status=refusal.status)
    if not is_shown:
        return render(request, "complaints/desk/own_preview.html", {"place": place, "found": found, "typed": forms.typed(request.POST), "seal": seal})
    messages.success(request, _("It counts from now on as it was shown."))
    return redirect(f"{request.path}?instansi={place.slug}")
