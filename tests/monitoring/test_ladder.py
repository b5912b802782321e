"""The ladder: every rung once, in order, never early, with the instant at which it fell, however late, often or crowded the sweep."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints.clock import FIRST_RUNGS
from complaints.models import Clock, Complaint
from institutions import services as places
from institutions.models import CalendarDay
from monitoring.ladder import CLIMBS, LADDER, LEVELS, Deadline, Rung, instant
from monitoring.models import Escalation
from monitoring.services import watch
from officers.actors import machine
from tests.monitoring.climbing import DAY_60, SECOND, raised, rungs
from tests.world import SORT, WIB, World

# The table


def test_the_ladder_is_one_table_and_the_desk_counts_as_it_does() -> None:
    assert set(LADDER) == set(Rung)
    assert set(CLIMBS) == set(FIRST_RUNGS)
    assert {rung for climbs in CLIMBS.values() for rung in climbs} == set(Rung) - {Rung.SILENCE}
    levels = {"nearly": 0, "overdue": 1, "superior": 2, "accountable": 3, "day_45": 4, "day_60": 5, "silence": 0}
    assert levels == LEVELS
    for key, climbs in CLIMBS.items():
        assert [FIRST_RUNGS[key][0] + number for number in range(len(climbs))] == [LEVELS[rung] for rung in climbs]
    with pytest.raises(ValueError, match="day_45"):
        instant(Rung.DAY_45, Deadline(DAY_60, "Asia/Jakarta", 5), {}, lambda _f, _l: ())


# Day 59, 60, 61


def test_nothing_before_the_end_of_day_60_and_then_each_rung_once(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    for day in (59, 60):
        watch(at=world.at + timedelta(days=day))
    watch(at=DAY_60 - SECOND)
    assert [rung for rung, _at in rungs(complaint)] == ["day_45"]

    watch(at=DAY_60)
    watch(at=DAY_60)
    watch(at=DAY_60 + timedelta(days=1))
    assert rungs(complaint) == [("day_45", datetime(2026, 12, 17, tzinfo=WIB)), ("day_60", DAY_60)]
    assert Clock.objects.get(complaint=complaint, key="statutory_60").rung_at is None


def test_a_sweep_that_slept_raises_the_missed_rungs_once_with_their_true_times(world: World) -> None:
    awake, asleep = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    first = dict(Clock.objects.filter(complaint=asleep).values_list("pk", "rung_at"))
    Clock.objects.filter(complaint=asleep).update(rung_at=None)  # as if nobody looked at it for all these days
    for day in range(90):
        watch(at=world.at + timedelta(days=day))
    for pk, rung_at in first.items():
        Clock.objects.filter(pk=pk).update(rung_at=rung_at)

    late = watch(at=world.at + timedelta(days=90))

    mine = Escalation.objects.filter(complaint=asleep).order_by("key", "pk").values_list("key", "rung", "happened_at")
    assert list(mine) == list(Escalation.objects.filter(complaint=awake).order_by("key", "pk").values_list("key", "rung", "happened_at"))
    assert sum(late.counts.values()) == len(mine) >= 10
    assert all(row.raised_at == world.at + timedelta(days=90) for row in Escalation.objects.filter(complaint=asleep))


def slow(clock: Clock, rung: str, off: Iterable[date]) -> datetime:
    """Day by day, as one would on a wall calendar."""
    zone, free = ZoneInfo(clock.zone), set(off)
    if rung in {"overdue", "day_60"}:
        return datetime.combine(clock.due_at.astimezone(zone).date() + timedelta(days=1), time(), zone)
    if rung == "day_45":
        return datetime.combine(clock.started_at.astimezone(zone).date() + timedelta(days=45), time(), zone)
    if rung == "nearly":
        granted = clock.policy.length
        days: list[date] = []
        day = clock.started_at.astimezone(zone).date()
        while len(days) < granted:
            day += timedelta(days=1)
            if clock.policy.unit == "calendar" or (day.weekday() < clock.week and day not in free):
                days.append(day)
        used = granted * 0.8
        whole = int(used)
        if used == whole:
            return datetime.combine(days[whole - 1], time(23, 59, 59), zone)
        return datetime.combine(days[whole], time(), zone) + (used - whole) * timedelta(days=1)
    left, day = {"superior": 5, "accountable": 10}[rung], clock.due_at.astimezone(zone).date()
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < clock.week and day not in free
    return datetime.combine(day + timedelta(days=1), time(), zone)


def test_every_rung_falls_where_a_wall_calendar_says(world: World) -> None:
    system = machine("system")
    east = world.place("kabupaten-timur")
    for day in (date(2026, 12, 1), date(2026, 12, 9)):
        places.set_calendar_day(date=day, kind="institution", name="Hari daerah", institution=east, by=system, at=world.at, why="uji")
    world.to_state("awaiting_verification")
    world.to_state("awaiting_followup", classification="information_request")
    world.to_state("awaiting_followup", urgent=True)
    world.to_state("reporter_replied")
    world.step(world.submit().complaint, "dispose_to_institution", "national", target="kabupaten-timur", **SORT)

    watch(at=world.at + timedelta(days=200))

    found = Escalation.objects.select_related("clock__policy", "clock__holder").order_by("pk")
    assert {row.rung for row in found} == set(Rung) - {Rung.SILENCE}
    assert {row.clock.zone for row in found if row.clock} == {"Asia/Jakarta", "Asia/Jayapura"}
    for row in found:
        assert row.clock is not None
        off = CalendarDay.objects.off_days(row.clock.holder_id, date(2026, 11, 1), date(2027, 12, 31))
        expected = slow(row.clock, row.rung, off)
        assert abs(row.happened_at - expected) < SECOND, (row.key, row.rung)
        assert row.level == LEVELS[row.rung]


def test_the_rungs_of_a_deadline_come_in_order(world: World) -> None:
    world.to_state("awaiting_followup")
    watch(at=world.at + timedelta(days=200))

    for clock in Clock.objects.running():
        mine = list(Escalation.objects.filter(clock=clock).order_by("pk").values_list("rung", "happened_at"))
        assert [rung for rung, _at in mine] == list(CLIMBS.get(clock.key, ()))
        assert [at for _rung, at in mine] == sorted(at for _rung, at in mine)
        assert clock.rung == len(mine)


# What stands still


def test_paused_stopped_and_void_clocks_climb_nothing(world: World) -> None:
    world.to_state("awaiting_reporter")
    world.to_state("awaiting_completion")
    world.to_state("archived")
    world.to_state("closed")
    returned = world.step(world.to_state("at_city"), "return_upward", "admin", text="Bukan kewenangan kami.")
    Clock.objects.filter(complaint=returned).exclude(state="void").update(rung_at=None)

    assert raised(world.at + timedelta(days=400)) == {}
    assert not Escalation.objects.exists()


def test_a_late_sweep_leaves_what_was_answered_in_time(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    world.step(complaint, "respond", "liaison", at=world.at + timedelta(days=1), text="Kami periksa.", estimated_on="2026-11-20")

    watch(at=world.at + timedelta(days=12))

    assert "first_response" not in Escalation.objects.values_list("key", flat=True)


def answer_and_reply(world: World, complaint: Complaint, answered: int, replied: int) -> Clock:
    """So many days after the start."""
    given = {"text": "Sudah.", "outcome": "solved", "done_on": "2026-11-02", "evidence": "Berita acara"}
    world.step(complaint, "answer", "liaison", at=world.at + timedelta(days=answered), **given)
    world.step(complaint, "reply", at=world.at + timedelta(days=replied), text="Belum.")
    return Clock.objects.get(complaint=complaint, key="resolution_non_oversight")


def test_a_resume_that_moves_the_deadline_starts_the_ladder_anew(world: World) -> None:
    complaint = world.to_state("in_progress")
    watch(at=world.at + timedelta(days=17))
    before = rungs(complaint, "resolution_non_oversight")
    clock = answer_and_reply(world, complaint, 17, 23)
    assert (clock.rung, clock.state) == (0, "running")

    watch(at=world.at + timedelta(days=90))

    after = rungs(complaint, "resolution_non_oversight")[len(before) :]
    assert [rung for rung, _at in before] == ["nearly"]
    assert [rung for rung, _at in after] == ["nearly", "overdue", "superior", "accountable"]
    assert dict(after)["overdue"] == clock.due_at + SECOND
    assert Escalation.objects.filter(clock=clock).values("due_at").distinct().count() == 2


def test_a_pause_after_the_deadline_takes_nothing_of_the_ladder_back(world: World) -> None:
    complaint = world.to_state("in_progress")
    watch(at=world.at + timedelta(days=30))
    assert answer_and_reply(world, complaint, 30, 33).rung == len(rungs(complaint, "resolution_non_oversight"))

    watch(at=world.at + timedelta(days=90))

    assert [rung for rung, _at in rungs(complaint, "resolution_non_oversight")] == ["nearly", "overdue", "superior", "accountable"]


def test_a_holiday_decreed_after_the_deadline_puts_the_next_rung_off(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    clock = Clock.objects.get(complaint=complaint, key="first_response")
    watch(at=clock.due_at + timedelta(minutes=1))
    before = Clock.objects.get(pk=clock.pk).rung_at
    assert before == datetime(2026, 11, 17, tzinfo=WIB)  # Monday the 9th and five working days

    places.set_calendar_day(date=date(2026, 11, 16), kind="joint_leave", name="Cuti bersama", by=machine("system"), at=world.at, why="uji")
    watch(at=before)
    assert [rung for rung, _at in rungs(complaint, "first_response")] == ["nearly", "overdue"]
    watch(at=before + timedelta(days=1))
    assert rungs(complaint, "first_response")[-1] == ("superior", before + timedelta(days=1))
