"""What an institution settles for itself: stricter periods, days off and its week. Looked at before it counts, applied as it was shown.

A preview is the write itself, taken back: it tells what will happen, and refuses what will be refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions import services as places
from institutions.models import WEEKS, CalendarDay, Institution, LegalBasis, SlaPolicy, Stricter, ids_of
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.models import User

from ..models import Clock, Complaint
from ..why import NAMES
from .foresee import Foretold, never_nearer, tell_day, tell_kept, tell_policy, tell_removal
from .needs import REQUIRED, Wrong, clean_text
from .reference import Reference

WEEKS_BY_NAME = {str(days): days for days, _label in WEEKS}
WEEK_LINES = {
    "5": gettext_lazy("What begins from now on leaves Saturdays out: its deadlines end later."),
    "6": gettext_lazy("What begins from now on counts Saturdays, too: its deadlines end earlier."),
}
DIGITS = 4  # no period has more


# --- reading ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the nation has it, as it counts here today, and the rows of one's own that count today or will."""

    key: str
    national: SlaPolicy
    here: SlaPolicy
    own: tuple[SlaPolicy, ...]

    @property
    def is_open(self) -> bool:
        """Whether an institution may have a value of its own."""
        return self.national.stricter != Stricter.FIXED


def periods_of(place: Institution, *, on: date) -> list[Period]:
    """Every period of a report, in three queries and one for their legal bases."""
    nation, here = SlaPolicy.objects.table(on), SlaPolicy.objects.table(on, place)
    own = list(SlaPolicy.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), institution=place).order_by("valid_from"))
    prefetch_related_objects([*nation.values(), *here.values(), *own], "legal_basis")
    return [Period(key, nation[key], here[key], tuple(row for row in own if row.key == key)) for key in NAMES if key in nation]


def days_of(place: Institution, *, on: date) -> list[CalendarDay]:
    """The days off of an institution and of those above it, from this day on; the nation's are not among them."""
    return list(CalendarDay.objects.current().filter(institution__in=ids_of(place.path), date__gte=on).select_related("institution").order_by("date"))


def own_places(actor: Actor, *, on: date) -> list[Institution]:
    """The institutions whose rules the actor sets for them: where its officers are managed, without the nation, the highest first."""
    roots = [path for path in actor.under("manage_officers") if path.count(".") > 1]
    return list(Institution.objects.under(*roots).in_force(on).order_by("path")) if roots else []


# --- what was typed -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Typed:
    """Reads inputs one by one and keeps what is wrong, so that everything wrong is told at once."""

    given: Mapping[str, Any]
    wrong: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, *, longest: int = 200, is_needed: bool = True) -> str:
        try:
            found = clean_text(self.given.get(name) or "", longest=longest)
        except Wrong as error:
            self.wrong[name] = str(error)
            return ""
        if is_needed and not found:
            self.wrong[name] = str(REQUIRED)
        return found

    def day(self, name: str, *, today: date) -> date:
        text = self.text(name)
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if name not in self.wrong and (found is None or found.year > today.year + 10):
            self.wrong[name] = _("Please give a day like 2026-11-23.")
        elif found is not None and found < today:
            self.wrong[name] = _("This day is over. Please choose today or a later one.")
        return found or today

    def number(self, name: str) -> int:
        text = self.text(name)
        if name not in self.wrong and not (text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text)):
            self.wrong[name] = _("Please give a whole number, at least 1.")
        return 0 if name in self.wrong else int(text)

    def one(self, name: str, rows: Mapping[str, Any]) -> None:
        if self.text(name) not in rows:
            self.wrong.setdefault(name, _("Please choose one of those that are offered."))

    def finish(self) -> None:
        if self.wrong:
            raise Refusal("invalid", _("Please check the marked fields."), fields={name: [text] for name, text in self.wrong.items()})


# --- the acts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    typed: _Typed
    place: Institution
    by: User
    at: datetime

    @property
    def today(self) -> date:
        return Reference(self.at).today

    def record(self, why: str) -> dict[str, Any]:
        return {"by": self.by, "at": self.at, "why": why}


