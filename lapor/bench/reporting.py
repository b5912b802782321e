"""What `./run bench measure` measures of dashboards and evaluation reports, each beside its floor.

The floors: the raw events added up for the page; WeasyPrint with the same HTML; XlsxWriter and a cursor into `csv` with the same rows.
"""

import csv
import io
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from statistics import median
from typing import Any

import pikepdf
import xlsxwriter
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from weasyprint import HTML

from complaints.models import Complaint
from institutions.models import Institution, Kind
from institutions.services import root
from lapor.ground.parent import end_with_parent
from lapor.ground.pdf import BASE, ClosedFetcher
from monitoring.figures import Period
from officers.actors import actor_for, machine
from officers.models import User
from reports.faces import Document, draw, drawing
from reports.services import generate
from reports.services.files import document_of

from .works import session

Row = dict[str, Any]
WHY = "bench"
ALL = 700  # institutions that report
FORMATS = ("pdf", "xlsx", "csv", "json")

_RAW = """
WITH told AS (
    SELECT complaint_id, min(at) AS arrived_at, min(at) FILTER (WHERE kind IN ('respond', 'answer')) AS responded_at,
        min(at) FILTER (WHERE kind = 'answer') AS answered_at, max(at) FILTER (WHERE state_after = 'closed') AS closed_at
    FROM complaints_transition GROUP BY complaint_id
)
SELECT complaint.topic_id, complaint.channel, complaint.track, left(complaint.incident_region_id, 5), date_trunc('month', told.arrived_at),
    count(*), count(told.responded_at), count(told.answered_at), count(told.closed_at),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY told.responded_at - told.arrived_at),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY told.closed_at - told.arrived_at)
FROM told JOIN complaints_complaint AS complaint ON complaint.id = told.complaint_id
WHERE told.arrived_at >= %s AND told.arrived_at < %s
GROUP BY GROUPING SETS ((), (1), (2), (3), (4), (5))
"""
_LISTED = """
SELECT complaint.tracking_id, complaint.submitted_at, place.name FROM complaints_complaint AS complaint
JOIN institutions_institution AS place ON place.id = complaint.holder_id CROSS JOIN generate_series(1, %s) LIMIT %s
"""


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _weighed(act: Callable[[], Any]) -> tuple[float, int, Any]:
    """Milliseconds of an act that reads no database, the largest size (MiB) of a process of ours that did nothing else, and what came of it."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def work() -> None:
        found: list[Any] = []
        took = timed(lambda: found.append(act()))
        there.send((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, found[0]))

    child = context.Process(target=work)
    child.start()
    there.close()
    found: tuple[float, int, Any] = here.recv()
    child.join()
    return found


def _row(work: str, ours: Sequence[float], floor: Sequence[float], goal: float, **more: Any) -> Row:
    ratio = median(ours) / median(floor)
    figures = {"ms": round(median(ours), 1), "floor_ms": round(median(floor), 1), "ratio": round(ratio, 3)}
    return {"work": work, **figures, "goal": goal, "kept": ratio <= goal, **more}


# --- a dashboard ------------------------------------------------------------------------------------------------------


def dashboard(user: User, *, at: datetime, turns: int) -> Row:
    """The nation's board of the year, as the whole application answers it, beside the events of the year added up."""
    client, period = Client(), Period.of("year", at.date())
    client.cookies.load({settings.SESSION_COOKIE_NAME: session(user)})

    def ask() -> Any:
        return client.get("/meja/ukuran/", {"period": period.code}, HTTP_HOST="127.0.0.1")

    ask()  # the first one writes down that the session is alive
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    statements = len(asked)  # the next request empties the log
    if answer.status_code != 200:
        raise SystemExit(f"the dashboard answered {answer.status_code}")

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_RAW, [period.first, period.after.first])
            cursor.fetchall()

    ours, floor = [], []
    for _turn in range(turns):
        floor.append(timed(raw))
        ours += [timed(ask) for _n in range(5)]
    return _row("dashboard of the nation, a year", ours, floor, 0.05, statements=statements, bytes=len(answer.content))


# --- files of an edition ----------------------------------------------------------------------------------------------


def _quarter(at: datetime) -> Period:
    return Period.of("quarter", at.date()).before


