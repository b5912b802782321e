"""Tell the public the months that are due."""

from typing import Any

from officers.management.command import SweepCommand, progress
from reports import services


class Command(SweepCommand):
    help = "Release the statistics and open data of every month that is over, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("release") as step:
            done = services.release(at=at, progress=step)
        self.say(done, options, f"{done['months']} months, {done['files']} files")
