"""The Ombudsman's console: what it shows, what stays closed, and that it writes nothing beside the listed steps."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services as complaints
from complaints.models import Complaint, Reading
from monitoring import services
from monitoring.models import Referral, ReferralText
from tests.desk import OVERSIGHT
from tests.files import keep, photo
from tests.pages import main, page
from tests.referrals import SAID, SECOND, SECRET, brought_to, disputed, dossier, end_of_day_60, proposed, refer, referred, take
from tests.world import World

Desk = Callable[[str], Client]


@pytest.fixture
def late(world: World) -> Iterator[Complaint]:
    """An open case on the day after its day 60; the pages' clock stands there."""
    complaint = world.to_state("in_progress")
    with time_machine.travel(end_of_day_60(complaint) + SECOND, tick=False):
        yield complaint


def console(client: Client, tab: str, **more: str) -> str:
    return main(client.get("/ombudsman/", {"tab": tab, **more}))


# --- the lists ----------------------------------------------------------------------------------------------------------


def test_the_console_shows_what_passed_day_60_and_counts_what_is_closed_to_it(late: Complaint, world: World, desk: Desk) -> None:
    secret = world.to_state("in_progress", **SECRET)

    text = console(desk("ombudsman"), "lewat")

    assert late.tracking_id in text
    assert secret.tracking_id not in text
    assert "Zzrahasia" not in text
    assert 'aria-current="page">' in text
    assert '<span class="count">2</span>' in text


def test_the_watch_list_begins_with_day_45(world: World, desk: Desk) -> None:
    complaint = world.to_state("in_progress")
    end = end_of_day_60(complaint)
    for days, is_there in ((16, False), (15, True), (0, True), (-1, False)):
        with time_machine.travel(end - (end - end.replace(hour=0)) - days * (SECOND * 86_400), tick=False):
            assert (complaint.tracking_id in console(desk("ombudsman"), "pantau")) is is_there


def test_a_dispute_that_nobody_decided_in_time_is_shown_and_proposed_once(world: World, desk: Desk) -> None:
    complaint = disputed(world)
    end = complaint.clocks.get(key="jurisdiction_decision").due_at
    assert services.follow(at=end)["proposed"] == 0
    with time_machine.travel(end, tick=False):
        assert complaint.tracking_id not in console(desk("ombudsman"), "sengketa")

    assert [services.follow(at=end + SECOND)["proposed"] for _turn in range(2)] == [1, 0]
    row = Referral.objects.get()
    assert (row.cause, row.since) == ("deadlock", end)
    with time_machine.travel(end + SECOND, tick=False):
        assert complaint.tracking_id in console(desk("ombudsman"), "sengketa")

    world.step(complaint, "dispose_to_institution", "national", at=end + SECOND, target="kota-uji", text="Kota yang berwenang.")
    services.follow(at=end + SECOND)
    assert Referral.objects.get().stage == "declined"


def test_the_search_reads_referred_cases_only(world: World, desk: Desk) -> None:
    row = referred(world, title="Lampu jalan padam total")
    other = world.to_state("in_progress", title="Lampu taman padam")
    with time_machine.travel(row.proposed_at, tick=False):
        client = desk("ombudsman")
        found = console(client, "rujukan", q="lampu padam")
        assert row.complaint.tracking_id in found
        assert other.tracking_id not in found
        assert row.complaint.tracking_id in console(client, "rujukan", q=row.complaint.tracking_id.lower())
        assert row.complaint.tracking_id not in console(client, "rujukan", q="banjir\x00")


