"""A report in several parts: each with number, holder, clocks and notes of its own; one thread for the reporter; one report for the nation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services, vault
from complaints.models import Clock, Complaint, Entry, Transition
from complaints.templatetags.lapor_tags import long_date
from institutions.models import Topic
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import ANSWER, World, in_progress

PART: dict[str, Any] = {
    "target": "kota-uji-dinkes",
    "part_title": "Korban jatuh tidak dilayani puskesmas",
    "part_text": "Pengendara yang jatuh tidak dilayani di puskesmas.",
    "text": "Mohon ditangani.",
}
HEALTH = "health_liaison"


def split(world: World, lead: Complaint, who: str = "admin", **given: Any) -> Complaint:
    world.step(lead, "invite", who, **{**PART, **given})
    return Complaint.objects.select_related("holder", "lead").get(lead=lead, part_number=Complaint.objects.get(pk=lead.pk).part_count)


def answer_part(world: World, part: Complaint, who: str = HEALTH) -> Complaint:
    world.step(part, "respond", who, text="Kami periksa puskesmas.", estimated_on="2026-11-20")
    return world.step(part, "answer", who, **ANSWER)


def alive(complaint: Complaint) -> set[str]:
    return set(Clock.objects.filter(complaint=complaint, state__in=("running", "paused")).values_list("key", flat=True))


def fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_related("holder").get(pk=complaint.pk)


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


# The pages


def main(response: Any) -> str:
    text = response.content.decode()
    return str(text[text.index("<main") : text.index("</main>")])


def proved(client: Client, complaint: Complaint, at: datetime) -> Client:
    session = client.session
    session["cases"] = {str(complaint.pk): (at + timedelta(hours=1)).isoformat()}
    session.save()
    return client


@pytest.fixture
def now(world: World) -> Iterator[datetime]:
    with time_machine.travel(world.at, tick=False):
        yield world.at


def test_an_officer_splits_through_the_page_and_goes_on_with_the_next_part(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("awaiting_followup")
    world.login(client, "admin")
    address = f"/meja/{lead.tracking_id}/langkah/invite/"

    page = main(client.get(address))
    sent = {**PART, "version": lead.version, "mandatory": "true"}
    wrong = client.post(address, {**sent, "part_title": ""})
    first = client.post(address, {**sent, "lagi": "1"})
    stale = client.post(address, sent)

    assert lead.body in page
    assert (wrong.status_code, PART["part_text"] in main(wrong)) == (422, True)
    assert (first.status_code, first["Location"]) == (302, address)
    assert (stale.status_code, PART["part_title"] in main(stale)) == (409, True)
    assert "Korban jatuh tidak dilayani puskesmas" in main(client.get(address))


def test_each_desk_sees_its_part_and_of_the_others_only_what_it_may(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead, "national", target="kementerian-uji")
    examined = split(world, lead, "national", target="kota-uji", track="oversight", part_title="Pungutan oleh kepala seksi")
    services.add_note(part.pk, text="Catatan kementerian", by=world.actor("other_admin"), at=world.at)
    world.step(part, "handle", "other_admin")
    world.step(part, "respond", "other_admin", text="Kementerian memeriksa.", estimated_on="2026-11-20")
    world.step(lead, "reply", text="Masih berlubang.")

    of_lead = main(world.login(client, "liaison").get(f"/meja/{lead.tracking_id}/"))
    of_part = main(world.login(client, "other_admin").get(f"/meja/{part.tracking_id}/"))

    assert part.tracking_id in of_lead
    assert "Kementerian memeriksa." in of_lead
    for hidden in ("Catatan kementerian", "Mohon ditangani.", examined.tracking_id, "Pungutan", f'href="/meja/{part.tracking_id}/"'):
        assert hidden not in of_lead, hidden
    assert lead.tracking_id in of_part
    assert "Masih berlubang." in of_part
    assert lead.body not in of_part
    assert f'href="/meja/{lead.tracking_id}/"' not in of_part


def test_the_reporter_sees_one_thread_with_state_holder_and_due_date_of_every_part(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead)
    examined = split(world, lead, "national", target="kota-uji", track="oversight")
    world.step(part, "respond", HEALTH, text="Dinas kesehatan memeriksa.", estimated_on="2026-11-20")

    page = main(proved(client, lead, now).get(f"/lacak/{lead.tracking_id}/"))
    of_part = client.get(f"/lacak/{part.tracking_id}/")

    for told in (part.tracking_id, examined.tracking_id, "Dinas Kesehatan Kota Uji", "Dinas kesehatan memeriksa.", "Kami periksa lokasinya."):
        assert told in page, told
    assert "Mohon ditangani." not in page
    assert of_part.status_code == 302
    assert f"Tenggat {long_date(fresh(part).next_due_at)}" in page


def test_the_reporter_says_which_part_a_reply_is_about(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead)
    world.step(part, "respond", HEALTH, text="Kami periksa.", estimated_on="2026-11-20")
    address = f"/lacak/{lead.tracking_id}/langkah/reply/"
    proved(client, lead, now)

    page = main(client.get(address))
    client.post(address, {"text": "Puskesmas tetap menolak.", "part": part.tracking_id, "version": fresh(lead).version})

    assert PART["part_title"] in page
    assert [fresh(row).state for row in (lead, part)] == ["reporter_replied", "reporter_replied"]


def test_the_public_reads_one_report_with_what_its_open_parts_answered(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead)
    examined = split(world, lead, "national", target="kota-uji", track="oversight")
    world.step(part, "respond", HEALTH, text="Dinas kesehatan memeriksa.", estimated_on="2026-11-20")

    page = main(client.get(f"/laporan/{lead.tracking_id}/"))
    listed = client.get("/laporan/").content.decode()

    assert "Dinas kesehatan memeriksa." in page
    for hidden in (part.tracking_id, PART["part_title"], "Inspektorat", examined.tracking_id):
        assert hidden not in page + listed, hidden
    for row in (part, examined):
        assert client.get(f"/laporan/{row.tracking_id}/").status_code == 404


def test_the_api_gives_the_same_thread_to_each_audience(world: World, client: Client, now: datetime) -> None:
    receipt = world.submit(reported_party="Kepala seksi")
    lead = in_progress(world, receipt.complaint)
    part = split(world, lead)
    split(world, lead, "national", target="kota-uji", track="oversight")
    address = f"/api/v1/complaints/{lead.tracking_id}/"

    public = client.get(address).json()
    own = client.get(address, headers={"X-Case-Code": receipt.case_code}).json()
    world.login(client, "liaison")
    officer = client.get(address).json()

    assert [row.get("tracking_id") for row in public["parts"]] == [None]
    assert [row["part"] for row in own["parts"]] == [1, 2]
    assert [row["tracking_id"] for row in officer["parts"]] == [part.tracking_id]


def test_an_officer_splits_through_the_api(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("awaiting_followup")
    world.login(client, "admin")
    address = f"/api/v1/complaints/{lead.tracking_id}/steps/"

    offered = {row["action"]: row for row in client.get(address).json()["steps"]}
    wrong = client.post(address, {"action": "invite", "part_title": "x"}, content_type="application/json")
    done = client.post(address, {"action": "invite", "version": lead.version, **PART}, content_type="application/json")

    assert offered["invite"]["required"] == ["target", "part_title", "part_text"]
    assert (wrong.status_code, sorted(wrong.json()["fields"])) == (422, ["part_text", "target"])
    assert done.status_code == 200
    assert Complaint.objects.filter(lead=lead).count() == 1


MARKS = ("Zznama", "zz1@contoh", "0899-0000-1234", "62899", "Zzwakil")


def test_no_page_api_answer_or_notice_of_a_split_anonymous_report_tells_who_reported(world: World, client: Client, now: datetime) -> None:
    behalf = {"on_behalf": "person", "represented_agree": True, "represented": {"name": "Zzwakil Nenek", "contact": "0899-0000-1234"}}
    lead = world.to_state("in_progress", is_anonymous=True, **behalf)
    part = split(world, lead, "national", target="kementerian-uji")
    world.step(part, "handle", "other_admin")
    world.step(part, "answer", "other_admin", **ANSWER)
    world.step(lead, "reply", text="Masih berlubang.")

    seen = []
    for who in ("liaison", "admin", "other_admin", "national", "superior", "auditor", "ombudsman", ""):
        if who:
            world.login(client, who)
        else:
            client.logout()
        for row in (lead, part):
            seen += [client.get(f"/meja/{row.tracking_id}/{tail}") for tail in ("", "publikasi/", "langkah/invite/", "mendesak/", "hak-jawab/")]
            seen += [client.get(f"/laporan/{row.tracking_id}/"), client.get(f"/api/v1/complaints/{row.tracking_id}/")]

    text = " ".join(response.content.decode() for response in seen) + str(list(Notice.objects.values()))
    assert {response.status_code for response in seen} <= {200, 302, 403, 404, 409}
    assert sum(response.status_code == 200 for response in seen) > 20
    assert [mark for mark in MARKS if mark in text] == []


@pytest.mark.parametrize("broken_by", ["part_count = 3", "part_count = part_count"])
def test_the_invariants_find_a_count_that_is_wrong(world: World, broken_by: str) -> None:
    lead = world.to_state("awaiting_followup")
    split(world, lead)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_complaint SET {broken_by} WHERE id = %s", [lead.pk])  # noqa: S608 - the two texts above

    found = {breach.rule for breach in services.broken(reference=services.Reference(world.at))}

    assert found == ({"a lead has as many parts as it counts"} if "3" in broken_by else set())


def test_pages_of_a_report_in_parts_ask_the_same_for_one_part_and_for_five(world: World, client: Client, now: datetime) -> None:
    lead = world.to_state("in_progress")
    world.login(client, "admin")
    counts: dict[str, list[int]] = {f"/meja/{lead.tracking_id}/": [], f"/lacak/{lead.tracking_id}/": [], f"/laporan/{lead.tracking_id}/": []}

    for parts in (1, 5):
        while Complaint.objects.filter(lead=lead).count() < parts:
            split(world, lead)
        proved(client, lead, now)
        for address, found in counts.items():
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))

    assert all(first == second for first, second in counts.values()), counts
