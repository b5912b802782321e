"""Let referrals to the Ombudsman follow what happened to reports."""

from typing import Any

from monitoring import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Propose referrals to the Ombudsman, take them on, release reports whose referral ended, make the dossiers: as the worker does."

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("follow") as step:
            done = services.follow(at=at, progress=step)
        self.say(done, options, ", ".join(f"{name} {count}" for name, count in done.items()))
