"""Who may do what with an edition of an evaluation report: one table, read as a filter and as a check.

How to read `RULES`: for an act and a kind of report, the roles that may, each at the place that the report is about:

* `PLACE`: the role is held at the place or above it, but not at the nation;
* `HUB`: coordinator of the very hub that the report is about; `MEMBER`: of a hub that the place belongs to;
* `HERE`: the role is held at the very place, be it the nation;
* `NATION`: the role is held at the national desk.

A report about a priority issue is placed at whoever owns the issue. A row with states holds while the report stands in one of them. Nobody accepts
what they submitted themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from lapor.ground.actor import Actor
from officers.powers import Role


class Template(TextChoices):
    """What a report is about, and so what stands in it."""

    UNIT = "unit", _("Unit")
    MICRO = "micro", _("Institution")
    MESO = "meso", _("Hub")
    MACRO = "macro", _("Nation")
    OVER_60 = "over_60", _("Reports past 60 days, for the Ombudsman")
    ISSUE = "issue", _("Priority issue or national strategic project")


class State(TextChoices):
    GENERATED = "generated", _("Made")
    REVIEWED = "reviewed", _("Reviewed")
    SUBMITTED = "submitted", _("Submitted")
    ACCEPTED = "accepted", _("Accepted")
    REVISION_REQUESTED = "revision_requested", _("Sent back for revision")


PLACE, HUB, MEMBER, HERE, NATION = "place", "hub", "member", "here", "nation"
READ, GENERATE, REVIEW, SUBMIT, ACCEPT, REQUEST_REVISION, PLAN = "read", "generate", "review", "submit", "accept", "request_revision", "plan"
SENT = (State.SUBMITTED, State.ACCEPTED, State.REVISION_REQUESTED)
# From which states an act leads where.
STEPS: dict[str, tuple[tuple[str, ...], State]] = {
    REVIEW: ((State.GENERATED,), State.REVIEWED),
    SUBMIT: ((State.REVIEWED,), State.SUBMITTED),
    ACCEPT: ((State.SUBMITTED,), State.ACCEPTED),
    REQUEST_REVISION: ((State.SUBMITTED,), State.REVISION_REQUESTED),
}
PLANNED = (State.GENERATED, State.REVIEWED)  # while the action plan is written; once it is sent only its progress moves


@dataclass(frozen=True, slots=True)
class Grant:
    roles: tuple[str, ...]
    where: str
    states: tuple[str, ...] = ()


_HEADS = (Role.SUPERIOR, Role.ACCOUNTABLE_OFFICIAL)
_WATCH = Grant((Role.NATIONAL_ADMIN, Role.NATIONAL_MONITOR, Role.AUDITOR), NATION)
_DESK = Grant((Role.NATIONAL_ADMIN,), NATION)
_UNIT_DESK = Grant((Role.INSTITUTION_ADMIN, Role.UNIT_ADMIN), PLACE)
_BODY_DESK = Grant((Role.INSTITUTION_ADMIN,), PLACE)
_COORDINATOR = Grant((Role.HUB_COORDINATOR,), HUB)
_OVER_HUB = Grant((Role.HUB_COORDINATOR,), MEMBER)
_OMBUDSMAN = Grant((Role.OMBUDSMAN_OFFICER,), NATION)
_OMBUDSMAN_ONCE_SENT = Grant((Role.OMBUDSMAN_OFFICER,), NATION, SENT)
_BODY = Grant((Role.INSTITUTION_ADMIN, *_HEADS, Role.PATRON), PLACE)

RULES: dict[tuple[str, str], tuple[Grant, ...]] = {
    (READ, Template.UNIT): (Grant((Role.LIAISON, Role.UNIT_ADMIN, Role.INSTITUTION_ADMIN, *_HEADS, Role.PATRON), PLACE), _WATCH),
    (READ, Template.MICRO): (_BODY, Grant((Role.HUB_COORDINATOR,), MEMBER, SENT), _WATCH),
    (READ, Template.MESO): (_COORDINATOR, _WATCH),
    (READ, Template.MACRO): (_WATCH, _OMBUDSMAN_ONCE_SENT),
    (READ, Template.OVER_60): (Grant((Role.NATIONAL_ADMIN, Role.AUDITOR), NATION), _OMBUDSMAN_ONCE_SENT),
    (READ, Template.ISSUE): (_BODY, _WATCH, _OMBUDSMAN_ONCE_SENT),
    **{(act, Template.UNIT): (_UNIT_DESK,) for act in (GENERATE, REVIEW, PLAN)},
    **{(act, Template.MICRO): (_BODY_DESK,) for act in (GENERATE, REVIEW, PLAN)},
    **{(act, Template.ISSUE): (_BODY_DESK, _DESK) for act in (GENERATE, REVIEW, PLAN)},
    **{(act, Template.MESO): (_COORDINATOR,) for act in (GENERATE, REVIEW, PLAN, SUBMIT)},
    **{(act, template): (_DESK,) for act in (GENERATE, REVIEW, PLAN, SUBMIT) for template in (Template.MACRO, Template.OVER_60)},
    (SUBMIT, Template.UNIT): (Grant((Role.UNIT_ADMIN, *_HEADS), PLACE),),
    (SUBMIT, Template.MICRO): (Grant(_HEADS, PLACE),),
    (SUBMIT, Template.ISSUE): (Grant(_HEADS, PLACE), Grant((Role.NATIONAL_ADMIN,), HERE)),
    **{(act, Template.UNIT): (_BODY_DESK,) for act in (ACCEPT, REQUEST_REVISION)},
    **{(act, Template.MICRO): (_OVER_HUB, _DESK) for act in (ACCEPT, REQUEST_REVISION)},
    **{(act, template): (_DESK,) for act in (ACCEPT, REQUEST_REVISION) for template in (Template.MESO, Template.MACRO, Template.ISSUE)},
    **{(act, Template.OVER_60): (_OMBUDSMAN,) for act in (ACCEPT, REQUEST_REVISION)},
}
ACTS = (GENERATE, REVIEW, SUBMIT, ACCEPT, REQUEST_REVISION, PLAN)


class Post(NamedTuple):
    """One way in which an actor stands to places: a role, how, the place's id and path."""

    role: str
    where: str
    place: int
    path: str


