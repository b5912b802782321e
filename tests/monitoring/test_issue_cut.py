"""A confirmed priority issue is a cut of every figure, from the day of arrival on."""

import pytest

from complaints import services as complaints
from monitoring.models import MonthTally
from monitoring.services import measure, recount
from tests.monitoring.counting import day, stock, tally
from tests.world import World, at_city

pytestmark = pytest.mark.django_db


def test_a_tag_that_is_confirmed_later_counts_from_the_arrival_and_goes_when_it_is_taken_away(world: World) -> None:
    code = complaints.issues_on(world.at)[0].pk
    complaint = at_city(world, world.to_state("awaiting_verification"))
    measure(at=day(4))
    assert tally("kota-uji", "received", "issue", code) == {}

    complaints.tag(complaint.pk, issue=code, by=world.actor("national"), at=day(4, 10))
    measure(at=day(5))
    assert tally("kota-uji", "received", "issue", code) == tally("kota-uji", "received") != {}
    assert MonthTally.objects.get(institution__slug="kota-uji", measure="received", dim="issue", value=code).n == 1
    assert stock("kota-uji", dim="issue", value=code)

    complaints.untag(complaint.pk, issue=code, by=world.actor("national"), at=day(5, 10))
    measure(at=day(6))
    assert tally("kota-uji", "received", "issue", code) == {}
    assert recount(check=True).examples == []
