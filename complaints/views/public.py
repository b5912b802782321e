"""What everybody may read: the start page, the list of public reports, and one of them."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lapor.ground.problems import Refusal

from ..clock import PUBLIC_KEYS
from ..filters import PublicFilter, narrowed
from ..forms import ListForm
from ..models import CLOCKS, TIMELINE, Complaint, ComplaintQuerySet, with_parts
from .shared import at_of, number_of, read_cursor, write_cursor

PAGE = 20
RELATED = ("holder", "topic", "incident_region")


def _page(rows: ComplaintQuerySet, cursor: str) -> tuple[list[Complaint], str]:
    """The newest first, by when they became public: no count, no offset."""
    place = read_cursor(cursor)
    if place is not None:
        _flag, at, pk = place
        rows = rows.filter(Q(published_at__lt=at) | Q(published_at=at, pk__gt=pk))
    found = list(rows.order_by("-published_at", "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], write_cursor(1, last.published_at.isoformat(), last.pk) if last and last.published_at else ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the way to file and to follow a report, and the latest public ones."""
    rows = Complaint.objects.public().select_related(*RELATED).order_by("-published_at", "pk")[:5]
    return render(request, "complaints/public/home.html", {"latest": list(rows)})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What happens with personal data."""
    return render(request, "complaints/public/privacy.html")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Public reports, newest first, narrowed by words, topic and state."""
    rows, _bound = narrowed(PublicFilter, request.GET, Complaint.objects.public().select_related(*RELATED))
    page, following = _page(rows, request.GET.get("setelah", ""))
    kept = request.GET.copy()
    kept.pop("setelah", None)
    context = {
        "page": page,
        "next": following,
        "form": ListForm(request.GET),
        "kept": kept.urlencode(),
        "is_narrowed": any(request.GET.get(name) for name in ("q", "topic", "state", "institution", "region")),
    }
    return render(request, "complaints/public/list.html", context)


@require_safe
def detail(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The published copy of one report; 404 for everything that is not public."""
    rows = Complaint.objects.public().select_related(*RELATED).prefetch_related(TIMELINE, CLOCKS)
    complaint = rows.filter(tracking_id=number_of(tracking_id)).first()
    if complaint is None:
        if Complaint.objects.taken_down().filter(tracking_id=number_of(tracking_id)).exists():
            raise Refusal("gone", _("This report is no longer shown to the public. Whoever filed it still follows it with number and case code."))
        raise Refusal("not_found", _("There is no such report, or it is not public."))
    parts = with_parts(complaint).shown_parts()
    events = [(row, getattr(row, "entry", None)) for row in complaint.told(parts)]
    said = {entry.institution_id: (row, entry) for row, entry in events if row.kind == "right_of_reply" and entry is not None}
    running = sorted((c for c in complaint.clocks.all() if c.key in PUBLIC_KEYS and c.state == "running"), key=lambda clock: clock.due_at)
    context = {
        "complaint": complaint,
        "events": events,
        "parts": parts,
        "statements": [(row, entry) for row, entry in said.values() if entry.text_public],
        "clocks": running,
        "at": at_of(request),
    }
    return render(request, "complaints/public/detail.html", context)
