"""Take open cases from officers who have lost the power over them."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Release open cases whose officer has no appointment any more and list them for hand-over, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("hand over") as step:
            done = services.release(at=at, progress=step)
        self.say({"released": done}, options, f"released {done}")
