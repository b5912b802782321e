"""The dashboards: what they show, where their figures lead, and what they cost. Who may look is in test_board_access."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from institutions.models import HubMembership, Limit, Topic
from lapor.ground.charts import figure
from monitoring.boards.lines import DASH, unit_of
from monitoring.figures import Figures, Period, Scope, pair
from monitoring.indicators import COUNT, DISTRIBUTIONS, INDICATORS, STOCK, VERSION, measure_all
from tests.monitoring.books import book, stand
from tests.monitoring.filled import fill
from tests.pages import page
from tests.world import SINCE, World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
DAY = date(2026, 11, 2)
NOVEMBER = Period.parse("2026-11")


def words(response: Any) -> str:
    """The page as text, with single spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", page(response), flags=re.DOTALL)))).replace("\xa0", " ")


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


# What is read


def test_both_periods_are_read_as_each_by_itself(world: World) -> None:
    fill(world.city)
    fill(world.ministry)
    for code in ("2026-11", "2026-Q4", "2026"):
        period, scope = Period.parse(code), Scope("x", "", (world.city.pk, world.ministry.pk))
        for dim, value in (("", ""), ("topic", "public_works.potholes")):
            now, before = pair(scope, period, dim=dim, value=value)

            for one, other in ((now, Figures.read(scope, period, dim=dim, value=value)), (before, Figures.read(scope, period.before, dim=dim, value=value))):
                assert (one.sums, one.levels, one.level_on) == (other.sums, other.levels, other.level_on)


# What is shown


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_figures_are_those_of_the_indicators(world: World, desk: Desk, settings: Any, language: str) -> None:
    fill(world.city)
    browser = desk("admin")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    seen = words(browser.get("/meja/ukuran/?period=2026-11"))

    results = measure_all(Figures.read(Scope.of(world.city), NOVEMBER), Limit.objects.table(DAY))
    checked = 0
    with translation.override(language):
        for key, result in results.items():
            row = INDICATORS[key]
            if result.value is not None:
                is_counted = row.shape in {COUNT, STOCK}
                shown = figure(result.value, "" if is_counted else unit_of(row), 0 if is_counted else 2).replace("\xa0", " ")
                assert f"{row.name} {shown}" in seen, key
                checked += 1
    assert checked >= 24


def test_every_shape_of_a_period_has_a_board(world: World, desk: Desk) -> None:
    fill(world.city)
    browser = desk("admin")
    for code, name in (("2026-11", "November 2026"), ("2026-Q4", "Triwulan 4 2026"), ("2026-H2", "Semester 2 2026"), ("2026", "2026")):
        seen = words(browser.get(f"/meja/ukuran/?period={code}"))
        assert f"Kota Uji {name} sampai 2 November 2026" in seen
        assert "Laporan diterima 120" in seen or code != "2026-11"
    assert "Laporan diterima 220" in words(browser.get("/meja/ukuran/?period=2026-Q4"))
    past = words(browser.get("/meja/ukuran/?period=2026-10"))
    assert "Laporan diterima 100" in past
    assert "sampai" not in past.split("Dari waktu ke waktu")[0]
    assert "Eskalasi saat ini" not in past


@pytest.mark.parametrize(
    "query", ["period=x", "period=2000", "period=2026-13", "period=%00", "cut=x:y", "cut=topic", "cut=%00:", "urut=x", "jenis=x", "period=2099"]
)
def test_what_cannot_be_used_is_left_out(world: World, desk: Desk, query: str) -> None:
    assert desk("admin").get(f"/meja/ukuran/?{query}").status_code == 200


def test_each_figure_of_the_period_before_stands_beside(world: World, desk: Desk) -> None:
    fill(world.city)
    seen = words(desk("admin").get("/meja/ukuran/"))

    assert "Laporan diterima 120 sebelumnya: 100" in seen  # a month that runs has not fallen behind a whole one
    assert f"Tindak lanjut (%TL) 80,00 % 88 dari 110 (71,6{DASH}86,4 %) Target tercapai: 80 % naik 13,33 poin , sebelumnya: 66,67 %" in seen
    assert "Clearance rate (arus) 75,00 % 90 dari 120 20 di antaranya ditutup tanpa tanggapan Target belum tercapai: 100 % turun 5,00 poin" in seen


