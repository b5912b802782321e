"""What each step does to a complaint (DOMAIN 2.5 and 2.5.1)."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from institutions.models import Institution
from lapor.ground.problems import Refusal

from .. import vault
from ..clock import END_OF_DAY
from ..workflow import ArchiveReason, ClosureKind, HoldReason, Referral, State, Track, TransferConsent
from . import parts, support, tracks
from .needs import minimum_missing
from .plan import Plan
from .rules import accused, desk_target, end, end_hold, force_secrecy, invalid, last_answerer, publish, publish_text, revive, settle, to, unit_target

Effect = Callable[[Plan], None]


def _accept(plan: Plan) -> None:
    """The first accepting step fixes when the report was complete, and makes public what may be."""
    settle(plan, plan.given)
    complaint = plan.complaint
    if complaint.accepted_at is None:
        complaint.accepted_at = plan.at
        complaint.complete_at = complaint.complete_at or complaint.last_input_at
        complaint.is_incomplete = bool(minimum_missing(complaint, plan.reference.limits))
        publish_text(complaint)
    publish(plan)


def _unit(plan: Plan) -> Institution:
    found = unit_target(plan, plan.given["target"], track=plan.complaint.track)
    plan.data["target"] = found.pk
    return found


def _desk_above(plan: Plan) -> Institution:
    """The nearest desk above the holder that may receive the case, else the nation."""
    complaint, reference = plan.complaint, plan.reference
    parent = complaint.holder.parent
    if parent is None or parent.is_national:
        return reference.root
    is_oversight = complaint.track == Track.OVERSIGHT
    found = reference.receiving_desk(parent, is_oversight=is_oversight)
    if found is None or accused(complaint, found) or found.pk == complaint.holder_id:
        return reference.root
    return found


# --- effects ----------------------------------------------------------------------------------------------------------


def _pend(plan: Plan) -> None:
    plan.reason, plan.details = plan.given["reason"], {"items": plan.given["items"]}
    plan.complaint.pend_count += 1
    to(plan, State.AWAITING_COMPLETION)


def _complete(plan: Plan) -> None:
    complaint = plan.complaint
    for name in ("incident_date", "incident_region", "incident_place"):
        if name in plan.given:
            setattr(complaint, name, plan.given[name])
    complaint.last_input_at = plan.at
    complaint.is_incomplete = bool(minimum_missing(complaint, plan.reference.limits, added=len(plan.text)))
    to(plan, State.AWAITING_VERIFICATION)


def _lapse(plan: Plan) -> None:
    complaint = plan.complaint
    if complaint.track == Track.OVERSIGHT or not complaint.is_incomplete:
        plan.reason = "resumed"
        to(plan, State.AWAITING_VERIFICATION)
        return
    to(plan, State.ARCHIVED)
    complaint.archive_reason, complaint.ended_at = ArchiveReason.NOT_COMPLETED, plan.at
    plan.reason = ArchiveReason.NOT_COMPLETED


def _dispose_to_institution(plan: Plan) -> None:
    settle(plan, plan.given)
    target = plan.given["target"]
    desk = desk_target(plan, target, track=plan.complaint.track)
    plan.data["target"] = target.pk
    _accept(plan)
    to(plan, State.AWAITING_VERIFICATION, desk)
    if plan.complaint.is_disputed:
        plan.complaint.is_disputed, plan.complaint.is_bound = False, True
        plan.reason = "decided"


def _dispose_to_unit(plan: Plan) -> None:
    settle(plan, plan.given)
    target = _unit(plan)
    _accept(plan)
    has_desk = plan.reference.has_desk(target.pk, is_oversight=plan.complaint.track == Track.OVERSIGHT)
    to(plan, State.AWAITING_VERIFICATION if has_desk else State.AWAITING_FOLLOWUP, target)


def _here(plan: Plan) -> None:
    """The track that is settled now must be one that this desk may handle."""
    settle(plan, plan.given)
    if plan.complaint.track == Track.OVERSIGHT and not plan.reference.has_desk(plan.complaint.holder_id, is_oversight=True):
        raise invalid(track=_("Only an internal supervisor may handle a report on the oversight track. Please send it there."))


def _handle(plan: Plan) -> None:
    _here(plan)
    _accept(plan)
    to(plan, State.IN_PROGRESS)


def _return_upward(plan: Plan) -> None:
    if "suggested" in plan.given:
        plan.data["suggested"] = plan.given["suggested"].pk
    if plan.actor.has("lower_track"):
        plan.reason = "recalled"
        to(plan, State.AWAITING_VERIFICATION, plan.reference.root)
        return
    complaint = plan.complaint
    complaint.return_count += 1
    if complaint.return_count > plan.reference.limits["return_max"]:
        plan.kind, complaint.is_disputed = "dispute", True
        complaint.disputed_by, complaint.disputed_for = complaint.holder, plan.given.get("suggested")
        to(plan, State.AWAITING_VERIFICATION, plan.reference.root)
        return
    to(plan, State.AWAITING_VERIFICATION, _desk_above(plan))


def _return_to_admin(plan: Plan) -> None:
    to(plan, State.AWAITING_VERIFICATION, _desk_above(plan))


def _redispose(plan: Plan) -> None:
    to(plan, State.AWAITING_FOLLOWUP, _unit(plan))


def _respond(plan: Plan) -> None:
    complaint = plan.complaint
    if complaint.has_initial_response and complaint.state == State.IN_PROGRESS:
        raise Refusal("conflict", _("An initial response has been given already."))
    if complaint.state == State.AWAITING_VERIFICATION:
        _here(plan)
        _accept(plan)
    complaint.has_initial_response = True
    complaint.estimated_on = plan.given["estimated_on"]
    plan.details = {"estimated_on": plan.given["estimated_on"].isoformat()}
    to(plan, State.IN_PROGRESS)


def _progress(plan: Plan) -> None:
    if "estimated_on" in plan.given:
        plan.complaint.estimated_on = plan.given["estimated_on"]
        plan.details = {"estimated_on": plan.given["estimated_on"].isoformat()}
    to(plan, State.IN_PROGRESS)


def _answer(plan: Plan) -> None:
    complaint, given = plan.complaint, plan.given
    complaint.outcome = plan.reason = given["outcome"]
    plan.details = {"done_on": given["done_on"].isoformat(), "evidence": given["evidence"]}
    if "decision" in given:
        record = given["decision"]
        complaint.decision_number, complaint.decision_on, complaint.finding = record["number"], record["on"], record["finding"]
        plan.data["finding"] = record["finding"]
    complaint.answer_count += 1
    to(plan, State.AWAITING_REPORTER)


def _reply(plan: Plan) -> None:
    _name_part(plan)
    to(plan, State.REPORTER_REPLIED)


def _confirm(plan: Plan) -> None:
    complaint = plan.complaint
    complaint.rating, complaint.rated_at = plan.given["rating"], plan.at
    plan.data["rating"] = complaint.rating
    end(plan, ClosureKind.REPORTER_CONFIRMED)


def _close_by_silence(plan: Plan) -> None:
    end(plan, ClosureKind.AUTO_NO_REPLY)


def _close_by_decision(plan: Plan) -> None:
    plan.complaint.outcome = plan.data["outcome"] = plan.given["outcome"]
    end(plan, ClosureKind.DECISION)


def _archive(plan: Plan) -> None:
    to(plan, State.ARCHIVED)
    plan.complaint.archive_reason = plan.reason = plan.given["reason"]
    plan.complaint.ended_at = plan.at


def _restore(plan: Plan) -> None:
    revive(plan)
    if plan.is_reporter:
        plan.complaint.restored_count += 1
    to(plan, State.AWAITING_VERIFICATION, plan.reference.root)


def _withdraw(plan: Plan) -> None:
    """On the oversight track the examination goes on: the wish is noted."""
    if plan.complaint.track == Track.OVERSIGHT:
        plan.reason = "noted"
        return
    end(plan, ClosureKind.WITHDRAWN)


def _name_part(plan: Plan) -> None:
    """Which part the reporter speaks of: the others need not hear it."""
    if "part" in plan.given:
        plan.data["part"] = plan.given["part"].part_number


def _reopen(plan: Plan) -> None:
    complaint = plan.complaint
    _name_part(plan)
    revive(plan)
    complaint.reopened_count += 1
    complaint.assignee = None
    complaint.rating = complaint.rated_at = None
    complaint.contested_user_id = last_answerer(complaint) if plan.is_reporter else None
    handled = complaint.accepted_at is not None and not complaint.holder.is_national
    to(plan, State.IN_PROGRESS if handled else State.AWAITING_VERIFICATION)


def _change_visibility(plan: Plan) -> None:
    complaint, secret = plan.complaint, plan.given["secret"]
    if not secret and not plan.is_reporter:
        raise invalid(secret=_("Only the reporter may make a secret report public."))
    if secret == complaint.is_secret:
        raise invalid(secret=_("It is like this already."))
    complaint.is_secret = secret
    force_secrecy(complaint)
    if complaint.is_secret != secret:
        raise invalid(secret=_("A report of this kind is always secret, for the reporter's protection."))
    plan.reason = "secret" if secret else "open"
    publish(plan)


def _hand_over(plan: Plan) -> None:
    complaint = plan.complaint
    complaint.handed_over_to, complaint.handed_over_ref = plan.given["body"], plan.given["reference"]
    plan.data["body"] = plan.given["body"]
    plan.data["identity_moves"] = bool(plan.given.get("consent_identity"))
    end(plan, ClosureKind.HANDED_OVER)


def _hold(plan: Plan) -> None:
    complaint, given = plan.complaint, plan.given
    if given["reason"] != HoldReason.AWAITING_THIRD_PARTY and not plan.actor.has("lower_track"):
        raise invalid(reason=_("An institution may wait for another party only. For any other reason please ask the national desk."))
    complaint.hold_reason = plan.reason = given["reason"]
    complaint.hold_until = datetime.combine(given["until"], END_OF_DAY, tzinfo=ZoneInfo(complaint.holder.time_zone))
    complaint.hold_count += 1
    plan.details = {"until": given["until"].isoformat()}


def _end_hold(plan: Plan) -> None:
    end_hold(plan.complaint)


def _consent(plan: Plan) -> TransferConsent:
    return TransferConsent.GRANTED if plan.given["consent"] else TransferConsent.REFUSED


def _refer(plan: Plan) -> None:
    """The reporter's wish, or the nation's referral, which asks the reporter whether a sealed identity may go with it."""
    complaint = plan.complaint
    if plan.is_reporter:
        complaint.referral = plan.reason = Referral.ASKED
        if "consent" in plan.given:
            complaint.transfer_consent = _consent(plan)
    else:
        complaint.referral = plan.reason = Referral.REFERRED
        plan.author = plan.reference.root
        if not complaint.transfer_consent and vault.held([complaint.pk]):
            complaint.transfer_consent = TransferConsent.ASKED
    plan.data["consent"] = complaint.transfer_consent


def _consent_transfer(plan: Plan) -> None:
    plan.complaint.transfer_consent = plan.reason = _consent(plan)


def _release_referral(plan: Plan) -> None:
    """A consent was for this referral: another one asks anew."""
    plan.complaint.referral = plan.complaint.transfer_consent = ""
    if "outcome" in plan.given:
        plan.data["outcome"] = plan.given["outcome"]


EFFECTS: dict[str, Effect] = {
    "pend": _pend,
    "complete": _complete,
    "lapse": _lapse,
    "dispose_to_institution": _dispose_to_institution,
    "dispose_to_unit": _dispose_to_unit,
    "handle": _handle,
    "return_upward": _return_upward,
    "return_to_admin": _return_to_admin,
    "redispose": _redispose,
    "respond": _respond,
    "progress": _progress,
    "answer": _answer,
    "reply": _reply,
    "confirm": _confirm,
    "close_by_silence": _close_by_silence,
    "close_by_decision": _close_by_decision,
    "archive": _archive,
    "restore": _restore,
    "withdraw": _withdraw,
    "reopen": _reopen,
    "change_visibility": _change_visibility,
    "hand_over": _hand_over,
    "invite": parts.invite,
    "ask_support": support.ask,
    "decline_support": support.decline,
    "end_part": parts.end_part,
    "change_track": tracks.change,
    "hold": _hold,
    "end_hold": _end_hold,
    "refer": _refer,
    "consent_transfer": _consent_transfer,
    "release_referral": _release_referral,
}
