"""Rows written by short statements are those that the ORM would have written."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint, Entry, Transition
from lapor.ground.writing import change, insert
from tests.world import World


def test_rows_of_several_tables_are_one_statement_whatever_their_order(world: World) -> None:
    complaint = world.to_state("in_progress")
    event = complaint.transitions.last()
    assert event is not None
    events = [Transition.objects.get(pk=event.pk) for _number in range(2)]
    for number, row in enumerate(events, start=1):
        row.pk, row.seq, row.data = event.pk + 1000 + number, event.seq + number, {"n": number, "text": "it's 100 % \\"}
    entry = Entry(complaint=complaint, transition=events[0], kind="note", text="baris\nkedua", details={"items": ["a"]}, salt=b"\x00\xff")

    with CaptureQueriesContext(connection) as asked:
        insert([entry], [], events)

    assert len(asked) == 1
    assert [row.data for row in Transition.objects.filter(pk__gt=event.pk + 1000).order_by("pk")] == [row.data for row in events]
    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.text, kept.details, bytes(kept.salt), kept.transition_id) == (entry.text, entry.details, entry.salt, events[0].pk)
    assert (entry._state.adding, events[0]._state.adding) == (False, False)


def test_nothing_to_write_asks_nothing(world: World) -> None:
    complaint = world.to_state("in_progress")

    with CaptureQueriesContext(connection) as asked:
        insert([], [])
        change(complaint, [])

    assert len(asked) == 0


def test_the_columns_that_are_named_change_and_no_other(world: World) -> None:
    complaint, other = world.to_state("in_progress"), world.to_state("in_progress")
    complaint.title, complaint.holder, complaint.body = "Judul baru", world.city, "tidak ditulis"

    change(complaint, {"title", "holder_id"})

    now = Complaint.objects.get(pk=complaint.pk)
    assert (now.title, now.holder) == ("Judul baru", world.city)
    assert now.body != "tidak ditulis"
    assert Complaint.objects.get(pk=other.pk).title == other.title
    assert Complaint.objects.matching("judul", public=False).filter(pk=now.pk).exists()
