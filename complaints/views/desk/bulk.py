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


def _given(form: forms.BulkForm) -> tuple[dict[str, Any], forms.Unclear | None]:
    """What was typed; where a name tells nothing yet the rest of it, and what is to be asked back."""
    try:
        return form.given(), None
    except forms.Unclear as unclear:
        return unclear.rest, unclear


@login_required
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The act's inputs and, case by case, what would happen or why not; with `lakukan` it is done and the same list tells how it went."""
    actor, at = actor_of(request), at_of(request)
    require_desk(actor)
    act = request.POST.get("apa", "")
    form = forms.BulkForm(act, actor, request.POST if "diisi" in request.POST else None)
    given, unclear = _given(form)
    if "lakukan" in request.POST and unclear is None:
        try:
            done = services.act_on_many(_chosen(request), act, given=given, by=actor, at=at)
        except Refusal as refusal:
            if not refusal.fields:
                raise
        else:
            return render(request, "complaints/desk/bulk_done.html", {"done": done, "act": act, "label": forms.BULK_LABELS[act]})
    seen = services.preview(_chosen(request), act, given=given, by=actor, at=at)
    wrong = unclear or seen.wrong
    if wrong is not None and form.is_bound:
        forms.show_refusal(form, wrong)
    form.name_choices()
    context: dict[str, Any] = {"form": form, "seen": seen, "act": act, "label": forms.BULK_LABELS[act], "can_do": seen.wrong is None and bool(seen.ready)}
    return render(request, "complaints/desk/bulk.html", context, status=422 if form.errors else 200)
