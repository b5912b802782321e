"""Raise the rungs of the ladder that have fallen."""

from argparse import ArgumentParser
from itertools import chain
from typing import Any
from uuid import UUID

from complaints.models import Complaint
from monitoring import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Raise what time brings to deadlines, warn of silence and queue the summaries that are due, as the worker does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="list what would be raised, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        dry_run = options["dry_run"]
        with progress("watch") as step:
            climbed = services.watch(at=at, progress=step, dry_run=dry_run)
            silent = services.watch_silence(at=at, progress=step, dry_run=dry_run)
            done: dict[str, Any] = {"raised": dict(climbed.counts + silent.counts)}
            if not dry_run:
                done |= services.summarise(at=at, progress=step)
        lines = [f"{rung}: {count}" for rung, count in sorted(done["raised"].items())] or ["nothing has fallen"]
        if dry_run:
            done = {"would_raise": done["raised"], "rungs": self._listed([*chain(climbed.rows, silent.rows)])}
            lines += [f"{row['happened_at']} {row['number']} {row['deadline']} {row['rung']}" for row in done["rungs"]]
        self.say(done, options, "\n".join(lines))

    def _listed(self, rows: list[services.Raised]) -> list[dict[str, str]]:
        """In order of time; the numbers are read once for all."""
        numbers: dict[UUID, str] = dict(Complaint.objects.filter(pk__in={row.complaint_id for row in rows}).values_list("pk", "tracking_id"))
        return [
            {"number": numbers[row.complaint_id], "deadline": row.key, "rung": row.rung, "happened_at": row.happened_at.isoformat()}
            for row in sorted(rows, key=lambda row: (row.happened_at, numbers[row.complaint_id]))
        ]
