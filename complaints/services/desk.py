"""Named writes that are no steps: taking charge, notes, editing, rating, renewing a code. Each leaves an event row."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from institutions.models import Institution
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.models import User

from .. import numbers
from ..models import Complaint
from ..workflow import ENDED, Classification, EntryKind, State, Track
from . import notify
from .acts import begin, required_text
from .mentions import mentioned
from .needs import REQUIRED, Asked, Wrong, clean_text, find_topic
from .parts import follow
from .plan import Plan, write
from .rules import invalid, publish, publish_text, settle
from .support import advising_hub


@transaction.atomic
def take(pk: UUID, *, by: Actor, at: datetime) -> Complaint:
    """Make the actor the one in charge. Refuses an ended case, and 409 when somebody else is in charge already."""
    plan = begin(pk, "take", by=by, at=at)
    complaint = plan.complaint
    if complaint.state in ENDED:
        raise Refusal("conflict", _("The report is closed."))
    if complaint.assignee_id == by.user_id:
        return complaint
    if complaint.assignee_id is not None:
        raise Refusal("conflict", _("Somebody else is in charge of this report already."))
    _charge(plan, by.user_id)
    write([plan])
    return complaint


def _charge(plan: Plan, user_id: int | None) -> None:
    if user_id is not None and user_id == plan.complaint.contested_user_id:
        raise invalid(assignee=_("The reporter contests this officer's answer; somebody else must handle the report."))
    plan.complaint.assignee_id = user_id
    plan.data = {"assignee": user_id}


def plan_assignment(plan: Plan, to: int | None) -> None:
    """Let this officer be in charge. Refuses an ended case, whoever cannot work on it, and whom it or its reporter speaks against."""
    complaint = plan.complaint
    if complaint.state in ENDED:
        raise Refusal("conflict", _("The report is closed."))
    if to is not None and to not in plan.reference.able(complaint.holder.path, is_oversight=complaint.track == Track.OVERSIGHT):
        raise invalid(assignee=_("Please choose an officer who is appointed at the body that holds the report."))
    if to is not None and to == complaint.reported_user_id:
        raise invalid(assignee=_("Please choose an officer who is appointed at the body that holds the report."))
    _charge(plan, to)


def plan_note(plan: Plan, text: str) -> None:
    """Leave a note that names only colleagues who may read it."""
    plan.text = required_text(plan, text)
    plan.entry_kind = EntryKind.NOTE
    if plan.text.count("@"):
        plan.data["mentioned"] = mentioned(plan)


@transaction.atomic
def assign(pk: UUID, *, to: User | None, by: Actor, at: datetime) -> Complaint:
    """Put an officer of the holder (or of a desk above it) in charge, or nobody; the officer is told. Refuses what `plan_assignment` does."""
    plan = begin(pk, "assign", by=by, at=at)
    plan_assignment(plan, to.pk if to else None)
    write([plan])
    notify.tell([plan])
    return plan.complaint


@transaction.atomic
def add_note(pk: UUID, *, text: str, by: Actor, at: datetime) -> Complaint:
    """Leave an internal note: read by the author's own institution and the nation, never by the reporter or others."""
    plan = begin(pk, "note", by=by, at=at)
    plan_note(plan, text)
    write([plan])
    notify.tell_mentioned([plan])
    return plan.complaint


@transaction.atomic
def give_opinion(pk: UUID, *, text: str, by: Actor, at: datetime) -> Complaint:
    """Say as a hub who is competent in a dispute that a member is in: read by the national desk, which decides and is told."""
    plan = begin(pk, "opinion", by=by, at=at)
    plan.text, plan.entry_kind = required_text(plan, text), EntryKind.NOTE
    plan.author = advising_hub(plan)
    write([plan])
    notify.tell([plan])
    return plan.complaint


EDITABLE_TEXTS = {"title": "title_max", "body": "body_max", "reported_party": "text_max"}


