"""Count everything again from the events."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from lapor.ground.problems import Refusal
from monitoring import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Make facts, tallies and the stock of open reports anew from the events and put right what differs; with --check only say so (exit code 1)."
    takes_time = False
    waits = False  # to look needs no writing; what would write refuses by itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 when anything differs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress("recount") as step:
                done = services.recount(check=options["check"], progress=step)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        lines = [f"{done.reports} reports, {done.waiting} of them wait to be counted", *(f"{name} differ: {n}" for name, n in done.counts.items())]
        found = {"reports": done.reports, "waiting": done.waiting, "differences": dict(done.counts), "examples": done.examples}
        self.say(found, options, "\n".join([*lines, *done.examples]))
        if options["check"] and done.counts:
            sys.exit(1)
