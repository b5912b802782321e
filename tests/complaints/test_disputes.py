"""S12: whoever is competent is decided by the nation after the second return, in its time, and the decision binds."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.models import Clock, Complaint
from complaints.policy import POLICY
from lapor.ground.problems import Refusal
from officers.actors import Actor
from officers.models import Notice
from tests.pages import page
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


def refused(world: World, complaint: Complaint, action: str, who: str, **given: Any) -> Refusal:
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
    offered = Complaint.objects.answering(world.actor("admin")).select_related("holder__parent", "topic").get(pk=complaint.pk)
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


# The hub's opinion


def test_a_hub_reads_a_dispute_of_its_member_gives_its_opinion_and_the_nation_hears_it(world: World, adviser: Actor) -> None:
    complaint = disputed(world)
    assert Notice.objects.filter(event="desk_dispute", recipient=world.user("simpul")).count() == 1

    services.give_opinion(complaint.pk, text="Jalan ini jalan nasional.", by=adviser, at=world.at)

    event = complaint.transitions.get(kind="opinion")
    assert (event.as_role, event.entry.kind, event.entry.institution) == ("hub_coordinator", "note", world.place("kabupaten-timur"))
    assert Notice.objects.filter(event="desk_opinion", recipient=world.user("national")).count() == 1
    row = Complaint.objects.answering(adviser).get(pk=complaint.pk)
    assert {act for act in POLICY if row.may(act)} == {"see", "see_public", "see_history", "opinion", "ask_support"}


@pytest.mark.parametrize("kind", ["no dispute", "secret", "oversight", "decided", "reported"])
def test_what_is_not_for_a_hub_stays_closed_to_it(world: World, adviser: Actor, kind: str) -> None:
    complaint = disputed(world, times=2 if kind == "no dispute" else 3)
    if kind == "secret":
        world.step(complaint, "change_visibility", secret="yes")
    if kind == "oversight":
        world.step(complaint, "change_track", "national", track="oversight", text="Ada dugaan pungutan.", reported_party="Oknum")
    if kind == "decided":
        send(world, complaint)
    if kind == "reported":
        services.edit(complaint.pk, changes={"reported_institution": world.place("kabupaten-timur")}, by=world.actor("national"), at=world.at)

    assert complaint not in Complaint.objects.seen_by(adviser)
    with pytest.raises(Refusal) as caught:
        services.give_opinion(complaint.pk, text="Jalan nasional.", by=adviser, at=world.at)
    assert caught.value.status in {403, 404}


def test_the_hub_of_the_suggested_body_is_heard_and_no_other(world: World, adviser: Actor) -> None:
    city, ministry = disputed(world), world.submit().complaint
    for _turn in range(3):
        world.step(ministry, "dispose_to_institution", "national", target="kementerian-uji", **SORT)
        world.step(ministry, "return_upward", "other_admin", text=NOT_OURS, suggested="kota-uji")
    other = world.submit().complaint
    for _turn in range(3):
        world.step(other, "dispose_to_institution", "national", target="kementerian-uji", **SORT)
        world.step(other, "return_upward", "other_admin", text=NOT_OURS)

    assert set(Complaint.objects.seen_by(adviser)) == {city, ministry}
    assert not Complaint.objects.seen_by(world.actor("hub")).exists()
    assert not Complaint.objects.seen_by(world.actor("east_admin")).exists()


@pytest.mark.usefixtures("clock")
def test_the_hub_works_on_the_desks_pages(world: World, client: Client, adviser: Actor) -> None:
    complaint = disputed(world)
    assert adviser.advises
    world.login(client, "simpul")

    assert complaint.tracking_id in page(client.get("/meja/"))
    shown = page(client.get(f"/meja/{complaint.tracking_id}/"))
    assert f"/meja/{complaint.tracking_id}/pendapat/" in shown
    assert NOT_OURS not in shown  # the desks' own notes
    assert "Zznama" not in shown
    assert client.post(f"/meja/{complaint.tracking_id}/pendapat/", {"text": " "}).status_code == 422
    assert client.post(f"/meja/{complaint.tracking_id}/pendapat/", {"text": "Jalan nasional."}).status_code == 302
    world.login(client, "national")
    assert "Jalan nasional." in page(client.get(f"/meja/{complaint.tracking_id}/"))
    assert client.get(f"/meja/{complaint.tracking_id}/pendapat/").status_code == 403
