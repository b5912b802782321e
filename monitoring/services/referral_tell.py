"""Who hears of a step of a referral: the nation of a proposal, the Ombudsman of a confirmation, the institution of what is asked of it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from complaints.services.reference import OVERSIGHT_ROLES, Reference
from complaints.workflow import Track
from institutions.models import ids_of
from officers.notices import register
from officers.powers import Role
from officers.services import Message, notify_many

from ..models import Referral

register(
    "referral_proposed",
    subject=_("Report %(number)s is proposed to the Ombudsman"),
    body=_("Report %(number)s is proposed to the Ombudsman. Please look at it and decide whether it is referred: %(desk_url)s"),
)
register(
    "referral_confirmed",
    subject=_("Report %(number)s was referred to you"),
    body=_("Report %(number)s was referred to the Ombudsman. Its file and the dossier are open to you: %(url)s"),
)
register(
    "referral_task",
    subject=_("The Ombudsman asks something in report %(number)s"),
    body=_("In report %(number)s the Ombudsman asks something of you by %(due)s. Please read what is asked and record what was done: %(desk_url)s"),
)
register(
    "referral_done",
    subject=_("Report %(number)s: the institution recorded what it did"),
    body=_("The institution recorded what it did in report %(number)s. Please look at the referral: %(url)s"),
)

Audience = Callable[[Complaint, Reference], list[int]]


def _nation(_complaint: Complaint, reference: Reference) -> list[int]:
    return reference.officers_at(reference.root.pk, (Role.NATIONAL_ADMIN,))


def _ombudsman(_complaint: Complaint, reference: Reference) -> list[int]:
    return reference.officers_at(reference.root.pk, (Role.OMBUDSMAN_OFFICER,))


def _institution(complaint: Complaint, reference: Reference) -> list[int]:
    """The nearest desk that answers for the case: its admins, or on the oversight track the internal supervisor."""
    roles = OVERSIGHT_ROLES if complaint.track == Track.OVERSIGHT else (Role.INSTITUTION_ADMIN,)
    for pk in reversed(ids_of(complaint.holder.path)):
        found = reference.officers_at(pk, roles)
        if found:
            return found
    return _nation(complaint, reference) if complaint.holder.is_national else []


TELLINGS: dict[str, tuple[str, Audience]] = {
    "propose": ("referral_proposed", _nation),
    "confirm": ("referral_confirmed", _ombudsman),
    "correct": ("referral_task", _institution),
    "recommend": ("referral_task", _institution),
    "record_action": ("referral_done", _ombudsman),
    "record_report": ("referral_done", _ombudsman),
}


def tell(row: Referral, code: str, *, at: datetime) -> None:
    """Queue the notices of one step; numbers and days only, never what was written."""
    if code not in TELLINGS:
        return
    event, audience = TELLINGS[code]
    complaint, reference = Complaint.objects.select_related("holder").get(pk=row.complaint_id), Reference(at)
    clock = row.clocks.filter(stopped_at=None).order_by("-started_at").first()
    context = {
        "number": complaint.tracking_id,
        "due": clock.due_at.astimezone(ZoneInfo(clock.zone)).date().isoformat() if clock else "",
        "desk_url": f"{settings.SITE_URL}/meja/ombudsman/",
        "url": f"{settings.SITE_URL}/ombudsman/{row.pk}/",
    }
    people = dict.fromkeys(audience(complaint, reference))
    messages = [Message(event, context, recipient_id=user, language=reference.languages.get(user, "id")) for user in people]
    if messages:
        notify_many(messages, at=at)
