"""Splitting a part off a report, with the whole text and the parts that are there already in sight."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lapor.ground.problems import Refusal

from .. import forms, services
from ..models import Complaint, Family, family_of
from .desk.gate import find_case
from .shared import actor_of, at_of


def _given(form: forms.StepForm, complaint: Complaint) -> dict[str, Any]:
    """What was typed. What is not clear is told to whoever has the case before them; the service answers everybody else."""
    try:
        return forms.given(form)
    except forms.Unclear:
        if complaint.may("see") or complaint.may("invite"):
            raise
        return {}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """One part at a time; after one the officer may go on with the next."""
    step = services.step_of("invite")
    complaint = find_case(request, tracking_id, is_sent=request.method == "POST")
    actor, at = actor_of(request), at_of(request)
    wish = services.support_asked(complaint) if complaint.may("decline_support") else None
    form = forms.split_form(step, complaint, data=request.POST or None, for_nation=actor.has("lower_track"), wish=wish)
    conflict: Refusal | None = None
    if request.method == "POST":
        version = forms.read_version(request.POST.get("version", "")) or 0
        try:
            services.advance(complaint.pk, step.code, by=actor, at=at, version=version, given=_given(form, complaint))
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            conflict = refusal if refusal.code == "conflict" else None
        else:
            messages.success(request, _("The part was split off and sent."))
            return redirect("desk-split" if request.POST.get("lagi") else "desk-case", tracking_id=complaint.tracking_id)
    is_open = step.code in {found.code for found in services.open_steps(complaint, by=actor, at=at)}
    if request.method == "GET" and not is_open:
        raise Refusal("conflict" if complaint.may(step.code) else "forbidden", _("This step cannot be taken now."))
    form.name_choices()
    can_read = complaint.may("see")
    context = {
        "complaint": complaint,
        "family": family_of(complaint, actor) if can_read else Family(),
        "form": form,
        "conflict": conflict,
        "wish": wish,
        "is_open": is_open,
        "can_read": can_read,
        "at": at,
    }
    return render(request, "complaints/desk/split.html", context, status=409 if conflict else 422 if form.errors else 200)