def test_counts_of_a_period_that_is_over_are_compared(world: World, desk: Desk, clock: time_machine.Traveller) -> None:
    fill(world.city)
    clock.move_to(world.at.replace(month=12))

    assert "Laporan diterima 120 naik 20 , sebelumnya: 100" in words(desk("admin").get("/meja/ukuran/?period=2026-11"))


def test_the_board_of_a_hub_says_that_it_is_of_its_members(world: World, desk: Desk) -> None:
    fill(world.city)
    HubMembership.objects.get_or_create(hub=world.ministry, member=world.city, kind="region", valid_from=SINCE)

    assert "Anggota simpul November 2026" in words(desk("national").get(f"/meja/ukuran/?scope=hub:{world.ministry.slug}"))
    assert "Anggota simpul" not in words(desk("national").get(f"/meja/ukuran/?scope={world.ministry.slug}"))


def test_ages_stand_in_their_order_and_issues_in_that_of_the_alphabet(world: World, desk: Desk) -> None:
    counts = {("age", "60_plus"): 40, ("age", "18_29"): 20, ("issue", "free-meals"): 40, ("issue", "road-damage"): 20}
    book(world.city, DAY, {"received": 60} | {("received", *cut): n for cut, n in counts.items()})
    seen = words(desk("admin").get("/meja/ukuran/"))

    assert "18-29 20" in seen.split("60 tahun ke atas 40")[0]
    assert "Kerusakan jalan dan jembatan Makan Bergizi Gratis" in seen


def test_an_own_target_of_an_institution_counts(world: World, desk: Desk) -> None:
    fill(world.city)
    nation = Limit.objects.get(key="target_followup_rate", institution=None)
    Limit.objects.create(
        key=nation.key, value=85, unit=nation.unit, stricter=nation.stricter, legal_basis=nation.legal_basis, institution=world.city, valid_from=SINCE
    )

    assert "Target belum tercapai: 85 %" in words(desk("admin").get("/meja/ukuran/"))


def test_nothing_counted_gives_no_data_and_never_a_share(world: World, desk: Desk) -> None:
    seen = words(desk("admin").get("/meja/ukuran/"))

    assert "Belum ada yang dihitung di sini" in seen
    assert "Tindak lanjut (%TL) Belum ada data" in seen
    assert " %" not in seen.split("Ringkasan")[1].replace("Target: 80 %", "").replace("Target: 90 %", "").replace("Target: 100 %", "").replace(
        "Target: 95 %", ""
    )


def test_a_place_with_accounts_and_no_report_is_empty(world: World, desk: Desk) -> None:
    stand(world.city, DAY, {"accounts": 3, "accounts_covered": 2, "units": 1})
    seen = words(desk("admin").get("/meja/ukuran/?period=2026"))

    assert "Belum ada yang dihitung di sini" in seen
    assert "Semua indikator" not in seen


def test_what_is_not_counted_by_a_cut_is_not_compared(world: World, desk: Desk) -> None:
    fill(world.city)
    browser = desk("national")

    headings = [
        words(browser.get(f"/meja/ukuran/?scope=kind:city{cut}")).partition("Persentase dibandingkan")[2] for cut in ("", "&cut=topic:public_works.potholes")
    ]

    assert ["Kepatuhan jangka waktu penyelesaian" in part for part in headings] == [True, False]
    assert ["Tindak lanjut (%TL)" in part for part in headings] == [True, True]


def test_huge_numbers_are_written_out(world: World, desk: Desk) -> None:
    fill(world.nation, 10**12)

    assert "Laporan diterima 120.000.000.000.000" in words(desk("national").get("/meja/ukuran/"))


@pytest.mark.parametrize(("cut", "name"), [("topic:public_works.potholes", "Jalan berlubang"), ("issue:stunting", "stunting")])
def test_a_cut_shows_what_is_known_of_one_value(world: World, desk: Desk, cut: str, name: str) -> None:
    fill(world.city)
    seen, dim, value = words(desk("admin").get("/meja/ukuran/", {"cut": cut})), *cut.split(":")
    results = measure_all(Figures.read(Scope.of(world.city), NOVEMBER, dim=dim, value=value), Limit.objects.table(DAY))

    assert name in seen
    for key in ("received", "followup_rate"):
        row, result = INDICATORS[key], results[key]
        assert result.value is not None
        assert f"{row.name} {figure(result.value, '%' if key != 'received' else '', 2 if key != 'received' else 0)}".replace("\xa0", " ") in seen
    assert "Kepatuhan jangka waktu penyelesaian Tidak dihitung di sini" in seen
    assert "Sepuluh topik terbanyak" not in seen


