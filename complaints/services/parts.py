"""A report in several parts: splitting one off (S13), and what a step on the lead carries to its parts.

The lead keeps number, case code and thread. A part has number, holder, clocks, notes and history of its own, and neither contact
data nor a published copy: who the reporter is stands in the vault under the lead alone. Parts never bump the lead's version.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from institutions.models import Institution

from .. import numbers
from ..models import Clock, Complaint
from ..workflow import ENDED, ClosureKind, EntryKind, State, Track
from . import clocks, support
from .plan import Plan
from .rules import desk_target, end, force_secrecy, invalid, last_answerer, revive, to, unit_target

# What a part has of its lead: facts of the matter and the reporter's wishes, and the day from which keeping it is counted.
INHERITED = (
    "classification", "is_anonymous", "is_secret", "is_urgent", "contact_allowed", "incident_date", "incident_region_id", "incident_place",
    "origin_region_id", "channel", "entry_door_id", "language", "consent_version", "submitted_at", "last_input_at", "on_behalf", "relation",
    "group_size", "represented_agree", "reported_user_id", "reported_institution_id",
)  # fmt: skip


# --- splitting --------------------------------------------------------------------------------------------------------


def invite(plan: Plan) -> None:
    """Split a part off the lead and give it to a unit of one's own institution, or, as the nation, to any institution."""
    lead, given = plan.complaint, plan.given
    track = _track(plan)
    holder, state = _receiver(plan, given["target"], track)
    part = _part(plan, given, track)
    part.holder, part.state = holder, state
    lead.part_count += 1
    part.part_number = lead.part_count
    plan.data = {"part": part.part_number, "target": holder.pk, "mandatory": part.is_mandatory}
    support.grant(plan)
    born = Plan.on(part, "part", by=plan.actor, at=plan.at, reference=plan.reference)
    born.state_before, born.holder_before, born.entered = "", None, True
    born.entry_kind, born.text = EntryKind.NOTE, given.get("text", "")
    born.data = {"part": part.part_number, "lead": lead.tracking_id}
    clocks.run(born, ())
    plan.joined.append(born)


def _track(plan: Plan) -> str:
    """A part may have another track than its lead; only the nation takes oversight content out of one."""
    lead = plan.complaint
    track: str = plan.given.get("track") or (lead.track if lead.is_track_set else "")
    if not track:
        raise invalid(track=_("Please settle the track of this part."))
    if track == Track.NON_OVERSIGHT and lead.track == Track.OVERSIGHT and not plan.actor.has("lower_track"):
        raise invalid(track=_("Only the national desk may take a part out of the oversight track."))
    if track == Track.OVERSIGHT and not lead.reported_party:
        raise invalid(track=_("The oversight track needs to know whom the report is about. Please add it to the report first."))
    return track


def _receiver(plan: Plan, target: Institution, track: str) -> tuple[Institution, State]:
    if plan.actor.has("lower_track"):
        return desk_target(plan, target, track=track), State.AWAITING_VERIFICATION
    unit = unit_target(plan, target, track=track)
    has_desk = plan.reference.has_desk(unit.pk, is_oversight=track == Track.OVERSIGHT)
    return unit, State.AWAITING_VERIFICATION if has_desk else State.AWAITING_FOLLOWUP


def _part(plan: Plan, given: dict[str, Any], track: str) -> Complaint:
    lead = plan.complaint
    part = Complaint(lead=lead, version=0, **{name: getattr(lead, name) for name in INHERITED})
    part.tracking_id = numbers.new_tracking_id()
    while Complaint.objects.filter(tracking_id=part.tracking_id).exists():
        part.tracking_id = numbers.new_tracking_id()
    part.code_salt, part.code_hash = secrets.token_bytes(16), secrets.token_bytes(32)  # no code opens a part
    part.title = part.title_original = given["part_title"]
    part.body = part.body_original = given["part_text"]
    part.topic = given.get("topic") or lead.topic
    part.track, part.is_track_set = track, True
    # An examination takes longer than the law gives the report: it never holds the others up.
    part.is_mandatory = track == Track.NON_OVERSIGHT and given.get("mandatory", True)
    part.reported_party = lead.reported_party if track == Track.OVERSIGHT else ""
    part.accepted_at = part.moved_at = plan.at
    part.complete_at = lead.complete_at or lead.last_input_at
    force_secrecy(part)
    return part


# --- what a lead carries along ------------------------------------------------------------------------------------------


def end_part(plan: Plan) -> None:
    end(plan, ClosureKind(plan.given["kind"]))


def _replied(part: Plan, lead: Plan) -> bool:
    """The reply goes to the parts that were answered or are being handled; the text stays with the lead."""
    if part.complaint.state not in {State.AWAITING_REPORTER, State.IN_PROGRESS} or not _is_meant(part, lead):
        return False
    to(part, State.REPORTER_REPLIED)
    return True


def _reopened(part: Plan, lead: Plan) -> bool:
    complaint = part.complaint
    if complaint.state != State.CLOSED or not _is_meant(part, lead):
        return False
    revive(part)
    complaint.reopened_count += 1
    complaint.assignee = None
    complaint.contested_user_id = last_answerer(complaint) if lead.is_reporter else None
    to(part, State.IN_PROGRESS)
    return True


def _is_meant(part: Plan, lead: Plan) -> bool:
    """The reporter may have said which part it is about."""
    named = lead.given.get("part")
    return named is None or named.pk == part.complaint.pk


def _ended(part: Plan, lead: Plan) -> bool:
    """A part ends with its lead; an examination on the oversight track goes on until it is decided and heard."""
    complaint = part.complaint
    if complaint.state in ENDED or (complaint.track == Track.OVERSIGHT and lead.complaint.track != Track.OVERSIGHT):
        return False
    part.kind, part.given = "end_part", {"kind": lead.complaint.closure_kind}
    end_part(part)
    return True


def _hidden(part: Plan, lead: Plan) -> bool:
    complaint = part.complaint
    before, complaint.is_secret = complaint.is_secret, lead.complaint.is_secret
    force_secrecy(complaint)
    part.kind, part.reason = "change_visibility", "secret" if complaint.is_secret else "open"
    return complaint.is_secret != before


def _carry(lead: Plan) -> Callable[[Plan, Plan], bool] | None:
    if lead.complaint.state == State.CLOSED != lead.state_before:
        return _ended
    if "is_secret" in lead.altered:
        return _hidden
    return {"reply": _replied, "reopen": _reopened}.get(lead.kind)


def follow(leads: Sequence[Plan]) -> list[Plan]:
    """The plans of the parts that move because their leads did, their clocks run already; two queries however many there are."""
    carrying: dict[Any, tuple[Plan, Callable[[Plan, Plan], bool]]] = {
        plan.complaint.pk: (plan, carry) for plan in leads if plan.complaint.part_count and (carry := _carry(plan)) is not None
    }
    if not carrying:
        return []
    rows = list(Complaint.objects.filter(lead__in=carrying).select_for_update(of=("self",)).prefetch_related("holder").order_by("pk"))
    alive: dict[Any, list[Clock]] = {row.pk: [] for row in rows}
    for clock in Clock.objects.filter(complaint__in=rows).select_related("policy"):
        alive[clock.complaint_id].append(clock)
    found = []
    for row in rows:
        lead, carry = carrying[row.lead_id]
        plan = Plan.on(row, lead.kind, by=lead.actor, at=lead.at, reference=lead.reference)
        plan.carried_by, plan.data = lead, {"lead": lead.complaint.tracking_id}
        if carry(plan, lead):
            clocks.run(plan, alive[row.pk])
            found.append(plan)
    return found
