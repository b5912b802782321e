"""What reports come to: a golden set worked out by hand, the cuts of it, what happens on the way, and the stock of open reports."""

from collections import Counter
from datetime import date, timedelta

import pytest

from monitoring.facts import CUTS, FactData, Key, change, facts, levels, sums, working_days
from tests.monitoring.golden import GOLDEN
from tests.monitoring.hand import AT, NAMES, OFF, PLACES, Row, worked

JUNE = [(date(2026, 6, 1) + timedelta(days=number)).isoformat() for number in range(30)]


def made(row: Row, upto: int | None = None) -> dict[int, FactData]:
    return {fact.institution: fact for fact in facts(row.history(upto), PLACES, worked, AT)}


def added(row: Row) -> dict[int, Counter[Key]]:
    return {place: sums(fact) for place, fact in made(row).items()}


def bare(cells: Counter[Key]) -> Counter[Key]:
    """Without the cuts."""
    return Counter({key: n for key, n in cells.items() if key[2] not in CUTS})


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row.name)
def test_each_report_adds_what_was_worked_out_by_hand(row: Row) -> None:
    found = {place: bare(cells) for place, cells in added(row).items() if cells}

    assert {NAME[place]: cells for place, cells in found.items()} == {NAME[place]: cells for place, cells in row.expected.items()}


NAME = {pk: name for name, pk in NAMES.items()}


def nation(measure: str, dim: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in GOLDEN:
        for (_day, name, where, value), n in added(row).get(1, Counter[Key]()).items():
            if (name, where) == (measure, dim):
                found[value] += n
    return dict(found)


def test_the_whole_set_by_every_cut() -> None:
    """42 rows: two are parts, four count nothing, 36 are left for the nation."""
    assert len(GOLDEN) == 42
    assert nation("received", "") == {"": 36}
    assert nation("received", "channel") == {"web": 34, "sms": 1, "walk_in": 1}
    assert nation("received", "topic") == {"roads": 34, "health": 1, "": 1}
    assert nation("received", "region") == {"33.74": 34, "91.03": 1, "": 1}
    assert nation("received", "track") == {"non_oversight": 34, "oversight": 2}
    assert nation("received", "kind") == {"complaint": 35, "information_request": 1}
    assert nation("received", "issue") == {"mbg": 2, "psn": 1}
    assert nation("validated", "") == {"": 27}  # seven wait for a desk, or were withdrawn before it
    assert nation("archived", "") == {"": 2}
    assert nation("completed", "closure") == {"reporter_confirmed": 4, "auto_no_reply": 2, "decision": 1, "handed_over": 1}
    assert nation("closed", "") == {"": 11}
    assert nation("closed", "track") == {"non_oversight": 10, "oversight": 1}
    assert nation("rated", "stars") == {"5": 3, "3": 1, "2": 1, "1": 1, "4": 1}
    assert nation("stars", "") == {"": 25}
    assert nation("stars", "topic") == {"roads": 23, "health": 2}
    assert nation("passed_60", "") == {"": 3}


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row.name)
def test_step_by_step_the_tallies_come_to_the_same(row: Row) -> None:
    """However many sweeps look in between, and although each of them sees the events that came last only then."""
    total: dict[int, Counter[Key]] = {}
    before: dict[int, FactData] = {}
    for upto in range(1, len(row.life.split(";")) + 1):
        after = made(row, upto)
        for place in before.keys() | after.keys():
            moved = change(before.get(place), after.get(place))
            assert 0 not in moved.values()
            total.setdefault(place, Counter()).update(moved)
        before = after

    assert {place: {key: n for key, n in cells.items() if n} for place, cells in total.items()} == {place: dict(cells) for place, cells in added(row).items()}


def test_a_fact_that_goes_takes_everything_along() -> None:
    for row in GOLDEN:
        for fact in made(row).values():
            assert change(fact, None) == Counter({key: -n for key, n in sums(fact).items()})
            assert change(fact, fact) == Counter()


def by_name(name: str) -> Row:
    return next(row for row in GOLDEN if row.name == name)


def stock(name: str, place: str, measure: str = "open", dim: str = "", value: str = "") -> list[int]:
    """The days of June at whose end it was there."""
    fact = made(by_name(name)).get(NAMES[place])
    found = levels(fact, JUNE) if fact is not None else Counter[Key]()
    return [int(day[-2:]) for day in JUNE if found[day, measure, dim, value]]


def test_the_stock_holds_a_report_from_the_day_it_comes_to_the_day_before_it_leaves() -> None:
    name = "handled from end to end"
    assert stock(name, "N") == [*range(1, 12)]
    assert stock(name, "A") == [*range(2, 12)]
    assert stock(name, "A1") == [*range(3, 12)]
    assert stock(name, "N", "open", "state", "awaiting_verification") == [1, 2]
    assert stock(name, "N", "open", "state", "awaiting_followup") == [3, 4]
    assert stock(name, "N", "open", "state", "in_progress") == [5, 6, 7, 8, 9]
    assert stock(name, "N", "open", "state", "awaiting_reporter") == [10, 11]
    assert stock(name, "N", "open", "band", "0-5") == [*range(1, 7)]
    assert stock(name, "N", "open", "band", "6-14") == [*range(7, 12)]
    assert stock(name, "A", "open", "track", "non_oversight") == [*range(2, 12)]


