"""A day that is decreed late moves the running deadlines whose window contains it, once each; nothing ever comes nearer."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Clock, Complaint
from complaints.services.reference import Reference
from institutions import services as places
from institutions.models import CalendarDay, Change, Institution
from officers.actors import machine
from tests.complaints.crowd import crowd
from tests.complaints.decrees import HOLIDAY, LATER, ROW, WIB, decree, dues, local, recomputed, take_back, whole
from tests.world import ANSWER, World


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
