"""The pages that nobody has to log in for, one after the other, each with the name of its picture."""

import io
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Page

FILED: list[str] = []  # the numbers of the reports that the citizen filed
NOBODY = "LPR-0000-0000-0"
STATIC = (
    ("lacak/", "track"),
    ("privasi/", "privacy"),
    ("verifikasi/", "verify"),
    ("verifikasi/0000-0000/", "verify-unknown"),
    ("statistik/", "statistics"),
    ("statistik/kota-tirta-kencana/", "statistics-body"),
    ("statistik/definisi/", "statistics-definitions"),
    ("statistik/data/", "open-data"),
    ("tenggat/", "calculator"),
    ("tenggat/?policy=resolution_non_oversight&start=2026-12-14&institution=kota-tirta-kencana", "calculator-answer"),
    ("tenggat/?policy=&start=kemarin&institution=tirta", "calculator-errors"),
    ("i/kota-tirta-kencana/", "door"),
    (f"laporan/{NOBODY}/", "not-found"),
    ("masuk/sandi/", "login-reset"),
    ("desain/", "design"),
    ("desain/?tema=dark", "design-dark"),
)


def _photo() -> bytes:
    """A picture as a telephone makes one."""
    Image.linear_gradient("L").resize((1200, 900)).convert("RGB").save(made := io.BytesIO(), "JPEG")
    return made.getvalue()


def fill(page: Page, *, institution: str = "kabupaten", place: str = "Menteng") -> None:
    page.fill("#id_title", "Lampu jalan mati di depan pasar")
    page.fill("#id_body", "Sejak dua minggu lampu jalan mati dan warga jatuh. Hubungi 0812-3456-7890 untuk foto.")
    page.fill("#id_incident_region", place)
    page.fill("#id_target_institution", institution)
    page.fill("#id_contact_email", "warga@contoh.invalid")
    page.set_input_files("#id_files", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": _photo()})
    page.check("#id_consent")


def citizen(page: Page, site: str) -> Iterator[str]:
    """The pages of somebody who files a report and follows it."""
    page.goto(f"{site}/")
    yield "home"
    page.goto(f"{site}/lapor/")
    yield "form"
    page.locator("button[value=periksa]").click()
    yield "form-errors"
    fill(page)
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
    yield from _own(page, f"{site}/lacak/{FILED[-1]}/")
    page.goto(f"{site}/lacak/{FILED[-1]}/")
    page.locator("details.dialog summary").click()
    page.locator("details.dialog .sheet button:visible").first.click()
    yield "own-renewed"
    page.goto(f"{site}/lacak/")
    page.fill("#id_number", NOBODY)
    page.fill("#id_code", "SALAH")
    page.locator("main form button:visible").first.click()
    yield "track-errors"
    page.goto(f"{site}/lapor/")
    fill(page)
    page.context.clear_cookies(name="csrftoken")
    page.locator("button[value=periksa]").click()
    yield "form-stale"


def _own(page: Page, own: str) -> Iterator[str]:
    page.goto(f"{own}kontak/")
    yield "own-contact"
    page.locator("main form button:visible").first.click()
    yield "own-contact-code"
    page.locator("main form button:visible").first.click()
    yield "own-contact-errors"
    page.goto(f"{own}tenggat/")
    yield "own-deadlines"
    page.goto(own)
    page.locator("main a[href$='/langkah/refer/']").click()
    yield "own-step"
    page.goto(f"{own}nilai/")
    yield "own-rate"


def everybody(page: Page, site: str) -> Iterator[str]:
    """The public lists, reports and helps."""
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
    page.goto(f"{site}/laporan/?issue=free-meals")
    yield "list-issue"
    for path, name in STATIC:
        page.goto(f"{site}/{path}")
        yield name


def typing(page: Page, site: str) -> Iterator[str]:
    """What is offered while a name is typed; with scripts."""
    page.goto(f"{site}/lapor/")
    page.locator("#id_incident_region").press_sequentially("menten")
    page.locator(".typing:visible li").first.wait_for()
    yield "form-typing"
