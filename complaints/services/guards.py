"""What forbids a step before any input is asked: a sentence when it cannot be taken now, None when it can (DOMAIN 2.5)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from ..models import Clock
from ..workflow import ENDED, ClosureKind, Referral, State, Track, TransferConsent
from .plan import Plan

Guard = Callable[[Plan], str | None]


def _pend_left(plan: Plan) -> str | None:
    if plan.complaint.pend_count >= plan.reference.limits["pend_max"]:
        return _("The reporter has been asked as often as is allowed at this desk. Please decide with what is known.")
    return None


def _not_bound(plan: Plan) -> str | None:
    if plan.complaint.is_bound and not plan.actor.has("lower_track"):  # the nation recalls; that is no return
        return _("The national desk decided that your institution is competent; the report cannot be returned any more. Please handle it.")
    return None


def _hold_left(plan: Plan) -> str | None:
    if plan.complaint.hold_count >= plan.reference.limits["hold_max"]:
        return _("The report has been on hold as often as is allowed: once, and renewed once. Please go on with it and tell the reporter how it stands.")
    return None


def _on_hold(plan: Plan) -> str | None:
    return None if plan.complaint.hold_reason else _("The report is not on hold.")


def _may_lower(plan: Plan) -> str | None:
    if plan.complaint.track == Track.OVERSIGHT and not plan.actor.has("lower_track"):
        return _("Only the national desk may take a report out of the oversight track.")
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


def _parts_answered(plan: Plan) -> str | None:
    complaint = plan.complaint
    open_parts = complaint.children.filter(is_mandatory=True).exclude(state__in=(State.AWAITING_REPORTER, State.CLOSED, State.ARCHIVED))
    if complaint.part_count and open_parts.exists():
        return _("A part of this report that another unit or institution handles has not been answered yet.")
    return None


def _parts_ended(plan: Plan) -> str | None:
    complaint = plan.complaint
    if complaint.part_count and complaint.children.exclude(state__in=sorted(ENDED)).exists():
        return _("Others still work on parts of this report.")
    return None


def _parts_left(plan: Plan) -> str | None:
    if plan.complaint.part_count >= plan.reference.limits["invite_max"]:
        return _("The report has been split as often as is allowed.")
    return None


def _no_support_asked(plan: Plan) -> str | None:
    return _("Support has been asked for already. The national desk looks at it.") if plan.complaint.is_support_asked else None


def _support_asked(plan: Plan) -> str | None:
    return None if plan.complaint.is_support_asked else _("Nobody asks for support now.")


def _not_a_part(plan: Plan) -> str | None:
    """The reporter knows one thread only: whatever is asked of them is asked there."""
    if plan.complaint.lead_id is not None:
        return _("This is a part of another report. Please have it done there.")
    return None


def _lead_is_open(plan: Plan) -> str | None:
    if plan.complaint.lead is not None and plan.complaint.lead.state in ENDED:
        return _("The report that this part belongs to is closed. Please open that one first.")
    return None


def _silence_counts(plan: Plan) -> str | None:
    """Silence closes only a case without oversight content that has not passed day 60."""
    complaint = plan.complaint
    if complaint.track == Track.OVERSIGHT:
        return _("A report on the oversight track is never closed by silence.")
    if complaint.referral == Referral.REFERRED:
        return _("A report that is with the Ombudsman is never closed by silence.")
    late = complaint.clocks.filter(key="statutory_60").exclude(state=Clock.VOID)
    if any(c.outcome == "breached" or (c.state == Clock.RUNNING and c.due_at < plan.at) for c in late):
        return _("A report that passed day 60 is never closed by silence.")
    return None


def _referable(plan: Plan) -> str | None:
    complaint = plan.complaint
    if complaint.referral == Referral.REFERRED:
        return _("The report has been referred to the Ombudsman already.")
    if plan.is_reporter and complaint.referral:
        return _("You have asked for it already. The national desk looks at it and tells you.")
    if complaint.state == State.CLOSED and not _window_clock_open(plan):
        return _("The time in which the closed report could be referred has passed. You may turn to the Ombudsman yourself.")
    return None


def _consent_asked(plan: Plan) -> str | None:
    complaint = plan.complaint
    if complaint.referral != Referral.REFERRED:
        return _("The report is not with the Ombudsman; there is nothing to agree to.")
    if complaint.transfer_consent != TransferConsent.ASKED:
        return _("You have decided on this already, or you left no name that could be passed on.")
    return None


def _has_referral(plan: Plan) -> str | None:
    return None if plan.complaint.referral else _("No referral is open.")


GUARDS: dict[str, tuple[Guard, ...]] = {
    "pend": (_not_a_part, _pend_left),
    "return_upward": (_not_bound,),
    "change_track": (_may_lower,),
    "hold": (_hold_left,),
    "end_hold": (_on_hold,),
    "invite": (_not_a_part, _parts_left),
    "ask_support": (_not_a_part, _parts_left, _no_support_asked),
    "decline_support": (_support_asked,),
    "change_visibility": (_not_a_part,),
    "close_by_decision": (_answered, _parts_answered),
    "archive": (_parts_ended,),
    "hand_over": (_parts_answered,),
    "restore": (_lead_is_open, _restorable),
    "reopen": (_lead_is_open, _reopenable),
    "answer": (_parts_answered,),
    "close_by_silence": (_parts_answered, _silence_counts),
    "refer": (_not_a_part, _referable),
    "consent_transfer": (_consent_asked,),
    "release_referral": (_has_referral,),
}
