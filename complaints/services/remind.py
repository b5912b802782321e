"""Reminders to reporters before their own deadlines end: reckoned from running clocks as rows, queued as notices when due."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from officers.services import notify_many

from .. import clock as arithmetic
from ..models import Clock, Reminder
from . import notify
from .reference import Reference

BATCH = 500
SPAN = timedelta(days=60)  # no run of holidays is longer: how far back a working day is looked for


def _share(clock: Clock, percent: int) -> datetime:
    return clock.started_at + (clock.due_at - clock.started_at) * percent / 100


def _ahead(clock: Clock, days: int, reference: Reference) -> datetime:
    """So many working days of the holder before the deadline, at its hour."""
    last = clock.due_at.astimezone(ZoneInfo(clock.zone)).date()
    off, day = reference.off_days(clock.holder_id, last - SPAN, last), last
    while days:
        day -= timedelta(days=1)
        days -= arithmetic.is_working_day(day, off)
    return clock.due_at - (last - day)


def _rows(clock: Clock, reference: Reference) -> list[Reminder]:
    limits = reference.limits
    if clock.key == "completion":
        times = [_share(clock, limits["reminder_1_percent"]), _share(clock, limits["reminder_2_percent"])]
        event = "case_completion_reminder"
    else:
        times, event = [_ahead(clock, limits["silence_notice_working_days"], reference)], "case_closing_soon"
    return [Reminder(clock=clock, event=event, number=n, clock_due_at=clock.due_at, due_at=time) for n, time in enumerate(times, 1)]


def _reckon(reference: Reference) -> int:
    known = Reminder.objects.filter(clock=OuterRef("pk"), clock_due_at=OuterRef("due_at"))
    clocks = Clock.objects.running().filter(~Exists(known), key__in=("completion", "reporter_reply"), complaint__lead=None)
    rows = [row for clock in clocks.order_by("pk")[:BATCH] for row in _rows(clock, reference)]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def _queue(at: datetime) -> tuple[int, int]:
    """(taken, told) of the next batch; what the reporter has done already, or what comes too late, is let go."""
    due = Reminder.objects.filter(done_at=None, due_at__lte=at).select_related("clock__complaint__holder").order_by("due_at", "id")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    # After an outage two may be due of one deadline: the later one says it all.
    newest = {row.clock_id: row for row in rows}
    messages = []
    for row in newest.values():
        clock = row.clock
        if clock.state == Clock.RUNNING and clock.due_at == row.clock_due_at and at < clock.due_at and clock.complaint.has_contact:
            day = clock.due_at.astimezone(ZoneInfo(clock.zone)).date()
            messages.append(notify.reminder(clock.complaint, row.event, day))
    notify_many(messages, at=at)
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(done_at=at)
    return len(rows), len(messages)


def remind(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Reckon and queue reminders that are due; each once, whoever runs beside, and none after the reporter acted."""
    reference, told = Reference(at), 0
    while _reckon(reference):
        pass
    while True:
        taken, queued = _queue(at)
        told += queued
        progress(taken)
        if taken < BATCH:
            return {"reminded": told}
