"""One act on many cases: what it would do, then what it did."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lapor.ground.problems import Refusal

from ... import forms, services
from ..shared import actor_of, at_of
from .gate import require_desk


def _chosen(request: HttpRequest) -> list[services.Chosen]:
    return [services.chosen_as(text) for text in request.POST.getlist("kasus")]


@login_required
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The act's inputs and, case by case, what would happen or why not; with `lakukan` it is done and the same list tells how it went."""
    actor, at = actor_of(request), at_of(request)
    require_desk(actor)
    act = request.POST.get("apa", "")
    form = forms.BulkForm(act, actor.under("dispose") + actor.under("handle_oversight"), request.POST if "diisi" in request.POST else None)
    if "lakukan" in request.POST:
        try:
            done = services.act_on_many(_chosen(request), act, given=form.given(), by=actor, at=at)
        except Refusal as refusal:
            if not refusal.fields:
                raise
        else:
            return render(request, "complaints/desk/bulk_done.html", {"done": done, "act": act, "label": forms.BULK_LABELS[act]})
    seen = services.preview(_chosen(request), act, given=form.given(), by=actor, at=at)
    if seen.wrong is not None and form.is_bound:
        forms.show_refusal(form, seen.wrong)
    context: dict[str, Any] = {"form": form, "seen": seen, "act": act, "label": forms.BULK_LABELS[act], "can_do": seen.wrong is None and bool(seen.ready)}
    return render(request, "complaints/desk/bulk.html", context, status=422 if form.errors else 200)
