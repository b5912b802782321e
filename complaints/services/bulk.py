"""One act on many cases: looked at first, then done, each case by the rules of the single act and refused by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.models import User

from ..models import Clock, Complaint
from ..workflow import WORKFLOW, Track
from . import clocks, notify
from .advance import NOT_YOURS, not_found, prepare
from .desk import plan_assignment, plan_note
from .mentions import names_in
from .needs import REQUIRED, Asked, Wrong, clean_text, find_institution, find_topic, missing_of
from .parts import follow
from .plan import Plan, write
from .reference import Reference
from .rules import invalid

BULK_ACTS = ("assign", "note", "dispose_to_institution", "dispose_to_unit")
RELATED = ("holder", "topic", "reported_institution", "lead", "assignee")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case as it was seen when it was chosen; no version: it was not looked at yet."""

    number: str
    version: int | None = None
    assignee: int | None = None


class Unchanged(Refusal):
    """The case is as it is wished to be."""


@dataclass(slots=True)
class Line:
    """What became, or would become, of one case."""

    number: str
    complaint: Complaint | None = None
    plan: Plan | None = None
    refusal: Refusal | None = None
    version: int = 0
    assignee: int | None = None

    @property
    def is_unchanged(self) -> bool:
        return isinstance(self.refusal, Unchanged)

    @property
    def reasons(self) -> list[str]:
        if self.refusal is None:
            return []
        if {"topic", "track"} & set(self.refusal.fields) and REQUIRED in [text for texts in self.refusal.fields.values() for text in texts]:
            return [_("Topic or track are not settled yet. Choose them above, or take the step on the report's own page.")]
        texts = [str(text) for found in self.refusal.fields.values() for text in found]
        return texts or [str(self.refusal)]


@dataclass(frozen=True, slots=True)
class Bulk:
    """The lines of one act in the order of choosing, and what is wrong with what all of them share."""

    lines: list[Line]
    wrong: Refusal | None = None

    @property
    def ready(self) -> list[Line]:
        return [line for line in self.lines if line.refusal is None]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.refusal is not None]


