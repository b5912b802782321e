"""`./run bench cpu`: the processor time of one answer in one process, ours and its floor in turns; unlike requests a second it
hardly depends on what else the machine does.
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from . import floors
from .load import Ask
from .works import WORKS, Scene, Work
from .wsgi import application

TURNS, WARM = 4, 100


def environ(ask: Ask) -> dict[str, Any]:
    """What the server hands to the application for this request."""
    path, _mark, query = ask.path.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": ask.method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "CONTENT_LENGTH": str(len(ask.body)), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(ask.body),
        "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in ask.headers.items():
        key = name.upper().replace("-", "_")
        found[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return found


def answer(ask: Ask) -> tuple[int, dict[str, str]]:
    """One answer, read to its end: its status and headers."""
    told: list[Any] = []
    response = application(environ(ask), lambda status, headers, *_error: told.extend((int(status[:3]), dict(headers))))
    try:
        b"".join(response)
    finally:
        getattr(response, "close", lambda: None)()
    return told[0], told[1]


def spent(work: Work, numbers: range) -> float:
    """Seconds of processor time for one answer, on average. Raises SystemExit when one is not as it should be."""
    asks = [work.ask(n) for n in numbers]
    began = time.process_time()
    for ask in asks:
        status, _headers = answer(ask)
        if status != work.wanted:
            raise SystemExit(f"{work.name}: {status} for {ask.path}")
    return (time.process_time() - began) / len(asks)


def measure(works: Sequence[Work], *, times: int) -> list[dict[str, Any]]:
    """Every work in turns; of its turns the quickest, which was disturbed least."""
    found: dict[str, list[float]] = {work.name: [] for work in works}
    statements = {}
    for work in works:
        spent(work, range(WARM))
        statements[work.name] = int(answer(work.ask(WARM))[1].get("X-Queries", 0))
    share = max(1, times // TURNS)
    for turn in range(TURNS):
        for work in works:
            found[work.name].append(spent(work, range(WARM + 1 + turn * share, WARM + 1 + (turn + 1) * share)))
    floor = min(found[works[0].name])
    return [
        {"work": work.name, "cpu_ms": round(1000 * min(found[work.name]), 2), "share": round(floor / min(found[work.name]), 2) if work.floor else None,
         "goal": work.goal or None, "statements": statements[work.name]}
        for work in works
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Measure the named works, all without a name."""
    parser = argparse.ArgumentParser(prog="./run bench cpu", description="The processor time of one answer, ours and its floor in turns.")
    parser.add_argument("works", nargs="*", choices=[*WORKS, []])
    parser.add_argument("--times", type=int, default=200, help="answers of each work (default 200)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    floors.build()
    scene = Scene()
    found = {name: measure(WORKS[name](scene), times=options.times) for name in options.works or WORKS}
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    for name, rows in found.items():
        table = Table(title=name)
        for head in ("work", "CPU ms", "of floor", "goal", "SQL"):
            table.add_column(head, justify="left" if head == "work" else "right")
        for row in rows:
            table.add_row(*("" if cell is None else str(cell) for cell in (row["work"], row["cpu_ms"], row["share"], row["goal"], row["statements"])))
        Console(width=120).print(table)
    return 0
