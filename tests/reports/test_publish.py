"""What time brings to evaluation reports: made once at the turn of a period, reminded of, told late, drawn."""

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from institutions import services as places
from institutions.models import HubMembership, Kind, LegalBasis, Limit
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from monitoring.services import measure
from officers.actors import machine
from officers.models import Notice
from reports import services
from reports.clock import due_on
from reports.models import Cadence, Edition, EditionEvent, EditionFile
from reports.services import files, making
from tests.drills.test_kill import kill_when, python
from tests.reports.figures import AFTER, QUARTER, WIB, counted, frozen
from tests.world import SINCE, World

TURN = datetime(2026, 10, 1, 6, 30, tzinfo=WIB)  # six hours and a half after the third quarter ended in the west
BEFORE = datetime(2026, 10, 1, 5, 0, tzinfo=WIB)


def made(**where: Any) -> list[str]:
    return sorted(Edition.objects.filter(**where).values_list("template", "scope", "period").values_list("scope", flat=True))


def test_what_is_still_being_counted_waits_for_it(world: World) -> None:
    world.submit(at=BEFORE - timedelta(days=3), incident_date="2026-09-01")
    measure(at=BEFORE - timedelta(days=2))  # then the counting slept over the turn of the quarter

    assert services.publish(at=TURN)["made"] == 0
    with pytest.raises(Refusal) as refused:
        services.generate("micro", world.city, QUARTER, by=world.actor("admin", at=TURN), at=TURN)
    assert list(refused.value.fields) == ["period"]

    measure(at=TURN)

    assert services.publish(at=TURN)["made"] > 0
    assert Edition.objects.get(template="micro", institution=world.ministry).cut_off == TURN


# --- when something is due ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "number", "last", "off", "expected"),
    [
        ("day_of_month", 5, date(2026, 9, 30), (), date(2026, 10, 5)),
        ("day_of_month", 31, date(2026, 12, 31), (), date(2027, 1, 31)),
        ("working_day", 10, date(2026, 9, 30), (), date(2026, 10, 14)),
        ("working_day", 10, date(2026, 9, 30), (date(2026, 10, 1), date(2026, 10, 14)), date(2026, 10, 16)),
        ("working_day", 1, date(2026, 10, 31), (), date(2026, 11, 2)),
    ],
)
def test_a_due_day_is_counted_from_the_end_of_the_period(rule: str, number: int, last: date, off: tuple[date, ...], expected: date) -> None:
    assert due_on(rule, number, last, frozenset(off)) == expected


def test_the_seed_has_a_row_for_each_duty_with_its_legal_basis(world: World) -> None:
    rows = Cadence.objects.in_force(world.at.date()).select_related("legal_basis")

    assert {(row.template, row.period_kind, row.receiver) for row in rows} == {
        ("unit", "month", "institution"), ("micro", "quarter", "hub"), ("micro", "year", "public"), ("meso", "half", "nation"), ("macro", "month", "public"),
        ("macro", "half", "public"), ("macro", "year", "public"), ("over_60", "month", "ombudsman"), ("issue", "half", "nation"),
    }  # fmt: skip
    assert all(row.legal_basis.title for row in rows)
    assert services.load_cadences(by=machine("system"), at=world.at) == 0


def test_a_new_rule_counts_from_its_day_on_and_the_old_one_stays_on_record(world: World) -> None:
    basis = LegalBasis.objects.get(pk="service-rule")
    given: dict[str, Any] = {"rule": "day_of_month", "number": 10, "legal_basis": basis, "valid_from": date(2027, 1, 1), "at": world.at, "why": "SE Menteri"}
    with pytest.raises(Refusal) as refused:
        services.set_cadence("institution_quarter", by=world.user("admin"), **given)
    assert refused.value.code == "forbidden"

    services.set_cadence("institution_quarter", by=world.user("national"), **given)

    assert Cadence.objects.in_force(date(2026, 12, 31)).get(key="institution_quarter").number == 10
    assert Cadence.objects.in_force(date(2026, 12, 31)).get(key="institution_quarter").rule == "working_day"
    assert Cadence.objects.in_force(date(2027, 1, 1)).get(key="institution_quarter").rule == "day_of_month"