def test_a_priority_issue_has_a_board_of_its_own(world: World, desk: Desk) -> None:
    fill(world.city)
    browser = desk("admin")

    assert '/meja/ukuran/isu/stunting/?scope=kota-uji&amp;period=2026-11"' in page(browser.get("/meja/ukuran/"))
    assert "Laporan diterima 20" in words(browser.get("/meja/ukuran/isu/stunting/"))
    assert "Belum ada yang dihitung di sini" in words(browser.get("/meja/ukuran/isu/tidak-ada/"))


def test_reporters_in_small_numbers_are_told_to_nobody(world: World, desk: Desk) -> None:
    fill(world.city)
    seen = words(desk("admin").get("/meja/ukuran/")).split("Siapa yang melapor")[1]

    assert "Perempuan 60" in seen
    assert "Lainnya Tidak ditampilkan" in seen
    assert "Laki-laki Tidak ditampilkan" in seen  # else the two could be worked out


def test_units_are_compared_side_by_side_from_enough_reports_on(world: World, desk: Desk) -> None:
    fill(world.unit)
    book(world.place("kota-uji-dinkes"), DAY, {"received": 19, "validated": 19, "followed_up": 19})
    browser = desk("admin")
    seen = words(browser.get("/meja/ukuran/")).split("Persentase dibandingkan")[1]

    assert "Dinas Kesehatan Kota Uji 19 0 terlalu sedikit" in seen
    assert "Dinas Pekerjaan Umum Kota Uji 120 50 80,00 % 90,00 % 75,00 % 4,20 bintang" in seen
    assert seen.index("Dinas Kesehatan") < seen.index("Dinas Pekerjaan")
    sorted_by = words(browser.get("/meja/ukuran/?urut=received")).split("Persentase dibandingkan")[1]
    assert sorted_by.index("Dinas Pekerjaan") < sorted_by.index("Dinas Kesehatan")


def test_the_nation_compares_kinds_and_a_kind_its_bodies(world: World, desk: Desk) -> None:
    fill(world.city)
    book(world.place("kabupaten-timur"), DAY, {"received": 30})
    browser = desk("national")
    nation = words(browser.get("/meja/ukuran/")).split("Persentase dibandingkan")[1]

    assert "Kota 1 / 1 120 50 80,00 %" in nation
    assert "Kabupaten 1 / 2 30 0" in nation
    assert "Kota Uji 120 50" in words(browser.get("/meja/ukuran/?scope=kind:city"))


def test_a_board_costs_the_same_however_much_it_shows(world: World, desk: Desk) -> None:
    paths = {
        "national": ("/meja/ukuran/", "/meja/ukuran/?scope=kind:city", "/meja/ukuran/?scope=hub:nasional", "/meja/ukuran/?cut=topic:public_works.potholes"),
        "admin": ("/meja/ukuran/", "/meja/ukuran/?period=2026", "/meja/ukuran/isu/stunting/"),
        "hub": ("/meja/ukuran/", "/meja/ukuran/?cut=topic:public_works.potholes", "/meja/ukuran/?scope=kota-uji"),
    }
    for member in (world.city, world.ministry):
        HubMembership.objects.create(hub=world.nation, member=member, kind=HubMembership.Kind.SECTOR, valid_from=SINCE)
    for place in (world.nation, world.city):
        fill(place)
    few = {(name, path): cost(world.login(Client(), name), path) for name, found in paths.items() for path in found}
    for place in (world.unit, world.ministry, world.place("kota-uji-dinkes"), world.place("kabupaten-timur"), world.place("kabupaten-sunyi")):
        fill(place)
    for number, topic in enumerate(Topic.objects.values_list("code", flat=True)[:40]):
        if topic != "public_works.potholes":
            book(world.city, DAY, {("received", "topic", topic): 20 + number, ("received", "region", f"33.{number}"): 20})
    many = {(name, path): cost(world.login(Client(), name), path) for name, found in paths.items() for path in found}

    assert many == few
    assert max(few.values()) <= 15, few
    assert cost(world.login(Client(), "hub"), "/meja/ukuran/?period=2026-Q4") <= 17  # what a shorter period gives away is looked at, too


