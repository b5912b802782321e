"""Every figure leads to the cases behind it, as far as the officer may read them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from institutions.models import Institution, Limit
from monitoring.boards import cases
from monitoring.models import Fact
from tests.monitoring.books import stand
from tests.monitoring.filled import fill
from tests.monitoring.test_boards import words
from tests.pages import page
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
DAY = date(2026, 11, 2)
CUTS = {"topic": "public_works.potholes", "region": "33.74", "channel": "web", "track": "non_oversight", "kind": "complaint", "issue": ["stunting", "banjir"]}


def fact(complaint: Complaint, place: Institution, **given: Any) -> Fact:
    found = {"arrived_on": DAY, "last_on": DAY, "cuts": CUTS, "cohort": {"received": {}}} | given
    return Fact.objects.create(complaint=complaint, institution=place, is_secret=complaint.is_secret, **found)


def numbers(response: Any) -> list[str]:
    return re.findall(r'class="number">(LPR-[^<]+)<', page(response))


def listed(browser: Client, **query: str) -> list[str]:
    return numbers(browser.get("/meja/ukuran/kasus/", {"scope": "kota-uji", "period": "2026-11", **query}))


COHORT = {"received": {"gender": "female"}, "validated": {}, "archived": {"reason": "too_general"}}
FLOW = [
    ["2026-11-03", "closed", "", "", 1],
    ["2026-11-03", "closed", "closure", "decision", 1],
    ["2026-11-30", "met", "", "", 1],
    ["2026-11-30", "met", "clock", "verify_national", 1],
    ["2026-12-01", "returned", "", "", 1],
]
STAYS = [["2026-11-02", "2026-11-09", "awaiting_verification"], ["2026-11-10", None, "in_progress"]]


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ({"measure": "received"}, True),
        ({"measure": "responded"}, False),
        ({"measure": "received", "period": "2026-10"}, False),
        ({"measure": "received", "period": "2026"}, True),
        ({"measure": "received", "dim": "topic", "value": "public_works.potholes"}, True),
        ({"measure": "received", "dim": "topic", "value": "health.hospital"}, False),
        ({"measure": "received", "dim": "issue", "value": "banjir"}, True),
        ({"measure": "received", "dim": "issue", "value": "ban"}, False),
        ({"measure": "received", "dim": "region", "value": "33.74"}, True),
        ({"measure": "received", "dim": "region", "value": "33"}, True),
        ({"measure": "received", "dim": "region", "value": "34"}, False),
        ({"measure": "received", "dim": "region", "value": ""}, False),
        ({"measure": "archived", "dim": "reason", "value": "too_general"}, True),
        ({"measure": "archived", "dim": "reason", "value": "format_error"}, False),
        ({"measure": "closed"}, True),
        ({"measure": "closed", "dim": "closure", "value": "decision"}, True),
        ({"measure": "closed", "dim": "closure", "value": "auto_no_reply"}, False),
        ({"measure": "closed", "dim": "channel", "value": "web"}, True),
        ({"measure": "closed", "dim": "channel", "value": "sms"}, False),
        ({"measure": "met"}, True),
        ({"measure": "met", "dim": "clock", "value": "verify_national,verify_institution"}, True),
        ({"measure": "met", "dim": "clock", "value": "verify_institution,reply_handling"}, False),
        ({"measure": "missed"}, False),
        ({"measure": "returned"}, False),
        ({"measure": "returned", "period": "2026-12"}, True),
        ({"measure": "open"}, True),
        ({"measure": "open", "dim": "state", "value": "awaiting_verification"}, True),
        ({"measure": "open", "dim": "state", "value": "in_progress"}, False),
        ({"measure": "open", "dim": "band", "value": "0-5"}, True),
        ({"measure": "open", "dim": "band", "value": "6-14"}, False),
        ({"measure": "open", "dim": "band", "value": "x"}, False),
        ({"measure": "open", "dim": "issue", "value": "stunting"}, True),
        ({"measure": "closed", "dim": "closure", "value": "\"') || true"}, False),
    ],
)
def test_a_case_is_listed_where_its_fact_holds_the_measure(world: World, desk: Desk, query: dict[str, str], is_there: bool) -> None:
    complaint = world.to_state("in_progress")
    fact(complaint, world.city, cohort=COHORT, flow=FLOW, stays=STAYS, last_on=date(2026, 12, 1), is_open=True)
    stand(world.city, date(2026, 11, 4), {"open": 1})

    assert listed(desk("admin"), **query) == ([complaint.tracking_id] if is_there else [])


@pytest.mark.parametrize(
    ("days", "band"), [(0, "0-5"), (5, "0-5"), (6, "6-14"), (14, "6-14"), (15, "15-30"), (30, "15-30"), (31, "31-60"), (60, "31-60"), (61, "61+"), (400, "61+")]
)
def test_the_bands_of_age_follow_each_other_without_a_gap(world: World, desk: Desk, days: int, band: str) -> None:
    arrived = DAY - timedelta(days=days)
    fact(world.to_state("in_progress"), world.city, arrived_on=arrived, stays=[[arrived.isoformat(), None, "in_progress"]], is_open=True)
    browser = desk("admin")

    assert [one for one in ("0-5", "6-14", "15-30", "31-60", "61+") if listed(browser, measure="open", dim="band", value=one)] == [band]


def test_what_was_open_then_is_listed_though_it_is_closed_now(world: World, desk: Desk) -> None:
    complaint = world.to_state("closed")
    fact(complaint, world.city, arrived_on=date(2026, 10, 1), last_on=date(2026, 11, 1), stays=[["2026-10-01", "2026-10-31", "in_progress"]])
    stand(world.city, date(2026, 10, 31), {"open": 1})
    browser = desk("admin")

    assert listed(browser, measure="open", period="2026-10") == [complaint.tracking_id]
    assert listed(browser, measure="open", period="2026-11") == []


def test_what_is_left_out_of_figures_is_left_out_of_their_cases(world: World, desk: Desk) -> None:
    fact(world.to_state("in_progress"), world.city, is_counted=False)

    assert listed(desk("admin"), measure="received") == []


@pytest.mark.parametrize("measure", ["stars", "verify_days", "units", "x", "", "__class__"])
def test_what_is_no_figure_of_cases_is_missing(world: World, desk: Desk, measure: str) -> None:
    assert desk("admin").get("/meja/ukuran/kasus/", {"scope": "kota-uji", "measure": measure}).status_code == 404


@pytest.mark.parametrize("measure", ["received", "rated", "closed", "open"])
@pytest.mark.parametrize("dim", ["gender", "disability", "age", "'; --", "days"])
def test_no_list_is_made_by_what_reporters_said_of_themselves(world: World, desk: Desk, measure: str, dim: str) -> None:
    fact(world.to_state("in_progress"), world.city, cohort=COHORT)

    assert desk("admin").get("/meja/ukuran/kasus/", {"scope": "kota-uji", "measure": measure, "dim": dim, "value": "female"}).status_code == 404


@pytest.mark.parametrize(("least", "said"), [(3, "3 laporan lain tidak boleh Anda lihat."), (4, "Ada laporan lain yang tidak boleh Anda lihat.")])
def test_cases_that_the_officer_may_not_see_are_only_counted_and_few_not_even_that(world: World, desk: Desk, least: int, said: str) -> None:
    Limit.objects.filter(key="small_cell").update(value=least)
    public, secret = world.to_state("in_progress"), [world.to_state("in_progress", is_secret=True) for _n in range(3)]
    for complaint in (public, *secret):
        fact(complaint, world.nation)
        fact(complaint, world.city)
    query = {"scope": "nation", "period": "2026-11", "measure": "received"}

    national = desk("national").get("/meja/ukuran/kasus/", query)
    assert set(numbers(national)) == {public.tracking_id, *(one.tracking_id for one in secret)}
    assert "tidak boleh Anda lihat" not in words(national)
    ombudsman = desk("ombudsman").get("/meja/ukuran/kasus/", query)
    assert numbers(ombudsman) == [public.tracking_id]
    assert said in words(ombudsman)
    assert "tidak boleh Anda lihat" not in words(desk("ombudsman").get("/meja/ukuran/kasus/", query | {"setelah": "x"}))
    assert not any(one.tracking_id in page(ombudsman) or (one.title in page(ombudsman) and one.title != public.title) for one in secret)


def test_whoever_the_report_is_about_is_not_led_to_it(world: World, desk: Desk) -> None:
    complaint = world.to_state("in_progress", is_secret=True)
    fact(complaint, world.city)
    Complaint.objects.filter(pk=complaint.pk).update(reported_user=world.user("admin"))

    assert listed(desk("admin"), measure="received") == []
    assert listed(desk("admin2"), measure="received") == [complaint.tracking_id]


def test_what_went_on_elsewhere_is_read_as_the_public_does(world: World, desk: Desk) -> None:
    complaint = world.to_state("in_progress")
    fact(complaint, world.ministry)
    body = page(desk("other_admin").get("/meja/ukuran/kasus/?scope=kementerian-uji&period=2026-11&measure=received"))

    assert complaint.is_public is (f'href="/laporan/{complaint.tracking_id}/"' in body)
    assert f'href="/meja/{complaint.tracking_id}/"' not in body


def test_pages_follow_each_other_without_a_gap_and_cost_the_same(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "PAGE", 3)
    wanted = []
    for number in range(7):
        complaint = world.to_state("awaiting_followup")
        fact(complaint, world.city, arrived_on=DAY - timedelta(days=number // 3))
        wanted.append(complaint.tracking_id)
    browser, address, seen, costs = desk("admin"), "/meja/ukuran/kasus/?scope=kota-uji&period=2026&measure=received", [], set()
    while address:
        with CaptureQueriesContext(connection) as found:
            response = browser.get(address)
        costs.add(len(found))
        seen += numbers(response)
        following = re.search(r'rel="next" href="([^"]+)"', page(response))
        address = f"/meja/ukuran/kasus/{following[1]}".replace("&amp;", "&") if following else ""

    assert sorted(seen) == sorted(wanted)
    assert costs in ({7, 8},)  # how many may not be seen is asked on the first page
    assert max(costs) <= 10
    assert browser.get("/meja/ukuran/kasus/?scope=kota-uji&period=2026&measure=received&setelah=x").status_code == 200


def test_the_links_of_a_board_lead_to_pages(world: World, desk: Desk) -> None:
    fact(world.to_state("in_progress"), world.city, is_open=True, stays=[["2026-11-02", None, "in_progress"]])
    fill(world.city)
    browser = desk("admin")
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/meja/ukuran/kasus/[^"]+)"', page(browser.get("/meja/ukuran/")))}

    assert len(links) >= 30
    assert all("measure=" in link and browser.get(link).status_code == 200 for link in links)


def test_what_is_past_60_days_is_listed_as_of_the_day_it_was_counted(world: World, desk: Desk) -> None:
    complaint = world.to_state("closed")
    stays = [["2026-09-01", "2026-11-01", "in_progress"]]
    fact(complaint, world.city, arrived_on=date(2026, 9, 1), over_on=date(2026, 10, 31), stays=stays)
    stand(world.city, date(2026, 11, 1), {"open_over_60": 1})

    seen = desk("admin").get("/meja/ukuran/kasus/", {"scope": "kota-uji", "period": "2026-11", "measure": "open_over_60"})
    assert numbers(seen) == [complaint.tracking_id]
    assert "1 November 2026" in words(seen)
