"""Send the notices that are due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from officers import services
from officers.actors import machine
from officers.management.command import SweepCommand, progress
from officers.models import Notice


class Command(SweepCommand):
    help = "Send the notices that are due (what the worker does every few seconds)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--retry-dead", action="store_true", help="first let what was given up be tried again; needs --ticket")

    def handle(self, *args: Any, **options: Any) -> None:
        at, today = self.when(options)
        if options["retry_dead"]:
            if not options["ticket"].strip():
                raise CommandError("--retry-dead needs --ticket NUMBER.")
            services.retry_dead(Notice.objects.all(), by=machine("system"), at=at, why=options["ticket"])
        with progress("deliver") as step:
            done = services.deliver(at=at, today=today, limit=1_000_000, progress=step)
        self.say(done.as_dict(), options, f"sent {done.sent}, without address {done.undeliverable}, to be tried again {done.failed}, given up {done.dead}")