# --- at the turn ----------------------------------------------------------------------------------------------------------


BODIES = ["kabupaten-sunyi", "kabupaten-timur", "kementerian-uji", "kota-uji"]
UNITS = ["kementerian-uji-biro", "kota-uji-dinkes", "kota-uji-dpu", "kota-uji-inspektorat", "kota-uji-rsud"]


def test_at_the_turn_of_a_quarter_everybody_who_owes_a_report_has_one(world: World) -> None:
    services.publish(at=TURN)

    assert made(template="micro") == made(period="2026-Q3") == BODIES
    assert made(template="unit") == UNITS
    assert made(template="macro", period="2026-09") == made(template="over_60", period="2026-09") == ["nation"]
    assert Edition.objects.count() == 11
    due = dict(Edition.objects.filter(scope__in=("kota-uji", "kota-uji-dpu")).values_list("period", "due_on"))
    assert due == {"2026-09": date(2026, 10, 5), "2026-Q3": date(2026, 10, 14)}
    assert services.publish(at=TURN)["made"] == 0


def test_at_the_turn_of_a_year_there_are_those_of_the_year_the_half_and_the_quarter_too(world: World) -> None:
    places.join_hub(hub=world.ministry, member=world.city, kind="sector", valid_from=SINCE, by=machine("system"), at=world.at, why="uji")

    services.publish(at=datetime(2027, 1, 1, 6, 30, tzinfo=WIB))

    assert made(template="micro", period="2026") == made(template="micro", period="2026-Q4") == BODIES
    assert made(template="meso", period="2026-H2") == ["hub:kementerian-uji"]
    for period in ("2026", "2026-H2", "2026-12"):
        assert made(template="macro", period=period) == ["nation"]
    assert Edition.objects.get(scope="kota-uji", period="2026").due_on == date(2027, 1, 31)


def test_what_was_due_before_the_house_stood_is_not_made_and_makes_nobody_late(world: World) -> None:
    services.publish(at=datetime(2026, 10, 20, 9, tzinfo=WIB))

    assert Edition.objects.count() == made(template="macro").count("nation") == 1
    assert not EditionEvent.objects.filter(code="told_late").exists()


def test_history_that_is_made_by_hand_makes_nobody_late(world: World) -> None:
    edition = services.generate("micro", world.city, Period.parse("2026-Q1"), by=world.actor("system"), at=AFTER)

    assert edition.due_on is None
    assert frozen(world).due_on is not None
    services.publish(at=AFTER + timedelta(days=1))
    assert not EditionEvent.objects.filter(edition=edition, code=EditionEvent.Code.TOLD_LATE).exists()


def test_places_that_can_never_be_made_take_nobodys_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "BATCH", 2)
    first = sorted(places_pk for places_pk in (world.city.pk, world.ministry.pk))[0]
    make = making._make_one

    def some(template: str, place: Any, *args: Any, **more: Any) -> Any:
        if place.pk == first:
            raise Refusal("invalid", "no members")
        return make(template, place, *args, **more)

    monkeypatch.setattr(making, "_make_one", some)
    counts = services.publish(at=TURN)
    assert counts["made"] == 2


def test_a_period_is_frozen_only_some_hours_after_it_ended_by_the_clock_of_the_place(world: World) -> None:
    services.publish(at=BEFORE)
    # Two hours earlier in the east: 07:00 there.
    assert made(template="micro", period="2026-Q3") == ["kabupaten-timur"]

    services.publish(at=TURN)
    assert len(made(template="micro", period="2026-Q3")) == 4


def test_who_did_not_count_on_the_last_day_owes_nothing(world: World) -> None:
    place = world.place("kabupaten-sunyi")
    place.valid_to = date(2026, 9, 29)
    place.save()

    services.publish(at=TURN)

    assert "kabupaten-sunyi" not in made(template="micro", period="2026-Q3")
    assert "kabupaten-timur" in made(template="micro", period="2026-Q3")


