"""Weigh pages as a phone on a slow line meets them: `python -m tests.tools.weigh http://127.0.0.1:8000 [path ...]`.

For each page, with JavaScript and without: bytes that travel, requests, hosts, the first thing painted (ms) and how far it can be
pushed sideways, on a first visit at 400 kbit/s and 400 ms. Ends with an error when a page is over its budget. Chromium is found by
the variable CHROMIUM or on the path. Of three visits the quickest counts for the time: a busy machine only ever adds to it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM

LINE = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 200_000 / 8}
PAGES = ("/lapor/", "/", "/laporan/", "/lacak/", "/privasi/", "/tenggat/", "/tenggat/?policy=resolution_oversight&start=2026-11-02")
BYTES = {True: 50_000, False: 25_000}  # with and without JavaScript
PAINTED = 1800
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
    found, hosts = Weight(path, has_scripts), set[str]()

    def asked(event: dict[str, dict[str, str]]) -> None:
        parts = urlsplit(event["request"]["url"])
        if parts.scheme != "data":
            found.requests += 1
            hosts.add(parts.netloc)

    def came(event: dict[str, int]) -> None:
        found.size += event["encodedDataLength"]

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
    page.goto(f"{site}{path}", wait_until="networkidle")
    found.hosts = frozenset(hosts)
    found.painted, found.pushed = page.evaluate(PAINT), page.evaluate(PUSHED)
    context.close()
    return found


def main(site: str, paths: tuple[str, ...]) -> int:
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for path in paths:
            for has_scripts in (True, False):
                for width in WIDTHS:
                    found = weigh(browser, site, path, has_scripts=has_scripts, width=width)
                    faults += found.faults()
                    told = f"{path:12} {width} px {'scripts' if has_scripts else 'none':8}{found.size:7} bytes {found.requests:3} requests "
                    sys.stdout.write(f"{told} painted {found.painted:5.0f} ms\n")
        browser.close()
    sys.stdout.write("".join(f"OVER: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), tuple(sys.argv[2:]) or PAGES))
