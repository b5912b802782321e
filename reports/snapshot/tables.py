"""The tables of a snapshot: what was counted, cut in every way that a report shows."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from institutions.models import Institution, PriorityIssue, Region, Topic
from lapor.ground.shares import hidden
from monitoring.facts import PEOPLE
from monitoring.figures import Figures, Period, Scope, breakdown, by_month, by_place, cells_of, crossed, people_by_month
from monitoring.indicators import measure_all
from monitoring.telling import hidden_over_time

from .canonical import Data
from .cells import cell, counts, few, mean, share

BANDS = ("0-5", "6-14", "15-30", "31-60", "61+")
CUT = ("received", "followed_up", "completed", "passed_60")
ANNEX = (
    "received", "verification_timeliness", "response_rate", "followup_rate", "completion_rate", "clearance_rate_flow", "sla_compliance", "followup_time",
    "handling_time", "backlog", "open_over_60", "satisfaction",
)  # fmt: skip
OF_ISSUE = ("received", "response_rate", "followup_rate", "completion_rate", "clearance_rate_flow", "backlog", "satisfaction")
OF_PLACES = ("annex", "institutions")  # tables of indicators, a row a place


class Cut(NamedTuple):
    """A table of one dim that holds counts of all cuts."""

    key: str
    chapter: int
    dim: str


CUTS = (
    Cut("channels", 3, "channel"), Cut("kinds", 4, "kind"), Cut("tracks", 4, "track"), Cut("topics", 4, "topic"), Cut("regions", 4, "region"),
    Cut("issues", 13, "issue"),
)  # fmt: skip


class Mix(NamedTuple):
    """A table of one measure by one small dim."""

    key: str
    chapter: int
    measure: str
    dim: str


MIXES = (
    Mix("closures", 6, "completed", "closure"),
    Mix("pend_reasons", 8, "pended", "reason"),
    Mix("archive_reasons", 8, "archived", "reason"),
    Mix("stars", 9, "rated", "stars"),
)


def table(key: str, chapter: int, dim: str, columns: Iterable[str], rows: list[Data]) -> Data:
    return {"key": key, "chapter": chapter, "dim": dim, "columns": list(columns), "rows": rows}


def _largest(rows: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    return dict(sorted(rows.items(), key=lambda item: (-item[1].get("received", 0), item[0])))


def _named(found: list[Data], most: int) -> None:
    """Give topics, regions and issues the names that they have now, in both languages."""
    by_key = {row["key"]: row for row in found}
    if not by_key:
        return
    topics, regions, issues = by_key["topics"], by_key["regions"], {row["key"]: row for row in by_key["issues"]["rows"]} if "issues" in by_key else {}
    for row in (topics, regions):
        row["more"] = max(len(row["rows"]) - most, 0)
        row["rows"] = row["rows"][:most]
    codes = [row["key"] for row in topics["rows"]]
    names = {code: {"id": one, "en": other} for code, one, other in Topic.objects.filter(pk__in=codes).values_list("code", "name_id", "name_en")}
    where = dict(Region.objects.filter(pk__in=[row["key"] for row in regions["rows"]]).values_list("code", "label"))
    for row in topics["rows"]:
        row["names"] = names.get(row["key"])
    for code, one, other in PriorityIssue.objects.filter(pk__in=list(issues)).values_list("code", "name_id", "name_en"):
        issues[code]["names"] = {"id": one, "en": other}
    for row in regions["rows"]:
        row["names"] = {"id": where[row["key"]], "en": where[row["key"]]} if row["key"] in where else None


def all_cuts(scope: Scope, period: Period) -> list[Data]:
    """Channels, kinds, tracks, topics, regions and issues; of an issue all but the issues. Every value, without its name."""
    cuts = [cut for cut in CUTS if cut.dim != scope.cut[0]]
    by_dim = crossed(scope, period, tuple(cut.dim for cut in cuts), CUT) if scope.cut[0] else {cut.dim: breakdown(scope, period, cut.dim, CUT) for cut in cuts}
    return [table(cut.key, cut.chapter, cut.dim, CUT, counts(_largest(by_dim[cut.dim]), CUT)) for cut in cuts]


def cut_tables(scope: Scope, period: Period, *, most: int) -> list[Data]:
    """The same with their names; of topics and regions the largest."""
    found = all_cuts(scope, period)
    _named(found, most)
    return found


def mix_tables(figures: Figures) -> list[Data]:
    """Reasons, closures and stars, and the open reports by age and state."""
    found = []
    for mix in MIXES:
        values = dict(sorted(figures.values(mix.measure, mix.dim).items()))
        found.append(table(mix.key, mix.chapter, mix.dim, (mix.measure,), counts({key: {mix.measure: n} for key, n in values.items()}, (mix.measure,))))
    bands = figures.stocks("open", "band")
    states = dict(sorted(figures.stocks("open", "state").items()))
    known = {band: {"open": bands.get(band, 0)} for band in BANDS} if bands else {}
    found.append(table("bands", 6, "band", ("open",), counts(known, ("open",))))
    found.append(table("states", 6, "state", ("open",), counts({key: {"open": n} for key, n in states.items()}, ("open",))))
    return found


def clock_table(figures: Figures) -> Data:
    """Deadlines kept and missed, each kind for itself."""
    met, missed = figures.values("met", "clock"), figures.values("missed", "clock")
    rows: list[Data] = []
    for key in sorted(met.keys() | missed.keys()):
        kept, lost = met.get(key, 0), missed.get(key, 0)
        rows.append({"key": key, "cells": {"met": {"value": str(kept)}, "missed": {"value": str(lost)}, "share": share(kept, kept + lost)}})
    return table("clocks", 5, "clock", ("met", "missed", "share"), rows)


def people_tables(figures: Figures, least: int) -> list[Data]:
    """Who reports and how content they are, as far as they told; a cell below the threshold, or one from which together with reports of
    shorter periods such a cell follows, is not written down at all.
    """

    def rule(cells: Mapping[str, int]) -> frozenset[str]:
        return hidden(cells, least)

    found, months = [], people_by_month(figures.scope, figures.period, ("received", "rated"))
    for dim in PEOPLE:
        received, rated, stars = (dict(figures.values(measure, dim)) for measure in ("received", "rated", "stars"))
        out = {measure: hidden_over_time(cells_of(months, measure, dim), figures.period, rule) for measure in ("received", "rated")}
        rows = counts({key: {"received": received.get(key, 0), "rated": rated.get(key, 0)} for key in sorted(received | rated)}, ("received", "rated"), out=out)
        for row in rows:
            n = rated.get(row["key"], 0)
            is_told = row["cells"]["rated"]["value"] is not None and (n == 0 or n >= least)
            row["cells"]["stars_mean"] = mean(stars.get(row["key"], 0), n) if is_told else few()
        found.append(table(dim, 12, dim, ("received", "rated", "stars_mean"), rows))
    return found


def trend_table(scope: Scope, period: Period, months: int) -> Data:
    """Month by month up to the end of the period."""
    last = period.months[-1]
    run, day = [], last
    for _number in range(months):
        run.append(day)
        day = Period.of("month", day).before.first
    columns = ("received", "closed")
    dim, value = scope.cut
    by = by_month(scope, tuple(reversed(run)), columns, dim=dim, value=value)
    return table("trend", 4, "month", columns, counts({f"{month:%Y-%m}": row for month, row in by.items()}, columns))


def annex_table(places: list[Institution], period: Period, limits: dict[str, int]) -> Data:
    """One row a place below: the units of an institution, the members of a hub, the institutions of the nation."""
    by = by_place(tuple(place.pk for place in places), period) if places else {}
    rows = []
    for place in places:
        results = measure_all(by[place.pk], limits)
        rows.append({"key": place.slug, "names": {"id": place.name, "en": place.name}, "cells": {key: cell(results[key]) for key in ANNEX}})
    return table("annex", 18, "place", ANNEX, rows)


def institution_table(scope: Scope, places: list[Institution], period: Period, limits: dict[str, int]) -> Data:
    """Of an issue one row an institution that has to do with it, the one with most reports first."""
    by = by_place(tuple(place.pk for place in places), period, cut=scope.cut) if places else {}
    rows = []
    for place in sorted(places, key=lambda place: (-by[place.pk].n("received"), place.name)):
        if not by[place.pk].is_empty:
            results = measure_all(by[place.pk], limits)
            rows.append({"key": place.slug, "names": {"id": place.name, "en": place.name}, "cells": {key: cell(results[key]) for key in OF_ISSUE}})
    return table("institutions", 18, "place", OF_ISSUE, rows)
