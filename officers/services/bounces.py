"""Mails that come back: a report of delivery (RFC 3464) is believed about one thing, that the address of one notice of ours is lost."""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ..models import Notice, Reach
from .reach import is_lost, mark_lost

ENOUGH = 1_000_000  # bytes of a report that are read: ours are small, and what is asked for stands in front
OURS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IGNORED, TEMPORARY, UNKNOWN, TAKEN = "ignored", "temporary", "unknown", "taken"


def _read(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw)
    except RecursionError:  # parts within parts, deeper than any mail server makes them
        return Message()


def _parts(message: Message) -> list[Message]:
    """The parts of a report of delivery; none of any other mail, so that an absence note or a letter of a person changes nothing."""
    payload = message.get_payload()
    is_report = message.get_content_type() == "multipart/report" and str(message.get_param("report-type")).lower() == "delivery-status"
    return [part for part in payload if isinstance(part, Message)] if is_report and isinstance(payload, list) else []


def _has_failed(parts: list[Message]) -> bool:
    """Whether a recipient's block says that it failed for good by a fault of the address."""
    blocks = [block for part in parts if part.get_content_type() == "message/delivery-status" for block in part.walk()]
    return any(str(block["Action"]).strip().lower() == "failed" and is_lost(str(block["Status"])) for block in blocks)


def _returned(part: Message) -> Iterator[Message]:
    """The mail that came back, whole or its headers."""
    if part.get_content_type() == "message/rfc822":
        yield from (inner for inner in part.walk() if inner is not part)
    elif part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
        content = part.get_payload(decode=True)
        yield message_from_string(content.decode("utf-8", "replace") if isinstance(content, bytes) else str(part.get_payload()))


def _notice_of(parts: list[Message]) -> UUID | None:
    """The id that we gave the mail: 122 random bits that only whoever had the mail can know."""
    for part in parts:
        for mail in _returned(part):
            for value in (str(mail["X-Lapor-Notice"]), str(mail["Message-ID"]).partition(f"@{settings.MAIL_DOMAIN}")[0]):
                found = OURS.search(value)
                if found is not None:
                    return UUID(found[0])
    return None


def _was_replaced(notice: Notice) -> bool:
    """Whether the address is another one since: what the former one sends back says nothing of it, and its owner may know our mails."""
    known = Reach.objects.filter(address_ref=notice.address_ref, channel=notice.channel, changed_at__gt=notice.sent_at)
    return bool(notice.address_ref) and known.exists()


@transaction.atomic
def take_bounce(raw: bytes, *, at: datetime) -> str:
    """Take a mail that was handed in: a notice that came back for good marks its address as lost and goes on by another way, if there is one.

    Answers `taken`; `temporary` for what may still arrive or lies with us; `unknown` for no notice of ours that is out; `ignored`
    for anything but a report of delivery. Nothing is ever answered (RFC 3834), and nothing that stands in it is kept.
    """
    parts = _parts(_read(raw[:ENOUGH]))
    if not parts:
        return IGNORED
    if not _has_failed(parts):
        return TEMPORARY
    pk = _notice_of(parts)
    notice = Notice.objects.select_for_update().filter(pk=pk, state="sent", channel="email").first() if pk is not None else None
    if notice is None or notice.sent_at is None or _was_replaced(notice):
        return UNKNOWN
    notice.last_error = "bounced"
    if notice.address_ref:
        mark_lost(notice.address_ref, "email", sent_at=notice.sent_at, at=at, cause=Reach.Cause.BOUNCED)
        notice.state, notice.sent_at, notice.tries, notice.due_at, notice.next_try_at = "waiting", None, 0, at, at
    notice.save(update_fields=["last_error", "state", "sent_at", "tries", "due_at", "next_try_at"])
    return TAKEN
