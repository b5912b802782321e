"""What a masked copy of an edition lets nobody work out, shown on snapshots as small as the case."""

from collections.abc import Mapping
from typing import Any

import pytest

from monitoring.indicators import INDICATORS, MEAN
from reports.snapshot import masked
from reports.snapshot.cells import count, share

Data = dict[str, Any]
LEAST = 10


def indicator(key: str, top: int, bottom: int | None = None, **more: Any) -> Data:
    value = {"value": str(top), "numerator": top} if bottom is None else {**share(top, bottom), "n": bottom}
    return {"key": key, **value, "light": "none", "before": {"value": None, "missing": "nothing"}, **more}


def snapshot(*indicators: Data, tables: tuple[Data, ...] = ()) -> Data:
    ledger = {"event": 7, "reports": 3, "root": "00"}
    return {"recorded": {}, "ledger": ledger, "indicators": list(indicators), "tables": list(tables), "over_60": {"count": 0, "listed": [], "not_listed": 0}}


def table(key: str, columns: tuple[str, ...], rows: Mapping[str, tuple[Data, ...]]) -> Data:
    return {"key": key, "columns": list(columns), "rows": [{"key": row, "cells": dict(zip(columns, cells, strict=True))} for row, cells in rows.items()]}


def told(found: Data) -> dict[str, str | None]:
    return {row["key"]: row["value"] for row in masked(found, LEAST)["indicators"]}


def cells(found: Data, key: str = "") -> dict[str, list[str | None]]:
    rows = next(one for one in masked(found, LEAST)["tables"] if not key or one["key"] == key)["rows"]
    return {row["key"]: [cell["value"] for cell in row["cells"].values()] for row in rows}


def test_an_index_is_not_told_where_a_part_of_it_is_not_and_its_parts_never() -> None:
    parts = {"followup_rate": "94.12", "satisfaction": "80.00"}
    index = {**indicator("composite", 0), "value": "87.18", "numerator": None, "parts": parts}
    hidden = masked(snapshot(indicator("followup_rate", 48, 51), index), LEAST)["indicators"]
    whole = masked(snapshot(indicator("followup_rate", 30, 51), index), LEAST)["indicators"]

    assert [(row["value"], row.get("missing")) for row in hidden] == [(None, "few"), (None, "few")]
    assert (whole[1]["value"], "parts" in whole[1]) == ("87.18", False)


@pytest.mark.parametrize(("received", "validated", "responded", "followed_up", "out"), [
    (100, 60, 48, 45, {"followup_rate"}),  # three were answered and not followed up
    (100, 97, 60, 45, {"response_rate", "followup_rate"}),  # three were not found valid
    (100, 80, 60, 45, set()),
    (100, 80, 75, 45, {"response_rate"}),
])  # fmt: skip
def test_parts_of_one_whole_stand_beside_each_other_only_where_they_differ_by_enough(
    received: int, validated: int, responded: int, followed_up: int, out: set[str]
) -> None:
    shares = indicator("response_rate", responded, validated), indicator("followup_rate", followed_up, validated)
    found = told(snapshot(indicator("received", received), *shares))

    assert {key for key, value in found.items() if value is None} == out


def clocks(**counts: tuple[int, int]) -> Data:
    rows = {key: (count(met), count(missed), share(met, met + missed)) for key, (met, missed) in counts.items()}
    return table("clocks", ("met", "missed", "share"), rows)


def test_met_missed_and_their_share_are_told_together_or_not_at_all() -> None:
    found = cells(snapshot(tables=(clocks(first_response=(30, 3), statutory_60=(40, 20), reply_handling=(50, 30)),)))

    assert found == {"first_response": [None] * 3, "statutory_60": ["40", "20", "66.67"], "reply_handling": ["50", "30", "62.50"]}


def test_a_deadline_follows_not_from_the_sum_of_its_kind() -> None:
    timely = indicator("verification_timeliness", 64, 94)
    found = cells(snapshot(timely, tables=(clocks(verify_national=(4, 10), verify_institution=(60, 20), first_response=(20, 15)),)))

    assert found["verify_institution"] == found["verify_national"] == [None] * 3  # 64 less 60 leaves four
    assert found["first_response"][0] == "20"


@pytest.mark.parametrize(("confirmed", "silent", "decided", "told"), [
    (80, 12, 4, [None, None, None]),  # 96 less 12 by silence, which the share tells, less 80 leaves four
    (80, 4, 30, ["80", None, None]),
    (80, 12, 30, ["80", "12", "30"]),
])  # fmt: skip
def test_how_reports_were_completed_follows_not_from_the_share_of_silence(confirmed: int, silent: int, decided: int, told: list[str | None]) -> None:
    rows = {"reporter_confirmed": (count(confirmed),), "auto_no_reply": (count(silent),), "decision": (count(decided),)}
    found = cells(snapshot(indicator("auto_close_share", silent, confirmed + silent + decided), tables=(table("closures", ("completed",), rows),)))

    assert [found[key][0] for key in rows] == told


@pytest.mark.parametrize(("ones", "told"), [(3, [None] * 3), (11, ["60", "20", "11"])])
def test_of_stars_all_are_told_or_none(ones: int, told: list[str | None]) -> None:
    rows = {"5": (count(60),), "3": (count(20),), "1": (count(ones),)}
    found = cells(snapshot(tables=(table("stars", ("rated",), rows),)))

    assert [found[key][0] for key in rows] == told  # two that are hidden follow from how many rated and the sum of their stars


def test_a_hub_reads_how_many_of_its_members_have_not_reported() -> None:
    found = cells(snapshot(tables=(table("submissions", ("in_time", "submitted_late", "missing"), {"micro": (count(3), count(1), count(2))}),)))

    assert found == {"micro": ["3", "1", "2"]}


def test_the_line_of_months_is_in_no_masked_copy() -> None:
    kept = table("topics", ("received",), {"a": (count(20),)})

    assert [one["key"] for one in masked(snapshot(tables=(table("trend", ("received",), {"2026-09": (count(6),)}), kept)), LEAST)["tables"]] == ["topics"]


def test_what_a_row_leaves_is_not_small_nor_what_a_column_leaves() -> None:
    rows = {"a": (count(20), count(17)), "b": (count(50), count(30)), "c": (count(60), count(40))}
    found = cells(snapshot(tables=(table("topics", ("received", "followed_up"), rows),)))

    assert found == {"a": ["20", None], "b": ["50", None], "c": ["60", "40"]}


def test_of_the_places_of_the_annex_none_follows_from_the_others() -> None:
    def cell(key: str, top: int, bottom: int | None = None) -> Data:
        found = indicator(key, top, bottom)
        return {name: value for name, value in found.items() if name not in {"key", "light", "before"}}

    rows = {name: (cell("received", n), cell("response_rate", responded, n)) for name, n, responded in (("x", 28, 14), ("y", 40, 20), ("z", 3, 1))}
    found = cells(snapshot(tables=(table("annex", ("received", "response_rate"), rows),)))

    assert found == {"x": [None, None], "y": ["40", "50.00"], "z": [None, None]}


def test_of_a_mean_the_sum_is_no_count() -> None:
    means = [key for key, row in INDICATORS.items() if row.shape == MEAN]
    stars = {**indicator("satisfaction", 9, 12), "value": "0.75"}

    assert "satisfaction" in means
    assert told(snapshot(stars)) == {"satisfaction": "0.75"}
    assert told(snapshot({**stars, "numerator": 40, "denominator": 9})) == {"satisfaction": None}
