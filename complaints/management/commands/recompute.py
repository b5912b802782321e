"""Count running deadlines anew after a change of the calendar."""

from argparse import ArgumentParser
from typing import Any

from complaints import services
from officers.management.command import SweepCommand, progress


class Command(SweepCommand):
    help = "Move running deadlines to what the newest calendar grants, never nearer, as the worker does; --dry-run lists what would move."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="write nothing; list the number, the deadline and both dates of what would move")

    def handle(self, *args: Any, **options: Any) -> None:
        at, _today = self.when(options)
        with progress("recompute") as step:
            done = services.recompute(at=at, dry_run=options["dry_run"], progress=step)
        found: dict[str, Any] = {"moved": done.moved, "kept": done.kept, "confirmed": done.confirmed, "dry_run": options["dry_run"]}
        if options["dry_run"]:
            found["moves"] = [{"number": move.number, "key": move.key, "from": move.before.isoformat(), "to": move.after.isoformat()} for move in done.moves]
        lines = [f"{move.number} {move.key}: {move.before:%Y-%m-%d} -> {move.after:%Y-%m-%d}" for move in done.moves]
        would = "would move" if options["dry_run"] else "moved"
        lines.append(f"{would} {done.moved}, kept their date {done.kept}, provisional no more {done.confirmed}")
        self.say(found, options, "\n".join(lines))
