"""One report's whole life in a real browser without JavaScript: citizen, nation, institution, unit, citizen."""

import pytest
from playwright.sync_api import Browser

from complaints.models import Complaint
from complaints.services import verify
from tests.person import DESK, PHONE, Person

pytestmark = pytest.mark.browser


ANSWER = {"text": "Lampu sudah menyala.", "outcome": "solved", "done_on": "2026-11-02", "evidence": "Berita acara 7/DPU."}


def test_a_report_lives_its_whole_life_without_javascript(browser: Browser, site: str) -> None:
    citizen = Person(browser, site, PHONE, javascript=False)
    citizen.go("/lapor/")
    citizen.fill(title="Lampu jalan padam di depan pasar", body="Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.")
    citizen.page.locator("#id_consent").check()
    citizen.press("button[value=periksa]").press("button[value=kirim]")
    number, code = citizen.page.locator(".secret-code").all_inner_texts()
    citizen.press("main form button:visible")
    assert citizen.page.url == f"{site}/lacak/{number}/"
    assert code not in citizen.page.content()

    nation = Person(browser, site, DESK, javascript=False).log_in("national")
    nation.step(number, "dispose_to_institution", topic="public_works.street_lighting", track="non_oversight", target="kota-uji")
    Person(browser, site, DESK, javascript=False).log_in("admin").step(number, "dispose_to_unit", target="kota-uji-dpu")
    liaison = Person(browser, site, DESK, javascript=False).log_in("liaison")
    liaison.step(number, "respond", text="Petugas datang besok.", estimated_on="2099-01-01").step(number, "answer", **ANSWER)
    citizen.own_step(number, "reply", text="Tiga lampu masih padam.")
    liaison.step(number, "answer", **ANSWER)
    citizen.own_step(number, "confirm", rating="5", text="Terima kasih.")

    complaint = Complaint.objects.get(tracking_id=number)
    assert (complaint.state, complaint.closure_kind, complaint.rating) == ("closed", "reporter_confirmed", 5)
    kinds = list(complaint.transitions.values_list("kind", flat=True))
    assert kinds == ["submit", "dispose_to_institution", "dispose_to_unit", "respond", "answer", "reply", "answer", "confirm"]
    assert verify()[1] == []
    assert citizen.strangers == nation.strangers == liaison.strangers == []
    public = Person(browser, site, PHONE, javascript=False)
    public.go(f"/laporan/{number}/")
    assert "Lampu sudah menyala." in public.page.content()
    assert "Tiga lampu masih padam." not in public.page.content()


PAGES = ("/", "/lapor/", "/lacak/", "/laporan/", "/privasi/", "/masuk/", "/laporan/LPR-0000-0000-0/")


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_public_page_scrolls_sideways_on_a_narrow_phone_and_each_has_one_heading(browser: Browser, site: str, language: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale=language, extra_http_headers={"Accept-Language": language})
    page = context.new_page()
    for path in PAGES:
        page.goto(f"{site}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == language, path