def posts(actor: Actor) -> Iterator[Post]:
    """Every appointment in force, and the members of the hubs that the actor coordinates."""
    for role, place, path in actor.appointments:
        yield Post(role, NATION if path.count(".") == 1 else PLACE, place, path)
        yield Post(role, HERE, place, path)
        if role == Role.HUB_COORDINATOR:
            yield Post(role, HUB, place, path)
    for hub, path in actor.advises:
        yield Post(Role.HUB_COORDINATOR, MEMBER, hub, path)


def _reach(post: Post) -> Q:
    if post.where == PLACE:
        return Q(institution__path__startswith=post.path)
    if post.where in (HUB, HERE):
        return Q(institution=post.place)
    return Q(institution__path=post.path) if post.where == MEMBER else Q()


def _reaches(post: Post, place: int, path: str) -> bool:
    if post.where == PLACE:
        return path.startswith(post.path)
    if post.where in (HUB, HERE):
        return place == post.place
    return path == post.path if post.where == MEMBER else True


def rule(actor: Actor, act: str) -> Q:
    """Which editions the actor may do this with, as a filter."""
    if actor.is_system:
        return Q()
    where = granted(actor, act)
    return where & (Q(submitted_by=None) | ~Q(submitted_by=actor.user_id)) if act in (ACCEPT, REQUEST_REVISION) else where


def granted(actor: Actor, act: str) -> Q:
    """What the table alone says of it."""
    where = Q(pk__in=())
    held = list(posts(actor))
    for (name, template), grants in RULES.items():
        for grant in grants if name == act else ():
            for post in held:
                if post.role in grant.roles and post.where == grant.where:
                    found = Q(template=template) & _reach(post)
                    where |= found & Q(state__in=grant.states) if grant.states else found
    return where


def may_generate(actor: Actor, template: str, place: int, path: str) -> bool:
    """Whether the actor may make a report of this kind about a place; no report need be there yet."""
    if actor.is_system:
        return True
    grants = RULES.get((GENERATE, template), ())
    return any(post.role in grant.roles and post.where == grant.where and _reaches(post, place, path) for grant in grants for post in posts(actor))


def role_in(actor: Actor, act: str, template: str, place: int, path: str) -> str:
    """The role under which the actor does this: that of the table, which may lie beside the line of command."""
    grants = RULES.get((act, template), ())
    fitting = (post.role for grant in grants for post in posts(actor) if post.role in grant.roles and post.where == grant.where and _reaches(post, place, path))
    return next(fitting, actor.role_for(path))


def sees_whole(actor: Actor, template: str, place: int, path: str) -> bool:
    """Whether the actor reads every cell. Only what hides the few is read by a hub of its members and of all of them together, and by
    the owner of an issue, whose reports lie at others, too.
    """
    if actor.is_system:
        return True
    apart = (HUB, MEMBER, PLACE) if template == Template.ISSUE else (HUB, MEMBER)
    grants = [grant for grant in RULES[READ, template] if grant.where not in apart]
    return any(post.role in grant.roles and post.where == grant.where and _reaches(post, place, path) for grant in grants for post in posts(actor))
