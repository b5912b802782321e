"""What somebody sees who has the whole database: no reporter in clear; and what is found when they alter a row."""

import os

import psycopg
import pytest
from django.db import connection

from complaints.models import Complaint, Transition
from complaints.services import verify
from tests.world import World

MARKERS = ("Zznama Penanda", "zz-penanda@contoh.invalid", "0899-0000-7777", "+6289900007777", "89900007777")


def owner() -> str:
    return psycopg.conninfo.make_conninfo(os.environ["LAPOR_OWNER_URL"], dbname=connection.settings_dict["NAME"])


def rows_of_every_table() -> str:
    """Everything in every schema, as the server's owner reads it."""
    with psycopg.connect(owner()) as database:
        tables = database.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        names = [row[0] for row in tables.fetchall() if "region" not in row[0]]
        parts = []
        for name in names:
            with database.cursor().copy(psycopg.sql.SQL("COPY {} TO STDOUT").format(psycopg.sql.SQL(name))) as copy:
                parts += [bytes(block).decode(errors="replace") for block in copy]
    return "".join(parts)


@pytest.mark.parametrize("overrides", [{}, {"is_anonymous": True}, {"is_secret": True}], ids=["named", "anonymous", "secret"])
def test_the_servers_owner_finds_no_reporter_in_clear(committed: World, overrides: dict[str, bool]) -> None:
    contact = {"name": "Zznama Penanda", "email": "zz-penanda@contoh.invalid", "phone": "0899-0000-7777"}

    committed.to_state("reporter_replied", contact=contact, **overrides)

    everything = rows_of_every_table()
    assert "Jalan berlubang di depan pasar" in everything
    assert [marker for marker in MARKERS if marker in everything] == []


ALTERATIONS = {
    "UPDATE complaints_transition SET as_role = 'national_admin' WHERE seq = 3": {"altered"},
    "UPDATE complaints_transition SET at = at - interval '1 day' WHERE seq = 2": {"altered"},
    "DELETE FROM complaints_transition WHERE seq = 6": {"wrong_head"},
    "UPDATE complaints_entry SET text = 'Semua beres.' WHERE kind = 'final'": {"text_exchanged"},
    "UPDATE complaints_transition SET hash = repeat('0', 64), state_after = 'closed' WHERE seq = 4": {"altered", "broken_chain"},
}


@pytest.mark.parametrize(("alteration", "faults"), ALTERATIONS.items(), ids=range(len(ALTERATIONS)))
def test_a_row_altered_by_the_owner_is_found(committed: World, alteration: str, faults: set[str]) -> None:
    complaint = committed.to_state("closed")
    committed.to_state("in_progress")
    assert verify()[1] == []

    with psycopg.connect(owner(), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(f"{alteration} AND complaint_id = '{complaint.pk}'")

    found = verify()[1]
    assert {fault.what for fault in found} == faults
    assert {fault.tracking_id for fault in found} == {complaint.tracking_id}


def test_the_walk_reads_every_chain(committed: World) -> None:
    committed.to_state("closed")

    walked, faults = verify()

    assert (walked, faults) == (Transition.objects.count(), [])
    assert Complaint.objects.count() == 1


def test_the_applications_login_is_no_superuser_and_cannot_read_the_vault(committed: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolinherit FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
