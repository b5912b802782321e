"""What our commands share: times given by hand, progress on stderr, one JSON object on stdout."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class SweepCommand(BaseCommand):
    """A command that does what a sweep does: `--at` a time, `--json` for machines."""

    takes_time = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        if self.takes_time:
            parser.add_argument("--at", help="act as if it were this time (ISO 8601; a bare date is its noon), default now")

    def when(self, options: dict[str, Any]) -> tuple[datetime, date]:
        """(the instant, its local date) to act at."""
        text = options.get("at")
        at = timezone.now() if not text else self._read_time(text)
        return at, timezone.localdate(at)

    def _read_time(self, text: str) -> datetime:
        try:
            day = parse_date(text)  # first: a bare date reads as its midnight too
            found = parse_datetime(text) if day is None else datetime.combine(day, time(12))
        except ValueError:
            found = None
        if found is None:
            raise CommandError(f"--at {text!r} is no time; write 2026-11-24T09:00+07:00 or 2026-11-24.")
        return found if timezone.is_aware(found) else timezone.make_aware(found)

    def say(self, result: dict[str, Any], options: dict[str, Any], line: str) -> None:
        """The result: a JSON object for machines, one line for people."""
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else line)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on stderr that is drawn only for a person."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda count: bar.advance(task, count)
