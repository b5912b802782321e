"""Nothing stays assigned to somebody without power, and whoever leads the desk says who goes on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, HandOver, Transition
from complaints.services import Chosen
from lapor.ground.problems import Refusal
from officers.models import Appointment, Notice
from officers.services import end_appointment
from tests.world import ANSWER, World


def taken(world: World, count: int = 1) -> list[Complaint]:
    cases = [world.to_state("awaiting_followup") for _number in range(count)]
    Complaint.objects.filter(pk__in=[case.pk for case in cases]).update(assignee=world.user("liaison"))
    return cases


def leave(world: World, name: str = "liaison") -> None:
    end_appointment(Appointment.objects.get(user__username=name), on=world.at.date(), by=world.actor("admin"), at=world.at, why="Mutasi")


def test_a_case_is_released_the_day_after_the_appointment_ended_and_not_before(world: World) -> None:
    (case,) = taken(world)
    leave(world)

    assert services.release(at=world.at) == 0
    assert services.release(at=world.at + timedelta(days=1)) == 1
    assert services.release(at=world.at + timedelta(days=1)) == 0

    case.refresh_from_db()
    event = Transition.objects.filter(kind="release").get()
    assert case.assignee is None
    assert (event.by.username, event.data) == ("system", {"was": world.user("liaison").pk})
    assert HandOver.objects.get().was == world.user("liaison")
    assert {n.recipient.username for n in Notice.objects.filter(event="desk_hand_over") if n.recipient} == {"admin", "admin2"}


def test_who_still_has_a_role_above_keeps_the_case_and_an_account_that_is_closed_loses_it(world: World) -> None:
    (case,) = taken(world)
    Complaint.objects.update(assignee=world.user("admin"))
    assert services.release(at=world.at) == 0

    world.user("admin").__class__.objects.filter(username="admin").update(is_active=False)
    assert services.release(at=world.at) == 1
    case.refresh_from_db()
    assert case.assignee is None


def test_cases_are_dealt_in_turn_or_left_to_the_unit(world: World) -> None:
    shared, left = taken(world), taken(world, 2)
    leave(world)
    later = world.at + timedelta(days=1)
    services.release(at=later)
    by = world.actor("admin", at=later)
    rows = [Complaint.objects.get(pk=case.pk) for case in shared + left]

    dealt = services.hand_over([Chosen(rows[0].tracking_id, rows[0].version)], "share", was=world.user("liaison").pk, by=by, at=later)
    kept = services.hand_over([Chosen(row.tracking_id, row.version) for row in rows[1:]], "to_unit", by=by, at=later)

    assert len(dealt.ready) == 1
    assert all(line.is_unchanged for line in kept.lines)
    assert Complaint.objects.get(pk=rows[0].pk).assignee == world.user("liaison2")
    assert not HandOver.objects.filter(settled_at__isnull=True).exists()
    assert services.to_hand_over(by=by, at=later) == []


def test_a_liaison_hands_nothing_over(world: World) -> None:
    (case,) = taken(world)

    with pytest.raises(Refusal) as refused:
        services.hand_over([Chosen(case.tracking_id)], "share", by=world.actor("liaison2"), at=world.at)

    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(("way", "to"), [("", ""), ("entah", ""), ("to_one", ""), ("to_one", "entah"), ("to_one", "\x00")])
def test_an_unknown_way_or_officer_is_refused(world: World, way: str, to: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.hand_over([Chosen(taken(world)[0].tracking_id)], way, to=to, by=world.actor("admin"), at=world.at)

    assert refused.value.code == "invalid"


def test_releasing_and_listing_cost_the_same_for_few_and_for_many(world: World) -> None:
    leave(world)
    later = world.at + timedelta(days=1)
    costs = []
    for count in (2, 10):
        taken(world, count)
        with CaptureQueriesContext(connection) as queries:
            assert services.release(at=later) == count
        with CaptureQueriesContext(connection) as listed:
            services.to_hand_over(by=world.actor("admin", at=later), at=later)
        costs.append((len(queries), len(listed)))

    assert costs[0] == costs[1]


def test_a_desk_with_reports_and_nobody_in_the_role_is_a_vacancy(world: World) -> None:
    taken(world)
    assert services.vacancies(by=world.actor("admin"), at=world.at) == []
    for name in ("liaison", "liaison2"):
        leave(world, name)
    later = world.at + timedelta(days=1)

    (found,) = services.vacancies(by=world.actor("admin", at=later), at=later)

    assert (found.institution, found.count, found.role) == (world.unit, 1, "Pejabat Penghubung")
    assert [row.institution for row in services.vacancies(by=world.actor("national", at=later), at=later)] == [world.unit]
    assert services.vacancies(by=world.actor("other_admin", at=later), at=later) == []


def test_news_of_a_case_go_to_the_colleague_while_its_officer_is_away(world: World) -> None:
    case = world.to_state("in_progress")
    services.take(case.pk, by=world.actor("liaison"), at=world.at)
    day = world.at.date()
    row = services.delegate(to="liaison2", valid_from=day, valid_to=day, by=world.actor("liaison"), at=world.at)
    world.step(case, "answer", "liaison", **ANSWER)

    world.step(case, "reply", text="Belum selesai menurut saya.")

    assert [n.recipient for n in Notice.objects.filter(event="desk_reply")] == [world.user("liaison2")]
    services.end_delegation(row.pk, by=world.actor("liaison"), at=world.at)
    assert services.looked_after(by=world.actor("liaison2"), at=world.at) == [world.user("liaison2").pk]
