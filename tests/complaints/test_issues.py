"""Priority issues of reports: what rules propose, and the sweep that asks them."""

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, IssueTag, IssueWater
from complaints.services import issues as service
from institutions import services as places
from institutions.models import PriorityIssue, Region
from lapor.ground import sweeps
from lapor.ground.problems import Refusal
from officers.actors import machine
from tests.complaints.tagging import ROADS, propose, rule, tags
from tests.desk import copies
from tests.world import World

# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"topic_id": "public_works.potholes"}, True),
        ({"topic_id": "public_works"}, True),
        ({"topic_id": "public_works.bridge"}, False),
        ({"topic_id": "health"}, False),
        ({"region_id": "33.74.01.1001"}, True),
        ({"region_id": "33.74"}, True),
        ({"region_id": "33"}, True),
        ({"region_id": "33.74.02"}, False),
        ({"region_id": "31"}, False),
        ({"words": "jalan berlubang"}, True),
        ({"words": "pasar lubang"}, True),  # each in its place, stemmed as the search does
        ({"words": "jalan jembatan"}, False),
        ({"words": "yang di"}, False),  # words that say nothing ask for nothing, and nothing fits
        ({"words": "pasar", "topic_id": "public_works", "region_id": "33.74"}, True),
        ({"words": "jembatan", "topic_id": "public_works", "region_id": "33.74"}, False),
        ({"words": "pasar", "topic_id": "health", "region_id": "33.74"}, False),
        ({"words": "pasar", "topic_id": "public_works", "region_id": "31"}, False),
        ({"topic_id": "public_works", "valid_from": date(2026, 11, 3)}, False),
        ({"topic_id": "public_works", "valid_from": date(2026, 11, 2)}, True),
        ({"topic_id": "public_works", "valid_to": date(2026, 11, 1)}, False),
    ],
)
def test_a_rule_proposes_where_every_one_of_its_conditions_is_met(world: World, issue: PriorityIssue, conditions: dict[str, Any], fits: bool) -> None:
    complaint = world.to_state("awaiting_followup")
    made = rule(world, issue, **conditions)

    assert propose(world) == int(fits)
    found = IssueTag.objects.filter(complaint=complaint)
    assert [(row.issue_id, row.state, row.rule, row.by.username, row.proposed_at) for row in found] == (
        [("uji", "proposed", made, "system", world.at)] if fits else []
    )


def test_a_rule_of_an_institution_means_what_its_subtree_holds_or_what_was_addressed_to_it(world: World, issue: PriorityIssue) -> None:
    held, addressed, other = world.to_state("awaiting_followup"), world.submit(target_institution="kota-uji").complaint, world.submit().complaint
    Complaint.objects.filter(pk=addressed.pk).update(holder=world.nation)

    for place, count in ((world.ministry, 0), (world.city, 2), (world.nation, 1)):
        rule(world, issue, institution=place)
        assert propose(world) == count, place
    assert set(IssueTag.objects.values_list("complaint", flat=True)) == {held.pk, addressed.pk, other.pk}


def test_what_was_archived_or_is_a_draft_is_left_out_and_a_closed_report_is_not(world: World, issue: PriorityIssue) -> None:
    closed, archived = world.to_state("closed", topic="public_works.potholes"), world.to_state("archived", topic="public_works.potholes")
    rule(world, issue, topic_id="public_works")

    assert propose(world) == 1
    assert (tags(closed), tags(archived)) == ({"uji": "proposed"}, {})


def test_no_rule_proposes_for_an_issue_that_has_ended_or_not_begun(world: World, issue: PriorityIssue) -> None:
    world.to_state("awaiting_followup")
    rule(world, issue, topic_id="public_works")

    for days in ({"valid_to": date(2026, 11, 1)}, {"valid_from": date(2026, 11, 3), "valid_to": None}):
        PriorityIssue.objects.filter(pk=issue.pk).update(**days)
        assert propose(world) == 0


