"""Prove that appointments in force and power rows agree."""

import sys
from typing import Any

from officers import services
from officers.management.command import SweepCommand


class Command(SweepCommand):
    help = "Prove that the powers in the database are those of the appointments in force; exit code 1 when they are not."
    waits = False

    def handle(self, *args: Any, **options: Any) -> None:
        _at, today = self.when(options)
        wrong = services.check_powers(today=today)
        self.say({"wrong": wrong}, options, "\n".join(wrong) or "appointments and powers agree")
        if wrong:
            sys.exit(1)
