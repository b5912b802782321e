"""Days are counted as the vectors say, and each step moves exactly the clocks of the table."""

import csv
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from complaints import clock
from complaints.clock import RULES, Terms, add_days, due_at, horizon
from complaints.models import Clock
from complaints.services.clocks import counted, latest_of, ticks
from complaints.services.reference import Reference, terms
from institutions.models import CalendarDay, SlaPolicy
from tests.world import ANSWER, SORT, World

VECTORS = list(csv.DictReader((Path(__file__).parents[1] / "data" / "workday_vectors.csv").read_text(encoding="utf-8").splitlines()))
WIB = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['start_date']}+{row['working_days']}")
def test_working_days_are_counted_as_the_vectors_say(world: World, row: dict[str, str]) -> None:
    start, length = date.fromisoformat(row["start_date"]), int(row["working_days"])
    last = start + timedelta(days=200)
    off = CalendarDay.objects.off_days(None, start, last)
    national = frozenset(CalendarDay.objects.filter(date__range=(start, last), kind="national_holiday").values_list("date", flat=True))

    assert add_days(start, length, "working", off).isoformat() == row["due_with_joint_leave_excluded"]
    assert add_days(start, length, "working", national).isoformat() == row["due_if_joint_leave_worked"]


@pytest.mark.parametrize("hour", [0, 9, 16, 23])
def test_day_zero_is_the_local_date_whatever_the_hour(hour: int) -> None:
    started = datetime(2026, 11, 23, hour, 59, tzinfo=WIB)

    assert due_at(started, Terms("working", 3, "Asia/Jakarta")) == datetime(2026, 11, 26, 23, 59, 59, tzinfo=WIB)


def test_the_same_instant_is_another_day_in_another_zone() -> None:
    started = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23:30 in Jakarta, 01:30 the next day in Jayapura

    assert due_at(started, Terms("calendar", 1, "Asia/Jakarta")).date() == date(2026, 11, 24)
    assert due_at(started, Terms("calendar", 1, "Asia/Jayapura")).date() == date(2026, 11, 25)


def test_a_cap_in_its_own_unit_is_never_passed() -> None:
    off = frozenset(date(2026, 11, 24) + timedelta(days=n) for n in range(40))

    found = due_at(datetime(2026, 11, 23, 9, tzinfo=WIB), Terms("working", 10, "Asia/Jakarta", 30, "calendar"), off)

    assert found.date() == date(2026, 12, 23)


def test_days_inside_a_pause_are_not_counted() -> None:
    started = datetime(2026, 11, 2, 9, tzinfo=WIB)
    pause = (datetime(2026, 11, 4, 9, tzinfo=WIB), datetime(2026, 11, 9, 9, tzinfo=WIB))

    assert due_at(started, Terms("working", 5, "Asia/Jakarta")).date() == date(2026, 11, 9)
    assert due_at(started, Terms("working", 5, "Asia/Jakarta"), frozenset(), [pause]).date() == date(2026, 11, 12)


def test_hours_are_counted_by_the_clock() -> None:
    started = datetime(2026, 11, 20, 17, tzinfo=WIB)

    assert due_at(started, Terms("hours", 72, "Asia/Jakarta")) == started + timedelta(hours=72)


def test_no_due_date_lies_beyond_the_horizon_to_which_the_calendar_is_read(world: World) -> None:
    for policy in SlaPolicy.objects.table(date(2026, 11, 2)).values():
        for start in (date(2025, 3, 20), date(2026, 3, 10), date(2027, 12, 20)):
            rule = terms(policy, "Asia/Jakarta")
            until = horizon(start, rule)
            off = CalendarDay.objects.off_days(None, start, until)
            assert due_at(datetime.combine(start, datetime.min.time(), tzinfo=WIB), rule, off).date() <= until


def test_every_clock_of_a_complaint_has_a_policy_row_and_every_row_a_clock_or_a_later_home(world: World) -> None:
    later = {"ombudsman_corrective", "ombudsman_recommendation", "pdp_breach_notice"}

    assert set(SlaPolicy.objects.table(world.at.date())) == set(RULES) | later


def alive(complaint: object) -> dict[str, str]:
    return dict(Clock.objects.filter(complaint=complaint).exclude(state__in=("stopped", "void")).values_list("key", "state"))  # type: ignore[misc]


def test_the_first_life_of_a_report_moves_the_clocks_of_the_table(world: World) -> None:
    complaint = world.submit().complaint
    assert alive(complaint) == {"verify_national": "running", "completeness_answer": "running"}

    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)
    running = {"verify_institution", "first_response", "resolution_non_oversight", "statutory_60"}
    assert alive(complaint) == dict.fromkeys(running, "running")

    world.step(complaint, "dispose_to_unit", "admin", target="kota-uji-dpu")
    assert set(alive(complaint)) == running - {"verify_institution"}

    world.step(complaint, "respond", "liaison", text="Diperiksa.", estimated_on="2026-11-20")
    assert set(alive(complaint)) == {"resolution_non_oversight", "statutory_60"}

    world.step(complaint, "answer", "liaison", **ANSWER)
    assert alive(complaint) == {"resolution_non_oversight": "paused", "reporter_reply": "running"}

    world.step(complaint, "reply", text="Belum.")
    assert alive(complaint) == {"resolution_non_oversight": "running", "reply_handling": "running", "statutory_60": "running"}

    world.step(complaint, "answer", "liaison", **ANSWER)
    world.step(complaint, "confirm", rating=5)
    assert alive(complaint) == {"reopen_window": "running"}


