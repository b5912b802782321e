"""An institution is named by typing, on a telephone, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server import database_url, serving
from tests.world import World

pytestmark = pytest.mark.browser
PUSHED = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def site(committed: World, tmp_path: Path) -> Iterator[str]:
    committed.to_state("awaiting_followup")
    with serving(tmp_path, DATABASE_URL=database_url()) as address:
        yield address


def telephone(browser: Browser, *, scripts: bool) -> Page:
    page = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=scripts, locale="id-ID").new_page()
    page.set_default_timeout(10_000)
    return page


def write(page: Page) -> None:
    page.fill("#id_title", "Lampu jalan padam di depan pasar")
    page.fill("#id_body", "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.")
    page.check("#id_consent")


def test_with_scripts_offers_come_while_typing_and_keys_choose_one(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=True)
    page.goto(f"{site}/lapor/")
    write(page)
    field, offers = page.locator("#id_target_institution"), page.locator("#id_target_institution_offers li")
    field.press_sequentially("pemkab", delay=20)
    expect(offers).to_have_text(["Kabupaten Sunyi", "Kabupaten Timur"])
    expect(field).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(PUSHED) == 0
    field.press("ArrowDown")
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == offers.nth(1).get_attribute("id")
    field.press("Enter")
    assert field.input_value() == "Kabupaten Timur"
    assert page.locator("input[name=target_institution]").input_value() == "kabupaten-timur"
    expect(offers).to_have_count(0)

    page.locator("button[value=periksa]").click()
    expect(page.locator("main")).to_contain_text("Kabupaten Timur")


def test_words_typed_after_a_choice_take_its_place_and_escape_closes_the_offers(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=True)
    page.goto(f"{site}/lapor/")
    write(page)
    field, offers = page.locator("#id_target_institution"), page.locator("#id_target_institution_offers li")
    field.press_sequentially("sunyi", delay=20)
    offers.first.click()
    field.fill("kota uji")
    expect(offers).to_have_count(1)
    field.press("Escape")
    expect(offers).to_have_count(0)
    assert page.locator("input[name=target_institution]").input_value() == "kota uji"
    page.locator("button[value=periksa]").click()

    expect(page.locator("main")).to_contain_text("Kota Uji")


def test_a_choice_on_the_list_is_an_address_that_can_be_shared(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=True)
    page.goto(f"{site}/laporan/")
    page.locator("#id_institution").press_sequentially("kota", delay=20)
    page.locator("#id_institution_offers li").first.click()
    page.locator(".filters button").click()
    page.wait_for_url("**institution=kota-uji*")

    assert page.url.count("institution=") == 1
    assert page.locator("#id_institution").input_value() == "Kota Uji"
    assert page.locator(".list h3").count() == 1


def test_without_scripts_the_next_page_offers_what_fits(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=False)
    page.goto(f"{site}/lapor/")
    write(page)
    page.fill("#id_target_institution", "kabupaten")
    page.locator("button[value=periksa]").click()
    assert page.locator(".offers .choice").all_inner_texts() == ["Kabupaten Sunyi", "Kabupaten Timur"]
    assert page.evaluate(PUSHED) == 0
    page.locator(".offers input").first.check()
    page.locator("button[value=periksa]").click()

    expect(page.locator("main")).to_contain_text("Kabupaten Sunyi")


def test_without_scripts_the_list_asks_back(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=False)
    page.goto(f"{site}/laporan/")
    page.fill("#id_institution", "uji")
    page.locator(".filters button").click()
    assert page.locator(".offers .choice").all_inner_texts() == ["Kementerian Uji", "Kota Uji"]
    assert page.evaluate(PUSHED) == 0
    page.locator(".offers input").last.check()
    page.locator(".filters button").click()

    assert page.locator(".list h3").count() == 1
