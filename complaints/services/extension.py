"""More time for a handler's deadline: on a legal basis, by whoever has the authority, and told to the reporter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from institutions.models import LegalBasis
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..clock import EXTEND, HANDLER_KEYS, RESOLUTIONS, Tick
from ..models import Clock, ClockEvent, Complaint
from ..workflow import EntryKind
from . import notify
from .acts import begin, required_text
from .clocks import derive, ticks
from .plan import Plan, write
from .rules import invalid


def _is_national(actor: Actor) -> bool:
    return actor.has("lower_track")


def extendable(complaint: Complaint, *, by: Actor) -> list[Clock]:
    """The running deadlines of the report that the actor may extend, the next one first."""
    if not complaint.is_open:
        return []
    rows = Clock.objects.running().filter(complaint=complaint, key__in=HANDLER_KEYS if _is_national(by) else RESOLUTIONS)
    if not _is_national(by):
        rows = rows.exclude(events__kind=EXTEND)
    return list(rows.order_by("due_at", "key"))


def _clock(plan: Plan, key: str) -> Clock:
    """The deadline that is meant. Refuses 403 one that is not this actor's to extend, 422 one that has ended, stands still or was extended."""
    if key not in HANDLER_KEYS:
        raise invalid(key=_("This deadline cannot be extended: it is the reporter's own, or fixed by law."))
    if key not in RESOLUTIONS and not _is_national(plan.actor):
        raise Refusal("forbidden", _("Only the national desk may extend this deadline."))
    clock = Clock.objects.running().filter(complaint=plan.complaint, key=key).select_related("policy").first()
    if clock is None:
        raise invalid(key=_("This deadline does not run: it has ended, or it stands still."))
    if not _is_national(plan.actor) and clock.events.filter(kind=EXTEND).exists():
        raise invalid(key=_("This deadline was extended already. Only the national desk may extend it again."))
    return clock


def _days(plan: Plan, days: Any) -> int:
    longest = plan.reference.limits["extension_days_max"]
    typed = str(days).strip()
    found = int(typed) if typed.isdecimal() and len(typed) <= len(str(longest)) else 0
    if not 1 <= found <= longest:
        raise invalid(days=_("Please give a whole number of days from 1 to %(longest)d.") % {"longest": longest})
    return found


def _basis(code: Any) -> LegalBasis:
    found = LegalBasis.objects.in_bulk().get(code) if isinstance(code, str) else None
    if found is None:
        raise invalid(legal_basis=_("Please choose the legal basis. Without one a deadline is not extended."))
    return found


@transaction.atomic
def extend_clock(pk: UUID, *, key: Any, days: Any, legal_basis: Any, text: Any, by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Give a running deadline `days` more of its own unit, on the legal basis with this code; the reason goes to the reporter.

    Counted by the newest calendar, and never to an earlier date. Refuses: 404 not theirs to know, 409 the report moved on,
    403 no authority over it, 422 field by field: no legal basis, too long, no reason, or it runs no more.
    """
    plan = begin(pk, "extend", by=by, at=at, version=version)
    clock = _clock(plan, str(key))
    more, basis = _days(plan, days), _basis(legal_basis)
    plan.text, plan.entry_kind, plan.bumps = required_text(plan, text), EntryKind.REASON, True
    derive(clock, [*ticks(clock.events.order_by("id")), Tick(EXTEND, at, days=more)], plan.reference)
    plan.changed.append(clock)
    plan.events.append(
        ClockEvent(clock=clock, kind=EXTEND, reason=plan.kind, at=at, due_at=clock.due_at, calendar_version=clock.calendar_version, days=more, basis=basis)
    )
    plan.reason = key
    plan.data = {"days": more, "basis": basis.pk}
    others = Clock.objects.running().filter(complaint=plan.complaint, key__in=HANDLER_KEYS).exclude(pk=clock.pk)
    plan.complaint.next_due_at = min([clock.due_at, *others.values_list("due_at", flat=True)])
    write([plan])
    notify.tell([plan])
    return plan.complaint
