"""The officers' desk: the queue, one case and its steps, what is done beside them, and reports entered for citizens."""

from .acts import assign, edit, identity, note, take
from .case import case, step
from .intake import intake
from .queue import queue

__all__ = ["assign", "case", "edit", "identity", "intake", "note", "queue", "step", "take"]
