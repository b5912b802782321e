"""The figures of an edition worked out again: from the sums it holds itself, and from what the books say today."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from monitoring.facts import PEOPLE
from monitoring.figures import SMALL, Figures, Period, Scope
from monitoring.indicators import INDICATORS, is_known, measure_all
from monitoring.models import LowWater
from monitoring.models.tally import EVENTS

from .canonical import Data
from .cells import cell

KEPT = tuple(dim for dim in SMALL if dim not in PEOPLE)  # what people said of themselves is told through tables that hide the few, never as it is


def _written(sums: dict[tuple[str, str, str], int]) -> dict[str, int]:
    return {"|".join(key): n for key, n in sums.items() if n and key[1] in KEPT}


def sums_of(figures: Figures) -> Data:
    """What the indicators were worked out from, so that anybody can do it again."""
    return {
        "ids": list(figures.scope.ids),
        "sums": _written(dict(figures.sums)),
        "levels": _written(dict(figures.levels)),
        "level_on": figures.level_on.isoformat() if figures.level_on else None,
    }


_ROOT = """
WITH places AS (
    SELECT below.id FROM institutions_institution AS top JOIN institutions_institution AS below ON below.path LIKE top.path || '%%' WHERE top.id = ANY(%(ids)s)
)
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(head.hash, '' ORDER BY report.complaint_id), ''), 'UTF8')), 'hex')
FROM (
    SELECT DISTINCT complaint_id FROM complaints_transition WHERE holder_after_id IN (SELECT id FROM places) AND id <= %(upto)s
) AS report
CROSS JOIN LATERAL (
    SELECT hash FROM complaints_transition WHERE complaint_id = report.complaint_id AND id <= %(upto)s ORDER BY seq DESC LIMIT 1
) AS head
"""


def ledger_of(ids: Sequence[int], upto: int) -> Data:
    """What pins the histories behind the figures: SHA-256 over the last hash that each report's chain had at an event.

    Of all reports that ever lay at these places or below, in the order of their ids; each hash holds all before it (`verify_ledger`), so
    whoever alters an event up to that one changes the root.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROOT, {"ids": list(ids), "upto": upto})
        reports, root = cursor.fetchone()
    return {"event": upto, "reports": reports, "root": root}


def settled_event() -> int:
    """The newest event up to which none can come in late any more: counting has settled it."""
    return LowWater.objects.filter(name=EVENTS).values_list("done", flat=True).first() or 0


def _read(sums: dict[str, int]) -> dict[tuple[str, str, str], int]:
    found = {}
    for name, n in sums.items():
        measure, dim, value = name.split("|", 2)
        found[measure, dim, value] = n
    return found


def scope_of(snapshot: Data) -> Scope:
    """Whose sums a snapshot was taken of."""
    where = snapshot["scope"]
    return Scope(where["key"], where["name"], tuple(snapshot["recorded"]["ids"]), where["tier"], cut=tuple(where.get("cut", ("", ""))))


def recorded(snapshot: Data) -> Figures:
    """The sums that a snapshot holds, as figures are read from the books."""
    kept, scope = snapshot["recorded"], scope_of(snapshot)
    level_on = date.fromisoformat(kept["level_on"]) if kept["level_on"] else None
    return Figures(scope, Period.parse(snapshot["period"]["code"]), _read(kept["sums"]), _read(kept["levels"]), level_on, scope.cut)


def indicators_of(figures: Figures, limits: dict[str, int]) -> dict[str, Data]:
    """Every indicator as a snapshot says it, by key; of an issue those that are known of one."""
    return {key: cell(result) for key, result in measure_all(figures, limits).items() if is_known(INDICATORS[key], figures)}


class Difference(NamedTuple):
    """A part of a figure that is not what it was."""

    key: str
    part: str
    was: str
    now: str


def differences(was: dict[str, Data], now: dict[str, Data]) -> list[Difference]:
    found = []
    for key in sorted(was.keys() | now.keys()):
        before, after = was.get(key, {}), now.get(key, {})
        parts = [part for part in sorted(before.keys() | after.keys()) if before.get(part) != after.get(part)]
        found += [Difference(key, part, str(before.get(part, "")), str(after.get(part, ""))) for part in parts]
    return found
