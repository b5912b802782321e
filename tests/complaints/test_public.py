"""What everybody may read: only published reports, only their public copy, and a list that never breaks."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from complaints import numbers, services
from complaints.models import Complaint
from complaints.wording import SENTENCES
from tests.desk import copies
from tests.pages import page
from tests.world import SORT, World, answered, at_unit

pytestmark = pytest.mark.usefixtures("clock")

OVERSIGHT: dict[str, Any] = {**SORT, "track": "oversight", "reported_party": "Kepala dinas"}
WORD = "Zebrapolka"  # stands in no other text


def shown(response: Any) -> list[str]:
    """The numbers of the reports that a page links to."""
    return re.findall(r'<a href="/laporan/(LPR-[^/"]+)/', page(response))


def merged(world: World) -> Complaint:
    """As the merging of later will leave it."""
    complaint = world.step(world.to_state("awaiting_followup", title=WORD), "withdraw")
    Complaint.objects.filter(pk=complaint.pk).update(closure_kind="merged")
    return complaint


def archived_after_acceptance(world: World) -> Complaint:
    complaint = world.to_state("awaiting_followup", title=WORD)
    world.step(complaint, "return_to_admin", "liaison", text="Bukan kami.")
    return world.step(complaint, "archive", "admin", reason="too_general", text="Terlalu umum.")


HIDDEN: dict[str, Callable[[World], Complaint]] = {
    "not accepted": lambda w: w.submit(title=WORD).complaint,
    "secret": lambda w: w.to_state("awaiting_followup", title=WORD, is_secret=True),
    "oversight": lambda w: w.step(w.submit(title=WORD).complaint, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT),
    "archived": archived_after_acceptance,
    "merged": merged,
    "a sensitive topic": lambda w: w.to_state("awaiting_followup", title=WORD, topic="order_protection.human_trafficking"),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_is_not_public_is_nowhere_and_answers_as_if_it_did_not_exist(client: Client, world: World, kind: str) -> None:
    complaint = HIDDEN[kind](world)
    nothing = numbers.new_tracking_id()

    by_number, by_nothing = client.get(f"/laporan/{complaint.tracking_id}/"), client.get(f"/laporan/{nothing}/")
    pages = [client.get(path) for path in ("/", "/laporan/", f"/laporan/?q={WORD}", f"/laporan/?q={complaint.tracking_id}", "/laporan/?state=archived")]

    assert (by_number.status_code, by_nothing.status_code) == (404, 404)
    assert re.findall(r"<h1>.*</p>", page(by_number), re.S)[:1] == re.findall(r"<h1>.*</p>", page(by_nothing), re.S)[:1]
    assert not any(complaint.tracking_id in "".join(shown(response)) for response in pages)
    assert not any(f">{WORD}<" in page(response) for response in pages)


def test_a_public_report_is_on_the_start_page_in_the_list_and_at_its_address(client: Client, world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    assert shown(client.get("/")) == shown(client.get("/laporan/")) == [complaint.tracking_id]
    assert client.get(f"/laporan/{complaint.tracking_id.lower()}/").status_code == 200


@pytest.mark.parametrize("state", ["at_city", "in_progress", "awaiting_reporter", "reporter_replied", "closed"])
def test_a_report_stays_public_through_its_states(client: Client, world: World, state: str) -> None:
    complaint = world.to_state(state)

    assert client.get(f"/laporan/{complaint.tracking_id}/").status_code == 200


def test_before_anything_is_public_the_pages_say_so(client: Client) -> None:
    for path in ("/", "/laporan/"):
        assert gettext("No report is public yet.") in page(client.get(path))


def test_personal_data_in_the_texts_is_masked(client: Client, world: World) -> None:
    private = ("0812-3456-7890", "siti@contoh.go.id", "3374010101800001")
    body = f"Jalan berlubang besar di depan pasar. Hubungi {private[0]} atau {private[1]}, NIK {private[2]}, sudah tiga bulan begini."
    complaint = at_unit(world, world.submit(title=f"Lubang, telepon {private[0]}", body=body).complaint)
    world.step(complaint, "respond", "liaison", text=f"Silakan telepon {private[0]}.", estimated_on="2026-11-20")

    found = page(client.get(f"/laporan/{complaint.tracking_id}/")) + page(client.get("/laporan/")) + page(client.get("/"))

    assert "[telepon]" in found
    assert "Silakan telepon" in found
    assert not any(text in found for text in private)


def test_masked_words_are_not_found_by_searching(client: Client, world: World) -> None:
    world.to_state("awaiting_followup", body="Jalan di depan pasar berlubang besar. Surel saya siti@contoh.go.id, sudah tiga bulan berlubang.")

    assert shown(client.get("/laporan/", {"q": "siti@contoh.go.id"})) == []


def test_only_the_regency_of_the_place_is_told(client: Client, world: World) -> None:
    complaint = world.to_state("awaiting_followup", incident_place="Rumah nomor tujuh")

    found = page(client.get(f"/laporan/{complaint.tracking_id}/")) + page(client.get("/laporan/"))

    assert "Kota Semarang" in found
    assert not any(text in found for text in ("Miroto", "Semarang Tengah", "Rumah nomor tujuh"))


def test_neither_the_reporter_nor_an_officer_is_named(client: Client, world: World) -> None:
    complaint = answered(world, world.submit().complaint)
    services.take(world.to_state("awaiting_followup").pk, by=world.actor("liaison"), at=world.at)

    found = page(client.get(f"/laporan/{complaint.tracking_id}/"))

    assert "Pelapor," in found
    assert "Lubang sudah ditambal." in found
    for text in ("Zznama", "zz1@contoh.invalid", "Petugas liaison", "Petugas admin", "Petugas national", ">liaison<"):
        assert text not in found


def test_what_the_reporter_answers_and_what_desks_note_stays_between_them(client: Client, world: World) -> None:
    complaint = answered(world, world.submit().complaint)
    world.step(complaint, "reply", text="Balasan pribadi saya.")
    services.add_note(complaint.pk, text="Catatan meja.", by=world.actor("liaison"), at=world.at)
    world.step(complaint, "answer", "liaison", text="Sudah diulang.", outcome="solved", done_on="2026-11-02", evidence="Bukti dua.")
    world.step(complaint, "confirm", rating=4, text="Komentar pribadi.")

    found = page(client.get(f"/laporan/{complaint.tracking_id}/"))

    assert "Sudah diulang." in found
    assert not any(text in found for text in ("Balasan pribadi", "Catatan meja", "Komentar pribadi"))
    assert str(SENTENCES["answer"]) in found
    assert str(SENTENCES["note"]) not in found


def test_a_secret_wish_of_the_reporter_is_not_told_with_its_reason(client: Client, world: World) -> None:
    complaint = at_unit(world, world.submit(is_secret=True).complaint)
    world.step(complaint, "change_visibility", secret="false", text="Saya tidak takut lagi kepada tetangga.")

    response = client.get(f"/laporan/{complaint.tracking_id}/")

    assert response.status_code == 200
    assert "tidak takut lagi" not in page(response)


def test_markup_is_shown_as_text(client: Client, world: World) -> None:
    html = "<script>alert('x')</script>"
    complaint = world.to_state("awaiting_followup", title=html, body="Jalan di depan pasar berlubang besar sejak tiga bulan." + html)

    pages = [client.get(path) for path in ("/", "/laporan/", f"/laporan/{complaint.tracking_id}/")] + [client.get("/laporan/", {"q": html, "topic": html})]

    assert not any("<script>alert" in page(response) for response in pages)


# Searching and narrowing


@pytest.fixture
def three(world: World) -> dict[str, str]:
    road = world.to_state("awaiting_followup", title="Jalan rusak di Miroto", body="Aspalnya mengelupas sejak hujan besar bulan lalu dan belum diperbaiki.")
    lamp = world.to_state("closed", title="Lampu mati di taman", body="Taman gelap setiap malam sejak dua pekan lalu dan belum juga diperbaiki.")
    hall = world.submit(title="Kantor tutup", body="Loket tutup sebelum jam istirahat setiap hari Jumat sejak bulan lalu.").complaint
    world.step(hall, "dispose_to_institution", "national", target="kementerian-uji", topic="public_works", track="non_oversight")
    world.step(hall, "handle", "other_admin")
    return {"road": road.tracking_id, "lamp": lamp.tracking_id, "hall": hall.tracking_id}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"road", "lamp", "hall"}),
        ({"q": "lampu"}, {"lamp"}),
        ({"q": "taman gelap"}, {"lamp"}),
        ({"q": "tidakadakata"}, set()),
        ({"topic": "public_works"}, {"road", "lamp", "hall"}),
        ({"topic": "public_works.potholes"}, {"road", "lamp"}),
        ({"state": "closed"}, {"lamp"}),
        ({"institution": "kota-uji"}, {"road", "lamp"}),
        ({"institution": "kementerian-uji"}, {"hall"}),
        ({"region": "33.74"}, {"road", "lamp", "hall"}),
        ({"region": "31"}, set()),
        ({"region": "33.74.01.1001"}, {"road", "lamp", "hall"}),  # nothing finer than the regency is public, nor found by
        ({"region": "33.74.99.9999"}, {"road", "lamp", "hall"}),
        ({"classification": "aspiration"}, set()),
        ({"q": "bulan lalu", "institution": "kota-uji"}, {"road"}),
    ],
)
def test_the_list_is_narrowed_by_words_topic_state_institution_and_place(client: Client, three: dict[str, str], query: dict[str, str], names: set[str]) -> None:
    response = client.get("/laporan/", query)

    assert set(shown(response)) == {three[name] for name in names}


def test_a_number_finds_its_report_however_it_is_typed(client: Client, three: dict[str, str]) -> None:
    for typed in (three["lamp"], three["lamp"].lower(), three["lamp"].replace("-", ""), f" {three['lamp']} "):
        assert shown(client.get("/laporan/", {"q": typed})) == [three["lamp"]]


ODD = ["entah", "\x00", "🚦", "%", "'; --", "((", "&|!", ":*", "\\", "a" * 3000, "<b>", "‮"]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("name", ["q", "topic", "state", "institution", "region", "classification", "setelah", "lain"])
def test_a_value_that_means_nothing_is_answered_kindly(client: Client, world: World, name: str, value: str) -> None:
    world.to_state("awaiting_followup")

    response = client.get("/laporan/", {name: value})

    assert response.status_code == 200
    assert len(shown(response)) in {0, 1}


@pytest.mark.parametrize(
    "cursor", ["MXx4fHk=", "MXwyMDI2LTExLTAyfHk=", "MXwwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5fDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA==", "é"]
)
def test_a_broken_place_in_the_list_is_no_crash(client: Client, world: World, cursor: str) -> None:
    world.to_state("awaiting_followup")

    assert client.get("/laporan/", {"setelah": cursor}).status_code == 200


@pytest.mark.parametrize("number", ["x", "LPR%00", "%F0%9F%9A%A6", "LPR-7K3M-92QX-4", "a" * 3000])
def test_an_odd_number_is_simply_not_found(client: Client, number: str) -> None:
    assert client.get(f"/laporan/{number}/").status_code == 404


# Many


@pytest.mark.parametrize("same", [1, 4, 45])
def test_paging_loses_nothing_and_shows_nothing_twice(client: Client, world: World, same: int) -> None:
    """Also where many became public in the same instant."""
    first = world.to_state("awaiting_followup")
    rows = copies(first, 44, published_at=lambda n: world.at - timedelta(minutes=n // same))
    wanted = {first.tracking_id, *(row.tracking_id for row in rows)}

    seen: list[str] = []
    sizes = []
    path = "/laporan/?q=pasar"
    while path:
        response = client.get(path)
        sizes.append(len(shown(response)))
        seen += shown(response)
        following = re.findall(r'rel="next" href="([^"]+)"', page(response))
        path = f"/laporan/{following[0].replace('&amp;', '&')}" if following else ""

    assert sizes == [20, 20, 5]
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted


def test_the_newest_published_come_first(client: Client, world: World) -> None:
    first = world.to_state("awaiting_followup")
    rows = copies(first, 3, published_at=lambda n: world.at - timedelta(hours=n + 1))

    assert shown(client.get("/laporan/")) == [first.tracking_id, *(row.tracking_id for row in rows)]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize(("path", "count"), [("/", 3), ("/laporan/", 4), ("/laporan/?q=pasar", 2)])
def test_the_list_asks_the_database_as_often_for_twenty_as_for_one(client: Client, world: World, path: str, count: int) -> None:
    first = world.to_state("awaiting_followup")
    one = queries(client, path)
    copies(first, 24, published_at=lambda n: world.at - timedelta(minutes=n))

    assert (one, queries(client, path)) == (count, count)


def test_one_report_asks_the_database_as_often_with_a_long_history_as_with_a_short_one(client: Client, world: World) -> None:
    short, long = world.to_state("at_city"), world.to_state("closed")
    Complaint.objects.filter(pk=short.pk).update(accepted_at=world.at, complete_at=world.at, published_at=world.at)

    assert queries(client, f"/laporan/{short.tracking_id}/") == queries(client, f"/laporan/{long.tracking_id}/") == 5


def test_the_privacy_notice_is_there_in_both_languages(client: Client) -> None:
    here = page(client.get("/privasi/"))
    client.post("/bahasa/", {"language": "en", "next": "/privasi/"})

    assert '<html lang="id">' in here
    assert "What we do not keep" in page(client.get("/privasi/"))