def test_a_direct_entry_starts_the_institutions_clocks_at_once(world: World) -> None:
    complaint = world.submit(target_institution="kabupaten-timur").complaint

    assert complaint.was_direct
    assert set(alive(complaint)) == {"verify_institution", "first_response", "resolution_non_oversight", "completeness_answer"}
    assert Clock.objects.get(complaint=complaint, key="verify_institution").zone == "Asia/Jayapura"


def test_returning_to_the_nation_voids_and_the_next_disposition_starts_anew(world: World) -> None:
    complaint = world.to_state("at_city")
    world.step(complaint, "return_upward", "admin", text="Bukan wewenang kami.")
    assert set(alive(complaint)) == {"verify_national", "statutory_60"}

    later = world.at + timedelta(days=2)
    world.step(complaint, "dispose_to_institution", "national", at=later, target="kementerian-uji")

    assert Clock.objects.get(complaint=complaint, key="resolution_non_oversight", state="running").started_at == later
    assert Clock.objects.get(complaint=complaint, key="resolution_non_oversight", state="void").outcome == "void"


def test_asking_for_completion_pauses_resolution_and_its_end_moves_by_the_pause(world: World) -> None:
    complaint = world.to_state("at_city")
    before = Clock.objects.get(complaint=complaint, key="resolution_non_oversight").due_at
    world.step(complaint, "pend", "admin", at=world.at + timedelta(days=1), reason="incomplete", items="Foto")
    assert alive(complaint)["resolution_non_oversight"] == "paused"

    world.step(complaint, "complete", at=world.at + timedelta(days=8), text="Ini keterangannya.")

    row = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    assert (row.state, row.due_at.astimezone(WIB).date()) == ("running", date(2026, 11, 27))
    assert before.astimezone(WIB).date() == date(2026, 11, 20)
    assert row.due_at == counted(row, ticks(row.events.all()), Reference(world.at)).due_at


def test_statutory_60_counts_on_after_an_answer_but_not_while_closed(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    row = Clock.objects.get(complaint=complaint, key="statutory_60")
    first = row.due_at
    world.step(complaint, "reply", at=world.at + timedelta(days=6), text="Belum.")
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("running", first)

    later = world.at + timedelta(days=7)
    world.step(complaint, "answer", "liaison", at=later, **{**ANSWER, "done_on": "2026-11-09"})
    world.step(complaint, "confirm", at=later + timedelta(days=1), rating=2)
    world.step(complaint, "reopen", at=later + timedelta(days=11), text="Berlubang lagi.")

    row.refresh_from_db()
    assert (row.state, row.due_at) == ("running", first + timedelta(days=10))


def test_statutory_60_begins_with_the_reporters_last_input_and_a_later_pend_does_not_move_it(world: World) -> None:
    complaint = world.submit().complaint
    world.step(complaint, "pend", "national", at=world.at + timedelta(hours=1), reason="incomplete", items="Foto")
    completed = world.at + timedelta(days=3)
    world.step(complaint, "complete", at=completed, text="Lengkap.")
    world.step(complaint, "dispose_to_institution", "national", at=world.at + timedelta(days=4), target="kota-uji", **SORT)
    world.step(complaint, "pend", "admin", at=world.at + timedelta(days=5), reason="incomplete", items="Foto")
    world.step(complaint, "complete", at=world.at + timedelta(days=6), text="Lagi.")

    complaint.refresh_from_db()
    assert complaint.complete_at == completed
    assert Clock.objects.get(complaint=complaint, key="statutory_60").started_at == completed


def test_the_track_that_is_settled_late_is_counted_from_the_same_start(world: World) -> None:
    complaint = world.submit(target_institution="kota-uji").complaint
    started = Clock.objects.get(complaint=complaint, key="resolution_non_oversight").started_at

    world.step(complaint, "dispose_to_unit", "admin", target="kota-uji-inspektorat", topic="public_works.potholes", track="oversight", reported_party="Oknum")

    assert Clock.objects.get(complaint=complaint, key="resolution_oversight", state="running").started_at == started
    assert Clock.objects.get(complaint=complaint, key="resolution_non_oversight").state == "void"


def test_an_urgent_report_has_a_clock_of_its_own(world: World) -> None:
    complaint = world.submit(urgent=True).complaint

    assert alive(complaint)["urgent_response"] == "running"


def test_the_queue_date_is_the_earliest_running_clock_of_the_handlers(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    mine = Clock.objects.filter(complaint=complaint, state="running", key__in=clock.HANDLER_KEYS)

    assert complaint.next_due_at == min(mine.values_list("due_at", flat=True))


def test_breach_is_decided_by_instants_not_by_when_somebody_looked(world: World) -> None:
    complaint = world.submit().complaint
    late = world.at + timedelta(days=10)

    world.step(complaint, "dispose_to_institution", "national", at=late, target="kota-uji", **SORT)

    assert Clock.objects.get(complaint=complaint, key="verify_national").outcome == "breached"


def test_a_due_date_in_a_year_without_decree_is_marked_provisional(world: World) -> None:
    reference = Reference(world.at)

    assert reference.calendar_version(date(2026, 11, 1), date(2027, 2, 1))[1] is False
    assert reference.calendar_version(date(2027, 12, 1), date(2028, 2, 1))[1] is True


@pytest.mark.parametrize("alive_one", ["running", "paused"])
def test_of_clocks_that_began_in_the_same_instant_the_living_one_moves(alive_one: str) -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=WIB)
    rows = [Clock(key="verify_national", started_at=at, state=state) for state in ("stopped", alive_one, "void")]

    assert {latest_of(order)["verify_national"].state for order in permutations(rows)} == {alive_one}
