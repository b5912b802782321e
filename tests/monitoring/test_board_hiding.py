"""What a board does not tell: a hub nothing of few reports nor what would let it be worked out, nobody what few people said."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from institutions.models import HubMembership, Institution
from monitoring.boards.parts import Pen, Picture
from monitoring.boards.read import Asked, read
from monitoring.boards.show import Shown, shown
from monitoring.boards.sight import sight_of
from monitoring.figures import Period
from tests.monitoring.books import book, stand
from tests.monitoring.filled import fill
from tests.monitoring.test_board_access import members
from tests.monitoring.test_boards import words
from tests.pages import page
from tests.world import SINCE, World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
ON, DAY = date(2026, 11, 2), date(2026, 11, 2)


def hubbed(world: World) -> Institution:
    members(world)
    east = world.place("kabupaten-timur")
    book(world.city, DAY, {
        "received": 120, "validated": 110, "followed_up": 90, "rated": 9, "stars": 44,
        ("received", "topic", "public_works.potholes"): 111, ("received", "topic", "health.hospital"): 4, ("received", "topic", ""): 11,
        ("received", "channel", "web"): 50, ("received", "channel", "sms"): 70, ("rated", "stars", "5"): 9,
        ("met", "clock", "verify_institution"): 4, ("met", "clock", "resolution_non_oversight"): 80,
    })  # fmt: skip
    book(east, DAY, {"received": 6, "validated": 6, "followed_up": 6, ("received", "topic", "public_works.potholes"): 6, ("received", "channel", "web"): 6})
    return east


def test_small_numbers_are_not_told_to_a_hub_nor_what_would_give_them_away(world: World, desk: Desk) -> None:
    hubbed(world)
    seen = words(desk("hub").get("/meja/ukuran/"))

    assert "Laporan diterima 126" in seen
    assert "health.hospital Tidak ditampilkan" in seen
    assert "Belum bertopik Tidak ditampilkan" in seen  # 11, hidden with the four that could else be worked out
    assert "Situs web 56" in seen
    assert "Pemeriksaan oleh instansi Tidak ditampilkan karena ada angka kecil" in seen
    assert "Kepuasan Tidak ditampilkan karena ada angka kecil" in seen
    assert "Kabupaten Timur tidak ditampilkan" in seen
    assert "Kota Uji tidak ditampilkan" in seen  # else the other one could be worked out
    assert "/meja/ukuran/kasus/" not in page(desk("hub").get("/meja/ukuran/"))


def test_whoever_works_there_is_told(world: World, desk: Desk) -> None:
    hubbed(world)

    assert "Laporan diterima 6" in words(desk("east_admin").get("/meja/ukuran/"))
    nation = words(desk("national").get("/meja/ukuran/?scope=hub:nasional"))
    assert "health.hospital 4" in nation
    assert "Kabupaten Timur 6" in nation


@pytest.mark.parametrize(("value", "is_told"), [("public_works.potholes", True), ("health.hospital", False), ("", False)])
def test_a_hub_sees_no_board_of_what_is_hidden(world: World, desk: Desk, value: str, is_told: bool) -> None:
    hubbed(world)
    seen = words(desk("hub").get("/meja/ukuran/", {"cut": f"topic:{value}"}))

    assert ("Terlalu sedikit untuk ditampilkan" not in seen) is is_told
    assert ("Laporan diterima 117" in seen) is is_told


def test_a_member_with_too_few_reports_is_not_told_nor_one_that_would_give_it_away(world: World, desk: Desk) -> None:
    hubbed(world)
    for slug in ("kabupaten-timur", "kota-uji"):
        seen = words(desk("hub").get(f"/meja/ukuran/?scope={slug}"))

        assert "Terlalu sedikit untuk ditampilkan" in seen
        assert "Pilih periode yang lebih panjang." in seen
        assert "Semua indikator" not in seen


@pytest.mark.parametrize(("cut", "told"), [("", {"kota-uji"}), ("topic:public_works.potholes", {"kementerian-uji", "kota-uji"})])
def test_of_three_members_the_one_beside_the_smallest_is_not_told(world: World, desk: Desk, cut: str, told: set[str]) -> None:
    members(world)
    HubMembership.objects.create(hub=world.nation, member=world.ministry, kind=HubMembership.Kind.REGION, valid_from=SINCE)
    for place, n, potholes in ((world.city, 60, 30), (world.ministry, 45, 30), (world.place("kabupaten-timur"), 5, 0)):
        book(place, DAY, {"received": n, "validated": n, ("received", "topic", "public_works.potholes"): potholes, ("received", "topic", ""): n - potholes})
    browser = desk("hub")

    shown = {
        slug for slug in ("kota-uji", "kementerian-uji", "kabupaten-timur")
        if "Terlalu sedikit untuk" not in words(browser.get("/meja/ukuran/", {"scope": slug, "cut": cut}))
    }  # fmt: skip
    assert shown - {"kabupaten-timur"} == told
    assert "Laporan diterima 45" in words(desk("other_admin").get("/meja/ukuran/"))


def test_members_are_told_nothing_of_below_them(world: World, desk: Desk) -> None:
    members(world)
    for place in (world.city, world.place("kabupaten-timur")):
        fill(place)

    seen = words(desk("hub").get("/meja/ukuran/?scope=kota-uji"))
    assert "Laporan diterima 120" in seen
    assert "Berdampingan" not in seen  # its units are not the hub's to look at


# What would follow from two numbers of one page


@pytest.fixture
def board(world: World) -> Callable[..., Shown]:
    """The nation's hub with the city alone, of whose books so much is read; as the hub sees it, or as the nation does."""
    HubMembership.objects.create(hub=world.nation, member=world.city, kind=HubMembership.Kind.REGION, valid_from=SINCE)

    def drawn(*, who: str = "hub", period: str = "2026-11") -> Shown:
        asked = Asked(sight_of(world.actor(who), "hub:nasional", on=ON), Period.parse(period), ON)
        with translation.override("id"):
            return shown(Pen(read(asked), lambda *_what: ""))

    return drawn


