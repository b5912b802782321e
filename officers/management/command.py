"""What our commands share: times given by hand, tickets, progress on stderr, one JSON object on stdout."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from institutions.services import record_command, site_now

from .tickets import FOREIGN, SENSITIVE

TICKET = "--ticket"
NOT_ON_RECORD = frozenset({TICKET[2:], "json", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"})


def sign(name: str, ticket: str, why: str, given: Mapping[str, Any]) -> None:
    """Put on record that a sensitive command was asked for. Refuses to go on without a ticket in production."""
    if ticket.strip():
        record_command(name, given=given, ticket=ticket, at=timezone.now())
    elif settings.TICKETS:
        raise CommandError(f"{name} needs {TICKET} NUMBER here: {why}.")


def signed(argv: list[str]) -> list[str]:
    """The command line of a library's sensitive command without the ticket, which is on record now."""
    rest, ticket, words = [], "", iter(argv)
    for word in words:
        if word == TICKET:
            ticket = next(words, "")
        elif word.startswith(f"{TICKET}="):
            ticket = word.partition("=")[2]
        else:
            rest.append(word)
    if not {"--help", "-h"} & set(rest):
        sign(rest[1], ticket, FOREIGN[rest[1]], {"arguments": ["(an address)" if "@" in word else word for word in rest[2:]]})
    return rest


class HouseCommand(BaseCommand):
    """A command of ours: asks for a ticket where the table says so, and does nothing that must wait while the system can only be read."""

    waits = False  # whether it writes about cases, as the workers do

    @property
    def name(self) -> str:
        return type(self).__module__.rpartition(".")[2]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self.name in SENSITIVE:
            parser.add_argument(TICKET, default="", help="the number under which this was asked for; kept on record, and needed in production")
        return parser

    def execute(self, *args: Any, **options: Any) -> Any:
        row = SENSITIVE.get(self.name)
        if row is not None and row.when(options):
            given = {name: str(value) for name, value in options.items() if name not in NOT_ON_RECORD and value}
            sign(self.name, options.get("ticket", ""), row.why, given)
        if self.waits and site_now().read_only is not None:
            raise CommandError(f"{self.name} writes, and the system can only be read now. See `manage.py read_only status`.")
        return super().execute(*args, **options)

    def say(self, result: dict[str, Any], options: dict[str, Any], line: str) -> None:
        """The result: a JSON object for machines, one line for people."""
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else line)


class SweepCommand(HouseCommand):
    """A command that does what a sweep does: `--at` a time, `--json` for machines."""

    takes_time = True
    waits = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        if self.takes_time:
            parser.add_argument("--at", help="act as if it were this time (ISO 8601; a bare date is its noon), default now")

    def when(self, options: dict[str, Any]) -> tuple[datetime, date]:
        """(the instant, its local date) to act at."""
        at = read_time(options["at"], "--at") if options.get("at") else timezone.now()
        return at, timezone.localdate(at)


def read_time(text: str, option: str) -> datetime:
    """A time given by hand; a bare date is its noon. Refuses what is none."""
    try:
        day = parse_date(text)  # first: a bare date reads as its midnight too
        found = parse_datetime(text) if day is None else datetime.combine(day, time(12))
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{option} {text!r} is no time; write 2026-11-24T09:00+07:00 or 2026-11-24.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr that is drawn only for a person."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda count: bar.advance(task, count)
