"""What every act beside the steps begins with: the locked complaint, the rule of the act, and the text that it needs."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .advance import NOT_YOURS, lock, moved_on, refuse_outsiders
from .needs import REQUIRED, Wrong, clean_text
from .plan import Plan
from .reference import Reference
from .rules import invalid


def begin(pk: UUID, act: str, *, by: Actor, at: datetime, version: int | None = None) -> Plan:
    """The plan of an act on a locked complaint. Refuses as `advance` does."""
    complaint = lock(pk, by=by, act=act)
    is_stale = version is not None and version != complaint.version
    refuse_outsiders(complaint, act, by=by, is_stale=is_stale)
    if is_stale:
        raise moved_on(complaint, by)
    if not complaint.may(act):
        raise Refusal("forbidden", NOT_YOURS)
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
