"""Ask of all rows what must be true of them."""

import sys
from dataclasses import asdict
from itertools import islice
from typing import Any

from complaints import services
from officers import services as officers
from officers.management.command import SweepCommand, progress

SHOWN = 200


class Command(SweepCommand):
    help = "Check every report, deadline, chain, node and power against the rules that hold for all of them; exit code 1 when one is broken."
    waits = False

    def handle(self, *args: Any, **options: Any) -> None:
        at, today = self.when(options)
        with progress("check_invariants") as step:
            found = list(islice(services.broken(reference=services.Reference(at), progress=step), SHOWN))
        breaches = [asdict(breach) for breach in found]
        breaches += [{"rule": "powers follow from appointments", "where": line} for line in officers.check_powers(today=today)]
        lines = [f"{breach['rule']}: {breach['where']}" for breach in breaches]
        more = f" (the first {SHOWN} are shown)" if len(found) == SHOWN else ""
        self.say({"breaches": breaches}, options, "\n".join([*lines, f"{len(breaches)} breaches{more}" if breaches else "all rules hold"]))
        if breaches:
            sys.exit(1)
