"""A contact's code as the reporter finds it, and the short words that the tests of contacts speak."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from complaints import services
from complaints.models import Complaint
from officers import services as officers
from officers.models import Notice, Reach
from tests.world import World

LATER = timedelta(minutes=1)
EMAIL_ONLY = {"name": "Zznama Pelapor", "email": "zz1@contoh.invalid"}
NEW = "zz2@contoh.invalid"


def deliver(at: datetime) -> dict[str, int]:
    return officers.deliver(at=at, today=at.date()).as_dict()


def sent_code(complaint: Complaint, folder: Path) -> str:
    """The code as it stands in the newest message that took one to the reporter."""
    notice = Notice.objects.filter(event="contact_code", address_ref=f"complaint:{complaint.pk}").latest("created_at", "next_try_at")
    kept = next((folder / "mail").glob(f"{notice.pk}*"), None) or next((folder / "sms").glob(f"{notice.pk}*"))
    found = re.search(r"(?<![\w-])\d{6}(?![\w-])", kept.read_text())
    assert found
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def ask(world: World, complaint: Complaint, folder: Path, *, at: datetime | None = None) -> str:
    at = at or world.at
    services.ask_code(complaint.pk, by=world.reporter(complaint), at=at)
    deliver(at)
    return sent_code(complaint, folder)


def confirm(world: World, complaint: Complaint, code: object, *, at: datetime | None = None) -> None:
    services.confirm_contact(complaint.pk, code, by=world.reporter(complaint), at=at or world.at)


def known(world: World, complaint: Complaint, *, at: datetime | None = None) -> services.Known:
    return services.contact_of(Complaint.objects.get(pk=complaint.pk), at=at or world.at)


def lose(world: World, complaint: Complaint) -> None:
    assert officers.mark_lost(f"complaint:{complaint.pk}", "email", sent_at=world.at, at=world.at, cause=Reach.Cause.BOUNCED)
