"""The demo told by one process and by two: the same stories, step by step."""

import pytest

from tests.lapor.launching import new_home

pytestmark = pytest.mark.night

# Every report with the events of its history, in an order that does not depend on who wrote first.
TOLD = """
SELECT concat_ws('|', title, submitted_at, state, version, (
    SELECT string_agg(concat_ws(' ', event.kind, event.at, event.reason, event.by_id), ', ' ORDER BY event.seq)
    FROM complaints_transition AS event WHERE event.complaint_id = complaint.id))
FROM complaints_complaint AS complaint ORDER BY 1
"""


def told_by(hands: int) -> list[str]:
    with new_home() as home:
        for command in (["load_reference"], ["demo", "--reports", "40", "--at", "2026-11-24T12:00+07:00", "--hands", str(hands), "--ticket", "latihan"]):
            done = home.command("manage", *command)
            assert done.returncode == 0, done.stderr
        done = home.command("psql", "-XAtc", TOLD)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


def test_two_hands_tell_what_one_tells() -> None:
    one = told_by(1)

    assert len(one) >= 40
    assert told_by(2) == one
