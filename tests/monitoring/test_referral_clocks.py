"""The deadlines of a referral follow a changed calendar: to a later date only, once, with the day that brought it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from institutions import services as places
from institutions.models import CalendarDay, Institution
from monitoring import services
from monitoring.models import ReferralClock, ReferralClockMove
from officers.actors import machine
from tests.pages import page
from tests.referrals import brought_to, take
from tests.world import World

HOUR = timedelta(hours=1)


def decree(at: datetime, day: date, *, institution: Institution | None = None, name: str = "Hari Pemilihan") -> CalendarDay:
    kind = CalendarDay.Kind.INSTITUTION if institution else CalendarDay.Kind.NATIONAL_HOLIDAY
    return places.set_calendar_day(
        date=day, kind=kind, name=name, decree="Keppres 1/2027", institution=institution, by=machine("system"), at=at, why="decreed late"
    )


def corrective(world: World) -> ReferralClock:
    return brought_to(world, "corrective_action").clocks.get(key="ombudsman_corrective")


def workday_in(clock: ReferralClock) -> date:
    """A day that counts in the middle of the deadline."""
    day = clock.started_at.date() + timedelta(days=15)
    off = CalendarDay.objects.current().off_days(clock.institution_id, day, day + timedelta(days=20))
    return next(found for number in range(20) if (found := day + timedelta(days=number)).weekday() < 5 and found not in off)


def test_a_day_off_inside_it_moves_it_once_and_says_which(world: World, client: Client) -> None:
    clock = corrective(world)
    at, due = clock.started_at + HOUR, clock.due_at
    assert services.follow(at=at)["recounted"] == 0

    day = decree(at, workday_in(clock))
    found = [services.follow(at=at)["recounted"] for _turn in range(3)]

    clock.refresh_from_db()
    assert found == [1, 0, 0]
    assert clock.due_at > due
    moved = ReferralClockMove.objects.get()
    assert (moved.clock, moved.before, moved.after, moved.day, moved.at) == (clock, due, clock.due_at, day, at)
    assert "Hari Pemilihan (Keppres 1/2027)" in page(world.login(client, "ombudsman").get(f"/ombudsman/{clock.referral_id}/"))


def test_it_is_counted_as_one_that_began_under_the_new_calendar(world: World) -> None:
    clock = corrective(world)
    decree(clock.started_at, workday_in(clock))
    services.follow(at=clock.started_at + HOUR)
    fresh = corrective(world)
    assert fresh.started_at == clock.started_at

    clock.refresh_from_db()
    assert (clock.due_at, clock.calendar_version) == (fresh.due_at, fresh.calendar_version)


@pytest.mark.parametrize("where", ["elsewhere", "weekend", "before", "after"])
def test_a_day_that_changes_nothing_moves_nothing(world: World, where: str) -> None:
    clock = corrective(world)
    day = {
        "elsewhere": workday_in(clock),
        "weekend": next(found for n in range(7) if (found := clock.started_at.date() + timedelta(days=7 + n)).weekday() == 6),
        "before": clock.started_at.date() - timedelta(days=3),
        "after": clock.due_at.date() + timedelta(days=9),
    }[where]
    decree(clock.started_at, day, institution=world.ministry if where == "elsewhere" else None)

    assert services.follow(at=clock.started_at + HOUR)["recounted"] == 0

    due = clock.due_at
    clock.refresh_from_db()
    assert (clock.due_at, ReferralClockMove.objects.count()) == (due, 0)


def test_a_day_of_the_institution_above_counts_too(world: World) -> None:
    clock = corrective(world)
    day = decree(clock.started_at, workday_in(clock), institution=world.city, name="Hari jadi kota")

    assert services.follow(at=clock.started_at + HOUR)["recounted"] == 1
    assert ReferralClockMove.objects.get().day == day


def test_a_day_that_is_taken_back_brings_nothing_nearer(world: World) -> None:
    clock = corrective(world)
    day = decree(clock.started_at, workday_in(clock))
    services.follow(at=clock.started_at + HOUR)
    clock.refresh_from_db()
    promised = clock.due_at

    places.remove_calendar_day(day, by=machine("system"), at=clock.started_at, why="withdrawn")

    assert services.follow(at=clock.started_at + 2 * HOUR)["recounted"] == 0
    clock.refresh_from_db()
    assert clock.due_at == promised


def test_what_has_ended_and_what_counts_calendar_days_keep_their_date(world: World) -> None:
    recommended = brought_to(world, "recommendation")
    met = brought_to(world, "corrective_action")
    take(world, met, "record_action", "admin")
    before = set(ReferralClock.objects.values_list("pk", "due_at"))

    for number in range(10, 40):
        decree(world.at, recommended.proposed_at.date() + timedelta(days=number), name=f"Hari {number}")

    assert services.follow(at=recommended.proposed_at + HOUR)["recounted"] == 0
    assert set(ReferralClock.objects.values_list("pk", "due_at")) == before


def test_a_move_is_on_record_for_good(world: World) -> None:
    clock = corrective(world)
    decree(clock.started_at, workday_in(clock))
    services.follow(at=clock.started_at + HOUR)

    with pytest.raises(DatabaseError), transaction.atomic():
        ReferralClockMove.objects.all().delete()
