"""S31: the handling stands still for a reason and until a day that the reporter sees; only the resolution clock stands still with it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from complaints import services
from complaints.models import Clock, ClockEvent, Complaint
from complaints.services.invariants import QUERIES
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import ANSWER, WIB, World

UNTIL = "2026-11-16"
HELD: dict[str, Any] = {"reason": "third_party", "until": UNTIL, "text": "Kami menunggu izin dari pemilik lahan."}
END = datetime(2026, 11, 16, 23, 59, 59, tzinfo=WIB)
DAY = timedelta(days=1)


def held(world: World, who: str = "admin", **given: Any) -> Complaint:
    return world.step(world.to_state("in_progress"), "hold", who, **{**HELD, **given})


def refused(world: World, complaint: Complaint, action: str, who: str = "", **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        world.step(complaint, action, who, **given)
    return caught.value


def resolution(complaint: Complaint) -> Clock:
    return Clock.objects.get(complaint=complaint, key="resolution_non_oversight")


def kinds(clock: Clock) -> list[tuple[str, str, datetime]]:
    return [(event.kind, event.reason, event.at) for event in clock.events.order_by("id")]


def broken(rule: str) -> list[str]:
    return [breach.where for breach in services.broken(reference=services.Reference(END)) if breach.rule == rule]


def test_a_hold_stops_the_resolution_clock_and_never_day_60(world: World) -> None:
    complaint = held(world)

    assert (complaint.state, complaint.hold_reason, complaint.hold_until, complaint.hold_count) == ("in_progress", "third_party", END, 1)
    states = dict(Clock.objects.filter(complaint=complaint).exclude(state="stopped").values_list("key", "state"))
    assert states == {"resolution_non_oversight": "paused", "statutory_60": "running"}
    assert complaint.next_due_at.year == 9999
    assert Notice.objects.filter(event="case_held", context__due=UNTIL).count() == 1


def test_the_reporter_reads_why_and_until_when(world: World) -> None:
    complaint = held(world)

    entry = complaint.entries.get(kind="reason")
    assert (entry.text, entry.details) == (HELD["text"], {"until": UNTIL})


def test_an_institution_waits_for_another_party_only_and_the_nation_for_anything(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert "reason" in refused(world, complaint, "hold", "admin", **{**HELD, "reason": "court"}).fields
    assert refused(world, complaint, "hold", "liaison", **HELD).status == 403
    assert world.step(complaint, "hold", "national", **{**HELD, "reason": "court"}).hold_reason == "court"


@pytest.mark.parametrize("until", ["2026-11-02", "2026-10-01", "2026-12-03", "besok", ""])
def test_a_hold_lasts_from_tomorrow_to_the_day_that_the_limit_allows(world: World, until: str) -> None:
    complaint = world.to_state("in_progress")

    assert "until" in refused(world, complaint, "hold", "admin", **{**HELD, "until": until}).fields


def test_the_last_day_allowed_is_allowed(world: World) -> None:
    assert held(world, until="2026-12-02").hold_count == 1


@pytest.mark.parametrize("missing", ["reason", "text"])
def test_a_hold_needs_its_reason_and_a_word_to_the_reporter(world: World, missing: str) -> None:
    complaint = world.to_state("in_progress")

    assert missing in refused(world, complaint, "hold", "admin", **{**HELD, missing: ""}).fields


@pytest.mark.parametrize("state", ["at_city", "awaiting_followup", "awaiting_reporter", "reporter_replied", "closed"])
def test_only_what_is_in_progress_is_held(world: World, state: str) -> None:
    complaint = world.to_state(state)

    assert refused(world, complaint, "hold", "national", **HELD).status == 409


def test_a_hold_is_renewed_once_and_no_more(world: World) -> None:
    complaint = held(world)

    assert "until" in refused(world, complaint, "hold", "admin", **HELD).fields
    complaint = world.step(complaint, "hold", "admin", **{**HELD, "until": "2026-11-20"})
    assert (complaint.hold_count, [kind for kind, _why, _at in kinds(resolution(complaint))]) == (2, ["start", "pause"])
    again = refused(world, complaint, "hold", "national", **{**HELD, "until": "2026-11-25"})
    assert again.status == 422
    assert str(again).startswith("Laporan sudah ditahan sebanyak yang dibolehkan")


def test_its_end_is_its_last_instant_however_late_the_sweep_comes(world: World) -> None:
    early, late = held(world), held(world)
    services.expire(at=END)
    assert Complaint.objects.get(pk=early.pk).hold_reason == "third_party"  # its last instant still belongs to it

    Complaint.objects.filter(pk=late.pk).update(hold_until=END + DAY * 400)
    assert services.expire(at=END + timedelta(seconds=1))["end_hold"] == 1
    Complaint.objects.filter(pk=late.pk).update(hold_until=END)
    assert services.expire(at=END + DAY * 5)["end_hold"] == 1
    assert services.expire(at=END + DAY * 5)["end_hold"] == 0

    assert [row.transitions.get(kind="end_hold").at for row in (early, late)] == [END, END]
    assert kinds(resolution(early))[1:] == kinds(resolution(late))[1:] == [("pause", "hold", world.at), ("resume", "end_hold", END)]
    assert resolution(early).due_at == resolution(late).due_at
    assert Complaint.objects.get(pk=early.pk).next_due_at == resolution(early).due_at
    assert Notice.objects.filter(event="desk_hold_ended").exists()


def test_what_happened_before_the_sweep_came_stays_before_it(world: World) -> None:
    complaint = held(world)
    services.add_note(complaint.pk, text="Izin sudah ada.", by=world.actor("liaison", at=END + DAY), at=END + DAY)

    services.expire(at=END + DAY * 3)

    assert complaint.transitions.get(kind="end_hold").at == END + DAY
    assert kinds(resolution(complaint))[-1] == ("resume", "end_hold", END)
    assert broken("time does not run backwards in a history") == []


def due_after(world: World, at: datetime) -> datetime:
    """What the resolution clock says when the same hold is ended by hand at the same instant."""
    twin = held(world)
    world.step(twin, "end_hold", "liaison", at=at)
    return resolution(twin).due_at


def test_ended_early_the_clock_goes_on_from_there(world: World) -> None:
    complaint = held(world)
    world.step(complaint, "end_hold", "liaison", at=world.at + DAY * 3, text="Izin sudah ada.")

    assert kinds(resolution(complaint))[-1] == ("resume", "end_hold", world.at + DAY * 3)
    assert resolution(complaint).state == "running"
    assert refused(world, complaint, "end_hold", "liaison").status == 422


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "progress": ("liaison", {"text": "Pemilik lahan setuju, pekerjaan dimulai."}),
    "answer": ("liaison", ANSWER),
    "reply": ("", {"text": "Kapan dikerjakan?"}),
    "redispose": ("admin", {"target": "kota-uji-dinkes", "text": "Ternyata urusan dinas kesehatan."}),
    "withdraw": ("", {}),
    "hand_over": ("admin", {"body": "court", "reference": "1/Pdt/2026", "text": "Sudah di pengadilan."}),
    "change_track": ("national", {"track": "oversight", "text": "Ada dugaan pungutan.", "reported_party": "Oknum"}),
}


@pytest.mark.parametrize("late", [False, True], ids=["before its time", "after its time, before the sweep"])
@pytest.mark.parametrize("action", STEPS)
def test_a_step_that_moves_the_report_ends_the_hold_and_its_clock_is_right(world: World, action: str, late: bool) -> None:
    who, given = STEPS[action]
    at = END + DAY * 2 if late else world.at + DAY * 3
    complaint = world.step(held(world), action, who, at=at, **given)

    assert (complaint.hold_reason, complaint.hold_until) == ("", None)
    clock = Clock.objects.filter(complaint=complaint, key__startswith="resolution").exclude(state="void").first() or resolution(complaint)
    ended = min(at, END)
    assert ("resume", "end_hold", ended) in kinds(clock)
    tail = [kind for kind, _why, _at in kinds(clock)][3:]
    assert (clock.state, tail) == {
        "answer": ("paused", ["pause"]),
        "withdraw": ("stopped", ["stop"]),
        "hand_over": ("stopped", ["stop"]),
    }.get(action, ("running", []))
    if clock.key == "resolution_non_oversight":
        assert clock.due_at == due_after(world, ended)
    assert broken("every deadline follows from its rule") == broken("a deadline that a hold stops stands still") == []


def test_closing_by_decision_ends_it_too(world: World) -> None:
    complaint = world.to_state("reporter_replied")
    world.step(complaint, "progress", "liaison", text="Kami periksa lagi.")
    world.step(complaint, "hold", "admin", **HELD)

    complaint = world.step(complaint, "close_by_decision", "national", at=world.at + DAY, text="Sudah selesai.", outcome="solved")

    assert (complaint.state, complaint.hold_reason) == ("closed", "")
    assert (resolution(complaint).state, resolution(complaint).outcome) == ("stopped", "met")


def test_a_report_whose_time_had_passed_is_late_although_it_was_closed_before_the_sweep(world: World) -> None:
    complaint = held(world)

    world.step(complaint, "withdraw", at=END + DAY * 40)

    assert resolution(complaint).outcome == "breached"


def test_renewed_after_its_time_the_days_between_count(world: World) -> None:
    complaint = held(world)

    world.step(complaint, "hold", "admin", at=END + DAY * 2, reason="third_party", until="2026-11-30", text="Izin tertunda lagi.")

    assert kinds(resolution(complaint))[1:] == [("pause", "hold", world.at), ("resume", "end_hold", END), ("pause", "hold", END + DAY * 2)]
    assert resolution(complaint).state == "paused"


def test_notes_and_reading_leave_it_as_it_is_and_silence_does_not_close_it(world: World) -> None:
    complaint = held(world, until="2026-12-02")
    services.add_note(complaint.pk, text="Sudah ditanyakan.", by=world.actor("liaison"), at=world.at)
    world.step(complaint, "refer", "national", text="Lama sekali.")

    services.expire(at=world.at + DAY * 20)

    complaint.refresh_from_db()
    assert (complaint.state, complaint.hold_reason, resolution(complaint).state) == ("in_progress", "third_party", "paused")


def test_the_holder_counts_by_its_own_zone(world: World) -> None:
    complaint = world.submit().complaint
    world.step(complaint, "dispose_to_institution", "national", target="kabupaten-timur", topic="public_works.potholes", track="non_oversight")
    world.step(complaint, "handle", "east_admin")
    at = world.at.replace(hour=23)  # tomorrow already in Jayapura

    with pytest.raises(Refusal):
        world.step(complaint, "hold", "east_admin", at=at, **{**HELD, "until": "2026-11-03"})
    complaint = world.step(complaint, "hold", "east_admin", at=at, **{**HELD, "until": "2026-11-04"})

    assert complaint.hold_until is not None
    assert complaint.hold_until.isoformat() == "2026-11-04T23:59:59+09:00"


def test_of_two_at_once_the_second_is_told_that_the_report_moved_on(world: World) -> None:
    complaint = world.to_state("in_progress")
    read = complaint.version
    services.advance(complaint.pk, "hold", by=world.actor("admin"), at=world.at, given=HELD, version=read)

    with pytest.raises(Refusal) as caught:
        services.advance(complaint.pk, "hold", by=world.actor("admin2"), at=world.at, given={**HELD, "until": "2026-11-20"}, version=read)

    assert caught.value.status == 409


def test_a_running_clock_of_a_held_report_is_found(world: World) -> None:
    complaint = held(world)
    Clock.objects.filter(complaint=complaint, key="resolution_non_oversight").update(state="running", stopped_at=None)

    assert broken("a deadline that a hold stops stands still") == [complaint.tracking_id]
    assert "a deadline that a hold stops stands still" in QUERIES
    assert ClockEvent.objects.filter(clock__complaint=complaint, kind="pause").count() == 1
