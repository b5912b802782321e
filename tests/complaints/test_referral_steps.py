"""S30: a report on its way to the Ombudsman: the reporter's wish, the nation's word, the consent to pass on who reported."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from complaints import services
from complaints.models import Clock, Complaint
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import World

WHY = "Sudah tiga bulan tanpa tindakan."


def refused(world: World, complaint: Complaint, action: str, who: str = "", **given: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        world.step(complaint, action, who, **given)
    return caught.value


def reply_clock(complaint: Complaint) -> Clock:
    return Clock.objects.get(complaint=complaint, key="reporter_reply")


def events_of(who: str, complaint: Complaint) -> list[str]:
    rows = Notice.objects.filter(context__number=complaint.tracking_id)
    return [row.event for row in rows if (row.recipient is not None and row.recipient.username == who) or (not who and row.recipient is None)]


def test_a_wish_is_recorded_once_and_told_to_the_nation(world: World) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", text=WHY)

    assert (complaint.referral, complaint.transfer_consent, complaint.state) == ("asked", "", "in_progress")
    assert list(Complaint.objects.asking_referral()) == [complaint]
    assert not Complaint.objects.referred().exists()
    assert "desk_referral_asked" in events_of("national", complaint)
    assert str(refused(world, complaint, "refer")) == "Anda sudah memintanya. Admin nasional sedang melihatnya dan akan mengabari Anda."


def test_the_nation_confirms_with_a_text_and_asks_whoever_left_a_name(world: World) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer")

    assert "text" in refused(world, complaint, "refer", "national").fields
    complaint = world.step(complaint, "refer", "national", text=WHY)

    assert (complaint.referral, complaint.transfer_consent) == ("referred", "asked")
    assert list(Complaint.objects.referred()) == [complaint]
    assert "case_consent_asked" in events_of("", complaint)
    assert refused(world, complaint, "refer", "national", text=WHY).status == 422


def test_an_officer_cannot_speak_for_the_reporter(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert "consent" in refused(world, complaint, "refer", "national", text=WHY, consent="yes").fields
    assert refused(world, complaint, "refer", "admin", text=WHY).status == 403


@pytest.mark.parametrize(("mode", "event"), [({"is_secret": True}, "case_news"), ({"is_anonymous": True}, "case_news"), ({}, "case_consent_asked")])
def test_who_is_asked_reads_no_more_than_the_case_allows(world: World, mode: dict[str, Any], event: str) -> None:
    complaint = world.step(world.to_state("in_progress", **mode), "refer", "national", text=WHY)

    assert complaint.transfer_consent == "asked"
    assert event in events_of("", complaint)


def test_whoever_left_nothing_is_asked_nothing(world: World) -> None:
    complaint = world.to_state("in_progress", is_anonymous=True, contact=None, contact_allowed=False)

    complaint = world.step(complaint, "refer", "national", text=WHY)

    assert (complaint.referral, complaint.transfer_consent) == ("referred", "")
    assert refused(world, complaint, "consent_transfer", consent="yes").status == 422


@pytest.mark.parametrize(("said", "kept"), [("yes", "granted"), ("no", "refused")])
def test_consent_may_come_with_the_wish_and_is_not_asked_again(world: World, said: str, kept: str) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", consent=said)

    complaint = world.step(complaint, "refer", "national", text=WHY)

    assert complaint.transfer_consent == kept
    assert "case_referred" in events_of("", complaint)
    assert refused(world, complaint, "consent_transfer", consent="yes").status == 422


@pytest.mark.parametrize(("said", "kept"), [("yes", "granted"), ("no", "refused")])
def test_consent_is_given_once_while_it_is_asked(world: World, said: str, kept: str) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", "national", text=WHY)

    assert "consent" in refused(world, complaint, "consent_transfer").fields
    assert world.step(complaint, "consent_transfer", consent=said).transfer_consent == kept
    assert refused(world, complaint, "consent_transfer", consent="yes").status == 422


def test_consent_without_a_referral_is_refused(world: World) -> None:
    complaint = world.to_state("in_progress")

    assert refused(world, complaint, "consent_transfer", consent="yes").status == 422
    complaint = world.step(complaint, "refer")
    assert refused(world, complaint, "consent_transfer", consent="yes").status == 422
    assert Complaint.objects.get(pk=complaint.pk).transfer_consent == ""


def test_a_closed_report_can_be_referred_while_it_can_be_opened_again(world: World) -> None:
    complaint = world.to_state("closed")
    late = world.at + timedelta(days=31)

    with pytest.raises(Refusal) as caught:
        world.step(complaint, "refer", at=late)
    assert caught.value.status == 422
    with pytest.raises(Refusal):
        world.step(complaint, "refer", "national", at=late, text=WHY)
    assert world.step(complaint, "refer", at=world.at + timedelta(days=30)).referral == "asked"
    assert refused(world, world.to_state("archived"), "refer").status == 409


def test_an_open_referral_stops_the_reporters_clock_and_no_other(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    before = reply_clock(complaint).due_at
    world.step(complaint, "refer", at=world.at + timedelta(days=1))
    assert reply_clock(complaint).state == "running"

    world.step(complaint, "refer", "national", at=world.at + timedelta(days=2), text=WHY)
    later = world.at + timedelta(days=90)
    services.expire(at=later)

    assert reply_clock(complaint).state == "paused"
    assert Complaint.objects.get(pk=complaint.pk).state == "awaiting_reporter"
    world.step(complaint, "release_referral", "system", at=later, outcome="solved_there")
    complaint.refresh_from_db()
    assert (complaint.referral, complaint.transfer_consent) == ("", "")
    assert complaint.transitions.get(kind="release_referral").data == {"outcome": "solved_there"}
    assert reply_clock(complaint).state == "running"
    assert reply_clock(complaint).due_at > before + timedelta(days=80)
    assert Clock.objects.get(complaint=complaint, key="statutory_60").events.filter(kind="pause").count() == 0


def test_an_answer_during_the_referral_starts_no_running_clock_of_silence(world: World) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", "national", text=WHY)

    world.step(complaint, "answer", "liaison", text="Lubang sudah ditambal.", outcome="solved", done_on="2026-11-02", evidence="BA 12/DPU/2026")

    assert reply_clock(complaint).state == "paused"
    assert [event.kind for event in reply_clock(complaint).events.all()] == ["start", "pause"]
    services.expire(at=world.at + timedelta(days=400))
    assert Complaint.objects.get(pk=complaint.pk).state == "awaiting_reporter"
    world.step(complaint, "release_referral", "system", at=world.at + timedelta(days=400))
    services.expire(at=world.at + timedelta(days=440))
    assert Complaint.objects.get(pk=complaint.pk).state == "closed"


def test_closing_by_silence_is_refused_while_the_ombudsman_has_it(world: World) -> None:
    complaint = world.step(world.to_state("awaiting_reporter"), "refer", "national", text=WHY)

    assert "Ombudsman" in str(refused(world, complaint, "close_by_silence", "system"))


def test_a_reply_during_the_referral_ends_the_paused_clock(world: World) -> None:
    complaint = world.step(world.to_state("awaiting_reporter"), "refer", "national", text=WHY)

    world.step(complaint, "reply", text="Belum selesai.")

    assert (reply_clock(complaint).state, reply_clock(complaint).outcome) == ("stopped", "met")


def test_a_referral_that_is_none_cannot_be_released_and_a_released_one_can_be_made_again(world: World) -> None:
    complaint = world.to_state("in_progress")
    assert refused(world, complaint, "release_referral", "system").status == 422

    world.step(complaint, "refer", "national", text=WHY)
    assert "outcome" in refused(world, complaint, "release_referral", "system", outcome="Selesai dengan baik").fields
    world.step(complaint, "release_referral", "system")

    assert world.step(complaint, "refer", "national", text=WHY).transfer_consent == "asked"


def test_of_two_at_once_the_second_is_told_that_the_report_moved_on(world: World) -> None:
    complaint = world.to_state("in_progress")
    read = complaint.version
    services.advance(complaint.pk, "refer", by=world.actor("national"), at=world.at, given={"text": WHY}, version=read)

    with pytest.raises(Refusal) as caught:
        services.advance(complaint.pk, "refer", by=world.actor("national2"), at=world.at, given={"text": WHY}, version=read)

    assert caught.value.status == 409


def test_a_part_is_referred_with_its_report(world: World) -> None:
    lead = world.to_state("in_progress")
    world.step(
        lead,
        "invite",
        "national",
        target="kementerian-uji",
        part_title="Lampu jalan padam",
        part_text="Lampu jalan di depan pasar padam.",
        track="non_oversight",
    )

    assert refused(world, lead.children.get(), "refer", "national", text=WHY).status == 422


def test_the_public_hears_of_the_referral_and_not_of_wish_or_consent(world: World, client: Client) -> None:
    complaint = world.step(world.to_state("in_progress"), "refer", text=WHY, consent="yes")
    address = f"/laporan/{complaint.tracking_id}/"

    assert "Pelapor meminta" not in client.get(address).content.decode()
    world.step(complaint, "refer", "national", text=WHY)
    page = client.get(address).content.decode()

    assert "Laporan dirujuk ke Ombudsman." in page
    assert WHY not in page
    shown = client.get(f"/api/v1/complaints/{complaint.tracking_id}/").json()["timeline"]
    assert [row["kind"] for row in shown].count("refer") == 1
