"""The arithmetic of deadlines against a second reckoning, against numpy, and against what must hold of every history."""

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints import services
from complaints.clock import CALENDAR, HOURS, WORKING, Terms, Tick, add_days, count, due_at, horizon, share_at
from complaints.models import Clock, ClockEvent
from institutions.models import CalendarDay
from tests.complaints import oracle
from tests.world import World

VECTORS = Path(__file__).parents[1] / "data" / "workday_vectors.csv"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = tuple(oracle.EAST)
KINDS = ("pause", "resume", "extend", "recompute", "stop")


@dataclass(frozen=True)
class History:
    """A clock with all that happened to it, as the house reads it."""

    started: datetime
    terms: Terms
    ticks: tuple[Tick, ...]
    calendars: dict[str, frozenset[date]]

    @property
    def found(self) -> Any:
        return count(self.started, self.terms, self.ticks, self.calendars.__getitem__)

    def after(self, number: int) -> datetime:
        return count(self.started, self.terms, self.ticks[:number], self.calendars.__getitem__).due_at

    @property
    def reckoned(self) -> datetime:
        """By the second reckoning."""
        terms = self.terms
        return oracle.reckon(
            self.started,
            [(tick.kind, tick.at, tick.calendar, tick.days) for tick in self.ticks],
            {version: set(days) for version, days in self.calendars.items()},
            unit=terms.unit,
            length=terms.length,
            cap=None if terms.cap_length is None else (terms.cap_length, terms.cap_unit),
            zone=terms.zone,
            week=terms.week,
        )


@st.composite
def terms(draw: Any, units: tuple[str, ...] = (WORKING, CALENDAR, HOURS)) -> Terms:
    unit = draw(st.sampled_from(units))
    cap = draw(st.none() | st.integers(1, 40)) if unit != HOURS else None
    return Terms(
        unit, draw(st.integers(1, 60)), draw(st.sampled_from(ZONES)), cap, draw(st.sampled_from((WORKING, CALENDAR))), draw(st.sampled_from((5, 6)))
    )  # fmt: skip


@st.composite
def calendars(draw: Any) -> dict[str, frozenset[date]]:
    """Some versions, each made of the one before it by days that are decreed and days that are taken back."""
    around = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    days, found = frozenset(draw(st.sets(around, max_size=40))), {}
    for version in range(1, draw(st.integers(1, 4)) + 1):
        found[f"2026:{version}"] = days
        days = days ^ draw(st.sets(around | st.sampled_from(sorted(days) or [date(2026, 3, 3)]), max_size=8))
    return found


@st.composite
def histories(draw: Any) -> History:
    versions = draw(calendars())
    at = started = FIRST + timedelta(minutes=draw(st.integers(0, 250 * 1440)))
    names, newest = list(versions), 0
    ticks = [Tick("start", at, names[0])]
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=12)):
        at += timedelta(minutes=draw(st.integers(0, 15 * 1440)))
        newest = draw(st.integers(newest, len(names) - 1))
        ticks.append(Tick(kind, at, names[newest] if kind in ("resume", "extend", "recompute") else "", draw(st.integers(1, 14)) if kind == "extend" else 0))
    return History(started, draw(terms()), tuple(ticks), versions)


def tried(examples: int, check: Any, strategy: Any, capsys: pytest.CaptureFixture[str], what: str) -> None:
    """Run a property on so many examples and say how many there were of which kind."""
    seen: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def property_holds(value: Any) -> None:
        seen["examples"] += 1
        seen.update(check(value) or ())

    property_holds()
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {', '.join(f'{name} {number}' for name, number in seen.most_common())}\n")
    assert seen["examples"] >= examples * 0.9


def agrees(history: History) -> list[str]:
    found = history.found
    assert found.due_at == history.reckoned
    if history.terms.unit != HOURS:
        local = found.due_at.astimezone(ZoneInfo(history.terms.zone))
        assert local.time() == time(23, 59, 59)
        assert history.started.astimezone(local.tzinfo).date() < local.date() <= horizon(history.started.date(), history.terms, history.ticks)
    kinds = [tick.kind for tick in history.ticks]
    return [*kinds, history.terms.unit, f"week of {history.terms.week}", *(["capped"] if history.terms.cap_length else []), history.terms.zone]


def never_nearer(history: History) -> list[str]:
    dues = [history.after(number) for number in range(1, len(history.ticks) + 1)]
    assert dues == sorted(dues)
    for number, tick in enumerate(history.ticks[1:], 1):
        if tick.kind in ("stop", "pause"):
            assert dues[number] == dues[number - 1]
    return ["moved"] if dues[-1] > dues[0] else ["unmoved"]


