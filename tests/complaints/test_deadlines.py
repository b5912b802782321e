"""A deadline is explained wherever it stands, anybody can have one counted, and day 60 shows by itself."""

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Clock, Complaint
from institutions import services as places
from institutions.models import CalendarYear, LegalBasis
from officers.actors import machine
from tests.citizen import prove
from tests.pages import main, page
from tests.world import ANSWER, World, in_progress

pytestmark = pytest.mark.usefixtures("clock")

API = "/api/v1/deadlines/"
VECTORS = list(csv.DictReader((Path(__file__).parents[1] / "data" / "workday_vectors.csv").read_text(encoding="utf-8").splitlines()))
POLICIES = {"3": "verify_national", "5": "first_response", "10": "reporter_reply", "14": "resolution_non_oversight", "60": "resolution_oversight"}
COUNTED_AWAY = {"weekend", "national_holiday", "joint_leave", "institution"}


def ask(client: Client, **given: str) -> dict[str, Any]:
    answer = client.get(API, given)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


# The API


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['start_date']}+{row['working_days']}")
def test_the_api_counts_as_the_vectors_say(client: Client, world: World, row: dict[str, str]) -> None:
    found = ask(client, policy=POLICIES[row["working_days"]], start=row["start_date"])

    assert found["due_on"] == row["due_with_joint_leave_excluded"]
    assert found["lines"][-1]["to"] == found["due_on"]
    assert sum(line["days"] for line in found["lines"] if line["kind"] == "counted") == int(row["working_days"])
    assert (found["institution"], found["start"], found["is_provisional"]) == ("nasional", row["start_date"], False)


def test_the_api_names_the_days_off_and_their_decree(client: Client, world: World) -> None:
    found = ask(client, policy="verify_national", start="2026-12-22")
    off = [line for line in found["lines"] if line["kind"] in COUNTED_AWAY]

    assert [(line["kind"], line["from"], line["to"], line["days"]) for line in off] == [
        ("joint_leave", "2026-12-24", "2026-12-24", 1),
        ("national_holiday", "2026-12-25", "2026-12-25", 1),
    ]
    assert all(line["decree"].startswith("SKB 3 Menteri") and line["name"] for line in off)
    assert found["due_at"] == "2026-12-29T23:59:59+07:00"


def test_an_institution_counts_its_own_days_zone_and_week(client: Client, world: World) -> None:
    east, by = world.place("kabupaten-timur"), machine("system")
    places.set_calendar_day(date=date(2026, 11, 4), kind="institution", name="Hari jadi", decree="SK Bupati 7", institution=east, by=by, at=world.at, why="uji")
    places.update_institution(east, {"working_week": 6}, by=by, at=world.at, why="uji")

    nation = ask(client, policy="first_response", start="2026-11-02T23:30")
    found = ask(client, policy="first_response", start="2026-11-02T23:30+07:00", institution="kabupaten-timur")
    [own] = [line for line in found["lines"] if line["kind"] == "institution"]

    assert (nation["due_on"], nation["due_at"]) == ("2026-11-09", "2026-11-09T23:59:59+07:00")
    assert found["due_on"] == "2026-11-10"  # day 0 is 3 November in the east; the 4th is off, Sunday too, Saturday counts
    assert own["text"] == "4 November 2026: tidak dihitung, hari libur Kabupaten Timur: Hari jadi (SK Bupati 7)."
    assert found["lines"][-1]["text"].endswith("pukul 23.59 WIT.")


def test_the_60_days_of_the_law_are_calendar_days_of_the_capital(client: Client, world: World) -> None:
    found = ask(client, policy="statutory_60", start="2026-11-02", institution="kabupaten-timur")

    assert found["due_on"] == "2027-01-01"
    assert [line["kind"] for line in found["lines"]] == ["start", "rule", "counted", "due"]


def test_a_date_in_a_year_without_decree_is_provisional(client: Client, world: World) -> None:
    assert ask(client, policy="resolution_oversight", start="2027-11-20")["is_provisional"] is True


WRONG: tuple[tuple[dict[str, str], set[str]], ...] = (
    ({}, {"policy", "start"}),
    ({"policy": "besok", "start": "2026-11-02"}, {"policy"}),
    ({"policy": "pdp_breach_notice", "start": "2026-11-02"}, {"policy"}),  # no period of a report
    ({"policy": "first_response", "start": "kemarin"}, {"start"}),
    ({"policy": "first_response", "start": "2026-02-30"}, {"start"}),
    ({"policy": "first_response", "start": "2026-11-02T25:00"}, {"start"}),
    ({"policy": "first_response", "start": "2023-12-31"}, {"start"}),
    ({"policy": "first_response", "start": "0001-01-01T00:00:00+14:00"}, {"start"}),
    ({"policy": "first_response", "start": "9999-12-31T23:59:59-12:00"}, {"start"}),
    ({"policy": "first_response", "start": "2031-11-03"}, {"start"}),
    ({"policy": "first_response", "start": "2026-11-02", "institution": "tidak-ada"}, {"institution"}),
    ({"policy": "\x00", "start": "\x00", "institution": "\x00x"}, {"policy", "start", "institution"}),
)


