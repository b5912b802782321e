"""What each step does to a complaint (DOMAIN 2.5 and 2.5.1)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from institutions.models import Institution
from lapor.ground.problems import Refusal

from ..masks import masked
from ..models import Complaint, Transition
from ..workflow import ArchiveReason, ClosureKind, State, Track
from .needs import minimum_missing
from .plan import Plan

Effect = Callable[[Plan], None]


# --- shared parts -----------------------------------------------------------------------------------------------------


def invalid(**fields: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={name: [text] for name, text in fields.items()})


def _to(plan: Plan, state: State, holder: Institution | None = None) -> None:
    complaint = plan.complaint
    complaint.state = state
    if holder is not None and holder.pk != complaint.holder_id:
        complaint.holder = holder
        complaint.assignee = None
        complaint.pend_count = 0
    complaint.moved_at = plan.at


def _end(plan: Plan, kind: ClosureKind) -> None:
    _to(plan, State.CLOSED)
    plan.complaint.closure_kind = kind
    plan.complaint.ended_at = plan.at
    plan.reason = kind


def _revive(plan: Plan) -> None:
    complaint = plan.complaint
    complaint.closure_kind = complaint.archive_reason = ""
    complaint.ended_at = None


def force_secrecy(complaint: Complaint) -> None:
    """The oversight track and sensitive topics are always secret."""
    if complaint.track == Track.OVERSIGHT or (complaint.topic is not None and complaint.topic.is_sensitive):
        complaint.is_secret = True


def settle(plan: Plan, given: dict[str, Any]) -> None:
    """Topic, track and reported party as the desk found them; the track only while it is not settled."""
    complaint = plan.complaint
    if "topic" in given:
        complaint.topic = given["topic"]
        plan.data["topic"] = given["topic"].pk
    if "track" in given:
        if complaint.is_track_set and given["track"] != complaint.track:
            raise invalid(track=_("The track is settled; changing it is a step of its own."))
        complaint.track, complaint.is_track_set = given["track"], True
        plan.data["track"] = given["track"]
    if "reported_party" in given:
        complaint.reported_party = given["reported_party"]
    force_secrecy(complaint)


def publish_text(complaint: Complaint) -> None:
    complaint.title_public, complaint.body_public = masked(complaint.title)[:200], masked(complaint.body)


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


def publish(plan: Plan) -> None:
    """Public from the first accepting step on, never for secret, oversight or child cases."""
    complaint = plan.complaint
    if complaint.accepted_at is None or complaint.is_secret or complaint.track == Track.OVERSIGHT or complaint.lead_id is not None:
        return
    complaint.published_at = complaint.published_at or plan.at


def accused(complaint: Complaint, place: Institution) -> bool:
    """The place is the reported institution or lies in it: it must not handle the case."""
    return complaint.reported_institution is not None and place.path.startswith(complaint.reported_institution.path)


def _refuse_accused(plan: Plan, place: Institution) -> None:
    if accused(plan.complaint, place):
        raise invalid(target=_("The report is about this institution. Please choose another one."))


def _unit_target(plan: Plan) -> Institution:
    """A unit of the holder's institution, inside the actor's reach, that may handle this case."""
    complaint, target, actor = plan.complaint, plan.given["target"], plan.actor
    reach = actor.under("dispose") + actor.under("handle_oversight")
    institution = ".".join(complaint.holder.path.split(".")[:2]) + "."
    if target.is_national or not target.path.startswith(institution) or not any(target.path.startswith(root) for root in reach):
        raise invalid(target=_("Please choose a unit inside the institution that holds the report."))
    if target.pk == complaint.holder_id:
        raise invalid(target=_("The report is there already."))
    _refuse_accused(plan, target)
    if complaint.track == Track.OVERSIGHT and not plan.reference.has_desk(target.pk, is_oversight=True):
        raise invalid(target=_("Only an internal supervisor may handle a report on the oversight track."))
    plan.data["target"] = target.pk
    return target  # type: ignore[no-any-return]


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
    _to(plan, State.AWAITING_COMPLETION)


def _complete(plan: Plan) -> None:
    complaint = plan.complaint
    for name in ("incident_date", "incident_region", "incident_place"):
        if name in plan.given:
            setattr(complaint, name, plan.given[name])
    complaint.last_input_at = plan.at
    complaint.is_incomplete = bool(minimum_missing(complaint, plan.reference.limits, added=len(plan.text)))
    _to(plan, State.AWAITING_VERIFICATION)


def _lapse(plan: Plan) -> None:
    complaint = plan.complaint
    if complaint.track == Track.OVERSIGHT or not complaint.is_incomplete:
        plan.reason = "resumed"
        _to(plan, State.AWAITING_VERIFICATION)
        return
    _to(plan, State.ARCHIVED)
    complaint.archive_reason, complaint.ended_at = ArchiveReason.NOT_COMPLETED, plan.at
    plan.reason = ArchiveReason.NOT_COMPLETED


def _dispose_to_institution(plan: Plan) -> None:
    settle(plan, plan.given)
    complaint, target = plan.complaint, plan.given["target"]
    if target.is_national:
        raise invalid(target=_("The national desk holds the report already. Please choose an institution."))
    desk = plan.reference.receiving_desk(target, is_oversight=complaint.track == Track.OVERSIGHT)
    if desk is None:
        raise invalid(target=_("Nobody is appointed to receive reports there yet. The report stays with the national desk; please choose another institution."))
    _refuse_accused(plan, desk)
    plan.data["target"] = target.pk
    _accept(plan)
    _to(plan, State.AWAITING_VERIFICATION, desk)


def _dispose_to_unit(plan: Plan) -> None:
    settle(plan, plan.given)
    target = _unit_target(plan)
    _accept(plan)
    has_desk = plan.reference.has_desk(target.pk, is_oversight=plan.complaint.track == Track.OVERSIGHT)
    _to(plan, State.AWAITING_VERIFICATION if has_desk else State.AWAITING_FOLLOWUP, target)


def _here(plan: Plan) -> None:
    """The track that is settled now must be one that this desk may handle."""
    settle(plan, plan.given)
    if plan.complaint.track == Track.OVERSIGHT and not plan.reference.has_desk(plan.complaint.holder_id, is_oversight=True):
        raise invalid(track=_("Only an internal supervisor may handle a report on the oversight track. Please send it there."))


def _handle(plan: Plan) -> None:
    _here(plan)
    _accept(plan)
    _to(plan, State.IN_PROGRESS)


def _return_upward(plan: Plan) -> None:
    if "suggested" in plan.given:
        plan.data["suggested"] = plan.given["suggested"].pk
    if plan.actor.has("lower_track"):
        plan.reason = "recalled"
        _to(plan, State.AWAITING_VERIFICATION, plan.reference.root)
        return
    plan.complaint.return_count += 1
    _to(plan, State.AWAITING_VERIFICATION, _desk_above(plan))


def _return_to_admin(plan: Plan) -> None:
    _to(plan, State.AWAITING_VERIFICATION, _desk_above(plan))


def _redispose(plan: Plan) -> None:
    _to(plan, State.AWAITING_FOLLOWUP, _unit_target(plan))


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
    _to(plan, State.IN_PROGRESS)


def _progress(plan: Plan) -> None:
    if "estimated_on" in plan.given:
        plan.complaint.estimated_on = plan.given["estimated_on"]
        plan.details = {"estimated_on": plan.given["estimated_on"].isoformat()}
    _to(plan, State.IN_PROGRESS)


def _answer(plan: Plan) -> None:
    complaint, given = plan.complaint, plan.given
    complaint.outcome = plan.reason = given["outcome"]
    plan.details = {"done_on": given["done_on"].isoformat(), "evidence": given["evidence"]}
    if "decision" in given:
        record = given["decision"]
        complaint.decision_number, complaint.decision_on, complaint.finding = record["number"], record["on"], record["finding"]
        plan.data["finding"] = record["finding"]
    complaint.answer_count += 1
    _to(plan, State.AWAITING_REPORTER)


def _reply(plan: Plan) -> None:
    _to(plan, State.REPORTER_REPLIED)


def _confirm(plan: Plan) -> None:
    complaint = plan.complaint
    complaint.rating, complaint.rated_at = plan.given["rating"], plan.at
    plan.data["rating"] = complaint.rating
    _end(plan, ClosureKind.REPORTER_CONFIRMED)


def _close_by_silence(plan: Plan) -> None:
    _end(plan, ClosureKind.AUTO_NO_REPLY)


def _close_by_decision(plan: Plan) -> None:
    plan.complaint.outcome = plan.data["outcome"] = plan.given["outcome"]
    _end(plan, ClosureKind.DECISION)


def _archive(plan: Plan) -> None:
    _to(plan, State.ARCHIVED)
    plan.complaint.archive_reason = plan.reason = plan.given["reason"]
    plan.complaint.ended_at = plan.at


def _restore(plan: Plan) -> None:
    _revive(plan)
    if plan.is_reporter:
        plan.complaint.restored_count += 1
    _to(plan, State.AWAITING_VERIFICATION, plan.reference.root)


def _withdraw(plan: Plan) -> None:
    """On the oversight track the examination goes on: the wish is noted."""
    if plan.complaint.track == Track.OVERSIGHT:
        plan.reason = "noted"
        return
    _end(plan, ClosureKind.WITHDRAWN)


def _reopen(plan: Plan) -> None:
    complaint = plan.complaint
    _revive(plan)
    complaint.reopened_count += 1
    complaint.assignee = None
    complaint.rating = complaint.rated_at = None
    complaint.contested_user_id = _last_answerer(complaint) if plan.is_reporter else None
    handled = complaint.accepted_at is not None and not complaint.holder.is_national
    _to(plan, State.IN_PROGRESS if handled else State.AWAITING_VERIFICATION)


def _last_answerer(complaint: Complaint) -> int | None:
    """Whoever answered or closed last: a contest must reach a different officer."""
    rows = Transition.objects.filter(complaint=complaint, kind__in=("answer", "close_by_decision")).order_by("-seq")
    return rows.values_list("by_id", flat=True).first()


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
    _end(plan, ClosureKind.HANDED_OVER)


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
}
