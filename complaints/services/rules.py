"""What several steps do to a complaint alike: move it, end it, settle what it is, make its published copy."""

from typing import Any

from django.utils.translation import gettext as _

from institutions.models import Institution
from lapor.ground.problems import Refusal

from ..masks import public_copy
from ..models import Complaint, Transition
from ..workflow import ENDED, ClosureKind, State, Track
from .plan import Plan


def invalid(**fields: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={name: [text] for name, text in fields.items()})


def end_hold(complaint: Complaint) -> None:
    complaint.hold_reason, complaint.hold_until = "", None


def to(plan: Plan, state: State, holder: Institution | None = None) -> None:
    """Whatever moves a report, or tells its reporter how it stands, ends a hold; a wish for support ends where it leaves the institution."""
    complaint = plan.complaint
    complaint.state = state
    end_hold(complaint)
    if state in ENDED:
        complaint.is_disputed = complaint.is_support_asked = False
    if holder is not None and holder.pk != complaint.holder_id:
        complaint.is_support_asked &= holder.body_path == complaint.holder.body_path
        complaint.holder = holder
        complaint.assignee = None
        complaint.pend_count = 0
    complaint.moved_at = plan.at


def end(plan: Plan, kind: ClosureKind) -> None:
    to(plan, State.CLOSED)
    plan.complaint.closure_kind = kind
    plan.complaint.ended_at = plan.at
    plan.reason = kind


def revive(plan: Plan) -> None:
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
    """The first published copy: personal data and the names of people are out until somebody decides otherwise."""
    complaint.title_public = public_copy(complaint.title, complaint.reported_party)[:200]
    complaint.body_public = public_copy(complaint.body, complaint.reported_party)


def publish(plan: Plan) -> None:
    """Public from the first accepting step on, never for secret, oversight or child cases."""
    complaint = plan.complaint
    if complaint.accepted_at is None or complaint.is_secret or complaint.track == Track.OVERSIGHT or complaint.lead_id is not None:
        return
    complaint.published_at = complaint.published_at or plan.at


def accused(complaint: Complaint, place: Institution) -> bool:
    """The place is the reported institution or lies in it: it must not handle the case."""
    return complaint.reported_institution is not None and place.path.startswith(complaint.reported_institution.path)


def refuse_accused(plan: Plan, place: Institution) -> None:
    if accused(plan.complaint, place):
        raise invalid(target=_("The report is about this institution. Please choose another one."))


def unit_target(plan: Plan, target: Institution, *, track: str) -> Institution:
    """A unit of the holder's institution, inside the actor's reach, that may handle a case on this track."""
    complaint, actor = plan.complaint, plan.actor
    reach = actor.under("dispose") + actor.under("handle_oversight")
    if target.is_national or not target.path.startswith(complaint.holder.body_path) or not any(target.path.startswith(root) for root in reach):
        raise invalid(target=_("Please choose a unit inside the institution that holds the report."))
    if target.pk == complaint.holder_id:
        raise invalid(target=_("The report is there already."))
    refuse_accused(plan, target)
    if track == Track.OVERSIGHT and not plan.reference.has_desk(target.pk, is_oversight=True):
        raise invalid(target=_("Only an internal supervisor may handle a report on the oversight track."))
    return target


def desk_target(plan: Plan, target: Institution, *, track: str) -> Institution:
    """The desk at which a case on this track arrives when it is sent to an institution."""
    if target.is_national:
        raise invalid(target=_("The national desk holds the report already. Please choose an institution."))
    desk = plan.reference.receiving_desk(target, is_oversight=track == Track.OVERSIGHT)
    if desk is None:
        raise invalid(target=_("Nobody is appointed to receive reports there yet. The report stays with the national desk; please choose another institution."))
    refuse_accused(plan, desk)
    return desk


def last_answerer(complaint: Complaint) -> int | None:
    """Whoever answered or closed last: a contest must reach a different officer."""
    rows = Transition.objects.filter(complaint=complaint, kind__in=("answer", "close_by_decision")).order_by("-seq")
    return rows.values_list("by_id", flat=True).first()
