"""The one door through which a referral moves, and the notes of the Ombudsman."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import policy
from complaints.models import Clock, Complaint
from complaints.services.reference import Reference
from complaints.workflow import ENDED as CASE_ENDED
from institutions.services import refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..models import OversightNote, Referral, ReferralClock, ReferralEvent, ReferralText
from ..referral import ENDED, INSTITUTION, NATION, OMBUDSMAN, READABLE, REFERRAL_STEPS, SYSTEM, Cause, DeclineReason, ReferralOutcome, Step
from . import referral_tell
from .referral_clocks import start_clock, stop_clocks


def not_found() -> Refusal:
    return Refusal("not_found", _("There is no such referral, or you may not see it."))


def _moved_on(row: Referral) -> Refusal:
    text = _("The referral has moved on meanwhile. Please look at it again; what you typed is kept.")
    return Refusal("conflict", text, extra={"stage": row.stage, "version": row.version})


# --- who ----------------------------------------------------------------------------------------------------------------


def _answers_for(row: Referral, by: Actor) -> bool:
    """The desk that holds the case answers for it; the nation only for what it holds itself."""
    rows = Complaint.objects.filter(policy.closer(by), pk=row.complaint_id)
    return rows.filter(holder__kind="national").exists() if by.has("lower_track") else rows.exists()


def may(row: Referral, step: Step, by: Actor) -> bool:
    """Whether the step is this actor's to take, whatever the stage."""
    if step.who == SYSTEM:
        return by.is_system
    if step.who == NATION:
        return by.has("refer")
    if step.who == OMBUDSMAN:
        return by.has("oversee")
    return step.who == INSTITUTION and _answers_for(row, by)


def open_referral_steps(row: Referral, *, by: Actor) -> list[Step]:
    """What the actor may do with the referral now; a report that is on record already is not asked for again."""
    running = {clock.key for clock in row.clocks.all() if clock.stopped_at is None}
    steps = [step for step in REFERRAL_STEPS.values() if row.stage in step.sources and may(row, step, by)]
    return [step for step in steps if step.who != INSTITUTION or running & set(step.stops)]


# --- the beginning ------------------------------------------------------------------------------------------------------


def _refuse_outside_window(complaint: Complaint, at: datetime) -> None:
    """A case that ended may be referred only as long as it can be opened again."""
    if complaint.state not in CASE_ENDED:
        return
    window = Clock.objects.running().filter(complaint=complaint, key="reopen_window", due_at__gte=at)
    if not window.exists():
        raise Refusal("conflict", _("The report is closed, and the time to open it again has passed. It cannot be referred any more."))


