"""The published copy at the desk: editing it, taking it down and showing it again; and the statement of an institution."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lapor.ground.problems import Refusal

from .. import forms, masks, policy, services
from ..models import Complaint
from .desk.gate import find_case
from .shared import actor_of, at_of, number_of

NEWEST = 50  # reports that a page of an institution's own shows


def _refuse_unless(complaint: Complaint, *acts: str) -> None:
    if not any(complaint.may(act) for act in acts):
        raise Refusal("forbidden", _("You may see this report but not take this step."))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def publication(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """What the public reads, beside what the reporter and the officers wrote, with the personal data in both marked."""
    complaint = find_case(request, tracking_id)
    _refuse_unless(complaint, "publish", "take_down", "republish")
    entries = services.publishable_entries(complaint)
    form = forms.PublishForm(complaint, entries, services.releasable_files(complaint), data=request.POST or None)
    conflict: Refusal | None = None
    if request.method == "POST":
        try:
            services.publish(complaint.pk, given=form.given(), by=actor_of(request), at=at_of(request), version=form.version())
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            conflict = refusal if refusal.code == "conflict" else None
        else:
            messages.success(request, _("The published text was saved."))
            return redirect("desk-publish", tracking_id=complaint.tracking_id)
    published = [complaint.title_public, complaint.body_public, *(entry.text_public for entry in entries)]
    context = {
        "complaint": complaint,
        "form": form,
        "conflict": conflict,
        "left": [text[m.start : m.end] for text in published for m in masks.personal(text, complaint.reported_party)],
        "statements": services.statements(complaint),
        "can": {act: complaint.may(act) for act in services.ACTS},
    }
    return render(request, "complaints/desk/publish.html", context, status=409 if conflict else 422 if form.errors else 200)


def _asked(request: HttpRequest, complaint: Complaint, form: Any, template: str, act: Callable[[], Any], done: str) -> HttpResponse:
    """A page with one form about the published copy, and back to it when it was saved."""
    if request.method == "POST":
        try:
            act()
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect("desk-publish", tracking_id=complaint.tracking_id)
    return render(request, template, {"complaint": complaint, "form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Out of the public's sight, with a reason."""
    complaint = find_case(request, tracking_id)
    _refuse_unless(complaint, "take_down")
    sent = request.POST
    act = partial(services.take_down, complaint.pk, reason=sent.get("reason", ""), text=sent.get("text", ""), by=actor_of(request), at=at_of(request))
    form = forms.TakeDownForm(sent or None)
    return _asked(request, complaint, form, "complaints/desk/take_down.html", act, _("The report is no longer public."))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def republish(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Public again, with a reason."""
    complaint = find_case(request, tracking_id)
    _refuse_unless(complaint, "republish")
    act = partial(services.republish, complaint.pk, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
    return _asked(request, complaint, forms.ReasonForm(request.POST or None), "complaints/desk/republish.html", act, _("The report is public again."))


# --- right of reply -----------------------------------------------------------------------------------------------------


def _published(request: HttpRequest, tracking_id: str) -> Complaint:
    """A report as its published copy: all that the institution it is about may see of it."""
    found = Complaint.objects.answering(actor_of(request)).select_related("holder", "reported_institution").filter(tracking_id=number_of(tracking_id))
    complaint = found.first()
    if complaint is None or not complaint.knows:
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    _refuse_unless(complaint, "right_of_reply", "withhold_reply")
    return complaint


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The statement of one's own institution beside the published report; for the nation, all of them with their moderation."""
    complaint, actor = _published(request, tracking_id), actor_of(request)
    speaker = services.speaker(complaint, actor) if complaint.may("right_of_reply") else None
    found = services.statements(complaint)
    mine = next((entry for entry in found if speaker is not None and entry.institution_id == speaker.pk), None)
    form = forms.StatementForm(request.POST or None, initial={"text": mine.text if mine else ""})
    if request.method == "POST":
        try:
            services.right_of_reply(complaint.pk, text=request.POST.get("text", ""), by=actor, at=at_of(request))
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            messages.success(request, _("The statement was saved."))
            return redirect("desk-reply", tracking_id=complaint.tracking_id)
    context = {
        "complaint": complaint,
        "form": form,
        "speaker": speaker,
        "mine": mine,
        "others": [entry for entry in found if entry is not mine],
        "can": {act: complaint.may(act) for act in ("see", "withhold_reply")},
    }
    return render(request, "complaints/desk/reply.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_POST
def moderate(request: HttpRequest, tracking_id: str, statement: UUID) -> HttpResponse:
    """Withhold a statement, or show it again."""
    complaint, shown = _published(request, tracking_id), request.POST.get("tampil") == "1"
    _refuse_unless(complaint, "withhold_reply")
    try:
        services.moderate_reply(complaint.pk, statement=statement, shown=shown, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        if refusal.code not in {"invalid", "conflict"}:
            raise
        messages.error(request, _("Please say why.") if refusal.fields else str(refusal))
    else:
        messages.success(request, _("The statement is shown again.") if shown else _("The statement is withheld."))
    return redirect("desk-reply", tracking_id=complaint.tracking_id)


@login_required
@never_cache
@require_GET
def replies(request: HttpRequest) -> HttpResponse:
    """Published reports about one's own institution, the newest first: the way to the right of reply where the case is closed."""
    actor = actor_of(request)
    if not actor.has("respond"):
        raise Refusal("forbidden", _("You may not speak for an institution."))
    rows = Complaint.objects.public().filter(policy.reported_side(actor)).select_related("holder", "topic", "incident_region")
    return render(request, "complaints/desk/replies.html", {"page": list(rows.order_by("-published_at", "pk")[:NEWEST])})
