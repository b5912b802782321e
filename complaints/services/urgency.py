"""Urgency: danger to life, violence, a child in danger; marked or cleared with a reason, on top of every queue, told at once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..models import Clock, Complaint
from ..workflow import ENDED, EntryKind
from . import clocks, notify
from .acts import begin, required_text
from .plan import write


@transaction.atomic
def mark_urgent(pk: UUID, *, urgent: bool, text: str, by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Mark an open report as urgent, or take the mark away; the reason is an internal note.

    Starts (or voids) the urgent clock and tells the holder's officers and admins at once. Refuses an ended report, a mark that
    is there already, and a missing reason.
    """
    plan = begin(pk, "mark_urgent" if urgent else "clear_urgent", by=by, at=at, version=version)
    complaint = plan.complaint
    if complaint.state in ENDED:
        raise Refusal("conflict", _("The report is closed."))
    if complaint.is_urgent == urgent:
        raise Refusal("conflict", _("It is like this already."))
    plan.text, plan.entry_kind, plan.bumps = required_text(plan, text), EntryKind.NOTE, True
    complaint.is_urgent = urgent
    clocks.run(plan, Clock.objects.filter(complaint=complaint))
    write([plan])
    notify.tell([plan])
    return complaint
