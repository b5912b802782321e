"""Propose priority issues for reports."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Propose priority issues and strategic projects for new and edited reports by the rules in force, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("propose_tags") as step:
            done = services.propose_tags(at=at, progress=step)
        self.say(done, options, f"proposed {done['proposed']}")
