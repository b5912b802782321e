"""What forbids a step before any input is asked: a sentence when it cannot be taken now, None when it can (DOMAIN 2.5)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from ..models import Clock
from ..workflow import ClosureKind, State, Track
from .plan import Plan

Guard = Callable[[Plan], str | None]


def _pend_left(plan: Plan) -> str | None:
    if plan.complaint.pend_count >= plan.reference.limits["pend_max"]:
        return _("The reporter has been asked as often as is allowed at this desk. Please decide with what is known.")
    return None


def _return_left(plan: Plan) -> str | None:
    if plan.actor.has("lower_track"):
        return None  # the nation recalls; that is no return
    if plan.complaint.return_count >= plan.reference.limits["return_max"]:
        return _("The report has been returned as often as is allowed. Please ask the national desk to decide who is competent.")
    return None


def _answered(plan: Plan) -> str | None:
    if plan.complaint.answer_count == 0:
        return _("A decision needs at least one final follow-up before it.")
    return None


def _window_clock_open(plan: Plan) -> bool:
    clock = plan.complaint.clocks.filter(key="reopen_window", state=Clock.RUNNING).first()
    return clock is not None and plan.at <= clock.due_at


def _restorable(plan: Plan) -> str | None:
    if not plan.is_reporter:
        return None
    if plan.complaint.restored_count >= plan.reference.limits["restore_max"]:
        return _("The report has been taken out of the archive before. Please file a new report and name this number in it.")
    if not _window_clock_open(plan):
        return _("The time for this has passed. Please file a new report and name this number in it.")
    return None


def _reopenable(plan: Plan) -> str | None:
    if plan.complaint.closure_kind == ClosureKind.MERGED:
        return _("This report was merged with another one.")
    if not plan.is_reporter:
        return None
    if plan.complaint.reopened_count >= plan.reference.limits["reopen_max"]:
        return _("The report has been opened again as often as is allowed. You may turn to the Ombudsman.")
    if not _window_clock_open(plan):
        return _("The time to open the report again has passed. You may file a new report or turn to the Ombudsman.")
    return None


def _children_answered(plan: Plan) -> str | None:
    if plan.complaint.children.exclude(state__in=(State.AWAITING_REPORTER, State.CLOSED, State.ARCHIVED)).exists():
        return _("A supporting institution has not answered its part yet.")
    return None


def _silence_counts(plan: Plan) -> str | None:
    """Silence closes only a case without oversight content that has not passed day 60."""
    complaint = plan.complaint
    if complaint.track == Track.OVERSIGHT:
        return _("A report on the oversight track is never closed by silence.")
    late = complaint.clocks.filter(key="statutory_60").exclude(state=Clock.VOID)
    if any(c.outcome == "breached" or (c.state == Clock.RUNNING and c.due_at < plan.at) for c in late):
        return _("A report that passed day 60 is never closed by silence.")
    return None


GUARDS: dict[str, tuple[Guard, ...]] = {
    "pend": (_pend_left,),
    "return_upward": (_return_left,),
    "close_by_decision": (_answered,),
    "restore": (_restorable,),
    "reopen": (_reopenable,),
    "answer": (_children_answered,),
    "close_by_silence": (_silence_counts,),
}
