"""What every write here shares: who may, what is refused in which words, and the record of who altered what and why."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_backends, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import WIB, Change, Institution

User = AbstractBaseUser | AnonymousUser
SECRETS = frozenset({"password"})  # never copied into a record


def local_date(at: datetime) -> date:
    """The nation's date at this instant."""
    return at.astimezone(ZoneInfo(WIB)).date()


def is_system(user: User) -> bool:
    return bool(getattr(user, "is_machine", False)) and user.get_username() == "system"


def system_user() -> AbstractBaseUser:
    """The machine user that acts when nobody does; it is seeded, and cannot log in."""
    return get_user_model().objects.get(username="system", is_machine=True)


def holds(user: User, power: str, institution: Institution) -> bool:
    """Whether the power was granted on the institution or above it; being a superuser grants nothing.

    The back ends are asked one by one because `User.has_perm` says yes to every superuser.
    """
    if not user.is_active:
        return False
    name = f"institutions.{power}"
    backends: list[Any] = get_backends()
    return any(backend.has_perm(user, name, institution) for backend in backends if hasattr(backend, "has_perm"))


def require(user: User, institution: Institution | None) -> None:
    """Refuses 403 unless the user sets policy there (None: for the nation). The system user may do everything here.

    For a place of its own an institution's admin may too, who is known by managing the officers there.
    """
    if is_system(user):
        return
    where = institution or Institution.objects.get(parent=None)
    powers = ("set_policy",) if where.is_national else ("set_policy", "manage_officers")
    if not any(holds(user, power, where) for power in powers):
        raise Refusal("forbidden", _("You may not change this."))


def invalid(**fields: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={name: [text] for name, text in fields.items()})


def check(row: models.Model, *, exclude: frozenset[str] = frozenset()) -> None:
    """Refuses 422 what the fields and constraints of the table do not allow, naming the field."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        fields = {"" if name == "__all__" else name: texts for name, texts in error.message_dict.items()}
        raise Refusal("invalid", _("Please check the marked fields."), fields=fields) from None


def snapshot(row: models.Model) -> dict[str, Any]:
    """Every column of a row as it is now, but for secrets."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in SECRETS}


def record(
    row: models.Model,
    what: str,
    *,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Change:
    """Leave on record who altered what and why; where both sides are given, only what differs is kept. Refuses an empty reason."""
    if not why.strip():
        raise invalid(why=_("Say why."))
    before, after = dict(before or {}), dict(after or {})
    if before and after:
        names = [name for name in after if before.get(name) != after[name]]
        before, after = {name: before.get(name) for name in names}, {name: after[name] for name in names}
    return Change.objects.create(
        target_kind=row._meta.label_lower, target_id=str(row.pk), what=what, before=before, after=after, why=why.strip(), by_id=by.pk, at=at
    )


def record_command(name: str, *, given: Mapping[str, Any], ticket: str, at: datetime) -> Change:
    """Leave on record that a command of the operators was run, with what, and under which ticket. Refuses an empty ticket."""
    if not ticket.strip():
        raise invalid(why=_("Say why."))
    by = system_user()
    return Change.objects.create(target_kind="command", target_id=name, what="ran", after=dict(given), why=ticket.strip(), by_id=by.pk, at=at)


@transaction.atomic
def store(row: models.Model, *, by: AbstractBaseUser, at: datetime, why: str) -> Change:
    """Write a new or altered row and its `Change`. Who may is the caller's question. Refuses 422 what the table does not allow."""
    check(row)
    kind = type(row)
    old = None if row._state.adding else kind._base_manager.filter(pk=row.pk).select_for_update().first()
    row.save(force_insert=old is None)
    return record(row, "created" if old is None else "updated", before=snapshot(old) if old else None, after=snapshot(row), why=why, by=by, at=at)


@transaction.atomic
def remove(row: models.Model, *, by: AbstractBaseUser, at: datetime, why: str) -> Change:
    """Delete a row, leaving all of it in its `Change`. Who may is the caller's question. Refuses 409 while something points at it."""
    change = record(row, "removed", before=snapshot(row), why=why, by=by, at=at)
    try:
        row.delete()
    except ProtectedError:
        raise Refusal("conflict", _("Something still refers to this; it cannot be removed.")) from None
    return change
