"""Before a day, a year or a period counts, the officer sees what it does to deadlines, and confirms exactly that."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints import services
from complaints.models import Clock
from institutions.models import CalendarDay, CalendarYear, Change, SlaPolicy
from tests.complaints.crowd import crowd
from tests.pages import hidden
from tests.world import World

WIB = ZoneInfo("Asia/Jakarta")
DAY = {"date": "2026-11-12", "kind": "national_holiday", "name": "Hari uji", "decree": "Keppres 1/2026", "institution": "", "why": "decreed late"}


@pytest.fixture
def browser(world: World, clock: time_machine.Traveller) -> Client:
    return world.login(Client(headers={"accept-language": "en"}), "national")


def url(model: type[Any], page: str, *args: Any) -> str:
    return reverse(f"admin:institutions_{model._meta.model_name}_{page}", args=args)


def test_a_new_holiday_is_written_only_after_its_moves_were_seen(browser: Client, world: World) -> None:
    clocks = crowd(world, [world.at] * 25, [world.unit])
    running = Clock.objects.running().filter(key="resolution_non_oversight").count()
    days, changes = CalendarDay.objects.count(), Change.objects.count()

    page = browser.post(url(CalendarDay, "add"), {**DAY, "_save": "x"}).content.decode()

    assert f"{running} running deadlines would move, each to a later date." in page
    assert page.count('>20 November 2026</td><td class="nowrap">23 November 2026</td>') == 20
    assert page.count(">LPR-") == 20
    assert (CalendarDay.objects.count(), Change.objects.count()) == (days, changes)
    assert services.recompute(at=world.at).moved == 0

    assert browser.post(url(CalendarDay, "add"), hidden(page)).status_code == 302

    assert CalendarDay.objects.filter(date=date(2026, 11, 12), name="Hari uji").exists()
    assert services.recompute(at=world.at).moved == running == len(clocks) + 1


def test_other_values_than_those_that_were_shown_are_shown_first(browser: Client) -> None:
    page = browser.post(url(CalendarDay, "add"), DAY).content.decode()

    answer = browser.post(url(CalendarDay, "add"), {**hidden(page), "date": "2026-11-13"})

    assert answer.status_code == 200
    assert "Nothing is written yet" in answer.content.decode()
    assert not CalendarDay.objects.filter(name="Hari uji").exists()


def test_back_to_the_form_keeps_what_was_typed(browser: Client) -> None:
    page = browser.post(url(CalendarDay, "add"), DAY).content.decode()

    again = browser.post(url(CalendarDay, "add"), {**hidden(page), "_again": "x"}).content.decode()

    assert "Please check what you typed." in again
    assert 'value="Hari uji"' in again
    assert "decreed late" in again
    assert not CalendarDay.objects.filter(name="Hari uji").exists()


def test_what_would_be_refused_is_refused_at_once(browser: Client) -> None:
    page = browser.post(url(CalendarDay, "add"), {**DAY, "kind": "institution"}).content.decode()

    assert "Nothing is written yet" not in page
    assert 'value="Hari uji"' in page


@pytest.mark.parametrize(("day", "said"), [("2026-11-15", "is a Sunday: nobody works"), ("2026-11-14", "is a Saturday: only offices with a six-day week")])
def test_a_holiday_on_a_weekend_is_accepted_and_said(browser: Client, world: World, day: str, said: str) -> None:
    world.to_state("in_progress")
    page = browser.post(url(CalendarDay, "add"), {**DAY, "date": day}).content.decode()

    assert said in page
    assert "No running deadline would move." in page
    assert browser.post(url(CalendarDay, "add"), hidden(page)).status_code == 302
    assert CalendarDay.objects.filter(date=day).exists()


def test_a_new_name_moves_nothing_and_a_day_that_is_removed_neither(browser: Client, world: World) -> None:
    world.to_state("in_progress")
    browser.post(url(CalendarDay, "add"), hidden(browser.post(url(CalendarDay, "add"), DAY).content.decode()))
    services.recompute(at=world.at)
    row = CalendarDay.objects.get(name="Hari uji")

    page = browser.post(url(CalendarDay, "change", row.pk), {**DAY, "name": "Nama lain"}).content.decode()
    assert "No running deadline would move." in page
    page = browser.get(url(CalendarDay, "delete", row.pk)).content.decode()
    assert "No running deadline would move." in page
    assert "Nothing ever moves to an earlier date" in page
    assert browser.post(url(CalendarDay, "delete", row.pk), {"post": "yes", "why": "withdrawn"}).status_code == 302
    assert services.recompute(at=world.at).moved == 0


def test_a_year_is_confirmed_after_its_provisional_deadlines_were_counted(browser: Client, world: World) -> None:
    crowd(world, [datetime(2027, 12, 20, 9, tzinfo=WIB)] * 3, [world.unit])
    given = {"decree": "SKB 9/2027", "why": "the decree is out"}

    page = browser.post(url(CalendarYear, "change", 2028), given).content.decode()

    assert "3 running deadlines are provisional no more" in page
    assert CalendarYear.objects.get(pk=2028).status == "provisional"
    assert browser.post(url(CalendarYear, "change", 2028), hidden(page)).status_code == 302
    assert CalendarYear.objects.get(pk=2028).status == "confirmed"


def test_a_year_without_its_decree_never_comes_to_a_preview(browser: Client) -> None:
    page = browser.post(url(CalendarYear, "change", 2028), {"decree": " ", "why": "x"}).content.decode()

    assert "Nothing is written yet" not in page
    assert CalendarYear.objects.get(pk=2028).status == "provisional"


def test_a_period_says_who_keeps_the_old_one_and_from_when_the_new_one_counts(browser: Client, world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    before = Clock.objects.get(complaint=complaint, key="first_response")
    given = {
        "key": "first_response", "length": 4, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": "2026-11-09",
        "institution": "", "why": "new regulation",
    }  # fmt: skip

    page = browser.post(url(SlaPolicy, "add"), given).content.decode()

    assert "1 running deadlines keep their date" in page
    assert "Deadlines that begin on 9 November 2026 or later count by the new period." in page
    assert "what begins on 9 November 2026 is due on 13 November 2026 instead of 16 November 2026." in page
    assert SlaPolicy.objects.table(date(2026, 11, 9))["first_response"].length == 5
    assert browser.post(url(SlaPolicy, "add"), hidden(page)).status_code == 302
    assert SlaPolicy.objects.table(date(2026, 11, 9))["first_response"].length == 4
    services.recompute(at=world.at)
    assert Clock.objects.get(pk=before.pk).due_at == before.due_at
    later = world.to_state("awaiting_followup")
    assert Clock.objects.get(complaint=later, key="first_response").policy.length == 5  # begins before the day


def test_an_own_value_that_ends_is_previewed_too(browser: Client, world: World) -> None:
    given = {
        "key": "first_response", "length": 2, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": "2026-11-03",
        "institution": world.city.pk, "why": "faster here",
    }  # fmt: skip
    browser.post(url(SlaPolicy, "add"), hidden(browser.post(url(SlaPolicy, "add"), given).content.decode()))
    row = SlaPolicy.objects.get(institution=world.city)

    page = browser.post(url(SlaPolicy, "change", row.pk), {"valid_to": "2026-11-08", "why": "enough"}).content.decode()

    assert "what begins on 9 November 2026 is due on 16 November 2026 instead of 11 November 2026." in page
    row.refresh_from_db()
    assert row.valid_to is None
    assert browser.post(url(SlaPolicy, "change", row.pk), hidden(page)).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == date(2026, 11, 8)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"legal_basis": ""}, "legal_basis"),
        ({"valid_from": "2026-10-01"}, "valid_from"),
        ({"length": "0"}, "length"),
        ({"key": "unknown"}, "key"),
        ({"length": "9", "institution": "city"}, "length"),
        ({"cap_length": "9", "cap_unit": ""}, "cap_length"),
    ],
)
def test_a_period_without_basis_in_the_past_or_looser_is_refused_before_any_preview(browser: Client, world: World, wrong: dict[str, Any], field: str) -> None:
    given = {
        "key": "first_response", "length": 4, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": "2026-11-09",
        "institution": "", "why": "x", **wrong,
    }  # fmt: skip
    given["institution"] = world.city.pk if given["institution"] == "city" else given["institution"]
    rows = SlaPolicy.objects.count()

    answer = browser.post(url(SlaPolicy, "add"), given)

    assert "Nothing is written yet" not in answer.content.decode()
    assert field in answer.context["adminform"].form.errors
    assert SlaPolicy.objects.count() == rows


def test_two_periods_never_count_on_the_same_day(browser: Client) -> None:
    given = {
        "key": "first_response", "length": 4, "unit": "working", "cap_unit": "", "legal_basis": "permenpanrb-5-2025", "valid_from": "2026-11-09",
        "institution": "", "why": "x",
    }  # fmt: skip
    browser.post(url(SlaPolicy, "add"), hidden(browser.post(url(SlaPolicy, "add"), given).content.decode()))

    answer = browser.post(url(SlaPolicy, "add"), {**given, "length": 3})

    assert "Another row begins on this very day." in answer.content.decode()
    rows = list(SlaPolicy.objects.filter(key="first_response", institution=None).order_by("valid_from"))
    assert all(one.valid_to == other.valid_from - timedelta(days=1) for one, other in pairwise(rows))


def test_whoever_sets_no_policy_sees_no_preview(world: World, clock: time_machine.Traveller) -> None:
    browser = world.login(Client(), "admin")

    assert browser.post(url(CalendarDay, "add"), DAY).status_code == 403