def test_two_beats_and_two_workers_make_each_edition_exactly_once(committed: World) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(4)

    def beat() -> None:
        try:
            gate.wait()
            for _ring in range(2):
                services.publish(at=TURN)
        except BaseException as fault:  # noqa: BLE001 - shown by the test
            failures.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.publish(at=TURN)

    assert failures == []
    editions = Counter(Edition.objects.values_list("template", "scope", "period"))
    assert len(editions) == 11
    assert set(editions.values()) == {1}
    assert set(Edition.objects.values_list("revision", flat=True)) == {1}
    assert EditionEvent.objects.filter(code="generated").count() == len(editions)
    told = Counter(Notice.objects.filter(event="edition_made").values_list("recipient", "context__desk_url"))
    assert set(told.values()) == {1}


def test_two_processes_killed_and_run_again_make_each_edition_once(committed: World, tmp_path: Path) -> None:
    at = TURN.isoformat()
    for _try in range(2):
        first, second = python(tmp_path, "manage.py", "publish", "--at", at), python(tmp_path, "manage.py", "publish", "--at", at)
        before = Edition.objects.count()
        kill_when(first, lambda least=before: Edition.objects.count() > least)
        second.kill()
        second.wait()
    together = [python(tmp_path, "manage.py", "publish", "--at", at) for _number in range(2)]
    assert [process.wait() for process in together] == [0, 0]

    editions = Counter(Edition.objects.values_list("template", "scope", "period"))
    assert set(editions.values()) == {1}
    assert services.publish(at=TURN)["made"] == 0
    assert EditionEvent.objects.filter(code="generated").count() == len(editions)


# --- reminders and lateness -----------------------------------------------------------------------------------------------


def told(event: str) -> Counter[str]:
    return Counter(Notice.objects.filter(event=event, context__holder="Kota Uji").values_list("recipient__username", flat=True))


def test_who_submits_is_reminded_once_and_lateness_is_told_once_to_those_above_too(world: World) -> None:
    places.join_hub(hub=world.nation, member=world.city, kind="region", valid_from=SINCE, by=machine("system"), at=world.at, why="uji")
    edition = frozen(world)
    assert edition.due_on == date(2026, 10, 14)

    services.publish(at=datetime(2026, 10, 10, 9, tzinfo=WIB))
    assert told("edition_due") == Counter()
    for _ring in range(2):
        services.publish(at=datetime(2026, 10, 12, 9, tzinfo=WIB))
    assert set(told("edition_due").values()) == {1}
    assert {"admin", "superior", "accountable"} <= set(told("edition_due"))
    assert "hub" not in told("edition_due")
    services.publish(at=datetime(2026, 10, 14, 22, tzinfo=WIB))
    assert told("edition_late") == Counter()
    for _ring in range(2):
        services.publish(at=datetime(2026, 10, 15, 9, tzinfo=WIB))
    assert told("edition_late")["hub"] == told("edition_late")["superior"] == told("edition_late")["national"] == 1


def test_lateness_is_measured_by_the_first_submission(world: World) -> None:
    edition, day = frozen(world), date(2026, 10, 20)
    late = datetime(2026, 10, 17, 9, tzinfo=WIB)
    assert [row.pk for row in Edition.objects.late(day)] == [edition.pk]
    services.review(edition.pk, by=world.actor("admin"), at=late)
    services.submit(edition.pk, by=world.actor("superior"), at=late)
    edition.refresh_from_db()

    assert not Edition.objects.late(day).exists()
    assert list(Edition.objects.submitted_late()) == [edition]
    assert edition.days_late(day) == 3
    services.request_revision(edition.pk, by=world.actor("national"), at=late, note="Angka unit kurang")
    second = frozen(world, why="Unit dilengkapi", at=late + timedelta(days=5))
    assert (second.submitted_on, second.due_on, second.days_late(day)) == (date(2026, 10, 17), date(2026, 10, 14), 3)

    macro = frozen(world, "macro", world.nation, period=Period.parse("2026-10"), at=datetime(2026, 11, 3, 9, tzinfo=WIB))
    table = next(row for row in macro.snapshot["tables"] if row["key"] == "submissions")
    assert {row["key"]: {name: cell["value"] for name, cell in row["cells"].items()} for row in table["rows"]} == {
        "micro": {"in_time": "0", "submitted_late": "1", "missing": "0"}
    }


# --- files ----------------------------------------------------------------------------------------------------------------

