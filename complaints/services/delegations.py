"""An officer is away and a colleague looks after their cases."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.models import Appointment, User
from officers.services import Message, notify_many

from ..models import Delegation
from .reference import CHARGE_ROLES, OVERSIGHT_CHARGE_ROLES, Reference
from .rules import invalid

WORKING = tuple(dict.fromkeys((*CHARGE_ROLES, *OVERSIGHT_CHARGE_ROLES)))


def _tops(by: Actor) -> Q:
    """Everything of the institutions in which the actor is appointed."""
    where = Q(pk__in=())
    for power in ("respond", "verify", "handle_oversight"):
        for path in by.under(power):
            where |= Q(institution__path__startswith=".".join(path.split(".")[:2]).rstrip(".") + ".") if path.count(".") > 1 else Q(institution__path=path)
    return where


def possible_delegates(*, by: Actor, at: datetime) -> list[User]:
    """Colleagues who work on cases in an institution where the actor does."""
    rows = Appointment.objects.in_force(Reference(at).today).filter(_tops(by), role__in=WORKING, user__is_active=True)
    return list(User.objects.filter(pk__in=rows.values("user_id")).exclude(pk=by.user_id).order_by("full_name", "username"))


@transaction.atomic
def delegate(*, to: str, valid_from: date | None, valid_to: date | None, by: Actor, at: datetime) -> Delegation:
    """Let a colleague look after the actor's cases from one day to another; the colleague is told.

    Refuses somebody from elsewhere, dates that lie back, are missing or turned round, too long a time, and two colleagues at once.
    """
    reference = Reference(at)
    colleague = next((user for user in possible_delegates(by=by, at=at) if user.username == to), None)
    if colleague is None:
        raise invalid(to=_("Please choose a colleague who works on reports in your institution."))
    if valid_from is None or valid_from < reference.today:
        raise invalid(valid_from=_("Please give a day from today on."))
    if valid_to is None or valid_to < valid_from:
        raise invalid(valid_to=_("The end lies before the beginning."))
    if (valid_to - valid_from).days > reference.limits["delegation_days"]:
        raise invalid(valid_to=_("At most %(days)d days. For longer, please have the reports handed over.") % {"days": reference.limits["delegation_days"]})
    mine = Delegation.objects.select_for_update().filter(user=by.user_id, ended_at__isnull=True)
    if any(row.valid_from <= valid_to and row.valid_to >= valid_from for row in mine):
        raise Refusal("conflict", _("Somebody looks after your reports on some of these days already. Please end that first."))
    row = Delegation.objects.create(user_id=by.user_id, to=colleague, valid_from=valid_from, valid_to=valid_to, created_at=at)
    context = {"name": str(User.objects.get(pk=by.user_id)), "from": valid_from.isoformat(), "to": valid_to.isoformat()}
    notify_many([Message("desk_delegated", context, recipient_id=colleague.pk, language=colleague.language)], at=at)
    return row


@transaction.atomic
def end_delegation(pk: int, *, by: Actor, at: datetime) -> Delegation:
    """Call a delegation off. Refuses 404 when it is not the actor's, or over."""
    row = Delegation.objects.select_for_update().filter(pk=pk, user=by.user_id, ended_at__isnull=True).first()
    if row is None:
        raise Refusal("not_found", _("There is no such delegation."))
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    return row


def delegations_of(*, by: Actor, at: datetime) -> list[Delegation]:
    """The actor's own that are not over, and those that colleagues made to them."""
    rows = Delegation.objects.filter(ended_at__isnull=True, valid_to__gte=Reference(at).today).select_related("user", "to")
    return list(rows.filter(Q(user=by.user_id) | Q(to=by.user_id)).order_by("valid_from", "pk"))


def looked_after(*, by: Actor, at: datetime) -> list[int]:
    """Whose cases are the actor's today: the own ones first, and those of colleagues who are away."""
    rows = Delegation.objects.in_force(Reference(at).today).filter(to=by.user_id, ended_at__isnull=True)
    return [by.user_id, *rows.values_list("user_id", flat=True)]
