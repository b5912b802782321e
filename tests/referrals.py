"""Cases on their way to the Ombudsman, for the tests."""

from datetime import datetime, timedelta
from typing import Any

from complaints.models import Clock, Complaint
from monitoring import services
from monitoring.models import Dossier, Referral
from tests.world import World

SECOND = timedelta(seconds=1)
SAID: dict[str, dict[str, str]] = {
    "decline": {"reason": "settled", "text": "Sudah selesai di luar."},
    "correct": {"text": "Perbaiki jalan dan laporkan hasilnya."},
    "recommend": {"text": "Kami rekomendasikan perbaikan prosedur."},
    "close": {"outcome": "corrected", "text": "Selesai."},
    "record_action": {"text": "Jalan sudah diperbaiki."},
    "record_report": {"text": "Prosedur sudah diubah."},
}
WAY = ("accept", "examine", "correct", "recommend", "monitor", "close")


def end_of_day_60(complaint: Complaint) -> datetime:
    return Clock.objects.get(complaint=complaint, key="statutory_60").due_at


def proposed(world: World, **overrides: Any) -> Referral:
    """A case that passed day 60 while it was handled, and was proposed the moment after."""
    complaint = world.to_state("in_progress", **overrides)
    services.follow(at=end_of_day_60(complaint) + SECOND)
    return Referral.objects.get(complaint=complaint)


def referred(world: World, *, consent: str = "", **overrides: Any) -> Referral:
    """Proposed, and then referred by the nation; `consent` is what the reporter has said by the next sweep."""
    row = proposed(world, **overrides)
    Complaint.objects.filter(pk=row.complaint_id).update(referral="referred", transfer_consent=consent)
    services.follow(at=row.proposed_at)
    row.refresh_from_db()
    return row


def take(world: World, row: Referral, code: str, who: str = "ombudsman", *, at: datetime | None = None, **given: Any) -> Referral:
    at = at or row.proposed_at
    return services.move(row.pk, code, by=world.actor(who, at=at), at=at, given=SAID.get(code, {}) | given)


def brought_to(world: World, stage: str, **overrides: Any) -> Referral:
    """A confirmed referral taken on to this stage."""
    row = referred(world, **overrides)
    for code in WAY:
        if row.stage == stage:
            break
        row = take(world, row, code)
    assert row.stage == stage
    return row


def dossier(row: Referral) -> Dossier:
    return Dossier.objects.filter(referral=row).latest("version")