def test_every_indicator_has_a_definition_and_stands_on_a_board(world: World, desk: Desk, settings: Any) -> None:
    fill(world.city)
    browser = desk("admin")
    for language, formula in (
        ("id", "Laporan dengan tindak lanjut akhir, dalam persen dari: Laporan valid."),
        ("en", "Reports with a final follow-up, in per cent of: Valid reports."),
    ):
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = browser.get("/meja/ukuran/definisi/")
        with translation.override(language):
            assert all(f'id="{key}"' in page(response) and str(row.name) in words(response) for key, row in INDICATORS.items())
        assert formula in words(response)
        assert VERSION in words(response)
    shown = set(re.findall(r"/meja/ukuran/definisi/#(\w+)", page(browser.get("/meja/ukuran/"))))
    assert shown == {*INDICATORS, *DISTRIBUTIONS}


def test_every_picture_leads_to_what_it_means(world: World, desk: Desk) -> None:
    fill(world.city)
    meaning = page(desk("admin").get("/meja/ukuran/definisi/"))
    board = page(desk("admin").get("/meja/ukuran/"))
    anchors = set(re.findall(r'<figcaption><a href="/meja/ukuran/definisi/#([^"]+)"', board))

    assert {"channel_mix", "category_top10", "region_map", "priority_issue", "inclusion", "age_bands", "received"} <= anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in meaning] == []
    assert len(DISTRIBUTIONS) + len(INDICATORS) == meaning.count("<dt>Satuan</dt>")


def test_targets_are_drawn_as_lines(world: World, desk: Desk) -> None:
    fill(world.city)
    seen = page(desk("admin").get("/meja/ukuran/"))

    assert "Tindak lanjut (%TL): 80,00\xa0% (Target: 80\xa0%)" in seen


def test_what_silence_closed_is_a_class_of_its_own(world: World, desk: Desk) -> None:
    silent: dict[Any, int] = {("closed", "closure", "auto_no_reply"): 17, ("completed", "closure", "auto_no_reply"): 11}
    book(world.city, date(2026, 11, 2), {"received": 60, "validated": 50, "closed": 40, "completed": 30, **silent})
    seen = words(desk("admin").get("/meja/ukuran/"))

    assert "Laporan ditutup 40 17 di antaranya ditutup tanpa tanggapan" in seen
    assert f"30 / 50 (46,2{DASH}72,4 %) 11 di antaranya ditutup tanpa tanggapan" in seen


def test_what_had_no_time_to_ripen_is_no_bad_news(world: World, desk: Desk) -> None:
    book(world.city, date(2026, 10, 2), {"received": 60, "validated": 50, "followed_up": 50, "disposed_on": 50, "misrouted": 1})
    book(world.city, date(2026, 11, 2), {"received": 60, "validated": 50, "followed_up": 20, "disposed_on": 50, "misrouted": 5})
    running = page(desk("admin").get("/meja/ukuran/?period=2026-11"))

    assert 'class="before bad"><strong>turun 60,00' not in running
    assert 'class="before "><strong>turun 60,00' in running
    assert 'class="before bad">naik 8,00' in running


@pytest.mark.parametrize(("cut", "is_known"), [("issue:stunting", True), ("track:non_oversight", True), ("channel:web", False)])
def test_what_is_open_of_an_issue_is_known_on_its_board(world: World, desk: Desk, cut: str, is_known: bool) -> None:
    dim, _colon, value = cut.partition(":")
    book(world.city, date(2026, 11, 2), {("received", dim, value): 30, ("validated", dim, value): 30})
    stand(world.city, date(2026, 11, 1), {("open", dim, value): 12})
    seen = words(desk("admin").get("/meja/ukuran/", {"cut": cut}))

    assert ("Tunggakan 12" in seen) is is_known
    assert ("Tunggakan Tidak dihitung di sini" in seen) is not is_known
