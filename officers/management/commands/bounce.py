"""Take a mail that came back, from standard input: what the mail server's pipe calls."""

import os
import sys
from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError

from officers import services
from officers.management.command import SweepCommand


class Command(SweepCommand):
    help = (
        "Take a mail that came back (RFC 3464) from standard input and mark the address of its notice as lost. "
        "Ends with 0 whatever it was, so that nothing is answered, and with 75 (try again) when the database is away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        try:
            found = services.take_bounce(sys.stdin.buffer.read(services.ENOUGH), at=at)
        except OperationalError as error:
            raise CommandError("The database is away.", returncode=os.EX_TEMPFAIL) from error
        self.say({"bounce": found}, options, found)
