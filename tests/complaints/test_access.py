"""Every role on every kind of case gets what `access.py` expects, and list, detail, search and count never disagree."""

from collections.abc import Callable
from typing import Any

import pytest

from complaints import services
from complaints.access import ACTS, CASES, EXPECTATIONS, OVERSIGHT_ACTS, OVERSIGHT_STEPS, ROLES, SECRET_ACTS, STEPS
from complaints.models import Complaint
from complaints.policy import POLICY
from complaints.workflow import WORKFLOW
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from tests.world import SORT, World

# the role's column -> who plays it, seen from a case held by the city's unit (oversight: by its inspectorate)
PLAYERS = {
    "liaison_own": "liaison",
    "liaison_other": "health_liaison",
    "admin_own": "admin",
    "admin_other": "other_admin",
    "superior_own": "superior",
    "supervisor_own": "supervisor",
    "hub": "hub",
    "national": "national",
    "monitor": "monitor",
    "ombudsman": "ombudsman",
    "infrastructure": "operator",
    "custodian": "custodian",
    "auditor": "auditor",
}
OVERSIGHT: dict[str, Any] = {**SORT, "track": "oversight", "reported_party": "Kepala dinas"}


def actor_of(world: World, role: str, complaint: Complaint) -> Actor:
    if role == "public":
        return world.reporter()
    if role == "reporter":
        return world.reporter(complaint)
    return world.actor(PLAYERS[role])


def oversight_case(world: World) -> Complaint:
    complaint = world.submit().complaint
    return world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT)


CASE: dict[str, Callable[[World], Complaint]] = {
    "public": lambda w: w.to_state("awaiting_followup"),
    "anonymous": lambda w: w.to_state("awaiting_followup", is_anonymous=True),
    "secret": lambda w: w.to_state("awaiting_followup", is_secret=True),
    "oversight": oversight_case,
}


def verdict(complaint: Complaint, actor: Actor, act: str) -> str:
    """A, M, N or F as a face would answer."""
    row = Complaint.objects.answering(actor).get(pk=complaint.pk)
    if act == "list":
        return "A" if Complaint.objects.visible_to(actor).filter(pk=complaint.pk).exists() else "N"
    if not row.knows:
        return "N"
    if act == "view":
        return "A" if row.may("see") else "M" if row.may("see_public") else "F"
    return "A" if row.may({"identity": "see_identity", "note": "see_notes"}.get(act, act)) else "F"


@pytest.mark.parametrize("kind", CASES)
def test_reading_is_as_expected_for_every_role(world: World, kind: str) -> None:
    complaint = CASE[kind](world)

    for (act, case), row in EXPECTATIONS.items():
        if case == kind:
            assert {role: verdict(complaint, actor_of(world, role, complaint), act) for role in ROLES} == row, (act, kind)


@pytest.mark.parametrize("kind", CASES)
def test_list_detail_search_and_count_agree_for_every_role(world: World, kind: str) -> None:
    complaint = CASE[kind](world)

    for role in ROLES:
        actor = actor_of(world, role, complaint)
        in_list = complaint in Complaint.objects.visible_to(actor)
        in_full = complaint in Complaint.objects.seen_by(actor)
        row = Complaint.objects.answering(actor).get(pk=complaint.pk)
        counted = Complaint.objects.visible_to(actor).filter(tracking_id=complaint.tracking_id).count() == 1
        found_in_full = complaint in Complaint.objects.seen_by(actor).matching("pasar", public=False)
        found_public = complaint in Complaint.objects.public().matching("pasar", public=True)

        assert in_list == counted == (row.may("see") or row.may("see_public")), role
        assert in_full == row.may("see") == found_in_full, role
        assert found_public == row.may("see_public"), role


@pytest.mark.parametrize("kind", CASES)
def test_a_row_in_memory_answers_as_the_database_would(world: World, kind: str) -> None:
    """Every rule of the table, for everybody, also where columns are empty, in another unit, or in conflict."""
    complaint = CASE[kind](world)
    others = [world.submit(is_secret=kind == "secret").complaint, world.to_state("archived"), world.to_state("closed")]
    accused = world.to_state("at_city")
    Complaint.objects.filter(pk=accused.pk).update(reported_institution=world.unit, reported_user=world.user("admin2"), contested_user=world.user("liaison"))
    ids = [case.pk for case in (complaint, accused, *others)]
    actors = [*(actor_of(world, role, complaint) for role in ROLES), *(world.actor(name) for name in ("liaison", "admin2", "supervisor", "other_admin"))]

    for actor in actors:
        rows = list(Complaint.objects.answering(actor).filter(pk__in=ids))
        assert {row.pk for row in rows if row.knows} == set(Complaint.objects.knowing(actor).filter(pk__in=ids).values_list("pk", flat=True))
        for act in POLICY:
            found = set(Complaint.objects.allowing(act, actor).filter(pk__in=ids).values_list("pk", flat=True))
            assert {row.pk for row in rows if row.may(act)} == found, (act, actor.user_id)
    assert len(rows) * len(actors) * len(POLICY) > 4000


# in which state a step is tried
TRIED_IN = {
    "pend": "at_city", "complete": "awaiting_completion", "lapse": "awaiting_completion", "dispose_to_institution": "awaiting_verification",
    "dispose_to_unit": "at_city", "handle": "at_city", "return_upward": "at_city", "return_to_admin": "awaiting_followup",
    "redispose": "awaiting_followup", "respond": "awaiting_followup", "progress": "in_progress", "answer": "in_progress",
    "reply": "awaiting_reporter", "confirm": "awaiting_reporter", "close_by_silence": "awaiting_reporter",
    "close_by_decision": "awaiting_reporter", "archive": "at_city", "restore": "archived", "withdraw": "awaiting_followup",
    "reopen": "closed", "change_visibility": "awaiting_followup", "hand_over": "in_progress",
    "invite": "awaiting_followup", "ask_support": "in_progress", "decline_support": "in_progress",
    "end_part": "in_progress", "refer": "in_progress", "consent_transfer": "in_progress",
    "release_referral": "in_progress", "change_track": "in_progress", "hold": "in_progress", "end_hold": "in_progress",
}  # fmt: skip


