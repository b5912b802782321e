"""A day that is decreed late moves the running deadlines whose window contains it, once each; nothing ever comes nearer."""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import NEVER, Clock, ClockEvent, Complaint
from complaints.services.reference import Reference
from institutions import services as places
from institutions.models import CalendarDay, CalendarYear, Change, Institution
from officers.actors import machine
from tests.complaints.crowd import crowd
from tests.world import ANSWER, World

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


def test_the_calendar_is_read_once_for_all_bodies_that_have_no_days_of_their_own(world: World) -> None:
    decree(institution=world.city)
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    bodies = list(Institution.objects.order_by("pk").values_list("pk", flat=True))
    own = set(Institution.objects.under(world.city.path).values_list("pk", flat=True))
    reference = Reference(LATER)

    with CaptureQueriesContext(connection) as asked:
        found = {pk: {day for day in reference.off_days(pk, first, last) if first <= day <= last} for pk in bodies}

    assert found == {pk: set(CalendarDay.objects.off_days(pk, first, last)) for pk in bodies}
    assert {pk for pk, days in found.items() if HOLIDAY in days} == own
    assert len(bodies) > len(own) + 3
    assert len(asked) <= len(own) + 6


def whole() -> None:
    breaches = list(services.broken(reference=Reference(LATER)))
    assert [breach for breach in breaches if breach.rule in RULES_OF_CLOCKS] == []


def local(clock: Clock, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(clock.zone)).date()


@pytest.fixture
def calendar_back(committed: World) -> Iterator[World]:
    """What a test commits to the calendar is taken out again: it is no moving table."""
    years, newest = dict(CalendarYear.objects.values_list("year", "version")), CalendarDay.objects.latest("pk").pk
    ended = list(CalendarDay.objects.filter(until=None).values_list("pk", flat=True))
    yield committed
    CalendarDay.objects.filter(pk__gt=newest).delete()
    CalendarDay.objects.filter(pk__in=ended).update(until=None)
    CalendarYear.objects.exclude(year__in=years).delete()
    for year, version in years.items():
        CalendarYear.objects.filter(year=year).update(version=version)


def test_a_late_holiday_moves_a_running_deadline_by_one_event_that_names_who_decreed_it(world: World) -> None:
    complaint = world.to_state("in_progress")
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    statutory = Clock.objects.get(complaint=complaint, key="statutory_60")
    version, seq = Complaint.objects.values_list("version", "seq").get(pk=complaint.pk)
    day = decree()

    done = services.recompute(at=LATER)

    moved = Clock.objects.get(pk=clock.pk)
    assert (done.moved, local(clock, clock.due_at), local(moved, moved.due_at)) == (1, date(2026, 11, 20), date(2026, 11, 23))
    event = moved.events.get(kind="recompute")
    assert (event.transition_id, event.at, event.due_at, event.calendar_version) == (None, LATER, moved.due_at, moved.calendar_version)
    assert event.change is not None
    assert (event.change.target_id, event.change.why) == (str(day.pk), "decreed late")
    assert moved.calendar_version != clock.calendar_version
    assert clock.rung_at is not None
    assert moved.rung_at is not None
    assert (moved.rung, moved.rung_at > clock.rung_at) == (0, True)
    complaint.refresh_from_db()
    assert (complaint.version, complaint.seq, complaint.next_due_at) == (version, seq, moved.due_at)
    assert Clock.objects.get(pk=statutory.pk).due_at == statutory.due_at
    assert list(services.broken(reference=Reference(LATER))) == []


def test_counting_twice_writes_nothing_the_second_time(world: World) -> None:
    world.to_state("in_progress")
    decree()
    services.recompute(at=LATER)
    before = list(Clock.objects.order_by("pk").values_list(*ROW))

    again = services.recompute(at=LATER + timedelta(hours=1))

    assert (again.moved, again.kept, recomputed()) == (0, 0, 1)
    assert list(Clock.objects.order_by("pk").values_list(*ROW)) == before


def test_a_day_taken_back_brings_nothing_nearer(world: World) -> None:
    world.to_state("in_progress")
    day = decree()
    services.recompute(at=LATER)
    before = dues()
    take_back(day)

    assert services.recompute(at=LATER).moved == 0
    assert dues() == before
    whole()


