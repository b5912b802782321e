"""The citizen's pages: file a report, keep the receipt, follow it, and act on it. All of it works without JavaScript."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from institutions.models import Institution
from lapor.ground.problems import Refusal
from officers.actors import actor_for

from .. import forms, masks, numbers, services
from ..models import CLOCKS, TIMELINE, Channel, Complaint, Upload, with_parts
from ..workflow import State
from .files import KEPT, files_of, keep_files, kept_rows, with_files
from .shared import actor_of, at_of, client_of, number_of, private

PAGE = ["GET", "HEAD", "POST"]


@private
@require_http_methods(PAGE)
def file(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The form; then the answers to check; then, when they are sent, the receipt. Nothing is stored before it is sent."""
    door = _door(request, slug)
    form = forms.IntakeForm(request.POST or None, door=door)
    if request.method != "POST":
        return _form(request, form, door)
    try:
        given = _read(form, request)
        if request.POST.get("langkah") == "kirim":
            return _send(request, form, given, door)
        draft = services.read_draft(given | ({"target_institution": door} if door else {}), at=at_of(request))
    except Refusal as refusal:
        if refusal.code not in {"invalid", "conflict", "too_many_requests"}:
            raise
        forms.show_refusal(form, refusal)
        response = _form(request, form, door, status=refusal.status)
        if refusal.retry_after is not None:
            response["Retry-After"] = str(refusal.retry_after)
        return response
    if request.POST.get("langkah") == "ubah":
        return _form(request, form, door)
    return _check(request, form, draft, door)


def _door(request: HttpRequest, slug: str) -> Institution | None:
    if not slug:
        return None
    found = Institution.objects.in_force(at_of(request).date()).filter(slug=slug).exclude(kind="national").first()
    if found is None:
        messages.info(request, _("This institution's page is not active. You can send your report here all the same; we find the right body."))
    return found


def _read(form: forms.IntakeForm, request: HttpRequest) -> dict[str, Any]:
    """Everything that is wrong at once: the places that cannot be told, and what the service says of the rest."""
    files = keep_files(request)
    try:
        return forms.submission(form, at=at_of(request)) | {"files": files}
    except forms.Unclear as unclear:
        try:
            services.read_draft(unclear.rest, at=at_of(request))
        except Refusal as refusal:
            unclear.fields = {**refusal.fields, **unclear.fields}
        raise


def _form(request: HttpRequest, form: forms.IntakeForm, door: Institution | None, *, status: int = 200) -> HttpResponse:
    form.name_choices()
    return render(request, "complaints/citizen/form.html", {"form": form, "door": door, "kept": kept_rows(request)}, status=status)


def _check(request: HttpRequest, form: forms.IntakeForm, draft: services.Draft, door: Institution | None) -> HttpResponse:
    """The answers as they will be sent, with what is missing and what personal data stands in them."""
    target = draft.target or door
    holder = services.first_holder(target, services.Reference(at_of(request)))
    is_public = not draft.is_secret and not (draft.topic is not None and draft.topic.is_sensitive)
    context = {
        "form": form,
        "draft": draft,
        "door": door,
        "holder": holder,
        "sent": [(name, value) for name, value in request.POST.items() if name not in {"csrfmiddlewaretoken", "langkah", KEPT}],
        "kept": kept_rows(request),
        "missing": [form.fields[name].label for name in services.missing_for_minimum(draft, at=at_of(request)) if name in form.fields],
        "personal": [text[m.start : m.end] for text in (draft.title, draft.body) for m in masks.found(text)],
        "is_public": is_public,
        "unknown_target": bool(request.POST.get("target_institution")) and draft.target is None,
    }
    return render(request, "complaints/citizen/check.html", context)


def _send(request: HttpRequest, form: forms.IntakeForm, given: dict[str, Any], door: Institution | None) -> HttpResponse:
    """Sent twice with the same hidden key it is the same report and the same receipt."""
    reference = services.Reference(at_of(request))
    services.throttle_submission(client_of(request), at=at_of(request), reference=reference)
    receipt = services.submit(
        given,
        by=actor_for(None, at=at_of(request)),  # whoever is logged in reports as a citizen: no trace of the office
        at=at_of(request),
        channel=Channel.SUBDOMAIN if door else Channel.WEB,
        door=door,
        idempotency_key=form.data.get("idempotency_key", ""),
        reference=reference,
    )
    context = {"receipt": receipt, "complaint": receipt.complaint, "clocks": receipt.clocks, "at": at_of(request)}
    return render(request, "complaints/citizen/receipt.html", context)


@private
@require_http_methods(PAGE)
def track(request: HttpRequest) -> HttpResponse:
    """Number and case code open the case for a while; the code is never in an address."""
    if request.method != "POST":
        return render(request, "complaints/citizen/track.html", {"form": forms.ProofForm(initial={"number": request.GET.get("nomor", "")[:40]})})
    form = forms.ProofForm(request.POST)
    try:
        complaint = services.prove(request.POST.get("number", ""), request.POST.get("code", ""), client=client_of(request), at=at_of(request))
    except Refusal as refusal:
        forms.show_refusal(form, refusal)
        response = render(request, "complaints/citizen/track.html", {"form": form}, status=refusal.status)
        if refusal.retry_after is not None:
            response["Retry-After"] = str(refusal.retry_after)
        return response
    until = at_of(request) + timedelta(minutes=services.Reference(at_of(request)).limits["case_session_minutes"])
    request.session.cycle_key()
    request.session["cases"] = {**request.session.get("cases", {}), str(complaint.pk): until.isoformat()}
    return redirect("own-case", tracking_id=complaint.tracking_id)


