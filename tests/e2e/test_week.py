"""A working week in a real browser: photos from a telephone, a canned answer, a hand-over, an act on many reports."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, expect

from complaints import services, tasks
from complaints.models import Complaint, Upload
from officers.models import Appointment
from officers.services import end_appointment
from tests.files import photo
from tests.person import PHONE, Person
from tests.world import SORT, World

pytestmark = pytest.mark.browser

PHOTOS = [{"name": f"IMG_2026 Ibu Sari {number}.jpg", "mimeType": "image/jpeg", "buffer": photo((1200, 900 + number))} for number in range(3)]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_three_photos_from_a_phone_wait_and_are_then_seen_clean(browser: Browser, site: str, javascript: bool) -> None:
    citizen = Person(browser, site, PHONE, javascript=javascript).go("/lapor/")
    page = citizen.page
    citizen.fill(title="Lampu jalan padam di depan pasar", body="Sejak dua minggu lampu jalan di depan pasar padam seluruhnya.")
    page.locator("#id_files").set_input_files(PHOTOS)  # type: ignore[arg-type]
    page.locator("#id_consent").check()
    citizen.press("button[value=periksa]")
    assert page.locator("input[name=berkas]").count() == len(PHOTOS)
    citizen.press("button[value=ubah]")  # back to the form: what is here is not sent a second time
    assert page.locator("input[name=berkas]:checked").count() == len(PHOTOS)
    citizen.press("button[value=periksa]").press("button[value=kirim]")
    number = page.locator(".secret-code").first.inner_text()
    citizen.press()

    waiting = page.locator(".files .tag")
    expect(waiting).to_have_count(len(PHOTOS))
    expect(waiting.first).to_contain_text("menunggu pemeriksaan")
    assert tasks.clean()["clean"] == len(PHOTOS)
    citizen.go(f"/lacak/{number}/")
    pictures = page.locator(".files img")
    expect(pictures).to_have_count(len(PHOTOS))
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("e => e.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    citizen.press(".files a")
    assert page.url.startswith(f"{site}/lacak/{number}/berkas/")
    assert page.locator("img").evaluate("e => e.naturalWidth") == 1200
    assert b"Kamera Rahasia" not in page.context.request.get(page.url).body()
    assert "Ibu Sari" not in citizen.go(f"/lacak/{number}/").page.content()
    assert Upload.objects.filter(complaint__tracking_id=number, state="clean").count() == len(PHOTOS)
    assert citizen.alarms == citizen.strangers == []


CANNED = "Terima kasih atas laporan {nomor} Anda. Petugas kami akan memeriksa lokasi dalam waktu dekat."
OWN = "Petugas penerangan jalan datang pada hari Rabu pagi dan membawa tiga lampu pengganti."


def test_a_canned_text_is_inserted_refused_while_bare_and_taken_with_own_words(browser: Browser, site: str, committed: World) -> None:
    case, at = committed.to_state("awaiting_followup"), timezone.now()
    given = {"institution": "kota-uji", "step": "respond", "language": "id", "title": "Pembuka", "body": CANNED}
    text = services.write_canned(given, by=committed.actor("admin"), at=at)
    services.settle_canned(text.pk, is_approved=True, by=committed.actor("admin"), at=at)
    liaison = Person(browser, site).log_in("liaison").go(f"/meja/{case.tracking_id}/")
    page = liaison.page

    liaison.press("aside a[href*='/langkah/respond/']").fill(canned=str(text.pk), estimated_on=str(at.date() + timedelta(days=3)))
    liaison.press("button[name=sisipkan]")
    assert page.locator("#id_text").input_value() == CANNED.replace("{nomor}", case.tracking_id)
    liaison.press("main .actions button")
    expect(page.locator("#kesalahan")).to_contain_text("satu paragraf Anda sendiri")
    assert page.locator("#id_estimated_on").input_value() == str(at.date() + timedelta(days=3))
    liaison.fill(text=f"{page.locator('#id_text').input_value()}\n\n{OWN}").press("button[name=periksa]")
    expect(page.locator(".canned .tag.good")).to_be_visible()
    liaison.press("main .actions button")

    assert page.url == f"{site}/meja/{case.tracking_id}/"
    case.refresh_from_db()
    assert case.state == "in_progress"
    assert case.entries.get(kind="initial").text.endswith(OWN)
    assert liaison.alarms == []


@pytest.fixture
def ended(committed: World) -> Iterator[Appointment]:
    """The liaison's appointment, which ends with the test's yesterday and is whole again afterwards."""
    row = Appointment.objects.get(user__username="liaison")
    yield row
    Appointment.objects.filter(pk=row.pk).update(valid_to=None)


def test_open_cases_of_an_ended_appointment_reach_the_successor(browser: Browser, site: str, committed: World, ended: Appointment) -> None:
    at = timezone.now()
    cases = [committed.to_state("awaiting_followup", title=f"Lampu jalan padam {number}") for number in range(2)]
    for case in cases:
        services.assign(case.pk, to=committed.user("liaison"), by=committed.actor("admin"), at=at)
    liaison = Person(browser, site).log_in("liaison").go("/meja/?tab=saya")
    assert liaison.page.locator("[data-row]").count() == len(cases)

    end_appointment(ended, on=timezone.localdate(at) - timedelta(days=1), by=committed.actor("admin"), at=at, why="Mutasi")
    call_command("hand_over")
    assert liaison.go(f"/meja/{cases[0].tracking_id}/").page.locator("h1").inner_text() != cases[0].title
    lead = Person(browser, site).log_in("admin").go("/meja/serah-terima/")
    assert lead.page.locator(".picks input:checked").count() == len(cases)
    lead.page.locator("select[name=to]").select_option("liaison2")
    lead.press("button[value=to_one]")

    successor = Person(browser, site).log_in("liaison2").go("/meja/?tab=saya")
    assert {successor.page.locator(f"[data-row] a[href*='{case.tracking_id}']").count() for case in cases} == {1}
    successor.press("[data-row] td.title a").press("aside a[href*='/langkah/respond/']")
    successor.fill(text="Kami lanjutkan penanganannya.", estimated_on=str(at.date() + timedelta(days=3))).press("main .actions button")
    assert Complaint.objects.filter(assignee__username="liaison2").count() == len(cases)
    assert Complaint.objects.filter(state="in_progress").count() == 1


def test_an_act_on_many_tells_first_whom_it_leaves_out_and_why(browser: Browser, site: str, committed: World) -> None:
    at = timezone.now()
    fit = [committed.submit(at=at, title=f"Lampu jalan padam {number}").complaint for number in range(3)]
    worked_on = committed.to_state("in_progress", title="Jalan retak")
    nation = Person(browser, site).log_in("national").go("/meja/?tab=semua")
    page = nation.page
    for box in page.locator("[data-row] input").all():
        box.check()
    nation.fill(apa="dispose_to_institution").press(".bulk button")
    nation.fill(target="kota-uji", topic=SORT["topic"], track=SORT["track"]).press("main .actions button")
    refused = page.locator("table.queue").last.locator("tbody tr")
    expect(page.locator("table.queue").first.locator("tbody tr")).to_have_count(len(fit))
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text(worked_on.tracking_id)
    expect(refused).to_contain_text("Langkah ini tidak dapat diambil pada status laporan saat ini.")

    committed.step(fit[0], "dispose_to_institution", "national2", at=at, target="kementerian-uji", **SORT)  # while the officer looks
    nation.press("button[name=lakukan]")
    left = page.locator("table.queue tbody tr")
    expect(left).to_have_count(1)
    expect(left).to_contain_text(fit[0].tracking_id)
    expect(left).to_contain_text("Laporan sudah berubah.")
    sent = Complaint.objects.filter(holder__slug="kota-uji", state="awaiting_verification")
    assert set(sent.values_list("tracking_id", flat=True)) == {case.tracking_id for case in fit[1:]}
    worked_on.refresh_from_db()
    assert worked_on.state == "in_progress"
