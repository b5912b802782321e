"""The evaluation report about a priority issue: its figures, who reads how much of it, and what time brings."""

import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from complaints import services as complaints
from complaints.models import Complaint
from institutions import services as places
from institutions.models import LegalBasis, PriorityIssue
from lapor.ground.problems import Refusal
from monitoring.boards.read import Asked, read
from monitoring.boards.sight import Sight
from monitoring.figures import Period, Scope
from monitoring.indicators import INDICATORS
from monitoring.services import measure
from officers.actors import machine
from officers.models import Notice
from reports import services
from reports.access import Template
from reports.faces import DRAW, chapters, draw, methods, title
from reports.models import Edition
from tests.complaints.tagging import tag
from tests.lapor.pdfs import words_of
from tests.monitoring.books import book, stand
from tests.pages import main, page
from tests.reports.figures import AFTER, DAY, QUARTER, ROADS, WIB, frozen, frozen_of_issue, issue_of
from tests.world import SORT, World, at_city

YEAR_END = Period.parse("2026-Q4")
AT = datetime(2027, 1, 5, 9, tzinfo=WIB)


def cells(edition_or_snapshot: Any, key: str) -> dict[str, dict[str, Any]]:
    snapshot = getattr(edition_or_snapshot, "snapshot", edition_or_snapshot)
    found = next(row for row in snapshot["tables"] if row["key"] == key)
    return {row["key"]: {name: cell.get("value") for name, cell in row["cells"].items()} for row in found["rows"]}


def figures(edition_or_snapshot: Any) -> dict[str, dict[str, Any]]:
    snapshot = getattr(edition_or_snapshot, "snapshot", edition_or_snapshot)
    return {row["key"]: row for row in snapshot["indicators"]}


def read_of(raw: bytes, kind: str) -> str:
    """What a file says."""
    if kind == "pdf":
        return words_of(raw)
    if kind == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(raw)).worksheets
        return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
    return raw.decode()


@pytest.fixture
def roads(world: World) -> dict[str, Complaint]:
    """Seven reports of damaged roads: five at the city (two closed, two under way of which one is secret, one whose part was given on),
    one at a ministry, one at the national desk; beside them one whose tag was only proposed and one of something else.
    """
    found = {
        "closed": world.to_state("closed"),
        "closed_too": world.to_state("closed"),
        "running": world.to_state("in_progress"),
        "secret": world.to_state("in_progress", is_secret=True),
        "lead": at_city(world, world.submit().complaint),
        "ministry": world.step(world.submit().complaint, "dispose_to_institution", "national", target="kementerian-uji", **SORT),
        "waiting": world.submit().complaint,
    }
    for complaint in found.values():
        tag(world, complaint)
    found["part"] = _part(world, found["lead"])
    tag(world, found["part"])
    world.to_state("in_progress")
    found["untagged"] = world.to_state("closed")
    tag(world, found["untagged"])
    complaints.untag(found["untagged"].pk, issue=ROADS, by=world.actor("national"), at=world.at)
    measure(at=AT)
    return found


def _part(world: World, lead: Complaint) -> Complaint:
    given: dict[str, Any] = {"target": "kota-uji-dpu", "part_title": "Lubang", "part_text": "Tambal lubang.", "text": "Mohon ditangani."}
    world.step(lead, "invite", "admin", **given)
    return Complaint.objects.get(lead=lead)


# --- the figures ----------------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_a_count_by_hand(world: World, roads: dict[str, Complaint]) -> None:
    issue_of(world.city)

    edition = frozen_of_issue(world, period=YEAR_END, at=AT)

    told = figures(edition)
    assert (told["received"]["value"], told["backlog"]["value"]) == ("7", "5")
    assert (told["followup_rate"]["numerator"], told["followup_rate"]["denominator"]) == (2, 6)  # nobody has looked at the one that waits
    assert (told["completion_rate"]["numerator"], told["clearance_rate_flow"]["numerator"]) == (2, 2)
    assert (told["response_rate"]["numerator"], told["response_rate"]["denominator"]) == (4, 6)
    assert (told["satisfaction"]["value"], told["satisfaction"]["missing"]) == (None, "few")
    assert cells(edition, "topics") == {
        "public_works.potholes": {"received": "6", "followed_up": "2", "completed": "2", "passed_60": "4"},
        "": {"received": "1", "followed_up": "0", "completed": "0", "passed_60": "0"},
    }
    assert cells(edition, "regions")["33.74"]["received"] == "7"
    assert cells(edition, "tracks")["non_oversight"]["completed"] == "2"
    found = cells(edition, "institutions")
    assert list(found) == ["kota-uji", "kementerian-uji"]
    assert (found["kota-uji"]["backlog"], found["kementerian-uji"]["received"]) == ("4", "1")
    assert cells(edition, "trend")["2026-11"] == {"received": "7", "closed": "2"}


