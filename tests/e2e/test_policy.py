"""No page breaks the content security policy in a real browser: ours, the stock admin's and the API's description."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from complaints.models import Complaint
from tests.login import code
from tests.server import database_url, serving
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

OURS = ("/", "/lapor/", "/lacak/", "/laporan/", "/laporan/{number}/", "/privasi/", "/meja/", "/meja/{number}/")
ADMIN = ("/admin/", "/admin/institutions/institution/", "/admin/institutions/institution/add/", "/admin/institutions/institution/{place}/change/",
         "/admin/institutions/calendarday/add/", "/admin/officers/user/", "/admin/complaints/complaint/", "/admin/password_change/")  # fmt: skip
LISTEN = (
    "document.addEventListener('securitypolicyviolation', e => { window.broken = (window.broken || []).concat([`${e.violatedDirective} ${e.blockedURI}`]) })"
)


@pytest.fixture
def site(committed: World, tmp_path: Path) -> Iterator[tuple[str, Complaint]]:
    case = committed.to_state("in_progress")
    user = committed.user("national")
    type(user).objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        yield address, case
    type(user).objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)


class Watched:
    """A page whose policy violations, errors and foreign requests are written down."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site, self.found = site, list[str]()
        self.page: Page = browser.new_context(locale="id-ID").new_page()
        self.page.add_init_script(LISTEN)
        self.page.on("console", lambda m: self.found.append(m.text) if "Content Security Policy" in m.text else None)
        self.page.on("pageerror", lambda error: self.found.append(str(error)))
        self.page.on("request", lambda r: None if r.url.startswith((site, "data:")) else self.found.append(r.url))

    def look(self, path: str) -> int:
        answer = self.page.goto(f"{self.site}{path}", wait_until="networkidle")
        self.found += [f"{path}: {line}" for line in self.page.evaluate("window.broken || []")]
        return answer.status if answer else 0

    def log_in(self, name: str) -> None:
        self.page.goto(f"{self.site}/masuk/")
        self.page.fill("#id_login", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.locator("main form button:visible").first.click()
        self.page.fill("#id_code", code())
        self.page.locator("main form button:visible").first.click()


def test_no_page_breaks_the_policy(browser: Browser, site: tuple[str, Complaint]) -> None:
    address, case = site
    watched = Watched(browser, address)
    statuses = {"/api/v1/docs/": watched.look("/api/v1/docs/")}
    watched.page.locator(".opblock").nth(7).wait_for()  # the description is drawn, not only loaded
    watched.page.locator(".opblock-summary-control").first.click()
    watched.log_in("national")
    for path in (*OURS, *ADMIN):
        statuses[path] = watched.look(path.format(number=case.tracking_id, place=case.holder_id))

    assert watched.found == []
    assert {path: status for path, status in statuses.items() if status != 200} == {}
