"""Number and draw the letters that wait."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Number the answers that have no letter yet and draw what waits, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("letters") as step:
            done = services.write_letters(at=at, limit=1_000_000, progress=step)
        self.say(done, options, f"numbered {done['numbered']}, drawn {done['drawn']}, to be tried again {done['failed']}")