def test_a_dry_run_lists_what_would_move_and_writes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    complaint = world.to_state("in_progress")
    decree()
    before = list(Clock.objects.order_by("pk").values_list(*ROW))

    call_command("recompute", "--dry-run", "--json", at=LATER.isoformat())

    said = json.loads(capsys.readouterr().out)
    assert [(move["number"], move["key"], move["from"][:10], move["to"][:10]) for move in said["moves"]] == [
        (complaint.tracking_id, "resolution_non_oversight", "2026-11-20", "2026-11-23")
    ]
    assert (said["moved"], list(Clock.objects.order_by("pk").values_list(*ROW)), recomputed()) == (1, before, 0)

    call_command("recompute", at=LATER.isoformat())
    assert "moved 1" in capsys.readouterr().out
    call_command("sweep", "--json", at=LATER.isoformat())
    assert json.loads(capsys.readouterr().out)["recomputed"] == 0


@pytest.mark.parametrize("day", [date(2026, 11, 2), date(2026, 11, 21), date(2026, 12, 1)], ids=["day 0", "the day after the last", "later"])
def test_a_day_outside_the_window_touches_nothing(world: World, day: date) -> None:
    complaint = world.to_state("in_progress")
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    decree(day)

    done = services.recompute(at=LATER)

    assert (done.moved, done.kept, Clock.objects.get(pk=clock.pk).calendar_version) == (0, 0, clock.calendar_version)


def test_a_holiday_on_a_sunday_and_a_new_name_change_no_date_and_are_looked_at_once(world: World) -> None:
    world.to_state("in_progress")
    before = dues()
    decree(date(2026, 11, 15))

    first, second = services.recompute(at=LATER), services.recompute(at=LATER)

    assert (first.moved, first.kept, second.kept) == (0, 1, 0)
    assert (dues(), recomputed()) == (before, 0)
    whole()


def test_a_day_of_one_institution_moves_what_lies_there_and_below(world: World) -> None:
    mine, other = world.to_state("in_progress"), world.submit(target_institution="kementerian-uji").complaint
    before = dues()
    decree(HOLIDAY, world.city)

    services.recompute(at=LATER)

    assert {clock.complaint_id for clock in Clock.objects.all() if clock.due_at != before[clock.pk]} == {mine.pk}
    assert other.pk != mine.pk


def test_an_own_day_that_the_nation_decrees_too_moves_nothing_again(world: World) -> None:
    world.to_state("in_progress")
    decree(HOLIDAY, world.city)
    services.recompute(at=LATER)
    decree()

    done = services.recompute(at=LATER)

    assert (done.moved, done.kept, recomputed()) == (0, 1, 1)


def test_closed_deadlines_keep_their_past_and_a_paused_one_is_counted_anew_when_it_goes_on(world: World) -> None:
    closed = world.to_state("closed")
    waiting = world.to_state("awaiting_reporter")
    past = dict(Clock.objects.filter(complaint=closed).exclude(state="running").values_list("pk", "due_at"))
    paused = Clock.objects.get(complaint=waiting, key="resolution_non_oversight")
    decree()

    services.recompute(at=LATER)

    assert {pk: due for pk, due in dues().items() if pk in past} == past
    assert Clock.objects.get(pk=paused.pk).due_at == paused.due_at
    world.step(waiting, "reply", at=world.at + timedelta(days=1), text="Belum.")
    assert local(paused, Clock.objects.get(pk=paused.pk).due_at) == date(2026, 11, 24)  # one day of pause, one holiday
    whole()


def test_a_confirmed_year_takes_the_mark_away_without_an_event(world: World) -> None:
    started = datetime(2027, 12, 20, 9, tzinfo=WIB)
    clock = crowd(world, [started], [world.unit])[0]
    assert clock.is_provisional
    places.confirm_year(year=2028, decree="SKB 9/2027", by=machine("system"), at=LATER, why="the decree is out")

    assert services.recompute(at=LATER, dry_run=True).confirmed == 1
    done = services.recompute(at=LATER)

    assert (done.confirmed, done.moved, recomputed()) == (1, 0, 0)
    assert not Clock.objects.get(pk=clock.pk).is_provisional
    assert services.recompute(at=LATER).confirmed == 0


