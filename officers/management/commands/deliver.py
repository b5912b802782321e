"""Send the notices that are due."""

from typing import Any

from officers import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Send the notices that are due (what the worker does every few seconds)."

    def handle(self, *args: Any, **options: Any) -> None:
        at, today = self.when(options)
        with progress("deliver") as step:
            done = services.deliver(at=at, today=today, limit=1_000_000, progress=step)
        self.say(done.as_dict(), options, f"sent {done.sent}, without address {done.undeliverable}, to be tried again {done.failed}, given up {done.dead}")
