"""The bench measures what it says: ratios to floors of the same run, and answers that were not wanted are told."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from complaints.models import Clock
from lapor.bench import measuring, recount, reporting, watching
from lapor.bench.load import Ask, Figures, drive
from lapor.bench.table import judged
from lapor.bench.works import Work
from lapor.launcher import benching
from monitoring.models import Escalation, Fact, Tally
from monitoring.services import measure as sweep
from reports.models import Edition
from tests.complaints.crowd import crowd
from tests.monitoring.books import taken
from tests.reports.figures import AFTER, counted
from tests.world import World


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = 503 if self.path == "/sick/" else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.send_header("X-Queries", "3")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_answers_are_counted_with_their_statements_and_the_unwanted_apart(port: int) -> None:
    well, sick = Figures(), Figures()
    drive(port, lambda _n: Ask("/"), well, seconds=0.2, connections=2)
    drive(port, lambda _n: Ask("/sick/"), sick, seconds=0.2, connections=2)

    assert len(well.times) > 2
    assert well.rate == pytest.approx(len(well.times) / well.seconds)
    assert (well.statements, well.size, dict(well.others)) == (3, 2, {})
    assert 0 < well.percentile(50) <= well.percentile(95)
    assert (sick.times, set(sick.others)) == ([], {503})


def test_the_calendar_bench_counts_the_deadlines_it_made_beside_its_floor_and_leaves_nothing(world: World) -> None:
    crowd(world, [world.at] * 30, [world.unit])
    before = list(Clock.objects.order_by("pk").values())

    row = recount.measure(25, turns=1)

    assert (row["deadlines"], row["moved"] >= 25) == (25, True)
    assert row["ratio"] == pytest.approx(row["seconds"] / row["floor_seconds"], rel=0.5)
    assert row["kept"] is (row["ratio"] <= row["goal"])
    assert list(Clock.objects.order_by("pk").values()) == before
    recount.show(row)


@pytest.mark.parametrize(("times", "statements", "kept"), [(60, 4, True), (40, 4, False), (60, 9, False), (0, 0, False)])
def test_a_goal_is_kept_only_with_enough_speed_and_few_enough_statements(times: int, statements: int, kept: bool) -> None:
    floor, ours = Figures([0.01] * 100, 1.0), Figures([0.01] * times, 1.0, [statements] * times)
    row = judged(Work("ours", lambda _n: Ask("/"), "floor", 0.5, 4), ours, floor)

    assert row["ratio"] == pytest.approx(times / 100)
    assert row["kept"] is kept


def test_the_bench_touches_no_database_that_somebody_works_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://lapor@db.example.go.id/lapor")

    assert benching.bench(["queue"]) == 2
    assert "unset DATABASE_URL" in capsys.readouterr().err


def test_a_size_without_a_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert benching.bench(["queue", "--size"]) == 2
    assert "--size wants a number" in capsys.readouterr().err


def test_the_sweep_is_measured_beside_a_statement_that_writes_as_much_and_leaves_nothing(world: World) -> None:
    for _n in range(3):
        world.to_state("awaiting_followup")
    before = list(Clock.objects.order_by("pk").values_list("rung", "rung_at", "due_at"))

    found = watching.measure(at=world.at + timedelta(days=6), due=2, turns=1)

    assert found["written"] == {"floor": 2, "ours": 2}
    assert found["idle_statements"] == 1
    assert found["ratio"] > 0
    assert list(Clock.objects.order_by("pk").values_list("rung", "rung_at", "due_at")) == before
    assert not Escalation.objects.exists()


def test_counting_is_measured_beside_the_same_rows_ready_made_and_leaves_nothing(world: World) -> None:
    for state in ("awaiting_followup", "in_progress", "closed"):
        world.to_state(state)
    sweep(at=world.at)
    before = list(Tally.objects.order_by("pk").values()), list(Fact.objects.order_by("pk").values())

    found = measuring.measure(at=world.at + timedelta(days=1), events=2, turns=1)

    assert found["events"] == 2
    assert found["rows"] > 2 * 3
    assert found["ratio"] > 0
    assert (list(Tally.objects.order_by("pk").values()), list(Fact.objects.order_by("pk").values())) == before


def test_boards_and_reports_are_measured_beside_their_floors_and_nothing_is_kept(world: World) -> None:
    world.submit()
    counted(world, world.nation, world.city)
    taken(AFTER.date())

    board = reporting.dashboard(world.user("national"), at=AFTER, turns=1)
    document = reporting.document_for("macro", world.nation, at=AFTER)
    drawn, sheet, text = reporting.pdf(document, turns=1), *reporting.tables(document, rows=300, turns=1)
    quarter = reporting.editions(at=AFTER, count=2, workers=1)

    assert 0 < board["statements"] <= 16
    assert drawn["pages"] > 3
    assert [row["rows_per_second"] > 0 for row in (sheet, text)] == [True, True]
    assert all(row["ratio"] == pytest.approx(row["ms"] / row["floor_ms"], rel=0.05) for row in (drawn, sheet, text))
    assert (quarter["work"], quarter["per_second"] > 0) == ("quarter of 2 institutions, 1 workers", True)
    assert not Edition.objects.exists()
