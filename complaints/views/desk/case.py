"""One case at the desk, and its steps."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ... import forms, services
from ...models import AnswerDraft, Complaint, Entry, IssueTag, Transition, Upload, family_of
from ...wording import badges_of, day_in, moment_in, sentence_of
from ...workflow import INNER_EVENTS, EntryKind
from ..files import files_of, keep_files, kept_rows, with_files
from ..shared import actor_of, at_of
from .gate import DESK_ACTS, find_case
from .queue import around

# What a desk does most often with a case, the first that is open; it comes first and stands out.
USUAL = ("respond", "answer", "dispose_to_institution", "dispose_to_unit")


def _readable(entry: Entry | None, complaint: Complaint, actor: Actor) -> bool:
    """Notes are for the desks where the officer may see them; the other texts go with the case."""
    if entry is None:
        return False
    if entry.kind != EntryKind.NOTE:
        return True
    paths = actor.under("see_notes") + actor.under("handle_oversight")
    return complaint.may("see_notes") and entry.institution is not None and any(entry.institution.path.startswith(path) for path in paths)


def _line(event: Transition, entry: Entry | None, complaint: Complaint) -> dict[str, Any]:
    """One event as the page tells it: when, who, where and what. A template that looked all this up would take as long as the rest."""
    zone, before, after = event.holder_after.time_zone, event.holder_before, event.holder_after
    by_reporter = event.as_role == "reporter"
    return {
        "pk": event.pk,
        "seq": event.seq,
        "kind": event.kind,
        "is_inner": event.kind in INNER_EVENTS,
        "when": day_in(event.at, zone) if complaint.is_anonymous and by_reporter else moment_in(event.at, zone),
        "who": _("Reporter") if by_reporter else _("The system") if event.as_role == "system" else str(event.by),
        "left": (before.short_name or before.name) if before is not None and before.pk != after.pk else "",
        "place": after.short_name or after.name,
        "what": sentence_of(event.kind, event.reason),
        "issue": event.data.get("issue"),
        "text": entry.text if entry is not None else "",
        "is_note": entry is not None and entry.kind == EntryKind.NOTE,
        "details": entry.details if entry is not None else {},
    }


def _issues(complaint: Complaint, at: datetime) -> dict[str, Any]:
    """The tags of a case, the name of each issue, and those that may be added."""
    tags, issues = services.tags_and_issues(complaint, at=at)
    shown = [row for row in tags if row.state != IssueTag.State.REJECTED]
    taken = {row.issue_id for row in shown}
    addable = [row for row in issues if row.pk not in taken] if complaint.may("tag") else []
    return {"tags": shown, "addable": addable, "issue_names": {row.issue_id: row.issue.name for row in tags}}


def case_context(request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
    actor, at = actor_of(request), at_of(request)
    reference = services.Reference(at)
    steps = services.open_steps(complaint, by=actor, at=at, reference=reference)
    usual = next((code for code in USUAL if code in {found.code for found in steps}), "")
    events = [(row, getattr(row, "entry", None)) for row in complaint.transitions.all()]
    shown = [(row, entry if _readable(entry, complaint, actor) else None) for row, entry in events]
    family = family_of(complaint, actor)
    return {
        "complaint": complaint,
        "badges": badges_of(complaint),
        "events": [_line(row, entry, complaint) for row, entry in reversed(shown) if row.kind != "note" or entry is not None],
        "clocks": complaint.clocks.all(),
        "steps": sorted(steps, key=lambda found: found.code != usual),
        "usual": usual,
        "can": {act: complaint.may(act) for act in DESK_ACTS if act not in services.AVAILABLE},
        "known": services.contact_of(complaint, at=at) if complaint.may("see_identity") else None,
        "files": files_of(Upload.objects.told("officer", complaint, family)) if complaint.may("file") else {},
        "family": family,
        "at": at,
        "others": services.here(complaint.pk, str(request.user), by=actor, at=at, reference=reference),
        "around": around(request),
        "able": services.able_names(complaint, at=at) if complaint.may("assign") and complaint.is_open else [],
        "has_shortcuts": services.preference_of(by=actor).has_shortcuts,
        **_issues(complaint, at),
        "is_edited": (complaint.title, complaint.body) != (complaint.title_original, complaint.body_original),
    }


@login_required
@never_cache
@require_GET
def case(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """One case with everything the officer may see of it, and what may be done now."""
    complaint = find_case(request, tracking_id, full=True)
    services.log_oversight(complaint, "desk_case", by=actor_of(request), at=at_of(request))
    return render(request, "complaints/desk/case.html", case_context(request, complaint))


@login_required
@never_cache
@require_GET
def presence(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Who else has the case open; asked again and again by a page that stays open."""
    complaint = find_case(request, tracking_id)
    others = services.here(complaint.pk, str(request.user), by=actor_of(request), at=at_of(request))
    return render(request, "complaints/desk/others.html", {"others": others})


