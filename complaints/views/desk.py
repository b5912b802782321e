"""The officers' desk: what is due next, one case, its steps, and reports entered for citizens."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.adapters import step_up
from officers.models import User

from .. import forms, policy, services
from ..filters import DeskFilter, narrowed
from ..models import ASSISTED, Clock, Complaint, ComplaintQuerySet, Entry
from ..workflow import HANDLING, EntryKind, State
from .shared import CLOCKS, TIMELINE, actor_of, at_of, number_of, read_cursor, write_cursor

PAGE = 50
TABS: dict[str, Q] = {
    "semua": Q(),
    "verifikasi": Q(state=State.AWAITING_VERIFICATION),
    "jawab": Q(state__in=sorted(HANDLING - {State.REPORTER_REPLIED})),
    "tanggapan": Q(state=State.REPORTER_REPLIED),
    "menunggu": Q(state__in=(State.AWAITING_COMPLETION, State.AWAITING_REPORTER)),
}


def _require_desk(actor: Actor) -> None:
    if not (policy.may("desk", actor) or policy.may("desk_oversight", actor) or actor.has("oversee")):
        raise Refusal(
            "forbidden", _("You have no appointment in force that lets you work on reports. Please ask whoever manages officers in your institution.")
        )


def _after(rows: ComplaintQuerySet, cursor: tuple[bool, datetime, UUID] | None) -> ComplaintQuerySet:
    """What follows the cursor in the queue's order: urgent first, then what is due next."""
    if cursor is None:
        return rows
    urgent, due, pk = cursor
    later = Q(is_urgent=urgent) & (Q(next_due_at__gt=due) | Q(next_due_at=due, pk__gt=pk))
    return rows.filter(later | Q(is_urgent=False) if urgent else later)


def page_of(rows: ComplaintQuerySet, cursor: str) -> tuple[list[Complaint], str]:
    """One page of the queue and the cursor of the next one (empty on the last): no count, no offset."""
    found = list(_after(rows.order_by("-is_urgent", "next_due_at", "pk"), read_cursor(cursor))[: PAGE + 1])
    return found[:PAGE], write_cursor(int(found[PAGE - 1].is_urgent), found[PAGE - 1].next_due_at.isoformat(), found[PAGE - 1].pk) if len(found) > PAGE else ""


