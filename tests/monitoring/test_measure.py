"""The sweep that counts: what changed and nothing else, once, whatever happens to it; and counting everything again."""

import json
import sys
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services as complaints
from complaints.models import Clock, Complaint, Gedsi
from institutions import services as places
from institutions.models import Change, Institution
from lapor.ground import sweeps
from lapor.ground.problems import Refusal
from monitoring.models import Fact, LowWater, Measured, MonthTally, Stock, Tally
from monitoring.services import measure, recount
from monitoring.services.measure import alone, count
from monitoring.services.measure_read import Country
from officers.actors import machine
from officers.models import Appointment, LoginEvent
from tests.parts import split
from tests.world import ANSWER, SORT, WIB, World, at_city

START = datetime(2026, 11, 2, 9, tzinfo=WIB)
STATES = (
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


def day(number: int, hour: int = 9) -> datetime:
    """Of November 2026."""
    return datetime(2026, 11, 1, hour, tzinfo=WIB) + timedelta(days=number - 1)


def agree() -> None:
    found = recount(check=True)
    assert (found.examples, dict(found.counts), found.waiting) == ([], {}, 0)


def tally(place: str, measure: str, dim: str = "", value: str = "") -> dict[int, int]:
    """Day of the month -> n."""
    rows = Tally.objects.filter(institution__slug=place, measure=measure, dim=dim, value=value).exclude(n=0)
    return {on.day: n for on, n in rows.values_list("day", "n")}


def stock(place: str, measure: str = "open", dim: str = "", value: str = "") -> dict[int, int]:
    rows = Stock.objects.filter(institution__slug=place, measure=measure, dim=dim, value=value).exclude(n=0)
    return {on.day: n for on, n in rows.values_list("day", "n")}


def everything() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for table in (Fact, Tally, MonthTally, Stock, Measured):
        rows += [(table.__name__, *row) for row in table._default_manager.order_by("pk").values_list()]
    return rows


def altered(table: str, statement: str, *values: Any) -> None:
    """Write where nothing may be altered: what the steps of today cannot bring about."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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


# --- stock ------------------------------------------------------------------------------------------------------------


def test_the_stock_of_a_day_is_exact_also_when_the_sweep_slept_and_cases_moved(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=day(3))
    world.step(complaint, "dispose_to_unit", "admin", at=day(4), target="kota-uji-dpu")
    world.step(complaint, "respond", "liaison", at=day(6), text="Kami periksa.", estimated_on="2026-11-20")
    world.step(complaint, "answer", "liaison", at=day(9), **ANSWER)
    world.step(complaint, "confirm", at=day(11), rating=5)

    assert measure(at=day(14))["days"] == 11

    assert stock("nasional") == dict.fromkeys(range(2, 11), 1)
    assert stock("kota-uji-dpu") == dict.fromkeys(range(4, 11), 1)
    assert stock("kota-uji", "open", "state", "in_progress") == {6: 1, 7: 1, 8: 1}
    assert stock("kota-uji", "open", "band", "6-14") == {8: 1, 9: 1, 10: 1}
    agree()


def test_an_event_dated_before_a_day_that_was_taken_corrects_the_days_since(world: World) -> None:
    complaint = world.to_state("in_progress")
    measure(at=day(14))
    assert stock("kota-uji") == dict.fromkeys(range(2, 14), 1)

    world.step(complaint, "answer", "liaison", at=day(5), **ANSWER)
    world.step(complaint, "confirm", at=day(8), rating=5)
    world.submit(at=day(7))
    measure(at=day(14, 10))

    assert stock("kota-uji") == dict.fromkeys(range(2, 8), 1)
    assert stock("kota-uji", "open", "state", "awaiting_reporter") == {5: 1, 6: 1, 7: 1}
    assert stock("nasional") == {**dict.fromkeys(range(2, 7), 1), 7: 2, **dict.fromkeys(range(8, 14), 1)}
    agree()


def test_a_change_of_track_moves_the_stock_of_the_days_before(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=day(6))
    world.step(complaint, "change_track", "admin", at=day(6), track="oversight", text="Dugaan pungutan.", reported_party="Petugas loket")
    measure(at=day(8))

    assert stock("nasional", "open", "track", "oversight") == dict.fromkeys(range(2, 8), 1)
    assert stock("nasional", "open", "track", "non_oversight") == {}
    agree()


def test_of_past_months_only_the_last_day_is_kept(world: World) -> None:
    world.submit(at=START - timedelta(days=60), incident_date="2026-08-01")
    measure(at=day(10))
    days = set(Stock.objects.filter(measure="open").values_list("day", flat=True))
    assert days == {date(2026, 9, 30), date(2026, 10, 31), *(date(2026, 11, number) for number in range(1, 10))}

    measure(at=datetime(2026, 12, 3, 9, tzinfo=WIB))
    days = set(Stock.objects.filter(measure="open").values_list("day", flat=True))
    assert days == {date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)}
    agree()


def test_over_60_days_stands_in_the_stock_from_the_day_after(world: World) -> None:
    world.to_state("in_progress")
    measure(at=datetime(2027, 1, 5, 9, tzinfo=WIB))

    assert stock("kota-uji", "open_over_60") == {2: 1, 3: 1, 4: 1}
    assert tally("kota-uji", "passed_60") == {2: 1}
    agree()


def came(world: World, name: str, at: datetime) -> None:
    LoginEvent.objects.create(user=world.user(name), kind=LoginEvent.Kind.SUCCESS, at=at)


def test_a_unit_is_active_while_a_handler_comes_and_nothing_is_left_alone(world: World) -> None:
    came(world, "liaison", day(2))
    came(world, "health_liaison", day(2))
    came(world, "accountable", day(2))
    complaint = world.to_state("in_progress")  # touched last on Monday the 2nd
    measure(at=day(18))

    assert stock("kota-uji", "units") == dict.fromkeys(range(2, 18), 4)
    assert stock("kota-uji", "units_active") == {**dict.fromkeys(range(2, 10), 2), **dict.fromkeys(range(10, 18), 1)}  # five working days: up to the 9th
    assert stock("kota-uji-dpu", "units") == {}
    world.step(complaint, "answer", "liaison", at=day(18), **ANSWER)
    measure(at=day(20))
    assert stock("kota-uji", "units_active")[19] == 2  # it waits for the reporter
    measure(at=datetime(2026, 12, 3, 9, tzinfo=WIB))
    assert Stock.objects.filter(day=date(2026, 12, 1), institution=world.city, measure="units_active").values_list("n", flat=True)[0] == 2
    assert not Stock.objects.filter(day=date(2026, 12, 2), measure="units_active").exists()  # nobody has come for thirty days


def test_an_account_is_covered_while_its_decree_is_in_force(world: World) -> None:
    Appointment.objects.filter(user__username="health_liaison").update(valid_to=date(2026, 11, 4))
    world.submit()
    measure(at=day(7))

    assert stock("kota-uji-dinkes", "accounts") == dict.fromkeys(range(2, 7), 1)
    assert stock("kota-uji-dinkes", "accounts_covered") == dict.fromkeys(range(2, 5), 1)
    city = {user for user, path in Appointment.objects.values_list("user", "institution__path") if path.startswith(world.city.path)}
    assert stock("kota-uji", "accounts")[6] == len(city)
    assert stock("kota-uji", "accounts_covered")[6] == len(city) - 1


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


# --- counting again ---------------------------------------------------------------------------------------------------

WRONG: dict[str, Callable[[], object]] = {
    "a tally": lambda: Tally.objects.filter(measure="received", dim="").update(n=99),
    "a tally that is gone": lambda: Tally.objects.filter(measure="met").delete(),
    "a tally too many": lambda: Tally.objects.create(institution=Institution.objects.get(slug="kementerian-uji"), day=date(2026, 1, 1), measure="met", n=1),
    "a month": lambda: MonthTally.objects.filter(measure="arrived").update(n=0),
    "a day of the stock": lambda: Stock.objects.filter(measure="open", dim="state").update(n=7),
    "a fact": lambda: Fact.objects.filter(institution__slug="kota-uji").update(cohort={}),
    "a fact that is gone": lambda: Fact.objects.filter(institution__slug="kota-uji").delete(),
    "a flow": lambda: Fact.objects.filter(institution__slug="nasional").update(flow=[["2026-11-02", "arrived", "", "", 5]]),
}


@pytest.mark.parametrize("what", WRONG)
def test_recount_finds_what_was_altered_and_puts_it_right(world: World, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    for state in ("closed", "awaiting_followup"):
        world.to_state(state)
    measure(at=day(9))
    call_command("recount", "--check", "--json")
    assert json.loads(capsys.readouterr().out) == {"reports": 2, "waiting": 0, "differences": {}, "examples": []}
    WRONG[what]()

    with pytest.raises(SystemExit, match="1"):
        call_command("recount", "--check", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["differences"]
    assert said["examples"]

    call_command("recount")
    agree()
    assert tally("nasional", "received") == {2: 2}
    assert stock("nasional") == dict.fromkeys(range(2, 9), 1)


def test_what_no_sweep_has_counted_yet_waits_and_is_no_difference(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=world.at)
    world.step(complaint, "dispose_to_unit", "admin", target="kota-uji-dpu")
    world.submit()

    found = recount(check=True)
    assert (found.reports, found.waiting, dict(found.counts)) == (2, 2, {})
    recount()
    agree()
    assert tally("nasional", "received") == {2: 2}
    assert measure(at=world.at)["reports"] == 0


def test_commands_and_the_sweep_of_all_count(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    at_city(world, world.submit().complaint)
    call_command("measure", "--json", at=world.at.isoformat())
    assert json.loads(capsys.readouterr().out) == {"reports": 1, "days": 1}
    world.step(Complaint.objects.get(), "handle", "admin", **{name: value for name, value in SORT.items() if name != "track"})

    assert sweeps.run(world.at)["measure"] == {"reports": 1, "days": 0}
    order = list(sweeps.SWEEPS)
    assert order.index("watch") < order.index("measure") < order.index("publish") < order.index("release")


def test_nothing_is_counted_while_the_system_can_only_be_read(world: World) -> None:
    world.submit()
    places.set_read_only(True, by=machine("system"), at=world.at, reason="x")
    places.forget_site()

    with pytest.raises(Refusal):
        measure(at=world.at)
    assert not Fact.objects.exists()