@private
@require_http_methods(PAGE)
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the opened cases on this device; merely looking at the address forgets nothing."""
    if request.method == "POST":
        request.session.pop("cases", None)
    return redirect("home")


@private
@require_http_methods(PAGE)
def leave_quickly(request: HttpRequest) -> HttpResponse:
    """Forget the opened cases and show a harmless page of somebody else, by one touch on a link.

    A form would be cleaner and could fail (cookies off, an old token, a policy that forbids the way out); this must not.
    """
    request.session.pop("cases", None)
    return redirect(settings.QUICK_EXIT_URL)


def _own(request: HttpRequest, tracking_id: str, *, full: bool = False) -> Complaint | None:
    """The case, if its code was proved here not long ago."""
    actor = actor_of(request)
    rows = Complaint.objects.filter(pk__in=actor.case_ids, tracking_id=number_of(tracking_id)).answering(actor)
    rows = rows.select_related("holder__parent", "topic", "incident_region", "lead")
    return (rows.prefetch_related(TIMELINE, CLOCKS) if full else rows).first()


def _to_proof(tracking_id: str) -> HttpResponse:
    number = numbers.read_tracking_id(tracking_id)
    return redirect(f"/lacak/?nomor={number}" if number else "/lacak/")


@private
@require_safe
def own(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """One's own report: where it is, who has it, what is due when, what happened, and what can be done now."""
    complaint = _own(request, tracking_id, full=True)
    if complaint is None:
        return _to_proof(tracking_id)
    by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
    steps = [found for found in services.open_steps(complaint, by=by, at=at_of(request)) if complaint.may(found.code)]
    parts = list(with_parts(complaint).children.all()) if complaint.part_count else []
    context = {
        "complaint": complaint,
        "events": [(row, _told(row)) for row in complaint.told(parts)],
        "parts": parts,
        "files": files_of(Upload.objects.told("reporter", complaint)),
        "clocks": sorted((clock for clock in complaint.clocks.all() if clock.state in {"running", "paused"}), key=lambda clock: clock.due_at),
        "steps": steps,
        "known": services.contact_of(complaint, at=at_of(request)),
        "can_rate": complaint.state == State.CLOSED and complaint.rating is None,
        "at": at_of(request),
    }
    return render(request, "complaints/citizen/own.html", context)


def _told(row: Any) -> Any:
    """The text of an event that is meant for the reporter: everything but the desks' own notes."""
    entry = getattr(row, "entry", None)
    return entry if entry is not None and entry.kind != "note" and (entry.kind != "statement" or entry.text_public) else None


@private
@require_http_methods(PAGE)
def step(request: HttpRequest, tracking_id: str, action: str) -> HttpResponse:
    """A step of the reporter: what it asks; refused, everything typed is still there."""
    row = services.step_of(action)
    complaint = _own(request, tracking_id, full=True)
    if complaint is None:
        return _to_proof(tracking_id)
    form = forms.step_form(row, complaint, data=request.POST or None, by_reporter=True)
    by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
    conflict: Refusal | None = None
    if request.method == "POST":
        version = forms.read_version(request.POST.get("version", ""))
        try:
            services.advance(complaint.pk, action, by=by, at=at_of(request), version=version, given=with_files(form, request))
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            conflict = refusal if refusal.code == "conflict" else None
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": forms.label_of(row, by_reporter=True)})
            return redirect("own-case", tracking_id=complaint.tracking_id)
    is_open = action in {found.code for found in services.open_steps(complaint, by=by, at=at_of(request))}
    if request.method != "POST" and not is_open:
        raise Refusal("conflict", _("This step cannot be taken now."))
    form.name_places("incident_region")
    context = {
        "complaint": complaint,
        "form": form,
        "step": row,
        "label": forms.label_of(row, by_reporter=True),
        "conflict": conflict,
        "is_open": is_open,
        "said": _said_last(complaint) if action in ANSWERING else None,
        "kept": kept_rows(request),
    }
    return render(request, "complaints/citizen/step.html", context, status=409 if conflict else 422 if form.errors else 200)


ANSWERING = {"complete", "reply", "confirm", "reopen", "restore"}  # what a reporter decides after reading what was said


def _said_last(complaint: Complaint) -> Any:
    """What an institution last told the reporter, with its event: a step mostly answers to it."""
    told = [(row, _told(row)) for row in complaint.transitions.all() if row.as_role != "reporter"]
    return next(((row, entry) for row, entry in reversed(told) if entry is not None), None)


@private
@require_http_methods(PAGE)
def rate(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Stars after a closing that was not the reporter's own."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    form = forms.RateForm(request.POST or None)
    if request.method == "POST":
        by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
        try:
            services.rate(complaint.pk, rating=request.POST.get("rating", ""), text=request.POST.get("text", ""), by=by, at=at_of(request))
        except Refusal as refusal:
            forms.show_refusal(form, refusal)
            return render(
                request,
                "complaints/citizen/step.html",
                {"complaint": complaint, "form": form, "label": _("Rate the handling"), "is_open": True},
                status=refusal.status,
            )
        messages.success(request, _("Thank you for your rating."))
        return redirect("own-case", tracking_id=complaint.tracking_id)
    return render(request, "complaints/citizen/step.html", {"complaint": complaint, "form": form, "label": _("Rate the handling"), "is_open": True})


@private
@require_http_methods(PAGE)
def renew(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """A new case code, shown once; the old one opens nothing any more. Merely looking at the address renews nothing."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    if request.method != "POST":
        return redirect("own-case", tracking_id=complaint.tracking_id)
    by = actor_for(None, at=at_of(request), case_ids=frozenset({complaint.pk}))
    code = services.rotate_code(complaint.pk, by=by, at=at_of(request))
    return render(request, "complaints/citizen/renewed.html", {"complaint": complaint, "code": code})
