"""Raising a report to the oversight track and lowering it again (S27): who reads it, who handles it."""

from django.utils.translation import gettext as _

from institutions.models import Institution

from ..workflow import State, Track
from .plan import Plan
from .reference import CHARGE_ROLES
from .rules import accused, force_secrecy, invalid, publish, to


def change(plan: Plan) -> None:
    """Oversight content is secret and for the internal supervisor; lowered, it stays secret until the reporter lifts that."""
    complaint, given = plan.complaint, plan.given
    if given["track"] == complaint.track:
        raise invalid(track=_("It is like this already."))
    complaint.track, complaint.is_track_set = given["track"], True
    plan.data["track"] = plan.reason = given["track"]
    if "reported_party" in given:
        complaint.reported_party = given["reported_party"]
    if complaint.track == Track.OVERSIGHT:
        complaint.is_mandatory = False  # an examination never holds up the report that a part belongs to
    force_secrecy(complaint)
    publish(plan)
    _hand_on(plan)
    able = plan.reference.able(complaint.holder.path, is_oversight=complaint.track == Track.OVERSIGHT)
    if complaint.assignee_id is not None and complaint.assignee_id not in able:
        complaint.assignee = None


def _hand_on(plan: Plan) -> None:
    """Where nobody handles this track, the report goes to the nearest desk of its institution that does, else to the nation.

    A reporter who is waited for is not made to wait for a new verification.
    """
    complaint = plan.complaint
    if complaint.holder.is_national or _handles(plan, complaint.holder):
        return
    desk = _nearest_desk(plan)
    is_waiting = complaint.state == State.AWAITING_COMPLETION or (complaint.state == State.AWAITING_REPORTER and not desk.is_national)
    to(plan, State(complaint.state) if is_waiting else State.AWAITING_VERIFICATION, desk)


def _handles(plan: Plan, place: Institution) -> bool:
    is_oversight = plan.complaint.track == Track.OVERSIGHT
    if is_oversight:
        return plan.reference.has_desk(place.pk, is_oversight=True)
    return bool(plan.reference.officers_at(place.pk, CHARGE_ROLES))


def _nearest_desk(plan: Plan) -> Institution:
    place: Institution | None = plan.complaint.holder
    while place is not None and not place.is_national:
        found = plan.reference.receiving_desk(place, is_oversight=plan.complaint.track == Track.OVERSIGHT)
        if found is not None and not accused(plan.complaint, found):
            return found
        place = place.parent
    return plan.reference.root