def document_for(template: str, place: Institution, *, at: datetime) -> Document:
    """An evaluation report that nobody keeps."""
    with transaction.atomic():
        edition = generate(template, place, _quarter(at), by=actor_for(machine("system"), at=at), at=at, why=WHY)
        document = document_of(edition, is_masked=False, at=at)
        transaction.set_rollback(True)
    return document


def pdf(document: Document, *, turns: int) -> Row:
    """The PDF of the nation's quarter beside WeasyPrint alone with the HTML that the PDF is made of."""
    with translation.override("id"):
        html = drawing.html_of(document)

    def bare() -> int:
        return len(HTML(string=html, base_url=BASE, url_fetcher=ClosedFetcher()).write_pdf() or b"")

    def whole() -> int:
        return len(pikepdf.open(io.BytesIO(draw(document, "pdf", "id"))).pages)

    ours, floor, peak, pages = [], [], 0, 0
    for _turn in range(turns):
        floor.append(_weighed(bare)[0])
        took, size, pages = _weighed(whole)
        ours.append(took)
        peak = max(peak, size)
    return _row("PDF of the nation's quarter", ours, floor, 1.2, pages=pages, pages_per_second=round(1000 * pages / median(ours), 1), peak=peak)


def _bare_xlsx(rows: Sequence[Sequence[Any]]) -> None:
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def _bare_csv(rows: int) -> None:
    out = io.StringIO()
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LISTED, [rows // max(Complaint.objects.count(), 1) + 1, rows])
        while found := cursor.fetchmany(2000):
            csv.writer(out).writerows(found)


def tables(document: Document, *, rows: int, turns: int) -> list[Row]:
    """A list of so many reports as a spreadsheet and as CSV, beside the bare writers with as many rows."""
    listed = [{"number": f"LPR-26-{number:06}", "passed_on": "2026-09-30", "holder": f"Dinas Pekerjaan Umum {number % ALL}"} for number in range(rows)]
    large = replace(document, snapshot={**document.snapshot, "over_60": {"count": rows, "listed": listed, "not_listed": 0}})
    bare = [list(row.values()) for row in listed]
    floors: dict[str, Callable[[], Any]] = {"xlsx": partial(_bare_xlsx, bare), "csv": partial(_bare_csv, rows)}
    found = []
    for kind, floor_act in floors.items():
        ours, floor, peak = [], [], 0
        for _turn in range(turns):
            floor.append(timed(floor_act))
            took, size, _size = _weighed(lambda kind=kind: len(draw(large, kind, "id")))  # type: ignore[misc]
            ours.append(took)
            peak = max(peak, size)
        found.append(_row(f"{kind.upper()} of {rows} rows", ours, floor, 2.0, rows_per_second=round(1000 * rows / median(ours)), peak=peak))
    return found


# --- the editions of a quarter ----------------------------------------------------------------------------------------


def _made(pk: int, at: datetime) -> int:
    """One institution's report of the quarter in all formats; how many bytes they are."""
    document = document_for("micro", Institution.objects.get(pk=pk), at=at)
    return sum(len(draw(document, kind, "id")) for kind in FORMATS)


def editions(*, at: datetime, count: int, workers: int) -> Row:
    """The quarter's reports of so many institutions, drawn in every format by so many processes, and what all of them would take."""
    rows = Institution.objects.filter(parent=root()).exclude(kind__in=(Kind.UNIT, Kind.OMBUDSMAN)).order_by("pk")
    places = [place.pk for place in rows if place.counts_on(_quarter(at).last)][:count]
    act = partial(_made, at=at)
    if workers > 1:
        connections.close_all()  # each process has connections of its own
        with multiprocessing.get_context("fork").Pool(workers, end_with_parent) as pool:
            took = timed(lambda: pool.map(act, places, chunksize=1))
    else:
        took = timed(lambda: [act(pk) for pk in places])
    return {
        "work": f"quarter of {len(places)} institutions, {workers} workers", "ms": round(took), "per_second": round(1000 * len(places) / took, 2),
        "all": ALL, "minutes_of_all": round(took / len(places) * ALL / 60_000, 1),
    }  # fmt: skip


def report(*, at: datetime, turns: int, rows: int, count: int, workers: int) -> list[Row]:
    """Every line of the table."""
    document = document_for("macro", root(), at=at)
    board = dashboard(User.objects.get(username="admin.nasional"), at=at, turns=turns)
    return [board, pdf(document, turns=turns), *tables(document, rows=rows, turns=turns), editions(at=at, count=count, workers=workers)]
