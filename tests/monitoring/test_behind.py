"""What the engine counted leads to just the reports that were counted, measure by measure."""

from datetime import timedelta

import pytest

from monitoring.boards.cases import COHORT, Behind, facts_of
from monitoring.boards.lines import LINKED
from monitoring.boards.read import Asked
from monitoring.boards.sight import Sight
from monitoring.figures import Figures, Period, Scope
from monitoring.services import measure
from tests.monitoring.counting import STATES, agree
from tests.world import World, at_city

pytestmark = pytest.mark.django_db


def test_every_sum_is_made_of_the_reports_that_are_listed_behind_it(world: World) -> None:
    for state in STATES:
        at_city(world, world.to_state("awaiting_verification")) if state == "at_city" else world.to_state(state)
    on = (world.at + timedelta(days=70)).date()
    measure(at=world.at + timedelta(days=70))
    agree()

    seen = set()
    for place in (world.nation, world.city, world.unit):
        for code in ("2026-11", "2026-Q4", "2026", "2027-01"):
            scope, period = Scope.of(place), Period.parse(code)
            found, asked = Figures.read(scope, period), Asked(Sight(scope, has_cases=True), period, on)
            for name in LINKED:
                n = found.stock(name) if name.startswith("open") else found.n(name)
                listed = facts_of(asked, Behind(name), level_on=found.level_on).count()
                # What happens to a report twice is counted twice, and listed once.
                assert (listed == n) if name in COHORT or name.startswith("open") else (min(n, 1) <= listed <= n), (scope.key, code, name, n, listed)
                seen |= {name} if n else set()
    assert seen >= {
        "received",
        "validated",
        "responded",
        "followed_up",
        "completed",
        "archived",
        "closed",
        "pended",
        "arrived",
        "met",
        "missed",
        "open",
        "open_over_60",
    }
