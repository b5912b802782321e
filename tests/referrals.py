"""Cases on their way to the Ombudsman, for the tests."""

from datetime import datetime, timedelta
from typing import Any

from complaints.models import Clock, Complaint
from monitoring import services
from monitoring.models import Dossier, Referral
from tests.world import World, at_city

SECOND = timedelta(seconds=1)
SAID: dict[str, dict[str, str]] = {
    "decline": {"reason": "settled", "text": "Sudah selesai di luar."},
    "correct": {"text": "Perbaiki jalan dan laporkan hasilnya."},
    "recommend": {"text": "Kami rekomendasikan perbaikan prosedur."},
    "close": {"outcome": "corrected", "text": "Selesai."},
    "record_action": {"text": "Jalan sudah diperbaiki."},
    "record_report": {"text": "Prosedur sudah diubah."},
}
SECRET: dict[str, Any] = {"is_secret": True, "title": "Zzrahasia judul", "body": "Zzrahasia isi laporan yang panjang sekali."}
WAY = ("accept", "examine", "correct", "recommend", "monitor", "close")


def end_of_day_60(complaint: Complaint) -> datetime:
    return Clock.objects.get(complaint=complaint, key="statutory_60").due_at


def disputed(world: World) -> Complaint:
    """Sent to the city and given back three times, so that the nation has to say who is competent."""
    complaint = world.submit().complaint
    for _turn in range(3):
        complaint = world.step(at_city(world, complaint), "return_upward", "admin", text="Jalan ini milik kementerian.", suggested="kementerian-uji")
    return complaint


def proposed(world: World, **overrides: Any) -> Referral:
    """A case that passed day 60 while it was handled, and was proposed the moment after."""
    complaint = world.to_state("in_progress", **overrides)
    services.follow(at=end_of_day_60(complaint) + SECOND)
    return Referral.objects.get(complaint=complaint)


def refer(world: World, row: Referral, *, consent: str = "refused") -> None:
    """The nation's step on the report, and what the reporter says of the name ("" while nothing is said)."""
    world.step(row.complaint, "refer", "national", at=row.proposed_at, text="Lewat 60 hari tanpa jawaban.")
    if consent:
        world.step(row.complaint, "consent_transfer", at=row.proposed_at, consent=consent == "granted")


def referred(world: World, *, consent: str = "refused", **overrides: Any) -> Referral:
    """Proposed, and then referred by the nation; `consent` is what the reporter has said by the next sweep."""
    row = proposed(world, **overrides)
    refer(world, row, consent=consent)
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
