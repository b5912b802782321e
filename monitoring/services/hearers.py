"""Who hears of a rung: the nearest office of each kind at the holder or above it, by the appointments in force."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from complaints.models import Delegation
from complaints.services.reference import OVERSIGHT_ROLES, RESPONDING_ROLES
from complaints.workflow import Track
from institutions.models import HubMembership, ids_of
from officers.models import Appointment
from officers.powers import ADMIN_ROLES, Role

from ..ladder import Hearer

OFFICES: dict[Hearer, tuple[str, ...]] = {
    Hearer.SUPERIOR: (Role.SUPERIOR,),
    Hearer.ACCOUNTABLE: (Role.ACCOUNTABLE_OFFICIAL,),
    Hearer.PATRON: (Role.PATRON,),
    Hearer.NATIONAL: (Role.NATIONAL_ADMIN,),
    Hearer.OMBUDSMAN: (Role.OMBUDSMAN_OFFICER,),
}


class Concern(NamedTuple):
    """What of a case decides who hears: where it lies, who is in charge, and whether it is the internal supervisor's."""

    path: str
    assignee_id: int | None
    track: str


class Hearers:
    """The offices at these places and above them, read in three queries; at every place where none are named."""

    def __init__(self, today: date, paths: Iterable[str] | None = None) -> None:
        rows, hubs = Appointment.objects.in_force(today).filter(user__is_active=True), HubMembership.objects.in_force(today)
        if paths is not None:
            ids = {pk for path in paths for pk in ids_of(path)}
            members = hubs.filter(member__in=ids)
            rows, hubs = rows.filter(Q(institution__in=ids) | Q(institution__in=members.values("hub"))), members
        self._at: dict[int, list[tuple[str, int]]] = {}
        self.languages: dict[int, str] = {}
        for place, role, user, language in rows.order_by("pk").values_list("institution_id", "role", "user_id", "user__language"):
            self._at.setdefault(place, []).append((role, user))
            self.languages[user] = language
        self._hubs: dict[int, list[int]] = {}
        for member, hub in hubs.values_list("member_id", "hub_id"):
            self._hubs.setdefault(member, []).append(hub)
        self._delegates = dict(Delegation.objects.in_force(today).filter(ended_at=None).values_list("user_id", "to_id"))
        self._known: dict[tuple[Hearer, Concern], frozenset[int]] = {}

    def _here(self, place: int, roles: Collection[str]) -> list[int]:
        return [user for role, user in self._at.get(place, ()) if role in roles]

    def _nearest(self, path: str, roles: Collection[str]) -> list[int]:
        return next((found for pk in reversed(ids_of(path)) if (found := self._here(pk, roles))), [])

    def _handlers(self, concern: Concern) -> list[int]:
        """The assignee and who looks after their cases today, else whoever answers at the holder, else its desk.

        On the oversight track the internal supervisor stands where the others do.
        """
        if concern.assignee_id is not None:
            return [concern.assignee_id, *(user for user in (self._delegates.get(concern.assignee_id),) if user is not None)]
        place = ids_of(concern.path)[-1]
        if concern.track == Track.OVERSIGHT:
            return self._here(place, OVERSIGHT_ROLES) or self._here(place, ADMIN_ROLES)
        return self._here(place, RESPONDING_ROLES) or self._here(place, ADMIN_ROLES)

    def _coordinators(self, path: str) -> list[int]:
        return [user for pk in ids_of(path) for hub in self._hubs.get(pk, ()) for user in self._here(hub, (Role.HUB_COORDINATOR,))]

    def of(self, hearer: Hearer, concern: Concern) -> frozenset[int]:
        """The users who hear; nobody where the office is not held."""
        known = self._known.get((hearer, concern))
        if known is None:
            if hearer is Hearer.HANDLER:
                found = self._handlers(concern)
            elif hearer is Hearer.DESK:
                found = self._nearest(concern.path, ADMIN_ROLES)
            elif hearer is Hearer.HUB:
                found = self._coordinators(concern.path)
            else:
                found = self._nearest(concern.path, OFFICES[hearer])
            known = self._known[hearer, concern] = frozenset(found)
        return known
