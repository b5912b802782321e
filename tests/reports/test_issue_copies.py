"""What the owner of an issue reads of its report, who reads all of it, and what no copy lets anybody work out."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from complaints.models import Complaint
from lapor.ground.problems import Refusal
from monitoring.services import measure
from reports import services
from reports.faces import DRAW, draw
from reports.models import Edition
from reports.snapshot import masked
from reports.snapshot.cells import count, share
from tests.monitoring.books import book
from tests.pages import page
from tests.reports.figures import AFTER, DAY, ROADS, frozen, frozen_of_issue, issue_of
from tests.reports.test_issues import AT, YEAR_END, cells, figures, read_of, roads
from tests.world import World

__all__ = ["roads"]


def elsewhere(world: World, city: Mapping[Any, int], nation: Mapping[Any, int]) -> dict[str, dict[str, Any]]:
    """The figures as the city, which owns the issue, reads them: `city` is what lies there, `nation` all there is."""
    issue_of(world.city)
    for place, counts in ((world.city, city), (world.nation, nation)):
        book(place, DAY, {(measure, "issue", ROADS): n for measure, n in counts.items()})
    return figures(services.document_of(frozen_of_issue(world), is_masked=True, at=AFTER).snapshot)


def test_the_owner_is_not_told_what_little_lies_elsewhere(world: World) -> None:
    told = elsewhere(world, {"received": 40, "validated": 40, "followed_up": 20}, {"received": 43, "validated": 43, "followed_up": 23})

    assert {key: told[key]["value"] for key in ("received", "followup_rate")} == {"received": None, "followup_rate": None}


def test_the_owner_is_told_what_stands_for_many_elsewhere_too(world: World) -> None:
    told = elsewhere(world, {"received": 40, "validated": 40, "followed_up": 20}, {"received": 80, "validated": 80, "followed_up": 40})

    assert {key: told[key]["value"] for key in ("received", "followup_rate")} == {"received": "80", "followup_rate": "50.00"}


def test_whoever_stands_above_the_owner_is_not_told_what_little_lies_elsewhere_either(world: World) -> None:
    """A unit owns the issue, and half of the reports lie at it; all but three lie at its institution."""
    issue_of(world.unit)
    for place, n in ((world.unit, 20), (world.city, 40), (world.nation, 43)):
        book(place, DAY, {("received", "issue", ROADS): n})

    found = services.document_of(frozen_of_issue(world), is_masked=True, at=AFTER).snapshot

    assert figures(found)["received"]["value"] is None


def test_what_little_is_left_elsewhere_of_a_share_is_not_told(world: World) -> None:
    """Elsewhere 18 of 20 were followed up: two were not."""
    told = elsewhere(world, {"received": 40, "validated": 40, "followed_up": 20}, {"received": 60, "validated": 60, "followed_up": 38})

    assert (told["received"]["value"], told["followup_rate"]["value"]) == ("60", None)


def _table(key: str, rows: Mapping[str, tuple[int, ...]], columns: tuple[str, ...] = ("received", "followed_up")) -> dict[str, Any]:
    found = [{"key": row, "cells": {name: count(n) for name, n in zip(columns, counts, strict=True)}} for row, counts in rows.items()]
    return {"key": key, "columns": list(columns), "rows": found}


def _snapshot(whole: list[dict[str, Any]], own: list[dict[str, Any]], *, over: int = 0, own_over: int = 0) -> dict[str, Any]:
    return {
        "recorded": {}, "ledger": {"event": 7, "reports": 3, "root": "00"}, "indicators": [], "tables": whole,
        "over_60": {"count": over, "listed": [{"number": "LPR-1"}], "not_listed": 0},
        "at_owner": [{"indicators": {}, "before": {}, "tables": own, "over_60": own_over}],
    }  # fmt: skip


@pytest.mark.parametrize(("own", "told"), [
    ((30, 30), {"a": "42", "b": "30"}),  # twelve elsewhere
    ((39, 30), {"a": None, "b": "30"}),  # three of the first elsewhere, none of the second: that one tells nothing of it
    ((39, 15), {"a": None, "b": None}),  # three and fifteen: what is left of the whole would tell the three
])  # fmt: skip
def test_a_row_of_which_little_lies_elsewhere_is_not_told_nor_what_gives_it_away(own: tuple[int, int], told: dict[str, str | None]) -> None:
    whole = _table("topics", {"a": (42, 20), "b": (30, 20)})
    mine = _table("topics", {"a": (own[0], 0), "b": (own[1], 0)})

    found = masked(_snapshot([whole], [mine]), 10)

    assert {row: cell["received"] for row, cell in cells(found, "topics").items()} == told
    assert "at_owner" not in found


def test_of_the_institutions_none_follows_from_the_others_and_ones_own() -> None:
    def row(n: int, responded: int) -> dict[str, Any]:
        return {"received": {"value": str(n), "numerator": n}, "response_rate": {**share(responded, n), "n": n}}

    rows = [{"key": key, "cells": row(n, responded)} for key, n, responded in (("mine", 50, 25), ("x", 4, 2), ("y", 44, 22), ("z", 60, 30))]
    table = {"key": "institutions", "columns": ["received", "response_rate"], "rows": rows}
    own = {**table, "rows": rows[:1]}

    found = cells(masked(_snapshot([table], [own]), 10), "institutions")

    none = {"received": None, "response_rate": None}
    assert found == {"mine": {"received": "50", "response_rate": "50.00"}, "x": none, "y": none, "z": {"received": "60", "response_rate": "50.00"}}


@pytest.mark.parametrize(("whole", "told"), [(103, None), (121, "15")])
def test_what_lies_at_no_institution_follows_from_none(whole: int, told: str | None) -> None:
    """Of 103 four lie at the national desk alone; of 121 twenty-two do."""
    rows = [{"key": key, "cells": {"received": {"value": str(n), "numerator": n}}} for key, n in (("mine", 40), ("x", 15), ("y", 44))]
    table = {"key": "institutions", "columns": ["received"], "rows": rows}
    found = _snapshot([table], [{**table, "rows": rows[:1]}])
    received = {"key": "received", "value": str(whole), "numerator": whole, "light": "none", "before": {"value": None, "missing": "nothing"}}

    assert cells(masked(found | {"indicators": [received]}, 10), "institutions")["x"]["received"] == told


@pytest.mark.parametrize(("count_", "own", "told"), [(30, 12, 30), (30, 27, None), (4, 4, None), (0, 0, 0), (12, 12, 12)])
def test_how_many_are_past_60_days_tells_of_no_few_elsewhere(count_: int, own: int, told: int | None) -> None:
    over = masked(_snapshot([], [], over=count_, own_over=own), 10)["over_60"]

    assert (over["count"], over["listed"]) == (told, [])


def test_the_owner_reads_a_copy_of_its_own_and_the_nation_all(world: World, roads: dict[str, Complaint], client: Client, clock: Any) -> None:
    at = AT + timedelta(days=60)
    clock.move_to(at)
    measure(at=at)
    issue_of(world.city)
    edition = frozen_of_issue(world, period=YEAR_END, at=at)
    Edition.objects.filter(pk=edition.pk).update(state="submitted", submitted_on=date(2027, 3, 8))

    seen = {name: services.reads_whole(edition, world.actor(name, at=at)) for name in ("admin", "superior", "patron", "national", "auditor", "ombudsman")}
    assert seen == {"admin": False, "superior": False, "patron": False, "national": True, "auditor": True, "ombudsman": True}
    assert world.login(Client(), "admin").get(f"/meja/ukuran/isu/{ROADS}/?scope=nation").status_code == 404  # as on the boards
    told = {name: page(world.login(Client(), name).get(f"/meja/evaluasi/{edition.pk}/")) for name in ("admin", "national")}
    assert roads["ministry"].tracking_id in told["national"]
    for complaint in roads.values():
        assert complaint.tracking_id not in told["admin"]
    assert edition.sha256 in told["national"]
    assert edition.sha256 not in told["admin"]
    assert 'class="note"' in told["admin"]
    assert 'class="note"' not in told["national"]
    masked_copy = services.document_of(edition, is_masked=True, at=at)
    assert not {"at_owner", "recorded"} & set(json.loads(draw(masked_copy, "json", "id"))["snapshot"])
    for kind in DRAW:
        said = read_of(draw(masked_copy, kind, "id"), kind)
        assert not [complaint for complaint in roads.values() if complaint.tracking_id in said]


def test_an_issue_of_the_nation_is_submitted_by_one_officer_of_the_desk_and_accepted_by_another(world: World) -> None:
    edition = frozen_of_issue(world)
    assert {row for row in ("review", "submit") if getattr(Edition.objects.with_acts(world.actor("national")).get(), f"may_{row}")} == {"review", "submit"}
    services.review(edition.pk, by=world.actor("national"), at=AFTER)
    sent = services.submit(edition.pk, by=world.actor("national"), at=AFTER)
    assert sent.number.startswith("1/")
    with pytest.raises(Refusal):
        services.accept(edition.pk, by=world.actor("national"), at=AFTER)
    assert services.accept(edition.pk, by=world.actor("national2"), at=AFTER).state == "accepted"


def test_the_books_refuse_an_issue_without_its_kind_of_report_and_the_other_way_round(world: World) -> None:
    edition = frozen(world)
    row = {field.attname: getattr(edition, field.attname) for field in Edition._meta.concrete_fields if field.attname != "id"}
    for change in ({"template": "issue", "scope": "issue:x"}, {"scope": "other", "issue_id": ROADS}):
        with pytest.raises(IntegrityError, match="edition_issue_is_named"), transaction.atomic():
            Edition.objects.create(**row | change)
