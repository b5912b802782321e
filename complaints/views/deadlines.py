"""Why deadlines are what they are: of one report, for each of its readers; and of any period that somebody wants counted."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lapor.ground import pages
from lapor.ground.problems import Refusal

from .. import services
from ..forms import DeadlineForm, Unclear, show_refusal
from ..models import Clock, Complaint
from .citizen import _own, _to_proof
from .desk.gate import find_case
from .public import absent, found_by
from .shared import at_of, client_of, private

PAGE = "complaints/deadlines.html"


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """When a period would end that begins on a given day, and why."""
    is_asked = any(request.GET.get(name) for name in ("policy", "start", "institution"))
    form = DeadlineForm(request.GET if is_asked else None, initial={"start": services.Reference(at_of(request)).today.isoformat()})
    context: dict[str, Any] = {"form": form, "at": at_of(request)}
    status = 200
    if is_asked:
        try:
            context["institution"], _start, context["why"] = _answer(form, request)
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        form.name_institution("institution")
    return render(request, "complaints/public/calculator.html", context, status=status)


def _answer(form: DeadlineForm, request: HttpRequest) -> Any:
    """Everything that is wrong at once: an institution that cannot be told, and what the service says of the rest."""
    try:
        return services.answer_deadline(form.question(), client=client_of(request), at=at_of(request))
    except Unclear as unclear:
        try:
            services.answer_deadline(unclear.rest, client=client_of(request), at=at_of(request))
        except Refusal as refusal:
            unclear.fields = {**refusal.fields, **unclear.fields}
        raise


def _context(found: Iterable[Clock], request: HttpRequest, *, is_exact: bool) -> dict[str, Any]:
    """The deadlines with their lines: those that are alive first, by their due date."""
    rows = sorted(found, key=lambda clock: (clock.state not in {Clock.RUNNING, Clock.PAUSED}, clock.due_at))
    told = services.explanations(rows, reference=services.Reference(at_of(request)), is_exact=is_exact)
    return {"rows": list(zip(rows, told, strict=True)), "at": at_of(request)}


@require_safe
def public(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The running deadlines of a public report that everybody may watch."""
    found = found_by(tracking_id, at=at_of(request))

    def context() -> dict[str, Any]:
        complaint = Complaint.objects.public().only("tracking_id", "title_public").filter(pk=found.pk).first()
        if complaint is None:
            raise absent(pk=found.pk)
        rows = Clock.objects.told().shown_to("public", complaint)
        return {"base": "base.html", "complaint": complaint, "back": "public-report", **_context(rows, request, is_exact=False)}

    return pages.shown(request, PAGE, lambda: found, context)


@private
@require_safe
def own(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """All deadlines of one's own report and its parts."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    rows = Clock.objects.told().select_related("complaint").shown_to("reporter", complaint)
    return render(request, PAGE, {"base": "base.html", "complaint": complaint, "back": "own-case", "is_own": True, **_context(rows, request, is_exact=True)})


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """All deadlines of a case, for whoever may read it."""
    complaint = find_case(request, tracking_id)
    rows = Clock.objects.told().shown_to("officer", complaint)
    context = _context(rows, request, is_exact=not complaint.is_anonymous)
    return render(request, PAGE, {"base": "complaints/desk/base.html", "complaint": complaint, "back": "desk-case", **context})
