"""Reports in several parts."""

from typing import Any

from complaints.models import Clock, Complaint
from tests.world import ANSWER, World

PART: dict[str, Any] = {
    "target": "kota-uji-dinkes",
    "part_title": "Korban jatuh tidak dilayani puskesmas",
    "part_text": "Pengendara yang jatuh tidak dilayani di puskesmas.",
    "text": "Mohon ditangani.",
}
# What a desk asks of another institution.
WISH: dict[str, Any] = {
    "target": "kementerian-uji",
    "part_title": "Jembatan milik kementerian",
    "part_text": "Jembatan di ujung jalan retak.",
    "text": "Jembatan bukan milik kota.",
}
HEALTH = "health_liaison"


def split(world: World, lead: Complaint, who: str = "admin", **given: Any) -> Complaint:
    world.step(lead, "invite", who, **{**PART, **given})
    return Complaint.objects.select_related("holder", "lead").get(lead=lead, part_number=Complaint.objects.get(pk=lead.pk).part_count)


def answer_part(world: World, part: Complaint, who: str = HEALTH) -> Complaint:
    world.step(part, "respond", who, text="Kami periksa puskesmas.", estimated_on="2026-11-20")
    return world.step(part, "answer", who, **ANSWER)


def alive(complaint: Complaint) -> set[str]:
    return set(Clock.objects.filter(complaint=complaint, state__in=("running", "paused")).values_list("key", flat=True))


def fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_related("holder").get(pk=complaint.pk)
