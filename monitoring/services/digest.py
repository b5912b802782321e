"""One summary an officer and working day of what climbed the ladder: counts by rung, and the numbers of what they may read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q

from complaints.clock import is_working_day
from complaints.models import Complaint
from complaints.services import Reference, rungs_due
from officers.actors import Actor, actor_for
from officers.models import Appointment, User
from officers.services import Message, notify_many

from ..ladder import LADDER, LEVELS, Rung
from ..models import Escalation, Summary
from .days import DaysOff
from .hearers import Concern, Hearers
from .watch import RAISED_LOCK

BATCH = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


class Office(NamedTuple):
    """Where an officer works, by the oldest appointment in force: its clock and calendar rule the summary."""

    user_id: int
    zone: str
    week: int
    path: str


class Row(NamedTuple):
    """A rung that still holds, and what of its case decides who hears of it and who must not."""

    pk: int
    complaint_id: UUID
    rung: str
    level: int
    path: str
    assignee_id: int | None
    track: str
    reported_user_id: int | None
    reported_institution_id: int | None


_ROW = ("pk", "complaint_id", "rung", "level", "complaint__holder__path", "complaint__assignee_id", "complaint__track")
_REPORTED = ("complaint__reported_user_id", "complaint__reported_institution_id")


def _offices(at: datetime, today: date) -> list[Office]:
    """Of everybody whose hour has come or who never had a summary."""
    told = Summary.objects.filter(user=OuterRef("user"), next_at__gt=at)
    rows = Appointment.objects.in_force(today).filter(~Exists(told), user__is_active=True, user__is_machine=False).order_by("-pk")
    columns = ("user_id", "institution__time_zone", "institution__working_week", "institution__path")
    return list({row[0]: Office(*row) for row in rows.values_list(*columns)}.values())


def _hour(office: Office, at: datetime, hour: int) -> tuple[datetime, bool]:
    """(the first digest hour after now, whether today's has passed) on the clock of the office."""
    local = at.astimezone(ZoneInfo(office.zone))
    today = datetime.combine(local.date(), time(hour), local.tzinfo)
    return (today + timedelta(days=1), True) if local >= today else (today, False)


@dataclass(slots=True)
class _Run:
    """What a run reads once for all."""

    at: datetime
    reference: Reference
    until: int
    hearers: Hearers
    rows: list[Row] = field(default_factory=list)

    def heard(self, users: Iterable[int]) -> dict[int, list[Row]]:
        """What each of these officers hears of."""
        wanted, found = frozenset(users), dict[int, list[Row]]()
        for row in self.rows:
            concern = Concern(row.path, row.assignee_id, row.track)
            for user in {user for hearer in LADDER[Rung(row.rung)].hearers for user in self.hearers.of(hearer, concern) & wanted}:
                found.setdefault(user, []).append(row)
        return found


def _last() -> int:
    """The last escalation, when nobody is about to add an earlier one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RAISED_LOCK])
        return Escalation.objects.aggregate(last=Max("pk"))["last"] or 0


def _start(at: datetime, days: int) -> int:
    """Before which escalation an officer who never had a summary hears nothing."""
    return (Escalation.objects.since(at - timedelta(days=days)).order_by("raised_at", "pk").values_list("pk", flat=True).first() or 1) - 1


def _highest(rows: Sequence[Row]) -> dict[UUID, Row]:
    """Each case once, under its highest rung."""
    found: dict[UUID, Row] = {}
    for row in sorted(rows, key=lambda row: (row.level, row.pk)):
        found[row.complaint_id] = row
    return found


def _is_conflicted(row: Row, actor: Actor) -> bool:
    return row.reported_user_id == actor.user_id or row.reported_institution_id in actor.institution_ids


def _message(user: User, rows: Sequence[Row], run: _Run) -> Message | None:
    """Counts of every case that concerns the officer; numbers only of those that they may read; nothing of one that is about them."""
    actor = actor_for(user, at=run.at)
    cases = _highest([row for row in rows if not _is_conflicted(row, actor)])
    if not cases:
        return None
    most = run.reference.limits["summary_numbers"]
    readable = dict(Complaint.objects.seen_by(actor).filter(pk__in=list(cases)).values_list("pk", "tracking_id"))
    rungs = []
    for rung in sorted({row.rung for row in cases.values()}, key=lambda rung: (-LEVELS[rung], rung)):
        mine = sorted((row for row in cases.values() if row.rung == rung), key=lambda row: row.pk)
        rungs.append([rung, len(mine), [readable[row.complaint_id] for row in mine if row.complaint_id in readable][:most]])
    page = "/meja/tangga/" if readable else "/meja/"
    context = {"rungs": rungs, "count": len(cases), "language": user.language, "desk_url": f"{settings.SITE_URL}{page}"}
    return Message("desk_ladder", context, recipient_id=user.pk, language=user.language)


def _tell(offices: Sequence[Office], run: _Run, calendar: DaysOff, first: int) -> int:
    """Claim these officers' rows and tell what there is; says how many were told. What another run holds is left to it."""
    hour = run.reference.limits["digest_hour"]
    Summary.objects.bulk_create([Summary(user_id=office.user_id, next_at=EARLIEST, until_id=first) for office in offices], ignore_conflicts=True)
    ids = [office.user_id for office in offices]
    claimed = {row.pk: row for row in Summary.objects.waiting(run.at).filter(pk__in=ids).select_for_update(skip_locked=True).order_by("pk")}
    told: dict[int, Summary] = {}
    for office in offices:
        row = claimed.get(office.user_id)
        if row is None:
            continue
        row.next_at, is_time = _hour(office, run.at, hour)
        day = run.at.astimezone(ZoneInfo(office.zone)).date()
        if is_time and is_working_day(day, calendar.of(calendar.whose(office.path)), office.week):
            told[row.pk] = row
    heard = run.heard(told)
    messages = []
    for user in User.objects.filter(pk__in=heard).order_by("pk"):
        message = _message(user, [row for row in heard[user.pk] if row.pk > told[user.pk].until_id], run)
        if message is not None:
            messages.append(message)
    notify_many(messages, at=run.at)
    for row in told.values():
        row.until_id = max(row.until_id, run.until)
    Summary.objects.bulk_update(claimed.values(), ["next_at", "until_id"])
    return len(messages)


def summarise(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Queue the summaries whose hour has come: from `digest_hour` of the officer's own office on, on its working days, one a day.

    Nothing is told where nothing climbed, nor while another sweep still raises what has fallen: a minute's wait, where what it raised later would
    wait for the next day. Each batch of officers is one transaction: killed at any point nobody is told twice and
    nothing is left out.
    """
    reference = Reference(at)
    offices = _offices(at, reference.today)
    if not offices or rungs_due(at=at):
        return {"summaries": 0}
    last = _last()
    first = _start(at, reference.limits["summary_days"])
    begins = Summary.objects.filter(user__in=[office.user_id for office in offices]).values_list("until_id", flat=True)
    lowest = min([*begins, *([first] if len(begins) < len(offices) else [])])
    rows = Escalation.objects.standing().filter(Q(pk__gt=lowest), pk__lte=last).order_by("pk").values_list(*_ROW, *_REPORTED)
    run = _Run(at, reference, last, Hearers(reference.today), [Row(*row) for row in rows] if last > lowest else [])
    today = reference.today
    calendar, told = DaysOff(today - timedelta(days=1), today + timedelta(days=1)), 0
    for number in range(0, len(offices), BATCH):
        with transaction.atomic():
            told += _tell(offices[number : number + BATCH], run, calendar, first)
        progress(min(BATCH, len(offices) - number))
    return {"summaries": told}
