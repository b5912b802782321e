"""Who may see the figures of which scope, by the appointments in force (DOMAIN 1.4): one function for every page.

A role at the nation sees all of it; an officer the place of their appointment and what lies below it; a hub coordinator the members of
the hub and nothing below them, small numbers left out. Whoever may not see a scope gets the answer for one that does not exist.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from institutions.models import HubMembership, Institution, Kind
from lapor.ground.problems import Refusal
from officers.actors import Actor
from officers.powers import POWERS, Role

from ..figures import Scope

# Whose office the figures of their place are. A liaison officer has no power over others' figures, but sees the own unit's.
FIGURES = frozenset(role for role, powers in POWERS.items() if {"see_aggregates", "respond"} & set(powers)) - {Role.HUB_COORDINATOR}
READING = ("see_cases", "see_oversight", "oversee")
KINDS = tuple(kind for kind in Kind if kind not in {Kind.NATIONAL, Kind.UNIT})


@dataclass(frozen=True, slots=True)
class Sight:
    """A scope as one officer sees it."""

    scope: Scope
    hides: bool = False  # small numbers are not told
    has_cases: bool = False  # the officer may read cases here, so that figures lead to them
    has_below: bool = True  # the bodies or units below may be looked at one by one
    beside: tuple[tuple[int, ...], ...] = ()  # of a member as its hubs see it: the members of each, whose sum they know


def roots(actor: Actor) -> tuple[str, ...]:
    """The paths of the places whose figures are the actor's."""
    return tuple(dict.fromkeys(path for role, _pk, path in actor.appointments if role in FIGURES))


def hubs(actor: Actor) -> frozenset[int]:
    return frozenset(pk for role, pk, _path in actor.appointments if role == Role.HUB_COORDINATOR)


def is_wide(actor: Actor) -> bool:
    """Whether the figures of the whole country are the actor's."""
    return any(path.count(".") == 1 for path in roots(actor))


def _reads(actor: Actor, path: str = "") -> bool:
    """Whether cases at a place are the actor's to read; those of the country, without a path."""
    held = [root for power in READING for root in actor.under(power)]
    return any(path.startswith(root) if path else root.count(".") == 1 for root in held)


def _pk_of(path: str) -> int:
    """The key of the node that a path leads to."""
    return int(path.split(".")[-2])


def _missing() -> Refusal:
    return Refusal("not_found", _("There is no such place, or its figures are not yours to see."))


def _members(actor: Actor, hub: int) -> tuple[int, ...]:
    """Of a hub of the actor's: read with the actor."""
    return tuple(sorted({_pk_of(path) for pk, path in actor.advises if pk == hub}))


def _of_place(actor: Actor, slug: str) -> Sight:
    place = Institution.objects.filter(slug=slug.replace("\x00", "")).first()
    if place is None:
        raise _missing()
    if any(place.path.startswith(root) for root in roots(actor)):
        return Sight(Scope.of(place), has_cases=_reads(actor, place.path))
    if mine := {hub for hub, path in actor.advises if path == place.path}:
        return Sight(Scope.of(place), hides=True, has_below=False, beside=tuple(_members(actor, hub) for hub in sorted(mine)))
    raise _missing()


def _of_hub(actor: Actor, slug: str, on: date) -> Sight:
    hub = Institution.objects.filter(slug=slug.replace("\x00", "")).first()
    if hub is None or not (is_wide(actor) or hub.pk in hubs(actor)):
        raise _missing()
    if is_wide(actor):
        scope = Scope.of_hub(hub, on=on)
        if scope.ids:
            return Sight(scope, has_cases=_reads(actor))
    if hub.pk not in hubs(actor):
        raise _missing()
    return Sight(Scope(f"hub:{hub.slug}", hub.name, _members(actor, hub.pk), "meso", hub), hides=True)


def sight_of(actor: Actor, key: str, *, on: date) -> Sight:
    """The scope of a key as the actor sees it; 404 for what is not theirs, as for what is nothing."""
    family, _colon, name = key.partition(":")
    if family == "hub" and name:
        return _of_hub(actor, name, on)
    if family == "kind" and name:
        if name not in KINDS or not is_wide(actor):
            raise _missing()
        return Sight(Scope.of_kind(name), has_cases=_reads(actor))
    if key == "nation":
        if not is_wide(actor):
            raise _missing()
        return Sight(Scope.nation(), has_cases=_reads(actor))
    return _of_place(actor, key)


def choices(actor: Actor, *, on: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The scopes that a form offers, in groups, the first of the first being where the officer's boards begin. One query."""
    if is_wide(actor):
        found = HubMembership.objects.in_force(on).order_by("hub__name").values_list("hub__slug", "hub__name").distinct()
        groups = [
            (_("Country"), [("nation", _("The whole country"))]),
            (_("Kinds of institution"), [(f"kind:{kind.value}", str(kind.label)) for kind in KINDS]),
            (_("Hubs"), [(f"hub:{slug}", name) for slug, name in found]),
        ]
        return [(title, options) for title, options in groups if options]
    paths, mine = roots(actor), hubs(actor)
    places = list(Institution.objects.filter(pk__in={_pk_of(path) for path in paths} | mine).order_by("path"))
    groups = [
        (_("Institutions and units"), [(place.slug, place.name) for place in places if place.path in paths]),
        (_("Hubs"), [(f"hub:{place.slug}", place.name) for place in places if place.pk in mine]),
    ]
    return [(title, options) for title, options in groups if options]