def test_a_deadline_in_a_year_that_was_unknown_moves_when_its_days_come(world: World) -> None:
    started = datetime(2029, 12, 20, 9, tzinfo=WIB)
    clock = crowd(world, [started], [world.unit])[0]
    assert "2030:0" in clock.calendar_version
    decree(date(2030, 1, 1))

    assert services.recompute(at=LATER).moved == 1
    whole()


def test_one_record_narrows_the_count_to_its_own_day(world: World) -> None:
    world.to_state("in_progress")
    decree(date(2026, 12, 24))
    far = Change.objects.filter(target_kind="institutions.calendarday").latest("pk")
    decree()
    near = Change.objects.filter(target_kind="institutions.calendarday").latest("pk")

    assert services.recompute(at=LATER, change=far).moved == 0
    assert services.recompute(at=LATER, change=Change.objects.exclude(target_kind="institutions.calendarday").latest("pk")).moved == 0
    assert services.recompute(at=LATER, change=near).moved == 1


def test_an_idle_sweep_asks_few_questions(world: World) -> None:
    crowd(world, [world.at] * 20, [world.unit])
    services.recompute(at=LATER)

    with CaptureQueriesContext(connection) as asked:
        services.recompute(at=LATER)

    assert len(asked) <= 4


def _starts(count: int, seed: int) -> list[datetime]:
    """Around the holiday: some windows end before it, most contain it, some begin after it."""
    numbers = random.Random(seed)
    return [datetime(2026, 10, 5, tzinfo=WIB) + timedelta(days=numbers.randrange(70), minutes=numbers.randrange(1440)) for _n in range(count)]


