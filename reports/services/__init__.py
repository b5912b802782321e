"""Every write of the reporting floor: editions of evaluation reports from freezing to acceptance, their files and plans; and what the public is told."""

from collections.abc import Callable
from datetime import datetime

from institutions.services import refuse_while_read_only
from officers.actors import actor_for, machine

from .cadences import load_cadences, set_cadence
from .files import document_of, draw_files, files_of, kept, open_file, queue_file, reads_whole, ticket
from .life import accept, add_item, find, move, open_acts, plan_of, request_revision, review, submit, tell_progress
from .making import About, fits, generate, make_owed, place_of
from .release import release, release_month
from .reminders import remind


def publish(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """What time brings: the editions that a cadence asks for, reminders and lateness, and the files that wait. Safe side by side and when killed."""
    refuse_while_read_only()
    by = actor_for(machine("system"), at=at)
    done = make_owed(by=by, at=at, progress=progress)
    return done | remind(by=by, at=at, progress=progress) | draw_files(at=at, progress=progress)


__all__ = [
    "About",
    "accept",
    "add_item",
    "document_of",
    "draw_files",
    "files_of",
    "find",
    "fits",
    "generate",
    "kept",
    "load_cadences",
    "make_owed",
    "move",
    "open_acts",
    "open_file",
    "place_of",
    "plan_of",
    "publish",
    "queue_file",
    "reads_whole",
    "release",
    "release_month",
    "remind",
    "request_revision",
    "review",
    "set_cadence",
    "submit",
    "tell_progress",
    "ticket",
]
