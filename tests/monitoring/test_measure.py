"""The sweep that counts: what changed and nothing else, once, whatever happens to it; and counting everything again."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from monitoring.models import Fact, MonthTally, Stock, Tally
from monitoring.services import measure, recount
from tests.parts import split
from tests.world import WIB, World

LATER = datetime(2026, 11, 30, 9, tzinfo=WIB)


def agree() -> None:
    found = recount(check=True)
    assert (found.counts, found.examples, found.waiting) == (Counter(), [], 0)


def tally(world: World, place: str, measure: str, dim: str = "", value: str = "") -> int:
    rows = Tally.objects.filter(institution__slug=place, measure=measure, dim=dim, value=value)
    return sum(rows.values_list("n", flat=True))


def test_smoke(world: World) -> None:
    for state in ("awaiting_verification", "at_city", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied", "closed", "archived"):
        world.to_state(state)
    split(world, world.to_state("awaiting_followup"))
    print(measure(at=world.at))
    agree()
    print(measure(at=LATER))
    agree()
    for row in Tally.objects.filter(institution=world.nation).order_by("measure", "dim"):
        print(row.day, row.measure, row.dim, row.value, row.n)
    print(Fact.objects.count(), MonthTally.objects.count(), Stock.objects.count())
    assert 0