@pytest.mark.parametrize("action", sorted(STEPS))
def test_every_role_may_take_exactly_the_steps_expected(world: World, action: str) -> None:
    complaint = world.to_state(TRIED_IN[action])

    allowed = {role for role in ROLES if complaint in Complaint.objects.allowing(action, actor_of(world, role, complaint))}

    nation_only = {"liaison_own", "admin_own"} if complaint.holder.is_national else set()
    at_desk = {"liaison_own"} if TRIED_IN[action] == "at_city" else set()
    assert allowed == set(STEPS[action]) - nation_only - at_desk


@pytest.mark.parametrize("action", sorted(OVERSIGHT_STEPS))
def test_on_the_oversight_track_the_supervisor_alone_stands_for_the_institution(world: World, action: str) -> None:
    complaint = oversight_case(world)

    allowed = {role for role in ROLES if complaint in Complaint.objects.allowing(action, actor_of(world, role, complaint))}

    assert allowed == set(OVERSIGHT_STEPS[action]) - ({"national"} if action == "dispose_to_institution" else set())


@pytest.mark.parametrize("action", sorted(STEPS))
def test_whoever_may_not_take_a_step_is_told_404_or_403_and_nothing_changes(world: World, action: str) -> None:
    complaint = world.to_state(TRIED_IN[action], is_secret=True)
    before = Complaint.objects.get(pk=complaint.pk)

    for role in ROLES:
        actor = actor_of(world, role, complaint)
        if complaint in Complaint.objects.allowing(action, actor):
            continue
        with pytest.raises(Refusal) as refused:
            services.advance(complaint.pk, action, by=actor, at=world.at, given={})
        knows = Complaint.objects.answering(actor).get(pk=complaint.pk).knows
        assert refused.value.status == (403 if knows else 404), role

    complaint.refresh_from_db()
    assert (complaint.version, complaint.seq, complaint.head) == (before.version, before.seq, before.head)


@pytest.mark.parametrize("kind", CASES)
def test_every_role_may_do_exactly_the_acts_expected(world: World, kind: str) -> None:
    complaint = CASE[kind](world)
    expected = {"secret": SECRET_ACTS, "oversight": OVERSIGHT_ACTS}.get(kind, ACTS)

    for act, roles in expected.items():
        allowed = {role for role in ROLES if complaint in Complaint.objects.allowing(act, actor_of(world, role, complaint))}
        assert allowed == set(roles) - {"reported"}, act


def test_officers_of_the_reported_body_may_answer_the_published_copy_and_nothing_else(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    services.edit(complaint.pk, changes={"reported_institution": world.ministry}, by=world.actor("national"), at=world.at)
    actor = world.actor("other_admin")

    allowed = {act for act in ACTS if complaint in Complaint.objects.allowing(act, actor)}

    assert allowed == {act for act, roles in ACTS.items() if "reported" in roles}
    assert complaint not in Complaint.objects.seen_by(actor)


def test_a_superuser_without_an_appointment_sees_what_the_public_sees(world: World) -> None:
    world.to_state("awaiting_followup", is_secret=True)
    shown = world.to_state("awaiting_followup")
    user = world.user("patron")
    user.is_superuser = True
    user.save()
    user.appointments.update(valid_to="2020-01-01")

    actor = world.actor("patron")

    assert list(Complaint.objects.visible_to(actor)) == [shown]
    assert not any(Complaint.objects.allowing(step, actor).exists() for step in WORKFLOW)


def test_whoever_is_reported_is_shut_out_whatever_powers_they_hold(world: World) -> None:
    complaint = world.to_state("awaiting_followup", is_secret=True)
    services.edit(complaint.pk, changes={"reported_user": world.user("liaison")}, by=world.actor("admin"), at=world.at)

    assert complaint not in Complaint.objects.visible_to(world.actor("liaison"))
    assert complaint in Complaint.objects.visible_to(world.actor("liaison2"))


def test_officers_of_the_reported_body_are_shut_out_and_cannot_receive_the_case(world: World) -> None:
    complaint = world.submit(is_secret=True).complaint
    services.edit(complaint.pk, changes={"reported_institution": world.city}, by=world.actor("national"), at=world.at)

    with pytest.raises(Refusal) as refused:
        world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)
    world.step(complaint, "dispose_to_institution", "national", target="kementerian-uji", **SORT)

    assert "target" in refused.value.fields
    for who in ("admin", "liaison", "superior", "supervisor"):
        assert complaint not in Complaint.objects.visible_to(world.actor(who))
    assert complaint in Complaint.objects.visible_to(world.actor("other_admin"))


def test_the_body_that_holds_a_case_cannot_be_linked_as_reported_so_that_nobody_could_act(world: World) -> None:
    complaint = world.to_state("at_city")

    with pytest.raises(Refusal) as refused:
        services.edit(complaint.pk, changes={"reported_institution": world.city}, by=world.actor("admin"), at=world.at)

    assert "reported_institution" in refused.value.fields


def test_the_policy_names_only_columns_of_the_complaint(world: World) -> None:
    actor = world.actor("admin")

    for act, rule in POLICY.items():
        assert Complaint.objects.filter(rule(actor)).count() == 0, act
