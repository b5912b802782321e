"""A reporter's contact: proved by a code that was sent there, put right, and known to be lost; all of it without opening it.

None of this leaves an event in the history: whoever reads one would learn that there is a contact at all.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.models import Notice, Reach
from officers.notices import render
from officers.services import notify, renew, texts_in_force

from .. import numbers, vault
from ..models import Complaint, Contact
from .acts import begin
from .needs import Wrong, clean_email, clean_phone, read_flag
from .quota import spend
from .rules import invalid

HOUR = timedelta(hours=1) // timedelta(minutes=1)
SHOWN = 10  # of the notices that did not arrive
CHANNELS = {"email": "email", "phone": "sms"}
READERS = {"email": clean_email, "phone": clean_phone}


@dataclass(frozen=True, slots=True)
class Known:
    """What may be shown of a contact to its reporter, and to officers who may see the identity."""

    exists: bool = False
    is_verified: bool = False
    verified_at: datetime | None = None
    lost_at: datetime | None = None  # since when no e-mail arrives
    code_until: datetime | None = None  # a code is out that can still be entered


def _ref(pk: UUID) -> str:
    return f"complaint:{pk}"


def contact_of(complaint: Complaint, *, at: datetime) -> Known:
    """What is known of the contact of a case or, for a part, of its lead."""
    owner = complaint.lead if complaint.lead_id is not None and complaint.lead is not None else complaint
    if not owner.has_contact:
        return Known()
    row = Contact.objects.filter(pk=owner.pk).first() or Contact()
    lost_at = Reach.objects.lost(_ref(owner.pk)).get("email")
    is_verified = row.verified_at is not None and not (lost_at is not None and row.verified_by == "email")
    until = row.code_until if row.code_hash and row.code_until is not None and row.code_until > at else None
    return Known(True, is_verified, row.verified_at if is_verified else None, lost_at, until)


def unheard(complaint: Complaint) -> list[tuple[datetime, str]]:
    """(time, subject) of the notices that reached the reporter nowhere, newest first."""
    rows = Notice.objects.filter(address_ref=_ref(complaint.pk), state__in=("undeliverable", "dead")).exclude(event="contact_code")
    language, own = get_language() or "id", texts_in_force()
    return [(row.created_at, render(row.event, row.context, language, own.get((row.event, language)))[0]) for row in rows.order_by("-created_at")[:SHOWN]]


def _tell(complaint: Complaint, event: str, ref: str, *, at: datetime, **more: Any) -> Notice:
    context = {"number": complaint.tracking_id, "track_url": f"{settings.SITE_URL}/lacak/", **more}
    return notify(event=event, at=at, context=context, address_ref=ref, language=complaint.language)[0]


def _row(complaint: Complaint) -> Contact:
    return Contact.objects.get_or_create(pk=complaint.pk)[0]


@transaction.atomic
def ask_code(pk: UUID, *, by: Actor, at: datetime) -> datetime:
    """Send a code to the contact of a report; the one before it opens nothing any more. Says until when it can be entered.

    Refuses: 404, 403; 409 where no contact was left or it is proved already; 429 above `contact_codes_per_hour`.
    """
    plan = begin(pk, "contact", by=by, at=at)
    complaint, limits = plan.complaint, plan.reference.limits
    known = contact_of(complaint, at=at)
    if not known.exists:
        raise Refusal("conflict", _("There is no contact yet. Please add an e-mail address or a telephone number first."))
    if known.is_verified:
        raise Refusal("conflict", _("Your contact is confirmed already. There is nothing to do."))
    sentence = _("We have sent several codes already. Please wait %(minutes)d minutes before you ask for another one.")
    spend(f"contact:code:{pk}", most=limits["contact_codes_per_hour"], minutes=HOUR, sentence=sentence, at=at)
    row, seed, digits = _row(complaint), str(uuid.uuid4()), limits["contact_code_digits"]
    until = at + timedelta(minutes=limits["contact_code_minutes"])
    code = numbers.derived_code(seed, digits=digits, pepper=settings.CASE_CODE_PEPPER)
    row.code_salt, row.code_until, row.code_tries = secrets.token_bytes(16), until, 0
    row.code_hash = numbers.hash_code(code, salt=row.code_salt, pepper=settings.CASE_CODE_PEPPER)
    minutes = str(limits["contact_code_minutes"])
    row.notice = _tell(complaint, "contact_code", _ref(pk), at=at, seed=seed, digits=digits, minutes=minutes, until=until.isoformat())
    row.save()
    return until


def confirm_contact(pk: UUID, code: Any, *, by: Actor, at: datetime) -> None:
    """Prove the contact by the code that was sent there; nothing else of the case changes.

    Refuses: 404, 403; 422 for what cannot be a code (not counted), for a wrong one (counted, `contact_code_tries`) and for one
    whose time or tries are over.
    """
    refusal = _confirm(pk, code, by=by, at=at)
    if refusal is not None:
        raise refusal


@transaction.atomic
def _confirm(pk: UUID, code: Any, *, by: Actor, at: datetime) -> Refusal | None:
    """A wrong try is written down, so it is no exception that would undo it."""
    plan = begin(pk, "contact", by=by, at=at)
    limits, row = plan.reference.limits, _row(plan.complaint)
    typed = "".join(str(code if code is not None else "").replace("-", " ").split())
    if not typed.isascii() or not typed.isdecimal() or len(typed) != limits["contact_code_digits"]:
        raise invalid(code=_("Please enter the %(digits)d digits that we sent you.") % {"digits": limits["contact_code_digits"]})
    if not row.code_hash or row.code_until is None or row.code_until <= at:
        raise invalid(code=_("This code can no longer be used. Please ask for a new one."))
    if not numbers.code_matches(typed, salt=bytes(row.code_salt), expected=bytes(row.code_hash), pepper=settings.CASE_CODE_PEPPER):
        return _count(row, limits["contact_code_tries"])
    row.verified_at, row.verified_by = at, row.notice.channel if row.notice is not None else "email"
    row.code_hash = b""
    row.save()
    return None


def _count(row: Contact, most: int) -> Refusal:
    row.code_tries += 1
    left = most - row.code_tries
    if left <= 0:
        row.code_hash = b""
    row.save()
    if left <= 0:
        return invalid(code=_("This is not the code that we sent, and it can no longer be used. Please ask for a new one."))
    return invalid(code=_("This is not the code that we sent. Please look at it again; tries left: %(left)d.") % {"left": left})


def _read(given: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are to be another value: those that were written and, if only these are wanted, the other one empty."""
    values: dict[str, str] = {}
    wrong: dict[str, Any] = {}
    for name, reader in READERS.items():
        value = given.get(name)
        try:
            if value is not None and str(value).strip():
                values[name] = reader(value)
        except Wrong as error:
            wrong[name] = str(error)
    if not values and not wrong:
        wrong["email"] = _("Please write an e-mail address or a telephone number.")
    try:
        is_only = read_flag(given.get("only") or False)
    except Wrong as error:
        is_only, wrong["only"] = False, str(error)
    if wrong:
        raise invalid(**wrong)
    return {name: values.get(name, "") for name in READERS} if is_only else values