def rows_of(picture: Picture) -> dict[str, list[str]]:
    return {row[0].text: [cell.text for cell in row[1:]] for row in picture.rows}


FEW = "Tidak ditampilkan karena ada angka kecil"


def test_a_deadline_that_was_missed_once_is_not_told_nor_the_one_beside_it(world: World, board: Callable[..., Shown]) -> None:
    book(world.city, DAY, {
        ("met", "clock", "verify_national"): 50, ("missed", "clock", "verify_national"): 1, ("met", "clock", "verify_institution"): 60,
        ("missed", "clock", "verify_institution"): 20, ("met", "clock", "reply_handling"): 40, ("missed", "clock", "reply_handling"): 12,
    })  # fmt: skip

    told = {name: cells[0] for name, cells in rows_of(board().pictures["tenggat"][0]).items()}
    assert told == {"Pemeriksaan oleh meja nasional": FEW, "Pemeriksaan oleh instansi": FEW, "Jawaban atas tanggapan": "40"}
    assert FEW not in {cells[0] for cells in rows_of(board(who="national").pictures["tenggat"][0]).values()}


def test_small_months_are_in_no_small_chart(world: World, board: Callable[..., Shown]) -> None:
    for month, received, closed in ((8, 40, 30), (9, 30, 28), (10, 5, 1), (11, 60, 44)):
        book(world.city, date(2026, month, 2), {"received": received, "validated": received, "followed_up": closed, "closed": closed})

    hub, nation = ({line.key: line.spark for line in board(who=who).tiles} for who in ("hub", "national"))
    assert "40; 60" in hub["received"]
    assert "30; 44" in hub["closed"]
    assert "75" in hub["followup_rate"]  # 30 of 40
    assert "93,3" not in hub["followup_rate"]  # 28 of 30 leaves two
    assert "40; 30; 5; 60" in nation["received"]
    assert "93,3" in nation["followup_rate"]


@pytest.mark.parametrize(("validated", "is_told"), [(97, False), (100, True), (80, True)])
def test_what_is_valid_is_not_told_where_it_leaves_a_few(world: World, board: Callable[..., Shown], validated: int, is_told: bool) -> None:
    book(world.city, DAY, {"received": 100, "validated": validated, "responded": 60, "followed_up": 50, "completed": 40, "archived": 100 - validated})
    lines = {line.key: line for _key, _title, found in board().groups for line in found} | {line.key: line for line in board().tiles}

    assert [bool(lines[key].value) for key in ("followup_rate", "response_rate", "completion_rate")] == [is_told] * 3
    assert lines["received"].value == "100"


def test_stars_tell_of_no_rest_that_is_small(world: World, board: Callable[..., Shown]) -> None:
    book(world.city, DAY, {"rated": 50, "stars": 235, ("rated", "stars", "5"): 47, ("rated", "stars", "2"): 3})

    assert next(line for line in board().tiles if line.key == "satisfaction").interval == ""
    assert next(line for line in board(who="national").tiles if line.key == "satisfaction").interval != ""


def test_the_months_of_work_tell_of_no_few_that_were_closed(world: World, board: Callable[..., Shown]) -> None:
    book(world.city, DAY, {"received": 90, "closed": 4})
    stand(world.city, date(2026, 11, 1), {"open": 50})

    line = next(line for key, _title, lines in board().groups for line in lines if line.key == "backlog_months")
    assert line.missing == FEW


def test_a_province_is_not_told_beside_regencies_that_it_would_give_away(world: World, board: Callable[..., Shown]) -> None:
    regions = {"33.01": 50, "33.02": 12, "33.03": 5, "35.01": 11}
    book(world.city, DAY, {"received": 78, **{("received", "region", code): n for code, n in regions.items()}})
    provinces, regencies = (rows_of(picture) for picture in board().pictures["tempat"])

    assert {name: cells[0] for name, cells in provinces.items()} == {"Jawa Tengah": "67", "Jawa Timur": "11"}
    assert sorted(cells[0] for cells in regencies.values()) == ["11", "50", FEW, FEW]


