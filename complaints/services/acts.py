"""What every act beside the steps begins with: the locked complaint, the rule of the act, and the text that it needs."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .advance import knows, lock
from .needs import REQUIRED, Wrong, clean_text
from .plan import Plan
from .reference import Reference
from .rules import invalid


def begin(pk: UUID, act: str, *, by: Actor, at: datetime, version: int | None = None) -> Plan:
    """The plan of an act on a locked complaint. Refuses 404 not theirs to know, 409 moved on, 403 not theirs to do."""
    complaint = lock(pk, by=by, acts=[act])
    if not complaint.may(act) and not knows(complaint, by):
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    if version is not None and version != complaint.version:
        raise Refusal(
            "conflict", _("The report has moved on meanwhile. Please look at it again; what you typed is kept."), extra={"version": complaint.version}
        )
    if not complaint.may(act):
        raise Refusal("forbidden", _("You may see this report but not take this step."))
    plan = Plan.on(complaint, act, by=by, at=at, reference=Reference(at))
    plan.bumps = False
    return plan


def required_text(plan: Plan, text: str) -> str:
    """The text of an act that must have one, cleaned; refuses field by field."""
    try:
        found = clean_text(text, longest=plan.reference.limits["text_max"])
    except Wrong as error:
        raise invalid(text=str(error)) from error
    if not found:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"text": [REQUIRED]})
    return found