def test_pages_go_on_without_a_gap(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.views.ombudsman.PAGE", 2)
    rows = [world.to_state("in_progress") for _count in range(5)]
    with time_machine.travel(max(map(end_of_day_60, rows)) + SECOND, tick=False):
        services.follow(at=max(map(end_of_day_60, rows)) + SECOND)
        client = desk("ombudsman")
        seen: dict[str, list[str]] = {"lewat": [], "rujukan": []}
        for tab, numbers in seen.items():
            address = f"/ombudsman/?tab={tab}"
            while address:
                text = main(client.get(address))
                numbers += [row.tracking_id for row in rows if row.tracking_id in text]
                _before, _rel, after = text.partition('rel="next" href="')
                address = "/ombudsman/" + after.partition('"')[0].replace("&amp;", "&") if after else ""
    assert {tab: sorted(numbers) for tab, numbers in seen.items()} == dict.fromkeys(seen, sorted(row.tracking_id for row in rows))


@pytest.mark.parametrize("tab", ["lewat", "rujukan", "pantau", "sengketa"])
def test_one_row_and_three_cost_the_same(world: World, desk: Desk, tab: str) -> None:
    row = referred(world)
    counts = []
    with time_machine.travel(row.proposed_at, tick=False):
        client = desk("ombudsman")
        for more in (0, 2):
            for _count in range(more):
                referred(world)
            client.get("/ombudsman/", {"tab": tab})
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get("/ombudsman/", {"tab": tab})
            counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["national", "admin", "liaison", "hub", "monitor", "auditor", "supervisor"])
def test_the_console_is_for_the_ombudsman_alone(world: World, desk: Desk, who: str) -> None:
    row = brought_to(world, "examination")
    client = desk(who)
    for tail in ("", f"{row.pk}/", f"{row.pk}/dosir/1/", f"{row.pk}/langkah/close/", f"{row.pk}/berkas/{uuid4()}/"):
        assert client.get(f"/ombudsman/{tail}").status_code == 403
    assert "/ombudsman/" not in page(client.get("/meja/")).replace("/meja/ombudsman/", "")
    assert Client().get("/ombudsman/").status_code == 302


# --- one referral -------------------------------------------------------------------------------------------------------


def test_the_case_file_opens_with_the_confirmation_and_closes_with_the_end(world: World, desk: Desk) -> None:
    client = desk("ombudsman")
    row = proposed(world, body="Zzisi lengkap laporan tentang jalan berlubang di pasar.")
    address = f"/ombudsman/{row.pk}/"
    assert "Zzisi" not in page(client.get(address))
    assert not Reading.objects.exists()

    refer(world, row)
    services.follow(at=row.proposed_at)
    complaints.add_note(row.complaint_id, by=world.actor("liaison"), at=row.proposed_at, text="Catatan dalam unit.")
    text = page(client.get(address))
    assert "Zzisi" in text
    assert "Catatan dalam unit." in text
    assert "Zznama" not in text
    reading = Reading.objects.get()
    assert (reading.what, reading.by, reading.complaint_id) == ("referral_case", world.user("ombudsman"), row.complaint_id)

    row.refresh_from_db()
    take(world, take(world, row, "accept"), "close")
    assert "Zzisi" not in page(client.get(address))
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("kind", ["secret", "oversight"])
def test_a_secret_case_is_unknown_until_it_is_confirmed(world: World, desk: Desk, kind: str) -> None:
    if kind == "secret":
        complaint = world.to_state("in_progress", **SECRET)
    else:
        complaint = world.step(
            world.submit(title="Zzrahasia pemerasan oleh kepala").complaint, "dispose_to_institution", "national", target="kota-uji-inspektorat", **OVERSIGHT
        )
    at = end_of_day_60(complaint) + SECOND
    services.follow(at=at)
    row, client = Referral.objects.get(), desk("ombudsman")
    assert client.get(f"/ombudsman/{row.pk}/").status_code == 404
    assert complaint.tracking_id not in console(client, "rujukan")

    refer(world, row)
    services.follow(at=at)
    assert "Zzrahasia" in page(client.get(f"/ombudsman/{row.pk}/"))