@transaction.atomic
def edit(pk: UUID, *, changes: Mapping[str, Any], by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Correct what the desk may correct; the reporter's own words stay in the original columns.

    `changes` may hold title, body, reported_party, classification, topic, track (only before acceptance),
    reported_institution, reported_user. Edits never touch a clock. The published copy follows until an officer has edited it.
    """
    plan = begin(pk, "edit", by=by, at=at, version=version)
    plan.bumps = True
    complaint = plan.complaint
    before = (complaint.title, complaint.body, complaint.reported_party)
    _read_edit(plan, changes)
    is_copied = complaint.accepted_at is not None and complaint.public_edited_at is None
    if is_copied and (complaint.title, complaint.body, complaint.reported_party) != before:
        publish_text(complaint)
    publish(plan)
    plan.data["fields"] = sorted(changes)
    write([plan, *follow([plan])])
    return complaint


def _read_edit(plan: Plan, changes: Mapping[str, Any]) -> None:
    complaint, wrong = plan.complaint, {}
    for name in changes:
        try:
            _read_one(plan, name, changes[name])
        except Wrong as error:
            wrong[name] = str(error)
    if not complaint.title or not complaint.body:
        wrong["title" if not complaint.title else "body"] = str(REQUIRED)
    if complaint.track == Track.OVERSIGHT and not complaint.reported_party:
        wrong["reported_party"] = _("The oversight track needs to know whom the report is about. Please write it as the reporter says it.")
    if wrong:
        raise invalid(**wrong)


def _read_one(plan: Plan, name: str, value: Any) -> None:
    complaint, limits = plan.complaint, plan.reference.limits
    if name in EDITABLE_TEXTS:
        setattr(complaint, name, clean_text(value or "", longest=limits[EDITABLE_TEXTS[name]]))
    elif name == "classification":
        _reclassify(plan, value)
    elif name == "topic":
        settle(plan, {"topic": find_topic(value, Asked(None, complaint, plan.reference))})  # type: ignore[arg-type]
    elif name == "track":
        _settle_track(plan, value)
    elif name == "reported_institution":
        _link_institution(plan, value)
    elif name == "reported_user":
        complaint.reported_user = value
    else:
        raise Wrong(_("This cannot be edited."))


def _reclassify(plan: Plan, value: Any) -> None:
    if value not in Classification.values:
        raise Wrong(_("Please choose one of: %(choices)s.") % {"choices": ", ".join(Classification.values)})
    if plan.complaint.accepted_at is not None and value != plan.complaint.classification:
        raise Wrong(_("The kind can only be changed before the report is accepted."))
    plan.complaint.classification = value


def _settle_track(plan: Plan, value: Any) -> None:
    if value not in Track.values:
        raise Wrong(_("Please choose one of: %(choices)s.") % {"choices": ", ".join(Track.values)})
    if plan.complaint.accepted_at is not None and value != plan.complaint.track:
        raise Wrong(_("The track is settled; changing it is a step of its own."))
    if value == Track.OVERSIGHT and not plan.complaint.holder.is_national and not plan.reference.has_desk(plan.complaint.holder_id, is_oversight=True):
        raise Wrong(_("Only an internal supervisor may handle a report on the oversight track. Please send it there."))
    settle(plan, {"track": value})


def _link_institution(plan: Plan, value: Institution | None) -> None:
    """Linking whoever holds the case now would leave nobody who may act: it must go back to the nation first."""
    complaint = plan.complaint
    if value is not None and (value.is_national or complaint.holder.path.startswith(value.path)):
        raise Wrong(_("This body holds the report now. Please return the report upward first; the national desk can then link it."))
    complaint.reported_institution = value


@transaction.atomic
def rate(pk: UUID, *, rating: Any, text: str = "", by: Actor, at: datetime) -> Complaint:
    """The reporter's stars after a closing that was not their own; open for some days, once."""
    plan = begin(pk, "rate", by=by, at=at)
    complaint = plan.complaint
    if complaint.state != State.CLOSED or complaint.ended_at is None or complaint.rating is not None:
        raise Refusal("conflict", _("The report cannot be rated now."))
    if at > complaint.ended_at + timedelta(days=plan.reference.limits["rating_days"]):
        raise Refusal("conflict", _("The time to rate has passed."))
    if str(rating) not in {"1", "2", "3", "4", "5"}:
        raise invalid(rating=_("Please give 1 to 5 stars."))
    try:
        plan.text = clean_text(text, longest=plan.reference.limits["text_max"])
    except Wrong as error:
        raise invalid(text=str(error)) from error
    complaint.rating, complaint.rated_at = int(rating), at
    plan.data, plan.entry_kind, plan.bumps = {"rating": int(rating)}, EntryKind.RATING, True
    write([plan])
    return complaint


@transaction.atomic
def rotate_code(pk: UUID, *, by: Actor, at: datetime) -> str:
    """Give the reporter a new case code; the old one opens nothing from now on. Returns the new code, shown once."""
    plan = begin(pk, "rotate_code", by=by, at=at)
    code = numbers.new_case_code()
    plan.complaint.code_salt = secrets.token_bytes(16)
    plan.complaint.code_hash = numbers.hash_code(code, salt=plan.complaint.code_salt, pepper=settings.CASE_CODE_PEPPER)
    write([plan])
    return code
