"""Load regions, topics, rules and the calendar."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from institutions import services


class Command(BaseCommand):
    help = (
        "Load what the system needs before its first complaint: the national desk, regions, topics, legal bases, periods, limits and the "
        "calendar. Safe to repeat: what is there and may have been changed by officers is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provinces", nargs="+", metavar="CODE", help="only the regions of these provinces (31 33 73), for tests")
        parser.add_argument("--regions-only", action="store_true", help="leave everything but the regions alone")
        parser.add_argument("--real-bodies", action="store_true", help="also create the ministries and agencies of the national list")
        parser.add_argument("--json", action="store_true", help="print the counts as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        provinces = options["provinces"]
        if wrong := [code for code in provinces or () if not (code.isdigit() and len(code) == 2)]:
            raise CommandError(f"A province has a two-digit code, not {wrong[0]!r}.")
        at, by = timezone.now(), services.system_user()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(file=sys.stderr), disable=not sys.stderr.isatty()) as bar:
            tasks: dict[str, TaskID] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total)
                bar.update(tasks[what], completed=done)

            written = services.load_reference(by=by, at=at, provinces=provinces, regions_only=options["regions_only"], progress=show)
            if options["real_bodies"]:
                written["real_bodies"] = services.load_institutions(by=by, at=at)
        if options["json"]:
            self.stdout.write(json.dumps(written))
            return
        for what, count in written.items():
            self.stdout.write(f"{what}: {count} written")
