"""Priority issues of reports: what rules propose, who decides, what is told of it and to whom."""

from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, IssueTag, IssueWater
from complaints.services import issues as service
from institutions import services as places
from institutions.models import IssueRule, LegalBasis, PriorityIssue, Region
from lapor.ground import sweeps
from lapor.ground.problems import Refusal
from officers.actors import machine
from tests.desk import address, copies
from tests.world import World

ROADS = "road-damage"


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


def rule(world: World, issue: PriorityIssue, **conditions: Any) -> IssueRule:
    row = IssueRule(**{"issue": issue, "valid_from": date(2026, 1, 1), **conditions})
    return places.set_issue_rule(row, by=machine("system"), at=world.at, why="test")


def propose(world: World, **later: float) -> int:
    return services.propose_tags(at=world.at + timedelta(**later))["proposed"]


def tags(complaint: Complaint) -> dict[str, str]:
    return dict(IssueTag.objects.filter(complaint=complaint).values_list("issue_id", "state"))


def tag(world: World, complaint: Complaint, who: str = "national", code: str = ROADS) -> IssueTag:
    return services.tag(complaint.pk, issue=code, by=world.actor(who), at=world.at)


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


# --- decisions --------------------------------------------------------------------------------------------------------


def test_what_was_proposed_is_confirmed_and_taken_away_again_and_all_of_it_stands_in_the_chain(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    propose(world)
    before = Complaint.objects.get(pk=complaint.pk)

    tag(world, complaint, "admin")
    assert IssueTag.objects.confirmed_codes([complaint.pk]) == {complaint.pk: [ROADS]}
    services.untag(complaint.pk, issue=ROADS, by=world.actor("national"), at=world.at)
    assert IssueTag.objects.confirmed_codes([complaint.pk]) == {}
    tag(world, complaint, "national")

    after = Complaint.objects.get(pk=complaint.pk)
    told = [(row.kind, row.reason, row.data["issue"], row.as_role) for row in complaint.transitions.filter(seq__gt=before.seq)]
    assert told == [
        ("tag", "proposed", ROADS, "institution_admin"),
        ("untag", "confirmed", ROADS, "national_admin"),
        ("tag", "rejected", ROADS, "national_admin"),
    ]
    assert (after.seq, after.version, after.state) == (before.seq + 3, before.version, before.state)
    assert list(services.broken(reference=services.Reference(world.at))) == []


def test_an_issue_is_added_by_hand(world: World) -> None:
    complaint = world.to_state("closed")

    found = tag(world, complaint, "admin", "free-meals")

    assert (found.state, found.rule, found.proposed_at, found.by) == ("confirmed", None, None, world.user("admin"))
    event = complaint.transitions.latest("seq")
    assert (event.kind, event.reason, event.data) == ("tag", "by_hand", {"issue": "free-meals", "rule": None})


def test_a_tag_that_its_history_does_not_know_is_found(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    propose(world)
    IssueTag.objects.update(state="confirmed")

    found = list(services.broken(reference=services.Reference(world.at)))

    assert [(breach.rule, breach.where) for breach in found] == [("an issue counts as the last decision on it says", complaint.tracking_id)]


@pytest.mark.parametrize("code", ["", "no-such-issue", "uji", "a\x00b"])
def test_only_an_issue_that_counts_now_is_chosen(world: World, issue: PriorityIssue, code: str) -> None:
    PriorityIssue.objects.filter(pk=issue.pk).update(valid_to=date(2026, 11, 1))
    complaint = world.to_state("awaiting_followup")

    with pytest.raises(Refusal) as refused:
        tag(world, complaint, code=code)
    assert "issue" in refused.value.fields


def test_what_is_like_this_already_is_told(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    for act in (
        lambda: services.untag(complaint.pk, issue=ROADS, by=world.actor("admin"), at=world.at),
        lambda: (tag(world, complaint), tag(world, complaint)),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.status == 409
    assert complaint.transitions.filter(kind="tag").count() == 1


@pytest.mark.parametrize(("who", "status"), [("liaison", 403), ("superior", 403), ("other_admin", 403), ("auditor", 403)])
def test_others_are_refused_and_nothing_changes(world: World, who: str, status: int) -> None:
    complaint = world.to_state("awaiting_followup")
    propose(world)

    for act in (services.tag, services.untag):
        with pytest.raises(Refusal) as refused:
            act(complaint.pk, issue=ROADS, by=world.actor(who), at=world.at)
        assert refused.value.status == status
    assert tags(complaint) == {ROADS: "proposed"}


def test_confirmed_codes_of_many_are_one_query(world: World) -> None:
    first, second, third = (world.to_state("awaiting_followup") for _number in range(3))
    propose(world)
    for code in (ROADS, "free-meals"):
        tag(world, first, code=code)
    tag(world, second)

    with CaptureQueriesContext(connection) as found:
        codes = IssueTag.objects.confirmed_codes([first.pk, second.pk, third.pk])

    assert codes == {first.pk: ["free-meals", ROADS], second.pk: [ROADS]}
    assert len(found) == 1


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_desk_confirms_adds_and_takes_away(client: Client, world: World, clock: Any) -> None:
    complaint = world.to_state("awaiting_followup")
    propose(world)
    world.login(client, "admin")
    page = client.get(address(complaint)).content.decode()
    assert "Kerusakan jalan dan jembatan" in page
    assert "Diusulkan" in page

    assert client.post(address(complaint, "isu/"), {"isu": ROADS}).status_code == 302
    assert client.post(address(complaint, "isu/"), {"isu": "free-meals"}).status_code == 302
    assert client.post(address(complaint, "isu/"), {"lepas": ROADS}).status_code == 302
    assert tags(complaint) == {ROADS: "rejected", "free-meals": "confirmed"}
    again = client.post(address(complaint, "isu/"), {"lepas": ROADS}, follow=True)
    assert "sudah" in again.content.decode().lower()
    assert client.post(address(complaint, "isu/"), {"isu": "tidak-ada"}, follow=True).status_code == 200
    assert client.get(address(complaint, "isu/")).status_code == 405


def test_a_case_asks_the_database_as_often_with_three_issues_as_with_one(client: Client, world: World, clock: Any) -> None:
    one, three = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    for case, codes in ((one, (ROADS,)), (three, (ROADS, "free-meals", "school-violence"))):
        for code in codes:
            tag(world, case, code=code)
    world.login(client, "admin")
    costs = []
    for path in (address(one), address(one), address(three), f"/laporan/{one.tracking_id}/", f"/laporan/{three.tracking_id}/"):
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        costs.append(len(found))

    assert costs[1] == costs[2]
    assert costs[3] == costs[4]


def test_the_history_at_the_desk_names_the_issue_and_no_others_do(client: Client, world: World, clock: Any) -> None:
    complaint = world.to_state("awaiting_followup")
    tag(world, complaint)
    services.untag(complaint.pk, issue=ROADS, by=world.actor("admin"), at=world.at)
    sentence = "Laporan dimasukkan ke dalam isu prioritas."

    shown = world.login(client, "liaison").get(address(complaint)).content.decode()
    assert sentence in shown
    assert "Kerusakan jalan" in shown
    assert 'name="isu"' not in shown
    public = Client().get(f"/laporan/{complaint.tracking_id}/").content.decode()
    assert sentence not in public
    assert "Kerusakan jalan" not in public


def test_whoever_may_not_decide_is_refused_at_the_door(client: Client, world: World, clock: Any) -> None:
    complaint = world.to_state("awaiting_followup", is_secret=True)
    propose(world)

    assert world.login(client, "liaison").post(address(complaint, "isu/"), {"isu": ROADS}).status_code == 403
    assert world.login(Client(), "other_admin").post(address(complaint, "isu/"), {"isu": ROADS}).status_code == 404
    assert Client().post(address(complaint, "isu/"), {"isu": ROADS}).status_code == 302
    assert tags(complaint) == {ROADS: "proposed"}


def test_the_queue_is_narrowed_by_issue_confirmed_or_proposed(client: Client, world: World, clock: Any) -> None:
    confirmed, proposed, rejected = (world.to_state("awaiting_followup") for _number in range(3))
    propose(world)
    tag(world, confirmed)
    services.untag(rejected.pk, issue=ROADS, by=world.actor("admin"), at=world.at)
    world.login(client, "admin")

    def listed(query: str) -> set[str]:
        page = client.get(f"/meja/?{query}").content.decode()
        return {row.tracking_id for row in (confirmed, proposed, rejected) if row.tracking_id in page}

    assert listed(f"issue={ROADS}") == {confirmed.tracking_id}
    assert listed(f"issue={ROADS}&issue_state=proposed") == {proposed.tracking_id}
    assert listed("issue=kerusakan+jalan") == listed("issue=DAMAGED+roads") == {confirmed.tracking_id}
    assert listed("issue_state=proposed") == {proposed.tracking_id}
    assert listed("issue=free-meals&issue_state=proposed") == set()
    assert listed("issue_state=rejected") == {row.tracking_id for row in (confirmed, proposed, rejected)}  # no choice: the list is not narrowed
    assert services.canonical(f"issue={ROADS}&x=1&issue_state=proposed") == f"issue={ROADS}&issue_state=proposed"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_public_page_shows_a_confirmed_issue_with_the_list_of_its_reports(client: Client, world: World, clock: Any, language: str) -> None:
    shown, other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    tag(world, shown)
    propose(world)
    client.post("/bahasa/", {"language": language, "next": "/"})
    name = {"id": "Kerusakan jalan dan jembatan", "en": "Damaged roads and bridges"}[language]

    page = client.get(f"/laporan/{shown.tracking_id}/").content.decode()
    assert f'href="/laporan/?issue={ROADS}">{name}</a>' in page
    assert name not in client.get(f"/laporan/{other.tracking_id}/").content.decode()  # only proposed
    listed = client.get(f"/laporan/?issue={ROADS}").content.decode()
    assert (shown.tracking_id in listed, other.tracking_id in listed, name in listed) == (True, False, True)
    assert shown.tracking_id not in client.get("/laporan/?issue=free-meals").content.decode()
    assert client.get("/laporan/?issue=a%00b").status_code == 200


def test_an_issue_that_was_confirmed_after_a_page_was_kept_is_on_it_at_once(client: Client, world: World, clock: Any) -> None:
    complaint = world.to_state("awaiting_followup")
    path = f"/laporan/{complaint.tracking_id}/"
    assert "Kerusakan jalan" not in client.get(path).content.decode()

    tag(world, complaint)

    assert "Kerusakan jalan" in Client().get(path).content.decode()


@pytest.mark.parametrize("case", ["secret", "made secret", "oversight"])
def test_no_tag_of_a_secret_case_is_ever_public(client: Client, world: World, clock: Any, case: str) -> None:
    complaint = world.submit(is_secret=case == "secret").complaint
    track = "oversight" if case == "oversight" else "non_oversight"
    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", topic="public_works.potholes", track=track, reported_party="Kepala dinas")
    propose(world)
    tag(world, complaint)
    if case == "made secret":
        world.step(complaint, "change_visibility", secret=True)

    assert tags(complaint) == {ROADS: "confirmed"}
    assert client.get(f"/laporan/{complaint.tracking_id}/").status_code == 404
    assert complaint.tracking_id not in client.get(f"/laporan/?issue={ROADS}").content.decode()
    assert client.get(f"/api/v1/complaints/?issue={ROADS}").json()["results"] == []
    assert client.get(f"/api/v1/complaints/{complaint.tracking_id}/").status_code == 404


# --- the API ----------------------------------------------------------------------------------------------------------


def test_the_api_tells_confirmed_issues_to_everybody_and_narrows_by_them(client: Client, world: World) -> None:
    shown, other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    tag(world, shown)
    propose(world)
    named = [{"code": ROADS, "name": "Kerusakan jalan dan jembatan"}]

    def issues(path: str) -> Any:
        found = client.get(f"/api/v1/complaints/{path}").json()
        return {row["tracking_id"]: row["issues"] for row in found["results"]} if "results" in found else found["issues"]

    assert issues(f"{shown.tracking_id}/") == named
    assert issues(f"{other.tracking_id}/") == []
    assert issues("") == {shown.tracking_id: named, other.tracking_id: []}
    assert issues(f"?issue={ROADS}") == {shown.tracking_id: named}
    world.login(client, "admin")
    assert issues(f"{shown.tracking_id}/") == named
    assert issues(f"?issue={ROADS}&issue_state=proposed") == {other.tracking_id: []}


def test_a_region_is_a_region_and_no_text(world: World, issue: PriorityIssue) -> None:
    """33.7 is no region: a rule cannot mean half of a code by it."""
    assert not Region.objects.filter(pk="33.7").exists()
    with pytest.raises(Refusal) as refused:
        rule(world, issue, region_id="33.7")
    assert "region" in refused.value.fields
