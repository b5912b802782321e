"""Take the steps that time alone brings."""

from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Let completions lapse (S05) and silence close (S19) where the clock has ended, as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("expire") as step:
            done = services.expire(at=at, progress=step)
        self.say(done, options, f"lapsed {done['lapse']}, closed by silence {done['close_by_silence']}")
