"""Print an API token for an officer."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from lapor.ground.problems import Refusal
from officers import services
from officers.management.command import HouseCommand


class Command(HouseCommand):
    help = "Print a read and step token for an officer as the last word; it holds for twelve hours (Authorization: Token ...)."

    waits = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = services.issue_token(options["username"], at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Token for {options['username']}, valid for twelve hours: {token}")
