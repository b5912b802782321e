"""The writes on the calendar: each alters the version of its year, by which clocks know that they must be counted anew."""

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import CalendarDay, CalendarYear, Institution
from .change import check, invalid, record, require, snapshot


def _bump(year: int, *, by: AbstractBaseUser, at: datetime, why: str) -> CalendarYear:
    """A new version of the year; a year nobody knew begins provisional. Whoever alters the calendar waits here in line."""
    row, is_new = CalendarYear.objects.select_for_update().get_or_create(year=year)
    before = snapshot(row)
    if not is_new:
        row.version += 1
        row.save(update_fields=["version"])
    record(row, "created" if is_new else "version", before=None if is_new else before, after=snapshot(row), why=why, by=by, at=at)
    return row


@transaction.atomic
def set_calendar_day(
    *,
    date: date,
    kind: str,
    name: str,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    decree: str = "",
    institution: Institution | None = None,
) -> CalendarDay:
    """Make a date a day off, or say otherwise why it is one; for the nation, or for one institution and all below it.

    Refuses 403 without policy or officers in hand there, 422 for a kind that does not fit (an institution's day has an institution).
    """
    require(by, institution)
    version = _bump(date.year, by=by, at=at, why=why).version
    old = CalendarDay.objects.current().select_for_update().filter(date=date, institution=institution).first()
    before = snapshot(old) if old else None
    if old is not None:
        _end(old, version)
    row = CalendarDay(date=date, institution=institution, kind=kind, name=name, decree=decree, since=version)
    check(row)
    row.save()
    record(row, "updated" if before else "created", before=before, after=snapshot(row), why=why, by=by, at=at)
    return row


def _end(row: CalendarDay, version: int) -> None:
    """The row counts no more from this version of its year on."""
    row.until = version
    row.save(update_fields=["until"])


@transaction.atomic
def remove_calendar_day(row: CalendarDay, *, by: AbstractBaseUser, at: datetime, why: str) -> None:
    """Make a day off a working day again. Refuses 403 without policy or officers in hand there, 409 for a row that counts no more."""
    require(by, row.institution)
    version = _bump(row.date.year, by=by, at=at, why=why).version
    row = CalendarDay.objects.select_for_update().get(pk=row.pk)
    if row.until is not None:
        raise Refusal("conflict", _("This day was taken out of the calendar already."))
    before = snapshot(row)
    _end(row, version)
    record(row, "removed", before=before, after=snapshot(row), why=why, by=by, at=at)


@transaction.atomic
def confirm_year(*, year: int, decree: str, by: AbstractBaseUser, at: datetime, why: str) -> CalendarYear:
    """Say that the joint decree for a year is out and that the calendar holds it. Refuses 403 without `set_policy` on the
    nation, 422 without the decree or without any day.
    """
    require(by, None)
    if not decree.strip():
        raise invalid(decree=_("A confirmed year needs its decree."))
    if not CalendarDay.objects.current().filter(date__year=year, institution=None).exists():
        raise invalid(year=_("This year has no holidays yet."))
    row, is_new = CalendarYear.objects.select_for_update().get_or_create(year=year)
    before = snapshot(row)
    row.status, row.decree = CalendarYear.Status.CONFIRMED, decree.strip()
    row.version += not is_new
    check(row)
    row.save()
    record(row, "confirmed", before=before, after=snapshot(row), why=why, by=by, at=at)
    return row