@login_required
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Open cases that the officer may read, by what is due next."""
    actor = actor_of(request)
    _require_desk(actor)
    rows = Complaint.objects.seen_by(actor).select_related("holder", "topic", "assignee")
    rows, bound = narrowed(DeskFilter, request.GET, rows)
    if not request.GET.get("state"):
        rows = rows.open()
    tab = request.GET.get("tab", "semua")
    rows = rows.filter(assignee=actor.user_id) if tab == "saya" else rows.filter(TABS.get(tab, Q()))
    page, following = page_of(rows, request.GET.get("setelah", ""))
    kept = request.GET.copy()
    kept.pop("setelah", None)
    without_tab = kept.copy()
    without_tab.pop("tab", None)
    context = {
        "page": page,
        "next": following,
        "filter": bound,
        "tab": tab,
        "kept": kept.urlencode(),
        "without_tab": without_tab.urlencode(),
        "at": at_of(request),
    }
    return render(request, "complaints/desk/queue.html", context)


DESK_ACTS = ("see", "see_public", "see_notes", "see_identity", "take", "assign", "note", "edit", *services.AVAILABLE)
# What nearly every case has. The rest is read when it is there: planning more joins takes longer than they save.
RELATED = ("holder__parent", "topic", "assignee", "incident_region")


def _case(request: HttpRequest, tracking_id: str, *, full: bool = False, is_sent: bool = False) -> Complaint:
    """The case as this officer may know it; 404 and 403 as everywhere. Of what was sent (`is_sent`) the service judges itself:
    it tells whoever had the case until now that it moved on."""
    rows = Complaint.objects.answering(actor_of(request), DESK_ACTS).select_related(*RELATED)
    if full:
        rows = rows.prefetch_related(TIMELINE, CLOCKS)
    found = rows.filter(tracking_id=number_of(tracking_id)).first()
    if found is None or not (found.knows or is_sent):
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    if not (found.may("see") or is_sent):
        raise Refusal("forbidden", _("You may know of this report but not read it."))
    return found


def _readable(entry: Entry | None, complaint: Complaint, actor: Actor) -> bool:
    """Notes are for the desks where the officer may see them; the other texts go with the case."""
    if entry is None:
        return False
    if entry.kind != EntryKind.NOTE:
        return True
    paths = actor.under("see_notes") + actor.under("handle_oversight")
    return complaint.may("see_notes") and entry.institution is not None and any(entry.institution.path.startswith(path) for path in paths)


def _context(request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
    actor, at = actor_of(request), at_of(request)
    events = [(row, getattr(row, "entry", None)) for row in complaint.transitions.all()]
    shown = [(row, entry if _readable(entry, complaint, actor) else None) for row, entry in events]
    return {
        "complaint": complaint,
        "events": [pair for pair in shown if pair[0].kind != "note" or pair[1] is not None],
        "clocks": complaint.clocks.all(),
        "steps": services.open_steps(complaint, by=actor, at=at),
        "can": {act: complaint.may(act) for act in ("take", "assign", "note", "edit", "see_identity")},
        "at": at,
        "is_edited": (complaint.title, complaint.body) != (complaint.title_original, complaint.body_original),
    }


@login_required
@never_cache
@require_GET
def case(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """One case with everything the officer may see of it, and what may be done now."""
    complaint = _case(request, tracking_id, full=True)
    return render(request, "complaints/desk/case.html", _context(request, complaint))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, tracking_id: str, action: str) -> HttpResponse:
    """One step: what it asks, and the answer when it cannot be taken; nothing typed is lost."""
    row = services.step_of(action)
    complaint = _case(request, tracking_id, is_sent=request.method == "POST")
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


def _back(request: HttpRequest, tracking_id: str, refusal: Refusal | None, done: str) -> HttpResponse:
    """To the case again, with what was refused or done as a message."""
    if refusal is not None and refusal.code not in {"invalid", "conflict"}:
        raise refusal
    if refusal is not None:
        texts = [str(text) for found in refusal.fields.values() for text in found]
        messages.error(request, " ".join(texts) or str(refusal))
    else:
        messages.success(request, done)
    return redirect("desk-case", tracking_id=tracking_id)


@login_required
@require_POST
def take(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The officer takes charge."""
    complaint, refused = _case(request, tracking_id), None
    try:
        services.take(complaint.pk, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        refused = refusal
    return _back(request, tracking_id, refused, _("You are in charge of this report now."))


@login_required
@require_POST
def assign(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Put somebody in charge, or nobody when the field is left empty."""
    complaint, refused = _case(request, tracking_id), None
    name = request.POST.get("assignee", "").strip().replace("\x00", "")
    to = User.objects.filter(username=name, is_active=True, is_machine=False).first() if name else None
    try:
        if name and to is None:
            raise Refusal("invalid", _("There is no active officer of this name."))
        services.assign(complaint.pk, to=to, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        refused = refusal
    return _back(request, tracking_id, refused, _("The report was assigned."))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Add an internal note."""
    complaint = _case(request, tracking_id)
    form = forms.NoteForm(request.POST or None)
    if request.method == "POST":
        try:
            services.add_note(complaint.pk, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            return _back(request, tracking_id, None, _("The note was added."))
    return render(request, "complaints/desk/note.html", {"complaint": complaint, "form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Correct text and classification beside the reporter's original."""
    complaint = _case(request, tracking_id)
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
            return _back(request, tracking_id, None, _("The report was edited; the original is kept."))
    context = {"complaint": complaint, "form": form, "conflict": conflict}
    return render(request, "complaints/desk/edit.html", context, status=409 if conflict else 422 if form.errors else 200)


@login_required
@step_up
@never_cache
@require_POST
def identity(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Open who the reporter is; the reason and the reading are on record before anything is shown."""
    complaint = _case(request, tracking_id)
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if not reason:
        return _back(request, tracking_id, Refusal("invalid", _("Please say why you need to know who the reporter is.")), "")
    found = services.read_identity(complaint, by=actor_of(request), at=at_of(request), reason=reason)
    return render(request, "complaints/desk/identity.html", {"complaint": complaint, "identity": found})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Enter a report for a citizen at the counter, on the telephone or by letter."""
    actor = actor_of(request)
    if not policy.may("intake", actor):
        raise Refusal("forbidden", _("You may not enter reports for others."))
    form = forms.IntakeForm(request.POST or None, assisted=True)
    offers: Any = {}
    status = 200
    if request.method == "POST":
        channel = request.POST.get("channel", "")
        try:
            if channel not in ASSISTED:
                raise Refusal("invalid", _("Please check the marked fields."), fields={"channel": [_("Please choose how the report came in.")]})
            given, key = forms.submission(form, at=at_of(request)), request.POST.get("idempotency_key", "")
            receipt = services.submit(given, by=actor, at=at_of(request), channel=channel, assisted=True, idempotency_key=key)
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            offers, status = getattr(refusal, "offers", {}), refusal.status
        else:
            clocks = Clock.objects.running().filter(complaint=receipt.complaint).order_by("due_at")
            return render(request, "complaints/desk/intake_receipt.html", {"receipt": receipt, "clocks": clocks, "at": at_of(request)})
    return render(request, "complaints/desk/intake.html", {"form": form, "offers": offers}, status=status)