def test_they_are_those_of_the_board_of_the_issue(world: World, roads: dict[str, Complaint]) -> None:
    edition = frozen_of_issue(world, period=YEAR_END, at=AT)

    board = read(Asked(Sight(Scope.nation()), YEAR_END, AT.date(), ("issue", ROADS)))

    told = figures(edition)
    known = {key for key, row in board.results.items() if key in INDICATORS and row.missing != "unknown"} - {"composite"}
    assert set(told) == known
    assert len(known) == 12
    for key, row in told.items():
        result = board.results[key]
        assert (row["value"], row.get("numerator"), row.get("denominator"), row.get("missing", "")) == (
            None if result.value is None else str(result.value), result.numerator, result.denominator, result.missing,
        ), key  # fmt: skip


def test_numbers_are_told_of_those_past_60_days_that_are_not_secret(world: World, roads: dict[str, Complaint]) -> None:
    at = AT + timedelta(days=60)
    measure(at=at)

    edition = frozen_of_issue(world, period=YEAR_END, at=at)

    over = edition.snapshot["over_60"]
    numbers = {roads[name].tracking_id for name in ("running", "lead", "ministry")}  # of the one that waits no clock of the law runs yet
    assert {row["number"] for row in over["listed"]} == numbers
    assert (over["count"], over["not_listed"]) == (4, 1)
    whole = services.document_of(edition, is_masked=False, at=at)
    for kind in DRAW:
        said = read_of(draw(whole, kind, "id"), kind)
        for name, is_told in (("running", True), ("secret", False), ("part", False), ("untagged", False), ("closed", False)):
            assert (roads[name].tracking_id in said) is is_told, (kind, name)


def test_an_issue_without_reports_says_so_and_one_of_another_time_is_refused(world: World) -> None:
    edition = frozen_of_issue(world)

    assert (edition.institution, edition.scope, edition.subject) == (world.nation, "issue:road-damage", edition.issue.name if edition.issue else "")
    assert (edition.snapshot["is_empty"], edition.snapshot["at_owner"]) == (True, [])
    assert figures(edition)["followup_rate"]["missing"] == "nothing"
    PriorityIssue.objects.filter(pk=ROADS).update(valid_to=date(2026, 6, 30))
    assert frozen_of_issue(world, period=Period.parse("2026-Q2")).period == "2026-Q2"  # its last day
    for period in ("2026-08", "2024"):
        with pytest.raises(Refusal) as refused:
            frozen_of_issue(world, period=Period.parse(period))
        assert list(refused.value.fields) == ["period"]
    for template, about in (("issue", world.city), ("micro", issue_of())):
        with pytest.raises(Refusal) as refused:
            services.generate(template, about, QUARTER, by=world.actor("system"), at=AFTER)
        assert list(refused.value.fields) == ["template"]


def test_the_target_of_the_issue_comes_before_that_of_the_nation(world: World) -> None:
    book(world.nation, DAY, {("received", "issue", ROADS): 40, ("validated", "issue", ROADS): 40, ("followed_up", "issue", ROADS): 30})
    nation = figures(frozen_of_issue(world))["followup_rate"]
    issue_of(target_indicator="followup_rate", target_value="74.50")
    edition = frozen_of_issue(world, why="Sasaran")
    issue_of(target_indicator="sla_compliance", target_value="90")
    other = frozen_of_issue(world, why="Sasaran lain")

    assert (nation["value"], nation["target"], nation["light"]) == ("75.00", 80, "amber")
    own = figures(edition)["followup_rate"]
    assert (own["target"], own["light"]) == ("74.50", "good")
    with translation.override("en"):
        said = {name: dict(chapters(services.document_of(one, is_masked=False, at=AFTER))[0].facts)["Target"] for name, one in (("a", edition), ("b", other))}
    assert said["a"].replace("\xa0", " ") == "Followed up (%TL): 74.50 %; stands at 75.00 % (Target reached)"
    board = read(Asked(Sight(Scope.nation()), QUARTER, AFTER.date(), ("issue", ROADS)))
    assert [int(board.targets[key]) for key in ("sla_compliance", "followup_rate")] == [90, 80]
    assert said["b"].replace("\xa0", " ") == "Settled in time: 90 %; not counted by issue"


def test_what_the_owner_asks_of_itself_is_not_asked_of_the_nation(world: World) -> None:
    issue_of(world.city)
    places.set_limit(
        key="target_followup_rate", value=95, legal_basis=LegalBasis.objects.get(pk="service-rule"), valid_from=date(2026, 10, 1), by=machine("system"),
        at=datetime(2026, 9, 1, tzinfo=WIB), why="uji", institution=world.city,
    )  # fmt: skip

    assert figures(frozen(world, at=AFTER))["followup_rate"]["target"] == 95
    assert figures(frozen_of_issue(world))["followup_rate"]["target"] == 80


