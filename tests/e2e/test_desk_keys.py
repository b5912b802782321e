"""The national desk works through twenty reports without touching a mouse."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from complaints.models import Complaint
from tests.person import Person
from tests.world import World

pytestmark = pytest.mark.browser
REPORTS = 20


@pytest.fixture
def site(committed: World, site: str) -> str:
    at = timezone.now()
    for number in range(REPORTS):
        committed.submit(at=at, title=f"Jalan berlubang di depan pasar {number}")
    return site


def test_twenty_reports_are_triaged_by_keyboard(browser: Browser, site: str) -> None:
    nation = Person(browser, site).log_in("national").go("/meja/?tab=semua")
    page, keys = nation.page, nation.page.keyboard
    keys.press("?")
    assert page.locator("#keys").is_visible()
    keys.press("Escape")
    keys.press("/")
    keys.type("jxe")  # letters in a field stay letters
    assert page.locator("#id_q").input_value() == "jxe"
    page.locator("#id_q").blur()
    keys.press("j")
    keys.press("x")
    assert page.locator("[data-row] input:checked").count() == 1
    keys.press("e")
    for number in range(REPORTS):
        page.wait_for_url("**/meja/LPR-*/?dari=*")
        keys.press("v")
        page.wait_for_url("**/langkah/dispose_to_institution/*")
        nation.type("topic", page.locator("#id_topic option").nth(1).inner_text())
        if number == 0:  # sent too early: the focus is on what is wrong, and what was chosen is still there
            topic = page.locator("#id_topic").input_value()
            nation.tab_to(".actions button").enter()
            assert page.evaluate("document.activeElement.id") == "kesalahan"
            assert page.locator("#id_topic").input_value() == topic != ""
        nation.type("track", page.locator("#id_track option").nth(1).inner_text())
        nation.type("target", "Kota Uji")
        nation.tab_to(".actions button").enter()
        page.wait_for_url("**/meja/LPR-*/?dari=*")
        if number < REPORTS - 1:
            with page.expect_navigation():
                keys.press("j")

    assert Complaint.objects.filter(holder__slug="kota-uji").count() == REPORTS
    assert nation.alarms == []
