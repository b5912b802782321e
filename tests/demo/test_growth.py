"""A demo that was grown by copying obeys every rule that a lived one obeys, and the check finds what does not."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from complaints.management.commands.demo import _size
from complaints.management.demo import copies, places
from complaints.models import Clock, Complaint, Transition
from complaints.services import Reference, broken
from institutions.models import Institution, Kind
from officers.actors import actor_for
from officers.models import User
from officers.services import check_powers
from tests.demo.test_demo import empty
from tests.world import World

__all__ = ["empty"]
AT = datetime(2026, 11, 24, 5, tzinfo=UTC)


def breaches() -> list[str]:
    return [f"{breach.rule}: {breach.where}" for breach in broken(reference=Reference(AT))]


@pytest.fixture
def grown(empty: World) -> World:
    call_command("demo", "--reports", "40", "--at", AT.isoformat(), stdout=StringIO())
    districts = places.spread(at=AT, bodies=36, units=400, seed=1)
    copies.grow(copies.read_chains(now=AT), districts, to=400, seed=1, progress=lambda _n: None)
    return empty


def test_a_grown_demo_obeys_every_rule(grown: World) -> None:
    bodies = Institution.objects.filter(is_fictitious=True)

    assert Complaint.objects.count() == 400
    assert breaches() == []
    assert check_powers(today=AT.date()) == []
    assert bodies.exclude(kind=Kind.UNIT).count() == 36
    assert bodies.filter(kind=Kind.UNIT).count() == 400
    assert Complaint.objects.values("holder").distinct().count() > 12
    assert Transition.objects.filter(at__gt=AT).count() == 0


def test_the_copies_are_reports_of_their_own_at_their_own_bodies(grown: World) -> None:
    first = User.objects.get(username="admin.instansi")
    copied = User.objects.get(username="admin.instansi.2")

    mine, theirs = ({row.pk for row in Complaint.objects.seen_by(actor_for(user, at=AT))} for user in (first, copied))
    assert mine
    assert theirs
    assert not mine & theirs
    assert Counter(Complaint.objects.values_list("tracking_id", flat=True)).most_common(1)[0][1] == 1
    assert len(set(map(bytes, Complaint.objects.values_list("code_hash", flat=True)))) == 400


def test_who_took_a_report_took_its_copy_at_the_other_body(grown: World) -> None:
    taken = Complaint.objects.exclude(assignee=None).select_related("assignee", "holder")
    copied = [row for row in taken if row.assignee is not None and row.assignee.username[-1:].isdigit()]

    assert copied
    for row in taken:
        assert Transition.objects.filter(complaint=row, kind="take").values_list("by", "data__assignee").get() == (row.assignee_id, row.assignee_id)
        assert row.assignee_id in Reference(AT).able(row.holder.path, is_oversight=False)


# rule -> what somebody with the database in their hands might do to a report
BROKEN: dict[str, str] = {
    "the report stands where its history says": "UPDATE complaints_complaint SET holder_id = (SELECT min(id) FROM institutions_institution) WHERE id = %s",
    "the queue is ordered by the earliest deadline of the handlers": "UPDATE complaints_complaint SET next_due_at = now() WHERE id = %s",
    "every deadline follows from its rule": "UPDATE complaints_clock SET due_at = due_at + interval '1 day' WHERE complaint_id = %s AND key = 'statutory_60'",
    "an address that was left is in the vault": "UPDATE complaints_complaint SET has_contact = true WHERE id = %s",
    "what was proved is a contact that was left":
        "INSERT INTO complaints_contact (complaint_id, verified_at, verified_by, code_salt, code_hash, code_tries, is_layered)"
        " VALUES (%s, now(), 'email', '', '', 0, false)",
    "every number carries its check character": "UPDATE complaints_complaint SET tracking_id = 'LPR-0000-0000-1' WHERE id = %s",
    "the chain of events is whole": "UPDATE complaints_complaint SET head = repeat('0', 64) WHERE id = %s",
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_each_broken_rule_is_found_and_named(world: World, rule: str) -> None:
    complaint = world.to_state("awaiting_followup", contact={})
    clean = breaches()

    with connection.cursor() as cursor:
        cursor.execute(BROKEN[rule], [complaint.pk])

    assert clean == []
    assert any(line.startswith(rule) for line in breaches())


def test_a_deadline_that_outlives_its_report_is_found(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    Complaint.objects.filter(pk=complaint.pk).update(state="closed", closure_kind="withdrawn", ended_at=world.at)

    found = breaches()

    assert any(line.startswith("no deadline outlives the end of a report") for line in found)


def test_a_history_with_a_gap_is_found(world: World) -> None:
    complaint = world.to_state("in_progress")
    last = Transition.objects.filter(complaint=complaint).latest("seq")
    Transition.objects.bulk_create(
        [
            Transition(
                complaint=complaint, seq=last.seq + 1, kind="answer", at=last.at - timedelta(days=1), by_id=last.by_id,
                state_before="awaiting_completion", state_after="closed", holder_before_id=last.holder_after_id,
                holder_after_id=last.holder_after_id, track="non_oversight", hash="x",
            )
        ]
    )  # fmt: skip

    found = {line.split(":")[0] for line in breaches()}

    assert {
        "each event begins where the one before it ended",
        "time does not run backwards in a history",
        "every step leads from a source to a target",
    } <= found


def test_the_command_says_that_all_is_well_or_fails(world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    out = StringIO()
    call_command("check_invariants", "--json", "--at", AT.isoformat(), stdout=out)
    Clock.objects.filter(complaint=complaint, key="first_response").update(due_at=AT)

    with pytest.raises(SystemExit):
        call_command("check_invariants", "--at", AT.isoformat(), stdout=StringIO())

    assert json.loads(out.getvalue()) == {"breaches": []}


@pytest.mark.night  # twenty thousand units
def test_the_command_grows_the_country_to_the_size_asked_for(empty: World) -> None:
    call_command("demo", "--reports", "3", "--size", "30", "--at", AT.isoformat(), stdout=StringIO())

    assert Complaint.objects.count() == 30
    assert Institution.objects.filter(is_fictitious=True, kind=Kind.UNIT).count() == 20_000
    assert breaches() == []


@pytest.mark.parametrize(("text", "size"), [("200k", 200_000), ("1m", 1_000_000), ("2M", 2_000_000), ("300", 300)])
def test_a_size_is_read_as_people_write_it(text: str, size: int) -> None:
    assert _size(text) == size


@pytest.mark.parametrize("text", ["", "k", "12x", "-5", "²"])
def test_what_is_no_size_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CommandError, match="is no size"):
        call_command("demo", "--size", text)
