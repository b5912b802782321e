"""One report that is answered and published with its picture: what its reporter, everybody and its desk see of it."""

import re
from collections.abc import Iterator

import pymupdf
from playwright.sync_api import Page

from tests.tools.citizen_pages import fill
from tests.tools.desk_pages import quietly, send

CITY = "Kota Tirta Kencana"
ANSWER = {
    "text": "Lampu di depan pasar kami ganti pada hari Senin. Warga dapat melapor lagi bila padam.",
    "evidence": "Berita acara penggantian lampu.",
}
ANSWERED: list[str] = []  # the numbers of the reports that were answered


def _desk_of(page: Page, site: str) -> Page:
    """The same screen and language, for the admin of the city."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(viewport=page.viewport_size)
    context.add_cookies([{"name": row["name"], "value": row["value"], "url": site} for row in page.context.cookies() if row["name"] == "bahasa"])
    desk = context.new_page()
    quietly(desk, site, "admin.instansi")
    return desk


def _handle(desk: Page, case: str) -> None:
    desk.goto(f"{case}langkah/handle/")
    desk.locator("#id_topic").select_option(index=1)
    desk.locator("#id_track").select_option("non_oversight")
    send(desk)
    desk.goto(f"{case}langkah/answer/")
    for name, words in ANSWER.items():
        desk.fill(f"#id_{name}", words)
    desk.evaluate("document.getElementById('id_done_on').valueAsDate = new Date()")
    desk.locator("#id_outcome").select_option("solved")
    send(desk)


def _release(desk: Page, case: str) -> None:
    """Let everybody see the picture; a worker cleans it in a moment."""
    for _try in range(20):
        desk.goto(f"{case}publikasi/")
        if desk.locator("ul.files input[type=checkbox]").count():
            break
        desk.wait_for_timeout(2_000)
    for box in desk.locator("ul.files input[type=checkbox]").all():
        box.check()
    desk.check("#id_confirmed")
    desk.locator("main form .actions button").last.click()


def _letter(page: Page, site: str) -> Iterator[str]:
    """The page while a worker draws the letter, then what is said of the code that is printed on it."""
    address = page.locator("a[href*='/surat/']").first.get_attribute("href")
    paper = page.request.get(f"{site}{address}")
    if paper.headers["content-type"] != "application/pdf":
        page.route("**/surat/**", lambda route: route.fulfill(response=paper))  # the letter may be there a moment later
        page.goto(f"{site}{address}")
        yield "letter-none"
        page.unroute("**/surat/**")
        page.locator("main form button").click()
        yield "letter-drawn"
    for _try in range(20):
        paper = page.request.get(f"{site}{address}")
        if paper.headers["content-type"] == "application/pdf":
            break
        page.wait_for_timeout(2_000)
    with pymupdf.open(stream=paper.body()) as document:  # type: ignore[no-untyped-call]
        words = "".join(leaf.get_text() for leaf in document)
    if found := re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", words):
        page.goto(f"{site}/verifikasi/{found[0]}/")
        yield "verify-genuine"


def answered(page: Page, site: str) -> Iterator[str]:
    """The reporter's side, without scripts."""
    page.goto(f"{site}/lapor/")
    fill(page, institution=CITY, place="Menteng, Jakarta Pusat")
    page.locator("button[value=periksa]").click()
    for field in page.locator(".offers").all():
        field.locator("input").first.check()
    if page.locator(".offers").count():
        page.locator("button[value=periksa]").click()
    page.locator("button[value=kirim]").click()
    send(page)
    own = page.url
    ANSWERED.append(own.rstrip("/").rpartition("/")[2])
    case, desk = f"{site}/meja/{ANSWERED[-1]}/", _desk_of(page, site)
    _handle(desk, case)
    page.goto(own)
    yield "own-answered"
    yield from _letter(page, site)
    _release(desk, case)
    page.goto(f"{own}langkah/reply/")
    yield "own-reply"
    send(page)
    yield "own-step-errors"
    page.goto(f"{site}/laporan/{ANSWERED[-1]}/")
    yield "report-picture"
    desk.context.close()


def published(page: Page, site: str) -> Iterator[str]:
    """The desk's side."""
    quietly(page, site, "admin.instansi")
    case = f"{site}/meja/{ANSWERED.pop()}/"  # taken down at the end: each screen takes down one of its own
    page.goto(case)
    yield "case-answered"
    page.goto(f"{case}publikasi/")
    yield "case-publikasi-picture"
    page.goto(f"{case}publikasi/turunkan/")
    page.locator("#id_reason").select_option(index=1)
    page.fill("#id_text", "Alamat pelapor terbaca.")
    send(page)
    page.goto(f"{case}publikasi/")
    yield "taken-down"
    page.context.clear_cookies(name="sessionid")
    quietly(page, site, "admin.nasional")
    page.goto(f"{case}publikasi/tayangkan/")
    yield "republish"