@transaction.atomic
def change_contact(pk: UUID, given: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Put another e-mail address or telephone number (`email`, `phone`) in place of the old one; with `only` the one not written goes.

    It is sealed and not proved; the old contact is told, without the new one, and melts away then. Refuses: 404, 403; 422 field by
    field; 429 above `contact_changes_per_hour`.
    """
    plan = begin(pk, "contact", by=by, at=at)
    complaint, limits = plan.complaint, plan.reference.limits
    values = _read(given)
    sentence = _("The contact was changed several times already. Please wait %(minutes)d minutes before you change it again.")
    spend(f"contact:change:{pk}", most=limits["contact_changes_per_hour"], minutes=HOUR, sentence=sentence, at=at)
    former = f"former:{pk}:{at.astimezone(UTC).isoformat()}"
    for name in values:
        renew(_ref(pk), CHANNELS[name], former_ref=former, at=at)
    if complaint.has_contact:
        _tell(complaint, "contact_changed", former, at=at)
    vault.amend(pk, values, at=at)
    row = _row(complaint)
    row.verified_at, row.verified_by, row.code_hash, row.changed_at, row.is_layered = None, "", b"", at, True
    row.save()
    complaint.has_contact = True
    complaint.save(update_fields=["has_contact"])


def settle_contacts(*, at: datetime) -> int:
    """Let what was replaced go, once its owner was told of the change or cannot be; says of how many reports."""
    done = 0
    for pk in list(Contact.objects.filter(is_layered=True, changed_at__lte=at).order_by("changed_at").values_list("pk", flat=True)):
        done += _settle(pk)
    return done


@transaction.atomic
def _settle(pk: UUID) -> bool:
    found = Complaint.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if found is None or Notice.objects.filter(state="waiting", event="contact_changed", address_ref__startswith=f"former:{pk}:").exists():
        return False
    vault.settle(pk)
    return bool(Contact.objects.filter(pk=pk).update(is_layered=False))
