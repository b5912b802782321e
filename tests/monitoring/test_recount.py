"""Counting everything again from the events, and the commands."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import call_command

from complaints.models import Complaint
from institutions import services as places
from institutions.models import Institution
from lapor.ground import sweeps
from lapor.ground.problems import Refusal
from monitoring.models import Fact, LowWater, MonthTally, Stock, Tally
from monitoring.services import measure, recount
from officers.actors import machine
from tests.monitoring.counting import agree, day, stock, tally
from tests.world import SORT, World, at_city

# --- counting again ---------------------------------------------------------------------------------------------------

WRONG: dict[str, Callable[[], object]] = {
    "a tally": lambda: Tally.objects.filter(measure="received", dim="").update(n=99),
    "a tally that is gone": lambda: Tally.objects.filter(measure="closed").delete(),
    "a tally too many": lambda: Tally.objects.create(institution=Institution.objects.get(slug="kementerian-uji"), day=date(2026, 1, 1), measure="closed", n=1),
    "a month": lambda: MonthTally.objects.filter(measure="arrived").update(n=0),
    "a day of the stock": lambda: Stock.objects.filter(measure="open", dim="state").update(n=7),
    "a fact": lambda: Fact.objects.filter(institution__slug="kota-uji").update(cohort={}),
    "a fact that is gone": lambda: Fact.objects.filter(institution__slug="kota-uji").delete(),
    "a flow": lambda: Fact.objects.filter(institution__slug="nasional").update(flow=[["2026-11-02", "arrived", "", "", 5]]),
}


@pytest.mark.parametrize("what", WRONG)
def test_recount_finds_what_was_altered_and_puts_it_right(world: World, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    for state in ("closed", "awaiting_followup"):
        world.to_state(state)
    measure(at=day(9))
    call_command("recount", "--check", "--json")
    assert json.loads(capsys.readouterr().out) == {"reports": 2, "waiting": 0, "differences": {}, "examples": []}
    WRONG[what]()

    with pytest.raises(SystemExit, match="1"):
        call_command("recount", "--check", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["differences"]
    assert said["examples"]

    call_command("recount")
    agree()
    assert tally("nasional", "received") == {2: 2}
    assert stock("nasional") == dict.fromkeys(range(2, 9), 1)


def test_what_no_sweep_has_counted_yet_waits_and_is_no_difference(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=world.at)
    world.step(complaint, "dispose_to_unit", "admin", target="kota-uji-dpu")
    world.submit()

    found = recount(check=True)
    assert (found.reports, found.waiting, dict(found.counts)) == (2, 2, {})
    recount()
    agree()
    assert tally("nasional", "received") == {2: 2}
    assert measure(at=world.at)["reports"] == 0


def test_what_committed_so_late_that_no_sweep_looks_for_it_is_found_and_counted(world: World) -> None:
    complaint = world.to_state("at_city")
    measure(at=world.at)
    world.step(complaint, "dispose_to_unit", "admin", target="kota-uji-dpu")
    newest = complaint.transitions.latest("pk").pk
    LowWater.objects.filter(name="measure").update(done=newest, seen=newest)  # as if it had been passed before the commit
    assert measure(at=world.at)["reports"] == 0

    assert dict(recount(check=True).counts) == {"events": 1}
    recount()
    agree()
    assert tally("kota-uji-dpu", "received") == {2: 1}


def test_commands_and_the_sweep_of_all_count(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    at_city(world, world.submit().complaint)
    call_command("measure", "--json", at=world.at.isoformat())
    assert json.loads(capsys.readouterr().out) == {"reports": 1, "days": 1}
    world.step(Complaint.objects.get(), "handle", "admin", **{name: value for name, value in SORT.items() if name != "track"})

    assert sweeps.run(world.at)["measure"] == {"reports": 1, "days": 0}
    order = list(sweeps.SWEEPS)
    assert order.index("watch") < order.index("measure") < order.index("publish") < order.index("release")


def test_nothing_is_counted_while_the_system_can_only_be_read(world: World) -> None:
    world.submit()
    places.set_read_only(True, by=machine("system"), at=world.at, reason="x")
    places.forget_site()

    with pytest.raises(Refusal):
        measure(at=world.at)
    assert not Fact.objects.exists()
