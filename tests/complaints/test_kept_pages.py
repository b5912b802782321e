"""Public pages that are kept for everybody: the same page, sooner; nothing of one visitor in it, and nothing that is no longer public."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints import services
from complaints.models import Complaint
from lapor.ground import pages
from tests.citizen import prove
from tests.desk import copies
from tests.pages import main, page
from tests.world import SORT, World, answered, at_unit

PATHS = ("/", "/laporan/", "/laporan/{number}/", "/privasi/")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WORD = "Zebrapolka"


def kept() -> int:
    """How many pages the cache holds."""
    return len(cache._cache.get_client().keys("*page:*"))  # type: ignore[attr-defined]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.fixture
def public(world: World, clock: time_machine.Traveller) -> Complaint:
    return world.to_state("in_progress", title=f"{WORD} di jalan pasar")


def take_down(world: World, complaint: Complaint) -> None:
    services.take_down(complaint.pk, reason="personal_data", text="Memuat data pribadi.", by=world.actor("admin"), at=world.at)


@pytest.mark.parametrize("path", PATHS)
def test_the_second_visitor_gets_the_same_page_for_one_small_query(client: Client, public: Complaint, path: str) -> None:
    address = path.format(number=public.tracking_id)
    first, second = client.get(address), Client()
    asked = queries(second, address)

    assert asked == (0 if path == "/privasi/" else 1)
    assert TOKEN.sub("", page(Client().get(address))) == TOKEN.sub("", page(first))
    assert kept() == 1


@pytest.mark.parametrize("path", PATHS)
def test_each_visitor_has_a_form_token_of_their_own_that_works_and_none_is_kept(public: Complaint, path: str) -> None:
    address = path.format(number=public.tracking_id)
    visitors = [Client(enforce_csrf_checks=True) for _number in range(3)]
    tokens = [TOKEN.findall(page(visitor.get(address)))[0] for visitor in visitors]
    held = b"".join(bytes(cache._cache.get_client().get(key)) for key in cache._cache.get_client().keys("*page:*"))  # type: ignore[attr-defined]

    assert len(set(tokens)) == 3
    assert not any(token.encode() in held for token in tokens)
    for visitor, token in zip(visitors, tokens, strict=True):
        sent = {"csrfmiddlewaretoken": token, "language": "en", "next": address}
        assert visitor.post("/bahasa/", sent).status_code == 302
        assert '<html lang="en"' in page(visitor.get(address))
    assert visitors[0].post("/bahasa/", {**sent, "csrfmiddlewaretoken": "a" * 64}).status_code == 403


def test_a_language_never_gets_the_page_of_another(client: Client, public: Complaint) -> None:
    address = f"/laporan/{public.tracking_id}/"
    here, there = page(client.get(address)), page(client.get(address, headers={"Accept-Language": "en"}))

    assert '<html lang="id"' in here
    assert '<html lang="en"' in there
    assert page(client.get(address)).count("Apa yang terjadi") == here.count("Apa yang terjadi")


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_for_this_browser_and_asked_for_again(client: Client, public: Complaint, path: str) -> None:
    for _visit in range(2):
        answer = client.get(path.format(number=public.tracking_id))

        assert answer["Cache-Control"] == "private, no-cache"
        assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_whoever_is_logged_in_or_opened_a_case_neither_gets_nor_leaves_a_kept_page(client: Client, world: World, public: Complaint) -> None:
    address = f"/laporan/{public.tracking_id}/"
    officer, citizen = Client(), Client()
    world.login(officer, "liaison")
    receipt = world.submit()
    prove(citizen, receipt)
    cache.clear()

    seen = [page(officer.get(address)), page(citizen.get(address))]
    assert kept() == 0
    anonymous = page(client.get(address))
    assert "/meja/" in seen[0]
    assert "/meja/" not in anonymous
    assert "/meja/" in page(officer.get(address))
    assert receipt.case_code not in anonymous + seen[1]


def test_a_message_that_waits_for_one_visitor_is_shown_to_that_one_alone(client: Client, world: World, public: Complaint) -> None:
    client.get("/i/tidak-ada/")
    visitor = Client()
    visitor.get("/lacak/")
    visitor.cookies["pesan"] = "something"

    visitor.get("/")
    assert kept() == 0


def test_a_page_with_a_question_is_never_kept(client: Client, public: Complaint) -> None:
    for question in ("?q=pasar", "?setelah=x", "?lain=1"):
        client.get(f"/laporan/{question}")

    assert kept() == 0


# What changes is seen at once


def became_secret(world: World, complaint: Complaint) -> None:
    world.step(complaint, "change_visibility", secret="true")


def withdrawn_into_the_archive(world: World, complaint: Complaint) -> None:
    world.step(complaint, "return_to_admin", "liaison", text="Bukan kami.")
    world.step(complaint, "archive", "admin", reason="too_general", text="Terlalu umum.")


def merged(_world: World, complaint: Complaint) -> None:
    """As the merging of later will leave it: no version, no history."""
    Complaint.objects.filter(pk=complaint.pk).update(taken_down_at=timezone.now())


HIDING: dict[str, Callable[[World, Complaint], None]] = {
    "taken down": take_down,
    "secret": became_secret,
    "archived": withdrawn_into_the_archive,
    "without a trace": merged,
}


@pytest.mark.parametrize("kind", HIDING)
def test_what_is_public_no_more_is_gone_from_every_page_at_once(client: Client, world: World, clock: Any, kind: str) -> None:
    complaint = world.to_state("awaiting_followup", title=f"{WORD} di jalan pasar")
    paths = ["/", "/laporan/", f"/laporan/{complaint.tracking_id}/"]
    before = [page(client.get(path)) for path in paths]

    HIDING[kind](world, complaint)
    after = [client.get(path) for path in paths]

    assert all(WORD in text for text in before)
    assert [answer.status_code for answer in after[:2]] == [200, 200]
    assert after[2].status_code in {404, 410}
    assert not any(WORD in page(answer) for answer in after)


def test_every_change_of_a_page_is_seen_at_once(client: Client, world: World, public: Complaint) -> None:
    address, by = f"/laporan/{public.tracking_id}/", world.actor("admin")
    client.get(address)

    world.step(public, "progress", "liaison", text="Aspal sudah dipesan.")
    assert "Aspal sudah dipesan." in page(client.get(address))
    services.publish(public.pk, given={"title": "Judul yang disunting meja"}, by=by, at=world.at)
    for path in (address, "/", "/laporan/"):
        assert "Judul yang disunting meja" in page(client.get(path))
    services.right_of_reply(public.pk, text="Pernyataan instansi kami.", by=world.actor("liaison"), at=world.at)
    assert "Pernyataan instansi kami." in page(client.get(address))
    [entry] = services.statements(public)
    services.moderate_reply(public.pk, statement=entry.pk, shown=False, text="Belum patut.", by=world.actor("national"), at=world.at)
    assert "Pernyataan instansi kami." not in page(client.get(address))


def test_a_report_in_parts_is_never_kept_for_its_parts_have_histories_of_their_own(client: Client, world: World, clock: Any) -> None:
    complaint = at_unit(world, world.submit().complaint)
    Complaint.objects.filter(pk=complaint.pk).update(part_count=1)

    client.get(f"/laporan/{complaint.tracking_id}/")
    assert kept() == 0


def test_days_left_are_told_anew_after_a_minute(client: Client, world: World, public: Complaint, clock: time_machine.Traveller) -> None:
    address = f"/laporan/{public.tracking_id}/"
    before = page(client.get(address))
    key = cache._cache.get_client().keys("*page:*")[0]  # type: ignore[attr-defined]
    assert 0 < cache._cache.get_client().ttl(key) <= pages.SECONDS  # type: ignore[attr-defined]

    cache.clear()
    clock.shift(timedelta(days=2))
    assert page(client.get(address)) != before


def test_the_list_shows_a_new_report_at_once_and_keeps_its_order(client: Client, world: World, public: Complaint) -> None:
    client.get("/laporan/")
    [newer] = copies(public, 1, published_at=lambda _n: world.at + timedelta(minutes=1), head=lambda n: f"{n}")

    found = re.findall(r'<a href="/laporan/(LPR-[^/"]+)/', page(client.get("/laporan/")))
    assert found == [newer.tracking_id, public.tracking_id]


# Without the cache


def test_without_the_cache_pages_are_drawn_and_nobody_waits_twice(client: Client, public: Complaint, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address, shelf = f"/laporan/{public.tracking_id}/", pages.Shelf()
    monkeypatch.setattr(pages, "shelf", shelf)
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/valkey.sock"}}

    assert WORD in page(client.get(address))
    assert shelf.rests_until > 0
    assert WORD in page(client.get(address))


# Races


def test_no_visitor_who_comes_after_a_take_down_sees_the_report(committed: World) -> None:
    """Readers fill and ask the cache all the time; each answer that was asked for after the commit says that it is gone."""
    complaint = committed.to_state("awaiting_followup", title=f"{WORD} di jalan pasar")
    address, stop, turns = f"/laporan/{complaint.tracking_id}/", threading.Event(), count()
    turn = next(turns)  # odd while the report is down
    wrong: list[int] = []
    seen: set[int] = set()

    def read() -> None:
        client = Client()
        while not stop.is_set():
            before = turn
            answer = client.get(address)
            listed = WORD in page(client.get("/laporan/"))
            seen.add(answer.status_code)
            if before % 2 and before == turn and (answer.status_code != 410 or listed):
                wrong.append(answer.status_code)
        connections.close_all()

    readers = [threading.Thread(target=read) for _number in range(4)]
    for reader in readers:
        reader.start()
    for _round in range(8):
        take_down(committed, complaint)
        turn = next(turns)
        threading.Event().wait(0.3)
        turn = next(turns)
        services.republish(complaint.pk, text="Sudah disunting.", by=committed.actor("national"), at=committed.at)
        threading.Event().wait(0.2)
    stop.set()
    for reader in readers:
        reader.join()

    assert wrong == []
    assert {200, 410} <= seen <= {200, 404, 410}  # 404: shown again between the two questions


def test_a_reader_who_began_before_a_take_down_leaves_nothing_for_those_after(
    client: Client, world: World, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slowest reader: the page was drawn before, and is put into the cache after."""
    complaint = answered(world, world.submit(title=f"{WORD} di jalan pasar").complaint)
    address, keep = f"/laporan/{complaint.tracking_id}/", pages.shelf.keep

    def late(key: str, value: Any, **more: Any) -> None:
        take_down(world, complaint)
        keep(key, value, **more)

    monkeypatch.setattr(pages.shelf, "keep", late)
    assert client.get(address).status_code == 200
    monkeypatch.setattr(pages.shelf, "keep", keep)

    assert kept() == 1
    assert client.get(address).status_code == 410
    assert WORD not in main(client.get("/laporan/"))
    services.republish(complaint.pk, text="Sudah disunting.", by=world.actor("national"), at=world.at)
    assert client.get(address).status_code == 200


def test_a_page_that_changed_while_it_was_drawn_is_not_kept_for_what_was_before(
    client: Client, world: World, public: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown again just before the page was drawn, and taken down just after: as it was when the reader came."""
    take_down(world, public)
    find = pages.shelf.find

    def late(key: str) -> Any:
        services.republish(public.pk, text="Sudah disunting.", by=world.actor("national"), at=world.at)
        return find(key)

    monkeypatch.setattr(pages.shelf, "find", late)
    seen = page(client.get("/"))
    monkeypatch.setattr(pages.shelf, "find", find)
    take_down(world, public)

    assert WORD in seen
    assert WORD not in page(client.get("/"))


def test_a_secret_report_never_reaches_the_cache(client: Client, world: World, clock: Any) -> None:
    secret = world.to_state("awaiting_followup", title=WORD, is_secret=True)
    oversight = world.submit(title=WORD).complaint
    world.step(oversight, "dispose_to_institution", "national", target="kota-uji", **{**SORT, "track": "oversight", "reported_party": "Kepala dinas"})

    assert [client.get(f"/laporan/{row.tracking_id}/").status_code for row in (secret, oversight)] == [404, 404]
    assert kept() == 0
