"""The queue: what is due next among the cases that the officer may read."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db.models import CharField, Q, Value
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from institutions.models import PriorityIssue
from lapor.ground.prepared import objects_of
from lapor.ground.problems import Refusal

from ... import services
from ...clock import Level
from ...filters import OFFERED, DeskFilter, is_narrowed, narrowed
from ...models import NEVER, Complaint, ComplaintQuerySet, climbed, highest_level
from ...wording import DUE_ICONS, badges_of, day_in, left_until, tone_of
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
    "sengketa": Q(is_disputed=True),
    "dukungan": Q(is_support_asked=True),
    "naik": Q(climbed(Level.OVERDUE)),
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
    found = objects_of(_after(rows.order_by("-is_urgent", "next_due_at", "pk"), read_cursor(cursor))[: PAGE + 1])
    return found[:PAGE], write_cursor(int(found[PAGE - 1].is_urgent), found[PAGE - 1].next_due_at.isoformat(), found[PAGE - 1].pk) if len(found) > PAGE else ""


def place_of(row: Complaint, query: str) -> str:
    """The signed place of a case in a list: the list's address and the case's own rank in it, which its next step changes."""
    return signing.dumps([query, int(row.is_urgent), row.next_due_at.isoformat(), str(row.pk)], salt="queue", compress=True)


def _before(rows: ComplaintQuerySet, cursor: tuple[bool, datetime, UUID]) -> ComplaintQuerySet:
    """What stands before the cursor, the nearest first."""
    urgent, due, pk = cursor
    earlier = Q(is_urgent=urgent) & (Q(next_due_at__lt=due) | Q(next_due_at=due, pk__lt=pk))
    return rows.filter(earlier if urgent else earlier | Q(is_urgent=True)).order_by("is_urgent", "-next_due_at", "-pk")


def around(request: HttpRequest) -> dict[str, Any]:
    """The way back to the list, and the cases before and after in it; empty when the page was not reached from a list."""
    token = request.GET.get("dari", "")
    try:
        query, urgent, due, pk = signing.loads(token, salt="queue")
    except signing.BadSignature:
        return {}
    cursor = (bool(urgent), datetime.fromisoformat(due), UUID(pk))
    rows = rows_of(request, dict(parse_qsl(query)))
    before = _before(rows, cursor).first()
    after = _after(rows, cursor).order_by("-is_urgent", "next_due_at", "pk").first()
    return {
        "token": token,
        "query": query,
        "before": (before.tracking_id, place_of(before, query)) if before else None,
        "after": (after.tracking_id, place_of(after, query)) if after else None,
    }


def rows_of(request: HttpRequest, given: Mapping[str, Any]) -> ComplaintQuerySet:
    """What a filter of the queue shows to this officer."""
    actor = actor_of(request)
    rows = Complaint.objects.seen_by(actor)
    if is_narrowed(DeskFilter, given):
        rows = narrowed(DeskFilter, given, rows)[0]
    if not given.get("state"):
        rows = rows.open()
    tab = given.get("tab", "semua")
    if tab == "saya":
        return rows.filter(assignee__in=services.looked_after(by=actor, at=at_of(request)))
    return rows.filter(TABS.get(tab, Q()))


# What a line of the queue tells; a row has four times as many columns.
SHOWN = (
    "tracking_id", "title", "state", "holder", "topic", "assignee", "next_due_at", "is_urgent", "track", "is_disputed", "is_support_asked",
    "hold_reason", "referral", "is_secret", "is_anonymous", "lead", "part_number", "part_count", "on_behalf", "taken_down_at", "is_incomplete",
)  # fmt: skip
JOINED = {"holder": ("name", "short_name", "time_zone"), "topic": ("name_id", "name_en"), "assignee": ("full_name", "username")}


def shown(rows: ComplaintQuerySet) -> ComplaintQuerySet:
    """The rows with what the queue tells of them."""
    told = (f"{name}__{column}" for name, columns in JOINED.items() for column in columns)
    return rows.select_related(*JOINED).only(*SHOWN, *told).annotate(level=highest_level())


STATES = {state.value: state.label for state in State}
NUMBER = "LPR-0000-0000-0"  # stands in an address that is made once for all lines


def _due(due: datetime, zone: str, at: datetime) -> dict[str, str]:
    tone = tone_of(due, at)
    return {"tone": tone, "icon": DUE_ICONS[tone], "left": left_until(due, at, zone), "day": day_in(due, zone)}


def _line(row: Complaint, query: str, address: str, *, mine: int | None, at: datetime) -> dict[str, Any]:
    """One line: what a template would take as long to look up as all the rest."""
    due, zone = row.next_due_at, row.holder.time_zone
    return {
        "number": row.tracking_id,
        "pick": _("Select report %(number)s") % {"number": row.tracking_id},
        "address": address.replace(NUMBER, row.tracking_id),
        "badges": badges_of(row),
        "place": place_of(row, query),
        "title": row.title,
        "topic": row.topic.name if row.topic is not None else "",
        **(_due(due, zone, at) if due < NEVER - timedelta(days=2) else {}),
        "level": vars(row)["level"],
        "state": STATES[row.state],
        "holder": row.holder.short_name or row.holder.name,
        "assignee": str(row.assignee) if row.assignee is not None else "",
        "is_for_another": mine is not None and row.assignee_id != mine,
    }


def _words(given: QueryDict) -> dict[str, str]:
    """What was asked for, with the name of an issue in the place of its code; the filter knows both."""
    found = {name: str(value) for name, value in given.items()}
    code = found.get("issue", "").replace("\x00", "")
    issue = PriorityIssue.objects.filter(code=code).first() if code else None
    return found | ({"issue": issue.name} if issue is not None else {})


@login_required
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Open cases that the officer may read, by what is due next; without a wish, by the officer's own first filter."""
    actor = actor_of(request)
    require_desk(actor)
    wishes = services.preference_of(by=actor)
    if not request.GET and wishes.default_filter is not None and wishes.default_filter.query:
        return redirect(f"{request.path}?{wishes.default_filter.query}")
    page, following = page_of(shown(rows_of(request, request.GET)), request.GET.get("setelah", ""))
    kept = request.GET.copy()
    kept.pop("setelah", None)
    without_tab = kept.copy()
    without_tab.pop("tab", None)
    at, mine = at_of(request), actor.user_id if request.GET.get("tab") == "saya" else None
    query, tab, address = kept.urlencode(), request.GET.get("tab", "semua"), reverse("desk-case", args=[NUMBER])
    context = {
        "page": [_line(row, query, address, mine=mine, at=at) for row in page],
        "next": following,
        "given": _words(request.GET),
        "offered": OFFERED,
        "tab": tab,
        "kept": query,
        "without_tab": without_tab.urlencode(),
        "saved": services.filters_of(by=actor),
        "has_shortcuts": wishes.has_shortcuts,
        "mine": actor.user_id,
        "leads": services.leads_a_desk(actor),
        "manages": actor.has("manage_officers"),
        "is_nation": actor.has("lower_track"),
        "at": at,
    }
    return render(request, "complaints/desk/queue.html", context)


