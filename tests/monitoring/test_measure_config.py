"""Counting follows the calendar and the tree, also when they change late."""

from datetime import date, timedelta

from complaints import services as complaints
from complaints.models import Clock
from institutions import services as places
from institutions.models import Change
from monitoring.models import LowWater
from monitoring.services import measure
from officers.actors import machine
from tests.monitoring.counting import agree, altered, day, stock, tally
from tests.world import ANSWER, World

# --- the calendar and the tree ----------------------------------------------------------------------------------------


def decree(on: date) -> None:
    places.set_calendar_day(date=on, kind="national_holiday", name="Hari uji", by=machine("system"), at=day(10), why="decreed late")


def test_a_holiday_that_is_decreed_late_changes_what_was_counted_over_it(world: World) -> None:
    complaint = world.to_state("in_progress")
    world.step(complaint, "answer", "liaison", at=day(10), **ANSWER)
    measure(at=day(10))
    assert tally("nasional", "followup_days", "days", "6") == {10: 1}

    decree(date(2026, 11, 5))
    assert measure(at=day(10, 10))["reports"] == 1

    assert tally("nasional", "followup_days", "days", "6") == {}
    assert tally("nasional", "followup_days", "days", "5") == {10: 1}
    agree()


def test_a_recomputed_deadline_is_counted_by_its_new_date(world: World) -> None:
    complaint = world.to_state("in_progress")
    due = Clock.objects.get(complaint=complaint, key="resolution_non_oversight").due_at
    measure(at=day(10))
    decree(date(2026, 11, 12))
    complaints.recompute(at=day(11))
    measure(at=due + timedelta(hours=1))
    assert tally("kota-uji", "missed", "clock", "resolution_non_oversight") == {}
    agree()

    measure(at=due + timedelta(days=3, hours=1))
    assert tally("kota-uji", "missed", "clock", "resolution_non_oversight") == {24: 1}
    agree()


def test_a_unit_that_moves_takes_its_reports_along(world: World) -> None:
    world.to_state("in_progress")
    measure(at=day(4))
    assert tally("kota-uji", "responded") == {2: 1}

    places.update_institution(world.unit, {"parent": world.ministry}, by=machine("system"), at=day(4), why="reorganised")
    measure(at=day(4, 10))

    assert tally("kota-uji", "responded") == {}
    assert tally("kementerian-uji", "responded") == {2: 1}
    assert stock("kementerian-uji") == {2: 1, 3: 1}
    agree()


def test_a_new_telephone_number_of_a_body_makes_nobody_count(world: World) -> None:
    world.to_state("in_progress")
    measure(at=day(4))
    places.update_institution(world.city, {"email": "baru@contoh.invalid"}, by=machine("system"), at=day(4), why="new address")

    assert measure(at=day(4, 10))["reports"] == 0
    assert LowWater.objects.get(name="measure_changes").done == Change.objects.latest("pk").pk


def test_a_change_that_commits_late_is_found_by_the_second_look(world: World) -> None:
    complaint = world.to_state("in_progress")
    world.step(complaint, "answer", "liaison", at=day(9), **ANSWER)
    measure(at=day(9))
    decree(date(2026, 11, 5))
    late = Change.objects.latest("pk").pk
    altered("institutions_change", "UPDATE institutions_change SET target_kind = 'not yet' WHERE id = %s", late)
    decree(date(2027, 11, 5))
    assert measure(at=day(10))["reports"] == 0
    assert LowWater.objects.get(name="measure_changes").done > late

    altered("institutions_change", "UPDATE institutions_change SET target_kind = 'institutions.calendarday' WHERE id = %s", late)
    assert measure(at=day(10, 10))["reports"] == 1
    assert tally("nasional", "followup_days", "days", "4") == {9: 1}
    assert measure(at=day(10, 11))["reports"] == 0
    agree()
