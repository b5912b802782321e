"""The one door that changes a complaint's state, holder or track, and the question what may be done now."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, Exists, Func, OuterRef, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lapor.ground.actor import Actor
from lapor.ground.matching import meets
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal

from .. import policy
from ..models import AnswerDraft, Clock, Complaint, ComplaintQuerySet, Transition
from ..workflow import WORKFLOW, State, Step
from . import clocks, notify
from .canned import refuse_bare
from .drafts import drop_draft
from .effects import EFFECTS
from .guards import GUARDS
from .needs import Asked, inputs_of, read_inputs
from .parts import follow
from .plan import Plan, write
from .reference import Reference


def not_found() -> Refusal:
    return Refusal("not_found", _("There is no such report, or you may not see it."))


NOT_YOURS = gettext_lazy("You may see this report but not take this step.")
# The id that the event of this step will have: drawn in the query that locks the row, for its hash covers it.
DRAWN_ID = Func(Value("complaints_transition"), Value("id"), template="nextval(pg_get_serial_sequence(%(expressions)s))", output_field=BigIntegerField())


def _locking(pk: UUID, user: int, act: str) -> ComplaintQuerySet:
    kept = AnswerDraft.objects.filter(complaint=OuterRef("pk"), user=user, step=act)
    rows = Complaint.objects.annotate(drawn_id=DRAWN_ID, has_draft=Exists(kept)).select_related("holder", "topic")
    return rows.select_for_update(of=("self",)).filter(pk=pk)


LOCKED = PreparedModels(_locking, UUID(int=0), -1, "-")
CLOCKS_OF = PreparedModels(lambda pk: Clock.objects.filter(complaint=pk), UUID(int=0))


def lock(pk: UUID, *, by: Actor, act: str) -> Complaint:
    """The complaint, locked to the end of the transaction, for `by` to be asked about. 404 if there is none."""
    # Whoever waited for the lock while the case moved joins the new row with the holder of before and finds nothing: ask again.
    found = LOCKED(pk, by.user_id, act) or LOCKED(pk, by.user_id, act)
    if not found:
        raise not_found()
    return found[0].answering(by)


def knows(complaint: Complaint, by: Actor) -> bool:
    """Whether it is the actor's to know that the case exists; asked only when the rule of the act itself said no."""
    return by.is_system or complaint.knows


def moved_on(complaint: Complaint, by: Actor) -> Refusal:
    """409: somebody else was first. A reporter never learns who, nor does an officer who may not read the case."""
    last = Transition.objects.filter(complaint=complaint, seq=complaint.seq).select_related("by").first()
    extra: dict[str, object] = {"state": complaint.state, "version": complaint.version}
    is_officer = complaint.pk not in by.case_ids and (complaint.may("see") or _was_mine(complaint, by))
    if last is not None and is_officer and last.as_role != "reporter":
        extra["actor"] = last.by.get_username()
    return Refusal("conflict", _("The report has moved on meanwhile. Please look at it again; what you typed is kept."), extra=extra)


def _was_mine(complaint: Complaint, by: Actor) -> bool:
    """The last step took it out of the actor's hands: they may know that it moved on."""
    last = Transition.objects.filter(complaint=complaint, seq=complaint.seq).select_related("holder_before").first()
    if last is None or last.holder_before is None:
        return False
    before = copy(complaint)
    before.holder = last.holder_before
    return meets(before, policy.see(by))


def refuse_outsiders(complaint: Complaint, act: str, *, by: Actor, is_stale: bool) -> None:
    """404 or 403, without a word about the case, for whoever may neither do this nor read it; 409 for whose it was a step ago."""
    if complaint.may(act) or complaint.may("see"):
        return
    if is_stale and _was_mine(complaint, by):
        raise moved_on(complaint, by)
    raise Refusal("forbidden", NOT_YOURS) if knows(complaint, by) else not_found()


def _check_open(complaint: Complaint, step: Step, *, by: Actor, version: int | None) -> None:
    """404 or 403 for whoever may not read it; then 409, then 403."""
    is_stale = version is not None and version != complaint.version
    refuse_outsiders(complaint, step.code, by=by, is_stale=is_stale)
    if is_stale or complaint.state not in step.sources:
        raise moved_on(complaint, by)
    if not complaint.may(step.code):
        raise Refusal("forbidden", NOT_YOURS)


