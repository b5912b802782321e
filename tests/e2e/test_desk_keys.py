"""The national desk works through twenty reports without touching a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from complaints.models import Complaint
from tests.login import code
from tests.server import database_url, serving
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser
REPORTS = 20


@pytest.fixture
def site(committed: World, tmp_path: Path) -> Iterator[str]:
    for number in range(REPORTS):
        committed.submit(title=f"Jalan berlubang di depan pasar {number}")
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        yield address


def choose(page: Page, field: str, words: str) -> None:
    """Choose in a list by typing."""
    page.locator(f"#id_{field}").focus()
    page.keyboard.type(words)


def test_twenty_reports_are_triaged_by_keyboard(browser: Browser, site: str) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="id-ID").new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}/masuk/")
    page.locator("#id_login").fill("national")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#id_code").fill(code())
    with page.expect_navigation():
        page.keyboard.press("Enter")

    page.goto(f"{site}/meja/?tab=semua")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jxe")  # letters in a field stay letters
    assert page.locator("#id_q").input_value() == "jxe"
    page.locator("#id_q").blur()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-row] input:checked").count() == 1
    page.keyboard.press("e")
    for number in range(REPORTS):
        page.wait_for_url("**/meja/LPR-*/?dari=*")
        page.keyboard.press("v")
        page.wait_for_url("**/langkah/dispose_to_institution/*")
        choose(page, "target", "Kota Uji")
        choose(page, "topic", page.locator("#id_topic option").nth(1).inner_text())
        choose(page, "track", page.locator("#id_track option").nth(1).inner_text())
        page.locator(".actions button").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/meja/LPR-*/?dari=*")
        if number < REPORTS - 1:
            with page.expect_navigation():
                page.keyboard.press("j")

    assert Complaint.objects.filter(holder__slug="kota-uji").count() == REPORTS
