"""The sweep that raises rungs: each once, however crowded; what it costs, silence, and the command."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.models import Clock, Complaint, Transition
from complaints.workflow import HANDLING
from monitoring.ladder import CLIMBS
from monitoring.models import Escalation
from monitoring.services import watch, watch_silence
from officers.models import Notice
from tests.monitoring.climbing import DAY_60, SECOND, raised, rungs
from tests.world import WIB, World

# Counted


def test_levels_are_counted_as_the_rungs_that_stand_are_listed(world: World) -> None:
    cases = [world.to_state(state) for state in ("awaiting_verification", "awaiting_followup", "in_progress", "in_progress", "awaiting_reporter")]
    for days in (8, 20, 50):
        watch(at=world.at + timedelta(days=days))
    watch_silence(at=world.at + timedelta(days=50))
    late = world.at + timedelta(days=51)
    world.step(cases[3], "progress", "liaison", at=late, text="Masih kami kerjakan.")
    world.to_state("awaiting_followup")

    listed = Counter(Escalation.objects.standing().topmost().values_list("level", flat=True))

    assert Escalation.objects.by_level() == listed
    assert set(listed) >= {0, 3, 4}
    assert sum(listed.values()) < Escalation.objects.count()
    assert Escalation.objects.filter(complaint=cases[2]).by_level()[0] == 1
    assert 0 not in Escalation.objects.filter(complaint=cases[3]).by_level()
    assert Escalation.objects.none().by_level() == {}


# Once


def test_a_row_that_is_there_already_is_not_written_again(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    watch(at=DAY_60)
    rows = set(Escalation.objects.values_list("pk", flat=True))
    Clock.objects.filter(complaint=complaint, key="statutory_60").update(rung=0, rung_at=world.at + timedelta(days=45))

    watch(at=DAY_60 + timedelta(days=1))

    assert set(Escalation.objects.filter(complaint=complaint, key="statutory_60").values_list("pk", flat=True)) <= rows
    assert Clock.objects.get(complaint=complaint, key="statutory_60").rung == 2


def test_the_database_itself_refuses_a_rung_that_is_early_or_twice(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    watch(at=DAY_60)
    row = Escalation.objects.filter(complaint=complaint, rung="day_60").get()
    row.pk = None
    with pytest.raises(IntegrityError, match="escalation_once"), transaction.atomic():
        row.save(force_insert=True)
    row.due_at -= timedelta(days=1)
    row.raised_at = row.happened_at - SECOND
    with pytest.raises(IntegrityError, match="escalation_never_early"), transaction.atomic():
        row.save(force_insert=True)


def test_ten_sweeps_at_once_raise_each_rung_once(committed: World) -> None:
    for _n in range(30):
        committed.to_state("awaiting_followup")
    at = committed.at + timedelta(days=75)

    def one(_n: int) -> int:
        try:
            return sum(watch(at=at).counts.values())
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        counted = sum(pool.map(one, range(10)))
    counted += sum(watch(at=at).counts.values())

    assert counted == Escalation.objects.count() == 30 * Escalation.objects.filter(complaint=Complaint.objects.all()[0]).count()
    for clock in Clock.objects.running().filter(key__in=CLIMBS):
        mine = list(Escalation.objects.filter(clock=clock).order_by("pk").values_list("rung", flat=True))
        assert mine == list(CLIMBS[clock.key])[: clock.rung]
    assert Notice.objects.filter(event="case_day_60").count() == 30


def test_a_step_beside_the_sweep_neither_waits_for_ever_nor_loses_its_rung(committed: World) -> None:
    cases = [committed.to_state("in_progress") for _n in range(12)]
    at = committed.at + timedelta(days=75)

    def sweep(_n: int) -> None:
        try:
            for _time in range(5):
                watch(at=at)
        finally:
            connection.close()

    def step(case: Complaint) -> None:
        try:
            committed.step(case, "progress", "liaison", at=at, text="Masih kami kerjakan.")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [*(pool.submit(sweep, n) for n in range(3)), *(pool.submit(step, case) for case in cases)]:
            done.result(timeout=60)
    watch(at=at)

    assert Transition.objects.filter(kind="progress").count() == 12
    assert Escalation.objects.filter(rung="day_60").count() == 12


# What it costs


def test_an_idle_sweep_is_one_look_into_an_index(world: World) -> None:
    world.to_state("awaiting_followup")
    with CaptureQueriesContext(connection) as found:
        assert raised(world.at) == {}
    asked = [query["sql"] for query in found if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == 1

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {asked[0]}")
        assert "clock_rung" in "\n".join(line for (line,) in cursor.fetchall())


def statements(world: World, cases: int) -> int:
    for _n in range(cases):
        world.to_state("awaiting_followup")
    with CaptureQueriesContext(connection) as found:
        watch(at=world.at + timedelta(days=75))
    return len(found)


def test_many_cost_as_many_statements_as_few(world: World) -> None:
    few = statements(world, 2)

    assert statements(world, 12) == few


# Silence


def test_silence_is_told_once_for_each_last_progress(world: World) -> None:
    complaint = world.to_state("in_progress")
    end = datetime(2026, 12, 3, tzinfo=WIB)  # thirty days after 2 November are over

    assert watch_silence(at=end - SECOND).counts == {}
    assert watch_silence(at=end).counts == {"silence": 1}
    assert watch_silence(at=end + timedelta(days=9)).counts == {}
    assert rungs(complaint, "silence") == [("silence", end)]

    world.step(complaint, "progress", "liaison", at=end, text="Masih kami kerjakan.")
    assert watch_silence(at=end + timedelta(days=29)).counts == {}
    assert watch_silence(at=end + timedelta(days=31)).counts == {"silence": 1}


def test_what_is_on_hold_or_not_in_handling_is_not_silent(world: World) -> None:
    held = world.to_state("in_progress")
    Complaint.objects.filter(pk=held.pk).update(hold_reason="awaiting_third_party", hold_until=world.at + timedelta(days=30))
    world.to_state("awaiting_reporter")
    world.to_state("awaiting_verification")

    assert watch_silence(at=world.at + timedelta(days=60)).counts == {}


def test_silence_is_looked_for_in_an_index_of_its_own(world: World) -> None:
    with CaptureQueriesContext(connection) as found:
        watch_silence(at=world.at)
    sql = next(query["sql"] for query in found if "silent" in query["sql"])
    assert all(f"'{state}'" in sql for state in HANDLING)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        assert "complaint_silent" in "\n".join(line for (line,) in cursor.fetchall())


# The command


def run(*args: str) -> dict[str, object]:
    out = StringIO()
    call_command("watch", "--json", *args, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_a_dry_run_lists_what_would_be_raised_and_changes_nothing(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    places_before = list(Clock.objects.order_by("pk").values_list("rung", "rung_at"))

    foreseen = run("--at", "2027-01-03", "--dry-run", "--ticket", "uji")

    assert not Escalation.objects.exists()
    assert not Notice.objects.filter(event="case_day_60").exists()
    assert list(Clock.objects.order_by("pk").values_list("rung", "rung_at")) == places_before
    listed = foreseen["rungs"]
    assert isinstance(listed, list)
    assert {"number": complaint.tracking_id, "deadline": "statutory_60", "rung": "day_60", "happened_at": "2027-01-01T17:00:00+00:00"} in listed

    real = run("--at", "2027-01-03", "--ticket", "uji")
    assert real["raised"] == foreseen["would_raise"]
    assert len(listed) == Escalation.objects.count()


def test_a_watch_at_another_time_needs_a_ticket(world: World, settings: object) -> None:
    settings.TICKETS = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="watch needs --ticket"):
        call_command("watch", "--at", "2027-01-03")


def test_every_sweep_climbs_the_ladder_too(world: World) -> None:
    world.to_state("awaiting_followup")
    out = StringIO()

    call_command("sweep", "--json", "--at", "2027-01-03", "--ticket", "uji", stdout=out)

    assert json.loads(out.getvalue())["watch"]["day_60"] == 1
