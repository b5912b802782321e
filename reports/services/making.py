"""Freezing editions: by hand, or at the turn of a period exactly once however many workers see it turn."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import HubMembership, Institution, Kind, Limit, PriorityIssue
from institutions.services import refuse_while_read_only, root
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from monitoring.figures import Period, Scope
from monitoring.services import is_counted
from monitoring.services.days import DaysOff

from .. import access, clock
from ..access import Template
from ..models import ActionItem, Cadence, Edition, EditionEvent
from ..snapshot import Frame, digest, take
from .people import tell

About = Institution | PriorityIssue  # what a report can be about

LOCK = 4_041  # the space of our advisory locks; the other half is the edition's own key
BATCH = 50
log = logging.getLogger(__name__)


def local_day(at: datetime, institution: Institution) -> date:
    return at.astimezone(ZoneInfo(institution.time_zone)).date()


def invalid(**fields: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={name: [text] for name, text in fields.items()})


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that reads everything as of one moment, so that the chapters of a report cannot contradict each other."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _claimed(template: str, scope: str, period: str) -> bool:
    """Whether nobody else makes this very edition now; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK, f"{template} {scope} {period}"])
        (found,) = cursor.fetchone()
    return bool(found)


# --- of what --------------------------------------------------------------------------------------------------------------


def place_of(about: About, on: date, *, nation: Callable[[], Institution] = root) -> Institution:
    """Who reports: a place for itself, of an issue its owner, and the nation of one that nobody owns on this day."""
    if isinstance(about, Institution):
        return about
    return about.owner if about.owner is not None and about.owner.counts_on(on) else nation()


def fits(template: str, about: About) -> bool:
    """Whether a report of this kind can be about the place or the issue."""
    if isinstance(about, PriorityIssue) or template == Template.ISSUE:
        return isinstance(about, PriorityIssue) and template == Template.ISSUE
    institution = about
    if template in (Template.MACRO, Template.OVER_60):
        return institution.is_national
    if template == Template.UNIT:
        return institution.kind == Kind.UNIT
    return template == Template.MESO or (institution.parent_id is not None and institution.kind != Kind.UNIT)


def frame_of(template: str, about: About, period: Period, *, on: date) -> Frame:
    """Refuses 422 where the kind of report does not fit what it is about, and an issue that did not count in the period; a hub of a day without
    members has nothing to add up.
    """
    if not fits(template, about):
        raise invalid(template=_("This kind of report cannot be about this place."))
    institution = place_of(about, on)
    if isinstance(about, PriorityIssue):
        if about.valid_from > period.last or (about.valid_to is not None and about.valid_to < period.first):
            raise invalid(period=_("The issue or project did not count in this period."))
        return Frame(template, Scope.of_issue(about), institution, period, about)
    scope = Scope.of_hub(institution, on=period.last) if template == Template.MESO else Scope.of(institution)
    if not scope.ids:
        raise invalid(template=_("The hub had no members in this period."))
    return Frame(template, scope, institution, period)


class Dues:
    """When reports are due: the cadences in force, and the calendars of many places read once a period."""

    def __init__(self, today: date) -> None:
        self.cadences = {(row.template, row.period_kind): row for row in Cadence.objects.in_force(today)}
        self._off: dict[date, DaysOff] = {}

    def of(self, template: str, institution: Institution, period: Period) -> tuple[Cadence | None, date | None]:
        cadence = self.cadences.get((template, period.kind))
        if cadence is None:
            return None, None
        if period.last not in self._off:
            longest = max(row.number for row in self.cadences.values())
            self._off[period.last] = DaysOff(period.last, period.last + timedelta(days=3 * longest))
        off = self._off[period.last]
        days = off.of(off.whose(institution.path))
        return cadence, clock.due_on(cadence.rule, cadence.number, period.last, days, institution.working_week)


# --- making ---------------------------------------------------------------------------------------------------------------


def _carry(edition: Edition, old: Edition | None, *, by: int, at: datetime) -> None:
    """The action plan goes on: all of it into a later revision, what is not done yet into the next period."""
    if old is None:
        rows = ActionItem.objects.filter(
            edition__template=edition.template, edition__scope=edition.scope, edition__period=edition.span.before.code, edition__is_current=True
        ).exclude(status__in=(ActionItem.Status.DONE, ActionItem.Status.DROPPED))
    else:
        rows = ActionItem.objects.filter(edition=old)
    ActionItem.objects.bulk_create(
        ActionItem(
            edition=edition, text=row.text, owner=row.owner, due_on=row.due_on, status=row.status, progress=row.progress, carried_from=row, made_at=at,
            moved_at=at, by_id=by,
        )
        for row in rows.order_by("due_on", "made_at")
    )  # fmt: skip


def _freeze(frame: Frame, old: Edition | None, dues: Dues, *, by: Actor, at: datetime, why: str) -> Edition:
    period, institution = frame.period, frame.institution
    cadence, due = dues.of(frame.template, institution, period)
    due = due if due is not None and due >= local_day(at, institution) else None  # nobody is late with history
    data = take(frame, at=at)
    if old is not None:
        old.is_current = False
        old.version += 1
        old.save(update_fields=["is_current", "version"])
        EditionEvent.objects.create(edition=old, code=EditionEvent.Code.REPLACED, at=at, by_id=by.user_id, note=why)
    edition = Edition.objects.create(
        template=frame.template, scope=frame.scope.key, institution=institution, issue=frame.issue, cadence=cadence, period=period.code,
        period_kind=period.kind, first_on=period.first, last_on=period.last, revision=old.revision + 1 if old else 1, why=why if old else "", cut_off=at,
        formula=data["formula"], snapshot=data, sha256=digest(data), made_at=at, moved_at=at, due_on=old.due_on if old else due,
        submitted_on=old.submitted_on if old else None,
    )  # fmt: skip
    role = access.role_in(by, access.GENERATE, frame.template, institution.pk, institution.path)
    EditionEvent.objects.create(edition=edition, code=EditionEvent.Code.GENERATED, at=at, by_id=by.user_id, as_role=role, note=edition.why)
    _carry(edition, old, by=by.user_id, at=at)
    return edition


