"""Run every sweep once, in order."""

from typing import Any

from complaints import services
from lapor.ground import sweeps
from officers import services as officers
from officers.management.command import SweepCommand


class Command(SweepCommand):
    help = "Run all sweeps by hand: what a new calendar and time bring to complaints, ended appointments, files, letters, the ladder, notices."

    def handle(self, *args: Any, **options: Any) -> None:
        at, today = self.when(options)
        done: dict[str, Any] = {"recomputed": services.recompute(at=at).moved}
        done["expire"] = services.expire(at=at)
        done["released"] = services.release(at=at)
        done["officers_expired"] = officers.expire(at=at, today=today)
        done["accounts_closed"] = officers.close_idle_accounts(at=at, today=today)
        done["forgotten"] = services.forget_replays(at=at) + services.forget_drafts(at=at)
        done["files"] = services.clean_uploads(at=at) | {"orphans": services.drop_orphans(at=at)}
        done["letters"] = services.write_letters(at=at)
        done["reminders"] = services.remind(at=at)
        done |= sweeps.run(at)
        done["deliver"] = officers.deliver(at=at, today=today, limit=1_000_000).as_dict()
        done["contacts"] = services.settle_contacts(at=at)
        self.say(done, options, "\n".join(f"{name}: {value}" for name, value in done.items()))
