"""Without a mouse: the citizen's form from the first Tab to the receipt, and the officer's log-in with the second factor."""

import pytest
from playwright.sync_api import Browser

from complaints.models import Complaint
from tests.login import code
from tests.person import Person
from tests.world import PASSWORD

pytestmark = pytest.mark.browser


def test_a_citizen_files_a_report_by_keyboard(browser: Browser, site: str) -> None:
    citizen = Person(browser, site).go("/lapor/")
    page, keys = citizen.page, citizen.page.keyboard
    citizen.tab_to(".skip", most=1)
    keys.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"
    citizen.tab_to("input[name=classification]")
    keys.press("Space")
    citizen.type("title", "Lampu jalan padam di depan pasar")
    citizen.type("body", "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.")
    citizen.tab_to("button[value=periksa]").enter()

    assert page.evaluate("document.activeElement.id") == "kesalahan"  # consent was left out
    citizen.tab_to("#kesalahan a")
    keys.press("Enter")  # from the trouble to its place
    assert page.evaluate("document.activeElement.id") == "id_consent"
    keys.press("Space")
    citizen.tab_to("button[value=periksa]").enter()
    citizen.tab_to("button[value=kirim]").enter()

    number, case_code = page.locator(".secret-code").all_inner_texts()
    citizen.tab_to("main form button:not([formaction])").enter()
    assert page.url == f"{site}/lacak/{number}/"
    assert case_code not in page.content()
    assert Complaint.objects.get().tracking_id == number
    assert citizen.alarms == citizen.strangers == []


def test_an_officer_logs_in_with_both_factors_by_keyboard(browser: Browser, site: str) -> None:
    officer = Person(browser, site).go("/meja/")
    officer.type("login", "liaison").type("password", PASSWORD).enter()
    assert officer.page.url.startswith(f"{site}/masuk/faktor/")
    officer.type("code", "000000").enter()  # no code of a real country
    assert officer.page.locator("#id_code").get_attribute("aria-invalid") == "true"
    officer.type("code", code()).enter()

    assert officer.page.url == f"{site}/meja/"
    officer.tab_to("header form[action='/keluar/'] button").enter()
    assert officer.go("/meja/").page.url.startswith(f"{site}/masuk/")
