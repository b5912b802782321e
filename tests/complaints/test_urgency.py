"""Danger to life, violence, a child in danger: the telephone first, then the top of every queue, and everybody told at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from complaints import services
from complaints.models import Clock, Complaint, Entry
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import ANSWER, World


def mark(world: World, complaint: Complaint, who: str = "liaison", *, urgent: bool = True, text: str = "Ada anak yang terancam.") -> Complaint:
    return services.mark_urgent(complaint.pk, urgent=urgent, text=text, by=world.actor(who), at=world.at)


def clock(complaint: Complaint) -> Clock:
    return Clock.objects.get(complaint=complaint, key="urgent_response")


def told(event: str = "desk_urgent") -> set[str]:
    return set(Notice.objects.filter(event=event).values_list("recipient__username", flat=True))


def test_an_officer_marks_a_report_and_its_own_clock_of_one_day_begins(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    mark(world, complaint)

    found = clock(complaint)
    assert (found.state, found.policy.length, found.policy.unit) == ("running", 1, "calendar")
    assert Complaint.objects.get(pk=complaint.pk).next_due_at == found.due_at < world.at + timedelta(days=2)
    assert complaint.transitions.latest("seq").kind == "mark_urgent"
    assert complaint.transitions.latest("seq").data == {}
    assert Entry.objects.get(transition=complaint.transitions.latest("seq")).kind == "note"


def test_the_mark_is_taken_away_with_a_reason_and_its_clock_is_void(world: World) -> None:
    complaint = world.to_state("awaiting_followup", urgent=True)

    mark(world, complaint, "admin", urgent=False, text="Sudah ditangani kepolisian.")

    assert (clock(complaint).state, clock(complaint).outcome) == ("void", "void")
    assert complaint.transitions.latest("seq").kind == "clear_urgent"
    mark(world, complaint)
    assert set(Clock.objects.filter(complaint=complaint, key="urgent_response").values_list("state", flat=True)) == {"void", "running"}


def test_everybody_at_the_desk_is_told_at_once_though_one_is_in_charge(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    services.take(complaint.pk, by=world.actor("liaison"), at=world.at)

    mark(world, complaint, "admin")

    assert told() == {"liaison", "liaison2"}
    assert {n.due_at for n in Notice.objects.filter(event="desk_urgent")} == {world.at}


def test_an_urgent_report_is_told_to_its_first_desk_and_to_each_next_one(world: World) -> None:
    complaint = world.submit(urgent=True).complaint
    assert told() == {"national", "national2"}
    Notice.objects.all().delete()

    world.to_state("awaiting_followup", urgent=True)

    assert told() == {"national", "national2", "admin", "admin2", "liaison", "liaison2"}
    assert told("desk_received") == set()
    assert complaint.is_urgent


@pytest.mark.parametrize("action", ["respond", "answer"])
def test_the_first_word_to_the_reporter_stops_the_clock(world: World, action: str) -> None:
    complaint = world.to_state("awaiting_followup", urgent=True)

    world.step(complaint, action, "liaison", **({"text": "Kami ke sana.", "estimated_on": "2026-11-03"} if action == "respond" else ANSWER))

    assert (clock(complaint).state, clock(complaint).outcome) == ("stopped", "met")


def test_marked_after_the_initial_response_a_progress_note_is_the_first_word(world: World) -> None:
    complaint = world.to_state("in_progress")
    mark(world, complaint)

    world.step(complaint, "progress", "liaison", text="Petugas sudah di lokasi.")

    assert clock(complaint).state == "stopped"


@pytest.mark.parametrize(
    ("state", "urgent", "text", "status"), [("awaiting_followup", True, " ", 422), ("closed", True, "x", 409), ("at_city", False, "x", 409)]
)
def test_no_reason_an_ended_report_and_nothing_to_change_are_refused(world: World, state: str, urgent: bool, text: str, status: int) -> None:
    complaint = world.to_state(state)
    before = Complaint.objects.get(pk=complaint.pk).version

    with pytest.raises(Refusal) as refused:
        mark(world, complaint, "admin", urgent=urgent, text=text)

    assert refused.value.status == status
    assert Complaint.objects.get(pk=complaint.pk).version == before


@pytest.mark.parametrize(("who", "status"), [("other_admin", 404), ("superior", 403), ("supervisor", 404), ("auditor", 403)])
def test_who_may_not_mark_is_told_404_or_403(world: World, who: str, status: int) -> None:
    complaint = world.to_state("awaiting_followup", is_secret=True)

    with pytest.raises(Refusal) as refused:
        mark(world, complaint, who)

    assert refused.value.status == status


@pytest.mark.parametrize("address", ["/", "/lapor/", "/i/kota-uji/"])
def test_the_emergency_numbers_stand_before_the_form_and_can_be_called(world: World, client: Client, address: str) -> None:
    page = client.get(address).content.decode()

    main = page[page.index("<main") :]
    report = re.search(r'<form method="post" novalidate', main)
    assert 'href="tel:112"' in main
    assert 'href="tel:110"' in main
    assert report is None or main.index("tel:112") < report.start()


def test_whoever_files_something_urgent_reads_the_numbers_once_more_before_sending(world: World, client: Client) -> None:
    given = {"classification": "complaint", "title": "Anak terkunci di rumah", "body": "Ada anak terkunci di rumah tetangga.", "consent": "on", "urgent": "on"}

    page = client.post("/lapor/", {**given, "langkah": "periksa"}).content.decode()

    assert 'href="tel:112"' in page[page.index("<main") :]
