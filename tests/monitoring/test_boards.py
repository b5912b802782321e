"""The dashboards: what they show, where their figures lead, and what they cost. Who may look is in test_board_access."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from institutions.models import HubMembership, Institution, Limit
from lapor.ground.charts import figure
from monitoring.boards.lines import unit_of
from monitoring.figures import Figures, Period, Scope, pair
from monitoring.indicators import COUNT, INDICATORS, STOCK, measure_all
from monitoring.models import MonthTally
from tests.monitoring.books import book, stand
from tests.pages import page
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
DAY, BEFORE, LAST = date(2026, 11, 2), date(2026, 10, 5), date(2026, 11, 1)
NOVEMBER = Period.parse("2026-11")


def fill(place: Institution, times: int = 1) -> None:
    """A month and the one before, with something of everything."""
    book(
        place,
        DAY,
        {
            key: n * times
            for key, n in {
                "received": 120, "validated": 110, "responded": 100, "followed_up": 88, "completed": 70, "passed_60": 3, "archived": 10, "closed": 90,
                "reopened": 4, "restored": 1, "pended": 6, "arrived": 130, "disposed_here": 118, "returned": 5, "disposed_on": 100, "misrouted": 7,
                "rated": 40, "stars": 168,
                ("received", "topic", "public_works.potholes"): 80, ("received", "topic", ""): 40,
                ("validated", "topic", "public_works.potholes"): 75, ("followed_up", "topic", "public_works.potholes"): 60, ("closed", "topic", "public_works.potholes"): 61,
                ("received", "region", "33.74"): 100, ("received", "region", "31.71"): 15, ("received", "region", ""): 5,
                ("received", "channel", "web"): 117, ("received", "channel", "sms"): 3, ("received", "kind", "complaint"): 120,
                ("received", "track", "non_oversight"): 120, ("received", "issue", "stunting"): 20, ("followed_up", "issue", "stunting"): 15, ("validated", "issue", "stunting"): 20,
                ("met", "clock", "verify_national"): 100, ("missed", "clock", "verify_national"): 20, ("met", "clock", "resolution_non_oversight"): 81,
                ("missed", "clock", "resolution_non_oversight"): 9, ("met", "clock", "reply_handling"): 3,
                ("archived", "reason", "too_general"): 10, ("pended", "reason", "incomplete"): 6, ("closed", "closure", "reporter_confirmed"): 70,
                ("closed", "closure", "auto_no_reply"): 20, ("completed", "closure", "auto_no_reply"): 18,
                ("verify_days", "days", "1"): 60, ("verify_days", "days", "4"): 20, ("handling_days", "days", "12"): 90, ("followup_days", "days", "3"): 88,
                ("rated", "stars", "5"): 20, ("rated", "stars", "4"): 12, ("rated", "stars", "2"): 8,
                ("received", "gender", "female"): 60, ("received", "gender", "other"): 2, ("received", "gender", "male"): 30,
            }.items()
        },
    )  # fmt: skip
    book(place, BEFORE, {"received": 100 * times, "validated": 90 * times, "followed_up": 60 * times, "closed": 80 * times})
    stand(
        place,
        DAY,
        {
            "open": 50, ("open", "band", "0-5"): 20, ("open", "band", "6-14"): 15, ("open", "band", "61+"): 15, ("open", "state", "in_progress"): 50,
            "open_over_60": 4, "units": 5, "units_active": 4, "accounts": 10, "accounts_covered": 9,
        },
    )  # fmt: skip
    stand(place, LAST.replace(month=10, day=31), {"open": 40})


def words(response: Any) -> str:
    """The page as text, with single spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", page(response), flags=re.DOTALL)))).replace("\xa0", " ")


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


# What is read


def test_both_periods_are_read_as_each_by_itself(world: World) -> None:
    fill(world.city)
    fill(world.ministry)
    for code in ("2026-11", "2026-Q4", "2026"):
        period, scope = Period.parse(code), Scope("x", "", (world.city.pk, world.ministry.pk))
        for dim, value in (("", ""), ("topic", "public_works.potholes")):
            now, before = pair(scope, period, dim=dim, value=value)

            for one, other in ((now, Figures.read(scope, period, dim=dim, value=value)), (before, Figures.read(scope, period.before, dim=dim, value=value))):
                assert (one.sums, one.levels, one.level_on) == (other.sums, other.levels, other.level_on)


# What is shown


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_figures_are_those_of_the_indicators(world: World, desk: Desk, settings: Any, language: str) -> None:
    fill(world.city)
    browser = desk("admin")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    seen = words(browser.get("/meja/ukuran/?period=2026-11"))

    results = measure_all(Figures.read(Scope.of(world.city), NOVEMBER), Limit.objects.table(DAY))
    checked = 0
    from django.utils import translation

    with translation.override(language):
        for key, result in results.items():
            row = INDICATORS[key]
            if result.value is not None:
                shown = figure(result.value, unit_of(row), 0 if row.shape in {COUNT, STOCK} else 2).replace("\xa0", " ")
                assert f"{row.name} {shown}" in seen, key
                checked += 1
    assert checked >= 24
    assert MonthTally.objects.exists()


def test_query_counts(world: World, desk: Desk) -> None:
    fill(world.city)
    browser = desk("admin")
    print(cost(browser, "/meja/ukuran/"), cost(browser, "/meja/ukuran/?cut=topic:public_works.potholes"))
    HubMembership  # noqa: B018
    fill(world.nation)
    b = desk("national")
    print(cost(b, "/meja/ukuran/"), cost(b, "/meja/ukuran/?scope=kind:city"), cost(b, "/meja/ukuran/kasus/?scope=nation&measure=received"))
    with CaptureQueriesContext(connection) as found:
        b.get("/meja/ukuran/")
    for q in found.captured_queries:
        print(q["sql"][:150])
    assert 0