@pytest.mark.parametrize(("given", "fields"), WRONG, ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value))
def test_what_cannot_be_counted_is_said_field_by_field_in_both_languages(client: Client, world: World, given: dict[str, str], fields: set[str]) -> None:
    here, there = (client.get(API, given, headers={"Accept-Language": language}) for language in ("id", "en"))

    assert (here.status_code, here["Content-Type"]) == (422, "application/problem+json")
    assert set(here.json()["fields"]) == fields
    assert here.json()["fields"] != there.json()["fields"]


def test_the_last_day_that_is_counted_is_five_years_ahead(client: Client, world: World) -> None:
    assert ask(client, policy="first_response", start="2031-11-02")["is_provisional"] is True
    text = client.get(API, {"policy": "first_response", "start": "2019-05-01"}).json()["fields"]["start"][0]
    assert f"sejak tahun {min(CalendarYear.objects.values_list('year', flat=True))}" in text


def test_who_asks_too_often_is_told_when_to_come_back(client: Client, world: World) -> None:
    places.set_limit(
        key="deadlines_per_client",
        value=2,
        legal_basis=LegalBasis.objects.get(code="service-rule"),
        valid_from=world.at.date(),
        by=machine("system"),
        at=world.at,
        why="uji",
    )
    answers = [client.get(API, {"policy": "first_response", "start": "2026-11-02"}) for _number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0


# The calculator


def test_the_calculator_asks_and_answers_with_the_same_lines(client: Client, world: World) -> None:
    empty = page(client.get("/tenggat/"))
    found = page(client.get("/tenggat/", {"policy": "verify_national", "start": "2026-12-22", "hour": "", "institution": ""}))

    assert 'value="2026-11-02"' in empty  # today is offered
    assert "29 Desember 2026" in found
    assert all(line["text"] in found for line in ask(client, policy="verify_national", start="2026-12-22")["lines"])


def test_the_calculator_takes_a_name_and_offers_when_several_fit(client: Client, world: World) -> None:
    given = {"policy": "first_response", "start": "2026-11-02", "hour": "23:30", "institution": "Kabupaten Timur"}
    found = page(client.get("/tenggat/", given))
    several = client.get("/tenggat/", {**given, "start": "2019-05-01", "institution": "kabupaten"})

    assert "WIT" in found
    assert 'value="Kabupaten Timur"' in found
    assert several.status_code == 422
    assert "Kami mengenal hari libur sejak tahun" in page(several)  # all that is wrong at once
    assert 'name="institution" value="kabupaten-sunyi"' in page(several)


def test_the_calculator_keeps_what_was_typed_and_says_what_is_wrong(client: Client, world: World) -> None:
    found = client.get("/tenggat/", {"policy": "first_response", "start": "2019-05-01", "institution": "Dinas Antah"})

    assert found.status_code == 422
    assert "Kami tidak mengenal instansi ini." in page(found)
    assert "Kami mengenal hari libur sejak tahun" in page(found)
    assert 'value="2019-05-01"' in page(found)
    assert 'value="Dinas Antah"' in page(found)


# The pages of a report


def links(html: str) -> set[str]:
    return set(re.findall(r'href="(/[^"#]+/tenggat/)#', html))


def test_each_reader_finds_the_reasons_beside_the_dates(client: Client, world: World, desk: Callable[[str], Client]) -> None:
    receipt = world.submit()
    complaint = in_progress(world, receipt.complaint)
    number = complaint.tracking_id
    citizen = Client()
    prove(citizen, receipt)
    for reader, path in ((client, f"/laporan/{number}/"), (citizen, f"/lacak/{number}/"), (desk("liaison"), f"/meja/{number}/")):
        assert links(page(reader.get(path))) == {f"{path}tenggat/"}
        found = reader.get(f"{path}tenggat/")
        assert found.status_code == 200
        assert "Hari terakhir: Jumat, 20 November 2026, sampai pukul 23.59 WIB." in page(found)
        assert f'href="{path}"' in page(found)


def told(response: Any) -> list[str]:
    return re.findall(r"<h2>([^<]+?)\s*<", main(response))


def test_the_public_reads_of_running_deadlines_and_officers_of_all_with_their_outcome(client: Client, world: World, desk: Callable[[str], Client]) -> None:
    complaint = world.to_state("in_progress")
    path = f"{complaint.tracking_id}/tenggat/"
    public, officer = client.get(f"/laporan/{path}"), desk("liaison").get(f"/meja/{path}")

    assert len(told(public)) == 2
    assert len(told(officer)) == Clock.objects.filter(complaint=complaint).count() == 6
    assert main(officer).count("dipenuhi") >= 3
    assert "09.00" not in main(public)  # the hour of what a reporter did is nobody's business
    assert "2 November 2026 09.00 WIB" in main(officer)


def test_of_an_anonymous_report_the_desk_reads_no_hour(world: World, desk: Callable[[str], Client]) -> None:
    complaint = world.to_state("in_progress", is_anonymous=True, contact=None)

    assert "09.00" not in main(desk("liaison").get(f"/meja/{complaint.tracking_id}/tenggat/"))


def test_the_reasons_are_as_closed_as_the_report(client: Client, world: World, desk: Callable[[str], Client]) -> None:
    secret = world.to_state("in_progress", is_secret=True).tracking_id
    hidden = world.to_state("in_progress").tracking_id

    assert client.get(f"/laporan/{secret}/tenggat/").status_code == 404
    assert client.get("/laporan/LPR-0000-0000-0/tenggat/").status_code == 404
    assert client.get(f"/lacak/{hidden}/tenggat/").status_code == 302
    assert client.get(f"/meja/{hidden}/tenggat/").status_code == 302
    assert desk("other_liaison").get(f"/meja/{secret}/tenggat/").status_code == 404


def test_a_part_is_explained_on_the_page_of_its_report(world: World) -> None:
    receipt = world.submit()
    complaint = receipt.complaint
    in_progress(world, complaint)
    part = world.to_state("in_progress")
    Complaint.objects.filter(pk=part.pk).update(lead=complaint, part_number=1, published_at=None)
    Complaint.objects.filter(pk=complaint.pk).update(part_count=1)
    citizen = Client()
    prove(citizen, receipt)

    assert main(citizen.get(f"/lacak/{complaint.tracking_id}/tenggat/")).count("(Bagian 1)") == Clock.objects.filter(complaint=part).count()


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_public_page_of_reasons_costs_as_much_for_a_long_history_and_is_kept(client: Client, world: World) -> None:
    short, long = world.to_state("in_progress"), world.to_state("in_progress")
    for number in range(1, 6):
        world.step(long, "progress", "liaison", at=world.at + timedelta(days=number), text="Masih berjalan.")
    one, two = (queries(client, f"/laporan/{row.tracking_id}/tenggat/") for row in (short, long))

    assert one == two <= 6
    assert queries(Client(), f"/laporan/{long.tracking_id}/tenggat/") == 1


def moved(complaint: Complaint, days: int) -> None:
    """As a recomputation leaves it: no step, no new head."""
    clock = Clock.objects.get(complaint=complaint, key="resolution_non_oversight")
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(days=days))