HANGING = """
import sys, time, django
django.setup()
from django.core.management import call_command
import reports.services.files as files
drawn = files.draw
def slow(*args):
    raw = drawn(*args)
    time.sleep(float(sys.argv[2]))
    return raw
files.draw = slow
call_command("publish", "--at", sys.argv[1])
"""


def test_a_worker_killed_while_it_draws_is_followed_by_another_when_its_time_is_over(committed: World, tmp_path: Path, settings: Any) -> None:
    counted(committed)
    edition = frozen(committed)
    for kind in ("csv", "json"):
        services.queue_file(edition.pk, kind, by=committed.actor("admin"), at=AFTER)
    services.make_owed(by=committed.actor("system"), at=AFTER)

    process = python(tmp_path, "-c", HANGING, AFTER.isoformat(), "60")
    kill_when(process, lambda: EditionFile.objects.filter(state="working", progress=30).exists())
    assert process.returncode == -9
    left = EditionFile.objects.get(state="working")
    soon = services.draw_files(at=AFTER + timedelta(minutes=1))
    left.refresh_from_db()
    assert (soon["drawn"], left.state, left.progress) == (1, "working", 30)

    done = services.draw_files(at=AFTER + timedelta(minutes=11))

    left.refresh_from_db()
    assert (done["drawn"], left.state, left.progress, left.tries) == (1, "ready", 100, 2)
    assert EditionFile.objects.filter(state="ready").count() == 2


def test_whoever_was_thought_dead_finishes_nothing_any_more(world: World) -> None:
    edition = frozen(world)
    row = services.queue_file(edition.pk, "json", by=world.actor("admin"), at=AFTER)
    limits = Limit.objects.table(AFTER.date())
    slow = files._claim(AFTER, limits)
    assert slow is not None

    assert services.draw_files(at=AFTER + timedelta(minutes=11))["drawn"] == 1
    assert files._draw(slow, AFTER + timedelta(minutes=12)) is False

    row.refresh_from_db()
    assert (row.state, row.ready_at) == ("ready", AFTER + timedelta(minutes=11))


def test_a_file_that_kills_whoever_draws_it_is_given_up(world: World, storage: Path) -> None:
    edition = frozen(world)
    row = services.queue_file(edition.pk, "csv", by=world.actor("admin"), at=AFTER)
    most = Limit.objects.table(AFTER.date())["edition_tries"]
    for tries in range(1, most + 2):
        found = files._claim(AFTER + timedelta(hours=tries), Limit.objects.table(AFTER.date()))  # and then it is gone
        assert (found is None) is (tries > most)

    row.refresh_from_db()
    assert (row.state, row.claim) == ("failed", None)
    assert services.queue_file(edition.pk, "csv", by=world.actor("admin"), at=AFTER).state == "queued"


def test_a_file_that_cannot_be_made_waits_is_given_up_and_made_when_asked_again(world: World, storage: Path) -> None:
    edition = frozen(world)
    (storage / "letters").write_text("a file where the folder should be")
    row = services.queue_file(edition.pk, "csv", by=world.actor("admin"), at=AFTER)
    at = AFTER
    for _try in range(5):
        services.draw_files(at=at)
        at += timedelta(days=1)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", 5)
    assert services.draw_files(at=at) == {"drawn": 0, "failed": 0}
    (storage / "letters").unlink()

    services.queue_file(edition.pk, "csv", by=world.actor("admin"), at=at)

    assert services.draw_files(at=at)["drawn"] == 1
    row.refresh_from_db()
    assert (row.state, row.size > 1000) == ("ready", True)


def test_the_hub_of_a_half_year_adds_up_the_members_it_had(world: World) -> None:
    east = world.place("kabupaten-timur")
    for member in (world.city, east):
        places.join_hub(hub=world.ministry, member=member, kind="sector", valid_from=SINCE, by=machine("system"), at=world.at, why="uji")
    HubMembership.objects.filter(member=east).update(valid_to=date(2026, 3, 1))
    counted(world, world.city, east)

    edition = frozen(world, "meso", world.ministry, period=Period.parse("2026-H1"))

    assert edition.snapshot["scope"]["places"] == 1
    assert [row["value"] for row in edition.snapshot["indicators"] if row["key"] == "received"] == ["20"]  # of May
    assert world.ministry.kind == Kind.MINISTRY