def _read_assign(given: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    name = clean_text(given.get("assignee") or "", longest=reference.limits["text_max"])
    to = User.objects.filter(username=name, is_active=True, is_machine=False).first() if name else None
    if to is None:
        raise invalid(assignee=_("There is no active officer of this name.") if name else str(REQUIRED))
    user = to.pk
    return {"choose": lambda _plan: user}


def _read_note(given: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    text = clean_text(given.get("text") or "", longest=reference.limits["text_max"])
    if not text:
        raise invalid(text=str(REQUIRED))
    if names_in(text):
        raise invalid(text=_("Colleagues can only be named in the note of a single report."))
    return {"text": text}


def _read_dispose(given: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    asked = Asked(WORKFLOW["dispose_to_unit"], Complaint(), reference)
    if not given.get("target"):
        raise invalid(target=str(REQUIRED))
    found: dict[str, Any] = {"target": find_institution(given["target"], asked)}
    if given.get("topic"):
        found["topic"] = find_topic(given["topic"], asked)
    if given.get("track"):
        if given["track"] != Track.NON_OVERSIGHT:
            raise invalid(track=_("Reports on the oversight track are sent one by one."))
        found["track"] = Track.NON_OVERSIGHT
    if given.get("text"):
        found["text"] = clean_text(given["text"], longest=reference.limits["text_max"])
    return found


def _shared(act: str, given: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    """What all cases share, read once. Refuses field by field."""
    reader = {"assign": _read_assign, "note": _read_note}.get(act, _read_dispose)
    try:
        return reader(given, reference)
    except Wrong as error:
        raise invalid(**{"text" if act == "note" else "assignee" if act == "assign" else "target": str(error)}) from error


def _assign(plan: Plan, shared: Mapping[str, Any]) -> None:
    plan.bumps = False
    to = shared["choose"](plan)
    if plan.complaint.assignee_id == to:
        raise Unchanged("conflict", _("This officer is in charge already.") if to is not None else _("Nobody is in charge already."))
    plan_assignment(plan, to)


def _note(plan: Plan, shared: Mapping[str, Any]) -> None:
    plan.bumps = False
    plan_note(plan, shared["text"])


def _dispose(plan: Plan, shared: Mapping[str, Any]) -> None:
    """Topic and track only where they are not settled: nothing that a desk decided is decided over."""
    step = WORKFLOW[plan.kind]
    missing = missing_of(step, plan.complaint)
    given = {name: value for name, value in shared.items() if name in {"target", "text", *missing}}
    prepare(plan, step, given)


_DO: dict[str, Callable[[Plan, Mapping[str, Any]], None]] = {"assign": _assign, "note": _note}


def _found(chosen: Sequence[Chosen], act: str, *, by: Actor, is_locked: bool) -> dict[str, Complaint]:
    rows = Complaint.objects.answering(by).select_related(*RELATED).filter(tracking_id__in=[c.number for c in chosen])
    rows = rows.order_by("pk")
    return {row.tracking_id: row for row in (rows.select_for_update(of=("self",)) if is_locked else rows)}


def _check(row: Complaint | None, choice: Chosen, act: str) -> Complaint:
    """Refuses in the order of the single act."""
    if row is None or not (row.may(act) or row.knows):
        raise not_found()
    if not (row.may(act) or row.may("see")):
        raise Refusal("forbidden", NOT_YOURS)
    step = WORKFLOW.get(act)
    is_stale = choice.version is not None and (choice.version != row.version or (act == "assign" and choice.assignee != row.assignee_id))
    if is_stale or (step is not None and row.state not in step.sources):
        text = _("The report has moved on meanwhile.") if is_stale else _("This step cannot be taken in the state the report is in.")
        raise Refusal("conflict", text)
    if not row.may(act):
        raise Refusal("forbidden", NOT_YOURS)
    return row


@dataclass(slots=True)
class _Act:
    """One act in the making, at one instant with one set of facts."""

    act: str
    by: Actor
    at: datetime
    reference: Reference

    def lines(self, chosen: Sequence[Chosen], shared: Mapping[str, Any] | None, *, is_locked: bool) -> list[Line]:
        rows = _found(chosen, self.act, by=self.by, is_locked=is_locked)
        self.reference.know_staff({int(part) for row in rows.values() for part in row.holder.path.split(".") if part})
        alive: dict[UUID, list[Clock]] = {row.pk: [] for row in rows.values()}
        if self.act in WORKFLOW:
            for clock in Clock.objects.filter(complaint__in=list(alive)).select_related("policy"):
                alive[clock.complaint_id].append(clock)
        return [self._line(choice, rows.get(choice.number), alive, shared) for choice in chosen]

    def _line(self, choice: Chosen, row: Complaint | None, alive: Mapping[UUID, list[Clock]], shared: Mapping[str, Any] | None) -> Line:
        line = Line(choice.number)
        try:
            complaint = _check(row, choice, self.act)
            line.version, line.assignee = complaint.version, complaint.assignee_id
            plan = Plan.on(complaint, self.act, by=self.by, at=self.at, reference=self.reference)
            if shared is not None:
                _DO.get(self.act, _dispose)(plan, shared)
                if self.act in WORKFLOW:
                    clocks.run(plan, alive[complaint.pk])
            line.plan = plan
        except Refusal as refusal:
            line.refusal = refusal
        if row is not None and row.may("see"):
            line.complaint = row
        return line


def _begin(chosen: Sequence[Chosen], act: str, *, by: Actor, at: datetime) -> tuple[_Act, list[Chosen]]:
    if act not in BULK_ACTS:
        raise Refusal("invalid", _("Please choose what is to be done."))
    doing = _Act(act, by, at, Reference(at))
    once = list({choice.number: choice for choice in chosen}.values())
    if not once:
        raise Refusal("invalid", _("Please select at least one report."))
    if len(once) > doing.reference.limits["bulk_max"]:
        raise Refusal("invalid", _("At most %(count)d reports can be worked on at once.") % {"count": doing.reference.limits["bulk_max"]})
    return doing, once


def preview(chosen: Sequence[Chosen], act: str, *, given: Mapping[str, Any], by: Actor, at: datetime) -> Bulk:
    """What the act would do to each case and why it would be refused; nothing is changed.

    What is wrong with the shared inputs stands in `wrong`; the cases are then told as far as they can be without them.
    Refuses 422 an unknown act, no case, or more cases than one act may reach.
    """
    doing, once = _begin(chosen, act, by=by, at=at)
    shared, wrong = None, None
    try:
        shared = _shared(act, given, doing.reference)
    except Refusal as refusal:
        wrong = refusal
    return Bulk(doing.lines(once, shared, is_locked=False), wrong)


@transaction.atomic
def act_on_many(chosen: Sequence[Chosen], act: str, *, given: Mapping[str, Any], by: Actor, at: datetime) -> Bulk:
    """Do the act to every case that allows it: one event a case, one notice a recipient, as many statements for one as for many.

    A case that moved on since it was chosen is refused by itself. Refuses 422 what `preview` finds wrong with the whole.
    """
    doing, once = _begin(chosen, act, by=by, at=at)
    return _do(doing, once, _shared(act, given, doing.reference))


@transaction.atomic
def assign_each(chosen: Sequence[Chosen], choose: Callable[[Plan], int | None], *, by: Actor, at: datetime) -> Bulk:
    """Put in charge of each case whomever `choose` names; otherwise as `act_on_many`."""
    doing, once = _begin(chosen, "assign", by=by, at=at)
    return _do(doing, once, {"choose": choose})


def _do(doing: _Act, once: Sequence[Chosen], shared: Mapping[str, Any]) -> Bulk:
    lines = doing.lines(once, shared, is_locked=True)
    plans = [line.plan for line in lines if line.plan is not None and line.refusal is None]
    mark = str(uuid4())
    for plan in plans:
        plan.data["act"] = mark
    moved = [*plans, *follow(plans)]
    write(moved)
    notify.tell(moved, is_one_act=True)
    return Bulk(lines)


def chosen_as(text: str) -> Chosen:
    """A choice as a page carries it: number, and once it was looked at, version and officer in charge."""
    number, *seen = text.upper().replace("\x00", "").split(":")
    found = Chosen(number)
    if len(seen) == 2 and all(part.isascii() and part.isdigit() and len(part) < 10 for part in seen):
        found = replace(found, version=int(seen[0]), assignee=int(seen[1]) or None)
    return found