def _set_period(asked: _Asked) -> Foretold:
    typed, today = asked.typed, asked.today
    periods = {row.key: row.national for row in periods_of(asked.place, on=today) if row.is_open}
    bases = LegalBasis.objects.in_bulk()
    typed.one("key", periods)
    if typed.text("legal_basis") not in bases:
        typed.wrong["legal_basis"] = _("Please choose the legal basis.")
    length, first = typed.number("length"), typed.day("valid_from", today=today)
    note, why = typed.text("note", is_needed=False), typed.text("why")
    typed.finish()
    national = periods[typed.text("key")]
    row = places.set_policy(
        key=national.key, length=length, unit=national.unit, cap_length=national.cap_length, cap_unit=national.cap_unit,
        legal_basis=bases[typed.text("legal_basis")], valid_from=first, institution=asked.place, note=note, **asked.record(why),
    )  # fmt: skip
    return tell_policy(row, first=first, at=asked.at)


def _end_period(asked: _Asked) -> Foretold:
    typed, today = asked.typed, asked.today
    rows = {str(row.pk): row for period in periods_of(asked.place, on=today) for row in period.own}
    typed.one("row", rows)
    last, why = typed.day("valid_to", today=today), typed.text("why")
    typed.finish()
    row = places.end_override(rows[typed.text("row")], on=last, **asked.record(why))
    return tell_policy(row, first=last + timedelta(days=1), at=asked.at)


def _add_day(asked: _Asked) -> Foretold:
    typed, today = asked.typed, asked.today
    day, name, decree, why = typed.day("date", today=today), typed.text("name"), typed.text("decree"), typed.text("why")
    there = CalendarDay.objects.current().filter(date=day)
    if "date" not in typed.wrong and (own := there.filter(institution=asked.place).first()) is not None:
        typed.wrong["date"] = _("This day is in your calendar already: %(name)s.") % {"name": own.name}
    typed.finish()
    national = there.filter(Q(institution=None) | Q(institution__in=ids_of(asked.place.path))).first()
    row = places.set_calendar_day(date=day, kind=CalendarDay.Kind.INSTITUTION, name=name, decree=decree, institution=asked.place, **asked.record(why))
    found = tell_day(row, at=asked.at)
    told = [_("Nobody works on this day anyway: %(name)s. No date changes.") % {"name": national.name}] if national is not None else []
    return Foretold([*told, *found.lines], found.moves)


def _remove_day(asked: _Asked) -> Foretold:
    typed = asked.typed
    rows = {str(row.pk): row for row in days_of(asked.place, on=asked.today) if row.institution_id == asked.place.pk}
    typed.one("row", rows)
    why = typed.text("why")
    typed.finish()
    places.remove_calendar_day(rows[typed.text("row")], **asked.record(why))
    return tell_removal()


def _set_week(asked: _Asked) -> Foretold:
    typed = asked.typed
    typed.one("week", WEEKS_BY_NAME)
    if typed.text("week") == str(asked.place.working_week):
        typed.wrong["week"] = _("This is your working week already.")
    why = typed.text("why")
    typed.finish()
    places.set_working_week(asked.place, WEEKS_BY_NAME[typed.text("week")], **asked.record(why))
    running = Clock.objects.running().filter(holder=asked.place).count()
    return Foretold([tell_kept(running), str(WEEK_LINES[typed.text("week")]), never_nearer()])


OWN_ACTS: dict[str, Callable[[_Asked], Foretold]] = {
    "period": _set_period,
    "end": _end_period,
    "day": _add_day,
    "workday": _remove_day,
    "week": _set_week,
}


def change_own(act: str, given: Mapping[str, Any], *, place: Institution, by: Actor, at: datetime, is_preview: bool) -> Foretold:
    """Settle a rule of an institution's own, or foresee what that would do and take it back.

    Refuses 403 where its officers are not managed by the actor, 422 field by field: what is looser than the nation's, without a legal basis,
    in the past or there already; 409 where another value begins that very day.
    """
    if place not in own_places(by, on=Reference(at).today) or act not in OWN_ACTS:
        raise Refusal("forbidden", _("The rules of an institution are set by whoever manages its officers."))
    with transaction.atomic():
        found = OWN_ACTS[act](_Asked(_Typed(given), place, User.objects.get(pk=by.user_id), at))
        if is_preview:
            transaction.set_rollback(True)
    seen = set(Complaint.objects.seen_by(by).filter(tracking_id__in=[move.number for move in found.moves]).values_list("tracking_id", flat=True))
    return Foretold(found.lines, [move if move.number in seen else replace(move, number="") for move in found.moves])
