"""The writes on periods and limits: a rule is never altered, a new row follows the old one from a day on."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import Institution, LegalBasis, Limit, Rule, SlaPolicy, ids_of
from .change import check, invalid, is_system, local_date, record, require, snapshot

DAY = timedelta(days=1)


@transaction.atomic
def set_policy(
    *,
    key: str,
    length: int,
    unit: str,
    legal_basis: LegalBasis,
    valid_from: date,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    institution: Institution | None = None,
    cap_length: int | None = None,
    cap_unit: str = "",
    valid_to: date | None = None,
    note: str = "",
) -> SlaPolicy:
    """A period that counts from `valid_from` on, for the nation or as the stricter value of one institution and all below it.

    The row before it ends the day before. Refuses 403 without policy or officers in hand there, 422 for an unknown key, a beginning in the
    past, or a value of an institution that is looser than what counts above it, 409 where a row begins that very day.
    """
    if length < 1:
        raise invalid(length=_("A period lasts at least 1."))
    if (cap_length is None) != (cap_unit == ""):
        raise invalid(cap_length=_("A cap has a number and a unit, or neither."))
    row = SlaPolicy(
        key=key, length=length, unit=unit, cap_length=cap_length, cap_unit=cap_unit, legal_basis=legal_basis, institution=institution,
        valid_from=valid_from, valid_to=valid_to, note=note,
    )  # fmt: skip
    return _follow(row, by=by, at=at, why=why)


@transaction.atomic
def set_limit(
    *,
    key: str,
    value: int,
    legal_basis: LegalBasis,
    valid_from: date,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    institution: Institution | None = None,
    valid_to: date | None = None,
    note: str = "",
) -> Limit:
    """A number that counts from `valid_from` on, in the unit it always had. Refuses what `set_policy` refuses."""
    unit = Limit.objects.filter(key=key, institution=None).values_list("unit", flat=True).first() or ""
    row = Limit(key=key, value=value, unit=unit, legal_basis=legal_basis, institution=institution, valid_from=valid_from, valid_to=valid_to, note=note)
    return _follow(row, by=by, at=at, why=why)


def _overlapping[R: Rule](row: R, whose: Q) -> list[R]:
    """The rows of this key that count on some day of the row's period, the earliest first; locked, so that two new rows wait in line."""
    rows = type(row)._default_manager.filter(whose, key=row.key).exclude(valid_to__lt=row.valid_from).select_for_update()
    return [other for other in rows.order_by("valid_from") if row.valid_to is None or other.valid_from <= row.valid_to]


def _follow[R: Rule](row: R, *, by: AbstractBaseUser, at: datetime, why: str) -> R:
    """Write a row after the one that counts on its first day, which ends the day before."""
    require(by, row.institution)
    if row.valid_from < local_date(at) and not is_system(by):
        raise invalid(valid_from=_("A rule cannot begin in the past."))
    national = _overlapping(row, Q(institution=None))
    if not national:
        raise invalid(key=_("There is no rule of this name on these days."))
    row.stricter = national[0].stricter
    if row.institution is not None:
        _check_strictness(row, national)
    elif row.valid_to is not None:
        raise invalid(valid_to=_("A national rule ends when the next one begins."))
    _make_room(row, by=by, at=at, why=why)
    check(row)
    row.save(force_insert=True)
    record(row, "created", after=snapshot(row), why=why, by=by, at=at)
    return row


def _make_room(row: Rule, *, by: AbstractBaseUser, at: datetime, why: str) -> None:
    """End the row that counts the day before, and let the new one end where the next begins."""
    siblings: list[Any] = list(type(row)._default_manager.filter(key=row.key, institution=row.institution).order_by("valid_from"))
    if any(other.valid_from == row.valid_from for other in siblings):
        raise Refusal("conflict", _("Another row begins on this very day."))
    if isinstance(row, SlaPolicy):
        row.version = 1 + max((other.version for other in siblings), default=0)
    later = [other for other in siblings if other.valid_from > row.valid_from]
    if row.valid_to is None and later:
        row.valid_to = later[0].valid_from - DAY
    for old in siblings:
        if old.valid_from < row.valid_from and (old.valid_to is None or old.valid_to >= row.valid_from):
            before = snapshot(old)
            old.valid_to = row.valid_from - DAY
            old.save(update_fields=["valid_to"])
            record(old, "ended", before=before, after=snapshot(old), why=why, by=by, at=at)


def _check_strictness[R: Rule](row: R, national: list[R]) -> None:
    """An institution may bind itself more tightly than what counts above it, never less, on any day of the row's period."""
    above = [pk for pk in ids_of(row.institution.path) if pk != row.institution_id] if row.institution else []
    for other in [*national, *_overlapping(row, Q(institution__in=above))]:
        if not row.is_at_least_as_strict_as(other):
            raise invalid(**{_value_name(row): _("An institution's own value may only be stricter than %(other)s.") % {"other": other.amount()}})


def _value_name(row: Rule) -> str:
    return "length" if isinstance(row, SlaPolicy) else "value"


@transaction.atomic
def end_override[R: Rule](row: R, *, on: date, by: AbstractBaseUser, at: datetime, why: str) -> R:
    """Let an institution's own value end with the day `on`. Refuses 403 without policy or officers in hand there, 422 for the nation's rows
    and for an end before the beginning or in the past.
    """
    require(by, row.institution)
    if row.institution_id is None:
        raise invalid(valid_to=_("A national rule ends when the next one begins."))
    if on < row.valid_from:
        raise invalid(valid_to=_("The end lies before the beginning."))
    if on < local_date(at) - DAY and not is_system(by):
        raise invalid(valid_to=_("A rule cannot end in the past."))
    before = snapshot(row)
    row.valid_to = on
    check(row)
    row.save(update_fields=["valid_to"])
    record(row, "ended", before=before, after=snapshot(row), why=why, by=by, at=at)
    return row