def generate(template: str, about: About, period: Period, *, by: Actor, at: datetime, why: str = "") -> Edition:
    """Freeze the figures of a place or an issue and a period that is over; a later one is a new revision that says why, and the old one stays.

    Refuses 403, 422 for a period that runs, a kind that does not fit the place or a revision without reason, 409 while somebody makes the same.
    """
    refuse_while_read_only()
    today = timezone.localdate(at)
    institution = place_of(about, today)
    if not access.may_generate(by, template, institution.pk, institution.path):
        raise Refusal("forbidden", _("This report is not yours to make."))
    if not period.is_over(local_day(at, institution)):
        raise invalid(period=_("The period is not over yet; its figures are frozen when it is."))
    if not is_counted(period.last):
        raise invalid(period=_("The figures of this period are still being counted. Please try again in a few minutes."))
    frame = frame_of(template, about, period, on=today)
    why = why.replace("\x00", "").strip()
    try:
        with _one_moment():
            is_mine = _claimed(template, frame.scope.key, period.code)
            old = Edition.objects.current().filter(template=template, scope=frame.scope.key, period=period.code).first()
            if not is_mine:
                raise _taken()
            if old is not None and not why:
                raise invalid(why=_("There is a report of this period already. Please say why a new one is made."))
            return _freeze(frame, old, Dues(local_day(at, institution)), by=by, at=at, why=why)
    except (IntegrityError, OperationalError) as fault:
        if isinstance(fault, OperationalError) and connection.in_atomic_block:
            raise
        raise _taken() from fault


def _taken() -> Refusal:
    return Refusal("conflict", _("Somebody else is making this report. Please look again."))


# --- at the turn of a period ----------------------------------------------------------------------------------------------


def _places(template: str) -> Sequence[About]:
    """All that is reported of so, whenever it counted."""
    if template == Template.ISSUE:
        return list(PriorityIssue.objects.select_related("owner", "legal_basis"))
    if template in (Template.MACRO, Template.OVER_60):
        return [root()]
    if template == Template.UNIT:
        return list(Institution.objects.filter(kind=Kind.UNIT).order_by("pk"))
    if template == Template.MESO:
        return list(Institution.objects.filter(pk__in=HubMembership.objects.values("hub")).order_by("pk"))
    return list(Institution.objects.filter(parent__kind=Kind.NATIONAL).exclude(kind__in=(Kind.UNIT, Kind.OMBUDSMAN)).order_by("pk"))


def owed(at: datetime, dues: Dues, *, settle: timedelta) -> Iterator[tuple[str, About, Period]]:
    """What a cadence asks for and nobody has made: of the last period that ended, for whatever counted on its last day.

    Figures that are still being counted wait for the next run. What was due before anybody made it (the years before this house stood) is
    history: it is made by hand, and nobody is late with it.
    """
    is_counted_to, nation = cache(is_counted), cache(root)
    for cadence in sorted(dues.cadences.values(), key=lambda row: row.key):
        wanted = []
        for about in _places(cadence.template):
            place = place_of(about, timezone.localdate(at), nation=nation)
            period = Period.of(cadence.period_kind, local_day(at - settle, place)).before
            due = dues.of(cadence.template, place, period)[1]
            if (
                about.counts_on(period.last)
                and is_counted_to(period.last)
                and cadence.valid_from <= period.last
                and due is not None
                and due >= local_day(at, place)
            ):
                wanted.append((about, period))
        codes = {period.code for _about, period in wanted}
        whose = "issue_id" if cadence.template == Template.ISSUE else "institution_id"
        made = set(Edition.objects.filter(template=cadence.template, period__in=codes).values_list(whose, "period"))
        yield from ((cadence.template, about, period) for about, period in wanted if (about.pk, period.code) not in made)


def _make_one(template: str, about: About, period: Period, dues: Dues, *, by: Actor, at: datetime) -> Edition | None:
    """The edition, unless somebody made it or is making it; the unique key has the last word."""
    frame = frame_of(template, about, period, on=timezone.localdate(at))
    try:
        with _one_moment():
            if not _claimed(template, frame.scope.key, period.code):
                return None
            if Edition.objects.filter(template=template, scope=frame.scope.key, period=period.code).exists():
                return None
            edition = _freeze(frame, None, dues, by=by, at=at, why="")
            tell("edition_made", edition, (access.REVIEW,), at=at)
            return edition
    except IntegrityError:
        return None


def make_owed(*, by: Actor, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Make what is owed, a batch a run. One that cannot be made stops no other and takes nobody's turn; the next run tries it again."""
    hours = Limit.objects.table(timezone.localdate(at))["edition_settle_hours"]
    dues, counts = Dues(timezone.localdate(at)), {"made": 0, "not_made": 0}
    rows: list[tuple[Any, ...]] = list(owed(at, dues, settle=timedelta(hours=hours)))
    for template, about, period in rows:
        if counts["made"] == BATCH:
            break
        try:
            counts["made"] += _make_one(template, about, period, dues, by=by, at=at) is not None
        except Refusal:
            counts["not_made"] += 1
        except Exception as fault:  # noqa: BLE001 - one report that cannot be made must not stop the others
            log.error("an evaluation report could not be made: %s", type(fault).__name__)
            counts["not_made"] += 1
        progress(1)
    return counts
