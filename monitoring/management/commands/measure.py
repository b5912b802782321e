"""Count what is new for the figures."""

from typing import Any

from monitoring import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Count reports with new events or passed deadlines into the tallies, and take the stock of each day that has ended, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("measure") as step:
            done = services.measure(at=at, progress=step)
        self.say(done, options, f"{done['reports']} reports, {done['days']} days")
