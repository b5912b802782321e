"""What must be true of every complaint, whatever wrote it: asked of the rows themselves, set by set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from .. import numbers, vault
from ..clock import HANDLER_KEYS, RESOLUTIONS, RULES
from ..models import NEVER, Clock, ClockEvent, Complaint
from ..workflow import ENDED, WORKFLOW, State
from . import ledger
from .clocks import counted, ticks
from .reference import Reference

Progress = Callable[[int], None]
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is not as it must be: the rule's name and where it is broken."""

    rule: str
    where: str


# rule -> a query that lists the tracking numbers (or nodes) at which it is broken
QUERIES: dict[str, tuple[str, list[Any]]] = {
    "the report stands where its history says": (
        """SELECT c.tracking_id FROM complaints_complaint c LEFT JOIN complaints_transition t ON t.complaint_id = c.id AND t.seq = c.seq
           WHERE t.id IS NULL OR (t.state_after, t.holder_after_id, t.hash) IS DISTINCT FROM (c.state, c.holder_id, c.head)""",
        [],
    ),
    "each event begins where the one before it ended": (
        """SELECT c.tracking_id FROM (
               SELECT complaint_id, state_before, holder_before_id,
                   lag(state_after) OVER chain AS state, lag(holder_after_id) OVER chain AS holder, seq
               FROM complaints_transition WINDOW chain AS (PARTITION BY complaint_id ORDER BY seq)) t
           JOIN complaints_complaint c ON c.id = t.complaint_id
           WHERE t.seq > 1 AND (t.state_before, t.holder_before_id) IS DISTINCT FROM (t.state, t.holder)""",
        [],
    ),
    "time does not run backwards in a history": (
        """SELECT c.tracking_id FROM (
               SELECT complaint_id, at, lag(at) OVER (PARTITION BY complaint_id ORDER BY seq) AS before FROM complaints_transition) t
           JOIN complaints_complaint c ON c.id = t.complaint_id WHERE t.at < t.before""",
        [],
    ),
    "no deadline outlives the end of a report": (
        """SELECT c.tracking_id FROM complaints_clock k JOIN complaints_complaint c ON c.id = k.complaint_id
           WHERE k.state IN ('running', 'paused') AND c.state = ANY(%s) AND NOT k.key = ANY(%s)""",
        [sorted(ENDED), [key for key, rule in RULES.items() if rule.survives_end]],
    ),
    "the queue is ordered by the earliest deadline of the handlers": (
        """SELECT c.tracking_id FROM complaints_complaint c LEFT JOIN (
               SELECT complaint_id, min(due_at) AS due FROM complaints_clock WHERE state = 'running' AND key = ANY(%s) GROUP BY complaint_id) k
           ON k.complaint_id = c.id WHERE c.next_due_at <> coalesce(k.due, %s)""",
        [sorted(HANDLER_KEYS), NEVER],
    ),
    "every deadline began once": (
        """SELECT c.tracking_id FROM complaints_clock k JOIN complaints_complaint c ON c.id = k.complaint_id
           WHERE (SELECT count(*) FROM complaints_clockevent e WHERE e.clock_id = k.id AND e.kind = 'start') <> 1""",
        [],
    ),
    "a deadline that a hold stops stands still": (
        """SELECT c.tracking_id FROM complaints_clock k JOIN complaints_complaint c ON c.id = k.complaint_id
           WHERE c.hold_reason <> '' AND k.state = 'running' AND k.key = ANY(%s)""",
        [list(RESOLUTIONS)],
    ),
    "what the nation decided is not returned": (
        """SELECT c.tracking_id FROM complaints_transition t JOIN complaints_complaint c ON c.id = t.complaint_id
           WHERE t.kind IN ('return_upward', 'dispute') AND t.reason <> 'recalled' AND EXISTS (
               SELECT 1 FROM complaints_transition d
               WHERE d.complaint_id = c.id AND d.seq < t.seq AND d.kind = 'dispose_to_institution' AND d.reason = 'decided')""",
        [],
    ),
    "a lead has as many parts as it counts": (
        """SELECT c.tracking_id FROM complaints_complaint c
           WHERE c.lead_id IS NULL AND c.part_count <> (SELECT count(*) FROM complaints_complaint p WHERE p.lead_id = c.id)""",
        [],
    ),
    "a part was received where its lead was split": (
        """SELECT p.tracking_id FROM complaints_complaint p JOIN complaints_complaint c ON c.id = p.lead_id
           WHERE p.submitted_at <> c.submitted_at OR p.is_anonymous <> c.is_anonymous OR (c.is_secret AND NOT p.is_secret)
               OR NOT EXISTS (SELECT 1 FROM complaints_transition t WHERE t.complaint_id = p.id AND t.seq = 1 AND t.kind = 'part')""",
        [],
    ),
    "what was proved is a contact that was left": (
        """SELECT c.tracking_id FROM complaints_contact k JOIN complaints_complaint c ON c.id = k.complaint_id
           WHERE k.verified_at IS NOT NULL AND (NOT c.has_contact OR k.verified_at < k.changed_at)""",
        [],
    ),
    "an issue counts as the last decision on it says": (
        """SELECT c.tracking_id FROM complaints_issuetag g JOIN complaints_complaint c ON c.id = g.complaint_id
           LEFT JOIN LATERAL (
               SELECT kind FROM complaints_transition t
               WHERE t.complaint_id = c.id AND t.kind IN ('tag', 'untag') AND t.data->>'issue' = g.issue_id ORDER BY seq DESC LIMIT 1) d ON true
           WHERE g.state <> CASE d.kind WHEN 'tag' THEN 'confirmed' WHEN 'untag' THEN 'rejected' ELSE 'proposed' END""",
        [],
    ),
    "every node of the tree stands under its parent": (
        """SELECT i.slug FROM institutions_institution i LEFT JOIN institutions_institution p ON p.id = i.parent_id
           WHERE i.path <> coalesce(p.path, '') || i.id || '.'""",
        [],
    ),
}