def test_evidence_and_dossier_are_given_out_and_each_reading_is_on_record(world: World, desk: Desk) -> None:
    upload = keep(world, photo((64, 48)))
    complaints.clean_uploads(at=world.at)
    row, client = referred(world, files=[str(upload.pk)]), desk("ombudsman")

    file = client.get(f"/ombudsman/{row.pk}/berkas/{upload.pk}/")
    archive, drawn = client.get(f"/ombudsman/{row.pk}/dosir/1/"), client.get(f"/ombudsman/{row.pk}/dosir/1/?pdf")

    assert file.status_code == archive.status_code == drawn.status_code == 200
    assert (archive.content[:2], drawn.content[:4]) == (b"PK", b"%PDF")
    assert archive["Cache-Control"] == "no-store"
    assert len(archive.content) == dossier(row).size
    assert sorted(Reading.objects.values_list("what", flat=True)) == ["dossier", "dossier", "referral_file"]
    assert client.get(f"/ombudsman/{row.pk}/berkas/{uuid4()}/").status_code == 404
    other = keep(world, photo((32, 32)))
    world.to_state("in_progress", files=[str(other.pk)])
    assert client.get(f"/ombudsman/{row.pk}/berkas/{other.pk}/").status_code == 404


def test_a_step_and_a_note_from_the_page(world: World, desk: Desk) -> None:
    row, client = referred(world), desk("ombudsman")
    address = f"/ombudsman/{row.pk}/langkah/decline/"
    assert client.get(address).status_code == 200

    wrong = client.post(address, {"version_read": row.version, "reason": "", "text": "Bukan kewenangan <b>kami</b>."})
    assert wrong.status_code == 422
    assert "Bukan kewenangan &lt;b&gt;kami&lt;/b&gt;." in page(wrong)
    stale = client.post(address, {"version_read": row.version - 1, "reason": "settled", "text": "Sudah selesai."})
    assert (stale.status_code, "Sudah selesai." in page(stale)) == (409, True)
    assert client.post(f"/ombudsman/{row.pk}/catatan/", {"text": " "}).status_code == 422
    assert client.post(f"/ombudsman/{row.pk}/catatan/", {"text": "Zzcatatan."}).status_code == 302
    assert "Zzcatatan." in page(client.get(f"/ombudsman/{row.pk}/"))
    assert client.post(address, {"version_read": row.version, **SAID["decline"]}).status_code == 302
    row.refresh_from_db()
    assert row.stage == "declined"
    assert client.get(f"/ombudsman/{row.pk}/langkah/examine/").status_code == 409
    assert client.get(f"/ombudsman/{row.pk}/langkah/record_action/").status_code == 403


def test_a_case_that_is_read_at_the_desk_is_on_record_too_and_only_of_the_ombudsman(world: World, desk: Desk) -> None:
    complaint = world.to_state("in_progress")
    for who in ("liaison", "national", "ombudsman"):
        assert desk(who).get(f"/meja/{complaint.tracking_id}/").status_code == 200

    reading = Reading.objects.get()
    assert (reading.what, reading.by) == ("desk_case", world.user("ombudsman"))


# --- the institution's side ---------------------------------------------------------------------------------------------


def test_the_institution_reads_what_is_asked_and_records_it(world: World, desk: Desk) -> None:
    row = brought_to(world, "corrective_action")
    client = desk("admin")
    listed = main(client.get("/meja/ombudsman/"))
    assert SAID["correct"]["text"] in listed
    assert row.complaint.tracking_id in listed
    assert row.complaint.tracking_id not in main(desk("other_admin").get("/meja/ombudsman/"))
    assert desk("liaison").get("/meja/ombudsman/").status_code == 403

    client = desk("admin")
    address = f"/meja/ombudsman/{row.pk}/record_action/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"version_read": row.version, "text": ""}).status_code == 422
    assert client.post(address, {"version_read": row.version, "text": "Sudah diperbaiki."}).status_code == 302
    assert SAID["correct"]["text"] not in main(client.get("/meja/ombudsman/"))
    assert client.get(f"/meja/ombudsman/{row.pk}/accept/").status_code == 404


def test_the_nation_decides_on_a_proposal(world: World, desk: Desk) -> None:
    row, client = proposed(world), desk("national")
    assert row.complaint.tracking_id in main(client.get("/meja/ombudsman/"))

    assert client.post(f"/meja/ombudsman/{row.pk}/dismiss/", {"version_read": 1, "reason": "settled", "text": "Warga puas."}).status_code == 302

    row.refresh_from_db()
    assert row.stage == "declined"


def test_the_texts_of_referrals_are_erasable(world: World) -> None:
    brought_to(world, "corrective_action")
    assert ReferralText.objects.update(text="", is_erased=True) == 1
