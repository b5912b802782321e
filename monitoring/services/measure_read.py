"""What facts are made of, read for many reports at once: histories, places, calendars; and the facts as they stand."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from complaints.models import Complaint, Gedsi, IssueTag
from institutions.models import Institution, ids_of
from institutions.models.regions import coarse

from ..facts import PEOPLE, Deadline, Event, FactData, History, Place, Tick, working_days
from .days import DaysOff

Fill = tuple[list[Event], list[Deadline]]

_EVENTS = """
SELECT complaint_id, id, seq, kind, at, state_before, state_after, holder_before_id, holder_after_id, reason, (data->>'rating')::int
FROM complaints_transition WHERE complaint_id = ANY(%s) ORDER BY complaint_id, seq
"""
_TICKS = """
SELECT clock.complaint_id, clock.id, clock.key, clock.zone, event.id, event.kind, event.at, event.due_at, event.reason, event.transition_id
FROM complaints_clockevent AS event JOIN complaints_clock AS clock ON clock.id = event.clock_id
WHERE clock.complaint_id = ANY(%s) ORDER BY event.id
"""
_FACTS = """
SELECT id, complaint_id, institution_id, is_counted, is_secret, arrived_on::text, over_on::text, cuts, cohort, flow, stays, is_open, last_on::text
FROM monitoring_fact WHERE {} ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Node:
    """What a sweep knows of an institution."""

    place: Place
    path: str
    week: int
    is_unit: bool
    valid_from: date
    valid_to: date | None

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


MOST = 200_000  # spans of working days that are remembered


class Country:
    """Places and calendars, each read once a sweep and not before they are asked for."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        vars(self).clear()
        self._off: dict[int, tuple[list[date], int]] = {}
        self._lists: dict[tuple[tuple[int, ...], int], list[date]] = {}
        self._worked: dict[tuple[int, date, date], int] = {}

    @cached_property
    def nodes(self) -> dict[int, Node]:
        rows = Institution.objects.values_list("pk", "path", "time_zone", "working_week", "kind", "valid_from", "valid_to")
        return {
            pk: Node(Place(tuple(ids_of(path)), zone), path, week, kind == "unit", valid_from, valid_to)
            for pk, path, zone, week, kind, valid_from, valid_to in rows
        }

    @cached_property
    def places(self) -> dict[int, Place]:
        return {pk: node.place for pk, node in self.nodes.items()}

    def know(self, places: Iterable[int]) -> None:
        """Read everything anew when one of these came into being only now."""
        if not self.nodes.keys() >= set(places):
            self.forget()

    @cached_property
    def _calendar(self) -> DaysOff:
        return DaysOff(date.min, date.max)

    def off(self, place: int) -> tuple[list[date], int]:
        """The days off of a place that fall on its days of work, in order, and its week."""
        if place not in self._off:
            node = self.nodes[place]
            key = (self._calendar.whose(node.path), node.week)
            if key not in self._lists:
                self._lists[key] = sorted(day for day in self._calendar.of(key[0]) if day.weekday() < node.week)
            self._off[place] = self._lists[key], node.week
        return self._off[place]

    def working_days(self, place: int, first: date, last: date) -> int:
        """At this place, after the first day up to and with the last."""
        asked = (place, first, last)
        if asked not in self._worked:
            if len(self._worked) > MOST:
                self._worked.clear()
            off, week = self.off(place)
            self._worked[asked] = working_days(first, last, off, week)
        return self._worked[asked]


@dataclass(slots=True)
class Known:
    """A report's history, and how far it goes: the last event and the last event of its clocks that were read."""

    history: History
    seq: int
    clock_event: int


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _deadlines(ids: Sequence[UUID], marks: dict[UUID, list[int]]) -> dict[UUID, list[Deadline]]:
    found: dict[UUID, list[Deadline]] = {pk: [] for pk in ids}
    ticks: dict[UUID, list[Tick]] = {}
    for pk, clock, key, zone, number, kind, at, due_at, reason, event in _rows(_TICKS, ids):
        if clock not in ticks:
            ticks[clock] = []
            found[pk].append(Deadline(key, zone, ticks[clock]))
        ticks[clock].append(Tick(kind, at, due_at, reason, event))
        marks[pk][1] = number
    return found


def read_histories(ids: Sequence[UUID]) -> dict[UUID, Known]:
    """The histories of these reports, in six queries.

    Events are read before what they changed: whatever moves in between is newer than the mark, and the next sweep counts it again.
    """
    ids = list(ids)
    events: dict[UUID, list[Event]] = {pk: [] for pk in ids}
    marks = {pk: [0, 0] for pk in ids}
    for pk, number, seq, kind, at, before, after, holder_before, holder, reason, rating in _rows(_EVENTS, ids):
        events[pk].append(Event(number, kind, at, before, after, holder_before, holder, reason, rating if kind in {"confirm", "rate"} else None))
        marks[pk][0] = seq
    deadlines = _deadlines(ids, marks)
    issues = IssueTag.objects.confirmed_codes(ids)
    people = {pk: dict(zip(PEOPLE, said, strict=True)) for pk, *said in Gedsi.objects.filter(pk__in=ids).values_list("pk", "gender", "disability", "age_band")}
    columns = ("pk", "topic_id", "incident_region_id", "channel", "track", "classification", "lead_id", "is_secret")
    found = {}
    for pk, topic, region, channel, track, kind, lead, is_secret in Complaint.objects.filter(pk__in=ids).values_list(*columns):
        if events[pk]:
            said = {name: value for name, value in people.get(pk, {}).items() if value}
            where, about = coarse(region or ""), topic or ""
            history = History(events[pk], deadlines[pk], about, where, channel, track, kind, issues.get(pk, []), said, lead is not None, is_secret)
            found[pk] = Known(history, *marks[pk])
    return found


def fact_of(row: Sequence[Any]) -> FactData:
    """A row of the table, its days as texts."""
    institution, is_counted, is_secret, arrived_on, over_on, cuts, cohort, flow, stays, is_open, last_on = row
    return FactData(
        institution, is_counted, is_secret, arrived_on, over_on, json.loads(cuts), json.loads(cohort), json.loads(flow), json.loads(stays), is_open, last_on
    )


def read_facts(ids: Sequence[UUID]) -> dict[tuple[UUID, int], tuple[int, FactData]]:
    """The facts as they stand: (report, place) -> (id, fact)."""
    return {(row[1], row[2]): (row[0], fact_of(row[2:])) for row in _rows(_FACTS.format("complaint_id = ANY(%s)"), list(ids))}


def facts_at(institutions: Sequence[int], each: Callable[[FactData], None]) -> None:
    """Every fact of these places, one after the other: they may be more than fit."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_FACTS.format("institution_id = ANY(%s)"), [list(institutions)])
        while rows := cursor.fetchmany(2000):
            for row in rows:
                each(fact_of(row[2:]))