def test_a_kept_page_never_shows_a_date_from_before_a_recomputation(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress")
    path = f"/laporan/{complaint.tracking_id}/"
    assert "20 November 2026" in page(client.get(path))

    moved(complaint, 3)
    assert "23 November 2026" in page(client.get(path))


# Day 60

BADGE = "Melewati 60 hari"


def test_over_60_days_shows_the_instant_it_is_so_on_every_kept_page(client: Client, world: World, clock: time_machine.Traveller) -> None:
    complaint = world.to_state("in_progress")
    due = Clock.objects.get(complaint=complaint, key="statutory_60").due_at
    paths = ("/", "/laporan/", "/laporan/?q=pasar", f"/laporan/{complaint.tracking_id}/")

    clock.move_to(due)
    assert [BADGE in page(client.get(path)) for path in paths] == [False] * len(paths)
    clock.move_to(due + timedelta(seconds=1))
    assert [BADGE in page(client.get(path)) for path in paths] == [True] * len(paths)


def test_an_answer_in_time_keeps_the_badge_away_and_one_too_late_leaves_it(client: Client, world: World, clock: time_machine.Traveller) -> None:
    kept, late = world.to_state("awaiting_reporter"), world.to_state("in_progress")
    after = world.at + timedelta(days=61)
    world.step(late, "answer", "liaison", at=after, **{**ANSWER, "done_on": "2026-12-01"})
    clock.move_to(after + timedelta(days=1))
    cache.clear()

    assert BADGE not in page(client.get(f"/laporan/{kept.tracking_id}/"))
    assert BADGE in page(client.get(f"/laporan/{late.tracking_id}/"))
    assert page(client.get("/laporan/")).count(BADGE) == 1
