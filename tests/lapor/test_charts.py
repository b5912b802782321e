"""Charts are well-formed, say their numbers in words, and stay the same on paper."""

import re
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.utils import translation
from django.utils.safestring import SafeString

from lapor.ground import charts
from lapor.ground.charts import Bar, Tile
from lapor.ground.pdf import render
from lapor.ground.provinces import PROVINCES
from tests.world import START

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('&')</script>\x00\x1f\ufffe \"x\" ]]>"


def drawn(picture: SafeString) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own


def texts(picture: SafeString) -> list[str]:
    return [text.text or "" for text in drawn(picture).iter(f"{SVG}text")]


def of(look: str, picture: SafeString) -> list[ElementTree.Element]:
    return [part for part in drawn(picture).iter() if part.get("class") == look]


MANY = [Bar(f"Topik {number}", number) for number in range(300)]
EACH = {
    "bars": charts.bars("Topik", [Bar("Jalan", 12), Bar("Air", 3)]),
    "bars without any": charts.bars("Topik", []),
    "bars of nothing": charts.bars("Topik", [Bar("Jalan", 0)]),
    "many bars": charts.bars("Topik", MANY, target=150, target_label="Target"),
    "bars of shares": charts.bars("Tepat waktu", [Bar("Verifikasi", Decimal("87.5")), Bar("Jawaban", Fraction(1, 3))], unit="%", top=100, target=Decimal(90)),
    "columns": charts.columns("Masuk", ["Jan", "Feb"], [5, None], [3, 4], names=("2026", "2025")),
    "columns without any": charts.columns("Masuk", [], []),
    "lines": charts.lines("Arus", ["Jan", "Feb", "Mar"], [("Masuk", [1, None, 3]), ("Selesai", [2, 2, Decimal("2.5")])]),
    "stacked": charts.stacked("Umur", [("0-5", 10), ("6-14", None), ("61+", 0)], note="sedikit"),
    "stacked of nothing": charts.stacked("Umur", [("0-5", 0)]),
    "spark": charts.spark("Setahun", [1, None, 3]),
    "spark of nothing": charts.spark("Setahun", []),
    "tiles": charts.tiles("Peta", [Tile(one.column, one.row, one.letters, one.name, int(one.code)) for one in PROVINCES]),
    "tiles without any": charts.tiles("Peta", []),
    "huge": charts.bars("Besar", [Bar("Semua", 10**15), Bar("Satu", 1)]),
    "nasty": charts.bars(NASTY, [Bar(NASTY, 1, NASTY), Bar(NASTY, None, NASTY)], target=1, target_label=NASTY),
    "nasty columns": charts.columns(NASTY, [NASTY], [1], [2], names=(NASTY, NASTY)),
    "nasty tiles": charts.tiles(NASTY, [Tile(0, 0, NASTY, NASTY, 1)]),
    "nasty bands": charts.stacked(NASTY, [(NASTY, 1), (NASTY, None)], note=NASTY),
}


@pytest.mark.parametrize("name", EACH)
def test_a_chart_is_well_formed_and_has_words_for_whoever_does_not_see_it(name: str) -> None:
    root = drawn(EACH[name])

    assert (root.tag, root.get("role"), root.get("width")) == (f"{SVG}svg", "img", "100%")
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert (root[0].text or "").strip()
    assert not [part for part in root.iter() if part.tag in {f"{SVG}script", f"{SVG}style", f"{SVG}a"} or part.get("style") or part.get("id")]
    assert not [part.get("height") for part in root.iter(f"{SVG}rect") if float(part.get("height", 0)) < 0]
    shares = [float(value) for part in root.iter() for value in re.findall(r"([\d.-]+)%", part.get("width", ""))]
    assert all(0 <= share <= 100 for share in shares)


def test_a_description_says_every_number() -> None:
    assert drawn(EACH["bars"])[1].text == "Jalan: 12; Air: 3"
    assert drawn(EACH["columns"])[1].text == "2026 / 2025. Jan: 5 / 3"
    assert drawn(EACH["stacked"])[1].text == "0-5: 10 (100,0\xa0%); 6-14: sedikit; 61+: 0 (0,0\xa0%)"
    assert drawn(EACH["spark"])[1].text == "1; 3"
    assert (drawn(EACH["many bars"])[1].text or "").endswith("Topik 39: 39; …")