def test_the_stock_follows_returns_reopenings_and_what_is_left_out() -> None:
    assert stock("returned, and sent to the right one", "A") == [2, 3]
    assert stock("returned, and sent to the right one", "B") == [*range(5, 31)]
    assert stock("reopened and closed again", "A") == [1, 2, 5, 6, 7, 8]
    assert stock("archived by a city, restored to the nation", "A") == [1]
    assert stock("archived by a city, restored to the nation", "N") == [1, 4, *range(5, 31)]
    assert stock("spam", "N") == []
    assert stock("a part of a unit counts below the nation", "N") == []
    assert stock("a part of a unit counts below the nation", "A") == [*range(2, 31)]
    assert stock("near midnight: tomorrow in the far east", "T") == [*range(2, 31)]
    assert stock("raised to the oversight track, handed to the supervisor", "A2", "open", "issue", "psn") == [*range(2, 31)]


def test_the_stock_past_day_60_begins_the_day_after_and_keeps_what_was_answered_late() -> None:
    assert stock("past the 60 days of the law, fallen due at the unit", "A1", "open_over_60") == [*range(21, 31)]
    assert stock("answered too late", "N", "open_over_60") == [21, 22]
    assert stock("handled from end to end", "N", "open_over_60") == []


def test_who_waits_for_the_reporter_or_on_a_hold_has_left_nothing_alone() -> None:
    assert made(by_name("handled from end to end"))[3].stays == [
        ["2026-06-03", "2026-06-04", "awaiting_followup", "2026-06-03"],
        ["2026-06-05", "2026-06-09", "in_progress", "2026-06-05"],
        ["2026-06-10", "2026-06-11", "awaiting_reporter", None],
    ]
    assert [stay[3] for stay in made(by_name("held for a week"))[2].stays] == ["2026-06-01", None, "2026-06-10", None]


def test_what_is_open_here_and_the_last_day_of_it() -> None:
    returned = made(by_name("returned, and sent to the right one"))
    assert {NAME[place]: fact.is_open for place, fact in returned.items()} == {"N": True, "A": False, "B": True}
    assert {NAME[place]: fact.last_on for place, fact in returned.items()} == {"N": "2026-06-05", "A": "2026-06-04", "B": "2026-06-05"}
    assert made(by_name("closed by decision without a follow-up"))[1].is_secret
    assert not made(by_name("merged"))[1].is_counted


def test_working_days_are_counted_as_day_by_day() -> None:
    days = [date(2026, 5, 28) + timedelta(days=number) for number in range(40)]
    for week in (5, 6):
        off = [day for day in (*OFF, date(2026, 6, 17)) if day.weekday() < week]
        for first in days:
            for last in days:
                slow = sum(1 for day in days if first < day <= last and day.weekday() < week and day not in off)
                assert working_days(first, last, off, week) == slow


AT_UNIT = "1 submit N; 2 dispose_to_institution A; 3 dispose_to_unit A1"


@pytest.mark.parametrize(
    ("end", "clock", "is_met"),
    [
        ("4 archive too_general", "stop 4", False),
        ("4 withdraw", "stop 4", False),
        ("4 hold; 5 withdraw", "pause 4 hold stop 5", False),
        ("4 respond", "stop 4", True),
        ("4 answer", "pause 4 answer", True),
        ("4 answer; 5 reply; 6 withdraw", "pause 4 answer resume 5 stop 6", False),
        ("4 close_by_decision", "stop 4", True),
        ("4 hold; 5 close_by_decision", "pause 4 hold stop 5", True),
        ("4 hand_over", "stop 4", True),
        ("9 archive too_general", "stop 9", None),
    ],
)
@pytest.mark.parametrize("key", ["first_response", "resolution_non_oversight", "urgent_response"])
def test_where_people_are_owed_an_act_only_an_act_keeps_the_deadline(end: str, clock: str, is_met: bool | None, key: str) -> None:
    row = Row("owed", f"{AT_UNIT}; {end}", clocks=f"{key} 3>8 {clock}")
    found = {measure for _day, measure, dim, _value in added(row)[NAMES["A1"]] if dim == "clock"}

    assert found == ({"missed"} if is_met is None else {"met"} if is_met else set())


def test_a_desk_that_archives_has_verified_in_time() -> None:
    row = Row("verified", "1 submit N; 2 archive too_general", clocks="verify_national 1>4 stop 2")

    assert added(row)[NAMES["N"]]["2026-06-02", "met", "clock", "verify_national"] == 1
