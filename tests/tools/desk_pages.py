"""The pages that an officer or the Ombudsman logs in for, one after the other, each with the name of its picture."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.tools.citizen_pages import FILED

TRIAL = {"password": "lapor-demo", "code": "000000"}
NATION = (
    ("meja/baru/", "intake"),
    ("meja/?q=takada", "queue-empty"),
    ("meja/?tab=naik", "queue-escalated"),
    ("meja/?tab=sengketa", "queue-disputed"),
    ("meja/?tab=dukungan", "queue-support"),
    ("meja/?issue=free-meals", "queue-issue"),
    ("meja/hitung/", "counts"),
    ("meja/tangga/", "ladder"),
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
)
ACCOUNT = (
    ("akun/sesi/", "sessions"),
    ("akun/faktor/", "factors"),
    ("akun/faktor/kunci/", "keys"),
    ("akun/faktor/kunci/tambah/", "key-add"),
    ("akun/faktor/cadangan/baru/", "recovery-codes"),
    ("akun/pemberitahuan/", "notices"),
    ("akun/token/", "tokens"),
    ("akun/sandi/", "password"),
    ("meja/kop-surat/", "forbidden"),
)


def enter(page: Page, site: str, name: str) -> Iterator[str]:
    """Log in with both factors."""
    page.goto(f"{site}/masuk/")
    yield "login"
    page.fill("#id_login", name)
    page.fill("#id_password", TRIAL["password"])
    send(page)
    yield "login-factor"
    page.fill("#id_code", TRIAL["code"])
    send(page)


def quietly(page: Page, site: str, name: str) -> None:
    """Log in without a picture."""
    for _page in enter(page, site, name):
        pass


def send(page: Page) -> None:
    page.locator("main form button:visible").first.click()


def _visit(page: Page, site: str, paths: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for path, name in paths:
        page.goto(f"{site}/{path}")
        yield name


def _first(page: Page) -> str:
    """Open the first report of the list that is shown; its address."""
    page.locator("td.title a").first.click()
    return page.url.partition("?")[0]


def officer(page: Page, site: str) -> Iterator[str]:
    """The desk, by the nation's officer."""
    yield from enter(page, site, "admin.nasional")
    page.goto(f"{site}/meja/")
    yield "queue"
    if page.locator(".menu > summary").is_visible():
        page.locator(".menu > summary").click()
        yield "queue-menu"
    page.goto(f"{site}/meja/")
    case = _first(page)
    yield "case"
    page.goto(f"{site}/meja/?tab=verifikasi")
    if page.locator("td.title a").count():
        case = _first(page)
        yield "case-new"
        page.locator("aside a[href*='/langkah/']").first.click()
        yield "step"
        page.locator("main .actions button").first.click()
        yield "step-errors"
    for name in ("sunting", "catatan", "mendesak", "langkah/invite", "tenggat", "perpanjang"):
        page.goto(f"{case}{name}/")
        yield f"case-{name.rpartition('/')[2]}"
    if FILED:
        yield from _identity(page, site)
    page.goto(f"{site}/laporan/")
    page.locator("main a[href*='/laporan/LPR']").first.click()
    number = page.url.rstrip("/").rpartition("/")[2]
    page.goto(f"{site}/meja/{number}/publikasi/")
    yield "case-publikasi"
    page.goto(f"{site}/meja/{number}/publikasi/turunkan/")
    yield "take-down"
    yield from _bulk(page, site)
    yield from _visit(page, site, NATION)
    yield from _intake(page, site)


def _identity(page: Page, site: str) -> Iterator[str]:
    page.goto(f"{site}/meja/{FILED[-1]}/")
    yield "case-files"
    page.fill("#id_reason", "Menanyakan letak lampu.")
    page.locator("form[action$='/identitas/'] button").click()
    yield "identity"


def _pick(page: Page, site: str, what: str) -> None:
    page.goto(f"{site}/meja/")
    for pick in page.locator("td.pick input").all()[:3]:
        pick.check()
    page.select_option(".bulk select", what)
    page.locator(".bulk button").click()


def _bulk(page: Page, site: str) -> Iterator[str]:
    _pick(page, site, "dispose_to_institution")
    page.locator("#id_target").press_sequentially("tirta")
    page.locator(".typing:visible li").first.wait_for()
    yield "bulk-typing"
    _pick(page, site, "note")
    page.fill("#id_text", "Mohon dicek bersama.")
    send(page)
    yield "bulk"
    page.locator("button[name=lakukan]").click()
    yield "bulk-done"


def _intake(page: Page, site: str) -> Iterator[str]:
    page.goto(f"{site}/meja/baru/")
    page.locator("#id_channel").select_option("walk_in")
    page.fill("#id_title", "Antrean puskesmas")
    page.fill("#id_body", "Pelapor datang sendiri: antrean puskesmas sejak pukul lima pagi.")
    page.check("#id_consent")
    page.locator("main .actions button").first.click()
    yield "intake-receipt"


def body(page: Page, site: str) -> Iterator[str]:
    """The desk of an institution, by its admin."""
    quietly(page, site, "admin.instansi")
    page.goto(f"{site}/meja/hak-jawab/")
    yield "replies"
    page.goto(f"{site}/meja/aturan/")
    yield "own-rules"
    for summary in page.locator("main details > summary").all():
        summary.click()
    yield "own-rules-open"
    page.fill("input[name=length]", "99")
    page.locator("form:has(input[name=length]) button").click()
    yield "own-rules-errors"
    page.goto(f"{site}/meja/?state=in_progress")
    case = _first(page)
    yield "case-own"
    for name in ("hold", "ask_support"):
        page.goto(f"{case}langkah/{name}/")
        yield name.replace("_", "-")
    page.goto(f"{site}/meja/ombudsman/")
    yield "tasks"


def account(page: Page, site: str) -> Iterator[str]:
    """An officer's own account, at the desk of a unit."""
    quietly(page, site, "penghubung")
    yield from _visit(page, site, ACCOUNT)


def watcher(page: Page, site: str) -> Iterator[str]:
    """The Ombudsman's console."""
    quietly(page, site, "ombudsman")
    for tab in ("lewat", "sengketa", "rujukan", "pantau"):
        page.goto(f"{site}/ombudsman/?tab={tab}")
        yield f"ombudsman-{tab}"
    page.goto(f"{site}/ombudsman/?tab=rujukan")
    found: dict[str, str] = {}
    for row in [row.get_attribute("href") or "" for row in page.locator("td.title a").all()]:
        page.goto(f"{site}{row}")
        kind = "referral" if page.locator("#tindakan a").count() else "proposed"
        if kind not in found:
            yield f"ombudsman-{kind}"
            found[kind] = row
        if len(found) == 2:
            break
    if "referral" in found:
        page.goto(f"{site}{found['referral']}")
        page.locator("#tindakan a").first.click()
        yield "ombudsman-step"
