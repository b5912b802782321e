"""What is told of lateness: one summary an officer and working day, urgent cases at once, and the reporter in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Clock, Complaint
from institutions import services as places
from institutions.models import HubMembership, Kind
from monitoring.ladder import Hearer
from monitoring.models import Summary
from monitoring.services import summarise, watch, watch_silence
from monitoring.services.hearers import Concern, Hearers
from officers import services as people
from officers.actors import actor_for, machine
from officers.models import Notice
from officers.notices import EVENTS, render
from tests.world import PASSWORD, SINCE, SORT, WIB, World

WIT = ZoneInfo("Asia/Jayapura")


def at(day: int, hour: int = 8, month: int = 11, zone: ZoneInfo = WIB) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=zone)


def told(name: str, event: str = "desk_ladder") -> list[dict[str, Any]]:
    return list(Notice.objects.filter(event=event, recipient__username=name).order_by("created_at").values_list("context", flat=True))


def climb_and_tell(when: datetime) -> int:
    watch(at=when)
    watch_silence(at=when)
    return summarise(at=when)["summaries"]


# One a working day


def test_a_summary_comes_once_a_day_from_its_hour_on(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    assert climb_and_tell(at(10, 6)) == 0
    assert climb_and_tell(at(10, 7)) > 0
    assert climb_and_tell(at(10, 8)) == 0
    assert climb_and_tell(at(10, 23)) == 0

    (context,) = told("liaison")
    assert context["rungs"] == [["overdue", 1, [complaint.tracking_id]]]
    assert (context["count"], context["desk_url"].endswith("/meja/tangga/")) == (1, True)
    assert [context["rungs"] for context in told("liaison2")] == [context["rungs"]]
    assert [context["rungs"] for context in told("admin")] == [context["rungs"]]
    assert told("superior") == told("other_admin") == told("east_admin") == []


def test_a_summary_waits_until_all_that_has_fallen_is_raised(world: World) -> None:
    world.to_state("awaiting_followup")

    early = summarise(at=at(10))["summaries"]
    watch(at=at(10))

    assert early == 0
    assert summarise(at=at(10))["summaries"] > 0
    assert [rung for rung, _count, _numbers in told("liaison")[0]["rungs"]] == ["overdue"]


def test_only_what_is_new_is_told_and_only_what_still_holds(world: World) -> None:
    first, second = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    climb_and_tell(at(9))
    world.step(second, "respond", "liaison", at=at(9), text="Kami periksa.", estimated_on="2026-11-20")

    climb_and_tell(at(10))
    climb_and_tell(at(11))

    nearly, overdue = (context["rungs"] for context in told("liaison"))
    assert [(rung, count, set(numbers)) for rung, count, numbers in nearly] == [("nearly", 2, {first.tracking_id, second.tracking_id})]  # at one instant
    assert overdue == [["overdue", 1, [first.tracking_id]]]


def test_nothing_is_told_on_a_day_off_and_all_of_it_on_the_next_working_day(world: World) -> None:
    places.set_calendar_day(date=date(2026, 11, 10), kind="institution", name="Hari jadi", institution=world.unit, by=machine("system"), at=world.at, why="uji")
    world.to_state("awaiting_verification")
    world.to_state("awaiting_followup")

    for day in (7, 8):  # a Saturday and a Sunday
        assert climb_and_tell(at(day)) == 0
    climb_and_tell(at(9))
    climb_and_tell(at(10))
    assert (len(told("liaison")), len(told("national"))) == (1, 1)  # the unit keeps its day, the nation works and hears nothing new

    climb_and_tell(at(11))
    assert [context["rungs"][0][0] for context in told("liaison")] == ["nearly", "overdue"]


def test_the_hour_is_that_of_the_office(world: World) -> None:
    world.step(world.submit().complaint, "dispose_to_institution", "national", target="kabupaten-timur", **SORT)
    world.to_state("awaiting_followup")

    climb_and_tell(at(10, 7, zone=WIT))
    assert (len(told("east_admin")), len(told("liaison"))) == (1, 0)
    climb_and_tell(at(10, 7))
    assert (len(told("east_admin")), len(told("liaison"))) == (1, 1)


def test_each_case_counts_once_under_its_highest_rung(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    climb_and_tell(at(8, month=12))

    assert told("liaison")[0]["rungs"] == [["overdue", 1, [complaint.tracking_id]]]
    assert told("superior")[0]["rungs"] == [["superior", 1, [complaint.tracking_id]]]
    assert told("accountable")[0]["rungs"] == [["accountable", 1, [complaint.tracking_id]]]


def test_a_new_officer_hears_of_what_climbed_lately_and_still_holds(world: World) -> None:
    world.to_state("awaiting_followup")
    for day in (9, 10):
        climb_and_tell(at(day))
    by = actor_for(machine("system"), at=world.at)
    user = people.create_officer(username="baru", full_name="Baru", email="baru@contoh.invalid", password=PASSWORD, by=machine("system"), at=at(11), why="uji")
    people.appoint(user=user, role="liaison", institution=world.unit, decree_number="SK-1", decree_on=SINCE, valid_from=SINCE, by=by, at=at(11))

    climb_and_tell(at(12))

    assert [context["rungs"][0][:2] for context in told("baru")] == [["overdue", 1]]
    assert len(told("liaison")) == 2


def test_ten_at_once_tell_each_officer_once(committed: World) -> None:
    for _n in range(3):
        committed.to_state("awaiting_followup")
    watch(at=at(10))

    def one(_n: int) -> int:
        try:
            return summarise(at=at(10))["summaries"]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        counted = sum(pool.map(one, range(10)))

    notices = Notice.objects.filter(event="desk_ladder")
    assert counted == notices.count() == notices.values("recipient").distinct().count() >= 4
    assert all(row.context["count"] == 3 for row in notices.filter(recipient__username="liaison"))
    assert not Summary.objects.filter(next_at__lte=at(10)).exists()


# Who hears what


def test_whoever_is_in_charge_hears_alone(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    Complaint.objects.filter(pk=complaint.pk).update(assignee=world.user("liaison2"))

    climb_and_tell(at(9))

    assert (len(told("liaison2")), told("liaison")) == (1, [])


def test_the_pre_warning_reaches_patron_nation_and_ombudsman(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    Clock.objects.filter(complaint=complaint).exclude(key="statutory_60").update(rung_at=None)

    watch(at=at(17, month=12))
    summarise(at=at(17, month=12))

    assert told("national")[0]["rungs"] == [["day_45", 1, [complaint.tracking_id]]]
    assert told("ombudsman")[0]["rungs"] == [["day_45", 1, [complaint.tracking_id]]]
    assert told("patron")[0]["rungs"] == [["day_45", 1, []]]  # sees figures, no cases
    assert told("patron")[0]["desk_url"].endswith("/meja/")
    assert told("superior") == told("liaison") == told("admin") == []


def test_a_count_has_no_number_for_whom_may_not_read(world: World) -> None:
    secret = world.to_state("awaiting_followup", is_secret=True)

    climb_and_tell(at(8, month=12))

    assert told("superior")[0]["rungs"] == [["superior", 1, [secret.tracking_id]]]
    assert told("accountable")[0]["rungs"] == [["accountable", 1, []]]


def test_whoever_the_report_is_about_hears_not_even_the_count(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    Complaint.objects.filter(pk=complaint.pk).update(reported_user=world.user("superior"))

    climb_and_tell(at(8, month=12))

    assert told("superior") == []
    assert len(told("accountable")) == 1


def test_the_hub_hears_of_its_members(world: World) -> None:
    by = machine("system")
    hub = places.create_institution(
        parent=world.nation, name="Simpul Uji", slug="simpul-uji", kind=Kind.MINISTRY, time_zone="Asia/Jakarta", valid_from=SINCE, by=by, at=world.at, why="uji"
    )
    places.join_hub(hub=hub, member=world.city, kind=HubMembership.Kind.REGION, valid_from=SINCE, by=by, at=world.at, why="uji")
    actor = actor_for(by, at=world.at)
    user = world.user("hub")
    people.appoint(user=user, role="hub_coordinator", institution=hub, decree_number="SK-H", decree_on=SINCE, valid_from=SINCE, by=actor, at=world.at)

    heard = Hearers(date(2026, 11, 3), [world.unit.path]).of(Hearer.HUB, Concern(world.unit.path, None, "non_oversight"))

    assert heard == {user.pk}
    assert Hearers(date(2026, 11, 3)).of(Hearer.HUB, Concern(world.ministry.path, None, "non_oversight")) == frozenset()


@pytest.mark.parametrize(
    ("hearer", "names"),
    [
        (Hearer.HANDLER, {"liaison", "liaison2"}),
        (Hearer.DESK, {"admin", "admin2"}),
        (Hearer.SUPERIOR, {"superior"}),
        (Hearer.ACCOUNTABLE, {"accountable"}),
        (Hearer.PATRON, {"patron"}),
        (Hearer.NATIONAL, {"national", "national2"}),
        (Hearer.OMBUDSMAN, {"ombudsman"}),
    ],
)
def test_the_nearest_office_hears(world: World, hearer: Hearer, names: set[str]) -> None:
    heard = Hearers(date(2026, 11, 3), [world.unit.path]).of(hearer, Concern(world.unit.path, None, "non_oversight"))

    assert heard == {world.user(name).pk for name in names}


def test_on_the_oversight_track_the_supervisor_is_the_handler(world: World) -> None:
    heard = Hearers(date(2026, 11, 3)).of(Hearer.HANDLER, Concern(world.inspectorate.path, None, "oversight"))

    assert heard == {world.user("supervisor").pk}


# The urgent, and the reporter


def test_an_urgent_report_without_a_first_answer_is_told_at_once_to_whom_may_read(world: World) -> None:
    complaint = world.to_state("awaiting_followup", urgent=True)
    night = datetime(2026, 11, 4, 0, 1, tzinfo=WIB)

    watch(at=night)
    watch(at=night + timedelta(hours=5))

    assert {name: len(told(name, "desk_ladder_urgent")) for name in ("liaison", "admin", "superior", "other_admin")} == {
        "liaison": 1, "admin": 1, "superior": 0, "other_admin": 0,
    }  # fmt: skip
    assert told("liaison", "desk_ladder_urgent")[0]["number"] == complaint.tracking_id
    assert EVENTS["desk_ladder_urgent"].when == "always"


def to_reporter(complaint: Complaint) -> list[str]:
    rows = Notice.objects.filter(address_ref=f"complaint:{complaint.pk}").exclude(event__in=("case_received", "case_sent", "case_answered"))
    return list(rows.order_by("created_at").values_list("event", flat=True))


def test_the_reporter_is_told_once_with_the_new_date_and_of_the_ombudsman_after_day_60(world: World) -> None:
    undated, dated = world.to_state("awaiting_followup"), world.to_state("in_progress")
    Complaint.objects.filter(pk=dated.pk).update(estimated_on=date(2026, 12, 31))

    for day in (20, 21, 22, 40, 60, 61, 62):
        watch(at=world.at + timedelta(days=day))

    assert to_reporter(undated) == ["case_late_undated", "case_day_60"]
    assert to_reporter(dated) == ["case_late", "case_day_60"]
    assert Notice.objects.get(event="case_late").context["due"] == "2026-12-31"


@pytest.mark.parametrize("how", [{"is_anonymous": True}, {"is_secret": True}])
def test_an_anonymous_or_secret_reporter_gets_a_number_and_no_more(world: World, how: dict[str, bool]) -> None:
    complaint = world.to_state("in_progress", **how)
    before = Notice.objects.count()

    watch(at=world.at + timedelta(days=61))

    new = Notice.objects.filter(address_ref=f"complaint:{complaint.pk}").order_by("-created_at")
    assert Notice.objects.count() > before
    assert {row.event for row in new} == {"case_news"}
    assert set(new[0].context) == {"number", "track_url"}


def test_whoever_left_no_address_is_not_written_to(world: World) -> None:
    complaint = world.to_state("in_progress", contact={})
    watch(at=world.at + timedelta(days=61))

    assert to_reporter(complaint) == []


# The texts, and the cost


@pytest.mark.parametrize(("language", "line"), [("id", "- Lewat tenggat: 12 (LPR-1, dan lainnya)"), ("en", "- Overdue: 12 (LPR-1, and others)")])
def test_the_summary_reads_in_the_officers_language(language: str, line: str) -> None:
    context = {"rungs": [["overdue", 12, ["LPR-1"]], ["day_45", 2, []]], "count": 14, "language": language, "desk_url": "https://x/meja/tangga/"}
    words = EVENTS["desk_ladder"].words
    assert words is not None

    subject, body = render("desk_ladder", context | dict(words(context)), language)

    assert "14" in subject
    assert line in body
    assert "https://x/meja/tangga/" in body


def test_a_summary_run_without_anybody_due_is_one_query(world: World) -> None:
    world.to_state("awaiting_followup")
    climb_and_tell(at(10))

    with CaptureQueriesContext(connection) as found:
        summarise(at=at(10, 9))
    assert len(found) == 1


def test_many_cases_cost_as_many_queries_as_one(world: World) -> None:
    def cost(cases: int, day: int) -> int:
        for _n in range(cases):
            world.to_state("awaiting_followup")
        watch(at=at(day))
        with CaptureQueriesContext(connection) as found:
            assert summarise(at=at(day))["summaries"] > 0
        return len(found)

    summarise(at=at(9))
    first = cost(1, 10)
    assert cost(20, 11) <= first + 2
