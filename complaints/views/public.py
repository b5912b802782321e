"""What everybody may read: the start page, the list of public reports, and one of them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from institutions.models import PriorityIssue
from lapor.ground import pages
from lapor.ground.prepared import Prepared, PreparedModels
from lapor.ground.problems import Refusal

from ..clock import PUBLIC_KEYS
from ..filters import PublicFilter, narrowed
from ..forms import ListForm, find_institutions
from ..models import Clock, Complaint, ComplaintQuerySet, Upload, issues_of, named_issues, with_parts, with_thread
from .files import files_of
from .shared import at_of, number_of, read_cursor, write_cursor

PAGE = 20
LATEST = 6
RELATED = ("holder", "topic", "incident_region")
# What the pages show of a report: nothing else is read.
SHOWN = ("tracking_id", "title_public", "state", "submitted_at", "published_at", "holder__name", "holder__short_name", "holder__kind",
         "topic__name_id", "topic__name_en", "incident_region__name", "incident_region__level", "incident_region__label")  # fmt: skip
# Where the history of what is public stands: it changes with everything that a page says of a report. What happens to its parts
# does not move the head of a lead.
NEWEST = Complaint.objects.public().order_by("-published_at", "pk")
DAY_60 = Clock.objects.day_60()
HEADS = Prepared(lambda: NEWEST.annotate(day_60=DAY_60).values_list("pk", "head", "day_60")[: PAGE + 1])
DUES = ArraySubquery(Clock.objects.running().filter(complaint=OuterRef("pk")).order_by("due_at").values("due_at"))
HEAD = Prepared(
    lambda number: Complaint.objects.public().filter(tracking_id=number).annotate(day_60=DAY_60).values_list("pk", "head", "part_count", DUES, "day_60"),
    "LPR-0000-0000-0",
)


PUBLISHED = PreparedModels(
    lambda pk: (
        Complaint.objects.public()
        .annotate(day_60=DAY_60, issues=named_issues())
        .select_related(*RELATED)
        .only(*SHOWN, "body_public", "part_count", "part_number")
        .filter(pk=pk)
    ),
    UUID(int=0),
)


def heads(at: datetime) -> Callable[[], list[tuple[object, ...]]]:
    """Where the newest public reports stand, with whether day 60 has passed: that comes without a step."""
    return lambda: [(pk, head, is_over(day_60, at=at)) for pk, head, day_60 in HEADS()]


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

    def latest() -> dict[str, Any]:
        return {"latest": list(NEWEST.annotate(day_60=DAY_60).select_related(*RELATED).only(*SHOWN)[:LATEST])}

    return pages.shown(request, "complaints/public/home.html", heads(at_of(request)), latest)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What happens with personal data."""
    return pages.shown(request, "complaints/public/privacy.html", tuple, dict)


NARROWING = ("q", "topic", "state", "institution", "region", "issue")


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Public reports, newest first, narrowed by words, topic, institution and state."""
    return pages.shown(request, "complaints/public/list.html", heads(at_of(request)), lambda: _listed(request))


def _listed(request: HttpRequest) -> dict[str, Any]:
    """What the list shows; an institution that is not clear is asked back before anything is."""
    kept = request.GET.copy()
    cursor, typed = kept.pop("setelah", [""])[-1], kept.get("institution", "").strip()
    offers = find_institutions(typed)
    if len(offers) == 1:
        kept["institution"] = offers[0].value
    rows, bound = narrowed(PublicFilter, kept, Complaint.objects.public().annotate(day_60=DAY_60).select_related(*RELATED).only(*SHOWN))
    page, following = _page(rows if not typed or len(offers) == 1 else rows.none(), cursor)
    return {
        "page": page,
        "next": following,
        "form": ListForm(kept),
        "issue": _issue(bound, kept, timezone.localdate(at_of(request))),
        "offers": offers if len(offers) > 1 else [],
        "is_unknown": bool(typed) and not offers,
        "kept": kept.urlencode(),
        "is_narrowed": any(kept.get(name) for name in NARROWING),
    }


def _issue(bound: PublicFilter, kept: QueryDict, on: date) -> tuple[PriorityIssue, str] | None:
    """The issue that the list is narrowed to, and the address of the list without it; one that is still to come is nobody's to know."""
    code = bound.form.cleaned_data.get("issue")
    found = PriorityIssue.objects.filter(pk=code, valid_from__lte=on).first() if code else None
    if found is None:
        return None
    without = kept.copy()
    without.pop("issue", None)
    return found, without.urlencode()


@require_safe
def detail(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The published copy of one report; 404 for everything that is not public."""
    found = found_by(tracking_id, at=at_of(request))
    return pages.shown(request, "complaints/public/detail.html", None if found.part_count else lambda: found, lambda: _told(found.pk, at=at_of(request)))


class Found(NamedTuple):
    """What a page about one report depends on: its history, when its deadlines are due, and whether day 60 has passed."""

    pk: UUID
    head: str
    part_count: int
    dues: list[str]
    is_over_60: bool


def found_by(tracking_id: str, *, at: datetime) -> Found:
    """The public report with this number; refuses 404 and 410 for everything that is not public."""
    number = number_of(tracking_id)
    found = next(iter(HEAD(number)), None)
    if found is None:
        raise absent(tracking_id=number)
    pk, head, part_count, dues, day_60 = found
    return Found(pk, head, part_count, dues, is_over(day_60, at=at))


def is_over(day_60: datetime | None, *, at: datetime) -> bool:
    return day_60 is not None and day_60 < at


def absent(**which: object) -> Refusal:
    """What is told instead of a report that is not public."""
    if Complaint.objects.taken_down().filter(**which).exists():
        return Refusal("gone", _("This report is no longer shown to the public. Whoever filed it still follows it with number and case code."))
    return Refusal("not_found", _("There is no such report, or it is not public."))


def _told(pk: UUID, *, at: datetime) -> dict[str, Any]:
    """What the page of a report shows; refuses one that has gone since it was found."""
    rows = PUBLISHED(pk)
    if not rows:
        raise absent(pk=pk)
    complaint = with_thread(rows[0], public=True)
    parts = with_parts(complaint).shown_parts()
    events = [(row, getattr(row, "entry", None)) for row in complaint.told(parts, public=True)]
    said = {entry.institution_id: (row, entry) for row, entry in events if row.kind == "right_of_reply" and entry is not None}
    running = sorted((clock for clock in complaint.clocks.all() if clock.key in PUBLIC_KEYS), key=lambda clock: clock.due_at)
    return {
        "complaint": complaint,
        "issues": issues_of(complaint),
        "events": events,
        "files": files_of(Upload.objects.told("public", complaint)),
        "parts": parts,
        "statements": [(row, entry) for row, entry in said.values() if entry.text_public],
        "clocks": running,
        "at": at,
    }
