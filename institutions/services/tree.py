"""The writes on the line of command: institutions come, change, move, end; hubs gain and lose members."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import ROOT_SLUG, WIB, HubMembership, Institution, Kind, Region, Tier
from .change import check, invalid, local_date, record, require, snapshot

REGIONAL = (Kind.PROVINCE, Kind.REGENCY, Kind.CITY)
CHANGEABLE = frozenset(
    {"name", "short_name", "kind", "tier", "parent", "region", "time_zone", "working_week", "sms_prefix", "email", "is_fictitious", "valid_from"}
)


def root() -> Institution:
    """The national desk, at the top of the tree."""
    return Institution.objects.get(slug=ROOT_SLUG)


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Institution._meta.db_table])
        return int(cursor.fetchone()[0])


def _check_place(kind: str, parent: Institution | None) -> None:
    """Refuses a place that would give one regional government power over another, or an institution below a unit."""
    if parent is None:
        return
    if kind in REGIONAL and not parent.is_national:
        raise invalid(parent=_("Provinces, regencies and cities stand side by side, directly under the national desk."))
    if parent.kind == Kind.UNIT and kind != Kind.UNIT:
        raise invalid(parent=_("Below a unit there are only units."))


@transaction.atomic
def create_institution(
    *,
    parent: Institution | None,
    name: str,
    slug: str,
    kind: str,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    short_name: str = "",
    tier: str = Tier.MICRO,
    region: Region | None = None,
    time_zone: str = WIB,
    working_week: int = 5,
    sms_prefix: str | None = None,
    email: str = "",
    is_fictitious: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Institution:
    """A new node of the tree, in force from `valid_from` (default: the day of `at`); its path follows from its parent.

    Refuses 403 without `set_policy` on the nation (a unit may be opened by its institution's admin too), 422 for a place, name or address that cannot be.
    """
    if Institution.objects.exists():
        require(by, parent if kind == Kind.UNIT else None)
    _check_place(kind, parent)
    pk = _next_id()
    row = Institution(
        pk=pk, slug=slug, name=name, short_name=short_name, kind=kind, tier=tier, parent=parent, path=f"{parent.path if parent else ''}{pk}.",
        region=region, time_zone=time_zone, working_week=working_week, sms_prefix=sms_prefix or None, email=email, is_fictitious=is_fictitious,
        valid_from=valid_from or local_date(at), valid_to=valid_to,
    )  # fmt: skip
    check(row)
    row.save(force_insert=True)
    record(row, "created", after=snapshot(row), why=why, by=by, at=at)
    return row


def _move(row: Institution, parent: Institution) -> None:
    """Hang a node and everything below it elsewhere: one statement rewrites all their paths."""
    if parent.path.startswith(row.path):
        raise invalid(parent=_("An institution cannot be moved below itself."))
    old, new = row.path, f"{parent.path}{row.pk}."
    subtree = Institution.objects.under(old)
    list(subtree.select_for_update().values_list("pk"))
    subtree.update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    row.path = new


@transaction.atomic
def update_institution(row: Institution, changes: Mapping[str, Any], *, by: AbstractBaseUser, at: datetime, why: str) -> Institution:
    """Change particulars of an institution; a new parent takes the whole subtree along. Ending one is `retire_institution`.

    Refuses 403 without `set_policy` on the nation (units may be changed by their institution's admin too), 422 for what cannot be changed or cannot be so.
    """
    require(by, row if row.kind == Kind.UNIT and not {"kind", "tier"} & set(changes) else None)
    if unknown := set(changes) - CHANGEABLE:
        raise invalid(**{name: _("This cannot be changed.") for name in sorted(unknown)})
    old = Institution.objects.select_for_update().get(pk=row.pk)
    fresh = Institution.objects.get(pk=row.pk)
    for name, value in changes.items():
        setattr(fresh, name, value or None if name == "sms_prefix" else value)
    _check_place(fresh.kind, fresh.parent)
    check(fresh)
    if fresh.parent is not None and fresh.parent_id != old.parent_id:
        require(by, fresh.parent)
        _move(fresh, fresh.parent)
    fresh.save(update_fields=[*changes])
    record(fresh, "updated", before=snapshot(old), after=snapshot(fresh), why=why, by=by, at=at)
    return fresh


@transaction.atomic
def set_working_week(row: Institution, days: int, *, by: AbstractBaseUser, at: datetime, why: str) -> Institution:
    """How many days a week an office works; an institution's admin settles it for their own. Refuses 403 without policy or officers in hand there."""
    require(by, row)
    fresh = Institution.objects.select_for_update().get(pk=row.pk)
    before, fresh.working_week = snapshot(fresh), days
    check(fresh)
    fresh.save(update_fields=["working_week"])
    record(fresh, "updated", before=before, after=snapshot(fresh), why=why, by=by, at=at)
    return fresh


@transaction.atomic
def retire_institution(row: Institution, *, on: date, by: AbstractBaseUser, at: datetime, why: str, successor: Institution | None = None) -> Institution:
    """Let an institution and all below it end with the day `on`; the successor takes its place from the day after.

    Refuses 403 without `set_policy` on the nation, 422 for the national desk, for an end before the beginning, and for a
    successor that lies below, is not there the day after, or leads back here.
    """
    require(by, None)
    if row.is_national:
        raise invalid(valid_to=_("The national desk does not end."))
    old = Institution.objects.select_for_update().get(pk=row.pk)
    if successor is not None:
        _check_successor(old, successor, on + timedelta(days=1))
    fresh = Institution.objects.get(pk=row.pk)
    fresh.valid_to, fresh.successor = on, successor
    check(fresh)
    fresh.save(update_fields=["valid_to", "successor"])
    record(fresh, "retired", before=snapshot(old), after=snapshot(fresh), why=why, by=by, at=at)
    for child in Institution.objects.under(old.path).exclude(pk=old.pk).exclude(valid_to__lte=on).select_for_update().order_by("path"):
        before = snapshot(child)
        child.valid_to = max(on, child.valid_from)
        child.save(update_fields=["valid_to"])
        record(child, "retired", before=before, after=snapshot(child), why=why, by=by, at=at)
    return fresh


@transaction.atomic
def revive_institution(row: Institution, *, by: AbstractBaseUser, at: datetime, why: str) -> Institution:
    """Take back the end of an institution (not of what ended with it). Refuses 403 without `set_policy` on the nation."""
    require(by, None)
    fresh = Institution.objects.select_for_update().get(pk=row.pk)
    before = snapshot(fresh)
    fresh.valid_to, fresh.successor = None, None
    fresh.save(update_fields=["valid_to", "successor"])
    record(fresh, "revived", before=before, after=snapshot(fresh), why=why, by=by, at=at)
    return fresh


def _check_successor(row: Institution, successor: Institution, day: date) -> None:
    if successor.path.startswith(row.path):
        raise invalid(successor=_("The successor ends together with this institution."))
    if not successor.counts_on(day):
        raise invalid(successor=_("The successor is not in force the day after."))
    seen: Institution | None = successor
    while seen is not None:
        if seen.pk == row.pk:
            raise invalid(successor=_("The successors would go round in a circle."))
        seen = seen.successor


@transaction.atomic
def join_hub(
    *, hub: Institution, member: Institution, kind: str, valid_from: date, by: AbstractBaseUser, at: datetime, why: str, valid_to: date | None = None
) -> HubMembership:
    """Make an institution a member of a hub for a time; it gives the hub figures, never power over cases.

    Refuses 403 without `set_policy` on the nation, 422 for itself as member, for days on which it is a member already, and for one above or
    below another member, whose reports would be counted twice.
    """
    require(by, None)
    others = HubMembership.objects.filter(hub=hub).exclude(valid_to__lt=valid_from).exclude(member=member).values_list("member__path", flat=True)
    if any(path.startswith(member.path) or member.path.startswith(path) for path in others):
        text = _("A member of this hub lies above or below this institution. Only one of them can be a member.")
        raise Refusal("invalid", _("Please check the marked fields."), fields={"member": [text]})
    row = HubMembership(hub=hub, member=member, kind=kind, valid_from=valid_from, valid_to=valid_to)
    check(row)
    row.save(force_insert=True)
    record(row, "joined", after=snapshot(row), why=why, by=by, at=at)
    return row


@transaction.atomic
def leave_hub(row: HubMembership, *, on: date, by: AbstractBaseUser, at: datetime, why: str) -> HubMembership:
    """Let a membership end with the day `on`. Refuses 403 without `set_policy` on the nation, 422 before its beginning."""
    require(by, None)
    before = snapshot(row)
    if on < row.valid_from:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_to": [_("The end lies before the beginning.")]})
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    record(row, "left", before=before, after=snapshot(row), why=why, by=by, at=at)
    return row
