"""The public pages, feeds, files and API of statistics: for everybody, in both languages, out of what was released alone."""

import hashlib
import json
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from monitoring.indicators import INDICATORS, PUBLIC, VERSION
from reports import services
from reports.models import OpenDataFile
from reports.opendata import SHEETS
from tests.monitoring.books import book, taken
from tests.pages import main, page
from tests.reports.test_release import AT, COUNTS, FINAL, country
from tests.world import World

PATHS = ("/statistik/", "/statistik/kota-uji/", "/statistik/kota-uji/2026-09/", "/statistik/definisi/", "/statistik/data/")


@pytest.fixture
def told(world: World) -> World:
    country(world)
    services.release(at=AT)
    return world


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", PATHS)
def test_everybody_reads_it_in_both_languages_and_the_second_visitor_for_one_query(told: World, path: str) -> None:
    first, english = Client().get(path), Client().get(path, headers={"Accept-Language": "en"})

    assert first.status_code == english.status_code == 200
    assert '<html lang="id"' in page(first)
    assert '<html lang="en"' in page(english)
    assert main(first) != main(english)
    assert first["Cache-Control"] == "private, no-cache"
    assert queries(Client(), path) == (0 if "definisi" in path else 1)
    assert len(cache._cache.get_client().keys("*page:*")) == 2  # type: ignore[attr-defined]


def test_a_page_shows_results_with_what_they_are_made_of_interval_target_and_the_month_before(told: World) -> None:
    for place in (told.nation, told.city):
        book(place, date(2026, 10, 5), {**{key: n * 2 for key, n in COUNTS.items()}, "followed_up": 150})
    taken(date(2026, 12, 31))
    services.release(at=FINAL)
    text = main(Client().get("/statistik/kota-uji/2026-10/", headers={"Accept-Language": "en"}))

    for said in (
        "75 %",
        "150 of 200",
        "68.57\u201380.49 %",
        "Target 80 %: not met",
        "Month before: 60 %",
        "October 2026",
        "September 2026",
        "All others",
        "60 ratings",
    ):
        assert said in text.replace("\xa0", " ").replace("75.00 %", "75 %").replace("60.00 %", "60 %"), said
    assert "Not collected yet" in text
    assert "No data yet" in text


def test_too_few_none_and_not_yet_published_are_told_apart_from_results(world: World, client: Client) -> None:
    assert "Belum ada bulan yang diterbitkan" in main(client.get("/statistik/"))
    country(world)
    services.release(at=AT)

    few, none = (main(client.get(f"/statistik/{slug}/")) for slug in ("kabupaten-timur", "kabupaten-sunyi"))
    assert "terlalu sedikit" in few
    assert few.replace("Kabupaten Timur", "").replace("kabupaten-timur", "") == none.replace("Kabupaten Sunyi", "").replace("kabupaten-sunyi", "")


def test_what_is_no_body_or_no_published_month_is_not_found(told: World, client: Client) -> None:
    for path in ("tidak-ada/", "kota-uji-dpu/", "kota-uji/2026-08/", "kota-uji/2026/", "kota-uji/x/", "data/lapor-sums-2026-08-r1.csv", "data/..%2f"):
        assert client.get(f"/statistik/{path}").status_code == 404, path
    assert client.get("/umpan/laporan.txt").status_code == 404
    assert client.get("/umpan/laporan/tidak-ada.rss").status_code == 404