@dataclass(slots=True)
class _Shown:
    """A step's page in the making."""

    request: HttpRequest
    complaint: Complaint
    action: str
    form: forms.StepForm
    conflict: Refusal | None = None
    likeness: services.Likeness | None = None
    draft: AnswerDraft | None = None

    def page(self) -> HttpResponse:
        request, complaint, actor, at = self.request, self.complaint, actor_of(self.request), at_of(self.request)
        offered = {found.code for found in services.open_steps(complaint, by=actor, at=at)}
        if request.method == "GET" and self.action not in offered:
            raise Refusal("conflict" if complaint.may(self.action) else "forbidden", _("This step cannot be taken now."))
        may_read = complaint.may("see")
        self.form.name_choices()
        context = {
            "complaint": complaint,
            "form": self.form,
            "step": self.form.step,
            "label": forms.label_of(self.form.step),
            "conflict": self.conflict,
            "is_open": self.action in offered,
            "can_read": may_read,
            "canned": services.offered(complaint, self.action, at=at) if may_read else [],
            "likeness": self.likeness,
            "draft": self.draft,
            "others": services.here(complaint.pk, str(request.user), by=actor, at=at) if may_read else [],
            "token": request.GET.get("dari", ""),
            "kept": kept_rows(request),
            "at": at,
        }
        return render(request, "complaints/desk/step.html", context, status=409 if self.conflict else 422 if self.form.errors else 200)


def _typed(shown: _Shown) -> dict[str, str]:
    return {name: shown.request.POST.get(name, "") for name in shown.form.fields if name != "version"}


def _here_again(shown: _Shown) -> HttpResponse:
    return redirect(shown.request.get_full_path())


def _keep(shown: _Shown) -> HttpResponse:
    actor, at = actor_of(shown.request), at_of(shown.request)
    services.keep_draft(shown.complaint.pk, shown.action, typed=_typed(shown), by=actor, at=at)
    if "otomatis" in shown.request.POST:
        return HttpResponse(status=204)
    messages.success(shown.request, _("Your draft is kept. Only you see it."))
    return _here_again(shown)


def _throw_away(shown: _Shown) -> HttpResponse:
    services.drop_draft(shown.complaint.pk, shown.action, by=actor_of(shown.request))
    return _here_again(shown)


def _insert(shown: _Shown) -> HttpResponse:
    typed, request = _typed(shown), shown.request
    try:
        typed["text"] = services.inserted(shown.complaint, shown.action, request.POST.get("canned", ""), typed=typed.get("text", ""), at=at_of(request))
    except Refusal as refusal:
        forms.show_refusal(shown.form, refusal)
    else:
        shown.form = forms.step_form(shown.form.step, shown.complaint, data=typed)
    return shown.page()


def _compare(shown: _Shown) -> HttpResponse:
    shown.likeness = services.compare(shown.complaint, shown.action, _typed(shown).get("text", ""), at=at_of(shown.request))
    return shown.page()


# What a step's page can be asked for beside the step itself; each leaves the report as it is.
BESIDE = {"simpan": _keep, "buang": _throw_away, "sisipkan": _insert, "periksa": _compare}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, tracking_id: str, action: str) -> HttpResponse:
    """One step: what it asks, and the answer when it cannot be taken; nothing typed is lost."""
    row = services.step_of(action)
    complaint = find_case(request, tracking_id, is_sent=request.method == "POST")
    draft = services.drafts_of(complaint.pk, action, by=actor_of(request), at=at_of(request)) if request.method == "GET" else None
    data = request.POST or (draft.typed if draft is not None else None)
    shown = _Shown(request, complaint, action, forms.step_form(row, complaint, data=data), draft=draft)
    if request.method == "GET":
        return shown.page()
    beside = next((name for name in BESIDE if name in request.POST), None)
    if beside is not None:
        if not (complaint.may("see") and complaint.may(action)):
            raise Refusal("not_found", _("There is no such report, or you may not see it."))
        if "files" in shown.form.fields:
            with suppress(Refusal):  # told when the step itself is taken
                keep_files(request)
        return BESIDE[beside](shown)
    return _take(shown)


def _given(shown: _Shown) -> dict[str, Any]:
    """What was typed and sent along. What cannot be read is told to whoever has the case before them; the service answers everybody else."""
    try:
        return with_files(shown.form, shown.request)
    except Refusal:
        if shown.complaint.may("see") or shown.complaint.may(shown.action):
            raise
        return {}


def _take(shown: _Shown) -> HttpResponse:
    """Take the step; refused, the page comes back with what was typed and why."""
    request, complaint, form = shown.request, shown.complaint, shown.form
    version = forms.read_version(request.POST.get("version", "")) or 0
    try:
        services.advance(complaint.pk, shown.action, by=actor_of(request), at=at_of(request), version=version, given=_given(shown))
    except Refusal as refusal:
        if refusal.code not in {"invalid", "conflict"}:
            raise
        forms.show_refusal(form, refusal)
        shown.conflict = refusal if refusal.code == "conflict" else None
        return shown.page()
    messages.success(request, _("Done: %(step)s.") % {"step": forms.label_of(form.step)})
    mine = Complaint.objects.seen_by(actor_of(request)).filter(pk=complaint.pk).exists()
    if not mine:
        return redirect("desk-queue")
    query = urlencode({"dari": request.GET["dari"]}) if request.GET.get("dari") else ""
    return redirect(f"{reverse('desk-case', args=[complaint.tracking_id])}{'?' if query else ''}{query}")
