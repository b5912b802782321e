"""The sweep that counts: what changed and nothing else, once, whatever happens to it."""

import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services as complaints
from complaints.models import Clock, Complaint, Gedsi
from institutions import services as places
from lapor.ground.problems import Refusal
from monitoring.models import Fact, LowWater, MonthTally, Stock, Tally
from monitoring.services import measure, recount
from monitoring.services.measure import alone, count
from monitoring.services.measure_read import Country
from officers.actors import machine
from tests.monitoring.counting import STATES, agree, altered, day, everything, stock, tally
from tests.parts import split
from tests.world import ANSWER, World

# --- what is counted --------------------------------------------------------------------------------------------------


def test_reports_in_every_state_are_counted_as_their_events_say_and_again_only_when_something_happens(world: World) -> None:
    for state in STATES:
        world.to_state(state)
    split(world, world.to_state("awaiting_followup"))

    assert measure(at=world.at) == {"reports": 11, "days": 1}
    agree()
    assert tally("nasional", "received") == {2: 10}
    assert tally("kota-uji", "received") == {2: 8}
    assert tally("kota-uji-dpu", "received") == {2: 6}
    assert tally("kota-uji-dinkes", "received") == {2: 1}
    assert tally("nasional", "received", "region", "33.74") == {2: 10}
    assert tally("kota-uji", "closed", "topic", "public_works.potholes") == {2: 1}
    assert tally("nasional", "arrived") == {2: 17}
    before = everything()

    assert measure(at=world.at) == {"reports": 0, "days": 0}
    assert everything() == before


def test_a_step_takes_the_old_figure_out_and_puts_the_new_one_in(world: World) -> None:
    complaint = world.to_state("in_progress")
    measure(at=world.at)
    assert (tally("kota-uji", "followed_up"), tally("kota-uji", "closed")) == ({}, {})

    world.step(complaint, "answer", "liaison", at=day(10), **ANSWER)
    world.step(complaint, "confirm", at=day(12), rating=4)
    assert measure(at=day(12))["reports"] == 1

    assert tally("kota-uji", "received") == {2: 1}
    assert tally("kota-uji", "followed_up") == {2: 1}
    assert tally("kota-uji", "closed", "closure", "reporter_confirmed") == {12: 1}
    assert tally("kota-uji", "followup_days", "days", "6") == {10: 1}
    assert tally("kota-uji", "stars") == {12: 4}
    assert dict(MonthTally.objects.filter(institution=world.city, measure="stars", dim="").values_list("day", "n")) == {date(2026, 11, 1): 4}
    agree()


@pytest.mark.parametrize("reason", ["spam_or_abuse", "advertisement", "test_message"])
def test_what_turns_out_to_be_no_report_is_taken_out_of_every_day(world: World, reason: str) -> None:
    complaint = world.submit().complaint
    measure(at=day(6))
    assert (tally("nasional", "received"), tally("nasional", "missed"), stock("nasional")) == ({2: 1}, {6: 1}, dict.fromkeys(range(2, 6), 1))

    world.step(complaint, "archive", "national", at=day(9), reason=reason, text="Bukan laporan.")
    measure(at=day(10))

    assert not Tally.objects.exclude(n=0).exists()
    assert not Stock.objects.filter(measure="open").exclude(n=0).exists()
    assert not Fact.objects.counted().exists()
    agree()


def test_a_merged_report_counts_with_the_one_it_was_merged_into(world: World) -> None:
    world.to_state("closed")
    altered("complaints_transition", "UPDATE complaints_transition SET kind = 'merge', reason = 'merged' WHERE state_after = 'closed'")

    measure(at=world.at)

    assert (Fact.objects.count(), Fact.objects.counted().count(), Tally.objects.count()) == (3, 0, 0)


def test_a_secret_report_is_in_the_sums_like_any_other(world: World) -> None:
    world.to_state("in_progress", is_secret=True)
    measure(at=world.at)

    assert tally("kota-uji-dpu", "responded") == {2: 1}
    assert set(Fact.objects.values_list("is_secret", "is_counted")) == {(True, True)}


def test_what_reporters_said_of_themselves_is_counted_with_the_report(world: World) -> None:
    complaint = world.to_state("closed", gedsi={"gender": "female", "disability": "none", "age_band": "60_plus"})
    assert Gedsi.objects.filter(pk=complaint.pk).exists()
    measure(at=world.at)

    assert tally("kota-uji", "received", "gender", "female") == {2: 1}
    assert tally("kota-uji", "rated", "age", "60_plus") == {2: 1}
    assert tally("kota-uji", "stars", "disability", "none") == {2: 4}


