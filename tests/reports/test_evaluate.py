"""Evaluation reports from the command line: files in a folder, and the yearly extract of the reform assessment."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from monitoring.services import measure
from reports.models import Edition
from tests.monitoring.books import book, stand
from tests.reports.figures import AFTER, LEVELS, QUARTER, WIB, counted
from tests.world import World

AT = AFTER.isoformat()


def test_a_report_is_frozen_once_and_written_in_each_format(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counted(world)

    call_command("evaluate", "--period", "2026-Q3", "--institution", "kota-uji", "--out", str(tmp_path / "a"), "--at", AT, "--json")
    said = json.loads(capsys.readouterr().out)
    call_command("evaluate", "--period", "2026-Q3", "--institution", "kota-uji", "--out", str(tmp_path / "b"), "--at", AT, "--format", "csv,json")

    names = [f"evaluasi-micro-kota-uji-2026-Q3-r1.{kind}" for kind in ("csv", "json", "pdf", "xlsx")]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names == sorted(Path(path).name for path in said["files"])
    assert (tmp_path / "a" / names[0]).read_bytes() == (tmp_path / "b" / names[0]).read_bytes()
    assert Edition.objects.count() == 1
    call_command("evaluate", "--period", "2026-Q3", "--institution", "kota-uji", "--out", str(tmp_path), "--at", AT, "--format", "csv", "--revise", "Koreksi")
    assert Edition.objects.current().get().revision == 2


@pytest.mark.parametrize(
    "given",
    [
        ("--period", "kemarin"),
        ("--period", "2026-Q4"),
        ("--period", "2026-Q3", "--institution", "tidak-ada"),
        ("--period", "2026-Q3", "--format", "doc"),
        ("--period", "2026-Q3", "--reform"),
        ("--period", "2026-H1", "--hub", "kota-uji"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_writes_nothing(world: World, tmp_path: Path, given: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command("evaluate", *given, "--at", AT, "--out", str(tmp_path / "keluar"))
    assert not (tmp_path / "keluar").exists()


def test_the_list_for_the_ombudsman_names_what_is_not_secret_and_counts_the_rest(world: World, tmp_path: Path) -> None:
    open_one, secret = world.to_state("in_progress"), world.to_state("in_progress", is_secret=True)
    at = datetime(2027, 2, 3, 9, tzinfo=WIB)
    measure(at=at)

    call_command("evaluate", "--period", "2027-01", "--over-60", "--format", "json,pdf", "--out", str(tmp_path), "--at", at.isoformat())

    data = json.loads((tmp_path / "evaluasi-over-60-nasional-2027-01-r1.json").read_text())["snapshot"]
    assert [row["number"] for row in data["over_60"]["listed"]] == [open_one.tracking_id]
    assert (data["over_60"]["count"], data["over_60"]["not_listed"]) == (2, 1)
    assert secret.tracking_id not in json.dumps(data)


def test_the_reform_extract_has_the_figures_of_each_institution(world: World, tmp_path: Path) -> None:
    counted(world)
    book(world.ministry, date(2026, 5, 5), {"received": 10, "validated": 10, "followed_up": 9, "completed": 8, "closed": 8})
    stand(world.city, date(2026, 12, 31), LEVELS)
    at = datetime(2027, 1, 5, 9, tzinfo=WIB).isoformat()

    call_command("evaluate", "--period", "2026", "--reform", "--format", "csv,xlsx", "--out", str(tmp_path), "--at", at)

    rows = list(csv.DictReader(io.StringIO((tmp_path / "reformasi-birokrasi-2026.csv").read_text(), newline="")))
    found = {(row["slug"], row["figure"]): (row["value"], row["numerator"], row["denominator"]) for row in rows}
    assert found["kementerian-uji", "followup_rate"] == ("90.00", "9", "10")
    assert found["kementerian-uji", "completion_rate"] == ("80.00", "8", "10")
    assert found["kota-uji", "officer_compliance"] == ("100.00", "8", "8")
    assert found["kabupaten-sunyi", "followup_rate"][0] == ""
    assert {slug for slug, _figure in found} == {"kabupaten-sunyi", "kabupaten-timur", "kementerian-uji", "kota-uji"}
    sheet = openpyxl.load_workbook(tmp_path / "reformasi-birokrasi-2026.xlsx").worksheets[0]
    lines = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=2)}
    assert 90 in lines["Kementerian Uji"]
    assert QUARTER.code == "2026-Q3"