def _asked() -> Iterator[Breach]:
    with connection.cursor() as cursor:
        for rule, (sql, values) in QUERIES.items():
            cursor.execute(sql, values)
            yield from (Breach(rule, row[0]) for row in cursor.fetchall())


def _steps() -> Iterator[Breach]:
    """Every event that is a step leads from one of its sources to one of its targets; any other leaves the state as it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT kind, state_before, state_after FROM complaints_transition WHERE seq > 1")
        moves = cursor.fetchall()
    for kind, before, after in moves:
        step = WORKFLOW.get(kind)
        targets = (step.targets or (State(before),)) if step is not None else (State(before),)
        stays = step is not None and step.may_stay and after == before
        if (after not in targets and not stays) or (step is not None and before not in step.sources):
            yield Breach("every step leads from a source to a target", f"{kind}: {before} -> {after}")


def _numbers(progress: Progress) -> Iterator[Breach]:
    for number in Complaint.objects.values_list("tracking_id", flat=True).iterator(chunk_size=BATCH):
        if numbers.read_tracking_id(number) != number:
            yield Breach("every number carries its check character", number)
        progress(1)


def _deadlines(reference: Reference, progress: Progress) -> Iterator[Breach]:
    """Each due instant follows from the clock's start, its policy row, its events and the calendar of their days."""
    ids: list[UUID] = []
    for clock in Clock.objects.values_list("pk", flat=True).iterator(chunk_size=BATCH):
        ids.append(clock)
        if len(ids) == BATCH:
            yield from _derived(ids, reference)
            progress(len(ids))
            ids = []
    yield from _derived(ids, reference)
    progress(len(ids))


def _derived(ids: list[UUID], reference: Reference) -> Iterator[Breach]:
    events: dict[UUID, list[ClockEvent]] = {pk: [] for pk in ids}
    for event in ClockEvent.objects.filter(clock__in=ids).order_by("pk"):
        events[event.clock_id].append(event)
    for clock in Clock.objects.filter(pk__in=ids).select_related("policy"):
        found = counted(clock, ticks(events[clock.pk]), reference)
        if clock.due_at != found.due_at:
            yield Breach(
                "every deadline follows from its rule", f"{clock.complaint.tracking_id} {clock.key}: {clock.due_at:%Y-%m-%d} is {found.due_at:%Y-%m-%d}"
            )


def _identities(progress: Progress) -> Iterator[Breach]:
    """Whoever left an address has one in the vault."""
    rows: list[tuple[UUID, str, bool]] = []
    for row in Complaint.objects.filter(lead=None).values_list("pk", "tracking_id", "has_contact").iterator(chunk_size=BATCH):
        rows.append(row)
        if len(rows) == BATCH:
            yield from _held(rows)
            rows = []
    yield from _held(rows)
    progress(0)


def _bare() -> Iterator[Breach]:
    """Who the reporter is stands under the lead alone."""
    parts = dict(Complaint.objects.exclude(lead=None).values_list("pk", "tracking_id"))
    yield from (Breach("a part has no identity of its own", parts[pk]) for pk in vault.held(list(parts)))


def _held(rows: list[tuple[UUID, str, bool]]) -> Iterator[Breach]:
    held = vault.held([pk for pk, _number, _has in rows])
    for pk, number, has_contact in rows:
        if has_contact and pk not in held:
            yield Breach("an address that was left is in the vault", number)


def broken(*, reference: Reference, progress: Progress = lambda _n: None) -> Iterator[Breach]:
    """Everything that is not as it must be, rule by rule; nothing when all is well. Reads only."""
    yield from _asked()
    yield from _steps()
    yield from _numbers(progress)
    yield from _deadlines(reference, progress)
    yield from _identities(progress)
    yield from _bare()
    _walked, faults = ledger.verify()
    yield from (Breach("the chain of events is whole", f"{fault.tracking_id} event {fault.seq}: {fault.what}") for fault in faults)
