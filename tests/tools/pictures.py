"""Pictures of every page of a running demo: `python -m tests.tools.pictures http://127.0.0.1:8000 [folder] [word in a name]`.

Each page in both languages, at 360 and 1440 px; the folder is docs/pictures by default; another one gets each board of a month, a quarter and a
year. Says which pages can be pushed sideways.
`python -m tests.tools.pictures REPORT.pdf folder` makes one of every page of a PDF.
"""

import io
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pymupdf
from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM
from tests.tools.answered_pages import answered, published
from tests.tools.citizen_pages import citizen, everybody, typing
from tests.tools.desk_pages import account, body, officer, quietly, watcher
from tests.tools.evaluation_pages import evaluator, tiers
from tests.tools.rare_pages import asked, foreseen, fresh, locked, shared, spoken

ROOT = Path(__file__).resolve().parents[2]
LOCALES = {"id": "id-ID", "en": "en-GB"}
WIDTHS = {"phone": 360, "desk": 1440}
# From the top, and with what scrolls by itself in full.
WHOLE = "scrollTo(0, 0); document.querySelectorAll('.desk > aside').forEach(part => { part.style.maxHeight = 'none' })"
TALL = 1800  # a longer page says nothing new
KEPT = ROOT / "docs" / "pictures"
ELSEWHERE = "--"  # in the name of what is for looking at and not kept

# Whose boards: each with its address and the kind of period that it is kept of; into a folder of one's own it is taken of the other kinds, too.
BOARDS = {
    "admin.nasional": (
        ("board-year", "?scope=nation", "year"), ("board-kind", "?scope=kind:city", "month"), ("board-hub", "?scope=hub:provinsi-nusa-raya", "quarter"),
        ("board-institution", "?scope=kota-pelabuhan-timur", "quarter"), ("board-unit", "?scope=dinas-pu-tirta-kencana", "quarter"),
        ("board-tiny", "?scope=ombudsman-nusantara", "year"), ("board-empty", "?scope=penerimaan-ombudsman", "year"),
        ("board-topic", "?scope=nation&cut=topic:public_works.potholes", "year"), ("board-region", "?scope=nation&cut=region:31.71", "quarter"),
        ("board-issue", "isu/road-damage/?scope=nation", "year"),
    ),
    "hub": (("board-coordinator", "?scope=hub:provinsi-nusa-raya", "quarter"), ("board-member", "?scope=kota-tirta-kencana", "quarter")),
    "admin.instansi": (("board-own", "?scope=kota-tirta-kencana", "quarter"),),
    "penghubung": (("board-liaison", "?scope=dinas-pu-tirta-kencana", "quarter"),),
    "admin.rsud.tirta-kencana": (("board-unit-admin", "?scope=rsud-tirta-kencana", "year"),),
    "ombudsman": (("board-ombudsman", "?scope=nation", "month"),),
}  # fmt: skip
KINDS = ("month", "quarter", "year")
CASES = (
    ("board-cases", "kasus/?scope=nation&measure=received"), ("board-cases-empty", "kasus/?scope=nation&measure=received&period=2020-01"),
)  # fmt: skip


def boards(page: Page, site: str) -> Iterator[str]:
    """The dashboards of every tier, each as those see it for whom it is."""
    for who, found in BOARDS.items():
        page.context.clear_cookies(name="sessionid")
        quietly(page, site, who)
        for name, query, own in found:
            for kind in KINDS:
                page.goto(f"{site}/meja/ukuran/{query}&jenis={kind}")
                yield name if kind == own else f"{name}{ELSEWHERE}{kind}"
        for name, query in CASES if who == "admin.nasional" else ():
            page.goto(f"{site}/meja/ukuran/{query}")
            yield name


BARE = (citizen, everybody, answered)  # without scripts
WALKS = (  # each in every language and width before the next; the last one shuts the door for a while
    citizen, everybody, typing, answered, published, officer, body, account, watcher, asked, spoken, foreseen, shared, fresh, boards,
    evaluator, tiers, locked,
)  # fmt: skip


def main(site: str, folder: Path, only: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for walk, language, (size, width) in product(WALKS, LOCALES, WIDTHS.items()):
            context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=walk not in BARE, locale=LOCALES[language])
            context.add_cookies([{"name": "bahasa", "value": language, "url": site}])
            page = context.new_page()
            page.set_default_timeout(30_000)
            try:
                for name in walk(page, site):
                    if only in name and not (folder == KEPT and ELSEWHERE in name):
                        _keep(page, folder / f"{name}-{size}-{language}.webp")
            except Error as error:  # one walk that cannot go on keeps no other from going
                sys.stdout.write(f"{walk.__name__} {size} {language}: {str(error).splitlines()[0]} at {page.url}\n")
            context.close()
        browser.close()


def sheets(paper: Path, folder: Path, name: str) -> None:
    """Every page of a PDF, as small pictures."""
    with pymupdf.open(paper) as document:  # type: ignore[no-untyped-call]
        for number, leaf in enumerate(document, 1):
            drawn = Image.open(io.BytesIO(leaf.get_pixmap(dpi=80).tobytes("png")))
            drawn.save(folder / f"{name}-{number:02d}.webp", quality=40, method=6)


def _keep(page: Page, path: Path) -> None:
    page.evaluate(WHOLE)
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    if shot.width > page.viewport_size["width"]:  # type: ignore[index]
        sys.stdout.write(f"sideways: {path.name}: {shot.width}\n")
    shot.crop((0, 0, shot.width, min(shot.height, TALL))).save(path, quality=20, method=6)


if __name__ == "__main__" and sys.argv[1].endswith(".pdf"):
    sheets(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[1]).stem)
elif __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]) if len(sys.argv) > 2 else KEPT, *sys.argv[3:4])
