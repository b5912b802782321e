"""Desks with open cases and nobody appointed to work on them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from institutions.models import Institution, Kind
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.powers import ADMIN_ROLES, Role

from ..models import Complaint
from ..workflow import Track
from .reference import CHARGE_ROLES, OVERSIGHT_ROLES, Reference


@dataclass(frozen=True, slots=True)
class Vacancy:
    institution: Institution
    role: str
    count: int


def _needed(place: Institution, *, is_oversight: bool) -> tuple[tuple[str, ...], str]:
    """The roles of which one must be filled here, and the one to name."""
    if is_oversight:
        return OVERSIGHT_ROLES, str(Role.OVERSIGHT_HANDLER.label)
    if place.kind == Kind.UNIT:
        return CHARGE_ROLES, str(Role.LIAISON.label)
    return ADMIN_ROLES, str(Role.INSTITUTION_ADMIN.label)


def vacancies(*, by: Actor, at: datetime) -> list[Vacancy]:
    """Where the actor manages officers: every desk with open cases, as far as the actor may see them, that lacks a required role.

    The fullest first; three queries however many there are. Refuses 403 whoever manages no officers.
    """
    if not by.has("manage_officers"):
        raise Refusal("forbidden", _("Only whoever manages officers sees where they are missing."))
    cases = Complaint.objects.seen_by(by).open().held_under(*by.under("manage_officers"))
    counts = list(cases.order_by().values_list("holder_id", "track").annotate(count=Count("pk")))
    reference = Reference(at)
    reference.know_staff({holder for holder, _track, _count in counts})
    places = Institution.objects.select_related("parent").in_bulk({holder for holder, _track, _count in counts})
    found = []
    for holder, track, count in counts:
        place = places[holder]
        roles, label = _needed(place, is_oversight=track == Track.OVERSIGHT and not place.is_national)
        if not reference.officers_at(holder, roles):
            found.append(Vacancy(place, label, count))
    return sorted(found, key=lambda row: (-row.count, row.institution.name))
