"""The life of an edition: reviewed, submitted, accepted or sent back; and the plan that goes with it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import Letterhead, Limit
from institutions.numbers import write_number
from institutions.services import claim_serial, refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .. import access
from ..access import ACCEPT, GENERATE, PLAN, PLANNED, REQUEST_REVISION, REVIEW, STEPS, SUBMIT, State
from ..models import ActionItem, Edition, EditionEvent
from ..snapshot import Data, digest
from .making import invalid, local_day
from .people import tell

# Who hears of a step: those who may do one of these acts next.
TOLD = {SUBMIT: (ACCEPT,), ACCEPT: (SUBMIT, REVIEW), REQUEST_REVISION: (GENERATE, REVIEW, SUBMIT)}


def not_found() -> Refusal:
    return Refusal("not_found", _("There is no such report, or you may not see it."))


def find(pk: UUID, by: Actor) -> Edition:
    """An edition that the actor may read, with what it may do with it; 404 as everywhere."""
    row = Edition.objects.readable(by).with_acts(by).select_related("institution__parent__region", "institution__region").filter(pk=pk).first()
    if row is None:
        raise not_found()
    return row


def open_acts(edition: Edition) -> list[str]:
    """What may be done with it now, by an edition that `find` read."""
    if not edition.is_current:
        return []
    return [act for act, (sources, _target) in STEPS.items() if edition.state in sources and getattr(edition, f"may_{act}")]


def _locked(pk: UUID, act: str, *, by: Actor, version: int | None) -> Edition:
    edition = find(pk, by)
    if not getattr(edition, f"may_{act}"):
        raise Refusal("forbidden", _("This is not yours to do."))
    rows = Edition.objects.select_for_update(of=("self",)).select_related("institution__parent__region", "institution__region").filter(pk=pk)
    row = rows.filter(access.rule(by, act)).first()  # asked again of the locked row: it may have been submitted by this actor meanwhile
    if row is None:
        raise Refusal("forbidden", _("This is not yours to do."))
    if not row.is_current or (version is not None and version != row.version):
        raise Refusal("conflict", _("The report has moved on meanwhile. Please look at it again."), extra={"state": row.state, "version": row.version})
    return row


def written(text: str, most: int, *, name: str, is_needed: bool = False) -> str:
    """A text as it is kept. Refuses 422 one that is missing or too long."""
    text = text.replace("\x00", "").strip()
    if is_needed and not text:
        raise invalid(**{name: _("Please write something here.")})
    if len(text) > most:
        raise invalid(**{name: _("Please write at most %(most)d characters.") % {"most": most}})
    return text


def plan_of(edition: Edition) -> list[Data]:
    """The action plan as the report shows it: frozen once it was submitted."""
    if edition.state not in PLANNED:
        return list(edition.plan)
    return [
        {"text": row.text, "owner": row.owner, "due_on": row.due_on.isoformat(), "status": row.status, "progress": row.progress} for row in edition.items.all()
    ]


def _number(edition: Edition, at: datetime) -> str:
    """The next one of the institution's letters, as its letterhead writes it."""
    head = Letterhead.objects.serving(edition.institution) or Letterhead.of_the_tree(edition.institution)
    day = local_day(at, edition.institution)
    return write_number(head.pattern, serial=claim_serial(head.institution, year=day.year), code=head.code, on=day)


