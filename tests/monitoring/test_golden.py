"""Every indicator on the golden set: the table's sums, added up by hand, and what the engine makes of the same lives."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from monitoring.facts import FactData, facts, levels, sums
from monitoring.indicators import measure_all
from tests.monitoring.golden import GOLDEN
from tests.monitoring.hand import AT, PLACES, Row, worked
from tests.monitoring.test_indicators import LIMITS, Key, Paper

NATION, CITY = 1, 2
Sums = Callable[[Row, int], Counter[tuple[object, str, str, str]]]

# indicator: value, numerator, denominator, median, 90th percentile; of the 36 reports that count for the nation and the 30 of the city,
# of which 27 and 27 were found valid: of the nation two were archived and seven wait for a desk or were withdrawn before it.
# The nation has 25 open at the end: 36 received, 2 archived, 11 closings of which 2 were opened again.
BY_HAND: dict[int, dict[str, tuple[str | None, int | None, int | None, int | None, int | None]]] = {
    NATION: {
        "received": ("36", 36, None, None, None),
        "verification_timeliness": ("60.00", 3, 5, None, None),
        "verification_time": ("0.96", 43, 45, 1, 2),
        "response_time": ("3.14", 44, 14, 1, 9),
        "response_rate": ("51.85", 14, 27, None, None),
        "followup_rate": ("48.15", 13, 27, None, None),
        "completion_rate": ("29.63", 8, 27, None, None),
        "clearance_rate_flow": ("30.56", 11, 36, None, None),
        "clearance_rate_cohort": ("22.22", 8, 36, None, None),
        "backlog": ("25", 25, None, None, None),
        "backlog_months": ("2.27", 25, 11, None, None),
        "followup_time": ("3.69", 48, 13, 2, 7),
        "followup_time_raw": ("4.08", 53, 13, 2, 9),
        "handling_time": ("8.18", 90, 11, 4, 17),
        "sla_compliance": ("71.43", 5, 7, None, None),
        "first_response_timeliness": ("100.00", 1, 1, None, None),
        "over_60": ("11.11", 3, 27, None, None),
        "return_rate": ("21.05", 4, 19, None, None),
        "misroute_rate": ("21.05", 4, 19, None, None),
        "pend_rate": ("3.39", 2, 59, None, None),
        "archive_rate": ("5.56", 2, 36, None, None),
        "reopen_rate": ("18.18", 2, 11, None, None),
        "auto_close_share": ("25.00", 2, 8, None, None),
        "satisfaction": (None, None, None, None, None),  # seven ratings: too few to be told
        "rating_response": ("63.64", 7, 11, None, None),
        "reply_handled": ("50.00", 1, 2, None, None),
        # (30 x 48.15 + 20 x 71.43 + 15 x 30.56) / 65: nothing is known of satisfaction, quality and decrees
        "composite": ("51.25", None, 65, None, None),
    },
    CITY: {
        "received": ("30", 30, None, None, None),
        "verification_time": ("0.59", 16, 27, 1, 1),
        "followup_rate": ("51.85", 14, 27, None, None),
        "completion_rate": ("29.63", 8, 27, None, None),
        "clearance_rate_flow": ("30.00", 9, 30, None, None),
        "followup_time": ("3.85", 50, 13, 2, 7),
        "handling_time": ("9.22", 83, 9, 8, 22),
        "return_rate": ("23.53", 4, 17, None, None),
        "misroute_rate": ("14.29", 1, 7, None, None),
        "auto_close_share": ("25.00", 2, 8, None, None),
        "composite": ("52.83", None, 65, None, None),  # (30 x 51.85 + 20 x 71.43 + 15 x 30) / 65
    },
}


def on_paper(row: Row, place: int) -> Counter[tuple[object, str, str, str]]:
    return Counter(row.expected.get(place, {}))


def at(row: Row, place: int) -> list[FactData]:
    return [fact for fact in facts(row.history(), PLACES, worked, AT) if fact.institution == place]


def by_the_engine(row: Row, place: int) -> Counter[tuple[object, str, str, str]]:
    return sum((Counter(sums(fact)) for fact in at(row, place)), Counter())


def open_at_the_end(place: int) -> int:
    return sum(levels(fact, ["2026-06-30"])["2026-06-30", "open", "", ""] for row in GOLDEN for fact in at(row, place))


@pytest.mark.parametrize("source", [on_paper, by_the_engine])
@pytest.mark.parametrize("place", [NATION, CITY])
def test_every_indicator_is_exact(source: Sums, place: int) -> None:
    total: Counter[Key] = Counter()
    for row in GOLDEN:
        for (_day, *key), n in source(row, place).items():
            total[tuple(key)] += n  # type: ignore[index]
    found = measure_all(Paper(total, {"open": open_at_the_end(place)}, Fraction(1)), LIMITS)

    assert {
        key: (None if found[key].value is None else str(found[key].value), found[key].numerator, found[key].denominator, found[key].median, found[key].p90)
        for key in BY_HAND[place]
    } == BY_HAND[place]