def _show(world: World, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    holders = [world.unit, world.place("kabupaten-timur"), world.ministry]
    clocks = crowd(world, _starts(count, count), holders)
    before = dues()
    inside = {clock.pk for clock in clocks if local(clock, clock.started_at) < HOLIDAY <= local(clock, clock.due_at)}
    inside |= set(
        Clock.objects.running().filter(policy__unit="working", started_at__date__lt=HOLIDAY, due_at__date__gte=HOLIDAY).values_list("pk", flat=True)
    ) - {clock.pk for clock in clocks}
    day = decree()

    assert services.recompute(at=LATER).moved == len(inside)
    after = dues()
    assert {pk for pk, due in after.items() if due != before[pk]} == inside
    assert all(after[pk] > before[pk] for pk in inside)
    assert dict(ClockEvent.objects.filter(kind="recompute").values_list("clock", "due_at")) == {pk: after[pk] for pk in inside}
    assert recomputed() == len(inside)
    assert services.recompute(at=LATER).moved == 0
    take_back(day)
    assert services.recompute(at=LATER).moved == 0
    assert (dues(), recomputed()) == (after, len(inside))
    whole()
    with capsys.disabled():
        sys.stdout.write(f"\n{len(clocks)} running deadlines, {len(inside)} with the holiday inside: {len(inside)} moved, one event each\n")


def test_only_windows_that_contain_the_holiday_move_and_nothing_moves_back(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _show(world, 300, capsys)


@pytest.mark.night
def test_ten_thousand_running_windows(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _show(world, 10_000, capsys)


def test_four_at_once_count_each_deadline_once(calendar_back: World) -> None:
    clocks = crowd(calendar_back, _starts(300, 7), [calendar_back.unit])
    decree()
    inside = {clock.pk for clock in clocks if local(clock, clock.started_at) < HOLIDAY <= local(clock, clock.due_at)}
    barrier, counts = threading.Barrier(4), []

    def sweep() -> None:
        try:
            barrier.wait()
            counts.append(services.recompute(at=LATER).moved)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.append(services.recompute(at=LATER).moved)  # what one held, another let go by

    assert len(counts) == 5
    moved = list(ClockEvent.objects.filter(kind="recompute", clock__in=[clock.pk for clock in clocks]).values_list("clock", flat=True))
    assert (len(moved), set(moved)) == (len(inside), inside)
    assert sum(counts) == recomputed()
    whole()


def test_a_report_that_somebody_works_on_is_left_to_the_next_sweep(calendar_back: World) -> None:
    complaint = calendar_back.to_state("in_progress")
    decree()
    held, let_go = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                services.lock(complaint.pk, by=calendar_back.actor("liaison"), act="answer")
                held.set()
                let_go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    held.wait(20)
    first = services.recompute(at=LATER).moved
    let_go.set()
    thread.join()

    assert (first, services.recompute(at=LATER).moved) == (0, 1)


def test_a_step_after_the_change_counts_by_the_newest_calendar_and_the_sweep_finds_nothing_left(world: World) -> None:
    complaint = world.to_state("in_progress")
    world.step(complaint, "answer", "liaison", **ANSWER)
    decree()
    world.step(complaint, "reply", at=world.at + timedelta(hours=5), text="Belum.")
    before = dues()

    services.recompute(at=LATER)

    resolution = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    assert before[resolution.pk] == resolution.due_at
    assert local(resolution, resolution.due_at) == date(2026, 11, 23)


@pytest.mark.parametrize("field", ["time_zone", "working_week"])
def test_a_holders_new_zone_or_week_touches_later_deadlines_only(world: World, field: str) -> None:
    old = world.to_state("in_progress")
    clock = Clock.objects.get(complaint=old, key="resolution_non_oversight")
    value = {"time_zone": "Asia/Jayapura", "working_week": 6}[field]
    places.update_institution(world.unit, {field: value}, by=machine("system"), at=world.at, why="test")
    places.update_institution(world.city, {field: value}, by=machine("system"), at=world.at, why="test")
    decree()

    services.recompute(at=LATER)

    moved = Clock.objects.get(pk=clock.pk)
    assert (moved.zone, moved.week, local(moved, moved.due_at)) == ("Asia/Jakarta", 5, date(2026, 11, 23))
    fresh = Clock.objects.get(complaint=world.to_state("in_progress"), key="resolution_non_oversight")
    # Six days a week: 2 November and 14 working days without Thursday the 12th.
    assert (fresh.zone, fresh.week, local(fresh, fresh.due_at)) == {
        "time_zone": ("Asia/Jayapura", 5, date(2026, 11, 23)),
        "working_week": ("Asia/Jakarta", 6, date(2026, 11, 19)),
    }[field]
    whole()


def test_a_saturday_that_is_decreed_moves_a_six_day_office_only(world: World) -> None:
    six = world.place("kabupaten-timur")
    six = places.update_institution(six, {"working_week": 6}, by=machine("system"), at=world.at, why="test")
    five, other = crowd(world, [world.at] * 2, [world.unit, six])
    decree(date(2026, 11, 7))

    services.recompute(at=LATER)

    assert Clock.objects.get(pk=five.pk).due_at == five.due_at
    assert local(other, Clock.objects.get(pk=other.pk).due_at) == local(other, other.due_at) + timedelta(days=1)


def test_a_sweep_that_is_killed_anywhere_is_run_again_and_nothing_is_done_twice(calendar_back: World) -> None:
    """Killed right before and right after the commit of a batch of one."""
    crowd(calendar_back, [calendar_back.at] * 3, [calendar_back.unit])
    decree()
    script = (
        "import django; django.setup(); import os, signal, sys\n"
        "from datetime import datetime\n"
        "from complaints.services import recompute as sweep\n"
        "from importlib import import_module\n"
        "module = import_module('complaints.services.recompute'); module.BATCH = 2\n"
        "when, true_save = sys.argv[1], module.save_clocks\n"
        "def save(clocks):\n"
        "    true_save(clocks)\n"
        "    if when == 'before': os.kill(os.getpid(), signal.SIGKILL)\n"
        "def progress(count):\n"
        "    if when == 'after': os.kill(os.getpid(), signal.SIGKILL)\n"
        "module.save_clocks = save\n"
        f"sweep(at=datetime.fromisoformat('{LATER.isoformat()}'), progress=progress)\n"
    )
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST'] or settings['OPTIONS'].get('host', '')}"
    counts = []
    for when in ("before", "after"):
        ended = subprocess.run([sys.executable, "-c", script, when], env={**os.environ, "DATABASE_URL": url}, check=False, timeout=60)
        counts.append((ended.returncode, recomputed()))
    services.recompute(at=LATER)

    assert counts[0] == (-9, 0)
    assert counts[1] == (-9, 2)
    assert recomputed() == 4  # three of the crowd and the one it was copied from
    assert Clock.objects.running().filter(policy__unit="working", complaint__next_due_at=NEVER, key="resolution_non_oversight").count() == 0
    whole()
