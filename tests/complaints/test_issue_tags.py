"""Who decides that a report belongs to an issue, and what is told of it to whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, IssueTag
from institutions.models import PriorityIssue
from lapor.ground.problems import Refusal
from tests.complaints.tagging import ROADS, propose, rule, tag, tags
from tests.desk import address
from tests.world import World

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
    assert Client().post(address(complaint, "isu/"), {"isu": ROADS}).status_code == 401
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
    assert 'value="Kerusakan jalan dan jembatan"' in client.get(f"/meja/?issue={ROADS}").content.decode()
    assert client.get("/meja/?issue=%00").status_code == client.get("/meja/?issue=road%00damage").status_code == 200
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


def test_what_was_proposed_while_the_issue_counted_is_decided_after_its_end_and_nothing_is_added(world: World, issue: PriorityIssue) -> None:
    proposed, other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    rule(world, issue, words="jalan")
    IssueTag.objects.filter(complaint=other).delete()
    propose(world)
    IssueTag.objects.filter(complaint=other).delete()
    PriorityIssue.objects.filter(pk=issue.pk).update(valid_to=world.at.date())
    later = world.at + timedelta(days=2)

    services.tag(proposed.pk, issue=issue.pk, by=world.actor("national", at=later), at=later)
    services.untag(proposed.pk, issue=issue.pk, by=world.actor("national", at=later), at=later)
    services.tag(proposed.pk, issue=issue.pk, by=world.actor("national", at=later), at=later)
    with pytest.raises(Refusal) as refused:
        services.tag(other.pk, issue=issue.pk, by=world.actor("national", at=later), at=later)

    assert tags(proposed) == {issue.pk: "confirmed"}
    assert list(refused.value.fields) == ["issue"]


def test_a_code_is_that_issue_alone_and_a_name_may_be_several(client: Client, world: World, issue: PriorityIssue, clock: Any) -> None:
    PriorityIssue.objects.filter(pk=ROADS).update(name_en="Roads of the uji project")
    one, other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    tag(world, one, code=issue.pk)
    tag(world, other)
    world.login(client, "admin")

    def listed(query: str) -> set[str]:
        page = client.get(f"/meja/?{query}").content.decode()
        return {row.tracking_id for row in (one, other) if row.tracking_id in page}

    assert listed("issue=uji") == {one.tracking_id}
    assert listed("issue=uji+project") == {other.tracking_id}
    assert listed("issue=ji") == {one.tracking_id, other.tracking_id}


def test_an_issue_that_is_still_to_come_is_nobodys_to_know(client: Client, world: World, issue: PriorityIssue, clock: Any) -> None:
    assert "Proyek Uji" in client.get("/laporan/?issue=uji").content.decode()

    PriorityIssue.objects.filter(pk=issue.pk).update(valid_from=world.at.date() + timedelta(days=30))

    assert "Proyek Uji" not in client.get("/laporan/?issue=uji").content.decode()
