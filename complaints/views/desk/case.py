"""One case at the desk, and its steps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ... import forms, services
from ...models import Complaint, Entry, family_of
from ...workflow import EntryKind
from ..shared import actor_of, at_of
from .gate import DESK_ACTS, find_case


def _readable(entry: Entry | None, complaint: Complaint, actor: Actor) -> bool:
    """Notes are for the desks where the officer may see them; the other texts go with the case."""
    if entry is None:
        return False
    if entry.kind != EntryKind.NOTE:
        return True
    paths = actor.under("see_notes") + actor.under("handle_oversight")
    return complaint.may("see_notes") and entry.institution is not None and any(entry.institution.path.startswith(path) for path in paths)


def case_context(request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
    actor, at = actor_of(request), at_of(request)
    events = [(row, getattr(row, "entry", None)) for row in complaint.transitions.all()]
    shown = [(row, entry if _readable(entry, complaint, actor) else None) for row, entry in events]
    return {
        "complaint": complaint,
        "events": [pair for pair in shown if pair[0].kind != "note" or pair[1] is not None],
        "clocks": complaint.clocks.all(),
        "steps": services.open_steps(complaint, by=actor, at=at),
        "can": {act: complaint.may(act) for act in DESK_ACTS if act not in services.AVAILABLE},
        "family": family_of(complaint, actor),
        "at": at,
        "is_edited": (complaint.title, complaint.body) != (complaint.title_original, complaint.body_original),
    }


@login_required
@never_cache
@require_GET
def case(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """One case with everything the officer may see of it, and what may be done now."""
    complaint = find_case(request, tracking_id, full=True)
    return render(request, "complaints/desk/case.html", case_context(request, complaint))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, tracking_id: str, action: str) -> HttpResponse:
    """One step: what it asks, and the answer when it cannot be taken; nothing typed is lost."""
    row = services.step_of(action)
    complaint = find_case(request, tracking_id, is_sent=request.method == "POST")
    form = forms.step_form(row, complaint, data=request.POST or None)
    conflict: Refusal | None = None
    if request.method == "POST":
        version = forms.read_version(request.POST.get("version", "")) or 0
        try:
            services.advance(complaint.pk, action, by=actor_of(request), at=at_of(request), version=version, given=forms.given(form))
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            conflict = refusal if refusal.code == "conflict" else None
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": forms.label_of(row)})
            mine = Complaint.objects.seen_by(actor_of(request)).filter(pk=complaint.pk).exists()
            return redirect("desk-case", tracking_id=complaint.tracking_id) if mine else redirect("desk-queue")
    offered = {found.code for found in services.open_steps(complaint, by=actor_of(request), at=at_of(request))}
    if request.method == "GET" and action not in offered:
        raise Refusal("conflict" if complaint.may(action) else "forbidden", _("This step cannot be taken now."))
    context = {
        "complaint": complaint,
        "form": form,
        "step": row,
        "label": forms.label_of(row),
        "conflict": conflict,
        "is_open": action in offered,
        "can_read": complaint.may("see"),
        "at": at_of(request),
    }
    return render(request, "complaints/desk/step.html", context, status=409 if conflict else 422 if form.errors else 200)