def shares_lie_in_order(history: History) -> None:
    found = history.found
    off = history.calendars[found.calendar]
    shares = [share_at(history.started, found.terms, percent, off, found.pauses) for percent in range(0, 101, 5)]
    assert shares == sorted(shares)
    assert shares[-1] <= found.due_at
    assert history.started.astimezone(ZoneInfo(found.terms.zone)).date() <= shares[0].astimezone(ZoneInfo(found.terms.zone)).date()


def as_numpy_says(given_: tuple[datetime, Terms, frozenset[date]]) -> list[str]:
    started, rule, off = given_
    start = oracle.wall(started, rule.zone).date()
    last = np.busday_offset(start, rule.length, roll="backward", weekmask="1111110" if rule.week == 6 else "1111100", holidays=sorted(off))
    rule = Terms(rule.unit, rule.length, rule.zone, week=rule.week)
    found = due_at(started, rule, off)
    assert found.date() == last.astype(date)
    assert count(started, rule, [Tick("start", started, "x")], lambda _version: off).due_at == found
    return [f"week of {rule.week}"]


UNPAUSED = st.tuples(
    st.integers(0, 250 * 1440).map(lambda minutes: FIRST + timedelta(minutes=minutes)),
    terms(units=(WORKING,)),
    st.frozensets(st.dates(date(2026, 1, 1), date(2027, 3, 31)), max_size=60),
)
SIZES = [300, pytest.param(10_000, marks=pytest.mark.night)]


@pytest.mark.parametrize("examples", SIZES)
def test_every_history_ends_when_the_second_reckoning_says(examples: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried(examples, agrees, histories(), capsys, "histories as the oracle reckons")


@pytest.mark.parametrize("examples", SIZES)
def test_without_a_pause_numpy_says_the_same(examples: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried(examples, as_numpy_says, UNPAUSED, capsys, "unpaused deadlines as numpy.busday_offset counts")


@pytest.mark.parametrize("examples", SIZES)
def test_no_event_brings_a_deadline_nearer(examples: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried(examples, never_nearer, histories(), capsys, "histories in which nothing comes nearer")


@pytest.mark.parametrize("examples", SIZES)
def test_shares_of_a_deadline_lie_in_order_and_never_after_it(examples: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried(examples, shares_lie_in_order, histories(), capsys, "deadlines with their shares in order")


def test_the_second_reckoning_and_the_house_agree_on_every_vector(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with VECTORS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    off = CalendarDay.objects.off_days(None, date(2024, 1, 1), date(2028, 12, 31))
    for row in rows:
        start, length = date.fromisoformat(row["start_date"]), int(row["working_days"])
        started = datetime.combine(start, time(13), tzinfo=ZoneInfo("Asia/Jakarta"))
        second = oracle.once(started, [], unit="working", length=length, cap=None, zone="Asia/Jakarta", week=5, off=set(off))
        assert add_days(start, length, WORKING, off).isoformat() == row["due_with_joint_leave_excluded"]
        assert due_at(started, Terms(WORKING, length, "Asia/Jakarta"), off) == second

    assert len(rows) == 40
    with capsys.disabled():
        sys.stdout.write(f"\nvectors: {len(rows)} of {len(rows)}\n")


def test_notes_edits_charges_and_every_reading_leave_the_clocks_alone(world: World, client: Client, clock: Any) -> None:
    complaint = world.to_state("in_progress")
    rows, events = list(Clock.objects.order_by("pk").values()), list(ClockEvent.objects.order_by("pk").values())
    admin, liaison = world.actor("admin"), world.actor("liaison")
    later = world.at + timedelta(days=2)

    services.add_note(complaint.pk, text="Sudah ditelepon.", by=liaison, at=later)
    services.take(complaint.pk, by=liaison, at=later)
    services.assign(complaint.pk, to=world.user("liaison2"), by=admin, at=later)
    services.edit(complaint.pk, changes={"title": "Jalan berlubang di depan pasar lama"}, by=admin, at=later)
    services.rotate_code(complaint.pk, by=world.reporter(complaint), at=later)
    for name in ("liaison", "admin", "national", "auditor"):
        world.login(client, name)
        assert client.get(f"/meja/{complaint.tracking_id}/").status_code == 200
    assert client.get(f"/laporan/{complaint.tracking_id}/").status_code == 200
    services.recompute(at=later)

    assert list(Clock.objects.order_by("pk").values()) == rows
    assert list(ClockEvent.objects.order_by("pk").values()) == events
