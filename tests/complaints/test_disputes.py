"""S12: whoever is competent is decided by the nation after the second return, in its time, and the decision binds."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import Clock, Complaint
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import SORT, World

NOT_OURS = "Jalan ini bukan kewenangan kami."
RULE = "what the nation decided is not returned"


def send(world: World, complaint: Complaint, target: str = "kota-uji") -> Complaint:
    return world.step(complaint, "dispose_to_institution", "national", target=target, **SORT)


def disputed(world: World, times: int = 3) -> Complaint:
    """Sent and returned so often; three times make a dispute."""
    complaint = world.submit().complaint
    for _turn in range(times):
        complaint = world.step(send(world, complaint), "return_upward", "admin", text=NOT_OURS, suggested="kementerian-uji")
    return complaint


def refused(world: World, complaint: Complaint, action: str, who: str, **given: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        world.step(complaint, action, who, **given)
    return caught.value


def broken() -> list[str]:
    return [breach.where for breach in services.broken(reference=services.Reference(World.at)) if breach.rule == RULE]


def running(complaint: Complaint) -> set[str]:
    return set(Clock.objects.running().filter(complaint=complaint).values_list("key", flat=True))


def test_twice_it_is_a_return_and_no_dispute(world: World) -> None:
    complaint = disputed(world, times=2)

    assert (complaint.is_disputed, complaint.return_count) == (False, 2)
    assert not complaint.transitions.filter(kind="dispute").exists()


def test_the_third_return_is_a_dispute_before_the_nation(world: World) -> None:
    complaint = disputed(world)

    event = complaint.transitions.get(kind="dispute")
    assert (complaint.is_disputed, complaint.is_bound, complaint.holder, complaint.state) == (True, False, world.nation, "awaiting_verification")
    assert (event.by, event.as_role, event.holder_before) == (world.user("admin"), "institution_admin", world.city)
    assert event.data == {"suggested": world.ministry.pk}
    assert running(complaint) == {"verify_national", "statutory_60", "jurisdiction_decision"}
    assert Clock.objects.get(complaint=complaint, key="jurisdiction_decision").due_at.date().isoformat() == "2026-11-05"
    assert not Clock.objects.filter(complaint=complaint, state="running", key="first_response").exists()
    assert Notice.objects.filter(event="desk_dispute", recipient=world.user("national")).count() == 1


def test_what_is_missing_is_asked_and_nothing_is_counted(world: World) -> None:
    complaint = send(world, disputed(world, times=2))

    assert "text" in refused(world, complaint, "return_upward", "admin").fields
    assert Complaint.objects.get(pk=complaint.pk).return_count == 2


def test_the_decision_ends_the_dispute_and_binds(world: World) -> None:
    complaint = send(world, disputed(world))

    assert (complaint.is_disputed, complaint.is_bound, complaint.holder) == (False, True, world.city)
    clock = Clock.objects.get(complaint=complaint, key="jurisdiction_decision")
    assert (clock.state, clock.outcome) == ("stopped", "met")
    assert str(refused(world, complaint, "return_upward", "admin", text=NOT_OURS)).startswith("Admin nasional telah memutuskan")
    offered = Complaint.objects.answering(world.actor("admin"), services.AVAILABLE).select_related("holder__parent", "topic").get(pk=complaint.pk)
    codes = {step.code for step in services.open_steps(offered, by=world.actor("admin"), at=world.at)}
    assert "return_upward" not in codes
    assert {"handle", "dispose_to_unit", "archive"} <= codes


def test_a_decision_after_its_time_is_late(world: World) -> None:
    complaint = disputed(world)

    world.step(complaint, "dispose_to_institution", "national", at=world.at + timedelta(days=5), target="kementerian-uji")

    assert Clock.objects.get(complaint=complaint, key="jurisdiction_decision").outcome == "breached"


def test_the_nation_may_recall_what_it_decided(world: World) -> None:
    complaint = world.step(send(world, disputed(world)), "return_upward", "national", text="Keliru kirim.")

    assert (complaint.holder, complaint.is_disputed, complaint.is_bound, complaint.return_count) == (world.nation, False, True, 3)
    assert broken() == []
    assert send(world, complaint, "kementerian-uji").holder == world.ministry


def test_a_disputed_report_that_ends_is_disputed_no_more(world: World) -> None:
    complaint = world.step(disputed(world), "archive", "national", reason="too_general", text="Tidak cukup jelas.")

    assert (complaint.is_disputed, complaint.state) == (False, "archived")
    assert Clock.objects.get(complaint=complaint, key="jurisdiction_decision").state == "stopped"


def test_nobody_takes_a_dispute_by_its_name(world: World) -> None:
    assert refused(world, world.to_state("at_city"), "dispute", "national", text=NOT_OURS).status == 422


def test_a_bound_report_that_was_returned_is_found(world: World) -> None:
    complaint = send(world, disputed(world))
    Complaint.objects.filter(pk=complaint.pk).update(is_bound=False)  # as if the rule had been forgotten
    world.step(complaint, "return_upward", "admin", text=NOT_OURS)

    assert broken() == [complaint.tracking_id]
