"""Make the evaluation reports that are owed, and draw what waits."""

from typing import Any

from officers.management.command import SweepCommand, progress
from reports import services


class Command(SweepCommand):
    help = "Make the evaluation reports that a cadence asks for, remind of due days, tell of lateness, draw the files that wait: as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("publish") as step:
            done = services.publish(at=at, progress=step)
        self.say(done, options, ", ".join(f"{name} {count}" for name, count in done.items()))
