"""What stood at the end of each day, also when the sweep slept and when events come late."""

from datetime import date, datetime, timedelta

from monitoring.figures import Figures, Period, Scope, by_place, pair
from monitoring.models import Stock
from monitoring.services import measure
from officers import services as officers
from officers.actors import actor_for
from officers.models import Appointment, LoginEvent
from tests.monitoring.counting import START, agree, day, stock, tally
from tests.world import ANSWER, SINCE, WIB, World

# --- stock ------------------------------------------------------------------------------------------------------------


def test_the_stock_of_a_day_is_exact_also_when_the_sweep_slept_and_cases_moved(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=day(3))
    world.step(complaint, "dispose_to_unit", "admin", at=day(4), target="kota-uji-dpu")
    world.step(complaint, "respond", "liaison", at=day(6), text="Kami periksa.", estimated_on="2026-11-20")
    world.step(complaint, "answer", "liaison", at=day(9), **ANSWER)
    world.step(complaint, "confirm", at=day(11), rating=5)

    assert measure(at=day(14))["days"] == 11

    assert stock("nasional") == dict.fromkeys(range(2, 11), 1)
    assert stock("kota-uji-dpu") == dict.fromkeys(range(4, 11), 1)
    assert stock("kota-uji", "open", "state", "in_progress") == {6: 1, 7: 1, 8: 1}
    assert stock("kota-uji", "open", "band", "6-14") == {8: 1, 9: 1, 10: 1}
    agree()


def test_an_event_dated_before_a_day_that_was_taken_corrects_the_days_since(world: World) -> None:
    complaint = world.to_state("in_progress")
    measure(at=day(14))
    assert stock("kota-uji") == dict.fromkeys(range(2, 14), 1)

    world.step(complaint, "answer", "liaison", at=day(5), **ANSWER)
    world.step(complaint, "confirm", at=day(8), rating=5)
    world.submit(at=day(7))
    measure(at=day(14, 10))

    assert stock("kota-uji") == dict.fromkeys(range(2, 8), 1)
    assert stock("kota-uji", "open", "state", "awaiting_reporter") == {5: 1, 6: 1, 7: 1}
    assert stock("nasional") == {**dict.fromkeys(range(2, 7), 1), 7: 2, **dict.fromkeys(range(8, 14), 1)}
    agree()


def test_a_change_of_track_moves_the_stock_of_the_days_before(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=day(6))
    world.step(complaint, "change_track", "admin", at=day(6), track="oversight", text="Dugaan pungutan.", reported_party="Petugas loket")
    measure(at=day(8))

    assert stock("nasional", "open", "track", "oversight") == dict.fromkeys(range(2, 8), 1)
    assert stock("nasional", "open", "track", "non_oversight") == {}
    agree()


def test_of_past_months_only_the_last_day_is_kept(world: World) -> None:
    world.submit(at=START - timedelta(days=60), incident_date="2026-08-01")
    measure(at=day(10))
    days = set(Stock.objects.filter(measure="open").values_list("day", flat=True))
    assert days == {date(2026, 9, 30), date(2026, 10, 31), *(date(2026, 11, number) for number in range(1, 10))}

    measure(at=datetime(2026, 12, 3, 9, tzinfo=WIB))
    days = set(Stock.objects.filter(measure="open").values_list("day", flat=True))
    assert days == {date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)}
    agree()


def test_over_60_days_stands_in_the_stock_from_the_day_after(world: World) -> None:
    world.to_state("in_progress")
    measure(at=datetime(2027, 1, 5, 9, tzinfo=WIB))

    assert stock("kota-uji", "open_over_60") == {2: 1, 3: 1, 4: 1}
    assert tally("kota-uji", "passed_60") == {2: 1}
    agree()


def came(world: World, name: str, at: datetime) -> None:
    LoginEvent.objects.create(user=world.user(name), kind=LoginEvent.Kind.SUCCESS, at=at)


def test_a_unit_is_active_while_a_handler_comes_and_nothing_is_left_alone(world: World) -> None:
    came(world, "liaison", day(2))
    came(world, "health_liaison", day(2))
    came(world, "accountable", day(2))
    complaint = world.to_state("in_progress")  # touched last on Monday the 2nd
    measure(at=day(18))

    assert stock("kota-uji", "units") == dict.fromkeys(range(2, 18), 4)
    assert stock("kota-uji", "units_active") == {**dict.fromkeys(range(2, 10), 2), **dict.fromkeys(range(10, 18), 1)}  # five working days: up to the 9th
    assert stock("kota-uji-dpu", "units") == {}
    world.step(complaint, "answer", "liaison", at=day(18), **ANSWER)
    measure(at=day(20))
    assert stock("kota-uji", "units_active")[19] == 2  # it waits for the reporter
    measure(at=datetime(2026, 12, 3, 9, tzinfo=WIB))
    assert Stock.objects.filter(day=date(2026, 12, 1), institution=world.city, measure="units_active").values_list("n", flat=True)[0] == 2
    assert not Stock.objects.filter(day=date(2026, 12, 2), measure="units_active").exists()  # nobody has come for thirty days


def test_whoever_went_to_another_place_in_order_is_no_account_of_the_first_any_more(world: World) -> None:
    officer = world.user("health_liaison")
    Appointment.objects.filter(user=officer).update(valid_to=date(2026, 11, 4))
    officers.appoint(
        user=officer, role="liaison", institution=world.unit, decree_number="SK-2", decree_on=SINCE, valid_from=date(2026, 11, 5),
        by=actor_for(world.user("system"), at=world.at), at=world.at,
    )  # fmt: skip
    world.submit()
    measure(at=day(7))

    assert stock("kota-uji-dinkes", "accounts") == dict.fromkeys(range(2, 5), 1)
    assert stock("kota-uji-dinkes", "accounts_covered") == dict.fromkeys(range(2, 5), 1)
    assert stock("kota-uji", "accounts")[6] == stock("kota-uji", "accounts_covered")[6] == stock("kota-uji", "accounts")[2]


def test_a_place_with_nothing_on_the_last_day_has_nothing_open(world: World) -> None:
    world.submit(at=day(2))
    measure(at=day(20))
    Stock.objects.filter(institution=world.unit, day__gt=date(2026, 11, 5)).delete()
    place = Scope.of(world.unit)
    Stock.objects.create(institution=world.unit, day=date(2026, 11, 4), measure="open", n=1)

    found, _before = pair(place, Period.parse("2026-11"))
    assert (found.level_on, found.stock("open")) == (date(2026, 11, 19), 0)
    assert Figures.read(place, Period.parse("2026-11")) == found
    assert by_place((world.unit.pk,), Period.parse("2026-11"))[world.unit.pk].level_on == date(2026, 11, 19)
    assert Figures.read(place, Period.parse("2026-12")).level_on is None


def test_an_account_is_covered_while_its_decree_is_in_force(world: World) -> None:
    Appointment.objects.filter(user__username="health_liaison").update(valid_to=date(2026, 11, 4))
    world.submit()
    measure(at=day(7))

    assert stock("kota-uji-dinkes", "accounts") == dict.fromkeys(range(2, 7), 1)
    assert stock("kota-uji-dinkes", "accounts_covered") == dict.fromkeys(range(2, 5), 1)
    city = {user for user, path in Appointment.objects.values_list("user", "institution__path") if path.startswith(world.city.path)}
    assert stock("kota-uji", "accounts")[6] == len(city)
    assert stock("kota-uji", "accounts_covered")[6] == len(city) - 1
