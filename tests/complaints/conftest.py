"""What every test of the case may ask for."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from institutions import services as places
from institutions.models import IssueRule, LegalBasis, PriorityIssue
from officers.actors import machine
from tests.world import World


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
