"""One run of the bench: the server up, each work beside its floor in turns, the ratios in a table."""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from rich.table import Table

from complaints.models import Complaint

from . import floors, recount
from .load import Figures, drive
from .works import WORKS, Scene, Work

TURNS = 3  # of each work: what disturbs the machine for a while disturbs all of them
WORKERS, THREADS = 2, 4
START_SECONDS = 60
CALENDAR = "calendar"  # no request: a sweep beside its SQL
OWN_TIMES = 200  # how often a page's own statement is timed alone


@contextmanager
def server(port: int) -> Iterator[int]:
    """The production server on loopback; its process id."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    command += ["--blocking-threads", str(THREADS), "--log-level", "error", "lapor.bench.wsgi:application"]
    process = subprocess.Popen(
        command, env={**os.environ, "LAPOR_DEBUG": "0", "LAPOR_TLS": "0", "ALLOWED_HOSTS": "127.0.0.1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("the server did not start")
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/floor/bare/", timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


def memory(pid: int) -> int:
    """The largest resident size (MiB) among the server's processes; 0 where /proc is not there."""
    children = subprocess.run(["ps", "-o", "rss=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return max((int(size) // 1024 for size in children), default=0)


def measure(works: Sequence[Work], *, port: int, seconds: float, connections: int) -> dict[str, Figures]:
    """Every work in turns; the first answers of each are not counted."""
    found = {work.name: Figures() for work in works}
    for work in works:
        drive(port, work.ask, Figures(), seconds=min(1.0, seconds), connections=connections, wanted=work.wanted)
    for _turn in range(TURNS):
        for work in works:
            drive(port, work.ask, found[work.name], seconds=seconds / TURNS, connections=connections, wanted=work.wanted)
    return found


def own_sql(scene: Scene, work: Work) -> float:
    """The 95th percentile (ms) of the page's longest statement, asked alone on one connection."""
    client = Client()
    client.cookies.load(scene.cookie(work.sql)["Cookie"])
    with CaptureQueriesContext(connection) as asked:
        client.get(work.ask(0).path, HTTP_HOST="127.0.0.1")
    longest = max((query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")), key=len)
    times = []
    with connection.cursor() as cursor:
        for _n in range(OWN_TIMES):
            began = time.perf_counter()
            cursor.execute(longest.replace("%", "%%"), [])
            cursor.fetchall()
            times.append(1000 * (time.perf_counter() - began))
    return quantiles(times, n=100)[94]


def judged(work: Work, figures: Figures, floor: Figures | None) -> dict[str, Any]:
    """One line of the table: figures, the ratio to the floor, and whether goal and budget are kept."""
    ratio = figures.rate / floor.rate if floor is not None and floor.rate else None
    return {
        "work": work.name, "per_second": round(figures.rate, 1), "p50_ms": round(figures.percentile(50), 1), "p95_ms": round(figures.percentile(95), 1),
        "statements": figures.statements, "budget": work.budget or None, "bytes": figures.size, "ratio": None if ratio is None else round(ratio, 2),
        "goal": work.goal or None, "kept": None if ratio is None else ratio >= work.goal and figures.statements <= work.budget,
        "others": dict(figures.others),
    }  # fmt: skip


def lines(name: str, scene: Scene, *, port: int, seconds: float, connections: int) -> list[dict[str, Any]]:
    works = WORKS[name](scene)
    found = measure(works, port=port, seconds=seconds, connections=connections)
    first = found[works[0].name]
    rows = []
    for work in works:
        row = judged(work, found[work.name], first if work.floor else None)
        if work.sql:
            row["own_sql_p95_ms"] = round(own_sql(scene, work), 2)
        rows.append(row)
    return rows


def show(title: str, rows: Sequence[dict[str, Any]]) -> None:
    table = Table(title=title)
    for head in ("work", "req/s", "p50 ms", "p95 ms", "SQL", "of floor", "goal", "own SQL p95", "bytes", "not answered"):
        table.add_column(head, justify="left" if head == "work" else "right")
    for row in rows:
        sql = f"{row['statements']}" + (f" (<= {row['budget']})" if row["budget"] else "")
        kept = {True: "kept", False: "MISSED", None: ""}[row["kept"]]
        goal = f"{row['goal']} {kept}" if row["goal"] else ""
        others = ", ".join(f"{status}: {count}" for status, count in row["others"].items())
        cells = (row["work"], row["per_second"], row["p50_ms"], row["p95_ms"], sql, row["ratio"], goal, row.get("own_sql_p95_ms"), row["bytes"], others)
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    Console(width=180).print(table)


def _serve(names: Sequence[str], reports: int, options: argparse.Namespace) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """The works that are requests, each shown as it is done; and the largest server process (MiB)."""
    floors.build()
    scene, results = Scene(), {}
    with server(options.port) as pid:
        for name in names:
            results[name] = lines(name, scene, port=options.port, seconds=options.seconds, connections=options.connections)
            if not options.json:
                show(f"{name}, {reports} reports, {options.connections} connections", results[name])
        return results, memory(pid)


def main(arguments: Sequence[str]) -> int:
    """Measure the named works (all without a name); exit code 1 when a goal was missed and `--strict` asked for it."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure our work beside floors that are built here, in one run.")
    parser.add_argument("works", nargs="*", choices=[*WORKS, CALENDAR, []], help=f"{', '.join([*WORKS, CALENDAR])} (default: all)")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each work (default 6)")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--clocks", type=int, default=10_000, help="how many running deadlines the calendar bench makes (default 10000)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(arguments)
    named = options.works or [*WORKS, CALENDAR]
    reports, size = Complaint.objects.count(), 0
    results: dict[str, list[dict[str, Any]]] = {}
    if served := [name for name in named if name != CALENDAR]:
        results, size = _serve(served, reports, options)
    if CALENDAR in named:
        results[CALENDAR] = [recount.measure(options.clocks)]
        if not options.json:
            recount.show(results[CALENDAR][0])
    if options.json:
        sys.stdout.write(json.dumps({"reports": reports, "memory_mib": size, "results": results}) + "\n")
    elif size:
        sys.stdout.write(f"largest server process: {size} MiB\n")
    return int(options.strict and any(row["kept"] is False for rows in results.values() for row in rows))
