"""Months told to the public, each once when it is over and once more when its reports had time to end; and the files of each."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.utils import timezone

from institutions.models import Institution, Limit
from institutions.services import refuse_while_read_only
from monitoring.figures import Period
from monitoring.indicators import VERSION
from monitoring.models import MonthTally
from monitoring.services import is_counted

from ..counting import Month, Told, again
from ..models import OpenDataFile, Release, ReleasedPlace
from ..opendata import FORMS, SHEETS, drawn, file_name

ONE_AT_A_TIME = 0x6F70656E  # the advisory lock of the sweep


def store() -> Storage:
    return storages["releases"]


def release(*, at: datetime, progress: Callable[[int], None] | None = None) -> dict[str, int]:
    """Tell every month that is due and was counted to its end; a month that was told stays as it was. Safe to run twice and side by side.

    Refuses 503 while the system can only be read.
    """
    refuse_while_read_only()
    done = {"months": 0, "files": 0}
    for month, revision in due(at=at):
        if not is_counted(Period.of("month", month).last):
            break
        made = release_month(month, revision, at=at)
        if made is not None:
            done["months"] += 1
            done["files"] += made.files.count()
        if progress is not None:
            progress(1)
    return done


def due(*, at: datetime) -> list[tuple[date, int]]:
    """The months and revisions whose day has come and that were not told, the oldest first."""
    today = timezone.localdate(at)
    limits = Limit.objects.table(today)
    days = {1: limits["release_after_days"], 2: limits["release_final_days"]}
    first = MonthTally.objects.order_by("day").values_list("day", flat=True).first()
    made = set(Release.objects.values_list("month", "revision"))
    found = []
    period = Period.of("month", first) if first is not None else None
    while period is not None and period.is_over(today):
        found += [(period.first, revision) for revision, after in days.items() if period.last + timedelta(days=after) < today]
        period = period.after
    return [pair for pair in found if pair not in made]


@transaction.atomic
def release_month(month: date, revision: int, *, at: datetime) -> Release | None:
    """Tell one revision of a month; None where another sweep was first. The files are stored before the rows are seen: bytes
    that no row names are drawn again, to the same bytes or to newer ones.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    if Release.objects.filter(month=month, revision=revision).exists():
        return None
    limits = Limit.objects.table(timezone.localdate(at))
    made = Release.objects.create(month=month, revision=revision, made_at=at, formulas=VERSION, least=limits["small_cell"])
    told = Month(month, limits).told()
    if revision > 1:
        told = _second(month, told, limits)
    institutions = Institution.objects.in_bulk(list(told))
    rows = [
        ReleasedPlace(release=made, institution=place, slug=place.slug, name=place.name, kind=place.kind, told=told[pk])
        for pk, place in sorted(institutions.items())
    ]
    ReleasedPlace.objects.bulk_create(rows)
    for sheet in SHEETS:
        for form in FORMS:
            _write(made, sheet, form, rows)
    return made


def _second(month: date, told: dict[int, Told], limits: Mapping[str, int]) -> dict[int, Told]:
    """Only what was told may be told again."""
    first = dict(ReleasedPlace.objects.filter(release__month=month, release__revision=1).values_list("institution", "told"))
    return {pk: again(old, told[pk], limits) if pk in told else old for pk, old in first.items()}


def _write(made: Release, sheet: str, form: str, rows: list[ReleasedPlace]) -> None:
    content, lines = drawn(sheet, form, made, rows)
    name = store().save(file_name(made, sheet, form), ContentFile(content))
    digest = hashlib.sha256(content).hexdigest()
    OpenDataFile.objects.create(release=made, table=sheet, form=form, name=name, sha256=digest, size=len(content), rows=lines)
