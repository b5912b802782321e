"""One step being prepared: what it does to the complaint, and the writing of many such steps in a handful of statements."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import connection

from institutions.models import Institution
from institutions.services import refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.writing import change, insert
from officers.actors import machine

from ..clock import Move
from ..masks import masked
from ..models import Clock, ClockEvent, Complaint, Entry, Transition, Upload
from ..workflow import Classification, EntryKind, Referral, State, Track
from . import ledger
from .files import link
from .reference import Reference

# Published with the complaint: what the institution tells the reporter. The rest is released by hand.
PUBLISHED_ENTRIES = frozenset({EntryKind.INITIAL, EntryKind.PROGRESS, EntryKind.FINAL, EntryKind.STATEMENT})


FIXED = frozenset({"id", "tracking_id", "submitted_at", "channel", "title_original", "body_original", "consent_version", "search", "search_public"})
CHANGEABLE = tuple(f.attname for f in Complaint._meta.concrete_fields if f.attname not in FIXED)


@dataclass(slots=True)
class Plan:
    """A step on a locked complaint; effects fill it, `write` makes it true."""

    complaint: Complaint
    kind: str
    actor: Actor
    at: datetime
    reference: Reference
    given: dict[str, Any] = field(default_factory=dict)
    entry_kind: EntryKind | None = None
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    state_before: str = ""
    holder_before: Institution | None = None
    bumps: bool = True
    entered: bool = False
    changed: list[Clock] = field(default_factory=list)
    started: list[Clock] = field(default_factory=list)
    events: list[ClockEvent] = field(default_factory=list)
    transition_id: int = 0
    stored: dict[str, Any] = field(default_factory=dict)
    joined: list["Plan"] = field(default_factory=list)  # what comes into being with this step: a part split off
    files: list[Upload] = field(default_factory=list)
    author: Institution | None = None  # who speaks, when it is not the holder
    carried_by: "Plan | None" = None  # the step on the lead that moves this part

    @classmethod
    def on(cls, complaint: Complaint, kind: str, *, by: Actor, at: datetime, reference: Reference) -> "Plan":
        stored = {name: getattr(complaint, name) for name in CHANGEABLE}
        return cls(complaint, kind, by, at, reference, state_before=complaint.state, holder_before=complaint.holder, stored=stored)

    @property
    def altered(self) -> list[str]:
        """The columns that this step changed."""
        return [name for name, value in self.stored.items() if getattr(self.complaint, name) != value]

    @property
    def is_reporter(self) -> bool:
        """The case code is the authority: an officer who reports privately leaves no trace of the office."""
        if self.entered:
            return self.complaint.entered_by_id is None and self.complaint.lead_id is None
        return self.complaint.pk in self.actor.case_ids

    def move(self) -> Move:
        """The step as the clocks see it."""
        complaint, before = self.complaint, self.holder_before
        return Move(
            step=self.kind,
            before=State(self.state_before or State.DRAFT),
            after=State(complaint.state),
            at_national_before=before is not None and before.is_national,
            at_national_after=complaint.holder.is_national,
            is_new_queue=self.entered or self.state_before != complaint.state or before is None or before.pk != complaint.holder_id,
            track=Track(complaint.track),
            classification=Classification(complaint.classification),
            is_urgent=complaint.is_urgent,
            is_child=complaint.lead_id is not None,
            is_accepted=complaint.accepted_at is not None,
            was_direct=complaint.was_direct,
            entered=self.entered,
            is_referred=complaint.referral == Referral.REFERRED,
        )


def acting(plan: Plan) -> tuple[int, str]:
    """(user id, role) as the history names them."""
    if plan.carried_by is not None:
        return acting(plan.carried_by)
    if plan.actor.is_system:
        return plan.actor.user_id, "system"
    if plan.is_reporter:
        return machine("reporter").pk, "reporter"
    place = plan.author or plan.holder_before or plan.complaint.holder
    return plan.actor.user_id, plan.actor.role_for(place.path)


def _ids(plans: Sequence[Plan]) -> list[int]:
    """The ids of the next events: drawn when the row was locked (used once), else drawn now for all."""
    drawn = [vars(plan.complaint).pop("drawn_id", None) for plan in plans]
    if all(drawn):
        return cast("list[int]", drawn)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('complaints_transition', 'id')) FROM generate_series(1, %s)", [len(plans)])
        return [row[0] for row in cursor.fetchall()]


def _transition(plan: Plan, pk: int) -> tuple[Transition, Entry | None]:
    complaint = plan.complaint
    by, role = acting(plan)
    entry, commitment = None, ""
    if plan.entry_kind is not None and (plan.text or plan.details):
        salt = secrets.token_bytes(16)
        published = masked(plan.text) if plan.entry_kind in PUBLISHED_ENTRIES else ""
        entry = Entry(complaint=complaint, transition_id=pk, kind=plan.entry_kind, text=plan.text, text_public=published, details=plan.details, salt=salt)
        # A note that moves with the case is for the desk that receives it; what was said is the sayer's.
        author = plan.author or (complaint.holder if plan.entry_kind == EntryKind.NOTE else plan.holder_before or complaint.holder)
        entry.institution_id = None if role == "reporter" else author.pk
        commitment = ledger.commit(salt, plan.text, plan.details)
    complaint.seq += 1
    row = Transition(
        id=pk,
        complaint=complaint,
        seq=complaint.seq,
        kind=plan.kind,
        at=plan.at,
        by_id=by,
        as_role=role,
        state_before=plan.state_before,
        state_after=complaint.state,
        holder_before=plan.holder_before,
        holder_after=complaint.holder,
        track=complaint.track,
        reason=plan.reason,
        data=plan.data,
        commitment=commitment,
        prev=complaint.head,
    )
    row.hash = complaint.head = ledger.digest(row)
    plan.transition_id = pk
    return row, entry


def write(plans: Sequence[Plan]) -> None:
    """Make the plans true: complaint, history, texts and clocks, in as many statements for many as for one.

    Every write to a case comes through here; refuses 503 while the system can only be read.
    """
    if not plans:
        return
    refuse_while_read_only()
    rows, entries = [], []
    for plan, pk in zip(plans, _ids(plans), strict=True):
        if plan.bumps:
            plan.complaint.version += 1
        row, entry = _transition(plan, pk)
        rows.append(row)
        if entry is not None:
            entries.append(entry)
    _change_complaints(plans)
    changed = [clock for plan in plans for clock in plan.changed]
    if changed:  # first: a clock that stops makes room for the next one of its key
        save_clocks(changed)
    started = [clock for plan in plans for clock in plan.started]
    insert([plan.complaint for plan in plans if plan.entered], rows, entries, started, list(_clock_events(plans)))
    for plan in plans:
        link(plan.files, plan.complaint.pk, plan.transition_id)


def _clock_events(plans: Sequence[Plan]) -> Iterator[ClockEvent]:
    for plan in plans:
        for event in plan.events:
            event.transition_id = plan.transition_id
            yield event


def _change_complaints(plans: Sequence[Plan]) -> None:
    old = [plan.complaint for plan in plans if not plan.entered]
    fields = {name for plan in plans if not plan.entered for name in plan.altered}
    if len(old) == 1:
        change(old[0], fields)
    elif old:
        Complaint.objects.bulk_update(old, [Complaint._meta.get_field(name).name for name in sorted(fields)], batch_size=500)


_CLOCKS = """
UPDATE complaints_clock AS clock SET state = new.state, stopped_at = new.stopped_at, due_at = new.due_at, outcome = new.outcome,
    calendar_version = new.calendar_version, is_provisional = new.is_provisional, rung = new.rung, rung_at = new.rung_at
FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::bool[], %s::int[], %s::timestamptz[])
    AS new (id, state, stopped_at, due_at, outcome, calendar_version, is_provisional, rung, rung_at)
WHERE clock.id = new.id
"""


def save_clocks(clocks: Sequence[Clock]) -> None:
    """One statement of arrays: the ORM's CASE for each column and row costs more than the update itself."""
    names = ("id", "state", "stopped_at", "due_at", "outcome", "calendar_version", "is_provisional", "rung", "rung_at")
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, [[getattr(clock, name) for clock in clocks] for name in names])
