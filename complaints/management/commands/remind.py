"""Remind reporters before their own deadlines end."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Queue the reminders to reporters that are due, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("remind") as step:
            done = services.remind(at=at, progress=step)
        self.say(done, options, f"reminded {done['reminded']}")
