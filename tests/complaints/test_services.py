"""The one write door: what each step changes, what it refuses and in which order, and that nothing half-done stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Clock, Complaint, Entry, Transition
from complaints.workflow import WORKFLOW
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.desk import OVERSIGHT
from tests.parts import PART
from tests.world import ANSWER, SORT, World


def refusal(world: World, complaint: Complaint, action: str, who: str = "", **given: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        world.step(complaint, action, who, **given)
    return found.value


@pytest.mark.parametrize("action", ["dispute", "merge", "unmerge", "start", "submit"])
def test_steps_of_later_are_told_from_one_place(world: World, action: str) -> None:
    found = refusal(world, world.submit().complaint, action, "national")

    assert (found.status, found.code) == (422, "not_yet_available")


def test_an_unknown_step_is_refused(world: World) -> None:
    assert refusal(world, world.submit().complaint, "hapus", "national").status == 422


@pytest.mark.parametrize("action", sorted(code for code, step in WORKFLOW.items() if step.needs and step.is_available))
def test_missing_inputs_are_named_field_by_field(world: World, action: str) -> None:
    from tests.complaints.test_access import TRIED_IN  # noqa: PLC0415 - the table of where a step is tried

    complaint = world.to_state(TRIED_IN[action])
    if action == "consent_transfer":
        world.step(complaint, "refer", "national", text="Sudah lama tanpa tindakan.")
    if action == "decline_support":
        world.step(complaint, "ask_support", "admin", **{**PART, "target": "kementerian-uji"})
    who = {"reporter": ""}.get(WORKFLOW[action].actors.split()[0], "")
    if "reporter" not in WORKFLOW[action].actors.split()[0]:
        who = next(w for w in ("national", "admin", "liaison") if complaint in Complaint.objects.allowing(action, world.actor(w)))

    found = refusal(world, complaint, action, who)

    assert found.status == 422
    assert set(WORKFLOW[action].needs) <= set(found.fields)


def test_the_desk_settles_topic_and_track_in_the_same_call_and_open_steps_name_them(world: World) -> None:
    complaint = world.submit().complaint
    actor = world.actor("national")
    row = Complaint.objects.answering(actor).select_related("holder__parent", "topic").get(pk=complaint.pk)

    offered = {step.code: step for step in services.open_steps(row, by=actor, at=world.at)}
    found = refusal(world, complaint, "dispose_to_institution", "national", target="kota-uji")
    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)

    assert offered["dispose_to_institution"].required == ("topic", "track", "target")
    assert set(found.fields) == {"topic", "track"}
    complaint.refresh_from_db()
    assert (complaint.topic_id, complaint.is_track_set) == ("public_works.potholes", True)


def test_inputs_that_a_step_does_not_ask_for_are_refused(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert set(refusal(world, complaint, "progress", "liaison", text="Ya.", state="closed", holder="nasional").fields) == {"state", "holder"}


def test_a_stale_version_is_a_conflict_that_tells_state_and_actor_but_not_to_the_reporter(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    stale = complaint.version - 1

    with pytest.raises(Refusal) as officer:
        services.advance(complaint.pk, "progress", by=world.actor("liaison2"), at=world.at, version=stale, given={"text": "x"})
    with pytest.raises(Refusal) as reporter:
        services.advance(complaint.pk, "reply", by=world.reporter(complaint), at=world.at, version=stale, given={"text": "x"})

    assert officer.value.extra == {"state": "awaiting_reporter", "version": complaint.version, "actor": "liaison"}
    assert (reporter.value.status, "actor" in reporter.value.extra) == (409, False)


def test_a_step_from_the_wrong_state_is_a_conflict(world: World) -> None:
    assert refusal(world, world.to_state("awaiting_followup"), "reply", text="x").status == 409


def test_a_case_that_left_ones_hands_has_moved_on_rather_than_vanished(world: World) -> None:
    complaint = world.to_state("at_city", is_secret=True)
    version = complaint.version
    world.step(complaint, "return_upward", "admin", text="Bukan kami.")

    with pytest.raises(Refusal) as found:
        services.advance(complaint.pk, "handle", by=world.actor("admin2"), at=world.at, version=version, given={})

    assert found.value.status == 409


@pytest.mark.parametrize("who", ["", "other_liaison", "hub", "custodian"])
@pytest.mark.parametrize("version", [None, 1])
def test_whoever_may_only_know_of_a_case_is_told_neither_state_nor_actor(world: World, who: str, version: int | None) -> None:
    complaint = world.to_state("in_progress")
    by = world.actor(who) if who else world.reporter()

    with pytest.raises(Refusal) as step:
        services.advance(complaint.pk, "pend", by=by, at=world.at, version=version, given={})
    with pytest.raises(Refusal) as act:
        services.publish(complaint.pk, given={}, by=by, at=world.at, version=version)

    for refused in (step, act):
        assert (refused.value.status, refused.value.extra) == (403, {})


def test_an_examination_that_moved_on_was_never_in_the_hands_of_who_could_not_open_it(world: World) -> None:
    complaint = world.step(world.submit().complaint, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT)
    world.step(complaint, "return_upward", "supervisor", text="Bukan kami.")

    with pytest.raises(Refusal) as found:
        services.advance(complaint.pk, "handle", by=world.actor("admin"), at=world.at, version=1, given={})

    assert (found.value.status, found.value.extra) == (404, {})


def test_an_appointment_that_ended_ends_the_power_at_once(world: World) -> None:
    complaint = world.to_state("awaiting_followup", is_secret=True)
    world.user("liaison").appointments.update(valid_to="2026-11-01")

    assert refusal(world, complaint, "respond", "liaison", text="x", estimated_on="2026-11-20").status == 404


def test_a_refused_step_leaves_nothing_behind(world: World) -> None:
    complaint = world.to_state("in_progress")
    before = (Transition.objects.count(), Entry.objects.count(), Clock.objects.values_list("state", flat=True).count(), Notice.objects.count())

    refusal(world, complaint, "answer", "liaison", **{**ANSWER, "outcome": "cannot_lawfully", "evidence": "-"})

    assert (Transition.objects.count(), Entry.objects.count(), Clock.objects.count(), Notice.objects.count()) == before


def test_a_unit_target_must_lie_in_the_holders_institution(world: World) -> None:
    complaint = world.to_state("at_city")

    for slug in ("kementerian-uji-biro", "kementerian-uji", "nasional", "kota-uji", "tidak-ada"):
        assert "target" in refusal(world, complaint, "dispose_to_unit", "admin", target=slug).fields


def test_a_unit_with_an_admin_of_its_own_verifies_like_an_institution(world: World) -> None:
    complaint = world.step(world.to_state("at_city"), "dispose_to_unit", "admin", target="kota-uji-rsud")

    assert (complaint.state, complaint.holder.slug) == ("awaiting_verification", "kota-uji-rsud")


def test_an_institution_without_anybody_appointed_is_refused_and_the_nation_keeps_it(world: World) -> None:
    complaint = world.submit().complaint

    found = refusal(world, complaint, "dispose_to_institution", "national", target="kabupaten-sunyi", **SORT)

    complaint.refresh_from_db()
    assert "target" in found.fields
    assert complaint.holder == world.nation


def test_an_oversight_case_reaches_the_internal_supervisor_and_needs_a_reported_party(world: World) -> None:
    complaint = world.submit().complaint
    oversight: dict[str, Any] = {"topic": "public_works.potholes", "track": "oversight"}

    found = refusal(world, complaint, "dispose_to_institution", "national", target="kota-uji", **oversight)
    moved = world.step(complaint, "dispose_to_institution", "national", target="kota-uji", reported_party="Kepala dinas", **oversight)

    assert set(found.fields) == {"reported_party"}
    assert (moved.holder.slug, moved.is_secret, moved.published_at) == ("kota-uji-inspektorat", True, None)


def test_asking_for_completion_is_limited_at_each_desk(world: World) -> None:
    complaint = world.submit().complaint
    for n in range(2):
        world.step(complaint, "pend", "national", reason="incomplete", items=f"Foto {n}")
        world.step(complaint, "complete", text="Ini.")

    assert refusal(world, complaint, "pend", "national", reason="incomplete", items="Foto").status == 422
    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)
    assert world.step(complaint, "pend", "admin", reason="incomplete", items="Foto").state == "awaiting_completion"


def test_publication_begins_with_acceptance_and_shows_masked_text_only(world: World) -> None:
    complaint = world.submit(body="Hubungi saya di 0812-3456-7890 soal jalan berlubang di depan pasar.").complaint
    assert complaint not in Complaint.objects.public()

    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **SORT)

    shown = Complaint.objects.public().get()
    assert (shown.published_at, "0812" in shown.body_public, "0812" in shown.body) == (world.at, False, True)


@pytest.mark.parametrize("overrides", [{"is_secret": True}, {"topic": "__sensitive__"}])
def test_what_is_secret_is_never_published(world: World, overrides: dict[str, Any]) -> None:
    complaint = world.to_state("awaiting_reporter", **overrides) if "topic" not in overrides else world.to_state("awaiting_reporter", is_secret=True)

    assert complaint.published_at is None
    assert not Complaint.objects.public().exists()


def test_the_reporter_may_make_it_secret_and_public_again_an_admin_only_secret(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    world.step(complaint, "change_visibility", secret=True)
    assert not Complaint.objects.public().exists()

    assert "secret" in refusal(world, complaint, "change_visibility", "admin", secret=False).fields
    world.step(complaint, "change_visibility", secret=False)
    assert Complaint.objects.public().exists()
    world.step(complaint, "change_visibility", "admin", secret=True)
    assert not Complaint.objects.public().exists()


def test_an_answer_that_is_contested_must_come_from_somebody_else(world: World) -> None:
    complaint = world.to_state("closed")
    world.step(complaint, "reopen", text="Lubang itu masih ada.")

    assert refusal(world, complaint, "answer", "liaison", **ANSWER).status == 403
    assert world.step(complaint, "answer", "liaison2", **ANSWER).state == "awaiting_reporter"


def test_reopening_has_a_window_and_a_number(world: World) -> None:
    complaint = world.to_state("closed")
    assert refusal(world, complaint, "reopen", text="x", at=world.at + timedelta(days=31)).status == 422

    for _n in range(2):
        world.step(complaint, "reopen", text="Belum.")
        world.step(complaint, "answer", "liaison2" if _n == 0 else "liaison", **ANSWER)
        world.step(complaint, "confirm", rating=1)
    assert refusal(world, complaint, "reopen", text="x").status == 422
    assert world.step(complaint, "reopen", "national", text="Atas permintaan.").state == "in_progress"


def test_an_archived_report_comes_back_once_to_the_nation_never_to_the_archiver(world: World) -> None:
    complaint = world.step(world.to_state("at_city"), "archive", "admin", reason="too_general", text="Terlalu umum.")

    restored = world.step(complaint, "restore", text="Ini tidak umum.")
    assert (restored.state, restored.holder) == ("awaiting_verification", world.nation)

    world.step(complaint, "archive", "national", reason="too_general", text="Terlalu umum.")
    assert refusal(world, complaint, "restore").status == 422


def test_withdrawing_closes_but_on_the_oversight_track_is_only_noted(world: World) -> None:
    closed = world.step(world.to_state("in_progress"), "withdraw")
    complaint = world.submit().complaint
    world.step(complaint, "dispose_to_institution", "national", target="kota-uji", **{**SORT, "track": "oversight", "reported_party": "Oknum"})
    noted = world.step(complaint, "withdraw", text="Saya takut.")

    assert closed.closure_kind == "withdrawn"
    assert (noted.state, noted.transitions.order_by("seq").reverse()[0].reason) == ("awaiting_verification", "noted")


def test_handing_over_records_body_and_reference(world: World) -> None:
    complaint = world.step(world.submit().complaint, "hand_over", "national", body="ppid", reference="PPID-77", text="Diteruskan.")

    assert (complaint.closure_kind, complaint.handed_over_to, complaint.handed_over_ref) == ("handed_over", "ppid", "PPID-77")
    assert world.step(complaint, "reopen", text="Saya tidak setuju.").state == "awaiting_verification"


def test_a_decision_needs_an_answer_before_it(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert refusal(world, complaint, "close_by_decision", "admin", text="Cukup.", outcome="solved").status == 422
    world.step(complaint, "answer", "liaison", **ANSWER)
    assert world.step(complaint, "close_by_decision", "admin", text="Cukup.", outcome="solved").closure_kind == "decision"


def test_silence_closes_but_not_an_oversight_case_and_not_past_day_60(world: World) -> None:
    silent = world.to_state("awaiting_reporter")
    late = world.to_state("awaiting_reporter")
    Clock.objects.filter(complaint=late, key="statutory_60").update(outcome="breached")

    assert services.expire(at=world.at + timedelta(days=5)) == {"end_hold": 0, "lapse": 0, "close_by_silence": 0}
    assert services.expire(at=world.at + timedelta(days=20)) == {"end_hold": 0, "lapse": 0, "close_by_silence": 1}
    assert services.expire(at=world.at + timedelta(days=20)) == {"end_hold": 0, "lapse": 0, "close_by_silence": 0}

    silent.refresh_from_db()
    late.refresh_from_db()
    assert (silent.closure_kind, silent.transitions.order_by("-seq")[0].by.username) == ("auto_no_reply", "system")
    assert late.state == "awaiting_reporter"


def test_a_lapsed_completion_is_archived_unless_enough_is_known(world: World) -> None:
    known = world.to_state("awaiting_completion")
    unknown = world.to_state("awaiting_completion", incident_region=None)

    services.expire(at=world.at + timedelta(days=40))

    known.refresh_from_db()
    unknown.refresh_from_db()
    assert (known.state, unknown.state, unknown.archive_reason) == ("awaiting_verification", "archived", "not_completed")


def test_the_sweep_takes_as_many_statements_for_many_as_for_one(world: World) -> None:
    def counted(number: int) -> int:
        for _n in range(number):
            world.to_state("awaiting_reporter")
        with CaptureQueriesContext(connection) as queries:
            services.expire(at=world.at + timedelta(days=20))
        return len(queries)

    assert counted(1) == counted(4)


def test_only_the_system_takes_the_steps_of_time(world: World) -> None:
    for action, state in (("lapse", "awaiting_completion"), ("close_by_silence", "awaiting_reporter")):
        complaint = world.to_state(state)
        for who in ("national", "admin", ""):
            assert refusal(world, complaint, action, who).status in {403, 404}


def test_notes_are_read_by_the_authors_institution_and_the_nation_not_by_the_next_holder(world: World) -> None:
    complaint = world.to_state("at_city")
    services.add_note(complaint.pk, text="Rahasia dapur.", by=world.actor("admin"), at=world.at)

    entry = Entry.objects.get(kind="note", transition__kind="note")
    assert entry.institution == world.city
    assert entry.text_public == ""


def test_taking_and_assigning(world: World) -> None:
    complaint = world.to_state("in_progress")
    services.take(complaint.pk, by=world.actor("liaison"), at=world.at)

    with pytest.raises(Refusal) as found:
        services.take(complaint.pk, by=world.actor("liaison2"), at=world.at)
    with pytest.raises(Refusal) as stranger:
        services.assign(complaint.pk, to=world.user("other_admin"), by=world.actor("admin"), at=world.at)
    services.assign(complaint.pk, to=world.user("liaison2"), by=world.actor("admin"), at=world.at)

    complaint.refresh_from_db()
    assert (found.value.status, "assignee" in stranger.value.fields) == (409, True)
    assert complaint.assignee == world.user("liaison2")


def test_editing_keeps_the_original_and_touches_no_clock(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    clocks = list(Clock.objects.filter(complaint=complaint).order_by("pk").values())

    services.edit(complaint.pk, changes={"title": "Jalan berlubang di Pasar Lama"}, by=world.actor("admin"), at=world.at + timedelta(days=3))

    complaint.refresh_from_db()
    assert (complaint.title, complaint.title_public) == ("Jalan berlubang di Pasar Lama",) * 2
    assert complaint.title_original == "Jalan berlubang di depan pasar"
    assert list(Clock.objects.filter(complaint=complaint).order_by("pk").values()) == clocks


def test_a_rating_is_given_once_and_in_time(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    services.expire(at=world.at + timedelta(days=20))
    at = world.at + timedelta(days=21)

    services.rate(complaint.pk, rating=5, text="Terima kasih.", by=world.reporter(complaint), at=at)

    complaint.refresh_from_db()
    assert complaint.rating == 5
    with pytest.raises(Refusal):
        services.rate(complaint.pk, rating=1, by=world.reporter(complaint), at=at)


def test_who_the_reporter_is_opens_to_the_handler_and_the_reading_is_on_record(world: World) -> None:
    named, anonymous = world.to_state("in_progress"), world.to_state("in_progress", is_anonymous=True)

    identity = services.read_identity(named, by=world.actor("liaison"), at=world.at, reason="Menelepon pelapor")

    assert identity is not None
    assert identity.email == "zz1@contoh.invalid"
    with connection.cursor() as cursor:
        cursor.execute("SELECT by_id, reason FROM complaints_reading")
        assert cursor.fetchall() == [(world.user("liaison").pk, "Menelepon pelapor")]
    for who in ("liaison", "admin", "national", "custodian"):
        with pytest.raises(Refusal) as found:
            services.read_identity(anonymous, by=world.actor(who), at=world.at, reason="x")
        assert found.value.status == 403