def _refuse_guarded(plan: Plan, step: Step) -> None:
    for guard in GUARDS.get(step.code, ()):
        sentence = guard(plan)
        if sentence is not None:
            raise Refusal("invalid", sentence)


def step_of(action: str) -> Step:
    """The row of the table. 422 for a step that exists but cannot be taken yet or is taken by another door."""
    step = WORKFLOW.get(action)
    if step is None:
        raise Refusal("invalid", _("There is no such step."), fields={"action": [_("There is no such step.")]})
    if step.code not in EFFECTS:
        raise Refusal("not_yet_available", _("This step is not yet available."))
    return step


def prepare(plan: Plan, step: Step, given: Mapping[str, Any]) -> None:
    """Have the plan do what the step does. Refuses a guard and, field by field, its inputs."""
    _refuse_guarded(plan, step)
    plan.given = read_inputs(Asked(step, plan.complaint, plan.reference, given, is_reporter=plan.is_reporter), given)
    plan.entry_kind, plan.text = step.entry, plan.given.get("text", "")
    refuse_bare(plan)
    plan.files = plan.given.get("files") or []
    EFFECTS[step.code](plan)


@transaction.atomic
def advance(
    pk: UUID,
    action: str,
    *,
    by: Actor,
    at: datetime,
    given: Mapping[str, Any] | None = None,
    version: int | None = None,
    reference: Reference | None = None,
) -> Complaint:
    """Take one step of the workflow; `given` holds its inputs by the names that `inputs_of` gives.

    Changes the complaint, its clocks and its history and queues the notices, all or nothing. Refuses: 404 not theirs to know,
    403 not theirs to do, 409 state or version moved on, 422 a guard or an input (field by field) or a step not yet available.
    """
    step = step_of(action)
    complaint = lock(pk, by=by, act=step.code)
    _check_open(complaint, step, by=by, version=version)
    plan = Plan.on(complaint, step.code, by=by, at=at, reference=reference or Reference(at))
    prepare(plan, step, given or {})
    clocks.run(plan, CLOCKS_OF(complaint.pk))
    plans = [plan, *plan.joined, *follow([plan])]
    write(plans)
    notify.tell(plans)
    if vars(complaint).pop("has_draft") and complaint.pk not in by.case_ids:
        drop_draft(complaint.pk, step.code, by=by)
    return complaint.answering(by)


@transaction.atomic
def advance_many(rows: Sequence[Complaint], action: str, *, by: Actor, at: datetime, reference: Reference) -> list[Complaint]:
    """The bulk form of `advance` for steps of the system: rows are locked already; a guarded one is left as it is.

    Same table, same effects and clocks; as many statements for a thousand as for one.
    """
    step = step_of(action)
    alive: dict[UUID, list[Clock]] = {row.pk: [] for row in rows}
    for clock in Clock.objects.filter(complaint__in=rows).select_related("policy"):
        alive[clock.complaint_id].append(clock)
    plans = []
    for row in rows:
        plan = Plan.on(row, step.code, by=by, at=at, reference=reference)
        if row.state not in step.sources or not by.is_system:
            continue
        EFFECTS[step.code](plan)
        clocks.run(plan, alive[row.pk])
        plans.append(plan)
    moved = [*plans, *follow(plans)]
    write(moved)
    notify.tell(moved)
    return [plan.complaint for plan in plans]


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that the actor may take now, and what it asks."""

    step: Step
    required: tuple[str, ...]
    optional: tuple[str, ...]
    by_reporter: bool = False

    @property
    def code(self) -> str:
        return self.step.code


AVAILABLE = tuple(EFFECTS)


def open_steps(complaint: Complaint, *, by: Actor, at: datetime, reference: Reference | None = None) -> list[OpenStep]:
    """What the actor may do with the complaint now; a step that only lacks inputs is offered and names them.

    `complaint` must come from `answering(by)`.
    """
    reference = reference or Reference(at)
    found = []
    for code in AVAILABLE:
        step = WORKFLOW[code]
        if complaint.state not in step.sources or not complaint.may(code):
            continue
        if code == "respond" and complaint.has_initial_response and complaint.state == State.IN_PROGRESS:
            continue
        plan = Plan.on(complaint, code, by=by, at=at, reference=reference)
        if any(guard(plan) is not None for guard in GUARDS.get(code, ())):
            continue
        found.append(OpenStep(step, *inputs_of(step, complaint, is_reporter=plan.is_reporter), plan.is_reporter))
    return found
