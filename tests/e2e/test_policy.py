"""No page breaks the content security policy in a real browser: ours, the stock admin's and the API's description."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from complaints.models import Complaint
from tests.person import Person
from tests.world import World

pytestmark = pytest.mark.browser

OURS = ("/", "/lapor/", "/lacak/", "/laporan/", "/laporan/{number}/", "/privasi/", "/meja/", "/meja/{number}/")
ADMIN = ("/admin/", "/admin/institutions/institution/", "/admin/institutions/institution/add/", "/admin/institutions/institution/{place}/change/",
         "/admin/institutions/calendarday/add/", "/admin/officers/user/", "/admin/complaints/complaint/", "/admin/password_change/")  # fmt: skip
LISTEN = (
    "document.addEventListener('securitypolicyviolation', e => { window.broken = (window.broken || []).concat([`${e.violatedDirective} ${e.blockedURI}`]) })"
)


@pytest.fixture
def place(committed: World, site: str) -> Iterator[tuple[str, Complaint]]:
    user = committed.user("national")
    type(user).objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    yield site, committed.to_state("in_progress")
    type(user).objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)


class Watched(Person):
    """A person whose pages tell of policy violations, errors and foreign requests."""

    def __init__(self, browser: Browser, site: str) -> None:
        super().__init__(browser, site)
        self.found = list[str]()
        self.page.add_init_script(LISTEN)
        self.page.on("console", lambda m: self.found.append(m.text) if "Content Security Policy" in m.text else None)

    def look(self, path: str) -> int:
        answer = self.page.goto(f"{self.site}{path}", wait_until="networkidle")
        self.found += [f"{path}: {line}" for line in self.page.evaluate("window.broken || []")]
        return answer.status if answer else 0


def test_no_page_breaks_the_policy(browser: Browser, place: tuple[str, Complaint]) -> None:
    address, case = place
    watched = Watched(browser, address)
    statuses = {"/api/v1/docs/": watched.look("/api/v1/docs/")}
    watched.page.locator(".opblock").nth(7).wait_for()  # the description is drawn, not only loaded
    watched.page.locator(".opblock-summary-control").first.click()
    watched.log_in("national")
    for path in (*OURS, *ADMIN):
        statuses[path] = watched.look(path.format(number=case.tracking_id, place=case.holder_id))

    assert [*watched.found, *watched.alarms, *watched.strangers] == []
    assert {path: status for path, status in statuses.items() if status != 200} == {}
