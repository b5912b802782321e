"""Referrals to the Ombudsman: who proposes, who moves them, and what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints import vault
from complaints.models import Complaint, Reading
from institutions.models import CalendarDay
from lapor.ground.problems import Refusal
from monitoring import services
from monitoring.models import OversightNote, Referral, ReferralClock, ReferralEvent, ReferralText
from monitoring.referral import ENDED, REFERRAL_STEPS, Cause, Stage
from officers.models import Notice
from tests.referrals import SAID, SECOND, brought_to, end_of_day_60, proposed, referred, take
from tests.world import World

DAY = timedelta(days=1)


# --- the table ----------------------------------------------------------------------------------------------------------


def test_from_every_stage_an_end_is_reached_by_somebody_who_is_not_the_reporter() -> None:
    reaches = set(ENDED)
    for _turn in Stage:
        reaches |= {source for step in REFERRAL_STEPS.values() if step.target in reaches for source in step.sources}

    assert reaches == set(Stage)


def test_every_step_begins_where_another_one_led() -> None:
    led = {step.target for step in REFERRAL_STEPS.values()} | {Stage.PROPOSED}

    assert all(step.sources <= led for step in REFERRAL_STEPS.values())


# --- the beginning ------------------------------------------------------------------------------------------------------


def test_nothing_is_proposed_before_day_60_has_ended_and_then_once(world: World) -> None:
    complaint = world.to_state("in_progress")
    end = end_of_day_60(complaint)

    for at in (end - DAY, end - timedelta(hours=1), end):
        assert services.follow(at=at)["proposed"] == 0
    assert [services.follow(at=end + SECOND)["proposed"], services.follow(at=end + SECOND)["proposed"], services.follow(at=end + DAY)["proposed"]] == [1, 0, 0]

    row = Referral.objects.get()
    assert (row.complaint, row.cause, row.since, row.stage) == (complaint, "over_60_days", end, "proposed")
    assert Notice.objects.filter(event="referral_proposed").count() == 2  # both officers of the nation


def test_proposals_that_wait_for_the_nation_cost_a_sweep_nothing(world: World) -> None:
    asked = []
    for _turn in range(2):
        for _case in range(2):
            row = proposed(world)
        with CaptureQueriesContext(connection) as queries:
            services.follow(at=row.proposed_at + SECOND)
        asked.append(len(queries))

    assert Referral.objects.filter(stage=Stage.PROPOSED).count() == 4
    assert asked[0] == asked[1]


def test_after_five_days_of_sleep_the_true_day_is_on_record(world: World) -> None:
    complaint = world.to_state("in_progress")
    end = end_of_day_60(complaint)

    services.follow(at=end + 5 * DAY)

    row = Referral.objects.get()
    assert (row.since, row.proposed_at) == (end, end + 5 * DAY)


def test_an_answered_case_is_not_proposed(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")

    assert services.follow(at=end_of_day_60(complaint) + DAY)["proposed"] == 0


def test_what_was_dismissed_is_not_proposed_again_for_the_same_breach(world: World) -> None:
    row = proposed(world)

    take(world, row, "dismiss", "national", reason="settled", text="Warga sudah dihubungi.")

    assert services.follow(at=row.proposed_at + 9 * DAY)["proposed"] == 0
    assert Referral.objects.get().stage == "declined"


def test_a_case_that_ends_first_takes_its_proposal_with_it(world: World) -> None:
    row = proposed(world)
    world.step(row.complaint, "withdraw", at=row.proposed_at, text="Sudah selesai.")

    services.follow(at=row.proposed_at)

    row.refresh_from_db()
    assert (row.stage, row.ended_at) == ("declined", row.proposed_at)


def test_a_second_proposal_is_refused(world: World) -> None:
    row = proposed(world)

    with pytest.raises(Refusal) as refusal:
        services.propose(row.complaint_id, Cause.DEADLOCK, by=world.actor("system"), at=row.proposed_at, since=row.since)

    assert refusal.value.status == 409
    assert Referral.objects.count() == 1


def test_the_database_refuses_a_second_open_referral_and_one_before_its_time(world: World) -> None:
    row = proposed(world)
    with pytest.raises(IntegrityError, match="referral_one_open"), transaction.atomic():
        Referral.objects.create(complaint=row.complaint, cause="deadlock", since=row.since, proposed_at=row.proposed_at, moved_at=row.moved_at)
    with pytest.raises(IntegrityError, match="referral_never_early"), transaction.atomic():
        Referral.objects.filter(pk=row.pk).update(since=row.proposed_at + SECOND)


def test_a_closed_case_can_be_proposed_inside_its_window_only(world: World) -> None:
    complaint = world.to_state("closed")
    window = complaint.clocks.get(key="reopen_window").due_at

    with pytest.raises(Refusal) as refusal:
        services.propose(complaint.pk, Cause.REPORTER_REQUEST, by=world.actor("system"), at=window + SECOND, since=window)
    assert refusal.value.status == 409

    row = services.propose(complaint.pk, Cause.REPORTER_REQUEST, by=world.actor("system"), at=window, since=window)
    assert row.stage == "proposed"


def test_nobody_but_the_system_proposes(world: World) -> None:
    complaint = world.to_state("in_progress")
    for who in ("national", "ombudsman", "admin"):
        with pytest.raises(Refusal) as refusal:
            services.propose(complaint.pk, Cause.DEADLOCK, by=world.actor(who), at=world.at, since=world.at)
        assert refusal.value.status == 403


def test_the_reporters_wish_and_the_nations_own_decision_bring_one_each(world: World) -> None:
    asked, decided = world.to_state("in_progress"), world.to_state("in_progress")
    world.step(asked, "refer", text="Sudah terlalu lama.", consent=True)
    world.step(decided, "refer", "national", text="Perlu diperiksa Ombudsman.")

    assert services.follow(at=world.at)["proposed"] == 2
    assert services.follow(at=world.at)["proposed"] == 0

    rows = {row.complaint_id: row for row in Referral.objects.all()}
    assert (rows[asked.pk].cause, rows[asked.pk].stage) == ("reporter_request", "proposed")
    assert (rows[decided.pk].cause, rows[decided.pk].stage) == ("nation", "consent_requested")
    world.step(asked, "refer", "national", text="Kami teruskan.")
    services.follow(at=world.at)
    assert Referral.objects.get(complaint=asked).stage == "confirmed"


@pytest.mark.parametrize("end", ["decline", "close"])
def test_at_its_end_the_report_is_released_once_and_may_be_asked_for_again(world: World, end: str) -> None:
    row = referred(world)
    assert Complaint.objects.get(pk=row.complaint_id).referral == "referred"
    take(world, row if end == "decline" else take(world, row, "accept"), end)

    assert [services.follow(at=row.proposed_at)["released"] for _turn in range(2)] == [1, 0]
    complaint = Complaint.objects.get(pk=row.complaint_id)
    assert (complaint.referral, complaint.transfer_consent) == ("", "")
    assert services.follow(at=row.proposed_at + DAY)["proposed"] == 0

    world.step(complaint, "refer", at=row.proposed_at + DAY, text="Masih belum selesai.")
    assert services.follow(at=row.proposed_at + DAY)["proposed"] == 1
    assert Referral.objects.filter(complaint=complaint).latest("proposed_at").cause == "reporter_request"


def test_a_wish_that_the_nation_dismissed_is_released(world: World) -> None:
    complaint = world.to_state("in_progress")
    world.step(complaint, "refer", text="Sudah terlalu lama.")
    services.follow(at=world.at)
    take(world, Referral.objects.get(), "dismiss", "national", at=world.at, reason="settled", text="Belum perlu.")

    services.follow(at=world.at)

    complaint.refresh_from_db()
    assert complaint.referral == ""


# --- the steps ----------------------------------------------------------------------------------------------------------


def test_the_whole_way_leaves_one_event_a_step(world: World) -> None:
    row = brought_to(world, "closed")

    assert [event.code for event in row.events.all()] == ["propose", "confirm", "accept", "examine", "correct", "recommend", "monitor", "close"]
    assert [event.seq for event in row.events.all()] == list(range(1, 9))
    assert row.outcome == "corrected"


def test_a_step_from_a_wrong_stage_or_with_a_stale_version_is_a_conflict(world: World) -> None:
    row = referred(world)
    with pytest.raises(Refusal) as refusal:
        take(world, row, "examine")
    assert (refusal.value.status, refusal.value.extra["stage"]) == (409, "confirmed")

    with pytest.raises(Refusal) as refusal:
        services.move(row.pk, "accept", by=world.actor("ombudsman"), at=world.at, version=row.version - 1)
    assert refusal.value.status == 409
    row.refresh_from_db()
    assert row.stage == "confirmed"


@pytest.mark.parametrize(
    ("who", "status"), [("national", 403), ("admin", 403), ("liaison", 404), ("other_admin", 404), ("hub", 404), ("monitor", 404), ("auditor", 404)]
)
def test_whoever_is_not_the_ombudsman_does_not_accept(world: World, who: str, status: int) -> None:
    row = referred(world)

    with pytest.raises(Refusal) as refusal:
        take(world, row, "accept", who)

    assert refusal.value.status == status


@pytest.mark.parametrize("code", [code for code, step in REFERRAL_STEPS.items() if step.who != "ombudsman"])
def test_the_ombudsman_takes_no_step_of_others(world: World, code: str) -> None:
    stage = sorted(REFERRAL_STEPS[code].sources)[-1]
    row = proposed(world) if stage == "proposed" else brought_to(world, stage)

    with pytest.raises(Refusal) as refusal:
        take(world, row, code)

    assert refusal.value.status == 403


def test_an_unknown_step_or_referral(world: World) -> None:
    row = referred(world)
    with pytest.raises(Refusal) as refusal:
        take(world, row, "fly")
    assert refusal.value.status == 422
    with pytest.raises(Refusal) as refusal:
        services.move(uuid4(), "accept", by=world.actor("ombudsman"), at=world.at)
    assert refusal.value.status == 404


@pytest.mark.parametrize(
    ("given", "field"), [({"reason": ""}, "reason"), ({"reason": "xx"}, "reason"), ({"text": "  \x00 "}, "text"), ({"text": "a" * 10_001}, "text")]
)
def test_declining_needs_a_reason_and_a_text(world: World, given: dict[str, Any], field: str) -> None:
    row = referred(world)

    with pytest.raises(Refusal) as refusal:
        take(world, row, "decline", **given)

    assert (refusal.value.status, list(refusal.value.fields)) == (422, [field])
    assert not ReferralText.objects.exists()


def test_closing_needs_an_outcome(world: World) -> None:
    row = brought_to(world, "accepted")
    with pytest.raises(Refusal) as refusal:
        services.move(row.pk, "close", by=world.actor("ombudsman"), at=row.proposed_at)
    assert list(refusal.value.fields) == ["outcome"]


def test_what_was_written_stands_apart_and_the_events_are_append_only(world: World) -> None:
    row = brought_to(world, "corrective_action")

    event = row.events.get(code="correct")
    assert event.said.text == SAID["correct"]["text"]
    assert SAID["correct"]["text"] not in str(ReferralEvent.objects.filter(pk=event.pk).values().get())
    for change in (lambda: ReferralEvent.objects.update(code="x"), lambda: ReferralEvent.objects.all().delete()):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            change()


# --- deadlines ----------------------------------------------------------------------------------------------------------


def test_the_corrective_action_has_thirty_working_days_of_the_institutions_calendar(world: World) -> None:
    row = brought_to(world, "corrective_action")
    clock = row.clocks.get()

    day, left, zone = clock.started_at.date(), 30, row.complaint.holder.time_zone
    off = CalendarDay.objects.off_days(clock.institution_id, day, day + timedelta(days=90))
    while left:
        day += DAY
        left -= day.weekday() < 5 and day not in off
    assert (clock.due_at.astimezone(world.at.tzinfo).date(), clock.key, clock.zone) == (day, "ombudsman_corrective", zone)
    assert (clock.policy.key, bool(clock.calendar_version), clock.institution) == ("ombudsman_corrective", True, row.complaint.holder)
    notices = Notice.objects.filter(event="referral_task").values_list("recipient__username", flat=True)
    assert set(notices) == {"admin", "admin2"}


def test_the_recommendation_has_sixty_days_and_each_report_stops_its_deadline_once(world: World) -> None:
    row = brought_to(world, "recommendation")
    corrective, recommended = (row.clocks.get(key=f"ombudsman_{name}") for name in ("corrective", "recommendation"))
    assert (recommended.due_at.astimezone(world.at.tzinfo).date() - recommended.started_at.astimezone(world.at.tzinfo).date()).days == 60
    assert corrective.stopped_at is not None

    take(world, row, "record_report", "admin", at=recommended.due_at + SECOND)
    recommended.refresh_from_db()
    assert (recommended.stopped_at, recommended.outcome) == (recommended.due_at + SECOND, "breached")
    with pytest.raises(Refusal) as refusal:
        take(world, row, "record_report", "admin")
    assert refusal.value.status == 409


def test_the_institution_records_its_action_and_the_referral_stays_where_it_is(world: World) -> None:
    row = brought_to(world, "corrective_action")

    take(world, row, "record_action", "admin")

    row.refresh_from_db()
    assert (row.stage, row.clocks.get().outcome) == ("corrective_action", "met")
    for who, status in (("national", 403), ("ombudsman", 403), ("other_admin", 404), ("liaison", 404)):
        with pytest.raises(Refusal) as refusal:
            take(world, row, "record_action", who)
        assert refusal.value.status == status
    assert not ReferralClock.objects.running().exists()


# --- notes and identity -------------------------------------------------------------------------------------------------


def test_notes_belong_to_the_ombudsman_while_the_file_is_open(world: World) -> None:
    row = brought_to(world, "examination")
    services.add_oversight_note(row.pk, by=world.actor("ombudsman"), at=world.at, text="Periksa berita acara.")
    assert ReferralText.objects.get(note__referral=row).text == "Periksa berita acara."

    for who, status in (("national", 403), ("admin", 403), ("liaison", 404)):
        with pytest.raises(Refusal) as refusal:
            services.add_oversight_note(row.pk, by=world.actor(who), at=world.at, text="x")
        assert refusal.value.status == status
    with pytest.raises(Refusal) as refusal:
        services.add_oversight_note(row.pk, by=world.actor("ombudsman"), at=world.at, text=" ")
    assert refusal.value.status == 422
    take(world, row, "close")
    with pytest.raises(Refusal) as refusal:
        services.add_oversight_note(row.pk, by=world.actor("ombudsman"), at=world.at, text="x")
    assert refusal.value.status == 409
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        OversightNote.objects.all().delete()


@pytest.mark.parametrize("consent", ["", "asked", "refused"])
def test_an_identity_is_not_opened_without_consent(world: World, consent: str) -> None:
    row = referred(world)
    complaint = Complaint.objects.get(pk=row.complaint_id)
    complaint.transfer_consent = consent

    with pytest.raises(Refusal) as refusal:
        services.read_transferred(complaint, by=world.actor("ombudsman"), at=world.at)

    assert refusal.value.status == 403
    assert not Reading.objects.filter(what="identity").exists()
    assert vault.open_identity(complaint.pk) is not None
