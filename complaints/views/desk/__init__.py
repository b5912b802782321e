"""The officers' desk: the queue, one case and its steps, many at once, who works on what, and reports entered for citizens."""

from .acts import assign, edit, identity, note, opinion, take
from .bulk import bulk
from .canned import canned, settle, write
from .case import case, presence, step
from .files import desk_file
from .intake import intake
from .people import delegation, hand_over, preferences, vacancies
from .queue import counts, filters, queue

__all__ = [
    "assign", "bulk", "canned", "case", "counts", "delegation", "desk_file", "edit", "filters", "hand_over", "identity", "intake", "note", "opinion",
    "preferences", "presence", "queue", "settle", "step", "take", "vacancies", "write",
]  # fmt: skip
