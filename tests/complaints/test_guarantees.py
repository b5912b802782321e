"""What the database holds to by itself: the ledger, the shape of a case, and one winner of a race."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from complaints import services
from complaints.models import Complaint, Transition
from lapor.ground.problems import Refusal
from tests.world import World


@pytest.mark.parametrize("table", ["complaints_transition", "complaints_clockevent", "complaints_reading", "institutions_change"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_what_has_been_written(world: World, table: str, statement: str) -> None:
    complaint = world.to_state("in_progress")
    services.read_identity(complaint, by=world.actor("liaison"), at=world.at, reason="x")

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is pending would refuse a truncation before the trigger does
        with pytest.raises(DatabaseError, match=r"Cannot (update|truncate)"), transaction.atomic():
            cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'closed'",
        "state = 'selesai'",
        "closure_kind = 'decision'",
        "rating = 6",
        "track = 'oversight'",
        "title = ''",
        "lead_id = id",
        "ended_at = now()",
    ],
)
def test_the_database_refuses_a_complaint_that_cannot_be(world: World, change: str) -> None:
    complaint = world.to_state("in_progress")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_complaint SET {change} WHERE id = %s", [complaint.pk])  # noqa: S608


def test_of_two_officers_at_once_one_wins(committed: World) -> None:
    complaint = committed.to_state("at_city")
    at, version, answers = committed.at, complaint.version, []
    barrier = threading.Barrier(8)

    def act(number: int) -> None:
        try:
            actor = committed.actor("admin" if number % 2 else "admin2")
            barrier.wait()
            given: dict[str, Any] = {"target": "kota-uji-dpu"} if number % 3 else {"reason": "too_general", "text": "x"}
            services.advance(complaint.pk, "dispose_to_unit" if number % 3 else "archive", by=actor, at=at, version=version, given=given)
            answers.append(200)
        except Refusal as refused:
            answers.append(refused.status)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] + [409] * 7
    assert Transition.objects.filter(complaint=complaint).count() == 3


def test_the_same_key_sent_twice_at_once_makes_one_report(committed: World) -> None:
    from tests.world import COMPLAINT  # noqa: PLC0415

    numbers_given: list[str] = []
    key = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    barrier = threading.Barrier(4)

    def send() -> None:
        try:
            actor = committed.reporter()
            barrier.wait()
            numbers_given.append(services.submit(COMPLAINT, by=actor, at=committed.at, idempotency_key=key).complaint.tracking_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers_given) == 4
    assert len(set(numbers_given)) == 1
    assert Complaint.objects.count() == 1
