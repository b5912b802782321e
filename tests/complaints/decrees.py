"""A day off that is decreed late, and what it did to deadlines."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from complaints import services
from complaints.models import Clock, ClockEvent
from complaints.services.reference import Reference
from institutions import services as places
from institutions.models import CalendarDay, Institution
from officers.actors import machine

WIB = ZoneInfo("Asia/Jakarta")
HOLIDAY = date(2026, 11, 12)  # a Thursday
LATER = datetime(2026, 11, 10, 9, tzinfo=WIB)
RULES_OF_CLOCKS = ("every deadline follows from its rule", "the queue is ordered by the earliest deadline of the handlers", "every deadline began once")
ROW = (Clock.state.field.name, "due_at", "calendar_version", "is_provisional", "rung", "rung_at", "stopped_at", "outcome")


def decree(day: date = HOLIDAY, institution: Institution | None = None, *, kind: str = "") -> CalendarDay:
    kind = kind or ("institution" if institution else "national_holiday")
    by = machine("system")
    return places.set_calendar_day(date=day, kind=kind, name="Hari uji", institution=institution, by=by, at=LATER, why="decreed late")


def take_back(row: CalendarDay) -> None:
    places.remove_calendar_day(row, by=machine("system"), at=LATER, why="taken back")


def dues() -> dict[Any, datetime]:
    return dict(Clock.objects.values_list("pk", "due_at"))


def recomputed() -> int:
    return ClockEvent.objects.filter(kind="recompute").count()


def whole() -> None:
    breaches = list(services.broken(reference=Reference(LATER)))
    assert [breach for breach in breaches if breach.rule in RULES_OF_CLOCKS] == []


def local(clock: Clock, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(clock.zone)).date()
