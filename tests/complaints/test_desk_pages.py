"""The pages of the officers' working day: bulk, hand-over, canned answers, drafts, filters, the way through a list."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import AnswerDraft, Complaint, SavedFilter
from officers.services import end_appointment
from tests.pages import page
from tests.world import ANSWER, World

pytestmark = pytest.mark.usefixtures("clock")

OWN = "Kami menambal lubang di depan pasar pada hari Senin pagi dan menutupnya dengan aspal panas."
CANNED = {"institution": "kota-uji", "step": "respond", "language": "id", "title": "Pembuka", "body": "Terima kasih atas laporan {nomor} Anda."}


@pytest.fixture
def desk(world: World) -> Callable[[str], Client]:
    return lambda name: world.login(Client(), name)


def canned(world: World, **given: str) -> Any:
    row = services.write_canned({**CANNED, **given}, by=world.actor("liaison" if given.get("institution") else "admin"), at=world.at)
    return services.settle_canned(row.pk, is_approved=True, by=world.actor("admin"), at=world.at)


def test_a_bulk_preview_lists_refusals_and_its_button_does_the_rest(desk: Callable[[str], Client], world: World) -> None:
    good, ended = world.to_state("awaiting_followup"), world.to_state("closed")
    client = desk("admin")
    given = {"apa": "assign", "diisi": "1", "assignee": "liaison", "kasus": [good.tracking_id, ended.tracking_id]}

    seen = client.post("/meja/massal/", given)
    carried = re.findall(r'name="kasus" value="(LPR[^"]+:\d+:\d+)"', page(seen))
    done = client.post("/meja/massal/", {**given, "kasus": carried, "lakukan": "1"})

    assert "1 laporan tidak akan diubah" in page(seen)
    assert "Laporan ini sudah ditutup" in page(seen) or "ditutup" in page(seen)
    assert len(carried) == 1
    assert "Selesai untuk 1 laporan." in page(done)
    good.refresh_from_db()
    assert good.assignee == world.user("liaison")


@pytest.mark.parametrize("apa", ["", "entah", "merge", "\x00"])
def test_a_bulk_act_that_does_not_exist_is_refused(desk: Callable[[str], Client], world: World, apa: str) -> None:
    assert desk("admin").post("/meja/massal/", {"apa": apa, "kasus": "x"}).status_code == 422
    assert desk("admin").post("/meja/massal/", {"apa": "note"}).status_code == 422


@pytest.mark.parametrize("who", ["monitor", "patron", "custodian"])
@pytest.mark.parametrize("tail", ["hitung/", "delegasi/", "pengaturan/", "jawaban-siap/", "jawaban-siap/tulis/", "serah-terima/", "kekosongan/"])
def test_whoever_has_no_desk_sees_none_of_its_pages(desk: Callable[[str], Client], who: str, tail: str) -> None:
    assert desk(who).get(f"/meja/{tail}").status_code == 403


@pytest.mark.parametrize("tail", ["hitung/", "delegasi/", "pengaturan/", "jawaban-siap/", "jawaban-siap/tulis/", "serah-terima/", "kekosongan/"])
def test_whoever_leads_a_desk_opens_every_page(desk: Callable[[str], Client], tail: str) -> None:
    assert desk("admin").get(f"/meja/{tail}").status_code == 200


def test_an_appointment_ends_and_its_cases_are_handed_over(desk: Callable[[str], Client], world: World, clock: Any) -> None:
    case = world.to_state("awaiting_followup")
    services.take(case.pk, by=world.actor("liaison"), at=world.at)
    from_now = world.at + timedelta(days=2)
    row = world.user("liaison").appointments.get()

    end_appointment(row, on=world.at.date(), by=world.actor("admin"), at=world.at, why="Mutasi")
    soon = page(desk("admin").get("/meja/serah-terima/"))
    clock.move_to(from_now)
    assert services.release(at=from_now) == 1
    waiting = page(desk("admin").get("/meja/serah-terima/"))
    carried = re.findall(r'name="kasus"[^>]*value="([^"]+)"', waiting)
    done = desk("admin").post("/meja/serah-terima/", {"kasus": carried, "cara": "to_one", "to": "liaison2", "was": str(world.user("liaison").pk)})

    assert "penetapan segera berakhir" in soon
    assert "belum ada penanggung jawab" in waiting
    assert "Selesai untuk 1 laporan." in page(done)
    case.refresh_from_db()
    assert case.assignee == world.user("liaison2")
    assert case.tracking_id not in page(desk("admin").get("/meja/serah-terima/"))


def test_a_hand_over_without_anybody_to_go_on_keeps_what_was_ticked(desk: Callable[[str], Client], world: World) -> None:
    cases = [world.to_state("awaiting_followup") for _number in range(2)]
    for case in cases:
        services.take(case.pk, by=world.actor("liaison"), at=world.at)
    end_appointment(world.user("liaison").appointments.get(), on=world.at.date(), by=world.actor("admin"), at=world.at, why="Mutasi")
    ticked, was = f"{cases[0].tracking_id}:2:{world.user('liaison').pk}", str(world.user("liaison").pk)
    sent = {"kasus": ticked, "cara": "to_one", "to": "", "was": was, "tempat": str(world.unit.pk)}

    answer = desk("admin").post("/meja/serah-terima/", sent)

    text = page(answer)
    assert answer.status_code == 422
    assert "Pilih siapa yang melanjutkan laporan ini." in text
    assert ticks(text, cases) == [True, False]

    elsewhere = desk("admin").post("/meja/serah-terima/", {**sent, "tempat": str(world.city.pk)})  # of another place, or gone by now
    assert elsewhere.status_code == 422
    assert page(elsewhere).count("Pilih siapa yang melanjutkan laporan ini.") == 1
    assert ticks(page(elsewhere), cases) == [True, True]


def ticks(text: str, cases: list[Any]) -> list[bool]:
    return [bool(re.search(rf'value="{case.tracking_id}:[^"]*" checked', text)) for case in cases]


def test_a_canned_text_is_inserted_and_an_own_paragraph_is_needed(desk: Callable[[str], Client], world: World) -> None:
    case, text = world.to_state("awaiting_followup"), canned(world)
    client = desk("liaison")
    where = f"/meja/{case.tracking_id}/langkah/respond/"

    inserted = client.post(where, {"canned": str(text.pk), "sisipkan": "1", "text": "", "version": case.version})
    filled = f"Terima kasih atas laporan {case.tracking_id} Anda."
    bare = client.post(where, {"text": filled, "estimated_on": "2026-11-20", "version": case.version})
    looked = client.post(where, {"text": f"{filled}\n\n{OWN}", "periksa": "1", "version": case.version})
    good = client.post(where, {"text": f"{filled}\n\n{OWN}", "estimated_on": "2026-11-20", "version": case.version})

    assert filled in page(inserted)
    assert inserted.status_code == 200
    assert bare.status_code == 422
    assert "Tambahkan satu paragraf Anda sendiri" in page(bare)
    assert "% adalah teks siap pakai" in page(looked)
    assert good.status_code == 302


def test_a_draft_is_kept_for_its_officer_alone_and_gone_with_the_step(desk: Callable[[str], Client], world: World) -> None:
    case = world.to_state("in_progress")
    where = f"/meja/{case.tracking_id}/langkah/answer/"
    client = desk("liaison")

    kept = client.post(where, {"text": "Zzdraf belum jadi", "simpan": "1", "otomatis": "1", "version": case.version})

    assert kept.status_code == 204
    assert "Zzdraf belum jadi" in page(client.get(where))
    assert "Zzdraf" not in page(desk("liaison2").get(where))
    assert client.post(where, {**ANSWER, "version": case.version}).status_code == 302
    assert not AnswerDraft.objects.exists()


def test_a_draft_is_forgotten_after_its_days(world: World) -> None:
    case = world.to_state("in_progress")
    services.keep_draft(case.pk, "answer", typed={"text": "x"}, by=world.actor("liaison"), at=world.at)
    later = world.at + timedelta(days=20)

    assert services.drafts_of(case.pk, "answer", by=world.actor("liaison"), at=later) is None
    assert services.forget_drafts(at=later) == 1


def test_an_officer_goes_through_a_list_without_going_back(desk: Callable[[str], Client], world: World) -> None:
    for _number in range(3):
        world.to_state("awaiting_followup")
    client = desk("liaison")
    links = re.findall(r'class="title"><a href="([^"]+)"', page(client.get("/meja/?tab=jawab")))

    middle = page(client.get(links[1]))
    first = page(client.get(links[0]))

    assert links[0].split("?")[0] in re.findall(r'rel="prev" href="([^"?]+)', middle)
    assert links[2].split("?")[0] in re.findall(r'rel="next" href="([^"?]+)', middle)
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in page(client.get(links[1].replace("dari=", "dari=x")))


def test_filters_are_saved_shared_counted_and_begin_the_desk(desk: Callable[[str], Client], world: World) -> None:
    world.to_state("awaiting_followup")
    client = desk("liaison")

    client.post("/meja/saringan/", {"name": "Belum dijawab", "query": "tab=jawab&setelah=x&entah=1", "bersama": "on"})
    row = SavedFilter.objects.get()
    colleague = page(desk("liaison2").get("/meja/hitung/"))
    client.post("/meja/pengaturan/", {"saringan": str(row.pk), "pintasan": "on"})

    assert row.query == "tab=jawab"
    assert f'data-count-of="s{row.pk}">1<' in colleague
    assert client.get("/meja/")["Location"] == "/meja/?tab=jawab"
    assert "Belum dijawab" not in page(desk("other_liaison").get("/meja/"))
    assert desk("liaison2").post("/meja/saringan/", {"hapus": str(row.pk)}).status_code == 404


def test_counting_costs_one_query_for_one_and_for_many_filters(desk: Callable[[str], Client], world: World) -> None:
    costs = []
    for number in range(5):
        services.save_filter(name=f"S{number}", query="tab=jawab", is_shared=False, by=world.actor("liaison"), at=world.at)
        if number in {0, 4}:
            client = desk("liaison")
            with CaptureQueriesContext(connection) as queries:
                client.get("/meja/hitung/")
            costs.append(len(queries))

    assert costs[0] == costs[1]


def test_who_else_has_the_report_open_is_told(desk: Callable[[str], Client], world: World) -> None:
    case = world.to_state("awaiting_followup")
    first = page(desk("liaison").get(f"/meja/{case.tracking_id}/"))

    second = page(desk("liaison2").get(f"/meja/{case.tracking_id}/"))

    assert "juga sedang membuka" not in first
    assert "Petugas liaison juga sedang membuka laporan ini." in second
    assert "Petugas liaison2 juga" in page(desk("liaison").get(f"/meja/{case.tracking_id}/hadir/"))
    assert desk("health_liaison").get(f"/meja/{world.to_state('in_progress', is_secret=True).tracking_id}/hadir/").status_code == 404


def test_shortcuts_can_be_switched_off(desk: Callable[[str], Client], world: World) -> None:
    world.to_state("awaiting_followup")
    client = desk("liaison")
    before = "data-keys" in page(client.get("/meja/"))

    client.post("/meja/pengaturan/", {})

    assert before
    assert "data-keys" not in page(client.get("/meja/"))


def test_a_colleague_finds_the_reports_of_whoever_is_away(desk: Callable[[str], Client], world: World) -> None:
    case = world.to_state("awaiting_followup")
    services.take(case.pk, by=world.actor("liaison"), at=world.at)
    away = desk("liaison")

    sent = away.post("/meja/delegasi/", {"to": "liaison2", "valid_from": "2026-11-02", "valid_to": "2026-11-06"})
    again = away.post("/meja/delegasi/", {"to": "liaison2", "valid_from": "2026-11-04", "valid_to": "2026-11-09"})
    stranger = away.post("/meja/delegasi/", {"to": "other_liaison", "valid_from": "2026-12-02", "valid_to": "2026-12-06"})
    mine = page(desk("liaison2").get("/meja/?tab=saya"))

    assert sent.status_code == 302
    assert [again.status_code, stranger.status_code] == [422, 422]
    assert case.tracking_id in mine
    assert "atas nama Petugas liaison" in mine
    assert Complaint.objects.get().assignee == world.user("liaison")


def test_without_the_store_nobody_is_seen_and_the_page_opens_all_the_same(desk: Callable[[str], Client], world: World, settings: Any) -> None:
    case = world.to_state("awaiting_followup")
    client = desk("liaison")
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": "unix:///tmp/there-is-no-such-store.sock"}}

    assert services.here(case.pk, "x", by=world.actor("liaison"), at=world.at) == []
    assert client.get(f"/meja/{case.tracking_id}/").status_code == 200
