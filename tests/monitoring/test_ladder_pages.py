"""What people see of the ladder: the page of what climbed, the tab and badge of the desk, and the panel beside a case."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from lapor.ground import panels
from monitoring.services import watch, watch_silence
from monitoring.views import ladder
from tests.pages import page
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
# Days after the start of the world: at which a case nobody touches stands with its handler, superior, accountable official, patron, Ombudsman.
LATE, HIGHER, HIGHEST, WARNED, OVER = 8, 15, 30, 46, 61


def climb(world: World, clock: time_machine.Traveller, days: int) -> None:
    clock.move_to(world.at + timedelta(days=days))
    watch(at=world.at + timedelta(days=days))
    watch_silence(at=world.at + timedelta(days=days))


def numbers(response: Any) -> list[str]:
    return re.findall(r'class="title"><a href="/meja/(LPR-[^/"?]+)/', page(response))


# Who gets in, and what they see there

READERS = ("liaison", "admin", "unit_admin", "superior", "accountable", "supervisor", "national", "auditor", "other_admin", "ombudsman")
OUTSIDE = ("patron", "hub", "monitor", "operator", "custodian")
SEES = {
    "public": {"liaison", "admin", "superior", "accountable", "national", "auditor", "ombudsman"},
    "secret": {"liaison", "admin", "superior", "national", "auditor"},
}


@pytest.mark.parametrize("name", READERS)
def test_the_page_shows_each_role_what_it_may_read(world: World, clock: time_machine.Traveller, desk: Desk, name: str) -> None:
    kinds = {"public": world.to_state("awaiting_followup").tracking_id, "secret": world.to_state("awaiting_followup", is_secret=True).tracking_id}
    climb(world, clock, HIGHEST)

    response = desk(name).get("/meja/tangga/")

    assert response.status_code == 200
    assert set(numbers(response)) == {kinds[kind] for kind, names in SEES.items() if name in names}


@pytest.mark.parametrize("name", OUTSIDE)
def test_whoever_sees_figures_only_is_told_that_they_may_not(clock: Any, desk: Desk, name: str) -> None:
    assert desk(name).get("/meja/tangga/").status_code == 403


def test_whoever_is_not_logged_in_is_sent_to_the_log_in(client: Client) -> None:
    assert client.get("/meja/tangga/")["Location"] == "/masuk/?next=/meja/tangga/"


def test_whoever_the_report_is_about_sees_nothing_of_it(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("awaiting_followup")
    Complaint.objects.filter(pk=complaint.pk).update(reported_user=world.user("superior"))
    climb(world, clock, HIGHEST)

    assert numbers(desk("superior").get("/meja/tangga/")) == []


# What the page lists


def test_each_deadline_stands_at_its_last_rung_the_highest_first(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("awaiting_followup")
    climb(world, clock, OVER)
    browser = desk("superior")

    tags = re.findall(r"</svg> ([^<]+)</span>", page(browser.get("/meja/tangga/")))
    assert [tag.strip() for tag in tags if tag.strip()] == ["Lewat hari ke-60", "Sampai ke penanggung jawab", "Sampai ke penanggung jawab"]
    assert numbers(browser.get("/meja/tangga/?tingkat=5")) == [complaint.tracking_id]
    assert numbers(browser.get("/meja/tangga/?tingkat=diam")) == [complaint.tracking_id]
    assert numbers(browser.get("/meja/tangga/?tingkat=1")) == numbers(browser.get("/meja/tangga/?tingkat=0")) == []
    assert len(numbers(browser.get("/meja/tangga/?tingkat=%00&setelah=%00"))) == 3


def test_what_was_done_is_on_the_page_no_more(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("awaiting_followup")
    climb(world, clock, HIGHEST)
    at = world.at + timedelta(days=HIGHEST)
    world.step(complaint, "respond", "liaison", at=at, text="Kami periksa.", estimated_on="2027-01-20")
    world.step(complaint, "answer", "liaison", at=at, text="Sudah.", outcome="solved", done_on="2026-12-01", evidence="Berita acara")

    assert numbers(desk("superior").get("/meja/tangga/")) == []


def test_pages_follow_each_other_without_a_gap(world: World, clock: time_machine.Traveller, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "PAGE", 3)
    for _n in range(4):
        world.to_state("awaiting_followup")
    climb(world, clock, OVER)
    browser, address, seen = desk("superior"), "/meja/tangga/", []
    while address:
        response = browser.get(address)
        seen += re.findall(r"</svg> ([^<]+)</span>\s*</td>\s*<td class=\"title\"><a href=\"/meja/([^/]+)/\".*?</span> · ([^<]+)", page(response))
        following = re.search(r'rel="next" href="([^"]+)"', page(response))
        address = f"/meja/tangga/{following[1]}".replace("&amp;", "&") if following else ""

    assert len(seen) == len(set(seen)) == 12
    assert [badge.strip() for badge, _number, _deadline in seen] == ["Lewat hari ke-60"] * 4 + ["Sampai ke penanggung jawab"] * 8


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_fifty_rows_cost_as_many_queries_as_one(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("awaiting_followup")
    climb(world, clock, OVER)
    browser = desk("superior")
    paths = ("/meja/tangga/", "/meja/?tab=naik", f"/meja/{complaint.tracking_id}/")
    browser.get("/meja/")
    one = [cost(browser, path) for path in paths]
    clock.move_to(world.at)
    for _n in range(20):
        world.to_state("awaiting_followup")
    climb(world, clock, OVER)
    browser = desk("superior")
    browser.get("/meja/")
    assert len(numbers(browser.get("/meja/tangga/"))) == 50

    assert [cost(browser, path) for path in paths] == one


# The desk


def test_the_desk_has_a_tab_and_a_filter_and_says_how_far_each_has_climbed(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    late = world.to_state("awaiting_followup")
    clock.move_to(world.at + timedelta(days=LATE))
    fresh = world.submit(at=world.at + timedelta(days=LATE)).complaint
    watch(at=world.at + timedelta(days=LATE))
    browser = desk("national")

    assert numbers(browser.get("/meja/?tab=naik")) == [late.tracking_id]
    assert "Lewat tenggat" in page(browser.get("/meja/?tab=naik"))
    assert set(numbers(browser.get("/meja/"))) == {late.tracking_id, fresh.tracking_id}
    assert numbers(browser.get("/meja/?level=2")) == []
    climb(world, clock, HIGHER)
    browser = desk("national")
    assert numbers(browser.get("/meja/?level=2")) == [late.tracking_id]
    assert '<option value="2" selected>Sampai ke atasan</option>' in page(browser.get("/meja/?level=2"))
    assert 'data-count="naik"' in page(browser.get("/meja/"))
    assert "/meja/tangga/" in page(browser.get("/meja/"))


def test_an_answered_case_shows_no_level(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("in_progress")
    climb(world, clock, HIGHEST)
    given = {"text": "Sudah.", "outcome": "solved", "done_on": "2026-12-01", "evidence": "Berita acara"}
    world.step(complaint, "answer", "liaison", at=world.at + timedelta(days=HIGHEST), **given)

    assert numbers(desk("liaison").get("/meja/?tab=naik")) == []


# The case


def test_the_case_says_which_rungs_it_climbed_when_and_who_heard(world: World, clock: time_machine.Traveller, desk: Desk) -> None:
    complaint = world.to_state("awaiting_followup")
    address = f"/meja/{complaint.tracking_id}/"
    assert 'id="tangga"' not in page(desk("liaison").get(address))

    climb(world, clock, WARNED)
    version = Complaint.objects.get(pk=complaint.pk).version
    text = re.sub(r"<[^>]+>|\s+", " ", page(desk("liaison").get(address)))

    assert "17 November 2026" in text
    assert "Diberi tahu: Petugas yang menangani, " in text
    assert "Diberi tahu: Atasan" in text
    assert "Hari ke-45" in text
    assert version == complaint.version  # lateness is no step: nobody's answer is refused for it


def test_what_upper_floors_show_is_registered_once_and_drawn_in_order(rf: Any) -> None:
    assert panels.PANELS["complaint"].count(ladder.climbed) == 1
    panels.register("complaint", ladder.climbed)
    assert panels.PANELS["complaint"].count(ladder.climbed) == 1
    assert panels.drawn("a place that nobody knows", rf.get("/"), None) == ""