def test_it_costs_the_same_queries_for_one_report_and_for_many(world: World, roads: dict[str, Complaint]) -> None:
    PriorityIssue.objects.update(owner=world.city)
    tag(world, roads["ministry"], code="free-meals")
    measure(at=AT)
    asked = []
    for code in ("subsidised-fertiliser", "free-meals", ROADS):
        issue = PriorityIssue.objects.select_related("owner", "legal_basis").get(pk=code)
        with CaptureQueriesContext(connection) as queries:
            services.generate("issue", issue, YEAR_END, by=world.actor("system"), at=AT)
        asked.append(len(queries))

    assert asked[1] == asked[2] < 60


def test_it_can_be_worked_out_again_after_reports_moved_on(world: World, roads: dict[str, Complaint], capsys: pytest.CaptureFixture[str]) -> None:
    frozen_of_issue(world, period=YEAR_END, at=AT)
    name = f"issue/{ROADS}/2026-Q4"
    call_command("reproduce", name)
    assert "digest same, ledger same, 12 figures, 0 not reproduced, 0 parts different today" in capsys.readouterr().out
    complaints.untag(roads["ministry"].pk, issue=ROADS, by=world.actor("national"), at=AT)
    world.step(roads["running"], "answer", "liaison", at=AT, text="Ditambal.", outcome="solved", done_on="2027-01-04", evidence="Berita acara 1.")
    measure(at=AT + timedelta(hours=1))

    call_command("reproduce", name, "--json")

    found = json.loads(capsys.readouterr().out)
    assert (found["digest"], found["ledger"], found["not_reproduced"], found["figures"]) == ("same", "same", [], 12)
    assert {"key": "received", "part": "value", "was": "7", "now": "6"} in found["different_today"]
    assert {"key": "followup_rate", "part": "numerator", "was": "2", "now": "3"} in found["different_today"]


# --- made by hand and by time -----------------------------------------------------------------------------------------------


