"""Run every sweep once, in order."""

from typing import Any

from complaints import services
from officers import services as officers
from officers.management.command import SweepCommand


class Command(SweepCommand):
    help = "Run all sweeps by hand: what time brings to complaints, ended appointments, forgotten receipts, waiting notices."

    def handle(self, *args: Any, **options: Any) -> None:
        at, today = self.when(options)
        done: dict[str, Any] = {"expire": services.expire(at=at)}
        done["officers_expired"] = officers.expire(at=at, today=today)
        done["forgotten"] = services.forget_replays(at=at)
        done["deliver"] = officers.deliver(at=at, today=today, limit=1_000_000).as_dict()
        self.say(done, options, "\n".join(f"{name}: {value}" for name, value in done.items()))
