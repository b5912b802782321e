"""What a report's history comes to at each place it has been at, and what that adds to the tallies. Pure.

How to read a measure (docs/measurement.md has the table): the *cohort* of a fact tells what has become by now of a report that arrived
on a day, whoever settled it; only `responded` asks who it was. The *flow* tells what happened on a day, at every place on the path of
whoever held the report then. A deadline counts where the report lay when it was met, or when it fell due.
"""

from .deadlines import working_days
from .history import BANDS, CUTS, DAILY, OBLIGATIONS, PEOPLE, STOCK_DIMS, WITH_CUTS, Deadline, Event, FactData, History, Key, Place, Tick, WorkingDays
from .made import facts
from .sums import change, levels, sums

__all__ = [
    "BANDS",
    "CUTS",
    "DAILY",
    "OBLIGATIONS",
    "PEOPLE",
    "STOCK_DIMS",
    "WITH_CUTS",
    "Deadline",
    "Event",
    "FactData",
    "History",
    "Key",
    "Place",
    "Tick",
    "WorkingDays",
    "change",
    "facts",
    "levels",
    "sums",
    "working_days",
]
