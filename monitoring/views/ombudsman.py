"""The Ombudsman's console: what passed day 60, what is disputed, what was referred. It reads; every reading of a case is on record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints import services as complaints
from complaints.forms import show_refusal
from complaints.models import CLOCKS, TIMELINE, Clock, Complaint, Upload, with_parts
from complaints.models.complaint import Words
from complaints.views.files import files_of, give
from complaints.views.shared import actor_of, at_of, private, read_cursor, write_cursor
from lapor.ground.problems import Refusal

from .. import services
from ..forms import NoteForm
from ..models import Referral, ReferralQuerySet, oversight
from .gate import find_referral, require_oversight, step_page, steps_of

PAGE = 50
Rows = QuerySet[Clock]


def _limits(request: HttpRequest) -> dict[str, int]:
    return complaints.Reference(at_of(request)).limits


def _lists(at: datetime, limits: dict[str, int]) -> dict[str, Callable[[], Rows]]:
    days = limits["ladder_5_day"] - limits["ladder_4_day"]
    return {
        "lewat": lambda: oversight.past_60(at),
        "pantau": lambda: oversight.nearly_60(at, days=days),
        "sengketa": lambda: oversight.deadlocked(at),
    }


def _clock_page(rows: Rows, cursor: str) -> tuple[list[Clock], str]:
    """One page of deadlines, the oldest first, and the cursor of the next one."""
    place = read_cursor(cursor)
    if place is not None:
        rows = rows.filter(Q(due_at__gt=place[1]) | Q(due_at=place[1], pk__gt=place[2]))
    found = list(rows.order_by("due_at", "pk")[: PAGE + 1])
    return found[:PAGE], write_cursor(0, found[PAGE - 1].due_at.isoformat(), found[PAGE - 1].pk) if len(found) > PAGE else ""


def _found(rows: ReferralQuerySet, words: str) -> ReferralQuerySet:
    """Referrals whose case has this number, or these words in a text that the Ombudsman may read now."""
    words = words.replace("\x00", "").strip()
    if not words:
        return rows
    hits = Complaint.objects.filter(pk__in=rows.readable().values("complaint_id"), search=Words(words))
    return rows.filter(Q(complaint__tracking_id=words.upper()) | Q(complaint__in=hits.values("pk")))


def _referral_page(request: HttpRequest) -> tuple[list[Referral], str]:
    rows = Referral.objects.known_to(actor_of(request)).select_related("complaint__holder").prefetch_related("clocks")
    rows = _found(rows, request.GET.get("q", ""))
    place = read_cursor(request.GET.get("setelah", ""))
    if place is not None:
        rows = rows.filter(Q(moved_at__lt=place[1]) | Q(moved_at=place[1], pk__lt=place[2]))
    found = list(rows.order_by("-moved_at", "-pk")[: PAGE + 1])
    return found[:PAGE], write_cursor(0, found[PAGE - 1].moved_at.isoformat(), found[PAGE - 1].pk) if len(found) > PAGE else ""


def _capped(rows: QuerySet[Any], cap: int) -> str:
    count = rows.order_by()[: cap + 1].count()
    return f"{cap}+" if count > cap else str(count)


@login_required
@private
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """Four lists, each by pages; the counts hold the cases too that are closed to the Ombudsman until they are referred."""
    require_oversight(request)
    limits, actor, at = _limits(request), actor_of(request), at_of(request)
    lists = _lists(at, limits)
    tab = request.GET.get("tab", "lewat")
    tab = tab if tab in {*lists, "rujukan"} else "lewat"
    if request.GET.get("q"):
        tab = "rujukan"
    counts = {name: _capped(rows(), limits["count_cap"]) for name, rows in lists.items()}
    counts["rujukan"] = _capped(Referral.objects.known_to(actor).open(), limits["count_cap"])
    clocks: list[Clock] = []
    referrals: list[Referral] = []
    if tab == "rujukan":
        referrals, following = _referral_page(request)
    else:
        clocks, following = _clock_page(oversight.shown_to(lists[tab](), actor), request.GET.get("setelah", ""))
    context = {"tab": tab, "counts": counts, "clocks": clocks, "referrals": referrals, "next": following, "q": request.GET.get("q", ""), "at": at}
    return render(request, "monitoring/console.html", context)


def _case_file(row: Referral) -> dict[str, Any]:
    """Everything about the case, its parts in one thread with it."""
    complaint = Complaint.objects.select_related("holder", "topic", "incident_region").prefetch_related(TIMELINE, CLOCKS).get(pk=row.complaint_id)
    parts = with_parts(complaint).children.all() if complaint.part_count else []
    events = [*complaint.transitions.all(), *(event for part in parts for event in part.transitions.all())]
    return {
        "complaint": complaint,
        "events": sorted(events, key=lambda event: (event.at, event.pk), reverse=True),
        "files": files_of(Upload.objects.filter(Q(complaint=complaint) | Q(complaint__lead=complaint))),
    }


def _page(request: HttpRequest, row: Referral, form: NoteForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "referral": row,
        "steps": steps_of(row, request),
        "told": row.events.select_related("by", "said").order_by("-seq"),
        "clocks": row.clocks.select_related("institution").prefetch_related("moves__day"),
        "dossiers": row.dossiers.order_by("-version"),
        "notes": row.notes.select_related("by", "said"),
        "form": form,
        "at": at_of(request),
    }
    if row.is_readable:
        services.log_reading(row, "referral_case", by=actor_of(request), at=at_of(request))
        context |= _case_file(row)
    return render(request, "monitoring/referral.html", context, status=status)


@login_required
@private
@require_safe
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One referral: where it stands, its deadlines, and while it is in the Ombudsman's hands the file of the case."""
    require_oversight(request)
    return _page(request, find_referral(request, pk), NoteForm())


