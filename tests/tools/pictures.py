"""Pictures of every page of a running demo: `python -m tests.tools.pictures http://127.0.0.1:8000 [folder] [word in a name]`.

Each page in both languages, at 360 and 1440 px; the folder is docs/pictures by default; another one gets each board of a month, a quarter and a
year. Says which pages can be pushed sideways.
`python -m tests.tools.pictures REPORT.pdf folder` makes one of every page of a PDF.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pymupdf
from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from tests.browser import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = {"phone": 360, "desk": 1440}
TRIAL = {"password": "lapor-demo", "code": "000000"}
TALL = 2600  # a longer page says nothing new
KEPT = ROOT / "docs" / "pictures"
ELSEWHERE = "--"  # in the name of what is for looking at and not kept
FILED: list[str] = []  # the numbers of the reports that the citizen filed


def _photo() -> bytes:
    """A picture as a telephone makes one."""
    Image.linear_gradient("L").resize((1200, 900)).convert("RGB").save(made := io.BytesIO(), "JPEG")
    return made.getvalue()


def citizen(page: Page, site: str) -> Iterator[str]:
    """The pages of somebody who files a report and follows it."""
    page.goto(f"{site}/")
    yield "home"
    page.goto(f"{site}/lapor/")
    yield "form"
    page.locator("button[value=periksa]").click()
    yield "form-errors"
    page.fill("#id_title", "Lampu jalan mati di depan pasar")
    page.fill("#id_body", "Sejak dua minggu lampu jalan mati dan warga jatuh. Hubungi 0812-3456-7890 untuk foto.")
    page.fill("#id_incident_region", "Menteng")
    page.fill("#id_target_institution", "kabupaten")
    page.fill("#id_contact_email", "warga@contoh.invalid")
    page.set_input_files("#id_files", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": _photo()})
    page.check("#id_consent")
    page.locator("button[value=periksa]").click()
    if page.locator(".offers").count():
        yield "form-offers"
        for field in page.locator(".offers").all():
            field.locator("input").first.check()
        page.locator("button[value=periksa]").click()
    yield "check"
    page.locator("button[value=kirim]").click()
    yield "receipt"
    page.locator("main form button:visible").first.click()
    yield "own"
    FILED.append(page.url.rstrip("/").rpartition("/")[2])
    page.goto(f"{site}/lacak/{FILED[-1]}/kontak/")
    yield "own-contact"
    page.locator("main form button:visible").first.click()
    yield "own-contact-code"
    page.locator("main form button:visible").first.click()
    yield "own-contact-errors"
    page.goto(f"{site}/lacak/{FILED[-1]}/tenggat/")
    yield "own-deadlines"
    page.goto(f"{site}/lacak/{FILED[-1]}/")
    page.locator("main a[href*='/langkah/']").first.click()
    yield "own-step"
    page.locator("main form button:visible").first.click()
    yield "own-step-errors"


def everybody(page: Page, site: str) -> Iterator[str]:
    """The pages that nobody has to log in for."""
    page.goto(f"{site}/laporan/")
    yield "list"
    page.locator(".list h3 a").first.click()
    yield "report"
    page.goto(f"{page.url}tenggat/")
    yield "report-deadlines"
    page.goto(f"{site}/laporan/?q=takadayangbegini")
    yield "list-empty"
    page.goto(f"{site}/laporan/?institution=kabupaten")
    yield "list-offers"
    for path, name in (
        ("lacak/", "track"),
        ("privasi/", "privacy"),
        ("verifikasi/", "verify"),
        ("statistik/", "statistics"),
        ("statistik/kota-tirta-kencana/", "statistics-body"),
        ("statistik/definisi/", "statistics-definitions"),
        ("statistik/data/", "open-data"),
        ("tenggat/", "calculator"),
        ("tenggat/?policy=resolution_non_oversight&start=2026-12-14&institution=kota-tirta-kencana", "calculator-answer"),
        ("laporan/LPR-0000-0000-0/", "not-found"),
        ("desain/", "design"),
    ):
        page.goto(f"{site}/{path}")
        yield name
    page.goto(f"{site}/desain/?tema=dark")
    yield "design-dark"


def _enter(page: Page, site: str, name: str) -> Iterator[str]:
    """Log in with both factors."""
    page.goto(f"{site}/masuk/")
    yield "login"
    page.fill("#id_login", name)
    page.fill("#id_password", TRIAL["password"])
    page.locator("main form button:visible").first.click()
    yield "login-factor"
    page.fill("#id_code", TRIAL["code"])
    page.locator("main form button:visible").first.click()


def officer(page: Page, site: str) -> Iterator[str]:
    """The desk, by the nation's officer."""
    yield from _enter(page, site, "admin.nasional")
    page.goto(f"{site}/meja/")
    yield "queue"
    page.locator("td.title a").first.click()
    case = page.url.partition("?")[0]
    yield "case"
    page.goto(f"{site}/meja/?tab=verifikasi")
    if page.locator("td.title a").count():
        page.locator("td.title a").first.click()
        case = page.url.partition("?")[0]
        yield "case-new"
        page.locator("aside a[href*='/langkah/']").first.click()
        yield "step"
        page.locator("main .actions button").first.click()
        yield "step-errors"
    for name in ("sunting", "catatan", "mendesak", "langkah/invite", "tenggat", "perpanjang"):
        page.goto(f"{case}{name}/")
        yield f"case-{name.rpartition('/')[2]}"
    page.goto(f"{site}/meja/{FILED[-1]}/")
    yield "case-files"
    page.goto(f"{site}/laporan/")
    page.locator("main a[href*='/laporan/LPR']").first.click()
    page.goto(f"{site}/meja/{page.url.rstrip('/').rpartition('/')[2]}/publikasi/")
    yield "case-publikasi"
    page.goto(f"{site}/meja/")
    for pick in page.locator("td.pick input").all()[:3]:
        pick.check()
    page.locator(".bulk button").click()
    yield "bulk"
    for path, name in (
        ("meja/baru/", "intake"),
        ("akun/sesi/", "sessions"),
        ("akun/faktor/", "factors"),
        ("meja/?q=takada", "queue-empty"),
        ("meja/?tab=naik", "queue-escalated"),
        ("meja/tangga/", "ladder"),
        ("meja/ukuran/", "board"),
        ("meja/ukuran/definisi/", "board-definitions"),
        ("meja/evaluasi/", "evaluations"),
        ("meja/evaluasi/buat/", "evaluation-make"),
        ("meja/ombudsman/", "proposals"),
        ("meja/serah-terima/", "hand-over"),
        ("meja/kekosongan/", "vacancies"),
        ("meja/delegasi/", "delegation"),
        ("meja/pengaturan/", "preferences"),
        ("meja/jawaban-siap/", "canned"),
        ("meja/jawaban-siap/tulis/", "canned-write"),
        ("meja/kop-surat/", "letterheads"),
        ("meja/kop-surat/kota-tirta-kencana/", "letterhead"),
        ("admin/institutions/sitebanner/add/", "admin-banner"),
    ):
        page.goto(f"{site}/{path}")
        yield name


