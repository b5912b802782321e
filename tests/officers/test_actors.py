"""Powers follow appointments by decree, from the first day to the last, and nothing else gives any."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from institutions.models import Change
from lapor.ground.problems import Refusal
from officers import services
from officers.actors import actor_for, machine
from officers.models import Appointment, InstitutionPower, User
from officers.powers import POWERS, Role
from tests.world import World

DAY = timedelta(days=1)


@pytest.mark.parametrize("role", Role)
def test_a_role_carries_the_powers_of_the_table_at_its_place(world: World, role: Role) -> None:
    user = services.create_officer(username="baru", full_name="Baru", email="", by=machine("system"), at=world.at, why="uji")
    by = world.actor("system")
    services.appoint(
        user=user, role=role, institution=world.city, decree_number="SK", decree_on=date(2026, 1, 1), valid_from=date(2026, 1, 1), by=by, at=world.at
    )

    actor = actor_for(user, at=world.at)

    assert set(actor.roots) == set(POWERS[role])
    assert {path for paths in actor.roots.values() for path in paths} <= {world.city.path}


@pytest.mark.parametrize(("start", "end", "holds"), [(0, None, True), (1, None, False), (-9, -1, False), (-9, 0, True), (-9, 3, True)])
def test_powers_hold_from_the_first_day_to_the_last(world: World, start: int, end: int | None, holds: bool) -> None:
    today = world.at.date()
    world.user("liaison").appointments.update(valid_from=today + start * DAY, valid_to=None if end is None else today + end * DAY)

    assert world.actor("liaison").has("respond") is holds
    assert actor_for(world.user("liaison"), at=world.at).under("respond") == ((world.unit.path,) if holds else ())


def test_has_perm_asks_the_decree_of_today(world: World) -> None:
    user = world.user("liaison")
    assert user.has_perm("institutions.respond", world.unit)
    assert not user.has_perm("institutions.respond", world.city)
    assert not user.has_perm("institutions.verify", world.unit)

    user.appointments.update(valid_to=date(2020, 1, 1))

    assert not User.objects.get(pk=user.pk).has_perm("institutions.respond", world.unit)


def test_a_superuser_without_an_appointment_an_inactive_officer_and_a_machine_have_nothing(world: World) -> None:
    user = world.user("admin")
    user.appointments.update(valid_to=date(2020, 1, 1))
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    User.objects.filter(username="liaison").update(is_active=False)

    for name in ("admin", "liaison"):
        assert not world.actor(name).roots
    assert not actor_for(machine("partner"), at=world.at).roots


def test_whoever_is_not_logged_in_acts_as_the_reporter(world: World) -> None:
    for nobody in (None, AnonymousUser()):
        actor = actor_for(nobody, at=world.at)
        assert (actor.username, actor.is_machine, actor.is_system) == ("reporter", True, False)


def test_an_actor_is_read_in_one_query(world: World) -> None:
    user = world.user("admin")

    with CaptureQueriesContext(connection) as queries:
        actor_for(user, at=world.at)

    assert len(queries) == 1


def test_the_role_named_is_the_one_nearest_to_the_place(world: World) -> None:
    by = world.actor("system")
    services.appoint(
        user=world.user("admin"),
        role="liaison",
        institution=world.unit,
        decree_number="SK",
        decree_on=date(2026, 1, 1),
        valid_from=date(2026, 1, 1),
        by=by,
        at=world.at,
    )
    actor = world.actor("admin")

    assert (actor.role_for(world.unit.path), actor.role_for(world.city.path), actor.role_for(world.ministry.path)) == ("liaison", "institution_admin", "")


def appoint(world: World, who: str, **changes: object) -> Appointment:
    given: dict[str, object] = {
        "user": world.user("patron"),
        "role": "liaison", "institution": world.unit, "decree_number": "SK-1", "decree_on": date(2026, 1, 1), "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    return services.appoint(**{**given, **changes}, by=world.actor(who), at=world.at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "changes", "status"),
    [
        ("admin", {}, 0),
        ("other_admin", {}, 403),
        ("liaison", {}, 403),
        ("admin", {"role": "custodian"}, 403),
        ("admin", {"role": "national_admin"}, 403),
        ("national", {"role": "auditor"}, 0),
        ("admin", {"decree_number": "  "}, 422),
        ("admin", {"valid_to": date(2025, 1, 1)}, 422),
    ],
)
def test_appointing_has_a_reach_a_decree_and_a_period(world: World, who: str, changes: dict[str, object], status: int) -> None:
    if not status:
        assert appoint(world, who, **changes).powers.exists()
        return
    with pytest.raises(Refusal) as found:
        appoint(world, who, **changes)
    assert found.value.status == status


def test_the_same_role_at_the_same_place_twice_is_a_conflict(world: World) -> None:
    appoint(world, "admin", valid_to=date(2026, 6, 30))
    appoint(world, "admin", valid_from=date(2026, 7, 1))

    with pytest.raises(Refusal) as found:
        appoint(world, "admin", valid_from=date(2026, 8, 1))

    assert found.value.status == 409


def test_every_write_about_people_is_on_record(world: World) -> None:
    row = appoint(world, "admin")
    services.end_appointment(row, on=date(2026, 11, 30), by=world.actor("admin"), at=world.at, why="Mutasi")
    services.update_officer(world.user("patron"), {"full_name": "Nama Baru"}, by=world.user("admin"), at=world.at, why="Salah tulis")

    rows = Change.objects.filter(by=world.user("admin")).order_by("pk")
    assert [(c.target_kind, c.what) for c in rows] == [("officers.appointment", "appointed"), ("officers.appointment", "ended"), ("officers.user", "updated")]
    assert all(c.why for c in rows)


def test_check_powers_finds_what_was_planted_and_what_is_missing(world: World) -> None:
    today = world.at.date()
    assert services.check_powers(today=today) == []
    row = world.user("liaison").appointments.get()
    planted = InstitutionPower.objects.get(appointment=world.user("admin").appointments.get(), permission__codename="verify")

    InstitutionPower.objects.create(user=row.user, content_object=row.institution, permission=planted.permission, appointment=row)
    row.powers.filter(permission__codename="respond").delete()
    InstitutionPower.objects.filter(pk=planted.pk).update(user=world.user("hub"))

    wrong = " | ".join(services.check_powers(today=today))
    assert "verify is too much" in wrong
    assert "respond is missing" in wrong
    assert "does not belong" in wrong


def test_expiring_tidies_what_grants_nothing_any_more(world: World) -> None:
    world.user("liaison").appointments.update(valid_to=date(2026, 11, 1))

    assert services.expire(at=world.at, today=world.at.date()) == len(POWERS[Role.LIAISON])
    assert services.expire(at=world.at, today=world.at.date()) == 0


def test_a_username_is_taken_once(world: World) -> None:
    with pytest.raises(Refusal) as found:
        services.create_officer(username="admin", full_name="x", email="", by=machine("system"), at=world.at, why="x")

    assert "username" in found.value.fields
