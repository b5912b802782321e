"""The officers' desk through its pages: who gets in, and what stands first."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import NEVER, Complaint
from tests.desk import HTML, OVERSIGHT, address, copies
from tests.login import code
from tests.pages import page
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("clock")


def shown(response: Any) -> list[str]:
    return re.findall(r'class="title"><a href="/meja/(LPR-[^/"]+)/', page(response))


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_page_of_a_case_asks_at_most_twelve_times_and_twice_more_about_a_contact(client: Client, world: World) -> None:
    complaint = world.to_state("in_progress")
    world.login(client, "liaison")
    queries(client, f"/meja/{complaint.tracking_id}/")

    assert queries(client, f"/meja/{complaint.tracking_id}/") <= 14
    Complaint.objects.filter(pk=complaint.pk).update(has_contact=False)
    assert queries(client, f"/meja/{complaint.tracking_id}/") <= 12


# Getting in


@pytest.mark.parametrize("tail", ["", "baru/", "LPR-7K3M-92QX-4/", "LPR-7K3M-92QX-4/langkah/answer/", "LPR-7K3M-92QX-4/sunting/", "LPR-7K3M-92QX-4/catatan/"])
def test_whoever_is_not_logged_in_is_sent_to_the_log_in_and_back(client: Client, tail: str) -> None:
    response = client.get(f"/meja/{tail}")

    assert (response.status_code, response["Location"]) == (302, f"/masuk/?next=/meja/{tail}")


def test_an_officer_logs_in_and_arrives_where_they_wanted_to_go(client: Client, world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    client.post("/masuk/", {"login": "liaison", "password": PASSWORD, "next": address(complaint)})
    response = client.post("/masuk/faktor/", {"code": code()}, follow=True)

    assert response.redirect_chain == [(address(complaint), 302)]
    assert response.status_code == 200


@pytest.mark.parametrize(("name", "password"), [("liaison", "salah"), ("entah", PASSWORD), ("\x00", "\x00"), ("", ""), ("reporter", ""), (HTML, "x")])
def test_a_wrong_log_in_says_so_kindly_and_keeps_the_name_only(client: Client, world: World, name: str, password: str) -> None:
    response = client.post("/masuk/", {"login": name, "password": password})

    assert response.status_code == 200
    assert ("Nama pengguna dan kata sandi tidak cocok" if password.strip("\x00") else "Isi kedua kolom.") in page(response)
    assert 'type="password" name="password" id="id_password" autocomplete="current-password" required' in page(response)
    assert HTML not in page(response)


CASES: dict[str, Callable[[World], Complaint]] = {
    "public": lambda w: w.to_state("awaiting_followup"),
    "secret": lambda w: w.to_state("awaiting_followup", is_secret=True),
    "oversight": lambda w: w.step(w.submit().complaint, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT),
}
# who -> the queue, then a public, a secret and an oversight case that lie in Kota Uji
GATES = {
    "national": (200, 200, 200, 200),
    "admin": (200, 200, 200, 404),
    "liaison": (200, 200, 200, 404),
    "health_liaison": (200, 403, 404, 404),
    "unit_admin": (200, 403, 404, 404),
    "supervisor": (200, 403, 404, 200),
    "superior": (200, 200, 200, 404),
    "accountable": (200, 200, 404, 404),
    "patron": (403, 403, 404, 404),
    "other_admin": (200, 403, 404, 404),
    "other_liaison": (200, 403, 404, 404),
    "east_admin": (200, 403, 404, 404),
    "hub": (403, 403, 404, 404),
    "monitor": (403, 403, 404, 404),
    "ombudsman": (200, 200, 404, 404),
    "operator": (403, 403, 403, 403),
    "custodian": (403, 403, 403, 403),
    "auditor": (200, 200, 200, 404),
}


@pytest.mark.parametrize("who", GATES)
def test_everybody_gets_exactly_the_pages_of_their_office(desk: Callable[[str], Client], world: World, who: str) -> None:
    cases = {kind: make(world) for kind, make in CASES.items()}
    client = desk(who)

    queue = client.get("/meja/")
    found = (queue.status_code, *(client.get(address(case)).status_code for case in cases.values()))

    assert found == GATES[who]
    if queue.status_code == 200:
        readable = {case.tracking_id for case, status in zip(cases.values(), found[1:], strict=True) if status == 200}
        assert set(shown(queue)) == readable


@pytest.mark.parametrize("number", ["LPR-7K3M-92QX-4", "x", "LPR%00", "%F0%9F%9A%A6"])
@pytest.mark.parametrize("tail", ["", "langkah/answer/", "catatan/", "sunting/"])
def test_an_odd_number_is_simply_not_found(desk: Callable[[str], Client], number: str, tail: str) -> None:
    assert desk("national").get(f"/meja/{number}/{tail}").status_code == 404


def test_pages_of_the_desk_are_not_stored_on_the_way(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("liaison")

    for path in ("/meja/", "/meja/baru/", address(complaint), address(complaint, "langkah/respond/"), address(complaint, "catatan/")):
        assert "no-store" in client.get(path)["Cache-Control"]


# The queue


def test_urgent_reports_stand_first_and_then_what_is_due_next(desk: Callable[[str], Client], world: World) -> None:
    model = world.to_state("awaiting_followup")
    days = (3, 1, 9, 2, 5)
    rows = copies(model, 5, next_due_at=lambda n: world.at + timedelta(days=days[n]), is_urgent=lambda n: n in {2, 4})
    idle = copies(model, 1, next_due_at=lambda n: NEVER)
    Complaint.objects.filter(pk=model.pk).update(next_due_at=world.at - timedelta(days=1))

    order = shown(desk("liaison").get("/meja/"))

    assert order == [row.tracking_id for row in (rows[4], rows[2], model, rows[1], rows[3], rows[0], *idle)]


@pytest.mark.parametrize("same", [1, 7, 200])
def test_paging_loses_nothing_and_shows_nothing_twice(desk: Callable[[str], Client], world: World, same: int) -> None:
    model = world.to_state("awaiting_followup")
    rows = copies(model, 119, next_due_at=lambda n: NEVER if n > 100 else world.at + timedelta(hours=n // same), is_urgent=lambda n: n < 60)
    client = desk("liaison")

    seen: list[str] = []
    sizes = []
    path = "/meja/?tab=jawab&q=pasar"
    while path:
        response = client.get(path)
        sizes.append(len(shown(response)))
        seen += shown(response)
        following = re.findall(r'rel="next" href="([^"]+)"', page(response))
        path = f"/meja/{following[0].replace('&amp;', '&')}" if following else ""

    assert sizes == [50, 50, 20]
    assert len(seen) == len(set(seen))
    assert set(seen) == {model.tracking_id, *(row.tracking_id for row in rows)}


def test_the_queue_asks_the_database_as_often_for_fifty_as_for_one(desk: Callable[[str], Client], world: World) -> None:
    model = world.to_state("awaiting_followup")
    model.assignee = world.user("liaison")
    client = desk("liaison")
    one = queries(client, "/meja/")
    copies(model, 60)

    fifty = queries(client, "/meja/")

    assert one == fifty
    assert fifty <= 6


def test_a_case_asks_the_database_as_often_with_a_long_history_as_with_a_short_one(desk: Callable[[str], Client], world: World) -> None:
    short, long = world.to_state("in_progress"), world.to_state("in_progress")
    for number in range(10):
        services.add_note(long.pk, text=f"Catatan {number}", by=world.actor("liaison"), at=world.at)
    client = desk("liaison")
    client.get(address(short))

    assert queries(client, address(short)) == queries(client, address(long))


TABS = {
    "semua": {"awaiting_verification", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied"},
    "verifikasi": {"awaiting_verification"},
    "jawab": {"awaiting_followup", "in_progress"},
    "tanggapan": {"reporter_replied"},
    "menunggu": {"awaiting_completion", "awaiting_reporter"},
    "saya": set(),
    "entah": {"awaiting_verification", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied"},
}


def test_each_tab_shows_the_states_it_names_and_ended_ones_only_on_request(desk: Callable[[str], Client], world: World) -> None:
    made = {state: world.to_state(state).tracking_id for state in (*TABS["semua"], "closed", "archived")}
    client = desk("national")

    for tab, states in TABS.items():
        assert set(shown(client.get("/meja/", {"tab": tab}))) == {made[state] for state in states}, tab
    assert shown(client.get("/meja/", {"state": "closed"})) == [made["closed"]]


def test_mine_are_those_i_am_in_charge_of(desk: Callable[[str], Client], world: World) -> None:
    mine, _other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    client = desk("liaison")

    client.post(address(mine, "ambil/"))

    assert shown(client.get("/meja/?tab=saya")) == [mine.tracking_id]


def test_the_queue_is_searched_by_words_of_the_text_and_by_number(desk: Callable[[str], Client], world: World) -> None:
    road = world.to_state("awaiting_followup", is_secret=True)
    lamp = world.to_state("awaiting_followup", title="Lampu taman mati", body="Taman gelap setiap malam sejak dua pekan lalu, warga takut lewat sana.")
    old = world.to_state(
        "awaiting_followup", title="Laporan lama", body="Selokan di ujung gang tersumbat sampah sejak hujan pekan lalu.", external_ref="8812345"
    )
    client = desk("liaison")

    assert shown(client.get("/meja/", {"q": "berlubang"})) == [road.tracking_id]
    assert shown(client.get("/meja/", {"q": lamp.tracking_id.lower().replace("-", "")})) == [lamp.tracking_id]
    assert shown(client.get("/meja/", {"q": "8812345"})) == [old.tracking_id]
    assert shown(client.get("/meja/", {"q": "tidakadakata"})) == []


def test_a_number_of_somebody_elses_case_finds_nothing(desk: Callable[[str], Client], world: World) -> None:
    secret = world.to_state("awaiting_followup", is_secret=True)

    assert shown(desk("other_admin").get("/meja/", {"q": secret.tracking_id})) == []


@pytest.mark.parametrize("value", ["entah", "\x00", "🚦", "((", "'; --", "\\", "a" * 3000, HTML])
@pytest.mark.parametrize("name", ["q", "state", "classification", "track", "topic", "institution", "region", "is_urgent", "tab", "setelah"])
def test_a_value_that_means_nothing_is_no_crash(desk: Callable[[str], Client], world: World, name: str, value: str) -> None:
    world.to_state("awaiting_followup")

    response = desk("liaison").get("/meja/", {name: value})

    assert response.status_code == 200
    assert HTML not in page(response)


def test_an_empty_queue_says_that_nothing_waits(desk: Callable[[str], Client]) -> None:
    assert "Tidak ada yang menunggu di sini" in page(desk("liaison").get("/meja/"))


@pytest.mark.parametrize(
    ("who", "state", "first"),
    [("national", "awaiting_verification", "dispose_to_institution"), ("liaison", "awaiting_followup", "respond"), ("liaison", "in_progress", "answer")],
)
def test_what_a_desk_does_most_often_stands_first_and_out(desk: Callable[[str], Client], world: World, who: str, state: str, first: str) -> None:
    steps = re.findall(r'class="(button[^"]*)" data-step="([a-z_]+)"', page(desk(who).get(address(world.to_state(state)))))

    assert len(steps) >= 2
    assert steps[0] == ("button", first)
    assert {look for look, _step in steps[1:]} == {"button second"}


@pytest.mark.parametrize(("query", "is_open"), [("", False), ("q=lampu", False), ("track=oversight", True)])
def test_further_filters_are_open_while_one_is_set(desk: Callable[[str], Client], query: str, is_open: bool) -> None:
    assert ('<details class="more" open>' in page(desk("national").get(f"/meja/?{query}"))) is is_open


@pytest.mark.parametrize("who", ["national", "admin", "liaison", "superior", "supervisor", "auditor"])
def test_the_menu_of_a_desk_leads_nowhere_that_is_closed(desk: Callable[[str], Client], who: str) -> None:
    browser = desk(who)
    menus = re.findall(r"<nav.*?</nav>", page(browser.get("/meja/")), re.DOTALL)
    links = {link for menu in menus for link in re.findall(r'<a href="([^"?#]+)"', menu)}

    assert "/meja/" in links
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_what_the_system_did_is_told_in_words(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    services.expire(at=world.at + timedelta(days=40))

    history = page(desk("admin").get(address(complaint)))

    assert "· Sistem" in history
    assert "· system" not in history
