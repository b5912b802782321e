"""The pages that one sees seldom, for something has to happen first: each with the name of its picture."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.tools.desk_pages import TRIAL, quietly, send

CORRECTIVE = ("accept", "examine", "correct")  # the Ombudsman's steps up to a question to the institution
ADMINS = ("admin.instansi", "admin.sarana", "admin.pelabuhan-timur", "admin.nusa-raya", "admin.bukit-rimbun")
SAID = "Mohon penjelasan tertulis beserta bukti perbaikan."
DAY_OFF = {"name": "Hari jadi kota", "decree": "Perwali 12/2026", "why": "Ditetapkan terlambat."}


def _anew(page: Page, site: str, name: str) -> None:
    page.context.clear_cookies(name="sessionid")
    quietly(page, site, name)


def _words(page: Page, text: str = SAID) -> None:
    for field in page.locator("main form textarea:visible, main form input[type=text]:visible").all():
        field.fill(text)


def _weekday() -> str:
    """A Tuesday, some weeks ahead."""
    today = datetime.now(UTC).date()
    return (today + timedelta(days=15 - today.weekday())).isoformat()


def asked(page: Page, site: str) -> Iterator[str]:
    """The Ombudsman asks for corrective action; who has to answer finds it among the tasks."""
    quietly(page, site, "ombudsman")
    for step in CORRECTIVE:
        page.goto(f"{site}/ombudsman/?tab=rujukan")
        for row in [row.get_attribute("href") or "" for row in page.locator("td.title a").all()]:
            page.goto(f"{site}{row}")
            if page.locator(f"#tindakan a[href$='/{step}/']").count():
                page.locator(f"#tindakan a[href$='/{step}/']").first.click()
                _words(page)
                send(page)
                break
    yield "ombudsman-asked"
    for name in ADMINS:
        _anew(page, site, name)
        yield from _decided(page, site, "record_action", "task-step")
    _anew(page, site, "admin.nasional")
    page.goto(f"{site}/meja/ombudsman/")
    yield "tasks-asked"
    yield from _decided(page, site, "dismiss", "proposal-dismiss")


def _decided(page: Page, site: str, step: str, name: str) -> Iterator[str]:
    """The form of the first such step that is asked of this officer, if any is, and the form sent back."""
    page.goto(f"{site}/meja/ombudsman/")
    if page.locator(f"a[href$='/{step}/']").count():
        yield f"{name}-asked"
        page.locator(f"a[href$='/{step}/']").first.click()
        yield name
        send(page)
        yield f"{name}-errors"


def spoken(page: Page, site: str) -> Iterator[str]:
    """An institution speaks on a published report about it; the nation sees to what was said."""
    page.goto(f"{site}/laporan/?institution=kota-tirta-kencana&state=closed")
    number = (page.locator(".list h3 a").first.get_attribute("href") or "").rstrip("/").rpartition("/")[2]
    _anew(page, site, "admin.instansi")
    page.goto(f"{site}/meja/{number}/hak-jawab/")
    yield "reply-write"
    _words(page, "Kami sudah memeriksa laporan ini di tempat dan memperbaiki antreannya sejak hari Senin.")
    send(page)
    yield "reply-written"
    _anew(page, site, "admin.nasional")
    page.goto(f"{site}/meja/{number}/hak-jawab/")
    yield "reply-moderate"
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{site}/laporan/{number}/")
    yield "report-statement"


def foreseen(page: Page, site: str) -> Iterator[str]:
    """What a change of rules would do, before it counts; and the rooms of the admin."""
    quietly(page, site, "admin.instansi")
    page.goto(f"{site}/meja/aturan/")
    page.locator("#day > summary").click()
    for name, value in ({"date": _weekday()} | DAY_OFF).items():
        page.fill(f"#id_day_{name}", value)
    page.locator("#day button").click()
    yield "own-rules-preview"
    _anew(page, site, "admin.nasional")
    for name, path in (("admin", ""), ("admin-rules", "institutions/slapolicy/"), ("admin-bodies", "institutions/institution/")):
        page.goto(f"{site}/admin/{path}")
        yield name
    page.goto(f"{site}/admin/institutions/calendarday/add/")
    page.select_option("#id_kind", index=1)
    for name, value in ({"date": _weekday()} | DAY_OFF).items():
        page.fill(f"#id_{name}", value)
    yield "admin-day"
    page.locator("input[name=_save]").click()
    yield "admin-day-preview"


def shared(page: Page, site: str) -> Iterator[str]:
    """A report that a rule proposes an issue for, and one that waits for an answer to its parts."""
    quietly(page, site, "admin.nasional")
    page.goto(f"{site}/meja/?issue_state=proposed")
    page.locator("td.title a").first.click()
    yield "case-issues"
    page.goto(f"{site}/meja/?tab=jawab")
    page.locator("tr", has=page.locator(".tag", has_text=re.compile("Terbagi|In parts"))).locator("td.title a").first.click()
    yield "case-parts"


def fresh(page: Page, site: str) -> Iterator[str]:
    """A forgotten password, setting up an app, proving oneself again, new codes, a new token."""
    _wrong(page, site)
    yield "login-errors"
    page.goto(f"{site}/masuk/sandi/")
    page.fill("#id_email", "penghubung@petugas.contoh.invalid")
    send(page)
    yield "login-reset-sent"
    quietly(page, site, "auditor")
    page.goto(f"{site}/masuk/lagi/?next=/akun/faktor/")
    yield "login-again"
    page.goto(f"{site}/akun/faktor/aplikasi/lepas/")
    yield "app-remove"
    send(page)
    page.goto(f"{site}/akun/faktor/aplikasi/")
    yield "app"
    send(page)
    yield "app-errors"
    page.fill("#id_code", TRIAL["code"])
    send(page)
    yield "app-done"
    page.goto(f"{site}/akun/faktor/cadangan/")
    yield "recovery"
    page.goto(f"{site}/akun/token/")
    page.locator("form[action$='/token/baru/'] button").click()
    yield "token"
    page.goto(f"{site}/akun/token/")
    yield "tokens-made"
    _anew(page, site, "admin.instansi")
    page.goto(f"{site}/meja/jawaban-siap/tulis/")
    _words(page, "Terima kasih atas laporan Anda.")
    page.context.clear_cookies(name="sessionid")
    send(page)
    yield "session-ended"


def locked(page: Page, site: str) -> Iterator[str]:
    """Wrong passwords until the door stays shut."""
    for _try in range(12):
        _wrong(page, site)
    yield "login-locked"


def _wrong(page: Page, site: str) -> None:
    page.goto(f"{site}/masuk/")
    page.fill("#id_login", "tidak.ada")
    page.fill("#id_password", "salah")
    send(page)