def test_it_is_made_by_hand_from_the_page_by_whoever_owns_it(world: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    issue_of(world.city)
    desk = world.login(client, "admin")
    form = page(desk.get("/meja/evaluasi/buat/?isu=road-damage"))
    assert '<option value="issue:road-damage" selected>' in form
    assert "issue:free-meals" not in form
    sent = {"template": "issue", "institution": "issue:road-damage", "period": "2026-Q3"}
    assert desk.post("/meja/evaluasi/buat/", {**sent, "template": "micro"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", {**sent, "institution": "issue:free-meals"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", {**sent, "institution": "kota-uji"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", sent).status_code == 302
    edition = Edition.objects.get()
    assert (edition.institution, edition.issue_id) == (world.city, ROADS)
    assert "issue:free-meals" in page(world.login(Client(), "national").get("/meja/evaluasi/buat/"))
    assert "issue:" not in page(world.login(Client(), "other_admin").get("/meja/evaluasi/buat/"))


def test_the_board_leads_to_the_reports_of_its_issue_and_they_lead_back(world: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    frozen(world)
    frozen(world, "macro", world.nation)
    issue_of(target_indicator="followup_rate", target_value="74.50")
    edition = frozen_of_issue(world)
    desk = world.login(client, "national")

    book(world.nation, DAY, {("received", "issue", ROADS): 40, ("validated", "issue", ROADS): 40, ("followed_up", "issue", ROADS): 30})
    board = main(desk.get(f"/meja/ukuran/isu/{ROADS}/?period=2026-Q3"))
    assert "74,50" in board  # its target
    assert f'href="/meja/evaluasi/?isu={ROADS}"' in board
    shown = main(desk.get(f"/meja/evaluasi/?isu={ROADS}"))
    assert shown.count('<td class="title">') == 1
    assert f"/meja/evaluasi/{edition.pk}/" in shown
    assert f"isu={ROADS}" in shown.split("<table")[0].split('class="tabs"')[1]
    assert f'href="/meja/ukuran/isu/{ROADS}/?period=2026-Q3"' in main(desk.get(f"/meja/evaluasi/{edition.pk}/"))
    assert main(desk.get("/meja/evaluasi/?isu=tidak-ada")).count('<td class="title">') == 3
    assert "?isu=" not in main(desk.get("/meja/ukuran/?cut=track:non_oversight&period=2026-Q3"))


def test_the_list_costs_the_same_for_one_issue_and_for_three(world: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    desk = world.login(client, "national")
    frozen_of_issue(world)
    desk.get("/meja/evaluasi/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/meja/evaluasi/")
    for issue in PriorityIssue.objects.exclude(pk=ROADS)[:2]:
        services.generate("issue", issue, QUARTER, by=world.actor("system"), at=AFTER)
    with CaptureQueriesContext(connection) as three:
        desk.get("/meja/evaluasi/")
    assert len(one) == len(three)


def test_a_command_writes_it_into_a_folder(world: World, tmp_path: Path) -> None:
    issue_of(world.city)
    given = ("--period", "2026-Q3", "--at", AFTER.isoformat(), "--out", str(tmp_path))
    for _again in range(2):
        call_command("evaluate", *given, "--issue", ROADS, "--format", "csv,json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"evaluasi-issue-{ROADS}-2026-Q3-r1.{kind}" for kind in ("csv", "json")]
    assert Edition.objects.get().institution == world.city
    with pytest.raises(CommandError, match="no priority issue"):
        call_command("evaluate", *given, "--issue", "tidak-ada")


def test_each_half_year_everything_that_counted_on_its_last_day_is_reported_once(world: World) -> None:
    issue_of(world.city)
    PriorityIssue.objects.filter(pk="school-violence").update(valid_to=date(2026, 12, 30))
    PriorityIssue.objects.filter(pk="free-meals").update(valid_from=date(2027, 1, 1))
    turn = datetime(2027, 1, 1, 6, 30, tzinfo=WIB)

    for _sweep in range(2):
        services.publish(at=turn)

    rows = list(Edition.objects.filter(template=Template.ISSUE).order_by("scope").values_list("scope", "institution__slug", "period", "due_on", "revision"))
    due = Edition.objects.get(template="macro", period="2026-H2").due_on
    assert due is not None
    assert [row[:3] for row in rows] == [
        ("issue:irrigation-renewal", "nasional", "2026-H2"),
        ("issue:road-damage", "kota-uji", "2026-H2"),
        ("issue:subsidised-fertiliser", "nasional", "2026-H2"),
    ]
    assert {row[4] for row in rows} == {1}
    assert {row[3] for row in rows} == {due - timedelta(days=7)}  # the 15th working day; that of the nation is the 20th
    issue_of(world.ministry)  # it changed hands: the report of the period is there already
    assert services.publish(at=turn)["made"] == 0


def test_whoever_looks_after_it_is_told_of_which_issue_it_is(world: World) -> None:
    issue_of(world.city)
    services.publish(at=datetime(2027, 1, 1, 6, 30, tzinfo=WIB))
    edition = Edition.objects.get(scope="issue:road-damage")
    services.review(edition.pk, by=world.actor("admin"), at=AT)
    services.submit(edition.pk, by=world.actor("superior"), at=AT)

    told = Notice.objects.filter(event="edition_submitted", recipient__username="national").get()
    assert told.context["period"] == "Semester 2 2026 (Kerusakan jalan dan jembatan)"


def test_what_was_not_done_goes_on_into_the_next_report_of_the_same_issue(world: World) -> None:
    first = frozen_of_issue(world)
    services.add_item(first.pk, {"text": "Tambal", "owner": "PU", "due_on": "2026-12-01"}, by=world.actor("national"), at=AFTER)

    second = frozen_of_issue(world, period=QUARTER.after, at=AT)

    assert [item.text for item in second.items.all()] == ["Tambal"]
    assert [item["text"] for item in second.snapshot["last_plan"]] == ["Tambal"]


# --- how it looks -----------------------------------------------------------------------------------------------------------


def test_every_figure_it_knows_stands_in_a_chapter_with_its_formula(world: World, roads: dict[str, Complaint]) -> None:
    document = services.document_of(frozen_of_issue(world, period=YEAR_END, at=AT), is_masked=False, at=AT)
    with translation.override("en"):
        found = chapters(document)
        shown = {row.name for chapter in found for table in chapter.tables if table.kind == "figures" for row in table.rows}
        known = {str(INDICATORS[row["key"]].name) for row in document.snapshot["indicators"]}
        assert shown == known == {row["name"] for row in methods(document)}
        assert [chapter.number for chapter in found] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 18]
        assert all(chapter.tables or chapter.notes or chapter.facts for chapter in found)
        assert title(document) == "Evaluation report Quarter 4 of 2026: Damaged roads and bridges"
    with translation.override("id"):
        assert title(document) == "Laporan evaluasi Triwulan 4 2026: Kerusakan jalan dan jembatan"
        assert dict(chapters(document)[0].facts)["Kode"] == ROADS


def test_stock_by_issue_is_read_of_the_last_day(world: World) -> None:
    stand(world.nation, QUARTER.last, {("open", "issue", ROADS): 9})
    assert figures(frozen_of_issue(world))["backlog"]["value"] == "9"
