"""S27: raised to the oversight track a report is secret and for the internal supervisor; lowered it stays secret until the reporter says so."""

from typing import Any

import pytest

from complaints import services
from complaints.models import Clock, Complaint
from lapor.ground.problems import Refusal
from tests.world import ANSWER, SORT, World

WHY = "Ada dugaan pungutan liar."
RAISE: dict[str, Any] = {"track": "oversight", "text": WHY, "reported_party": "Oknum petugas"}
LOWER: dict[str, Any] = {"track": "non_oversight", "text": "Tidak ada unsur penyalahgunaan wewenang."}


def refused(world: World, complaint: Complaint, action: str, who: str = "", **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        world.step(complaint, action, who, **given)
    return caught.value


def clock_of(complaint: Complaint, key: str) -> Clock:
    return Clock.objects.filter(complaint=complaint, key=key).latest("started_at")


def broken() -> list[str]:
    return [f"{breach.rule}: {breach.where}" for breach in services.broken(reference=services.Reference(World.at))]


def test_raised_it_goes_to_the_internal_supervisor_and_out_of_the_public(world: World) -> None:
    complaint = world.to_state("in_progress")
    assert complaint in Complaint.objects.public()

    complaint = world.step(complaint, "change_track", "admin", **RAISE)

    assert (complaint.track, complaint.is_secret, complaint.reported_party) == ("oversight", True, "Oknum petugas")
    assert (complaint.holder, complaint.state, complaint.assignee) == (world.inspectorate, "awaiting_verification", None)
    assert complaint not in Complaint.objects.public()
    assert complaint not in Complaint.objects.visible_to(world.actor("admin"))
    assert complaint in Complaint.objects.seen_by(world.actor("supervisor"))
    assert broken() == []


def test_its_clocks_are_counted_anew_from_the_same_start(world: World) -> None:
    complaint = world.to_state("in_progress")
    before = clock_of(complaint, "resolution_non_oversight")

    world.step(complaint, "change_track", "admin", **RAISE)

    old, new = clock_of(complaint, "resolution_non_oversight"), clock_of(complaint, "resolution_oversight")
    assert (old.state, new.state, new.started_at) == ("void", "running", before.started_at)
    assert new.due_at > before.due_at
    assert Clock.objects.running().filter(complaint=complaint, key="verify_institution").count() == 1
    assert clock_of(complaint, "statutory_60").events.count() == 1


def test_a_raised_report_is_never_closed_by_silence(world: World) -> None:
    complaint = world.step(world.to_state("awaiting_reporter"), "change_track", "national", **RAISE)

    assert (complaint.state, complaint.holder) == ("awaiting_reporter", world.inspectorate)
    assert clock_of(complaint, "reporter_reply").state == "stopped"
    assert clock_of(complaint, "resolution_oversight").state == "paused"
    world.step(complaint, "reply", text="Belum selesai.")
    assert clock_of(complaint, "resolution_oversight").state == "running"
    assert broken() == []


def test_what_the_reporter_is_asked_stays_asked_at_the_new_desk(world: World) -> None:
    complaint = world.step(world.to_state("at_city"), "pend", "admin", reason="incomplete", items="Foto lokasi")

    complaint = world.step(complaint, "change_track", "admin", **RAISE)

    assert (complaint.state, complaint.holder) == ("awaiting_completion", world.inspectorate)
    assert clock_of(complaint, "completion").state == "running"
    complaint = world.step(complaint, "complete", text="Ini fotonya.")
    assert (complaint.state, complaint.holder, clock_of(complaint, "resolution_oversight").state) == ("awaiting_verification", world.inspectorate, "running")
    assert broken() == []


def test_where_there_is_no_supervisor_the_nation_takes_it(world: World) -> None:
    complaint = world.submit().complaint
    world.step(complaint, "dispose_to_institution", "national", target="kementerian-uji", **SORT)
    world.step(complaint, "handle", "other_admin")

    complaint = world.step(complaint, "change_track", "other_admin", **RAISE)

    assert (complaint.holder, complaint.state) == (world.nation, "awaiting_verification")
    states = dict(Clock.objects.filter(complaint=complaint).values_list("key", "state"))
    assert states["resolution_non_oversight"] == states["first_response"] == "void"
    assert "resolution_oversight" not in states
    assert states["verify_national"] == "running"


def test_the_body_that_is_reported_does_not_get_it(world: World) -> None:
    complaint = world.to_state("in_progress")
    services.edit(complaint.pk, changes={"reported_institution": world.inspectorate}, by=world.actor("admin"), at=world.at)

    assert world.step(complaint, "change_track", "national", **RAISE).holder == world.nation


def test_whom_it_is_about_must_be_known(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert "reported_party" in refused(world, complaint, "change_track", "admin", track="oversight", text=WHY).fields
    assert "text" in refused(world, complaint, "change_track", "admin", **{**RAISE, "text": ""}).fields
    assert "track" in refused(world, complaint, "change_track", "admin", track="non_oversight", text=WHY).fields


def oversight(world: World) -> Complaint:
    complaint = world.submit().complaint
    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **{**SORT, "track": "oversight", "reported_party": "Oknum"})
    return world.step(complaint, "handle", "supervisor")


def test_only_the_nation_lowers_and_what_was_secret_stays_secret(world: World) -> None:
    complaint = oversight(world)
    services.take(complaint.pk, by=world.actor("supervisor"), at=world.at)
    assert refused(world, complaint, "change_track", "supervisor", **LOWER).status == 422

    complaint = world.step(complaint, "change_track", "national", **LOWER)

    assert (complaint.track, complaint.is_secret, complaint.assignee) == ("non_oversight", True, None)
    assert (complaint.holder, complaint.state) == (world.city, "awaiting_verification")
    assert complaint not in Complaint.objects.public()
    complaint = world.step(complaint, "change_visibility", secret="no")
    assert complaint in Complaint.objects.public()
    assert broken() == []


def test_lowered_where_somebody_handles_it_it_stays_and_only_the_unfit_assignee_is_released(world: World) -> None:
    complaint = world.step(world.to_state("in_progress"), "redispose", "admin", target="kota-uji-inspektorat", text="Periksa dulu.")
    services.assign(complaint.pk, to=world.user("admin"), by=world.actor("national"), at=world.at)
    complaint = world.step(complaint, "change_track", "national", **RAISE)

    assert (complaint.holder, complaint.state, complaint.assignee) == (world.inspectorate, "awaiting_followup", None)


def test_lowered_after_the_answer_the_silence_counts_from_now(world: World) -> None:
    complaint = oversight(world)
    decision = {"number": "3/LHP/2026", "on": "2026-11-02", "finding": "not_proven"}
    world.step(complaint, "answer", "supervisor", **{**ANSWER, "decision": decision})

    world.step(complaint, "change_track", "national", **LOWER)

    clock = clock_of(complaint, "reporter_reply")
    assert (clock.state, clock.started_at) == ("running", world.at)
    assert clock_of(complaint, "resolution_non_oversight").state == "paused"


@pytest.mark.parametrize("who", ["liaison", "superior", "hub", ""])
def test_nobody_else_changes_a_track(world: World, who: str) -> None:
    assert refused(world, world.to_state("in_progress"), "change_track", who, **RAISE).status == 403


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_what_has_ended_keeps_its_track(world: World, state: str) -> None:
    assert refused(world, world.to_state(state), "change_track", "national", **RAISE).status in {403, 409}


def test_the_parts_of_a_raised_report_are_hidden_with_it_and_a_raised_part_holds_nothing_up(world: World) -> None:
    lead = world.to_state("in_progress")
    given: dict[str, Any] = {
        "target": "kementerian-uji",
        "part_title": "Lampu jalan padam",
        "part_text": "Lampu jalan di depan pasar padam.",
        "track": "non_oversight",
    }
    world.step(lead, "invite", "national", **given)
    part = lead.children.get()
    assert part.is_mandatory

    world.step(part, "change_track", "national", **RAISE)
    part.refresh_from_db()
    assert (part.is_mandatory, part.is_secret, part.holder) == (False, True, world.nation)
    world.step(lead, "change_track", "national", **RAISE)

    assert broken() == []


def test_of_two_at_once_the_second_is_told_that_the_report_moved_on(world: World) -> None:
    complaint = world.to_state("in_progress")
    read = complaint.version
    services.advance(complaint.pk, "change_track", by=world.actor("admin"), at=world.at, given=RAISE, version=read)

    with pytest.raises(Refusal) as caught:
        services.advance(complaint.pk, "change_track", by=world.actor("national"), at=world.at, given=RAISE, version=read)

    assert caught.value.status == 409
