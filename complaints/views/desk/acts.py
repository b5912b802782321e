"""What is done to a case beside its steps: taking charge, notes, edits, and who the reporter is."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lapor.ground.problems import Refusal
from officers.adapters import step_up
from officers.models import User

from ... import forms, services
from ..shared import actor_of, at_of
from .gate import back, find_case


@login_required
@require_POST
def take(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The officer takes charge."""
    complaint, refused = find_case(request, tracking_id), None
    try:
        services.take(complaint.pk, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        refused = refusal
    return back(request, tracking_id, refused, _("You are in charge of this report now."))


@login_required
@require_POST
def assign(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Put somebody in charge, or nobody when the field is left empty."""
    complaint, refused = find_case(request, tracking_id), None
    name = request.POST.get("assignee", "").strip().replace("\x00", "")
    to = User.objects.filter(username=name, is_active=True, is_machine=False).first() if name else None
    try:
        if name and to is None:
            raise Refusal("invalid", _("There is no active officer of this name."))
        services.assign(complaint.pk, to=to, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        refused = refusal
    return back(request, tracking_id, refused, _("The report was assigned."))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Add an internal note."""
    complaint = find_case(request, tracking_id)
    form = forms.NoteForm(request.POST or None)
    if request.method == "POST":
        try:
            services.add_note(complaint.pk, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            return back(request, tracking_id, None, _("The note was added."))
    words = {"label": _("Add an internal note"), "button": _("Add the note")}
    return render(request, "complaints/desk/note.html", {"complaint": complaint, "form": form, **words}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """A hub's opinion in a dispute about who is competent."""
    complaint = find_case(request, tracking_id)
    if not complaint.may("opinion"):
        raise Refusal("forbidden", _("You may see this report but not take this step."))
    form = forms.OpinionForm(request.POST or None)
    if request.method == "POST":
        try:
            services.give_opinion(complaint.pk, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            return back(request, tracking_id, None, _("Your opinion was sent to the national desk."))
    words = {"label": _("Give an opinion on who is competent"), "button": _("Send the opinion")}
    return render(request, "complaints/desk/note.html", {"complaint": complaint, "form": form, **words}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Correct text and classification beside the reporter's original."""
    complaint = find_case(request, tracking_id)
    if not complaint.may("edit"):
        raise Refusal("forbidden", _("You may see this report but not take this step."))
    form = forms.EditForm(complaint, data=request.POST or None)
    conflict: Refusal | None = None
    if request.method == "POST":
        try:
            services.edit(complaint.pk, changes=form.changes(), by=actor_of(request), at=at_of(request), version=form.version())
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            conflict = refusal if refusal.code == "conflict" else None
        else:
            return back(request, tracking_id, None, _("The report was edited; the original is kept."))
    context = {"complaint": complaint, "form": form, "conflict": conflict}
    return render(request, "complaints/desk/edit.html", context, status=409 if conflict else 422 if form.errors else 200)


@login_required
@step_up
@never_cache
@require_POST
def identity(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Open who the reporter is; the reason and the reading are on record before anything is shown."""
    complaint = find_case(request, tracking_id)
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if not reason:
        return back(request, tracking_id, Refusal("invalid", _("Please say why you need to know who the reporter is.")), "")
    found = services.read_identity(complaint, by=actor_of(request), at=at_of(request), reason=reason)
    known = services.contact_of(complaint, at=at_of(request))
    return render(request, "complaints/desk/identity.html", {"complaint": complaint, "identity": found, "known": known})
