"""Walk the chains of all complaints' histories."""

import sys
from dataclasses import asdict
from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Walk every complaint's chain and name what was altered, exchanged or taken out; exit code 1 when something was."
    waits = False
    takes_time = False

    def handle(self, *args: Any, **options: Any) -> None:
        with progress("verify_ledger") as step:
            walked, faults = services.verify(progress=step)
        lines = [f"{fault.tracking_id} event {fault.seq}: {fault.what}" for fault in faults]
        result = {"events": walked, "faults": [asdict(fault) for fault in faults]}
        self.say(result, options, "\n".join([*lines, f"{walked} events walked, {len(faults)} faults"]))
        if faults:
            sys.exit(1)
