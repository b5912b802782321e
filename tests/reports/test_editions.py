"""Editions: frozen figures, revisions, and a digest that means something."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from institutions.models import Institution
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from monitoring.models import MonthTally
from monitoring.services import measure
from reports import services
from reports.management.commands import reproduce as command
from reports.models import ActionItem, Edition, EditionEvent
from reports.snapshot import canonical, digest
from tests.monitoring.books import book
from tests.monitoring.counting import altered
from tests.reports.figures import AFTER, DAY, LATER, QUARTER, WIB, counted, frozen
from tests.world import World


def of(edition: Edition, key: str) -> dict[str, object]:
    return next(row for row in edition.snapshot["indicators"] if row["key"] == key)


def table(edition: Edition, key: str) -> dict[str, dict[str, dict[str, object]]]:
    found = next(row for row in edition.snapshot["tables"] if row["key"] == key)
    return {row["key"]: row["cells"] for row in found["rows"]}


def test_the_figures_are_those_of_the_books_with_numerator_interval_and_target(world: World) -> None:
    counted(world)

    edition = frozen(world)

    followed = of(edition, "followup_rate")
    assert {key: followed[key] for key in ("value", "numerator", "denominator", "n", "low", "high", "target", "light")} == {
        "value": "78.38", "numerator": 29, "denominator": 37, "n": 37, "low": "62.80", "high": "88.61", "target": 80, "light": "amber",
    }  # fmt: skip
    assert followed["before"] == {"value": "75.00", "numerator": 15, "denominator": 20, "n": 20, "low": "53.13", "high": "88.81"}
    days = of(edition, "verification_time")
    assert (days["value"], days["median"], days["p90"], days["n"]) == ("3.59", 3, 9, 37)
    assert (of(edition, "sla_compliance")["value"], of(edition, "sla_compliance")["light"]) == ("74.07", "bad")
    assert of(edition, "quality_score")["missing"] == "unknown"
    assert of(edition, "reopen_rate")["value"] == "7.41"
    assert table(edition, "clocks")["verify_institution"]["share"] == {"value": "83.78", "numerator": 31, "denominator": 37}
    assert table(edition, "bands") == {band: {"open": {"value": str(n)}} for band, n in {"0-5": 7, "6-14": 0, "15-30": 0, "31-60": 0, "61+": 5}.items()}
    assert table(edition, "channels")["web"]["completed"]["value"] == "20"


def test_a_period_without_any_sum_says_no_data_and_never_zero_percent(world: World) -> None:
    edition = frozen(world)

    assert edition.snapshot["is_empty"]
    assert of(edition, "followup_rate")["value"] is None
    assert of(edition, "followup_rate")["missing"] == "nothing"
    assert of(edition, "followup_rate")["light"] == "none"


def test_few_people_are_not_told_and_cannot_be_got_by_subtraction(world: World) -> None:
    counted(world)

    edition = frozen(world)

    gender = table(edition, "gender")
    assert gender["other"]["received"] == {"value": None, "missing": "few"}
    assert gender["male"]["received"] == {"value": None, "missing": "few"}  # else 40 - 22 - 14 would tell
    assert gender["female"]["received"]["value"] == "22"
    assert gender["male"]["stars_mean"] == {"value": None, "missing": "few"}
    assert not [key for key in edition.snapshot["recorded"]["sums"] if "|gender|" in key or "|disability|" in key or "|age|" in key]


def test_a_snapshot_costs_the_same_queries_for_one_unit_and_for_many(world: World) -> None:
    counted(world, world.city, world.unit)
    with CaptureQueriesContext(connection) as first:
        frozen(world, "micro")
    units = list(Institution.objects.filter(parent=world.city).exclude(pk=world.unit.pk))
    for unit in units:
        book(unit, DAY, {"received": 3, ("received", "topic", f"t{unit.pk}"): 3})
    with CaptureQueriesContext(connection) as second:
        frozen(world, "micro", why="mendapat angka unit")

    assert len(second) - len(first) in range(-1, 6)  # what a revision writes beside
    assert len(second) < 60


def test_only_a_period_that_is_over_is_frozen_and_only_of_a_place_that_fits(world: World) -> None:
    for template, place, period, name in (
        ("micro", world.city, "2026-Q4", "period"),
        ("unit", world.city, "2026-09", "template"),
        ("micro", world.unit, "2026-Q3", "template"),
        ("micro", world.nation, "2026-Q3", "template"),
        ("meso", world.city, "2026-H1", "template"),
    ):
        with pytest.raises(Refusal) as refused:
            frozen(world, template, place, period=Period.parse(period))
        assert (refused.value.code, list(refused.value.fields)) == ("invalid", [name])


def test_a_later_one_is_a_new_revision_with_its_reason_and_the_old_one_stays(world: World) -> None:
    counted(world)
    first = frozen(world)
    services.add_item(first.pk, {"text": "Latih admin", "owner": "Diskominfo", "due_on": "2026-12-01"}, by=world.actor("admin"), at=AFTER)
    with pytest.raises(Refusal) as refused:
        frozen(world)
    assert list(refused.value.fields) == ["why"]
    book(world.city, LATER, {"received": 2})

    second = frozen(world, why="Dua laporan terlambat dihitung", at=AFTER + timedelta(hours=1))
    first.refresh_from_db()

    assert (second.revision, second.is_current, first.is_current) == (2, True, False)
    assert (of(first, "received")["value"], of(second, "received")["value"]) == ("40", "42")
    assert digest(first.snapshot) == first.sha256 != second.sha256
    assert [item.text for item in second.items.all()] == ["Latih admin"]
    assert list(first.events.values_list("code", flat=True)) == ["generated", "replaced"]
    assert Edition.objects.current().count() == 1


def test_the_database_refuses_to_change_what_is_frozen(world: World) -> None:
    edition = frozen(world)
    event = edition.events.get()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    for change in (
        lambda: Edition.objects.filter(pk=edition.pk).update(snapshot={}),
        lambda: Edition.objects.filter(pk=edition.pk).update(sha256="0" * 64),
        lambda: Edition.objects.filter(pk=edition.pk).update(cut_off=AFTER + timedelta(days=1)),
        lambda: connection.cursor().execute("DELETE FROM reports_edition"),
        lambda: connection.cursor().execute("TRUNCATE reports_edition CASCADE"),
        lambda: EditionEvent.objects.filter(pk=event.pk).update(note="x"),
        event.delete,
        lambda: connection.cursor().execute("TRUNCATE reports_editionevent CASCADE"),
    ):
        with pytest.raises((InternalError, DatabaseError), match="pgtrigger"), transaction.atomic():
            change()
    Edition.objects.filter(pk=edition.pk).update(version=2)


def test_reproduce_finds_the_same_figures_and_what_today_would_say(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    counted(world)
    edition = frozen(world)
    call_command("reproduce", str(edition.pk))
    assert "0 not reproduced, 0 parts different today" in capsys.readouterr().out
    book(world.city, LATER, {"followed_up": 4})

    call_command("reproduce", "micro/kota-uji/2026-Q3")

    said = capsys.readouterr().out
    assert "digest same" in said
    assert "0 not reproduced" in said
    assert "today followup_rate.value: 78.38 -> 89.19" in said
    assert "today composite.value" in said
    MonthTally.objects.all().delete()
    call_command("reproduce", str(edition.pk))
    with pytest.raises(CommandError):
        call_command("reproduce", "micro/kota-uji/2020")


def test_reproduce_after_a_tenth_of_the_reports_moved_on_and_after_a_history_was_altered(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [world.to_state("awaiting_followup") for _n in range(10)]
    at = datetime(2027, 1, 5, 9, tzinfo=WIB)
    for minutes in (0, 11):  # what may still commit late is pinned by no root
        measure(at=at + timedelta(minutes=minutes))
    edition = frozen(world, period=Period.parse("2026-Q4"), at=at + timedelta(minutes=12))
    assert edition.snapshot["ledger"]["reports"] == 10
    assert edition.snapshot["ledger"]["event"] == cases[-1].transitions.latest("pk").pk
    call_command("reproduce", str(edition.pk))
    assert "digest same, ledger same" in (said := capsys.readouterr().out)
    assert "0 not reproduced, 0 parts different today" in said

    later = at + timedelta(days=1)
    world.step(cases[0], "respond", "liaison", at=later, text="Kami periksa.", estimated_on="2027-01-20")
    measure(at=later)

    call_command("reproduce", str(edition.pk), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["digest"], found["ledger"], found["not_reproduced"]) == ("same", "same", [])
    assert {"key": "response_rate", "part": "numerator", "was": "0", "now": "1"} in found["different_today"]

    altered("complaints_transition", "UPDATE complaints_transition SET hash = 'x' WHERE id = %s", cases[4].transitions.latest("pk").pk)
    with pytest.raises(CommandError, match="histories"):
        call_command("reproduce", str(edition.pk))


def test_by_other_formulas_only_the_digest_is_checked(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    edition = frozen(world)
    monkeypatch.setattr(command, "VERSION", "2099.1")

    call_command("reproduce", str(edition.pk))
    assert f"made by formulas {edition.formula}; those of today are 2099.1" in capsys.readouterr().out


def test_the_same_books_give_the_same_digest_and_another_instant_another_one(world: World) -> None:
    counted(world)
    first = frozen(world)
    again = frozen(world, why="sama", at=AFTER)

    assert first.sha256 == again.sha256
    assert canonical(first.snapshot) == canonical(again.snapshot)
    assert frozen(world, why="lain", at=AFTER + timedelta(minutes=1)).sha256 != first.sha256


def test_what_is_not_done_goes_on_into_the_next_period_with_its_progress(world: World) -> None:
    admin = world.actor("admin")
    first = frozen(world)
    done = services.add_item(first.pk, {"text": "Beli server", "owner": "TU", "due_on": "2026-11-01"}, by=admin, at=AFTER)
    left = services.add_item(first.pk, {"text": "Latih admin", "owner": "TU", "due_on": "2026-12-01"}, by=admin, at=AFTER)
    services.tell_progress(first.pk, done.pk, "done", "Terpasang", by=admin, at=AFTER)
    services.tell_progress(first.pk, left.pk, "running", "Separuh", by=admin, at=AFTER)

    second = frozen(world, period=QUARTER.after, at=AFTER + timedelta(days=100))

    assert [(item.text, item.status, item.progress, item.carried_from) for item in second.items.all()] == [("Latih admin", "running", "Separuh", left)]
    assert [(item["text"], item["status"]) for item in second.snapshot["last_plan"]] == [("Beli server", "done"), ("Latih admin", "running")]
    assert ActionItem.objects.get(pk=done.pk).status == "done"