@login_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """A step of the Ombudsman."""
    require_oversight(request)
    return step_page(request, pk, code, template="monitoring/step.html", then=reverse("ombudsman-referral", args=[pk]))


@login_required
@private
@require_POST
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A note on the case, which only the Ombudsman writes."""
    require_oversight(request)
    row, form = find_referral(request, pk), NoteForm(request.POST)
    try:
        services.add_oversight_note(row.pk, by=actor_of(request), at=at_of(request), text=request.POST.get("text", ""))
    except Refusal as refusal:
        if refusal.code not in {"invalid", "conflict"}:
            raise
        show_refusal(form, refusal)
        return _page(request, row, form, status=refusal.status)
    messages.success(request, _("The note is kept."))
    return redirect("ombudsman-referral", pk=pk)


@login_required
@private
@require_safe
def dossier(request: HttpRequest, pk: UUID, version: int) -> HttpResponse:
    """A dossier as it was sealed, or the document in it."""
    require_oversight(request)
    row, is_pdf = find_referral(request, pk), "pdf" in request.GET
    content = services.open_dossier(row.pk, version, by=actor_of(request), at=at_of(request), is_pdf=is_pdf)
    name = f"berkas-{row.complaint.tracking_id}-v{version}.{'pdf' if is_pdf else 'zip'}"
    kind = "application/pdf" if is_pdf else "application/zip"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@private
@require_safe
def file(request: HttpRequest, pk: UUID, upload: UUID) -> HttpResponse:
    """The cleaned copy of one piece of evidence."""
    require_oversight(request)
    row = find_referral(request, pk)
    if not row.is_readable:
        raise Refusal("forbidden", _("The file of this case is not open to you now."))
    services.log_reading(row, "referral_file", by=actor_of(request), at=at_of(request), reason=str(upload))
    family = Q(complaint=row.complaint_id) | Q(complaint__lead=row.complaint_id)
    return give(Upload.objects.filter(family, pk=upload), request)
