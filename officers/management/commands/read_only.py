"""Turn the read-only mode on or off, or say how it stands."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from institutions import services as places
from institutions.models import ReadOnlySwitch
from lapor.ground.problems import Refusal
from officers.actors import machine
from officers.management.command import HouseCommand, read_time


class Command(HouseCommand):
    help = (
        "Let everything be read and nothing be sent (on), end that (off), or say how it stands (status). Pages keep what is typed; workers "
        "pause, and go on afterwards where they stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=("on", "off", "status"))
        parser.add_argument("--reason", default="", help="shown to everybody, so write it for them; needed with on")
        parser.add_argument("--until", help="what is promised to whoever waits (ISO 8601); the mode ends by `off` alone")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["do"] != "status":
            until = read_time(options["until"], "--until") if options["until"] else None
            try:
                places.set_read_only(
                    options["do"] == "on", by=machine("system"), at=timezone.now(), reason=options["reason"], until=until, ticket=options["ticket"]
                )  # fmt: skip
            except Refusal as refusal:
                raise CommandError(" ".join(str(text) for texts in refusal.fields.values() for text in texts) or str(refusal)) from refusal
            time.sleep(settings.SITE_SECONDS)  # until every process has looked again
        row = ReadOnlySwitch.objects.order_by("-pk").first()
        is_on = row is not None and row.is_on
        found: dict[str, Any] = {
            "read_only": is_on,
            "reason": row.reason if row and is_on else "",
            "until": row.until.isoformat() if row and is_on and row.until else None,
        }
        found["since"] = row.at.isoformat() if row and is_on else None
        self.say(found, options, f"read-only since {found['since']}: {found['reason']} (until {found['until'] or 'off'})" if is_on else "everything works")
