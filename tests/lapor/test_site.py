"""Banners on every page, and the mode in which everything can be read and nothing sent."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import DatabaseError, InternalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from complaints import services, tasks
from complaints.models import Complaint
from institutions import services as places
from institutions.models import Change, ReadOnlySwitch, SiteBanner
from lapor import health
from lapor.errors import RefusalMiddleware, api_exception_handler
from lapor.ground.problems import Refusal
from lapor.site import OPEN
from officers.actors import machine
from officers.models import LoginEvent
from tests.login import code
from tests.pages import main, opened, page
from tests.world import COMPLAINT, PASSWORD, World

REASON = "Pemeliharaan basis data malam ini."
TYPED = {
    "classification": "complaint",
    "title": "Lampu jalan padam di depan pasar",
    "body": "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya <b>.",
    "consent": "on",
    "langkah": "kirim",
}


@pytest.fixture
def read_only(world: World) -> ReadOnlySwitch:
    """The mode, on for an hour and a half."""
    now = timezone.now()
    row = places.set_read_only(True, by=machine("system"), at=now, reason=REASON, until=now + timedelta(minutes=90), ticket="T-9")
    places.forget_site()
    return row


def open_again() -> None:
    places.set_read_only(False, by=machine("system"), at=timezone.now(), ticket="T-9")
    places.forget_site()


def put_up(**given: Any) -> SiteBanner:
    now = timezone.now()
    values = {"text_id": "Layanan 112 terganggu di Papua.", "text_en": "112 is disturbed in Papua.", "since": now - timedelta(hours=1), **given}
    banner = SiteBanner(**values)
    places.set_banner(banner, by=machine("system"), at=now, why="gangguan")
    places.forget_site()
    return banner


# Banners


@pytest.mark.parametrize(("audience", "seen"), [("public", (True, False)), ("staff", (False, True)), ("both", (True, True))])
def test_a_banner_is_shown_to_its_audience(world: World, client: Client, desk: Callable[[str], Client], audience: str, seen: tuple[bool, bool]) -> None:
    put_up(audience=audience)

    shown = tuple("Layanan 112 terganggu" in page(browser.get(address)) for browser, address in ((client, "/"), (desk("liaison"), "/meja/")))

    assert shown == seen


def test_a_banner_speaks_the_readers_language_in_the_notice_of_the_house(world: World, client: Client, settings: Any) -> None:
    put_up(level="warning")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    text = page(client.get("/laporan/"))

    assert '<section class="announcements" aria-label="Announcements"><div class="note warn">' in text
    assert "112 is disturbed in Papua." in text
    assert "terganggu" not in text


@pytest.mark.parametrize(("since", "until", "is_shown"), [(-2, None, True), (-2, -1, False), (1, None, False), (-2, 1, True)])
def test_a_banner_is_shown_in_its_time(world: World, client: Client, since: int, until: int | None, is_shown: bool) -> None:
    now = timezone.now()
    put_up(since=now + timedelta(hours=since), until=now + timedelta(hours=until) if until else None)

    assert ("Layanan 112" in page(client.get("/"))) is is_shown


@pytest.mark.parametrize("name", ["admin:index", "admin:institutions_institution_changelist", "admin:institutions_sitebanner_add"])
def test_the_admin_says_what_the_other_pages_of_officers_say(world: World, desk: Callable[[str], Client], name: str) -> None:
    put_up(audience="staff", level="warning", text_id="Kop surat <baru> dipakai mulai Senin.")
    put_up(audience="public")
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON, ticket="T-9")
    places.forget_site()

    text = main(desk("national").get(reverse(name)))

    assert '<li class="warning">Kop surat &lt;baru&gt; dipakai mulai Senin.</li>' in text
    assert f"belum ada yang dapat dikirim.</strong> {REASON}" in text
    assert "Layanan 112" not in text


def test_markup_in_a_banner_stays_text(world: World, client: Client) -> None:
    put_up(text_id="<script>alert(1)</script>")

    assert "&lt;script&gt;alert(1)" in page(client.get("/"))


def test_the_nation_puts_up_alters_and_takes_down_a_banner_on_record(world: World, desk: Callable[[str], Client]) -> None:
    browser = desk("national")
    form = {
        "text_id": "Kantor libur.", "text_en": "Offices are closed.", "level": "info", "audience": "both", "since_0": "2026-11-01", "since_1": "08:00:00",
        "until_0": "", "until_1": "", "why": "libur",
    }  # fmt: skip

    wrong = browser.post(reverse("admin:institutions_sitebanner_add"), {**form, "until_0": "2026-10-01", "until_1": "08:00:00"})
    assert "Waktu selesai harus sesudah waktu mulai." in page(wrong)
    assert "Offices are closed." in page(wrong)
    assert browser.post(reverse("admin:institutions_sitebanner_add"), form).status_code == 302
    row = SiteBanner.objects.get()
    assert browser.post(reverse("admin:institutions_sitebanner_change", args=[row.pk]), {**form, "level": "warning", "why": "penting"}).status_code == 302
    assert browser.post(reverse("admin:institutions_sitebanner_delete", args=[row.pk]), {"post": "yes", "why": "selesai"}).status_code == 302

    told = Change.objects.filter(target_kind="institutions.sitebanner").order_by("pk").values_list("what", "why")
    assert list(told) == [("created", "libur"), ("updated", "penting"), ("removed", "selesai")]
    assert not SiteBanner.objects.exists()


@pytest.mark.parametrize("name", ["admin", "liaison", "operator"])
def test_nobody_else_puts_up_a_banner(world: World, desk: Callable[[str], Client], name: str) -> None:
    assert desk(name).get(reverse("admin:institutions_sitebanner_add")).status_code == 403
    with pytest.raises(Refusal):
        places.set_banner(SiteBanner(text_id="a", text_en="a", since=world.at), by=world.user(name), at=world.at, why="x")


def test_a_change_is_seen_by_the_next_page(committed: World, client: Client) -> None:
    before = page(client.get("/"))
    now = timezone.now()
    places.set_banner(SiteBanner(text_id="Baru saja.", text_en="Just now.", since=now), by=machine("system"), at=now, why="x")

    assert "Baru saja." not in before
    assert "Baru saja." in page(client.get("/"))


def test_the_site_costs_no_query_while_it_is_known(world: World, client: Client, django_assert_num_queries: Any) -> None:
    put_up()
    client.get("/privasi/")

    with django_assert_num_queries(0):
        assert "Layanan 112" in page(client.get("/privasi/"))


def test_while_the_database_is_away_the_site_stands_as_it_was_last_known(world: World, read_only: ReadOnlySwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.site_now().read_only == read_only
    places.forget_site()

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    with connection.execute_wrapper(broken):
        assert places.site_now().read_only == read_only


# Read-only: people


def test_every_page_can_be_read_and_says_so(world: World, read_only: ReadOnlySwitch, client: Client, desk: Callable[[str], Client]) -> None:
    for browser, address in ((client, "/"), (client, "/lapor/"), (client, "/laporan/"), (desk("liaison"), "/meja/")):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert REASON in page(answer)


def test_what_was_typed_is_kept_and_sent_later_with_one_button(world: World, read_only: ReadOnlySwitch, client: Client) -> None:
    answer = client.post("/lapor/", TYPED)

    assert answer.status_code == 503
    assert 5300 < int(answer["Retry-After"]) <= 5400
    assert 'value="Sejak dua minggu lampu jalan di depan pasar padam seluruhnya &lt;b&gt;."' in main(answer)
    assert '<p class="said typed" dir="auto">Sejak dua minggu' in main(answer)
    assert '<form method="post" action="/lapor/">' in main(answer)
    assert REASON in main(answer)
    assert Complaint.objects.count() == 0

    open_again()
    assert client.post("/lapor/", TYPED).status_code == 200
    assert Complaint.objects.count() == 1


def test_the_page_speaks_english_too(world: World, read_only: ReadOnlySwitch, client: Client, settings: Any) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    assert "Nothing can be sent right now" in main(client.post("/lapor/", TYPED))


def test_officers_steps_are_refused_and_keep_their_text(world: World, desk: Callable[[str], Client]) -> None:
    case = world.to_state("in_progress")
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()

    answer = desk("liaison").post(f"/meja/{case.tracking_id}/langkah/answer/", {"text": "Lubang sudah ditambal kemarin.", "version": case.version})

    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "Lubang sudah ditambal kemarin." in main(answer)
    assert Complaint.objects.get(pk=case.pk).version == case.version


@pytest.mark.parametrize(("method", "address"), [("post", "/api/v1/complaints/"), ("post", "/api/v1/complaints/{n}/steps/"), ("post", "/api/v1/uploads/")])
def test_the_api_refuses_in_problem_details(world: World, client: Client, method: str, address: str) -> None:
    case = world.submit()
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()
    number = case.complaint.tracking_id

    answer = getattr(client, method)(address.format(n=number), json.dumps(COMPLAINT), content_type="application/json")
    read = client.get(f"/api/v1/complaints/{number}/", headers={"X-Case-Code": case.case_code})

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"], answer["Retry-After"]) == (503, "application/problem+json", "read_only", "300")
    assert read.status_code == 200


def test_the_admin_refuses_too(world: World, read_only: ReadOnlySwitch, desk: Callable[[str], Client]) -> None:
    answer = desk("national").post(reverse("admin:institutions_sitebanner_add"), {"text_id": "Pengumuman yang panjang sekali."})

    assert answer.status_code == 503
    assert "Pengumuman yang panjang sekali." in main(answer)


def test_the_log_in_works_and_is_on_record(world: World, read_only: ReadOnlySwitch, client: Client) -> None:
    assert client.post("/masuk/", {"login": "liaison", "password": PASSWORD})["Location"].startswith("/masuk/faktor/")
    assert client.post("/masuk/faktor/", {"code": code()})["Location"] == "/meja/"
    assert client.get("/meja/").status_code == 200
    assert LoginEvent.objects.filter(user=world.user("liaison"), kind="success").exists()
    assert client.post("/keluar/").status_code == 302


def test_a_citizen_opens_the_case_and_reads_it(world: World, client: Client) -> None:
    receipt = world.submit()
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()
    number = receipt.complaint.tracking_id

    assert client.post("/lacak/", {"number": number, "code": receipt.case_code}).status_code == 302
    assert number in page(client.get(f"/lacak/{number}/"))
    refused = client.post(f"/lacak/{number}/langkah/withdraw/", {"text": "Saya tarik karena sudah selesai."})
    assert (refused.status_code, "Saya tarik karena sudah selesai." in main(refused)) == (503, True)


def test_a_forged_form_is_refused_as_such_and_not_given_back_with_a_good_token(world: World, read_only: ReadOnlySwitch) -> None:
    assert Client(enforce_csrf_checks=True).post("/lapor/", TYPED).status_code == 403


@pytest.mark.parametrize(("address", "is_held"), [("/laporan/", "on"), ("/api/v1/complaints/", "off")])
def test_only_the_api_is_let_off_the_hold_for_its_token(
    world: World, read_only: ReadOnlySwitch, client: Client, monkeypatch: pytest.MonkeyPatch, address: str, is_held: str
) -> None:
    seen = []

    def watched(filters: Any, given: Any, rows: Any, *more: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW default_transaction_read_only")
            seen.append(cursor.fetchone()[0])
        return rows

    monkeypatch.setattr("complaints.filters.PublicFilter.filter_queryset", lambda self, rows: watched(self, None, rows))
    client.get(address, headers={"Authorization": "Bearer apa-saja"})

    assert seen == [is_held]


def test_every_open_address_exists(world: World) -> None:
    for name in OPEN:
        reverse(name, kwargs={"code": "x"} if name == "verify" else None)


# Read-only: beneath the pages


def test_the_write_door_refuses_whoever_calls_it(world: World) -> None:
    case = world.to_state("awaiting_followup")
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()

    for act in (
        lambda: world.step(case, "respond", "liaison", text="Kami periksa.", estimated_on="2026-11-20"),
        lambda: world.submit(title="Laporan lain tentang jalan"),
        lambda: services.assign(case.pk, to=world.user("liaison"), by=world.actor("liaison"), at=world.at),
    ):
        with pytest.raises(Refusal) as refused, transaction.atomic():
            act()
        assert (refused.value.code, refused.value.status) == ("read_only", 503)


def test_sweeps_wait_and_nothing_is_lost(world: World, clock: Any) -> None:
    case = world.to_state("awaiting_reporter")
    clock.move_to(world.at + timedelta(days=45))
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()

    assert tasks.expire() is None
    assert Complaint.objects.get(pk=case.pk).state == "awaiting_reporter"
    open_again()
    assert tasks.expire()["close_by_silence"] == 1
    assert Complaint.objects.get(pk=case.pk).state == "closed"


def test_a_sweep_that_meets_the_switch_stops_and_goes_on_later(world: World, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.to_state("awaiting_reporter")
    clock.move_to(world.at + timedelta(days=45))
    forget = services.forget_replays

    def turn(*, at: Any) -> int:
        places.set_read_only(True, by=machine("system"), at=at, reason=REASON)
        places.forget_site()
        return forget(at=at)

    monkeypatch.setattr(services, "forget_replays", turn)
    assert tasks.expire() is None
    monkeypatch.undo()
    open_again()
    assert tasks.expire()["close_by_silence"] == 1


def test_readyz_says_read_only_and_is_ready(committed: World) -> None:
    places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    caches["site"].clear()

    body = json.loads(health.readyz(RequestFactory().get("/readyz")).content)

    assert body["read_only"] is True
    assert "database" not in body["down"]
    assert health.healthz(RequestFactory().get("/healthz")).status_code == 200


@pytest.mark.parametrize("switch", ["on", "off"])
def test_a_write_that_the_database_refuses_is_told_as_read_only(world: World, rf: RequestFactory, switch: str) -> None:
    """Also where nobody turned our switch: a database that is a copy of another one takes no write either."""
    if switch == "on":
        places.set_read_only(True, by=machine("system"), at=timezone.now(), reason=REASON)
    places.forget_site()
    places.site_now()

    def write() -> None:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION READ ONLY")
            SiteBanner.objects.create(text_id="a", text_en="a", since=world.at)

    with pytest.raises(InternalError) as refused:
        write()

    answer = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(rf.get("/meja/x/disposisi/"), refused.value)
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    told = api_exception_handler(refused.value, {})
    assert told is not None
    assert told.data["code"] == "read_only"


def test_the_switch_is_the_systems_and_never_rewritten(world: World, read_only: ReadOnlySwitch) -> None:
    now = timezone.now()
    for wrong in ({"by": world.user("national"), "reason": REASON}, {"reason": " "}, {"reason": REASON, "until": now - timedelta(hours=1)}):
        with pytest.raises(Refusal):
            places.set_read_only(True, **{"by": machine("system"), "at": now, **wrong})  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadOnlySwitch.objects.update(ticket="")
    assert ReadOnlySwitch.objects.count() == 1


def test_no_page_that_is_only_read_writes_anything(world: World, clock: Any, desk: Callable[[str], Client]) -> None:
    """What the database session of the mode would refuse is refused here as well: a transaction that may only read."""
    case = world.to_state("in_progress")
    number = case.tracking_id
    nobody, officer, citizen = Client(), desk("liaison"), opened(Client(), world, case)
    every = [
        (nobody, "/"), (nobody, "/lapor/"), (nobody, "/laporan/"), (nobody, f"/laporan/{number}/"), (nobody, "/verifikasi/"), (nobody, "/masuk/"),
        (officer, "/meja/"), (officer, f"/meja/{number}/"), (officer, f"/meja/{number}/langkah/answer/"), (officer, f"/meja/{number}/catatan/"),
        (officer, "/meja/hitung/"), (officer, "/meja/pengaturan/"), (officer, "/meja/delegasi/"), (officer, "/akun/sesi/"), (officer, "/akun/faktor/"),
        (citizen, f"/lacak/{number}/"), (citizen, f"/lacak/{number}/tanda-terima/"),
    ]  # fmt: skip
    for browser, address in every:
        browser.get(address)  # whatever a session notes once
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION READ ONLY")
            assert browser.get(address).status_code == 200, address