@pytest.mark.parametrize("slug", ["tidak-ada", "kota-uji-dpu"])
def test_no_other_place_is_found_by_a_page_that_is_drawn_for_one_visitor(told: World, slug: str) -> None:
    officer = told.login(Client(), "national")

    assert Client().get(f"/statistik/{slug}/?x=1").status_code == 404
    assert officer.get(f"/statistik/{slug}/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_months_and_bodies(told: World) -> None:
    few = queries(Client(), "/statistik/")
    for month in (10, 11, 12):
        for place in (told.nation, told.city, told.ministry):
            book(place, date(2026, month, 5), COUNTS)
    taken(date(2026, 12, 31))
    services.release(at=FINAL)
    cache.clear()

    assert queries(Client(), "/statistik/") == few


def test_a_kept_page_gives_way_to_the_next_release(told: World, client: Client) -> None:
    assert "September 2026" in main(client.get("/statistik/"))
    book(told.nation, date(2026, 10, 5), COUNTS)
    taken(date(2026, 12, 31))
    services.release(at=FINAL)

    assert "Oktober 2026" in main(client.get("/statistik/"))


def test_nothing_below_the_releases_reaches_a_page(told: World, client: Client) -> None:
    before = main(client.get("/statistik/kota-uji/"))
    book(told.city, date(2026, 9, 20), {"received": 1})
    cache.clear()

    assert main(client.get("/statistik/kota-uji/")) == before


def test_definitions_name_each_public_indicator_its_formula_basis_and_version(client: Client, world: World) -> None:
    text = main(client.get("/statistik/definisi/", headers={"Accept-Language": "en"}))

    for row in INDICATORS.values():
        assert (f'id="{row.key}"' in text) == (row.audience == PUBLIC)
    assert VERSION in text
    assert "valid reports with a final follow-up ÷ valid reports (found valid by a desk and not archived)" in text
    assert "PermenPANRB 5/2025" in text


def test_files_come_with_their_digest_and_are_not_sent_twice(told: World, client: Client) -> None:
    for row in OpenDataFile.objects.all():
        answer = client.get(f"/statistik/data/{row.name}")
        assert hashlib.sha256(answer.content).hexdigest() == row.sha256
        assert row.sha256 in page(client.get("/statistik/data/"))
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        again = client.get(f"/statistik/data/{row.name}", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_dictionary_says_what_every_column_is_and_lists_every_file(told: World, client: Client) -> None:
    found = json.loads(client.get("/statistik/data/kamus.json").content)

    assert {table["table"]: [column["name"] for column in table["columns"]] for table in found["tables"]} == {
        key: [column.name for column in sheet.columns] for key, sheet in SHEETS.items()
    }
    assert found["licence"]["code"] == "CC-BY-4.0"
    assert {row["sha256"] for row in found["files"]} == set(OpenDataFile.objects.values_list("sha256", flat=True))


@pytest.mark.parametrize("form", ["rss", "atom"])
@pytest.mark.parametrize("path", ["/umpan/statistik", "/umpan/laporan", "/umpan/laporan/kota-uji"])
def test_feeds_are_valid_and_asked_for_again_without_cost(told: World, client: Client, path: str, form: str) -> None:
    told.to_state("in_progress", title="Jalan & jembatan <rusak> di pasar")
    told.submit(is_secret=True, title="Zzrahasia di judul laporan")
    answer = client.get(f"{path}.{form}")
    root = ET.fromstring(answer.content)  # noqa: S314 - our own feed
    items = root.findall(".//item") if form == "rss" else root.findall("{http://www.w3.org/2005/Atom}entry")

    assert len(items) == 1
    assert "Zz" not in page(answer)
    assert answer["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer
    again = client.get(f"{path}.{form}", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert page(client.get(f"{path}.{form}", headers={"Accept-Language": "en"})) == page(answer)


def test_a_report_that_is_taken_out_of_the_public_leaves_the_feed_at_once(world: World, client: Client) -> None:
    case = world.to_state("in_progress")
    before = client.get("/umpan/laporan.rss")
    Complaint.objects.filter(pk=case.pk).update(is_secret=True)
    after = client.get("/umpan/laporan.rss", headers={"If-None-Match": before["ETag"]})

    assert case.tracking_id in page(before)
    assert after.status_code == 200
    assert case.tracking_id not in page(after)
    assert client.get("/umpan/laporan/kementerian-uji.rss").status_code == 200


def test_the_api_tells_what_the_pages_tell(told: World, client: Client) -> None:
    found = client.get("/api/v1/statistics/?scope=kota-uji&period=2026-09").json()
    rows = {row["key"]: row for row in found["indicators"]}

    assert (found["period"], found["revision"], found["least"], found["missing"]) == ("2026-09", 1, 10, "")
    assert (rows["response_rate"]["value"], rows["response_rate"]["numerator"], rows["response_rate"]["denominator"]) == (80.0, 80, 100)
    assert set(rows) == {row.key for row in INDICATORS.values() if row.audience == PUBLIC}
    assert all(row["name"] and row["formula"] for row in rows.values())
    assert client.get("/api/v1/statistics/").json()["scope"] == "nation"
    assert client.get("/api/v1/statistics/?scope=kabupaten-timur").json() | {"name": ""} == {
        "scope": "kabupaten-timur", "name": "", "period": "2026-09", "revision": 1, "formulas": VERSION, "least": 10, "missing": "few", "indicators": [],
    }  # fmt: skip
    assert client.get("/api/v1/statistics/?scope=tidak-ada").status_code == 404
    assert client.get("/api/v1/statistics/?period=2025-01").status_code == 404
    assert client.get("/api/v1/statistics/?period=2026-Q3").status_code == 422


def test_home_footer_and_the_door_of_a_body_lead_here(told: World, client: Client) -> None:
    assert main(client.get("/")).count('href="/statistik/"') == 1
    assert page(client.get("/lacak/")).count('href="/statistik/"') == 1
    assert 'href="/statistik/kota-uji/"' in main(client.get("/i/kota-uji/"))


def test_a_body_as_large_as_a_country_is_shown_in_ten_topics_and_grouped_numbers(world: World, client: Client) -> None:
    topics: dict[Any, int] = {("received", "topic", f"t{number:02}"): 100_000 + number for number in range(30)}
    for place in (world.nation, world.city):
        book(place, date(2026, 9, 14), {"received": sum(topics.values()), **topics})
    services.release(at=AT)
    text = main(client.get("/statistik/kota-uji/"))

    assert "3.000.435" in text
    assert text.count(">t") == 10
