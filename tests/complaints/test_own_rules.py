"""An institution's own rules: stricter periods, days off and its week, seen before they count and refused kindly."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Clock
from institutions.models import CalendarDay, Change, Institution, LegalBasis, SlaPolicy
from lapor.ground.problems import Refusal
from tests.complaints.crowd import crowd
from tests.desk import HTML
from tests.pages import hidden, page
from tests.world import World

PATH = "/meja/aturan/"
PERIOD = {
    "aksi": "period", "key": "first_response", "length": "3", "valid_from": "2026-12-01", "legal_basis": "service-rule",
    "note": "SK Wali Kota 5/2026", "why": "Janji layanan kota.",
}  # fmt: skip
DAY = {"aksi": "day", "date": "2026-11-12", "name": "Hari jadi kota", "decree": "SK Wali Kota 7/2026", "why": "Hari jadi."}
WEEK = {"aksi": "week", "week": "6", "why": "Perda 3/2026."}


@pytest.fixture
def browser(world: World, clock: time_machine.Traveller) -> Client:
    return world.login(Client(headers={"accept-language": "en"}), "admin")


def rows() -> tuple[int, int, int, list[int]]:
    weeks = list(Institution.objects.order_by("pk").values_list("working_week", flat=True))
    return SlaPolicy.objects.count(), CalendarDay.objects.count(), Change.objects.count(), weeks


def applied(browser: Client, given: dict[str, str], path: str = PATH) -> str:
    """Look, and apply what was shown. Nothing is written by looking."""
    before = rows()
    shown = page(browser.post(path, given))
    assert "Nothing is written yet" in shown, shown
    assert rows() == before
    assert browser.post(path, hidden(shown)).status_code == 302
    assert rows() != before
    return shown


def test_the_page_shows_each_period_of_the_nation_beside_what_counts_here(browser: Client, world: World) -> None:
    shown = page(browser.get(PATH))

    assert "5 working days" in shown
    assert "as the nation; no value of its own" in shown
    assert "10 working days, at most 30 calendar days" in shown
    assert str(LegalBasis.objects.get(pk="permenpanrb-5-2025")) in shown
    assert '<a href="/meja/aturan/">' in page(browser.get("/meja/"))


def test_a_stricter_period_counts_from_its_day_on_for_all_below(browser: Client, world: World) -> None:
    world.to_state("at_city")

    shown = applied(browser, PERIOD)

    assert "1 running deadlines keep their date" in shown
    assert "Deadlines that begin on 1 December 2026 or later count by the new period." in shown
    row = SlaPolicy.objects.get(key="first_response", institution=world.city)
    assert (row.length, row.unit, row.valid_from, row.legal_basis_id, row.note) == (3, "working", date(2026, 12, 1), "service-rule", "SK Wali Kota 5/2026")
    assert SlaPolicy.objects.table(date(2026, 12, 1), world.unit)["first_response"] == row
    assert Change.objects.get(target_kind="institutions.slapolicy", target_id=str(row.pk), what="created").by == world.user("admin")
    assert "from 1 December 2026: 3 working days" in page(browser.get(PATH))


def test_a_period_of_the_reporter_may_only_be_longer_and_keeps_its_cap(browser: Client, world: World) -> None:
    assert browser.post(PATH, {**PERIOD, "key": "completion", "length": "9"}).status_code == 422
    applied(browser, {**PERIOD, "key": "completion", "length": "12"})

    row = SlaPolicy.objects.get(key="completion", institution=world.city)
    assert (row.length, row.cap_length, row.cap_unit) == (12, 30, "calendar")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"length": "6"}, "may only be stricter than 5"),
        ({"length": "0"}, "at least 1"),
        *(({"length": text}, "Please give a whole number") for text in ("-3", "tiga", "1.5", "9" * 50, "٣")),
        ({"length": ""}, "Please fill this in."),
        ({"length": "9" * 500}, "Please shorten the text"),
        ({"length": "\x00"}, "cannot be stored"),
        ({"legal_basis": ""}, "Please choose the legal basis."),
        ({"legal_basis": "tidak-ada"}, "Please choose the legal basis."),
        ({"valid_from": "2026-11-01"}, "This day is over."),
        *(({"valid_from": text}, "Please give a day like") for text in ("besok", "2026-13-01", "9999-12-31", "0000-00-00")),
        *(({"key": key}, "Please choose one of those that are offered.") for key in ("statutory_60", "tidak_ada", HTML)),
        ({"why": " "}, "Please fill this in."),
        ({"note": "x" * 500}, "Please shorten the text"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_with_what_was_typed(browser: Client, given: dict[str, str], said: str) -> None:
    before = rows()

    answer = browser.post(PATH, {**PERIOD, **given})

    assert (answer.status_code, rows()) == (422, before)
    assert said in page(answer)
    assert HTML not in page(answer)
    assert "Janji layanan kota." in page(answer) or "why" in given


def test_everything_wrong_is_told_at_once(browser: Client) -> None:
    shown = page(browser.post(PATH, {"aksi": "period"}))

    for field in ("key", "length", "valid_from", "legal_basis", "why"):
        assert f'href="#id_period_{field}"' in shown


def test_another_value_of_that_very_day_is_a_conflict_and_one_between_ends_the_first(browser: Client, world: World) -> None:
    applied(browser, PERIOD)

    again = browser.post(PATH, PERIOD)
    assert (again.status_code, "Another row begins on this very day." in page(again)) == (409, True)
    applied(browser, {**PERIOD, "length": "2", "valid_from": "2026-12-10"})

    assert SlaPolicy.objects.get(institution=world.city, length=3).valid_to == date(2026, 12, 9)


def test_a_value_of_ones_own_ends_on_a_day(browser: Client, world: World) -> None:
    assert "End a value of your own" not in page(browser.get(PATH))
    applied(browser, PERIOD)
    row = SlaPolicy.objects.get(institution=world.city)
    end = {"aksi": "end", "row": str(row.pk), "valid_to": "2026-12-31", "why": "Percobaan selesai."}

    assert "what begins on 1 January 2027 is due on 11 January 2027 instead of 7 January 2027." in applied(browser, end)

    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 31)
    assert browser.post(PATH, {**end, "row": str(SlaPolicy.objects.filter(institution=None).first().pk)}).status_code == 422  # type: ignore[union-attr]
    assert browser.post(PATH, {**end, "valid_to": "2026-11-15"}).status_code == 422


# Days off


def test_a_day_off_shows_which_deadlines_it_moves_and_moves_exactly_those(browser: Client, world: World) -> None:
    crowd(world, [world.at] * 3, [world.unit])
    elsewhere = world.step(
        world.submit().complaint, "dispose_to_institution", "national", target="kementerian-uji", topic="public_works.potholes", track="non_oversight"
    )

    shown = applied(browser, DAY)
    moved = services.recompute(at=world.at)

    assert f"{moved.moved} running deadlines would move, each to a later date." in shown
    assert moved.moved > 0
    row = CalendarDay.objects.get(name="Hari jadi kota")
    assert (row.institution, row.kind, row.decree) == (world.city, "institution", "SK Wali Kota 7/2026")
    assert not Clock.objects.filter(complaint=elsewhere, events__kind="recompute").exists()
    assert "12 November 2026: Hari jadi kota" in page(browser.get(PATH))


def test_the_number_of_a_report_that_is_closed_to_the_officer_is_not_shown(browser: Client, world: World) -> None:
    secret = world.to_state("in_progress", title="Rahasia inspektorat")
    world.step(secret, "change_track", "admin", track="oversight", text="Dugaan pungutan.", reported_party="Petugas loket")

    shown = page(browser.post(PATH, DAY))

    assert "Closed to you" in shown
    assert secret.tracking_id not in shown


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-15", "is a Sunday: nobody works"),
        ("2026-11-14", "is a Saturday: only offices with a six-day week"),
        ("2026-12-25", "Nobody works on this day anyway"),
    ],
)
def test_a_day_on_which_nobody_works_is_accepted_and_said(browser: Client, day: str, said: str) -> None:
    shown = applied(browser, {**DAY, "date": day})

    assert said in shown
    assert "No running deadline would move." in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"date": "2026-10-30"}, "This day is over."),
        ({"date": ""}, "Please fill this in."),
        ({"decree": ""}, "Please fill this in."),
        ({"name": "\x00"}, "cannot be stored"),
        ({"name": "x" * 500}, "Please shorten the text"),
    ],
)
def test_a_day_that_cannot_be_is_refused(browser: Client, given: dict[str, str], said: str) -> None:
    before = rows()
    answer = browser.post(PATH, {**DAY, **given})

    assert (answer.status_code, rows()) == (422, before)
    assert said in page(answer)


def test_a_day_that_is_there_already_is_refused_and_can_be_taken_out(browser: Client, world: World) -> None:
    applied(browser, DAY)
    again = browser.post(PATH, {**DAY, "name": "Lain"})
    assert (again.status_code, "in your calendar already: Hari jadi kota" in page(again)) == (422, True)
    row = CalendarDay.objects.get(name="Hari jadi kota")

    shown = applied(browser, {"aksi": "workday", "row": str(row.pk), "why": "Dibatalkan."})

    assert "No running deadline would move." in shown
    row.refresh_from_db()
    assert row.until is not None
    national = CalendarDay.objects.current().filter(institution=None, date__gte=world.at.date()).first()
    assert national is not None
    assert browser.post(PATH, {"aksi": "workday", "row": str(national.pk), "why": "x"}).status_code == 422


# The week


def test_a_six_day_week_counts_for_what_begins_from_then_on(browser: Client, world: World) -> None:
    complaint = world.to_state("at_city")
    before = Clock.objects.get(complaint=complaint, key="first_response")

    shown = applied(browser, WEEK)

    assert "counts Saturdays, too" in shown
    assert Clock.objects.get(pk=before.pk).due_at == before.due_at
    assert Institution.objects.get(pk=world.city.pk).working_week == 6
    assert Clock.objects.get(complaint=world.to_state("at_city"), key="first_response").week == 6
    assert browser.post(PATH, WEEK).status_code == 422
    assert browser.post(PATH, {**WEEK, "week": "7"}).status_code == 422


# What was shown, and who may


def test_other_values_than_those_that_were_shown_are_shown_first(browser: Client, world: World) -> None:
    shown = hidden(page(browser.post(PATH, PERIOD)))
    before = rows()

    for changed in ({"length": "2"}, {"valid_from": "2026-12-02"}, {"note": "lain"}, {"_previewed": "tiruan"}):
        assert "Nothing is written yet" in page(browser.post(PATH, {**shown, **changed}))
    assert "Nothing is written yet" in page(browser.post(f"{PATH}?instansi=kota-uji-dpu", shown))  # shown of another body
    assert rows() == before


def test_back_to_the_form_keeps_what_was_typed(browser: Client) -> None:
    again = page(browser.post(PATH, {**hidden(page(browser.post(PATH, PERIOD))), "_again": "1"}))

    assert 'value="SK Wali Kota 5/2026"' in again
    assert "Nothing is written yet" not in again


def test_a_unit_below_may_be_chosen_and_no_other_body(browser: Client, world: World) -> None:
    applied(browser, WEEK, f"{PATH}?instansi=kota-uji-dpu")

    assert (Institution.objects.get(slug="kota-uji-dpu").working_week, Institution.objects.get(slug="kota-uji").working_week) == (6, 5)
    for slug in ("kementerian-uji", "nasional", "tidak-ada", "\x00"):
        assert browser.get(PATH, {"instansi": slug}).status_code == 404
        assert browser.post(f"{PATH}?instansi={slug}", WEEK).status_code == 404


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "who", ["national", "liaison", "unit_admin", "superior", "supervisor", "hub", "monitor", "ombudsman", "auditor", "operator", "custodian"]
)
def test_for_everybody_else_the_page_is_closed(world: World, client: Client, who: str) -> None:
    world.login(client, who)
    before = rows()

    assert client.get(PATH).status_code == 403
    assert client.post(PATH, WEEK).status_code == 403
    assert rows() == before
    assert PATH not in page(client.get("/"))


def test_whoever_is_not_logged_in_is_sent_to_the_log_in(db: None, client: Client) -> None:
    assert client.get(PATH).status_code == 302


@pytest.mark.parametrize("act", ["", "tidak", "period\x00"])
def test_an_unknown_act_is_refused(browser: Client, act: str) -> None:
    assert browser.post(PATH, {**PERIOD, "aksi": act}).status_code == 404


def test_the_service_refuses_whoever_the_page_would_not_let_in(world: World) -> None:
    for who, place in (("national", world.city), ("admin", world.ministry), ("admin", world.nation), ("liaison", world.city)):
        with pytest.raises(Refusal) as caught:
            services.change_own("week", {"week": "6", "why": "x"}, place=place, by=world.actor(who), at=world.at, is_preview=False)
        assert caught.value.status == 403


def test_many_own_values_ask_the_database_as_often(browser: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(PATH)
        return len(found)

    browser.get(PATH)
    applied(browser, PERIOD)
    applied(browser, DAY)
    few = asked()
    for key, length in (("reply_handling", "3"), ("resolution_non_oversight", "10"), ("verify_institution", "1")):
        applied(browser, {**PERIOD, "key": key, "length": length})
    applied(browser, {**DAY, "date": "2026-11-13"})

    assert asked() == few
