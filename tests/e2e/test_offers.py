"""An institution is named by typing, on a telephone, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from complaints.models import Complaint
from institutions.models import Institution
from tests.desk import more_units
from tests.person import PHONE, Person
from tests.server import database_url, serving
from tests.world import World, at_city

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
    expect(page.locator(".offers .choice")).to_have_text(["Kabupaten Sunyi", "Kabupaten Timur"])
    assert page.evaluate(PUSHED) == 0
    page.locator(".offers input").first.check()
    page.locator("button[value=periksa]").click()

    expect(page.locator("main")).to_contain_text("Kabupaten Sunyi")


def test_without_scripts_the_list_asks_back(browser: Browser, site: str) -> None:
    page = telephone(browser, scripts=False)
    page.goto(f"{site}/laporan/")
    page.fill("#id_institution", "uji")
    page.locator(".filters button").click()
    expect(page.locator(".offers .choice")).to_have_text(["Kementerian Uji", "Kota Uji"])
    assert page.evaluate(PUSHED) == 0
    page.locator(".offers input").last.check()
    page.locator(".filters button").click()

    assert page.locator(".list h3").count() == 1


# The desk


@pytest.fixture
def city_of_many_units(committed: World) -> Iterator[Complaint]:
    """A report at a city that has more units than anybody looks through."""
    added = more_units(committed)
    yield at_city(committed, committed.submit(at=timezone.now()).complaint)
    Institution.objects.filter(pk__in=[row.pk for row in added]).delete()


@pytest.mark.parametrize("locale", ["id-ID", "en-GB"])
def test_at_the_desk_three_letters_and_two_keys_name_a_unit(browser: Browser, server: str, city_of_many_units: Complaint, locale: str) -> None:
    admin = Person(browser, server, locale=locale).log_in("admin").go(f"/meja/{city_of_many_units.tracking_id}/langkah/dispose_to_unit/")
    admin.type("target", "kes")
    expect(admin.page.locator("#id_target_offers li")).to_have_text(["Dinas Kesehatan Kota Uji"])
    admin.page.keyboard.press("ArrowDown")
    admin.page.keyboard.press("Enter")
    assert admin.page.locator("input[name=target]").input_value() == "kota-uji-dinkes"
    admin.tab_to(".actions button").enter()

    city_of_many_units.refresh_from_db()
    assert city_of_many_units.holder.slug == "kota-uji-dinkes"
    assert admin.alarms == admin.strangers == []


def test_at_the_desk_without_scripts_the_next_page_offers_and_keeps_the_words(browser: Browser, server: str, city_of_many_units: Complaint) -> None:
    admin = Person(browser, server, PHONE, javascript=False).log_in("admin")
    page = admin.go(f"/meja/{city_of_many_units.tracking_id}/langkah/dispose_to_unit/").page
    admin.fill(target="dinas", text="Mohon ditangani.").press()
    expect(page.locator(".offers .choice")).to_have_text(["Dinas Kesehatan Kota Uji", "Dinas Pekerjaan Umum Kota Uji"])
    assert page.locator("#id_text").input_value() == "Mohon ditangani."
    assert page.evaluate(PUSHED) == 0
    page.locator(".offers input").last.check()
    admin.press()

    city_of_many_units.refresh_from_db()
    assert city_of_many_units.holder.slug == "kota-uji-dpu"


def test_words_typed_after_a_choice_below_the_field_take_its_place(browser: Browser, server: str, city_of_many_units: Complaint) -> None:
    admin = Person(browser, server).log_in("admin")
    page = admin.go(f"/meja/{city_of_many_units.tracking_id}/langkah/dispose_to_unit/").page
    admin.fill(target="dinas").press()
    page.locator(".offers input").last.check()
    page.locator("#id_target").press_sequentially(" kesehatan")
    expect(page.locator(".offers input:checked")).to_have_count(0)
    admin.press()

    city_of_many_units.refresh_from_db()
    assert city_of_many_units.holder.slug == "kota-uji-dinkes"
