"""The pages of evaluation reports: making one, the report of each tier as it is read, its plan, its steps, and who is late."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.tools.desk_pages import quietly, send

WHY = "Angka diperbaiki setelah penelitian ulang."
QUARTER = "2026-Q3"


def _make(page: Page, site: str, template: str, about: str, period: str = QUARTER) -> None:
    """A new report, or a new revision of one that is there."""
    page.goto(f"{site}/meja/evaluasi/buat/")
    page.select_option("#id_template", template)
    page.select_option("#id_institution", about)
    page.fill("#id_period", period)
    page.fill("#id_why", WHY)
    send(page)


def evaluator(page: Page, site: str) -> Iterator[str]:
    """The national desk."""
    quietly(page, site, "admin.nasional")
    page.goto(f"{site}/meja/evaluasi/buat/")
    yield "evaluation-make"
    page.fill("#id_period", "nanti")
    send(page)
    yield "evaluation-make-errors"
    _make(page, site, "issue", "issue:road-damage", "2026-Q3")
    yield "evaluation-issue"
    _make(page, site, "over_60", "nasional", "2026-10")
    yield "evaluation-over-60"
    _make(page, site, "macro", "nasional")
    yield "evaluation"
    page.locator("#rencana form button").last.click()
    yield "evaluation-plan-errors"
    page.locator("#berkas button").first.click()
    yield "evaluation-files"
    page.locator("#langkah button").first.click()
    yield "evaluation-reviewed"
    for tab, name in (("", "evaluations"), ("masuk", "evaluations-to-accept"), ("terlambat", "evaluations-late")):
        page.goto(f"{site}/meja/evaluasi/?tab={tab}")
        yield name


def tiers(page: Page, site: str) -> Iterator[str]:
    """The desks below the nation: a hub, an institution with much and a unit with nothing."""
    for who, template, about, name in (
        ("hub", "meso", "provinsi-nusa-raya", "evaluation-hub"),
        ("admin.instansi", "micro", "kota-tirta-kencana", "evaluation-institution"),
        ("admin.ombudsman", "unit", "penerimaan-ombudsman", "evaluation-empty"),
    ):
        page.context.clear_cookies(name="sessionid")
        quietly(page, site, who)
        _make(page, site, template, about)
        yield name
