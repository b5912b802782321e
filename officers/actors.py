"""Whoever acts, as the rules see them: a user, the subtrees where each power holds today, and the cases they proved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils import timezone

from institutions.models import HubMembership, Institution
from lapor.ground.prepared import Prepared

from .models import Appointment, User
from .powers import Role

AnyUser = AbstractBaseUser | AnonymousUser

MACHINES = ("system", "reporter", "partner")
# A user's appointments in force on a day, with each power of each.
POWERS = Prepared(
    lambda user, on: (
        Appointment.objects.in_force(on)
        .filter(user=user)
        .order_by("pk")
        .values_list("pk", "role", "institution_id", "institution__path", "powers__permission__codename")
    ),
    -1,
    date.min,
)


@dataclass(frozen=True, slots=True)
class Actor:
    user: User
    at: datetime
    roots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    appointments: tuple[tuple[str, int, str], ...] = ()  # (role, institution id, its path)
    case_ids: frozenset[UUID] = frozenset()
    advises: tuple[tuple[int, str], ...] = ()  # of a hub coordinator: (hub's id, path of a member)

    @property
    def user_id(self) -> int:
        return self.user.pk

    @property
    def username(self) -> str:
        return self.user.username

    @property
    def is_machine(self) -> bool:
        return self.user.is_machine

    @property
    def is_system(self) -> bool:
        return self.user.is_machine and self.user.username == "system"

    @property
    def institution_ids(self) -> frozenset[int]:
        """Every institution in which the actor is appointed, up to but without the root of the tree."""
        return frozenset(int(part) for _role, _pk, path in self.appointments for part in path.split(".")[1:] if part)

    def under(self, power: str) -> tuple[str, ...]:
        """The paths under which the power holds."""
        return self.roots.get(power, ())

    def has(self, power: str) -> bool:
        return bool(self.roots.get(power))

    def role_for(self, path: str) -> str:
        """The role, nearest to the place, under which the actor acts there; empty when there is none."""
        fitting = [(len(root), role) for role, _pk, root in self.appointments if path.startswith(root)]
        return max(fitting)[1] if fitting else ""


@cache
def _machine_id(name: str) -> int:
    return User.objects.values_list("pk", flat=True).get(username=name, is_machine=True)


def machine(name: str) -> User:
    """A seeded machine user; nobody logs in as one."""
    return User(pk=_machine_id(name), username=name, is_machine=True, is_active=True)


def actor_for(user: AnyUser | None, *, at: datetime, case_ids: frozenset[UUID] = frozenset()) -> Actor:
    """The actor of this instant, in at most one query, two for a hub coordinator.

    Powers come from the guardian rows of appointments in force on the day; a superuser without one has none. Somebody who
    is not logged in acts as the machine user `reporter`.
    """
    if not isinstance(user, User):
        return Actor(machine("reporter"), at, case_ids=case_ids)
    if user.is_machine or not user.is_active:
        return Actor(user, at, case_ids=case_ids)
    on = at.astimezone(ZoneInfo("Asia/Jakarta")).date()
    roots: dict[str, list[str]] = {}
    appointments = {}
    for pk, role, place, path, power in POWERS(user.pk, on):
        appointments[pk] = (role, place, path)
        if power is not None and path not in roots.setdefault(power, []):
            roots[power].append(path)
    hubs = [place for role, place, _path in appointments.values() if role == Role.HUB_COORDINATOR]
    members = HubMembership.objects.in_force(on).filter(hub__in=hubs).order_by("pk").values_list("hub_id", "member__path") if hubs else ()
    return Actor(user, at, {power: tuple(paths) for power, paths in roots.items()}, tuple(appointments.values()), case_ids, tuple(members))


class PowerBackend(BaseBackend):
    """Answers `user.has_perm("institutions.verify", institution)` from the powers in force now; knows nothing else."""

    def has_perm(self, user_obj: AnyUser, perm: str, obj: Model | None = None) -> bool:
        if not isinstance(obj, Institution) or not isinstance(user_obj, User):
            return False
        app, _dot, power = perm.partition(".")
        paths = actor_for(user_obj, at=timezone.now()).under(power)
        return app == "institutions" and any(obj.path.startswith(path) for path in paths)