@transaction.atomic
def propose(complaint_id: UUID, cause: Cause, *, by: Actor, at: datetime, since: datetime) -> Referral:
    """A referral begins. Refuses 403 to everybody but the system, 404 without a case, 409 when one is open, when the same was
    proposed before, and for a case that ended outside its window."""
    if not by.is_system:
        raise Refusal("forbidden", _("A referral is proposed by the system. Please take the step on the report."))
    refuse_while_read_only()
    complaint = Complaint.objects.select_for_update(of=("self",)).filter(pk=complaint_id).first()
    if complaint is None:
        raise not_found()
    _refuse_outside_window(complaint, at)
    row = Referral(complaint=complaint, cause=cause, since=since, proposed_at=at, moved_at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "referral_one_open" not in str(error) and "referral_once" not in str(error):
            raise
        raise Refusal("conflict", _("This report has been proposed to the Ombudsman already.")) from error
    ReferralEvent.objects.create(referral=row, seq=1, code="propose", at=at, by_id=by.user_id, as_role="system", stage_after=row.stage, reason=cause)
    referral_tell.tell(row, "propose", at=at)
    return row


# --- one step -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Input:
    """What was given, read field by field."""

    text: str = ""
    reason: str = ""
    outcome: str = ""
    wrong: dict[str, list[str]] = field(default_factory=dict)


def read_text(given: Mapping[str, Any], *, most: int) -> str:
    """The text as it is kept; no NUL reaches the database. Refuses 422 what is longer than the limit."""
    text = str(given.get("text") or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > most:
        sentence = _("This text is too long: at most %(limit)d characters.") % {"limit": most}
        raise Refusal("invalid", _("Please check the marked fields."), fields={"text": [sentence]})
    return text


MISSING = {
    "text": gettext_lazy("Please write this, so that those concerned can follow it."),
    "reason": gettext_lazy("Please choose a reason."),
    "outcome": gettext_lazy("Please choose how it ended."),
}
CODES = {"reason": DeclineReason, "outcome": ReferralOutcome}


def _read(step: Step, given: Mapping[str, Any], *, most: int) -> _Input:
    found = _Input(text=read_text(given, most=most) if "text" in (*step.needs, *step.wants) else "")
    for name, codes in CODES.items():
        value = str(given.get(name) or "")
        if name in step.needs and value in codes.values:
            setattr(found, name, value)
    found.wrong = {name: [str(MISSING[name])] for name in step.needs if not getattr(found, name)}
    if found.wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=found.wrong)
    return found


def _lock(pk: UUID, by: Actor) -> Referral:
    row = Referral.objects.known_to(by).select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise not_found()
    return row


def _check(row: Referral, step: Step, *, by: Actor, version: int | None) -> None:
    if (version is not None and version != row.version) or row.stage not in step.sources:
        raise _moved_on(row)
    if not may(row, step, by):
        raise Refusal("forbidden", _("You may see this referral but not take this step."))
    running = ReferralClock.objects.running().filter(referral=row, key__in=step.stops)
    if step.who == INSTITUTION and not running.exists():
        raise Refusal("conflict", _("This is on record already."))


def _mark(row: Referral, step: Step, given: _Input, at: datetime) -> None:
    row.stage, row.version, row.moved_at = step.target or row.stage, row.version + 1, at
    row.reason, row.outcome = given.reason, given.outcome
    if step.code == "ask_consent":
        row.asked_at = at
    elif step.code == "confirm":
        row.confirmed_at = at
    if row.stage in ENDED:
        row.ended_at = at
    row.save()


@transaction.atomic
def move(pk: UUID, code: str, *, by: Actor, at: datetime, given: Mapping[str, Any] | None = None, version: int | None = None) -> Referral:
    """Take one step of a referral; its deadlines and notices with it, all or nothing.

    Refuses: 404 not theirs to know, 409 stage or version moved on, 403 not theirs to do, 422 no such step or an input.
    """
    step = REFERRAL_STEPS.get(code)
    if step is None:
        raise Refusal("invalid", _("There is no such step."), fields={"action": [_("There is no such step.")]})
    refuse_while_read_only()
    row = _lock(pk, by)
    _check(row, step, by=by, version=version)
    reference = Reference(at)
    said = _read(step, given or {}, most=reference.limits["referral_text_max"])
    before, seq = row.stage, row.version + 1
    _mark(row, step, said, at)
    role = "system" if by.is_system else by.role_for(row.complaint.holder.path)
    event = ReferralEvent.objects.create(
        referral=row, seq=seq, code=code, at=at, by_id=by.user_id, as_role=role, stage_before=before, stage_after=row.stage, reason=said.reason or said.outcome
    )
    if said.text:
        ReferralText.objects.create(event=event, text=said.text)
    stop_clocks(row, step.stops, at)
    if step.starts:
        start_clock(row, step.starts, at=at, reference=reference)
    referral_tell.tell(row, code, at=at)
    return row


# --- notes --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_oversight_note(pk: UUID, *, by: Actor, at: datetime, text: str) -> OversightNote:
    """Keep a note of the Ombudsman on a referred case. Refuses 404, 403 to everybody else, 409 when the file is closed to them, 422."""
    refuse_while_read_only()
    row = _lock(pk, by)
    if not by.has("oversee"):
        raise Refusal("forbidden", _("Notes of oversight are written by the Ombudsman."))
    if row.stage not in READABLE:
        raise Refusal("conflict", _("Notes can be written from the confirmation of a referral to its end."))
    kept = read_text({"text": text}, most=Reference(at).limits["referral_text_max"])
    if not kept:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"text": [_("Please write something.")]})
    note = OversightNote.objects.create(referral=row, at=at, by_id=by.user_id)
    ReferralText.objects.create(note=note, text=kept)
    return note