def test_what_is_written_is_text_and_nothing_else() -> None:
    picture = charts.bars(NASTY, [Bar(NASTY, 1)])

    assert "<script" not in picture
    assert "\x00" not in picture
    assert drawn(picture)[0].text == "<script>alert('&')</script> \"x\" ]]>"
    assert isinstance(picture, SafeString)


def test_lengths_are_the_shares_of_the_highest() -> None:
    assert [bar.get("width") for bar in of("bar", EACH["bars"])] == ["100.00%", "25.00%"]
    assert [bar.get("width") for bar in of("bar", EACH["bars of shares"])] == ["87.50%", "0.33%"]
    assert {line.get("x1") for line in of("target", EACH["bars of shares"])} == {"90.00%", "4"}
    assert of("bar", EACH["bars of nothing"]) == []
    assert [len(of(f"band-{n}", charts.stacked("x", [(str(n), 1) for n in range(5)]))) for n in range(5)] == [2] * 5


def test_a_number_that_must_not_be_told_is_nowhere() -> None:
    picture = charts.bars("x", [Bar("Kota", None, "tidak ditampilkan")])

    assert of("bar", picture) == []
    assert texts(picture) == ["Kota", "tidak ditampilkan"]
    label, note = drawn(picture).iter(f"{SVG}text")
    assert float(note.get("y", 0)) - float(label.get("y", 0)) >= charts.TEXT  # below its label: both together are wider than a telephone


def test_a_target_stays_clear_of_the_number_above_it_and_is_seen_on_a_bar() -> None:
    number, line = next(drawn(EACH["bars of shares"]).iter(f"{SVG}text")), of("target", EACH["bars of shares"])[0]

    assert float(line.get("y1", 0)) >= float(number.get("y", 0)) + 5
    assert {one.get("x1") for one in of("beneath", EACH["bars of shares"])} == {"90.00%"}


def test_the_period_before_is_a_stroke_and_not_a_colour() -> None:
    picture = EACH["columns"]

    assert len(of("bar", picture)) == 1 + 1  # a column and its sample
    assert len(of("before", picture)) == 2 + 1
    assert {"2026", "2025"} <= set(texts(picture))


def test_lines_have_gaps_where_a_number_is_missing_and_differ_in_dash_and_mark() -> None:
    picture = EACH["lines"]

    assert len(of("mark-0", picture)) == 2
    assert len(of("line-0", picture)) == 0 + 1  # no neighbours with numbers; the sample
    assert len(of("line-1", picture)) == 2 + 1
    dashes = {part.get("stroke-dasharray") for part in [*of("line-0", picture), *of("line-1", picture)]}
    assert len(dashes) == 2


def test_the_map_has_every_province_in_a_place_of_its_own() -> None:
    assert len(PROVINCES) == len({one.code for one in PROVINCES}) == len({one.letters for one in PROVINCES}) == 38
    assert len({(one.column, one.row) for one in PROVINCES}) == 38
    highest = drawn(EACH["tiles"])[1].text or ""
    assert highest.startswith("Papua Barat Daya: 96; ")
    assert len(texts(EACH["tiles"])) == 38


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert charts.figure(1234567) == "1.234.567"
    assert charts.figure(Fraction(2, 3) * 100, "%") == "66,67\xa0%"
    with translation.override("en"):
        assert charts.figure(1234567) == "1,234,567"
        assert charts.figure(Decimal("0.125")) == "0.13"
        assert texts(charts.bars("x", [Bar("a", 1500)]))[1] == "1,500"


def test_charts_are_drawn_on_paper_too() -> None:
    page = f"<!doctype html><html lang='id'><head><title>Uji</title></head><body>{''.join(EACH.values())}</body></html>"

    assert render(page, at=START).startswith(b"%PDF-")


def test_each_bar_may_have_a_target_of_its_own() -> None:
    picture = charts.bars(
        "Capaian", [Bar("Tindak lanjut", 40, target=80), Bar("Respons", 95, target=Decimal(95)), Bar("Lain", 10)], unit="%", top=100, target_label="Target"
    )

    assert [line.get("x1") for line in of("target", picture)] == ["80.00%", "95.00%", "4"]
    assert drawn(picture)[1].text == "Tindak lanjut: 40\xa0% (Target: 80\xa0%); Respons: 95\xa0% (Target: 95\xa0%); Lain: 10\xa0%"