def test_deadlines_are_missed_when_their_day_is_over_and_no_more_when_they_are_extended(world: World) -> None:
    complaint = world.to_state("in_progress")
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    measure(at=clock.due_at)
    assert tally("kota-uji", "missed") == {}

    assert measure(at=clock.due_at + timedelta(seconds=1))["reports"] == 1
    assert tally("kota-uji-dpu", "missed", "clock", "resolution_non_oversight") == {21: 1}
    agree()

    later = clock.due_at + timedelta(days=1)
    by, basis = world.actor("national", at=later), clock.policy.legal_basis_id
    complaints.extend_clock(complaint.pk, key=clock.key, days=5, text="Perlu waktu.", legal_basis=basis, by=by, at=later)
    measure(at=later)
    assert tally("kota-uji-dpu", "missed", "clock", "resolution_non_oversight") == {}
    agree()


def test_time_does_not_go_back_for_who_measures(world: World) -> None:
    world.submit()
    measure(at=day(9))
    assert tally("nasional", "missed") == {6: 1}
    world.submit(at=day(3))
    measure(at=day(4))

    assert tally("nasional", "missed") == {6: 1, 7: 1}
    agree()


# --- how it counts ----------------------------------------------------------------------------------------------------


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        work()
    return len([query for query in asked if "SAVEPOINT" not in query["sql"]])


def test_as_many_statements_for_ten_reports_as_for_one(world: World) -> None:
    world.to_state("in_progress")
    measure(at=world.at)
    world.to_state("closed", gedsi={"gender": "female"})
    one = statements(lambda: measure(at=world.at))
    for state in (*STATES, "closed"):
        world.to_state(state)
    ten = statements(lambda: measure(at=world.at))

    assert one == ten <= 36


def test_an_idle_sweep_asks_few_questions(world: World) -> None:
    world.to_state("in_progress")
    measure(at=world.at)

    assert statements(lambda: measure(at=world.at)) <= 22


def test_many_batches_come_to_the_same_as_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for state in STATES:
        world.to_state(state)
    monkeypatch.setattr(sys.modules["monitoring.services.measure"], "BATCH", 2)
    monkeypatch.setattr(sys.modules["monitoring.services.measure"], "MANY", 2)
    taken: list[int] = []
    measure(at=world.at, progress=taken.append)

    assert taken == [2, 2, 2, 2, 1]
    agree()


def test_a_body_that_comes_into_being_while_the_sweep_runs_is_found(world: World) -> None:
    country = Country()
    assert world.city.pk in country.nodes
    new = places.create_institution(parent=world.city, name="Dinas Baru", slug="dinas-baru", kind="unit", by=machine("system"), at=world.at, why="new")
    complaint = world.to_state("awaiting_followup")
    world.step(complaint, "redispose", "admin", target="dinas-baru", text="Unit baru.")

    count([complaint.pk], country, at=world.at, taken=[])

    assert Fact.objects.get(institution=new).is_open


def test_an_event_with_a_smaller_number_that_commits_late_is_not_lost(world: World) -> None:
    first, second = world.to_state("in_progress"), world.to_state("in_progress")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('complaints_transition', 'id'))")
    measure(at=world.at)
    low = LowWater.objects.get(name="measure")
    assert low.done == 0
    measure(at=world.at + timedelta(minutes=11))
    low.refresh_from_db()
    assert low.done == low.seen == Complaint.objects.get(pk=second.pk).transitions.latest("pk").pk
    world.step(first, "progress", "liaison", at=world.at + timedelta(minutes=12), text="Masih dikerjakan.")

    assert measure(at=world.at + timedelta(minutes=12))["reports"] == 1
    agree()


def test_two_sweeps_at_once_count_once(committed: World) -> None:
    for state in STATES:
        committed.to_state(state)
    barrier, found = threading.Barrier(4), []

    def sweep() -> None:
        try:
            barrier.wait()
            found.append(measure(at=committed.at)["reports"])
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found)[-1] == sum(found) == 9
    assert tally("nasional", "received") == {2: 9}
    agree()


def test_who_comes_second_goes_at_once_and_a_recount_is_refused(committed: World) -> None:
    committed.submit()
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with alone() as is_mine:
                assert is_mine
                held.set()
                let_go.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(20)
    try:
        assert measure(at=committed.at) == {"reports": 0, "days": 0}
        with pytest.raises(Refusal) as refused:
            recount(check=True)
        assert refused.value.code == "conflict"
    finally:
        let_go.set()
        other.join()
    assert measure(at=committed.at)["reports"] == 1