def test_open_reports_of_a_member_follow_from_no_sum(world: World, board: Callable[..., Shown]) -> None:
    east = world.place("kabupaten-timur")
    HubMembership.objects.create(hub=world.nation, member=east, kind=HubMembership.Kind.REGION, valid_from=SINCE)
    for place, n in ((world.city, 60), (east, 5)):
        book(place, DAY, {"received": 60})
        stand(place, date(2026, 11, 1), {"open": n})

    comparison = board().comparison
    assert comparison is not None
    cells = [[cell.text for cell in row.cells[:2]] for _kind, rows in comparison.groups for row in rows]
    assert cells == [["60", "tidak ditampilkan"]] * 2


@pytest.mark.parametrize(("ratings", "is_drawn"), [(9, False), (10, True)])
def test_too_few_ratings_are_drawn_for_nobody(world: World, desk: Desk, ratings: int, is_drawn: bool) -> None:
    book(world.city, DAY, {"received": 40, "rated": ratings, "stars": ratings, ("rated", "stars", "1"): ratings})
    seen = words(desk("admin").get("/meja/ukuran/"))

    assert (f"Penilaian menurut bintang {FEW}" not in seen) is is_drawn


def test_a_hub_without_members_is_empty_and_no_error(world: World, desk: Desk) -> None:
    fill(world.city)

    assert "Belum ada yang dihitung di sini" in words(desk("hub").get("/meja/ukuran/"))


def test_stars_follow_not_from_their_number_and_their_sum(world: World, board: Callable[..., Shown]) -> None:
    stars = {"5": 60, "4": 40, "3": 20, "2": 12, "1": 3}
    total = sum(stars.values())
    book(world.city, DAY, {"rated": total, "stars": sum(int(key) * n for key, n in stars.items()), **{("rated", "stars", key): n for key, n in stars.items()}})

    assert board().pictures["kepuasan"][0].is_empty  # of two that are hidden both can be worked out
    assert rows_of(board(who="national").pictures["kepuasan"][0])["★"][0] == "3"


def test_what_few_people_said_follows_not_from_a_quarter_less_its_months(world: World, desk: Desk) -> None:
    for month, n in ((7, 20), (8, 15), (9, 3)):
        book(world.city, date(2026, month, 2), {"received": 60, ("received", "disability", "physical"): n, ("received", "disability", "none"): 60 - n})
    seen = words(desk("admin").get("/meja/ukuran/?period=2026-Q3"))
    august = words(desk("admin").get("/meja/ukuran/?period=2026-08"))

    assert "Fisik 15" in august
    assert f"Fisik {FEW}" in seen
    assert "Fisik 38" not in seen


@pytest.mark.parametrize(("september", "is_told"), [(3, False), (12, True)])
def test_a_hub_reads_no_quarter_that_gives_a_small_month_away(world: World, board: Callable[..., Shown], september: int, is_told: bool) -> None:
    for month, n in ((7, 20), (8, 15), (9, september)):
        book(world.city, date(2026, month, 2), {
            "received": 60, "validated": 50, "followed_up": n, "archived": 10, "responded": 40, ("received", "topic", "health.hospital"): n,
            ("received", "topic", ""): 60 - n, ("received", "region", "33.01"): n, ("received", "region", "35.01"): 60 - n,
            ("met", "clock", "first_response"): n, ("missed", "clock", "first_response"): 20,
        })  # fmt: skip
    shown = board(period="2026-Q3")
    lines = {line.key: line for _key, _title, found in shown.groups for line in found} | {line.key: line for line in shown.tiles}

    assert [bool(lines[key].value) for key in ("received", "followup_rate", "first_response_timeliness")] == [True, is_told, is_told]
    assert (rows_of(shown.pictures["isi"][0])["health.hospital"][0] == f"{35 + september}") is is_told
    assert (rows_of(shown.pictures["tempat"][0])["Jawa Tengah"][0] == f"{35 + september}") is is_told
    assert (rows_of(shown.pictures["tenggat"][0])["Respons awal"][0] == f"{35 + september}") is is_told


def test_a_member_is_not_told_in_a_quarter_that_gives_a_small_month_away(world: World, desk: Desk) -> None:
    members(world)
    for month, n in ((7, 30), (8, 30), (9, 4)):
        for place, more in ((world.city, n), (world.place("kabupaten-timur"), 40)):
            book(place, date(2026, month, 2), {"received": more, "validated": more})
    browser = desk("hub")

    assert "Terlalu sedikit untuk ditampilkan" in words(browser.get("/meja/ukuran/?scope=kota-uji&period=2026-Q3"))
    assert "Terlalu sedikit untuk ditampilkan" not in words(browser.get("/meja/ukuran/?scope=kota-uji&period=2026-08"))
    assert "Kota Uji tidak ditampilkan" in words(browser.get("/meja/ukuran/?period=2026-Q3"))
