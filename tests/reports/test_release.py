"""Months told to the public: when, once, the same bytes, and nothing in them that is not in the tallies."""

import csv
import hashlib
import io
import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connections
from django.db.utils import ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.models import Complaint
from institutions import services as places
from institutions.models import Institution
from lapor.ground.problems import Refusal
from monitoring.indicators import INDEX, INDICATORS, PUBLIC
from monitoring.models import Fact, MonthTally
from monitoring.services import measure
from monitoring.telling import NAMES, tellable
from officers.actors import machine
from reports import services
from reports.counting import Month, again
from reports.models import OpenDataFile, Release, ReleasedPlace
from reports.opendata import FORMS, SHEETS, drawn
from reports.tasks import release as task
from tests.monitoring.books import book, stand
from tests.world import World

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
DAY = date(2026, 9, 14)
AT = datetime(2026, 10, 7, 3, tzinfo=UTC)  # the fifth day after the end has passed
FINAL = datetime(2027, 1, 2, 3, tzinfo=UTC)
COUNTS: dict[Any, int] = {
    "received": 120, "validated": 100, "archived": 20, "responded": 80, "followed_up": 60, "completed": 40, "closed": 50, "rated": 30, "stars": 120,
    ("rated", "stars", "4"): 15, ("met", "clock", "verify_national"): 70, ("missed", "clock", "verify_national"): 30,
    ("received", "topic", "public_works.potholes"): 70, ("received", "topic", "health"): 45, ("received", "topic", ""): 5,
    ("received", "region", "33.74"): 60, ("received", "region", "33.01"): 20, ("received", "region", "31.71"): 40,
    ("received", "channel", "web"): 100, ("received", "channel", "phone"): 20,
    ("response_days", "days", "2"): 30, ("response_days", "days", "6"): 20,
}  # fmt: skip


def country(world: World, *, has_stock: bool = True) -> None:
    """A large body, another as large, and one with three reports."""
    for place, times in ((world.nation, 2), (world.city, 1), (world.ministry, 1)):
        book(place, DAY, {key: n * times for key, n in COUNTS.items()})
    book(world.place("kabupaten-timur"), DAY, {"received": 3, ("received", "topic", "health"): 3})
    if has_stock:
        stand(world.city, date(2026, 9, 30), {"open": 97})


