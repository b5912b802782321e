"""The small country in which the tests play: built once a database through services, read fresh by each test."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.test import Client

from complaints import services
from complaints.models import Complaint
from institutions import services as places
from institutions.models import Institution, Kind
from officers import services as people
from officers.actors import Actor, actor_for, machine
from officers.models import User
from tests.login import enrol, log_in

WIB = ZoneInfo("Asia/Jakarta")
START = datetime(2026, 11, 2, 9, tzinfo=WIB)  # a Monday
SINCE = date(2019, 1, 2)
PROVINCES = ("31", "33", "73")
PASSWORD = "kata-sandi-uji"

# slug, name, kind, parent's slug, zone
BODIES = (
    ("kota-uji", "Kota Uji", Kind.CITY, "nasional", "Asia/Jakarta"),
    ("kota-uji-dpu", "Dinas Pekerjaan Umum Kota Uji", Kind.UNIT, "kota-uji", "Asia/Jakarta"),
    ("kota-uji-dinkes", "Dinas Kesehatan Kota Uji", Kind.UNIT, "kota-uji", "Asia/Jakarta"),
    ("kota-uji-rsud", "RSUD Kota Uji", Kind.UNIT, "kota-uji", "Asia/Jakarta"),
    ("kota-uji-inspektorat", "Inspektorat Kota Uji", Kind.UNIT, "kota-uji", "Asia/Jakarta"),
    ("kementerian-uji", "Kementerian Uji", Kind.MINISTRY, "nasional", "Asia/Jakarta"),
    ("kementerian-uji-biro", "Biro Uji", Kind.UNIT, "kementerian-uji", "Asia/Jakarta"),
    ("kabupaten-timur", "Kabupaten Timur", Kind.REGENCY, "nasional", "Asia/Jayapura"),
    ("kabupaten-sunyi", "Kabupaten Sunyi", Kind.REGENCY, "nasional", "Asia/Jakarta"),  # nobody is appointed there
)

# name in the tests, role, place
PEOPLE = (
    ("national", "national_admin", "nasional"),
    ("national2", "national_admin", "nasional"),
    ("admin", "institution_admin", "kota-uji"),
    ("admin2", "institution_admin", "kota-uji"),
    ("liaison", "liaison", "kota-uji-dpu"),
    ("liaison2", "liaison", "kota-uji-dpu"),
    ("health_liaison", "liaison", "kota-uji-dinkes"),
    ("unit_admin", "unit_admin", "kota-uji-rsud"),
    ("supervisor", "oversight_handler", "kota-uji-inspektorat"),
    ("superior", "superior", "kota-uji"),
    ("accountable", "accountable_official", "kota-uji"),
    ("patron", "patron", "kota-uji"),
    ("other_admin", "institution_admin", "kementerian-uji"),
    ("other_liaison", "liaison", "kementerian-uji-biro"),
    ("east_admin", "institution_admin", "kabupaten-timur"),
    ("hub", "hub_coordinator", "nasional"),
    ("monitor", "national_monitor", "nasional"),
    ("ombudsman", "ombudsman_officer", "nasional"),
    ("operator", "infrastructure_manager", "nasional"),
    ("custodian", "custodian", "nasional"),
    ("auditor", "auditor", "nasional"),
)

COMPLAINT: dict[str, Any] = {
    "classification": "complaint",
    "title": "Jalan berlubang di depan pasar",
    "body": "Jalan di depan pasar berlubang besar sejak tiga bulan dan sudah dua pengendara motor jatuh.",
    "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001",
    "incident_place": "Depan pasar",
    "contact": {"name": "Zznama Pelapor", "email": "zz1@contoh.invalid", "phone": "0899-0000-1234"},
    "contact_allowed": True,
    "consent": True,
}


@transaction.atomic
def build() -> None:
    """Reference data, bodies and officers; at most once a database."""
    if Institution.objects.filter(slug=BODIES[0][0]).exists():
        return
    system = machine("system")
    places.load_reference(by=system, at=START - timedelta(days=700), provinces=PROVINCES)
    for slug, name, kind, parent, zone in BODIES:
        above = Institution.objects.get(slug=parent)
        places.create_institution(parent=above, name=name, slug=slug, kind=kind, time_zone=zone, valid_from=SINCE, by=system, at=START, why="test")
    by = actor_for(system, at=START)
    for name, role, place in PEOPLE:
        user = people.create_officer(
            username=name, full_name=f"Petugas {name}", email=f"{name}@contoh.invalid", password=PASSWORD, by=system, at=START, why="test"
        )
        enrol(user)
        where = Institution.objects.get(slug=place)
        people.appoint(user=user, role=role, institution=where, decree_number=f"SK-{name}", decree_on=SINCE, valid_from=SINCE, by=by, at=START)


class World:
    """What a test asks for by name."""

    at = START

    def place(self, slug: str) -> Institution:
        return Institution.objects.get(slug=slug)

    @cached_property
    def nation(self) -> Institution:
        return self.place("nasional")

    @cached_property
    def city(self) -> Institution:
        return self.place("kota-uji")

    @cached_property
    def unit(self) -> Institution:
        return self.place("kota-uji-dpu")

    @cached_property
    def inspectorate(self) -> Institution:
        return self.place("kota-uji-inspektorat")

    @cached_property
    def ministry(self) -> Institution:
        return self.place("kementerian-uji")

    def user(self, name: str) -> User:
        return User.objects.get(username=name)

    def actor(self, name: str, *, at: datetime | None = None) -> Actor:
        """An officer, or `system`."""
        return actor_for(machine("system") if name == "system" else self.user(name), at=at or self.at)

    def reporter(self, *complaints: Complaint | UUID, at: datetime | None = None) -> Actor:
        """Whoever proved these cases; nobody in particular without any."""
        ids = frozenset(c.pk if isinstance(c, Complaint) else c for c in complaints)
        return actor_for(None, at=at or self.at, case_ids=ids)

    def submit(self, *, at: datetime | None = None, by: Actor | None = None, **overrides: Any) -> services.Receipt:
        given = {**COMPLAINT, **overrides}
        return services.submit({k: v for k, v in given.items() if v is not None}, by=by or self.reporter(), at=at or self.at)

    def step(self, complaint: Complaint, action: str, who: str = "", *, at: datetime | None = None, **given: Any) -> Complaint:
        """Take a step as an officer by name, as `system`, or as the reporter of this case when nobody is named."""
        at = at or self.at
        by = self.reporter(complaint, at=at) if not who else self.actor(who, at=at)
        return services.advance(complaint.pk, action, by=by, at=at, given=given)

    def to_state(self, state: str, **overrides: Any) -> Complaint:
        """A complaint at the city's unit in this state, on the shortest way that the workflow allows."""
        return _WAYS[state](self, self.submit(**overrides).complaint)

    def login(self, client: Client, name: str) -> Client:
        return log_in(client, self.user(name))


