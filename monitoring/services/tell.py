"""What cannot wait for the daily summary: urgent reports without a first answer, and the reporter's right to hear of lateness."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from complaints.models import Complaint
from complaints.services import Reference, reporter_message
from officers.actors import actor_for
from officers.models import User
from officers.services import Message, notify_many

from ..ladder import LADDER, Rung
from .hearers import Concern, Hearers

if TYPE_CHECKING:
    from .watch import Raised

RESOLUTIONS = frozenset({"resolution_information", "resolution_non_oversight", "resolution_oversight"})


def _read(ids: set[UUID]) -> dict[UUID, Complaint]:
    fields = ("tracking_id", "is_anonymous", "is_secret", "has_contact", "language", "lead_id", "estimated_on", "assignee_id", "track")
    rows = Complaint.objects.filter(pk__in=ids).select_related("holder").only(*fields, "holder__path", "holder__time_zone")
    return {row.pk: row for row in rows}


def _apology(case: Complaint, reference: Reference) -> Message:
    """With the day that the office named, if that is still to come."""
    day = case.estimated_on
    if day is not None and day >= reference.at.astimezone(ZoneInfo(case.holder.time_zone)).date():
        return reporter_message(case, "case_late", due=day.isoformat())
    return reporter_message(case, "case_late_undated")


def _urgent(cases: Sequence[Complaint], reference: Reference) -> list[Message]:
    """To the handler and the desk above, at once; only to whom may read the case."""
    hearers = Hearers(reference.today, [case.holder.path for case in cases])
    told: dict[int, list[Complaint]] = {}
    for case in cases:
        concern = Concern(case.holder.path, case.assignee_id, case.track)
        for user in {user for hearer in LADDER[Rung.OVERDUE].hearers for user in hearers.of(hearer, concern)}:
            told.setdefault(user, []).append(case)
    messages = []
    for officer in User.objects.filter(pk__in=told).order_by("pk"):
        actor = actor_for(officer, at=reference.at)
        for number in Complaint.objects.seen_by(actor).filter(pk__in=[case.pk for case in told[officer.pk]]).values_list("tracking_id", flat=True):
            context = {"number": number, "desk_url": f"{settings.SITE_URL}/meja/{number}/"}
            messages.append(Message("desk_ladder_urgent", context, recipient_id=officer.pk, language=officer.language))
    return messages


def tell(raised: "Sequence[Raised]", reference: Reference) -> None:
    """Queue what the rungs that were raised just now must tell at once, in the transaction that raised them: once, then."""
    late = {row.complaint_id for row in raised if row.rung == Rung.OVERDUE and row.key in RESOLUTIONS}
    over = {row.complaint_id for row in raised if row.rung == Rung.DAY_60}
    urgent = {row.complaint_id for row in raised if row.rung == Rung.OVERDUE and row.key == "urgent_response"}
    if not (late or over or urgent):
        return
    cases = _read(late | over | urgent)
    reached = {pk: case for pk, case in cases.items() if case.has_contact and case.lead_id is None}
    messages = [reporter_message(reached[pk], "case_day_60") for pk in over if pk in reached]
    messages += [_apology(reached[pk], reference) for pk in late - over if pk in reached]
    if urgent:
        messages += _urgent([cases[pk] for pk in urgent], reference)
    if messages:
        notify_many(messages, at=reference.at)