def told(place: Institution, revision: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = ReleasedPlace.objects.get(institution=place, release__revision=revision).told
    return found


def content_of(row: OpenDataFile) -> bytes:
    with storages["releases"].open(row.name) as file:
        return bytes(file.read())


def read(table: str, form: str = "csv") -> list[dict[str, Any]]:
    row = OpenDataFile.objects.get(table=table, form=form, release__revision=1)
    text = content_of(row).decode()
    return list(csv.DictReader(io.StringIO(text))) if form == "csv" else [json.loads(line) for line in text.splitlines()]


def test_a_month_that_is_still_being_counted_is_not_told(world: World) -> None:
    country(world, has_stock=False)
    world.submit(at=AT - timedelta(days=20), incident_date="2026-09-01")
    measure(at=AT - timedelta(days=10))  # the stock of the last days of September is not taken

    assert services.release(at=AT) == {"months": 0, "files": 0}

    measure(at=AT)
    assert services.release(at=AT)["months"] == 1


def test_what_is_told_agrees_with_the_tallies(world: World) -> None:
    country(world)
    services.release(at=AT)
    city = told(world.city)

    assert city["sums"] == {key: n for key, n in COUNTS.items() if isinstance(key, str) and key != "stars"} | {"reopened": 0, "passed_60": 0}
    assert city["topics"] == {"named": {"public_works.potholes": 70}, "rest": 50}  # five without a topic are not told by what the others leave
    assert city["provinces"] == {"named": {"31": 40, "33": 80}, "rest": 0}
    assert city["channels"] == {"named": {"phone": 20, "web": 100}, "rest": 0}
    assert city["indicators"]["response_rate"] == {"value": "80.00", "low": "71.12", "high": "86.66", "numerator": 80, "denominator": 100}
    assert city["indicators"]["response_time"] == {"value": "3.60", "numerator": 180, "denominator": 50, "median": 2, "p90": 6}
    assert city["indicators"]["satisfaction"]["value"] == "4.00"
    assert city["indicators"]["backlog"] == {"value": "100", "numerator": 100}  # 97, told in round numbers
    assert told(world.nation)["sums"]["received"] == 240


def test_a_body_with_too_few_looks_like_one_with_none(world: World) -> None:
    country(world)
    services.release(at=AT)

    # The three are not told by what the others leave of the nation: with them goes the next in size.
    assert set(ReleasedPlace.objects.values_list("slug", flat=True)) == {"nasional", "kota-uji"}
    lines = read("sums")
    assert not any(line["institution"] in {"kabupaten-timur", "kabupaten-sunyi"} for line in lines)


def test_numbers_made_of_too_few_are_missing_and_say_so(world: World) -> None:
    book(world.nation, DAY, {"received": 50, "validated": 50, "responded": 47, "completed": 4, "closed": 4, "rated": 9, "stars": 36})
    services.release(at=AT)
    nation = told(world.nation)

    assert nation["sums"] == {"received": 50, "validated": 50, "archived": 0, "followed_up": 0, "passed_60": 0, "reopened": 0}
    for key in ("response_rate", "completion_rate", "clearance_rate_flow", "clearance_rate_cohort", "satisfaction"):
        assert nation["indicators"][key] == {"missing": "few"}
    assert nation["indicators"]["quality_score"] == {"missing": "unknown"}
    assert nation["indicators"]["return_rate"]["missing"] == nation["indicators"]["backlog"]["missing"] == "nothing"


def test_reports_that_everybody_may_read_make_no_crowd_for_those_that_nobody_may(world: World) -> None:
    """Twenty-two reports, of which the public list may show thirteen: the nine others are too few. With ten others they are told."""
    book(world.nation, DAY, {"received": 22})
    cases = [world.submit(title=f"Lampu jalan mati nomor {number}").complaint for number in range(12)] + [world.to_state("in_progress")]
    for case in cases:
        Fact.objects.create(complaint=case, institution=world.nation, arrived_on=DAY, last_on=DAY, cohort={"received": {}}, cuts={})
    limits = {"small_cell": 10}

    assert "nasional" in Month(SEPTEMBER, limits).silent()
    Complaint.objects.filter(pk=case.pk).update(is_secret=True)
    assert "nasional" in Month(SEPTEMBER, limits).silent()  # it was public once: who wanted to has kept it
    Complaint.objects.filter(pk=case.pk).update(published_at=None)
    assert "nasional" not in Month(SEPTEMBER, limits).silent()


def test_a_month_is_told_when_it_is_over_and_settled_and_once(world: World) -> None:
    country(world)

    assert services.release(at=datetime(2026, 9, 30, 3, tzinfo=UTC)) == {"months": 0, "files": 0}
    assert services.release(at=datetime(2026, 10, 5, 3, tzinfo=UTC)) == {"months": 0, "files": 0}
    assert services.release(at=AT) == {"months": 1, "files": len(SHEETS) * len(FORMS)}
    assert services.release(at=AT) == {"months": 0, "files": 0}
    assert services.release_month(SEPTEMBER, 1, at=AT) is None
    assert services.release(at=FINAL)["months"] >= 1
    assert services.release(at=FINAL) == {"months": 0, "files": 0}
    assert list(Release.objects.filter(month=SEPTEMBER).values_list("revision", flat=True)) == [2, 1]


def test_the_second_revision_changes_outcomes_by_none_or_enough_and_never_what_arrived(world: World) -> None:
    country(world)
    services.release(at=AT)
    book(world.city, date(2026, 9, 15), {"received": 1, "validated": 1, "responded": 3, "completed": 25, ("received", "topic", "public_works.potholes"): 1})
    services.release(at=FINAL)
    first, second = told(world.city), told(world.city, 2)

    assert second["sums"] == {**first["sums"], "completed": 65}
    assert {name: second[name] for name in ("topics", "provinces", "channels")} == {name: first[name] for name in ("topics", "provinces", "channels")}
    assert second["indicators"]["response_rate"] == first["indicators"]["response_rate"]
    assert ReleasedPlace.objects.filter(institution=world.place("kabupaten-timur")).count() == 0


def test_what_was_told_stays_as_it_was_told(world: World) -> None:
    country(world)
    services.release(at=AT)
    before = {row.name: row.sha256 for row in OpenDataFile.objects.all()}
    MonthTally.objects.update(n=1)
    services.release(at=AT)

    assert {row.name: row.sha256 for row in OpenDataFile.objects.all()} == before
    with pytest.raises(ProgrammingError, match="Cannot update"):
        Release.objects.update(least=1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", SHEETS)
def test_the_same_rows_give_the_same_bytes_with_the_digest_on_record(world: World, table: str, form: str) -> None:
    country(world)
    services.release(at=AT)
    row = OpenDataFile.objects.get(table=table, form=form)
    content = content_of(row)
    again, lines = drawn(table, form, row.release, list(row.release.places.order_by("-pk")))

    assert again == content
    assert (hashlib.sha256(content).hexdigest(), len(content), lines) == (row.sha256, row.size, row.rows)
    assert content.decode().count("\n") == row.rows + (form == "csv")


def test_both_forms_hold_the_same_and_the_columns_of_the_dictionary(world: World) -> None:
    country(world)
    services.release(at=AT)

    for table, sheet in SHEETS.items():
        as_csv, as_lines = read(table), read(table, "jsonl")
        assert [list(row) for row in as_lines] == [[column.name for column in sheet.columns]] * len(as_lines)
        assert [list(row) for row in as_csv] == [list(row) for row in as_lines]
        kinds = {column.name: column.kind for column in sheet.columns}
        for one, other in zip(as_csv, as_lines, strict=True):
            for name, value in other.items():
                assert (one[name] == "") if value is None else (float(one[name]) == value if kinds[name] != "string" else one[name] == value)
        assert not any(isinstance(row.get("n"), int) and 0 < row["n"] < 10 for row in as_lines)


def test_side_by_side_a_month_is_told_once(committed: World) -> None:
    country(committed)
    done: list[dict[str, int]] = []

    def sweep() -> None:
        try:
            done.append(services.release(at=AT))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(row["months"] for row in done) == [0, 0, 1]
    assert Release.objects.count() == 1


def test_the_command_and_the_task_do_what_the_sweep_does(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    country(world)
    call_command("release", "--json", "--at", "2026-10-07")

    assert json.loads(capsys.readouterr().out) == {"months": 1, "files": len(SHEETS) * len(FORMS)}
    assert set(task()) == {"months", "files"}


def test_a_month_without_anything_is_told_as_one_without_anything(world: World) -> None:
    book(world.nation, DAY, {"received": 0})
    services.release(at=AT)

    assert ReleasedPlace.objects.count() == 0
    assert read("sums") == []


OUTCOMES = ("validated", "archived", "responded", "followed_up", "completed", "passed_60", "closed", "reopened", "rated")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=len(OUTCOMES), max_size=len(OUTCOMES)), st.integers(10, 200))
def test_a_second_revision_tells_no_indicator_of_other_sums_than_those_beside_it(pairs: list[tuple[int, int]], received: int) -> None:
    limits = {"small_cell": 10, **{f"weight_{key}": 10 for key in INDICATORS}}
    first, second = ({"received": received, **{name: pair[which] for name, pair in zip(OUTCOMES, pairs, strict=True)}} for which in (0, 1))

    def told_of(sums: dict[str, int]) -> dict[str, Any]:
        kept = tellable(sums, {}, 10)
        rows = {key: {"value": "1.00", "missing": ""} for key, row in INDICATORS.items() if row.audience == PUBLIC}
        return {"sums": kept, "indicators": {key: {name: value for name, value in row.items() if value} for key, row in rows.items()}}

    old, new = told_of(first), told_of(second)
    found = again(old, new, limits)

    for key, row in found["indicators"].items():
        shape = INDICATORS[key]
        if shape.shape != INDEX and {*shape.top, *shape.bottom} <= NAMES and "missing" not in row:
            assert row.get("numerator") == sum(found["sums"][name] for name in shape.top)
            assert not shape.bottom or row["denominator"] == found["sums"][shape.bottom[0]]


def test_nothing_is_told_while_the_system_can_only_be_read(world: World) -> None:
    country(world)
    places.set_read_only(True, by=machine("system"), at=world.at, reason="x")
    places.forget_site()

    with pytest.raises(Refusal):
        services.release(at=AT)
    assert not Release.objects.exists()
