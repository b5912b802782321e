"""What every test of the case may ask for."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from institutions import services as places
from institutions.models import IssueRule, LegalBasis, PriorityIssue
from officers import services as people
from officers.actors import Actor, actor_for, machine
from tests.login import enrol
from tests.world import PASSWORD, SINCE, World


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Path:
    """The folder of all stored bytes: what one test stores is nothing to the next."""
    moved = {name: settings.STORAGES[name] for name in ("default", "vault", "letters")}
    settings.STORAGES = settings.STORAGES | {name: {**row, "OPTIONS": {**row["OPTIONS"], "location": tmp_path / name}} for name, row in moved.items()}
    return tmp_path


@pytest.fixture
def issue(world: World) -> PriorityIssue:
    """An issue of the test's own, and no rule in force but those that the test makes."""
    IssueRule.objects.update(valid_to=date(2025, 12, 31))
    row = PriorityIssue(
        code="uji",
        kind="project",
        name_id="Proyek Uji",
        name_en="Trial project",
        legal_basis=LegalBasis.objects.get(pk="service-rule"),
        valid_from=date(2026, 1, 1),
    )
    return places.set_issue(row, by=machine("system"), at=world.at, why="test")


@pytest.fixture
def adviser(world: World) -> Actor:
    """The coordinator of the east, which is a hub for the city (and for nobody else)."""
    east = world.place("kabupaten-timur")
    system = machine("system")
    by = actor_for(system, at=world.at)
    places.join_hub(hub=east, member=world.city, kind="region", valid_from=SINCE, by=system, at=world.at, why="test")
    user = people.create_officer(
        username="simpul", full_name="Simpul Timur", email="simpul@contoh.invalid", password=PASSWORD, by=system, at=world.at, why="test"
    )
    enrol(user)
    people.appoint(user=user, role="hub_coordinator", institution=east, decree_number="SK-S", decree_on=SINCE, valid_from=SINCE, by=by, at=world.at)
    return world.actor("simpul")