@login_required
@never_cache
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """How much waits in each tab and saved filter, up to a cap; asked for after the list, in one query."""
    actor = actor_of(request)
    require_desk(actor)
    saved = services.filters_of(by=actor)
    asked = {tab: {"tab": tab} for tab in ("saya", *TABS)} | {f"s{row.pk}": dict(parse_qsl(row.query)) for row in saved}
    cap = services.Reference(at_of(request)).limits["count_cap"]
    parts = [rows_of(request, given).order_by().annotate(name=Value(name, output_field=CharField())).values("name")[: cap + 1] for name, given in asked.items()]
    found = Counter(row["name"] for row in parts[0].union(*parts[1:], all=True))
    shown = {name: f"{cap}+" if found[name] > cap else str(found[name]) for name in asked}
    return render(
        request, "complaints/desk/counts.html", {"counts": shown, "saved": [(row, shown[f"s{row.pk}"]) for row in saved], "is_nation": actor.has("lower_track")}
    )


@login_required
@require_POST
def filters(request: HttpRequest) -> HttpResponse:
    """Keep the filter in force under a name, or remove one."""
    query = request.POST.get("query", "")
    try:
        if "hapus" in request.POST:
            services.drop_filter(int(request.POST["hapus"]) if request.POST["hapus"].isdecimal() else 0, by=actor_of(request))
            messages.success(request, _("The filter was removed."))
        else:
            shared = request.POST.get("bersama") == "on"
            row = services.save_filter(name=request.POST.get("name", ""), query=query, is_shared=shared, by=actor_of(request), at=at_of(request))
            query = row.query
            messages.success(request, _("The filter was saved."))
    except Refusal as refusal:
        if refusal.code != "invalid":
            raise
        messages.error(request, " ".join(str(text) for texts in refusal.fields.values() for text in texts) or str(refusal))
    return redirect(f"/meja/?{services.canonical(query)}")