SORT: dict[str, Any] = {"topic": "public_works.potholes", "track": "non_oversight"}
ANSWER: dict[str, Any] = {"text": "Lubang sudah ditambal.", "outcome": "solved", "done_on": "2026-11-02", "evidence": "Berita acara 12/DPU/2026."}


def at_city(world: World, complaint: Complaint) -> Complaint:
    return world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)


def at_unit(world: World, complaint: Complaint) -> Complaint:
    return world.step(at_city(world, complaint), "dispose_to_unit", "admin", target="kota-uji-dpu")


def in_progress(world: World, complaint: Complaint) -> Complaint:
    return world.step(at_unit(world, complaint), "respond", "liaison", text="Kami periksa lokasinya.", estimated_on="2026-11-20")


def answered(world: World, complaint: Complaint) -> Complaint:
    return world.step(in_progress(world, complaint), "answer", "liaison", **ANSWER)


_WAYS: dict[str, Callable[[World, Complaint], Complaint]] = {
    "awaiting_verification": lambda _w, c: c,
    "at_city": at_city,
    "awaiting_completion": lambda w, c: w.step(c, "pend", "national", reason="incomplete", items="Foto lokasi"),
    "awaiting_followup": at_unit,
    "in_progress": in_progress,
    "awaiting_reporter": answered,
    "reporter_replied": lambda w, c: w.step(answered(w, c), "reply", text="Belum selesai."),
    "closed": lambda w, c: w.step(answered(w, c), "confirm", rating=4),
    "archived": lambda w, c: w.step(c, "archive", "national", reason="too_general", text="Laporan terlalu umum."),
}
