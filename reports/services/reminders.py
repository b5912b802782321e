"""What time tells of reports that are owed: once before they are due, once when they are late."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from institutions.models import Limit
from lapor.ground.actor import Actor

from ..access import ACCEPT, REVIEW, SUBMIT
from ..models import Edition, EditionEvent
from .making import local_day
from .people import tell

BATCH = 200
REMINDED, LATE = EditionEvent.Code.REMINDED, EditionEvent.Code.TOLD_LATE


def _untold(rows: QuerySet[Edition], code: str) -> list[Edition]:
    told = EditionEvent.objects.filter(edition=OuterRef("pk"), code=code)
    return list(rows.filter(~Exists(told)).select_related("institution").order_by("due_on", "pk")[:BATCH])


@transaction.atomic
def _tell_one(edition: Edition, code: str, *, by: Actor, at: datetime) -> int:
    """Once, however many workers see it: whoever locks the row first writes the event that keeps the others from telling."""
    row = (
        Edition.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("institution")
        .filter(pk=edition.pk, submitted_on=None, is_current=True)
        .first()
    )
    if row is None or EditionEvent.objects.filter(edition=row, code=code).exists():
        return 0
    EditionEvent.objects.create(edition=row, code=code, at=at, by_id=by.user_id)
    if code == LATE:
        return tell("edition_late", row, (REVIEW, SUBMIT, ACCEPT), at=at)
    return tell("edition_due", row, (REVIEW, SUBMIT), at=at)


def remind(*, by: Actor, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Remind of what is nearly due, and tell of what is late; each edition once for each. The day counted is the place's own."""
    ahead = timedelta(days=Limit.objects.table(timezone.localdate(at))["edition_remind_days"])
    owed = Edition.objects.current().filter(submitted_on=None)
    day = timezone.localdate(at)
    near = _untold(owed.filter(due_on__gte=day - timedelta(days=1), due_on__lte=day + ahead + timedelta(days=1)), REMINDED)
    late = _untold(owed.filter(due_on__lte=day), LATE)
    counts = {"reminded": 0, "told_late": 0}
    for edition in near:
        today = local_day(at, edition.institution)
        if edition.due_on is not None and today <= edition.due_on <= today + ahead:
            counts["reminded"] += _tell_one(edition, REMINDED, by=by, at=at)
            progress(1)
    for edition in late:
        if edition.due_on is not None and edition.due_on < local_day(at, edition.institution):
            counts["told_late"] += _tell_one(edition, LATE, by=by, at=at)
            progress(1)
    return counts
