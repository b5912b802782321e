"""Every write of the upper floor: what time brings to deadlines, and the summaries of it."""

from .digest import summarise
from .watch import Raised, Watched, watch, watch_silence

__all__ = [
    "Raised",
    "Watched",
    "summarise",
    "watch",
    "watch_silence",
]