@transaction.atomic
def move(pk: UUID, act: str, *, by: Actor, at: datetime, version: int | None = None, note: str = "") -> Edition:
    """Take a step of an edition's life; those whose turn it is are told.

    Submitting freezes the action plan and numbers the report; the first submission is the one by which lateness is judged. Refuses 404, 403,
    409 when it moved on or the step cannot be taken now, 422 for sending back without a reason.
    """
    refuse_while_read_only()
    edition = _locked(pk, act, by=by, version=version)
    sources, target = STEPS[act]
    if edition.state not in sources:
        raise Refusal("conflict", _("The report has moved on meanwhile. Please look at it again."), extra={"state": edition.state, "version": edition.version})
    most = Limit.objects.table(timezone.localdate(at))["edition_text_max"]
    note = written(note, most, name="note", is_needed=act == REQUEST_REVISION)
    of_plan = ""
    if act == SUBMIT:
        edition.plan = plan_of(edition)
        of_plan = digest(edition.plan)
        edition.submitted_on = edition.submitted_on or local_day(at, edition.institution)
        edition.submitted_by_id = by.user_id
        edition.number = edition.number or _number(edition, at)
    edition.state, edition.version, edition.moved_at = target, edition.version + 1, at
    edition.save(update_fields=["state", "version", "moved_at", "plan", "submitted_on", "submitted_by", "number"])
    role = access.role_in(by, act, edition.template, edition.institution_id, edition.institution.path)
    EditionEvent.objects.create(edition=edition, code=target, at=at, by_id=by.user_id, as_role=role, note=note, digest=of_plan)
    if act in TOLD:
        tell(f"edition_{target}", edition, TOLD[act], at=at, but=by.user_id)
    return edition


def review(pk: UUID, *, by: Actor, at: datetime, version: int | None = None, note: str = "") -> Edition:
    return move(pk, REVIEW, by=by, at=at, version=version, note=note)


def submit(pk: UUID, *, by: Actor, at: datetime, version: int | None = None, note: str = "") -> Edition:
    return move(pk, SUBMIT, by=by, at=at, version=version, note=note)


def accept(pk: UUID, *, by: Actor, at: datetime, version: int | None = None, note: str = "") -> Edition:
    return move(pk, ACCEPT, by=by, at=at, version=version, note=note)


def request_revision(pk: UUID, *, by: Actor, at: datetime, version: int | None = None, note: str = "") -> Edition:
    return move(pk, REQUEST_REVISION, by=by, at=at, version=version, note=note)


# --- the action plan ------------------------------------------------------------------------------------------------------


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise invalid(due_on=_("This is no date.")) from None


@transaction.atomic
def add_item(pk: UUID, given: Mapping[str, Any], *, by: Actor, at: datetime) -> ActionItem:
    """A line of the action plan. Refuses 404, 403, 409 once the report was submitted, 422."""
    refuse_while_read_only()
    edition = _locked(pk, PLAN, by=by, version=None)
    if edition.state not in PLANNED:
        raise Refusal("conflict", _("The action plan was submitted with the report; only its progress can be written now."))
    most = Limit.objects.table(timezone.localdate(at))["edition_text_max"]
    text = written(str(given.get("text", "")), most, name="text", is_needed=True)
    owner = written(str(given.get("owner", "")), ActionItem._meta.get_field("owner").max_length or 0, name="owner", is_needed=True)
    due = _day(str(given.get("due_on", "")))
    return ActionItem.objects.create(edition=edition, text=text, owner=owner, due_on=due, made_at=at, moved_at=at, by_id=by.user_id)


@transaction.atomic
def tell_progress(pk: UUID, item: UUID, status: str, progress: str, *, by: Actor, at: datetime) -> ActionItem:
    """How far a line of the plan came, at any time while its edition is the current one. Refuses 404, 403, 409, 422."""
    refuse_while_read_only()
    edition = _locked(pk, PLAN, by=by, version=None)
    row = ActionItem.objects.select_for_update().filter(edition=edition, pk=item).first()
    if row is None:
        raise not_found()
    if status not in ActionItem.Status.values:
        raise invalid(status=_("There is no such status."))
    row.status = status
    row.progress = written(progress, Limit.objects.table(timezone.localdate(at))["edition_text_max"], name="progress")
    row.moved_at = at
    row.save(update_fields=["status", "progress", "moved_at"])
    return row


__all__ = ["State", "accept", "add_item", "find", "move", "not_found", "open_acts", "plan_of", "request_revision", "review", "submit", "tell_progress"]