def test_the_seed_proposes_damaged_roads(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    assert propose(world) == 1
    assert tags(complaint) == {ROADS: "proposed"}


# --- the sweep --------------------------------------------------------------------------------------------------------


def test_the_sweep_proposes_once_and_nothing_that_an_officer_rejected(world: World, issue: PriorityIssue) -> None:
    complaint = world.to_state("awaiting_followup")
    rule(world, issue, topic_id="public_works")
    before = Complaint.objects.get(pk=complaint.pk)

    assert [propose(world), propose(world), propose(world, minutes=20)] == [1, 0, 0]
    after = Complaint.objects.get(pk=complaint.pk)
    assert (after.seq, after.head, after.version) == (before.seq, before.head, before.version)
    services.untag(complaint.pk, issue="uji", by=world.actor("admin"), at=world.at)
    rule(world, issue, words="pasar")
    services.edit(complaint.pk, changes={"title": "Jalan pasar"}, by=world.actor("admin"), at=world.at)

    assert propose(world, minutes=30) == 0
    assert tags(complaint) == {"uji": "rejected"}


def test_new_and_edited_reports_are_looked_at_and_the_others_are_not_again(world: World, issue: PriorityIssue) -> None:
    old = world.to_state("awaiting_followup")
    rule(world, issue, words="jembatan")
    assert [propose(world), propose(world, minutes=11), propose(world, minutes=22)] == [0, 0, 0]
    Complaint.objects.filter(pk=old.pk).update(body="Jembatan rusak")  # past every service: no event tells of it

    new = world.submit(title="Jembatan putus").complaint
    assert propose(world, minutes=33) == 1
    assert (tags(old), tags(new)) == ({}, {"uji": "proposed"})
    services.edit(old.pk, changes={"title": "Jembatan rusak berat"}, by=world.actor("admin"), at=world.at)
    assert propose(world, minutes=44) == 1
    assert tags(old) == {"uji": "proposed"}


def test_a_new_rule_and_one_that_asks_for_something_else_go_through_the_reports_of_before(world: World, issue: PriorityIssue) -> None:
    complaint = world.to_state("awaiting_followup")
    made = rule(world, issue, words="jembatan")
    assert [propose(world), propose(world, minutes=11), propose(world, minutes=22)] == [0, 0, 0]

    made.words = "pasar"
    places.set_issue_rule(made, by=machine("system"), at=world.at, why="test")

    assert propose(world, minutes=33) == 1
    assert tags(complaint) == {"uji": "proposed"}


def test_a_row_that_commits_late_is_not_lost(world: World, issue: PriorityIssue) -> None:
    """The mark follows ten minutes behind: what stood in an open transaction while the sweep went by is found by a later one."""
    rule(world, issue, words="jembatan")
    propose(world)
    propose(world, minutes=11)
    late = world.submit(title="Jembatan putus").complaint
    seen = late.transitions.latest("pk").pk
    IssueWater.objects.update(seen=seen, seen_at=world.at + timedelta(minutes=12))  # the sweep of then saw nothing of it

    assert propose(world, minutes=15) == 1
    assert IssueWater.objects.get().done < seen
    assert propose(world, minutes=23) == 0
    assert IssueWater.objects.get().done == seen


def test_a_report_that_somebody_works_on_waits_for_the_next_sweep(committed: World) -> None:
    busy, free = committed.to_state("awaiting_followup"), committed.to_state("awaiting_followup")
    found: list[int] = []

    def sweep() -> None:
        found.append(propose(committed))
        connection.close()

    with transaction.atomic():
        Complaint.objects.select_for_update().get(pk=busy.pk)
        (beside := Thread(target=sweep)).start()
        beside.join(timeout=20)
    assert (found, tags(busy), tags(free)) == ([1], {}, {ROADS: "proposed"})
    assert propose(committed) == 1
    assert tags(busy) == {ROADS: "proposed"}


def test_two_sweeps_side_by_side_propose_once(committed: World) -> None:
    model = committed.to_state("awaiting_followup")
    copies(model, 60)
    counts: list[int] = []

    def sweep() -> None:
        counts.append(propose(committed))
        connection.close()

    threads = [Thread(target=sweep) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert (sum(counts), IssueTag.objects.count()) == (61, 61)


def test_many_reports_take_as_many_queries_as_one(world: World, issue: PriorityIssue) -> None:
    model = world.to_state("awaiting_followup")
    costs = []
    for count in (1, 41):
        if count > 1:
            copies(model, 40)
            IssueTag.objects.all().delete()
            IssueWater.objects.all().delete()
        else:
            rule(world, issue, topic_id="public_works")
        with CaptureQueriesContext(connection) as found:
            assert propose(world) == count
        costs.append(len(found))
    assert costs[0] == costs[1]


def test_long_news_are_looked_at_in_portions(world: World, issue: PriorityIssue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "EVENTS", 2)
    monkeypatch.setattr(service, "CHUNK", 1)
    rule(world, issue, topic_id="public_works")
    propose(world)
    made = [world.to_state("awaiting_followup") for _number in range(3)]

    assert propose(world, minutes=1) == 3
    assert [tags(row) for row in made] == [{"uji": "proposed"}] * 3


def test_the_command_and_the_sweep_of_all_sweeps_propose(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.to_state("awaiting_followup")
    call_command("propose_tags", "--json", "--at", world.at.isoformat())

    assert '"proposed": 1' in capsys.readouterr().out
    world.to_state("awaiting_followup")
    assert sweeps.SWEEPS["propose_tags"](world.at) == {"proposed": 1}


def test_nothing_is_proposed_while_the_system_can_only_be_read(world: World) -> None:
    world.to_state("awaiting_followup")
    places.set_read_only(True, by=machine("system"), at=world.at, reason="x")
    places.forget_site()

    with pytest.raises(Refusal) as refused:
        propose(world)
    assert refused.value.status == 503
    assert not IssueTag.objects.exists()


def test_a_region_is_a_region_and_no_text(world: World, issue: PriorityIssue) -> None:
    """33.7 is no region: a rule cannot mean half of a code by it."""
    assert not Region.objects.filter(pk="33.7").exists()
    with pytest.raises(Refusal) as refused:
        rule(world, issue, region_id="33.7")
    assert "region" in refused.value.fields


def test_a_report_that_a_step_moves_is_looked_at_whatever_the_step_is_called(world: World, issue: PriorityIssue) -> None:
    rule(world, issue, institution=world.inspectorate)
    case = world.to_state("at_city")
    assert propose(world) == 0
    propose(world, minutes=11)
    propose(world, minutes=22)

    later = world.at + timedelta(minutes=30)
    world.step(case, "change_track", "admin", at=later, track="oversight", text="Dugaan pungutan.", reported_party="Petugas loket")

    assert Complaint.objects.get(pk=case.pk).holder == world.inspectorate
    assert propose(world, minutes=31) == 1
