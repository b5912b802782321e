"""The queue: what is due next among the cases that the officer may read."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ...filters import DeskFilter, narrowed
from ...models import Complaint, ComplaintQuerySet
from ...workflow import HANDLING, State
from ..shared import actor_of, at_of, read_cursor, write_cursor
from .gate import require_desk

PAGE = 50
TABS: dict[str, Q] = {
    "semua": Q(),
    "verifikasi": Q(state=State.AWAITING_VERIFICATION),
    "jawab": Q(state__in=sorted(HANDLING - {State.REPORTER_REPLIED})),
    "tanggapan": Q(state=State.REPORTER_REPLIED),
    "menunggu": Q(state__in=(State.AWAITING_COMPLETION, State.AWAITING_REPORTER)),
}


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
    require_desk(actor)
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
