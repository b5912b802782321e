"""A report in several parts: each with number, holder, clocks and notes of its own; one thread for the reporter; one report for the nation."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from complaints import services, vault
from complaints.models import Complaint, Entry, Transition
from institutions.models import Topic
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.parts import HEALTH, PART, alive, answer_part, fresh, split
from tests.world import ANSWER, World


def test_a_part_has_number_holder_clocks_and_text_of_its_own_and_the_lead_keeps_its_own(world: World) -> None:
    lead = world.to_state("awaiting_followup")

    part = split(world, lead)

    after = fresh(lead)
    assert (after.state, after.holder.slug, after.part_count) == ("awaiting_followup", "kota-uji-dpu", 1)
    assert (part.state, part.holder.slug, part.part_number, part.is_mandatory) == ("awaiting_followup", "kota-uji-dinkes", 1, True)
    assert part.tracking_id != lead.tracking_id
    assert (part.title, part.body, part.title_original) == (PART["part_title"], PART["part_text"], PART["part_title"])
    assert alive(part) == {"first_response", "resolution_non_oversight", "support_response"}
    assert list(part.transitions.values_list("kind", "as_role")) == [("part", "institution_admin")]
    assert services.verify()[1] == []


def test_a_part_copies_no_contact_and_keeps_the_day_from_which_keeping_is_counted(world: World) -> None:
    lead = world.to_state("awaiting_followup", is_anonymous=True)

    part = split(world, lead)

    assert vault.held([lead.pk, part.pk]) == {lead.pk}
    assert (part.has_contact, part.entered_by_id, part.requested_outcome, part.reported_party) == (False, None, "", "")
    assert (part.is_anonymous, part.submitted_at, part.last_input_at) == (True, lead.submitted_at, lead.last_input_at)
    assert "Zznama" not in str(list(Complaint.objects.filter(pk=part.pk).values()))


def test_an_identity_is_opened_through_the_lead_by_whoever_may_and_by_nobody_when_anonymous(world: World) -> None:
    part, hidden = split(world, world.to_state("awaiting_followup")), split(world, world.to_state("awaiting_followup", is_anonymous=True))

    found = services.read_identity(part, by=world.actor("admin"), at=world.at, reason="Menghubungi korban")

    assert found is not None
    assert found.name == "Zznama Pelapor"
    with pytest.raises(Refusal) as refused:
        services.read_identity(hidden, by=world.actor("admin"), at=world.at, reason="Menghubungi korban")
    assert refused.value.status == 403


def test_no_code_opens_a_part_and_its_lead_is_opened_as_before(world: World) -> None:
    receipt = world.submit()
    part = split(world, receipt.complaint, "national", target="kementerian-uji", track="non_oversight", topic="public_works.potholes")

    with pytest.raises(Refusal) as refused:
        services.prove(part.tracking_id, receipt.case_code, client="c", at=world.at)

    assert refused.value.status == 404
    assert services.prove(receipt.complaint.tracking_id, receipt.case_code, client="c", at=world.at) == receipt.complaint


def test_the_nation_gives_a_part_to_another_institution_and_neither_sees_the_notes_or_the_case_of_the_other(world: World) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead, "national", target="kementerian-uji")
    services.add_note(lead.pk, text="Catatan kota", by=world.actor("liaison"), at=world.at)
    services.add_note(part.pk, text="Catatan kementerian", by=world.actor("other_admin"), at=world.at)

    assert part.holder.slug == "kementerian-uji"
    assert part not in Complaint.objects.visible_to(world.actor("admin"))
    assert part not in Complaint.objects.visible_to(world.actor("liaison"))
    assert lead not in Complaint.objects.seen_by(world.actor("other_admin"))
    assert set(Entry.objects.filter(complaint=part, kind="note").values_list("institution__slug", flat=True)) == {"kementerian-uji"}
    assert lead not in Complaint.objects.allowing("see_notes", world.actor("other_admin"))
    assert part not in Complaint.objects.allowing("see_notes", world.actor("admin"))


def test_the_lead_waits_for_its_mandatory_parts_and_not_for_support(world: World) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead)
    split(world, lead, target="kota-uji-rsud", mandatory="false")

    with pytest.raises(Refusal) as refused:
        world.step(lead, "answer", "liaison", **ANSWER)
    answer_part(world, part)
    world.step(lead, "answer", "liaison", **ANSWER)

    assert refused.value.status == 422
    assert fresh(lead).state == "awaiting_reporter"


@pytest.mark.parametrize("action", ["close_by_decision", "hand_over", "archive"])
def test_a_lead_is_not_closed_over_an_open_part(world: World, action: str) -> None:
    given: dict[str, dict[str, Any]] = {
        "close_by_decision": {"text": "Selesai.", "outcome": "solved"},
        "hand_over": {"body": "ppid", "reference": "1", "text": "Diserahkan."},
        "archive": {"reason": "too_general", "text": "Umum."},
    }
    lead = world.to_state({"close_by_decision": "reporter_replied", "hand_over": "in_progress", "archive": "at_city"}[action])
    split(world, lead)

    with pytest.raises(Refusal) as refused:
        world.step(lead, action, "admin", **given[action])

    assert refused.value.status == 422
    assert fresh(lead).closure_kind == fresh(lead).archive_reason == ""


def test_a_reply_goes_to_the_lead_and_moves_the_parts_it_is_about(world: World) -> None:
    lead = world.to_state("in_progress")
    first, second = split(world, lead), split(world, lead, target="kota-uji-rsud")
    answer_part(world, first)
    answer_part(world, second, "unit_admin")
    world.step(lead, "answer", "liaison", **ANSWER)

    world.step(lead, "reply", text="Puskesmas tetap menolak.", part=first.tracking_id)

    assert [fresh(row).state for row in (lead, first, second)] == ["reporter_replied", "reporter_replied", "awaiting_reporter"]
    assert "reply_handling" in alive(first)
    assert list(Entry.objects.filter(kind="reply").values_list("complaint", flat=True)) == [lead.pk]
    assert Transition.objects.get(complaint=first, kind="reply").as_role == "reporter"
    assert services.verify()[1] == []


def test_parts_end_with_their_lead_and_go_on_with_it(world: World) -> None:
    lead = world.to_state("in_progress")
    part, support = split(world, lead), split(world, lead, target="kota-uji-rsud", mandatory="false")
    answer_part(world, part)
    world.step(lead, "answer", "liaison", **ANSWER)
    world.step(lead, "confirm", rating=5)

    assert {(row.state, row.closure_kind) for row in map(fresh, (part, support))} == {("closed", "reporter_confirmed")}
    assert alive(part) == alive(support) == set()

    world.step(lead, "reopen", text="Masih ditolak.", part=part.tracking_id)

    assert [fresh(row).state for row in (lead, part, support)] == ["in_progress", "in_progress", "closed"]
    assert fresh(part).contested_user == world.user(HEALTH)  # somebody else must look at it


def test_silence_closes_lead_and_parts_in_one_sweep_and_no_part_alone(world: World) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead)
    answer_part(world, part)
    assert "reporter_reply" not in alive(part)
    world.step(lead, "answer", "liaison", **ANSWER)

    done = services.expire(at=world.at + timedelta(days=30))

    assert done["close_by_silence"] == 1
    assert (fresh(part).state, fresh(part).closure_kind) == ("closed", "auto_no_reply")
    assert list(services.broken(reference=services.Reference(world.at))) == []


def test_a_withdrawn_report_takes_its_parts_along_but_no_examination(world: World) -> None:
    lead = world.to_state("awaiting_followup", reported_party="Kepala seksi")
    part = split(world, lead)
    examined = split(world, lead, "national", target="kota-uji", track="oversight")

    world.step(lead, "withdraw")

    assert (fresh(part).closure_kind, fresh(examined).state) == ("withdrawn", "awaiting_verification")


def test_an_examination_is_secret_goes_to_the_supervisor_and_holds_nothing_up(world: World) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")

    examined = split(world, lead, "national", target="kota-uji", track="oversight")

    assert (examined.is_secret, examined.is_mandatory, examined.holder.slug) == (True, False, "kota-uji-inspektorat")
    assert examined not in Complaint.objects.visible_to(world.actor("admin"))
    world.step(lead, "answer", "liaison", **ANSWER)


def test_secrecy_follows_the_lead(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    part = split(world, lead)

    world.step(lead, "change_visibility", secret="true")
    assert fresh(part).is_secret
    world.step(lead, "change_visibility", secret="false")
    assert not fresh(part).is_secret
    services.edit(lead.pk, changes={"topic": next(row.pk for row in Topic.objects.all() if row.is_sensitive)}, by=world.actor("admin"), at=world.at)

    assert fresh(lead).is_secret
    assert fresh(part).is_secret


def test_a_part_is_never_public_and_the_nation_counts_one_report(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    part = split(world, lead)
    answer_part(world, part)

    assert list(Complaint.objects.public()) == [lead]
    assert Complaint.objects.get(pk=part.pk).published_at is None
    assert Complaint.objects.counted().count() == 1
    assert Transition.objects.filter(kind="submit").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_complaint SET published_at = now() WHERE id = %s", [part.pk])


def test_who_may_split_and_where_to(world: World) -> None:
    lead = world.to_state("awaiting_followup")

    def refused(who: str, **given: Any) -> Refusal:
        with pytest.raises(Refusal) as found:
            split(world, lead, who, **given)
        return found.value

    assert refused("liaison").status == 403
    assert refused("other_admin").status == 403  # it is published, so they know of it
    assert "target" in refused("admin", target="kementerian-uji").fields
    assert "target" in refused("national", target="kabupaten-sunyi").fields
    assert set(refused("admin", target="", part_title="", part_text=" ").fields) == {"target", "part_title", "part_text"}
    assert "track" in refused("national", target="kota-uji", track="oversight").fields  # nobody is named yet
    assert Complaint.objects.filter(lead=lead).count() == 0


def test_a_part_is_not_split_pended_or_shown_by_itself(world: World) -> None:
    part = split(world, world.to_state("at_city"), target="kota-uji-rsud")

    for action, who, given in (
        ("invite", "admin", PART),
        ("pend", "unit_admin", {"reason": "incomplete", "items": "Foto"}),
        ("change_visibility", "admin", {"secret": "true"}),
    ):
        with pytest.raises(Refusal) as refused:
            world.step(part, action, who, **given)
        assert refused.value.status == 422, action


def test_a_report_is_split_only_so_often(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    Complaint.objects.filter(pk=lead.pk).update(part_count=services.Reference(world.at).limits["invite_max"])

    with pytest.raises(Refusal) as refused:
        world.step(lead, "invite", "admin", **PART)

    assert refused.value.status == 422


def test_steps_on_a_part_leave_the_version_of_the_lead_alone(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    part = split(world, lead)
    version = fresh(lead).version

    answer_part(world, part)

    assert fresh(lead).version == version


def test_the_reporter_is_told_under_the_number_of_the_lead_and_only_of_what_was_said(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    part = split(world, lead, "national", target="kementerian-uji")
    Notice.objects.all().delete()

    world.step(part, "handle", "other_admin")
    world.step(part, "respond", "other_admin", text="Kami periksa.", estimated_on="2026-11-20")

    told = list(Notice.objects.exclude(address_ref=""))
    assert [(n.event, n.address_ref, n.context["number"]) for n in told] == [("case_answered", f"complaint:{lead.pk}", lead.tracking_id)]


def test_a_split_that_is_sent_twice_at_one_version_is_refused_the_second_time(world: World) -> None:
    lead = world.to_state("awaiting_followup")
    services.advance(lead.pk, "invite", by=world.actor("admin"), at=world.at, given=PART, version=lead.version)

    with pytest.raises(Refusal) as refused:
        services.advance(lead.pk, "invite", by=world.actor("admin"), at=world.at, given=PART, version=lead.version)

    assert refused.value.status == 409
    assert Complaint.objects.filter(lead=lead).count() == 1
