"""Lived reports many times over, by COPY: the same course of events at other bodies, with numbers, codes and chains of their own.

A copy happens on the same days as its first, some minutes off, and never on another local date: so every due date still follows
from its clock, its policy row and the calendar. `check_invariants` looks at all of it afterwards.
"""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction

from complaints import numbers, vault
from complaints.models import NEVER, SEARCH_COLUMNS, Clock, ClockEvent, Complaint, Entry, Gedsi, Transition
from complaints.services import ledger
from institutions.models import Institution, Region
from lapor.ground.copying import columns_of, copy_rows, reserve

from .corpus import person
from .places import District

BATCH = 2000
VILLAGES = 40  # of a regency, to happen in
ZONES = tuple(ZoneInfo(name) for name in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"))
Row = dict[str, Any]


def _kinds(model: type[models.Model]) -> dict[str, str]:
    """attribute name -> what it points at or tells: place, user, region or time."""
    targets: dict[Any, str] = {Institution: "place", get_user_model(): "user", Region: "region"}
    found = {}
    for column in model._meta.concrete_fields:
        if column.is_relation and column.related_model in targets:
            found[column.attname] = targets[column.related_model]
        elif isinstance(column, models.DateTimeField):
            found[column.attname] = "time"
    return found


KINDS: dict[type[models.Model], dict[str, str]] = {model: _kinds(model) for model in (Complaint, Transition, Entry, Clock, ClockEvent)}


@dataclass
class Chain:
    """One lived report with everything that hangs on it, and how far it may be moved within its days."""

    complaint: Row
    transitions: list[Row] = field(default_factory=list)
    entries: dict[int, Row] = field(default_factory=dict)
    clocks: list[Row] = field(default_factory=list)
    events: dict[uuid.UUID, list[Row]] = field(default_factory=lambda: defaultdict(list))
    gedsi: Row | None = None
    earlier: int = 0  # seconds
    later: int = 0

    def settle(self, now: datetime) -> None:
        """How many seconds all of it can be moved without any event passing midnight anywhere, or the present."""
        moments = [row["at"] for row in self.transitions] + [row["started_at"] for row in self.clocks]
        since, until = [], [int((now - max(moments)).total_seconds())]
        for moment in moments:
            for zone in ZONES:
                local = moment.astimezone(zone)
                since.append(local.hour * 3600 + local.minute * 60 + local.second)
                until.append(86_399 - since[-1])
        self.earlier, self.later = max(0, min(since) - 1), max(0, min(until) - 1)


def _rows(found: models.QuerySet[Any]) -> Iterator[Row]:
    return iter(found.values(*columns_of(found.model, but=SEARCH_COLUMNS)))


def read_chains(*, now: datetime) -> list[Chain]:
    """Everything that was lived; reports that belong together (a lead and its children) are left out."""
    rows = Complaint.objects.filter(lead=None).exclude(pk__in=Complaint.objects.exclude(lead=None).values("lead")).order_by("pk")
    chains = {row["id"]: Chain(row) for row in _rows(rows)}
    for row in _rows(Transition.objects.filter(complaint__in=chains).order_by("seq")):
        chains[row["complaint_id"]].transitions.append(row)
    for row in _rows(Entry.objects.filter(complaint__in=chains)):
        chains[row["complaint_id"]].entries[row["transition_id"]] = row
    owners = {}
    for row in _rows(Clock.objects.filter(complaint__in=chains).order_by("started_at", "pk")):
        chains[row["complaint_id"]].clocks.append(row)
        owners[row["id"]] = row["complaint_id"]
    for row in _rows(ClockEvent.objects.order_by("pk")):
        if row["clock_id"] in owners:
            chains[owners[row["clock_id"]]].events[row["clock_id"]].append(row)
    for row in _rows(Gedsi.objects.filter(complaint__in=chains)):
        chains[row["complaint_id"]].gedsi = row
    for chain in chains.values():
        chain.settle(now)
    return list(chains.values())


@dataclass
class Load:
    """Rows of one batch, a list for each table."""

    complaints: list[Row] = field(default_factory=list)
    transitions: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    gedsi: list[Row] = field(default_factory=list)
    sealed: list[tuple[uuid.UUID, bytes, datetime]] = field(default_factory=list)

    @transaction.atomic
    def write(self) -> None:
        copy_rows(Complaint, self.complaints, but=SEARCH_COLUMNS)
        copy_rows(Transition, self.transitions)
        copy_rows(Entry, self.entries)
        copy_rows(Clock, self.clocks)
        copy_rows(ClockEvent, self.events, but=("id",))
        copy_rows(Gedsi, self.gedsi)
        vault.put_away(self.sealed)


class Copier:
    """Makes copies of chains in districts; the same seed gives the same courses (numbers, codes and salts are always fresh)."""

    def __init__(self, districts: list[District], *, seed: int) -> None:
        self.random = Random(seed)
        self.districts = districts
        self.known = set(Complaint.objects.values_list("tracking_id", flat=True))
        self.sealed = [vault.sealed(vault.Identity(**person(self.random, number))) for number in range(200)]
        self.villages, self.labels = self._villages()

    def _villages(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        wanted = {code for district in self.districts for code in district.regencies.values()}
        found: dict[str, list[str]] = defaultdict(list)
        labels = {}
        for code, name in Region.objects.filter(level=Region.Level.VILLAGE).order_by("pk").values_list("pk", "name"):
            if code[:5] in wanted and len(found[code[:5]]) < VILLAGES:
                found[code[:5]].append(code)
                labels[code] = name
        return found, labels

    def _number(self) -> str:
        while (number := numbers.new_tracking_id()) in self.known:
            pass
        self.known.add(number)
        return number

    def add(self, load: Load, chain: Chain, ids: Iterator[int]) -> None:
        """One more report with the course of `chain`, in a district drawn so that some have many and most have few."""
        district = self.districts[int(len(self.districts) * self.random.random() ** 2)]
        offset = timedelta(seconds=self.random.randint(-chain.earlier, chain.later))
        moved = _Moved(district, offset)
        complaint = self._complaint(chain, moved)
        load.complaints.append(complaint)
        self._history(load, chain, complaint, moved, ids)
        if chain.gedsi is not None:
            load.gedsi.append({**chain.gedsi, "complaint_id": complaint["id"]})
        if complaint["has_contact"]:
            load.sealed.append((complaint["id"], self.random.choice(self.sealed), complaint["submitted_at"]))

    def _complaint(self, chain: Chain, moved: "_Moved") -> Row:
        row = moved.row(Complaint, chain.complaint)
        row["id"], row["tracking_id"], row["code_salt"] = uuid.uuid4(), self._number(), secrets.token_bytes(16)
        row["code_hash"] = numbers.hash_code(numbers.new_case_code(), salt=row["code_salt"], pepper=settings.CASE_CODE_PEPPER)
        row["next_due_at"] = chain.complaint["next_due_at"]  # by dates, which stay
        regency = moved.district.regencies.get((row["incident_region_id"] or "")[:5])
        if regency and self.villages[regency]:
            row["incident_region_id"], row["origin_region_id"] = self.random.choice(self.villages[regency]), regency
            place = f" ({self.labels[row['incident_region_id']]})"
            for name in ("body", "body_original", "body_public"):
                row[name] = row[name] + place if row[name] else ""
        return row

    def _history(self, load: Load, chain: Chain, complaint: Row, moved: "_Moved", ids: Iterator[int]) -> None:
        renumbered, head = {}, ""
        for first in chain.transitions:
            pk = renumbered[first["id"]] = next(ids)
            row = moved.row(Transition, first)
            row["id"], row["complaint_id"], row["prev"] = pk, complaint["id"], head
            row["data"] = moved.data(first["data"])
            entry = chain.entries.get(first["id"])
            if entry is not None:
                salt = secrets.token_bytes(16)
                new = {"id": uuid.uuid4(), "complaint_id": complaint["id"], "transition_id": pk, "salt": salt}
                load.entries.append({**moved.row(Entry, entry), **new})
                row["commitment"] = ledger.commit(salt, entry["text"], entry["details"])
            row["hash"] = head = ledger.digest(SimpleNamespace(**row))
            load.transitions.append(row)
        complaint["head"] = head
        for clock in chain.clocks:
            pk_ = uuid.uuid4()
            load.clocks.append({**moved.row(Clock, clock), "id": pk_, "complaint_id": complaint["id"], "due_at": clock["due_at"]})
            for event in chain.events[clock["id"]]:
                new = {"clock_id": pk_, "transition_id": renumbered[event["transition_id"]], "due_at": event["due_at"]}
                load.events.append({**moved.row(ClockEvent, event), **new})


@dataclass(frozen=True, slots=True)
class _Moved:
    """Rows as they stand in another district, some minutes off."""

    district: District
    offset: timedelta

    def row(self, model: type[models.Model], first: Row) -> Row:
        row = dict(first)
        for name, kind in KINDS[model].items():
            value = row[name]
            if value is None:
                continue
            if kind == "place":
                row[name] = self.district.places.get(value, value)
            elif kind == "user":
                row[name] = self.district.users.get(value, value)
            elif kind == "time" and value != NEVER:
                row[name] = value + self.offset
        return row

    def data(self, first: Row) -> Row:
        known = {"target": self.district.places, "assignee": self.district.users}
        return first | {name: there.get(first[name], first[name]) for name, there in known.items() if name in first}


def grow(chains: list[Chain], districts: list[District], *, to: int, seed: int, progress: Callable[[int], None]) -> int:
    """Copy chains until there are `to` reports; each batch is one transaction. Returns how many were added."""
    missing = max(0, to - Complaint.objects.count())
    copier, added = Copier(districts, seed=seed), 0
    order = _endless(chains, copier.random)
    while added < missing:
        batch = [next(order) for _ in range(min(BATCH, missing - added))]
        ids, load = iter(reserve(Transition, sum(len(chain.transitions) for chain in batch))), Load()
        for chain in batch:
            copier.add(load, chain, ids)
        load.write()
        added += len(batch)
        progress(len(batch))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return added


def _endless(chains: list[Chain], random: Random) -> Iterator[Chain]:
    """All chains in a drawn order, again and again."""
    while chains:
        order: Iterable[Chain] = random.sample(chains, len(chains))
        yield from order
