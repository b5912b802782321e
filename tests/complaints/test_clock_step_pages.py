"""Hold, dispute, track and referral on the pages and in the API: asked, shown, and read by whom they concern."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from complaints.models import Complaint
from tests.citizen import prove
from tests.desk import HTML, act, address
from tests.pages import page
from tests.world import SORT, World, answered, in_progress

pytestmark = pytest.mark.usefixtures("clock")

HELD: dict[str, Any] = {"reason": "third_party", "until": "2026-11-16", "text": "Menunggu izin pemilik lahan."}
WHY = "Sudah lama tanpa tindakan."


@pytest.fixture
def desk(world: World) -> Callable[[str], Client]:
    """The officer's own browser, another one than the reporter's."""
    return lambda name: world.login(Client(), name)


@pytest.fixture
def own(client: Client, world: World) -> Callable[..., Complaint]:
    """A report in progress (or further), opened in this browser by its code."""

    def made(way: Callable[[World, Complaint], Complaint] = in_progress, **overrides: Any) -> Complaint:
        receipt = world.submit(**overrides)
        prove(client, receipt)
        return way(world, receipt.complaint)

    return made


def test_an_admin_holds_a_report_from_its_page_and_the_reporter_reads_until_when(desk: Callable[[str], Client], client: Client, world: World, own: Any) -> None:
    complaint = own()
    asked = page(desk("admin").get(address(complaint, "langkah/hold/")))
    assert all(f'name="{name}"' in asked for name in ("reason", "until", "text"))

    response = act(desk("admin"), complaint, "hold", **HELD)

    assert response.status_code == 302
    for shown in (page(desk("liaison").get(address(complaint))), page(client.get(f"/lacak/{complaint.tracking_id}/"))):
        assert "Penanganan ditahan sampai 16 November 2026: Pihak lain harus bertindak dahulu." in shown
        assert HELD["text"] in shown
        assert "Sampai: 16 November 2026" in shown
    assert "Ditahan" in page(desk("admin").get("/meja/"))
    offered = page(desk("liaison").get(address(complaint)))
    assert "langkah/end_hold/" in offered
    assert act(desk("liaison"), complaint, "end_hold", text="Izin sudah ada.").status_code == 302
    assert "Penanganan ditahan sampai" not in page(client.get(f"/lacak/{complaint.tracking_id}/"))


def test_a_refused_hold_keeps_what_was_typed(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")

    response = act(desk("admin"), complaint, "hold", reason="court", until="2027-11-16", text="Menunggu putusan." + HTML)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"until"}
    assert "2027-11-16" in page(response)
    assert "Menunggu putusan." in page(response)
    assert HTML not in page(response)


def test_the_reporter_asks_for_a_referral_and_says_whether_the_name_may_go_with_it(client: Client, world: World, own: Any) -> None:
    complaint = own()
    mine = f"/lacak/{complaint.tracking_id}/"
    assert "Minta diteruskan ke Ombudsman" in page(client.get(mine))
    form = page(client.get(f"{mine}langkah/refer/"))
    assert "Bolehkah Ombudsman mengetahui siapa Anda?" in form

    client.post(f"{mine}langkah/refer/", {"version": complaint.version, "text": WHY})
    asked = page(client.get(mine))
    assert "Anda meminta laporan ini diteruskan ke Ombudsman." in asked
    assert "langkah/refer/" not in asked
    assert "langkah/consent_transfer/" not in asked

    world.step(complaint, "refer", "national", text=WHY)
    complaint.refresh_from_db()
    assert "Mohon tentukan di bawah ini" in page(client.get(mine))
    response = client.post(f"{mine}langkah/consent_transfer/", {"version": complaint.version, "consent": "false"})
    assert response.status_code == 302
    told = page(client.get(mine))
    assert "Nama dan kontak Anda tetap tersegel." in told
    assert "Pelapor tidak setuju Ombudsman mengetahui siapa yang melapor." in told


def test_the_reporter_of_an_answered_report_may_ask_too_and_twice_is_refused(client: Client, world: World, own: Any) -> None:
    complaint = own(answered)
    url = f"/lacak/{complaint.tracking_id}/langkah/refer/"

    client.post(url, {"version": complaint.version})
    complaint.refresh_from_db()
    again = client.post(url, {"version": complaint.version, "text": "Sekali lagi."})

    assert again.status_code == 422
    assert "Anda sudah memintanya." in page(again)
    assert "Sekali lagi." in page(again)


def test_the_nation_refers_with_its_reason_and_is_not_asked_for_the_reporters_consent(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", text=WHY)
    client = desk("national")
    assert "Minta ke Ombudsman" in page(client.get("/meja/"))
    form = page(client.get(address(complaint, "langkah/refer/")))
    assert 'name="consent"' not in form

    assert act(client, complaint, "refer", text="").status_code == 422
    assert act(client, complaint, "refer", text="Setuju diteruskan.").status_code == 302
    assert "Di Ombudsman" in page(client.get("/meja/"))
    assert client.get(address(complaint, "langkah/refer/")).status_code == 409


def test_a_dispute_stands_on_the_national_desk_and_on_the_report(desk: Callable[[str], Client], world: World) -> None:
    other = world.submit(title="Lampu jalan padam di alun-alun").complaint
    complaint = world.submit().complaint
    for _turn in range(3):
        world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)
        world.step(complaint, "return_upward", "admin", text="Bukan kewenangan kami.")
    client = desk("national")

    queue = page(client.get("/meja/?tab=sengketa"))
    assert complaint.tracking_id in queue
    assert other.tracking_id not in queue
    assert "Kewenangan atas laporan ini dipersengketakan." in page(client.get(address(complaint)))
    assert "tab=sengketa" not in page(desk("admin").get("/meja/"))

    assert act(client, complaint, "dispose_to_institution", target="kota-uji").status_code == 302
    bound = page(desk("admin").get(address(complaint)))
    assert "laporan tidak dapat dikembalikan" in bound
    assert "langkah/return_upward/" not in bound


def test_the_form_of_a_track_offers_only_the_other_one(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")

    form = page(desk("admin").get(address(complaint, "langkah/change_track/")))

    assert 'value="oversight"' in form
    assert 'value="non_oversight"' not in form
    assert act(desk("admin"), complaint, "change_track", track="oversight", text=WHY, reported_party="").status_code == 422
    assert act(desk("admin"), complaint, "change_track", track="oversight", text=WHY, reported_party="Oknum").status_code == 302


def test_the_api_lists_and_takes_the_same_steps(client: Client, world: World) -> None:
    receipt = world.submit()
    complaint = in_progress(world, receipt.complaint)
    url, code = f"/api/v1/complaints/{complaint.tracking_id}/", {"X-Case-Code": receipt.case_code}

    steps = {row["action"]: row for row in client.get(f"{url}steps/", headers=code).json()["steps"]}
    assert steps["refer"]["required"] == []
    assert steps["refer"]["optional"] == ["text", "consent"]
    assert steps["refer"]["label"] == "Minta diteruskan ke Ombudsman"
    taken = client.post(f"{url}steps/", {"action": "refer", "version": complaint.version, "consent": "yes"}, content_type="application/json", headers=code)
    assert taken.status_code == 200
    shown = client.get(url, headers=code).json()
    assert (shown["referral"], shown["transfer_consent"], shown["hold_until"]) == ("asked", "granted", None)
    assert "referral" not in client.get(url).json()
