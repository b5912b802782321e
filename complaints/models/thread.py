"""A report and its parts read as one thread: what is fetched with it, and what the handlers of one see of the others."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from lapor.ground.actor import Actor
from lapor.ground.prepared import PreparedModels

from ..workflow import INNER_EVENTS, EntryKind, Track
from .clocks import Clock
from .complaint import Complaint
from .history import Transition

EVENTS = Transition.objects.select_related("holder_before", "holder_after", "by", "entry__institution").order_by("seq")
DEADLINES = Clock.objects.order_by("started_at", "key")
TIMELINE = Prefetch("transitions", EVENTS)
CLOCKS = Prefetch("clocks", DEADLINES)
# What the public page tells of them: no more is read.
PUBLIC_EVENTS = (
    Transition.objects.select_related("holder_after", "entry__institution")
    .only("complaint", "kind", "reason", "at", "holder_after__name", "holder_after__time_zone", "entry__text_public", "entry__institution__name")
    .exclude(kind__in=INNER_EVENTS)
    .order_by("seq")
)
PUBLIC_DEADLINES = Clock.objects.running().only("complaint", "key", "state", "zone", "is_provisional", "started_at", "due_at")
# The same of one report, asked at every page about it.
THREAD = (
    ("transitions", PreparedModels(lambda pk: EVENTS.filter(complaint=pk), UUID(int=0))),
    ("clocks", PreparedModels(lambda pk: DEADLINES.filter(complaint=pk), UUID(int=0))),
)
PUBLIC_THREAD = (
    ("transitions", PreparedModels(lambda pk: PUBLIC_EVENTS.filter(complaint=pk), UUID(int=0))),
    ("clocks", PreparedModels(lambda pk: PUBLIC_DEADLINES.filter(complaint=pk), UUID(int=0))),
)
PARTS = Prefetch("children", Complaint.objects.select_related("holder").prefetch_related(TIMELINE, CLOCKS).order_by("part_number"))


def with_thread(complaint: Complaint, *, public: bool = False) -> Complaint:
    """Its events and deadlines read with it, as a list fetches them; what the public page tells of them (`public`)."""
    for name, rows in PUBLIC_THREAD if public else THREAD:
        found = getattr(complaint, name).all()
        found._result_cache, found._prefetch_done = rows(complaint.pk), True
        for row in found._result_cache:
            row.complaint = complaint
        vars(complaint).setdefault("_prefetched_objects_cache", {})[name] = found
    return complaint


def with_parts(complaint: Complaint) -> Complaint:
    """Its parts read with it, when it has any."""
    if complaint.part_count:
        prefetch_related_objects([complaint], PARTS)
    return complaint


@dataclass(frozen=True, slots=True)
class Family:
    """What the handlers of a lead or of a part see of the others."""

    parts: tuple[tuple[Complaint, bool], ...] = ()  # with whether this officer may open it
    said: tuple[Transition, ...] = ()  # what the parts told the reporter
    lead: Complaint | None = None
    opens_lead: bool = False
    replies: tuple[Transition, ...] = ()  # what the reporter said on the lead


FROM_REPORTER = (EntryKind.REPLY, EntryKind.COMPLETION)


def family_of(complaint: Complaint, actor: Actor) -> Family:
    """The parts of a lead with their state and what they answered; the lead of a part with what the reporter said there.

    An examination on the oversight track is no part for whoever may not open it, and its reporter's words are for its
    handlers alone.
    """
    if complaint.part_count:
        with_parts(complaint)
        mine = set(Complaint.objects.seen_by(actor).filter(lead=complaint).values_list("pk", flat=True))
        rows = [part for part in complaint.children.all() if part.pk in mine or part.track != Track.OVERSIGHT]
        return Family(parts=tuple((row, row.pk in mine) for row in rows), said=tuple(row for row in complaint.told(rows) if row.complaint_id != complaint.pk))
    lead = complaint.lead
    if lead is None:
        return Family()
    opens = Complaint.objects.seen_by(actor).filter(pk=lead.pk).exists()
    heard = Transition.objects.filter(complaint=lead, entry__kind__in=FROM_REPORTER).select_related("entry", "holder_after").order_by("seq")
    kept = [row for row in heard if row.data.get("part", complaint.part_number) == complaint.part_number]
    return Family(lead=lead, opens_lead=opens, replies=tuple(kept) if opens or lead.track != Track.OVERSIGHT else ())
