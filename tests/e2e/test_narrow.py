"""No page has to be pushed sideways on the narrowest screen, which is also a wide one at 400 %; and every part can be touched."""

import pytest
from playwright.sync_api import Browser, Page

from complaints.models import Complaint
from tests.person import Person
from tests.world import World

pytestmark = pytest.mark.browser

NARROW = 320

CITIZEN = (
    "/",
    "/lapor/",
    "/lacak/",
    "/laporan/",
    "/laporan/?q=takada",
    "/laporan/?institution=uji",
    "/laporan/?institution=takada",
    "/laporan/{number}/",
    "/laporan/{number}/tenggat/",
    "/tenggat/?policy=resolution_oversight&start=2026-11-02",
    "/tenggat/?policy=first_response&start=kemarin&institution=uji",
    "/privasi/",
    "/verifikasi/",
    "/desain/",
    "/masuk/",
)
DESK = ("/meja/", "/meja/{number}/", "/meja/{number}/catatan/", "/meja/{number}/publikasi/", "/meja/{number}/mendesak/", "/meja/baru/", "/meja/hak-jawab/",
        "/meja/{number}/tenggat/", "/akun/sesi/", "/desain/?tema=dark")  # fmt: skip
PUSHED = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is touched and smaller than 24 px either way; a link inside a sentence may be as small as its line (WCAG 2.5.8).
SMALL = """[...document.querySelectorAll('button, input, select, textarea, summary, nav a, a.button, .tabs a, .bottom a')].filter(e => {
  const box = e.getBoundingClientRect();
  return e.checkVisibility() && e.type !== 'hidden' && box.width > 1 && (box.height < 24 || box.width < 24);
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def place(committed: World, site: str) -> tuple[str, Complaint]:
    return site, committed.to_state("in_progress")


def faults(page: Page, address: str, path: str) -> list[str]:
    page.goto(f"{address}{path}")
    pushed = page.evaluate(PUSHED)
    return [*([f"{path} is {pushed} px too wide"] if pushed else []), *(f"{path} {small}" for small in page.evaluate(SMALL))]


@pytest.mark.parametrize("width", [320, 360])
def test_no_page_of_a_citizen_is_pushed_sideways_on_a_telephone(browser: Browser, place: tuple[str, Complaint], width: int) -> None:
    address, case = place
    page = Person(browser, address, width).page

    assert [fault for path in CITIZEN for fault in faults(page, address, path.format(number=case.tracking_id))] == []


def test_no_page_of_the_desk_is_pushed_sideways_at_320_px(browser: Browser, place: tuple[str, Complaint]) -> None:
    address, case = place
    page = Person(browser, address, NARROW).log_in("national").page
    assert [fault for path in DESK for fault in faults(page, address, path.format(number=case.tracking_id))] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_header_is_one_row_on_a_telephone_and_its_menu_opens_without_scripts(browser: Browser, place: tuple[str, Complaint], language: str) -> None:
    address, _case = place
    officer = Person(browser, address, 360, javascript=False).log_in("national")
    officer.context.add_cookies([{"name": "bahasa", "value": language, "url": address}])
    for path in ("/meja/", "/lapor/"):
        page = officer.go(path).page
        heights = [page.locator(part).bounding_box() for part in (".brand", ".menu > summary", ".language button")]
        assert all(box and box["y"] < 56 for box in heights)
        assert not page.locator(".menu a").first.is_visible()

        officer.tab_to(".menu > summary").page.keyboard.press("Enter")
        assert page.locator("header form[action='/keluar/'] button").is_visible()
        officer.tab_to(".menu a[href='/laporan/']", most=12)


def test_the_links_of_the_header_are_in_sight_on_a_wide_screen(browser: Browser, place: tuple[str, Complaint]) -> None:
    page = Person(browser, place[0]).go("/").page
    assert page.locator(".menu a[href='/laporan/']").is_visible()
    assert not page.locator(".menu > summary").is_visible()


def test_shift_three_times_leaves_the_page(browser: Browser, place: tuple[str, Complaint]) -> None:
    address, _case = place
    page = Person(browser, address, NARROW).page
    page.goto(f"{address}/lacak/")

    with page.expect_request("https://www.bmkg.go.id/"):
        for _press in range(3):
            page.keyboard.press("Shift")


def test_the_tab_that_is_open_is_in_sight_once_counts_have_come(browser: Browser, place: tuple[str, Complaint]) -> None:
    page = Person(browser, place[0], 360).log_in("admin").page
    page.goto(f"{place[0]}/meja/?tab=naik")
    page.locator("[data-counts]").wait_for(state="hidden")

    box = page.locator(".tabs [aria-current]").first.bounding_box()

    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 360
