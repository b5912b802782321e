"""Clean the files that wait."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Make the cleaned copies of files that wait, and delete files that no report took up, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("clean") as step:
            done = services.clean_uploads(at=at, progress=step)
        done["orphans"] = services.drop_orphans(at=at)
        self.say(done, options, ", ".join(f"{count} {name}" for name, count in done.items()))
