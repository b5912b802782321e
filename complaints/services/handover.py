"""Cases whose officer lost the power over them: found by a sweep, released, and given on by whoever leads the desk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import cycle
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from institutions.models import Institution, ids_of
from lapor.ground.actor import Actor
from lapor.ground.prepared import Prepared
from lapor.ground.problems import Refusal
from officers.actors import actor_for, machine
from officers.models import Appointment, User
from officers.powers import ADMIN_ROLES
from officers.services import Message, notify_many

from ..models import Complaint, ComplaintQuerySet, HandOver
from ..workflow import Track
from .bulk import Bulk, Chosen, Line, assign_each
from .plan import Plan, write
from .reference import CHARGE_ROLES, OVERSIGHT_CHARGE_ROLES, OVERSIGHT_ROLES, Reference

BATCH = 500
TO_ONE, SHARE, TO_UNIT = "to_one", "share", "to_unit"
WAYS = (TO_ONE, SHARE, TO_UNIT)


def without_power(rows: ComplaintQuerySet, on: date) -> ComplaintQuerySet:
    """Those in whose charge somebody is who has no appointment on that day, there or above, in a role that works on such cases."""
    held = Appointment.objects.in_force(on).filter(user=OuterRef("assignee"), user__is_active=True)
    here = held.annotate(place=ExpressionWrapper(OuterRef("holder__path"), output_field=CharField())).filter(place__startswith=F("institution__path"))
    is_oversight = Q(track=Track.OVERSIGHT)
    lost = (~is_oversight & ~Exists(here.filter(role__in=CHARGE_ROLES))) | (is_oversight & ~Exists(here.filter(role__in=OVERSIGHT_CHARGE_ROLES)))
    return rows.filter(lost, assignee__isnull=False)


def _release(rows: Sequence[Complaint], *, at: datetime) -> None:
    """Nobody is in charge any more; the case waits in the list of its desk."""
    by, reference = actor_for(machine("system"), at=at), Reference(at)
    plans, waiting = [], []
    for row in rows:
        plan = Plan.on(row, "release", by=by, at=at, reference=reference)
        plan.bumps, plan.reason, plan.data = False, "no_power", {"was": row.assignee_id}
        if row.assignee_id is not None:
            waiting.append(HandOver(complaint=row, holder=row.holder, was_id=row.assignee_id, found_at=at))
        row.assignee = None
        plans.append(plan)
    HandOver.objects.filter(complaint__in=rows, settled_at__isnull=True).update(settled_at=at)
    write(plans)
    HandOver.objects.bulk_create(waiting)
    _tell(rows, reference, at=at)


def _tell(rows: Sequence[Complaint], reference: Reference, *, at: datetime) -> None:
    """One notice to each who leads the desk where something waits, or the next desk above."""
    places: dict[tuple[int, bool], list[Complaint]] = {}
    for row in rows:
        places.setdefault((row.holder_id, row.track == Track.OVERSIGHT), []).append(row)
    reference.know_staff({pk for row in rows for pk in ids_of(row.holder.path)})
    messages = []
    for (_pk, is_oversight), found in places.items():
        roles = (*OVERSIGHT_ROLES, ADMIN_ROLES[0]) if is_oversight else ADMIN_ROLES
        people: list[int] = next(filter(None, (reference.officers_at(pk, roles) for pk in reversed(ids_of(found[0].holder.path)))), [])
        context = {"holder": found[0].holder.name, "count": len(found), "desk_url": f"{settings.SITE_URL}/meja/serah-terima/"}
        messages += [Message("desk_hand_over", context, recipient_id=user, language=reference.languages.get(user, "id")) for user in dict.fromkeys(people)]
    notify_many(messages, at=at)


def release(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> int:
    """Take every open case from whoever has no power over it any more; says how many. Safe to run twice and side by side."""
    done, is_more, today = 0, True, Reference(at).today
    while is_more:
        with transaction.atomic():
            rows = without_power(Complaint.objects.open(), today).select_related("holder")
            batch = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH])
            if batch:
                _release(batch, at=at)
        done += len(batch)
        progress(len(batch))
        is_more = len(batch) == BATCH
    return done


# --- the list of whoever leads a desk ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Leaving:
    """One officer's cases at one place that need somebody else."""

    was: User
    holder: Institution
    is_released: bool
    cases: list[Complaint] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Tells the groups of a page apart: an officer may leave more than one place."""
        return f"{self.was.pk}-{self.holder.pk}"

    @property
    def is_oversight(self) -> bool:
        """One of them is enough: only whoever may work on all is offered for all."""
        return any(case.track == Track.OVERSIGHT for case in self.cases)


def leads_a_desk(by: Actor) -> bool:
    return by.has("verify") or by.has("handle_oversight")


def _require_lead(by: Actor) -> None:
    if not leads_a_desk(by):
        raise Refusal("forbidden", _("Only whoever leads a desk hands over cases."))


def to_hand_over(*, by: Actor, at: datetime) -> list[Leaving]:
    """What waits for somebody in charge, then what soon will because an appointment ends; by officer and place.

    Three queries however many there are, and not more cases than one act may reach.
    """
    _require_lead(by)
    reference = Reference(at)
    mine = Complaint.objects.seen_by(by).allowing("assign", by).open()
    waiting = HandOver.objects.filter(settled_at__isnull=True, complaint__in=mine.filter(assignee__isnull=True), complaint__holder=F("holder"))
    waiting = waiting.select_related("complaint__holder", "was").order_by("was__username", "complaint__next_due_at", "pk")
    soon = reference.today + timedelta(days=reference.limits["handover_ahead_days"])
    most = reference.limits["bulk_max"]
    groups: dict[tuple[int, int, bool], Leaving] = {}
    for row in waiting[:most]:
        groups.setdefault((row.was_id, row.complaint.holder_id, True), Leaving(row.was, row.complaint.holder, True)).cases.append(row.complaint)
    ending = without_power(mine, soon).select_related("holder", "assignee").order_by("assignee__username", "next_due_at", "pk")
    for case in ending[:most]:
        if case.assignee is not None:
            groups.setdefault((case.assignee.pk, case.holder_id, False), Leaving(case.assignee, case.holder, False)).cases.append(case)
    return list(groups.values())


def colleagues(holder: Institution, reference: Reference, *, is_oversight: bool, but: int | None = None) -> list[int]:
    """Who works at exactly this desk."""
    roles = OVERSIGHT_CHARGE_ROLES if is_oversight else CHARGE_ROLES
    return [user for user in dict.fromkeys(reference.officers_at(holder.pk, roles)) if user != but]


class _Sharing:
    """Deals the cases of each desk to its officers in turn."""

    def __init__(self, was: int | None) -> None:
        self.was = was
        self.turns: dict[tuple[int, bool], tuple[int, Iterator[int]]] = {}

    def __call__(self, plan: Plan) -> int:
        complaint = plan.complaint
        key = (complaint.holder_id, complaint.track == Track.OVERSIGHT)
        if key not in self.turns:
            people = colleagues(complaint.holder, plan.reference, is_oversight=key[1], but=self.was)
            self.turns[key] = (len(people), cycle(people))
        count, turn = self.turns[key]
        for _number in range(count):
            user = next(turn)
            if user not in {complaint.contested_user_id, complaint.reported_user_id}:
                return user
        raise Refusal("conflict", _("Nobody else works at this desk. Please give the report to somebody above, or leave it to the unit."))


@transaction.atomic
def hand_over(chosen: Sequence[Chosen], way: str, *, was: int | None = None, to: str = "", by: Actor, at: datetime) -> Bulk:
    """Give cases to one officer, deal them to the colleagues in turn, or leave them to the unit; each is refused by itself.

    Refuses 403 whoever leads no desk, 422 an unknown way or officer.
    """
    _require_lead(by)
    if way not in WAYS:
        raise Refusal("invalid", _("Please choose what is to be done."))
    user = User.objects.filter(username=to.replace("\x00", ""), is_active=True, is_machine=False).first() if way == TO_ONE else None
    if way == TO_ONE and user is None:
        said = _("There is no active officer of this name.") if to else _("Please choose who goes on with these reports.")
        raise Refusal("invalid", _("Please check the marked fields."), fields={"to": [said]})
    fixed = user.pk if user is not None else None
    done = assign_each(chosen, _Sharing(was) if way == SHARE else lambda _plan: fixed, by=by, at=at)
    settled = [line.complaint.pk for line in done.lines if line.complaint is not None and _is_settled(line, way)]
    HandOver.objects.filter(complaint__in=settled, settled_at__isnull=True).update(settled_at=at, settled_by=by.user_id)
    return done


def _is_settled(line: Line, way: str) -> bool:
    """Done; or left to the unit, where nobody was in charge any more."""
    return line.refusal is None or (way == TO_UNIT and line.is_unchanged)


# --- whom a page offers -----------------------------------------------------------------------------------------------


@cache
def _appointed(places: int) -> Prepared:
    """Who is appointed at so many nodes on a day, by name."""

    def rows(on: date, *ids: int) -> QuerySet[Appointment, Any]:
        found = Appointment.objects.in_force(on).filter(institution__in=ids, user__is_active=True).order_by("user__full_name", "user__username")
        return found.values_list("role", "user_id", "user__full_name", "user__username")

    return Prepared(rows, date.min, *range(-places, 0))


def able_names(complaint: Complaint, *, at: datetime) -> list[User]:
    """Who may be put in charge of the case (`Reference.able`), by name; of each no more is read than that."""
    ids = ids_of(complaint.holder.path)
    roles = OVERSIGHT_CHARGE_ROLES if complaint.track == Track.OVERSIGHT else CHARGE_ROLES
    unfit = {complaint.contested_user_id, complaint.reported_user_id}
    rows = _appointed(len(ids))(Reference(at).today, *ids)
    named = {pk: User(pk=pk, full_name=name, username=username) for role, pk, name, username in rows if role in roles and pk not in unfit}
    return list(named.values())


def offered_to(groups: Sequence[Leaving], *, at: datetime) -> list[tuple[Leaving, list[User]]]:
    """Each group with the officers who could go on with it; two queries however many there are."""
    reference = Reference(at)
    reference.know_staff({pk for group in groups for pk in ids_of(group.holder.path)})
    able = [reference.able(group.holder.path, is_oversight=group.is_oversight) for group in groups]
    users = User.objects.in_bulk({pk for found in able for pk in found})
    return [(group, [users[pk] for pk in found if pk != group.was.pk]) for group, found in zip(groups, able, strict=True)]
