"""Every due date explains itself by what made it: the lines and the stored date cannot differ."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints import clock as arithmetic
from complaints import services
from complaints.clock import EXTEND, PAUSE, RECOMPUTE, RESUME, START, Terms, Tick, count
from complaints.models import Clock, ClockEvent, Complaint
from complaints.models.clocks import PAUSE_REASONS
from complaints.services.clocks import derive, ticks
from complaints.services.reference import Reference
from complaints.templatetags.lapor_tags import date_time
from complaints.why import NAMES, PAUSES, STARTS, DayOff, Explanation, Grant, Pause, Rule, Told, explanation
from institutions import services as places
from institutions.models import CalendarDay, LegalBasis
from officers.actors import machine
from tests.world import ANSWER, World, at_city, in_progress

WIB = ZoneInfo("Asia/Jakarta")
NOT_COUNTED = {"weekend", "national_holiday", "joint_leave", "institution", "pause"}


def check(found: Explanation, *, start: date, length: int, due_at: datetime) -> None:
    """The lines say each day after day 0 once, count as many as are granted, and end where the clock does."""
    first, last = found.lines[0], found.lines[-1]
    counted = sum(line.days for line in found.lines if line.kind == "counted")
    days = [line for line in found.lines if line.first and line.last and (line.kind == "counted" or (line.kind in NOT_COUNTED and line.days))]
    cap = [line for line in found.lines if line.kind == "cap"]

    assert found.due_at == due_at
    assert (first.kind, first.first) == ("start", start)
    assert (last.kind, last.last) == ("due", due_at.astimezone(ZoneInfo(found.zone)).date())
    assert counted == length or (cap and counted < length)
    assert [line.first for line in days] == sorted(line.first for line in days if line.first)
    assert days[0].first == start + timedelta(days=1)
    assert days[-1].last == last.last
    assert all(one.last and one.last + timedelta(days=1) == two.first for one, two in pairwise(days))


# The arithmetic and its lines


@st.composite
def lives(draw: st.DrawFn) -> tuple[datetime, Terms, list[Tick], dict[str, dict[date, DayOff]]]:
    """A clock with pauses, extensions and recomputations in any order, and two versions of the calendar."""
    zone = draw(st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]))
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)) + timedelta(minutes=draw(st.integers(0, 500_000)))
    terms = Terms(
        draw(st.sampled_from(["working", "calendar"])),
        draw(st.integers(1, 60)),
        zone,
        draw(st.none() | st.integers(1, 60)),
        draw(st.sampled_from(["working", "calendar"])),
        draw(st.sampled_from([5, 6])),
    )
    happened, at, is_paused = [Tick(START, start, "1")], start, False
    for _number in range(draw(st.integers(0, 8))):
        at += timedelta(hours=draw(st.integers(0, 400)))
        kinds = [RESUME, EXTEND, RECOMPUTE] if is_paused else [PAUSE, EXTEND, RECOMPUTE]
        kind = draw(st.sampled_from(kinds))
        is_paused = kind == PAUSE or (is_paused and kind != RESUME)
        happened.append(Tick(kind, at, draw(st.sampled_from("12")), draw(st.integers(1, 20)) if kind == EXTEND else 0))
    days = {start.date() + timedelta(days=draw(st.integers(0, 120))) for _number in range(draw(st.integers(0, 25)))}
    off = {day: DayOff("national_holiday", "Libur nasional", f"Hari {day.day % 3}", "SKB 1") for day in sorted(days)}
    late = {day: row for day, row in off.items() if day.day % 2}
    return start, terms, happened, {"1": late, "2": off}


@settings(max_examples=300, deadline=None)
@given(lives())
def test_the_lines_add_up_to_the_due_date_whatever_happened_to_the_clock(life: tuple[datetime, Terms, list[Tick], dict[str, dict[date, DayOff]]]) -> None:
    start, terms, happened, calendars = life
    found = count(start, terms, happened, lambda version: calendars[version].keys())
    pauses = [Pause(begin, end, "hold") for begin, end in arithmetic.spans(happened)]
    extra = found.terms.length - terms.length
    grants = [Grant(start, extra, "SK", "Admin")] if extra else []

    told = Told("first_response", start, Rule("PermenPANRB", 1), calendars[found.calendar], pauses, grants)
    check(explanation(found, told), start=start.date(), length=found.terms.length, due_at=found.due_at)


def test_hours_are_one_line() -> None:
    start = datetime(2026, 11, 20, 17, 30, tzinfo=WIB)
    found = count(start, Terms("hours", 72, "Asia/Jakarta"), [Tick(START, start)], lambda _version: ())
    lines = explanation(found, Told("pdp_breach_notice", start, Rule("UU 27/2022", 1), {})).lines

    assert [(line.kind, line.days) for line in lines] == [("start", 0), ("rule", 72), ("counted", 72), ("due", 0)]
    assert lines[-1].text.endswith("17.30 WIB.")


def test_every_deadline_and_every_pause_has_its_words() -> None:
    assert set(STARTS) == set(arithmetic.RULES)
    assert set(STARTS) <= set(NAMES)
    assert set(PAUSES) == set(PAUSE_REASONS)


# The clocks of cases


def told(complaint: Complaint) -> list[Clock]:
    return list(Clock.objects.told().filter(complaint=complaint).order_by("started_at", "key"))


def check_all(clocks: Sequence[Clock], at: datetime) -> None:
    for clock, found in zip(clocks, services.explanations(clocks, reference=Reference(at)), strict=True):
        extra = sum(event.days for event in clock.events.all())
        check(found, start=clock.started_at.astimezone(ZoneInfo(clock.zone)).date(), length=clock.policy.length + extra, due_at=clock.due_at)


def texts(found: Explanation, kind: str) -> list[str]:
    return [line.text for line in found.lines if line.kind == kind]


def one(complaint: Complaint, key: str, at: datetime) -> Explanation:
    return services.explain(Clock.objects.told().filter(complaint=complaint, key=key).order_by("-started_at")[0], reference=Reference(at))


def long_life(world: World) -> Complaint:
    """Asked for more, answered, replied, closed, opened again."""
    complaint = at_city(world, world.submit().complaint)
    days = iter(range(1, 60, 3))

    def step(action: str, who: str = "", **given: object) -> None:
        world.step(complaint, action, who, at=world.at + timedelta(days=next(days)), **given)

    step("pend", "admin", reason="incomplete", items="Foto")
    step("complete", text="Ini fotonya.")
    step("dispose_to_unit", "admin", target="kota-uji-dpu")
    step("respond", "liaison", text="Diperiksa.", estimated_on="2026-12-20")
    step("answer", "liaison", **ANSWER)
    step("reply", text="Belum.")
    step("answer", "liaison", **ANSWER)
    step("confirm", rating=3)
    step("reopen", text="Berlubang lagi.")
    return complaint


WAYS = (
    "awaiting_verification",
    "at_city",
    "awaiting_completion",
    "awaiting_followup",
    "in_progress",
    "awaiting_reporter",
    "reporter_replied",
    "closed",
    "archived",
)


@pytest.mark.parametrize("state", WAYS)
def test_every_clock_of_a_case_is_explained_by_lines_that_add_up(world: World, state: str) -> None:
    clocks = told(world.to_state(state))

    assert clocks
    check_all(clocks, world.at)


def test_every_clock_of_a_long_life_is_explained_by_lines_that_add_up(world: World) -> None:
    clocks = told(long_life(world))

    assert {clock.state for clock in clocks} == {"running", "stopped"}
    check_all(clocks, world.at + timedelta(days=90))


def test_a_case_in_the_east_counts_in_its_own_zone_and_week(world: World) -> None:
    places.update_institution(world.place("kabupaten-timur"), {"working_week": 6}, by=machine("system"), at=world.at, why="uji")
    complaint = world.submit(target_institution="kabupaten-timur").complaint
    found = one(complaint, "resolution_non_oversight", world.at)

    check_all(told(complaint), world.at)
    assert found.due_at.astimezone(ZoneInfo("Asia/Jayapura")).date() == date(2026, 11, 18)
    assert texts(found, "counted") == ["3 sampai 18 November 2026: 14 hari kerja dihitung, hari Minggu dilewati (2 hari)."]
    assert texts(found, "due") == ["Hari terakhir: Rabu, 18 November 2026, sampai pukul 23.59 WIT."]


def test_the_lines_say_in_words_what_was_counted_and_what_was_not(world: World) -> None:
    at = datetime(2026, 12, 22, 9, 30, tzinfo=WIB)
    complaint = world.submit(at=at).complaint
    found = one(complaint, "verify_national", at)

    assert [line.text for line in found.lines] == [
        "Dihitung sejak 22 Desember 2026 09.30 WIB: laporan sampai di meja nasional. "
        "Hari itu adalah hari ke-0, jam berapa pun: hitungan mulai pada hari sesudahnya.",
        "Jangka waktunya 3 hari kerja: PermenPANRB 5/2025 (versi 1 dari jangka waktu ini).",
        "23 Desember 2026: 1 hari kerja dihitung.",
        "24 Desember 2026: tidak dihitung, cuti bersama: Cuti Bersama Hari Raya Natal (SKB 3 Menteri 1497/2025, 2/2025, 5/2025).",
        "25 Desember 2026: tidak dihitung, libur nasional: Hari Raya Natal (SKB 3 Menteri 1497/2025, 2/2025, 5/2025).",
        "26 sampai 29 Desember 2026: 2 hari kerja dihitung, akhir pekan dilewati (2 hari).",
        "Hari terakhir: Selasa, 29 Desember 2026, sampai pukul 23.59 WIB.",
    ]
    with translation.override("en"):
        read = one(complaint, "verify_national", at)
        assert texts(read, "counted")[0] == "23 December 2026: 1 working day counted."
        assert read.lines[0].text.startswith("Counted from 22 December 2026 09:30 WIB: ")
        assert texts(read, "due") == ["Last day: Tuesday, 29 December 2026, until 23:59 WIB."]
        assert date_time(at) == "22 December 2026 09:30 WIB"


def test_a_pause_says_why_and_how_many_days_it_takes_out(world: World) -> None:
    complaint = at_city(world, world.submit().complaint)
    world.step(complaint, "pend", "admin", at=world.at + timedelta(days=1), reason="incomplete", items="Foto")
    found = one(complaint, "resolution_non_oversight", world.at)

    assert texts(found, "standing") == [
        "Sejak 3 November 2026 jam berhenti: pelapor diminta melengkapi laporan. Bila berjalan lagi, hari terakhir bergeser sebanyak hari jam itu berhenti."
    ]
    assert texts(found, "due")[0].startswith("Hari terakhir sejauh ini: ")

    world.step(complaint, "complete", at=world.at + timedelta(days=8), text="Ini fotonya.")
    found = one(complaint, "resolution_non_oversight", world.at)
    assert texts(found, "pause") == ["4 sampai 10 November 2026: jam berhenti, 7 hari tidak dihitung: pelapor diminta melengkapi laporan."]
    assert not texts(found, "standing")


def test_a_pause_within_a_day_is_told_and_takes_nothing_out(world: World) -> None:
    complaint = at_city(world, world.submit().complaint)
    world.step(complaint, "pend", "admin", at=world.at + timedelta(hours=1), reason="incomplete", items="Foto")
    world.step(complaint, "complete", at=world.at + timedelta(hours=3), text="Ini fotonya.")
    found = one(complaint, "resolution_non_oversight", world.at)

    [line] = [line for line in found.lines if line.kind == "pause"]
    assert (line.days, line.first, line.reason) == (0, world.at.date(), "pend")
    check_all(told(complaint), world.at)


def event(clock: Clock, kind: str, at: datetime, **more: object) -> None:
    """What a recomputation or an extension writes."""
    reference = Reference(at)
    derive(clock, [*ticks(clock.events.order_by("id")), Tick(kind, at, days=int(str(more.get("days", 0))))], reference)
    clock.save()
    version = reference.calendar_version(clock.started_at.date(), clock.due_at.date())[0]
    ClockEvent.objects.create(clock=clock, kind=kind, reason=kind, at=at, due_at=clock.due_at, calendar_version=version, **more)


def test_a_recomputation_says_which_decree_moved_the_date(world: World) -> None:
    complaint = in_progress(world, world.submit().complaint)
    later = world.at + timedelta(days=2)
    places.set_calendar_day(
        date=date(2026, 11, 18), kind="national_holiday", name="Hari Pilkada", decree="Keppres 9/2026", by=machine("system"), at=later, why="uji"
    )
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    event(clock, ClockEvent.RECOMPUTE, later)
    found = one(complaint, "resolution_non_oversight", later)

    assert texts(found, "recomputed") == [
        "Pada 4 November 2026 ditetapkan hari libur baru: Hari Pilkada (Keppres 9/2026). Hari terakhir bergeser dari 20 November 2026 ke 23 November 2026."
    ]
    assert texts(found, "national_holiday") == ["18 November 2026: tidak dihitung, libur nasional: Hari Pilkada (Keppres 9/2026)."]
    check_all(told(complaint), later)


def test_a_holiday_that_is_taken_back_stays_in_the_lines_of_what_it_moved(world: World) -> None:
    complaint = in_progress(world, world.submit().complaint)
    row = places.set_calendar_day(date=date(2026, 11, 18), kind="national_holiday", name="Hari X", by=machine("system"), at=world.at, why="uji")
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    event(clock, ClockEvent.RECOMPUTE, world.at + timedelta(days=1))
    places.remove_calendar_day(row, by=machine("system"), at=world.at, why="uji")
    found = one(complaint, "resolution_non_oversight", world.at)

    assert "Hari X" in texts(found, "national_holiday")[0]
    check_all(told(complaint), world.at)


def test_an_extension_says_on_what_and_on_whose_authority_and_names_nobody(world: World) -> None:
    complaint = in_progress(world, world.submit().complaint)
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    transition = complaint.transitions.get(kind="dispose_to_unit")
    event(clock, ClockEvent.EXTEND, world.at + timedelta(days=1), days=5, basis=LegalBasis.objects.get(code="service-rule"), transition=transition)
    found = one(complaint, "resolution_non_oversight", world.at)

    [line] = [line for line in found.lines if line.kind == "extension"]
    assert line.days == 5
    assert line.name == "Admin Instansi, Kota Uji"
    assert "Petugas" not in line.text
    assert next(line.days for line in found.lines if line.kind == "rule") == 14
    check_all(told(complaint), world.at)


def test_a_cap_that_ends_the_period_is_told() -> None:
    start = datetime(2026, 11, 2, 9, tzinfo=WIB)
    off = {date(2026, 11, 16) + timedelta(days=n): DayOff("joint_leave", "Cuti bersama", "Cuti panjang", "SKB 1") for n in range(12)}
    found = count(start, Terms("working", 10, "Asia/Jakarta", 15), [Tick(START, start)], lambda _version: off.keys())
    lines = explanation(found, Told("completion", start, Rule("UU 25/2009", 1), off)).lines

    check(explanation(found, Told("completion", start, Rule("UU 25/2009", 1), off)), start=start.date(), length=10, due_at=found.due_at)
    assert next(line.text for line in lines if line.kind == "rule").startswith("Jangka waktunya 10 hari kerja, paling lama 15 hari kalender: ")
    assert next(line.text for line in lines if line.kind == "cap").startswith("15 hari kalender habis pada 17 November 2026: ")
    assert lines[-1].last == date(2026, 11, 17)


def test_a_stricter_value_of_an_institution_is_said(world: World) -> None:
    places.set_policy(
        key="first_response", institution=world.city, length=2, unit="working", legal_basis=LegalBasis.objects.get(code="service-rule"),
        valid_from=date(2026, 11, 1), by=machine("system"), at=world.at, why="uji",
    )  # fmt: skip
    found = one(at_city(world, world.submit().complaint), "first_response", world.at)

    assert texts(found, "rule")[0].endswith("lebih menguntungkan pelapor daripada nilai nasional: Kota Uji.")


def test_a_provisional_date_says_which_year_has_no_decree(world: World) -> None:
    found = services.reckon("first_response", date(2027, 12, 28), institution=world.nation, at=world.at)

    assert found.is_provisional
    assert "2028" in texts(found, "provisional")[0]


def test_clocks_are_explained_with_as_many_queries_for_ten_as_for_one(world: World) -> None:
    complaint = long_life(world)
    ids = list(Clock.objects.filter(complaint=complaint).values_list("pk", flat=True))
    assert len(ids) >= 8

    def ask(ids: Sequence[UUID]) -> int:
        with CaptureQueriesContext(connection) as found:
            services.explanations(list(Clock.objects.told().filter(pk__in=ids)), reference=Reference(world.at))
        return len(found)

    assert ask(ids[:1]) == ask(ids) <= 3


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_a_day_knows_in_which_versions_it_counted_as_the_query_does(world: World, version: int) -> None:
    by = machine("system")
    row = places.set_calendar_day(date=date(2026, 11, 18), kind="national_holiday", name="X", by=by, at=world.at, why="uji")
    places.set_calendar_day(date=date(2026, 11, 19), kind="joint_leave", name="Y", by=by, at=world.at, why="uji")
    places.remove_calendar_day(row, by=by, at=world.at, why="uji")
    rows = CalendarDay.objects.filter(date__year=2026)

    assert {r.pk for r in rows if r.counted_in({2026: version})} == set(CalendarDay.objects.at_versions({2026: version}).values_list("pk", flat=True))
