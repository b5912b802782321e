"""Weigh pages as a phone on a slow line meets them: `python -m tests.tools.weigh http://127.0.0.1:8000 [path ...]`.

For each page, with JavaScript and without: bytes that travel, requests, hosts, the first thing painted (ms) and how far it can be
pushed sideways, on a first visit at 400 kbit/s and 400 ms. Ends with an error when a page is over its budget. Chromium is found by
the variable CHROMIUM or on the path. Of three visits the quickest counts for the time: a busy machine only ever adds to it. Beside it
stands what a bare page takes in the same minute, of the same bytes and with one stylesheet of the same bytes: nothing can be painted
sooner that needs a style.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM

LINE = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 200_000 / 8}
PAGES = ("/lapor/", "/", "/laporan/", "/lacak/", "/privasi/", "/tenggat/", "/tenggat/?policy=resolution_oversight&start=2026-11-02")
BYTES = {True: 50_000, False: 25_000}  # with and without JavaScript
PAINTED = 1800
HEAD = 200  # bytes of a bare answer before its body
VISITS = 3
WIDTHS = (320, 360)
PUSHED = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(slots=True)
class Weight:
    """What one first visit cost."""

    path: str
    has_scripts: bool
    size: int = 0
    requests: int = 0
    hosts: frozenset[str] = frozenset()
    painted: float = 0.0
    pushed: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # what sort of thing: its bytes

    def bare_path(self) -> str:
        """The bare page of the same bytes."""
        return f"/{self.parts.get('Document', 0)}/{self.parts.get('Stylesheet', 0)}/"

    def faults(self) -> Iterator[str]:
        """What is over the budget, in words."""
        mode = "with" if self.has_scripts else "without"
        if self.size > BYTES[self.has_scripts]:
            yield f"{self.path}: {self.size} bytes {mode} JavaScript, {BYTES[self.has_scripts]} allowed"
        if len(self.hosts) > 1:
            yield f"{self.path}: asks {', '.join(sorted(self.hosts))}"
        if self.painted > PAINTED:
            yield f"{self.path}: painted after {self.painted:.0f} ms, {PAINTED} allowed"
        if self.pushed:
            yield f"{self.path}: {self.pushed} px too wide"


def weigh(browser: Browser, site: str, path: str, *, has_scripts: bool, width: int = 360) -> Weight:
    """The first visit that was painted soonest."""
    return min((_visit(browser, site, path, has_scripts=has_scripts, width=width) for _number in range(VISITS)), key=lambda found: found.painted)


def _visit(browser: Browser, site: str, path: str, *, has_scripts: bool, width: int) -> Weight:
    """One visit with an empty cache."""
    context = browser.new_context(java_script_enabled=has_scripts, viewport={"width": width, "height": 640}, locale="id-ID")
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    found, hosts, sorts = Weight(path, has_scripts), set[str](), dict[str, str]()

    def asked(event: dict[str, dict[str, str]]) -> None:
        parts = urlsplit(event["request"]["url"])
        if parts.scheme != "data":
            found.requests += 1
            hosts.add(parts.netloc)

    def began(event: dict[str, str]) -> None:
        sorts[event["requestId"]] = event["type"]

    def came(event: dict[str, Any]) -> None:
        found.size += event["encodedDataLength"]
        sort = sorts.get(event["requestId"], "")
        found.parts[sort] = found.parts.get(sort, 0) + event["encodedDataLength"]

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.responseReceived", began)
    line.on("Network.loadingFinished", came)
    page.goto(f"{site}{path}", wait_until="networkidle")
    found.hosts = frozenset(hosts)
    found.painted, found.pushed = page.evaluate(PAINT), page.evaluate(PUSHED)
    context.close()
    return found


class _Bare(BaseHTTPRequestHandler):
    """`/DOCUMENT/STYLE/`: a word and a stylesheet, in so many bytes that nothing can squeeze."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        document, style = (int(part) for part in self.path.split("/")[1:3])
        is_style = self.path.endswith(".css")
        text = (
            "body { color: #222 }"
            if is_style
            else f"<!doctype html><link rel='icon' href='data:,'><link rel='stylesheet' href='/{document}/{style}/a.css'><p>Lapor</p>"
        )
        filling = Random(1).randbytes(max((style if is_style else document) - len(text) - HEAD, 0) // 2 + 1).hex()
        body = f"{text}/*{filling}*/" if is_style else f"{text}<!--{filling}-->"
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if is_style else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_given: object) -> None:
        return


@contextmanager
def bare() -> Iterator[str]:
    """A server of bare pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bare)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def main(site: str, paths: tuple[str, ...]) -> int:
    faults: list[str] = []
    with sync_playwright() as playwright, bare() as floor:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for path in paths:
            for has_scripts in (True, False):
                for width in WIDTHS:
                    found = weigh(browser, site, path, has_scripts=has_scripts, width=width)
                    faults += found.faults()
                    told = f"{path:12} {width} px {'scripts' if has_scripts else 'none':8}{found.size:7} bytes {found.requests:3} requests "
                    least = weigh(browser, floor, found.bare_path(), has_scripts=has_scripts, width=width).painted
                    sys.stdout.write(f"{told} painted {found.painted:5.0f} ms, bare {least:5.0f}, {found.painted / least:.2f} times\n")
        browser.close()
    sys.stdout.write("".join(f"OVER: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), tuple(sys.argv[2:]) or PAGES))