def body(page: Page, site: str) -> Iterator[str]:
    """The desk of an institution, by its admin."""
    for _page in _enter(page, site, "admin.instansi"):
        pass
    page.goto(f"{site}/meja/hak-jawab/")
    yield "replies"
    page.goto(f"{site}/meja/?state=in_progress")
    page.locator("td.title a").first.click()
    case = page.url.partition("?")[0]
    yield "case-own"
    page.goto(f"{case}langkah/hold/")
    yield "hold"


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
        for _page in _enter(page, site, who):
            pass
        for name, query, own in found:
            for kind in KINDS:
                page.goto(f"{site}/meja/ukuran/{query}&jenis={kind}")
                yield name if kind == own else f"{name}{ELSEWHERE}{kind}"
        for name, query in CASES if who == "admin.nasional" else ():
            page.goto(f"{site}/meja/ukuran/{query}")
            yield name


def evaluator(page: Page, site: str) -> Iterator[str]:
    """A national evaluation report, if the house has made one, and those that are late."""
    for _page in _enter(page, site, "admin.nasional"):
        pass
    page.goto(f"{site}/meja/evaluasi/?tab=terlambat")
    yield "evaluations-late"
    page.goto(f"{site}/meja/evaluasi/")
    if page.locator("td.title a").count():
        page.locator("td.title a").first.click()
        yield "evaluation"
    if page.locator("#rencana").count():
        page.locator("#rencana form button").last.click()
        yield "evaluation-plan-errors"


def watcher(page: Page, site: str) -> Iterator[str]:
    """The Ombudsman's console."""
    for _page in _enter(page, site, "ombudsman"):
        pass
    page.goto(f"{site}/ombudsman/")
    yield "ombudsman"
    if page.locator("main a[href*='/ombudsman/']").count():
        page.locator("main a[href*='/ombudsman/']").first.click()
        yield "ombudsman-referral"


def main(site: str, folder: Path, only: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language in ("id", "en"):
            for size, width in WIDTHS.items():
                for walk in (citizen, everybody, officer, body, boards, evaluator, watcher):
                    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=walk not in (citizen, everybody))
                    context.add_cookies([{"name": "bahasa", "value": language, "url": site}])
                    page = context.new_page()
                    page.set_default_timeout(8_000)
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
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    if shot.width > page.viewport_size["width"]:  # type: ignore[index]
        sys.stdout.write(f"sideways: {path.name}: {shot.width}\n")
    shot.crop((0, 0, shot.width, min(shot.height, TALL))).save(path, quality=30, method=6)


if __name__ == "__main__" and sys.argv[1].endswith(".pdf"):
    sheets(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[1]).stem)
elif __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]) if len(sys.argv) > 2 else KEPT, *sys.argv[3:4])
