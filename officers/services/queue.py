"""Queueing notices as rows; nothing here touches the network."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F

from lapor.ground.writing import insert

from ..models import Notice, User
from ..notices import EVENTS


@dataclass(frozen=True, slots=True)
class Message:
    """A notice to be queued: for an officer, or for an address that only a resolver can open."""

    event: str
    context: Mapping[str, Any]
    recipient_id: int | None = None
    address_ref: str = ""
    language: str = "id"


def notify_many(messages: Sequence[Message], *, at: datetime) -> list[Notice]:
    """Queue messages as rows, in one statement; nothing here touches the network. Refuses an event that nobody registered."""
    rows = []
    for message in messages:
        if message.event not in EVENTS:
            raise KeyError(message.event)
        pk = uuid.uuid4()
        rows.append(
            Notice(
                id=pk,
                event=message.event,
                recipient_id=message.recipient_id,
                address_ref=message.address_ref,
                language=message.language,
                context=dict(message.context),
                message_id=f"<{pk}@{settings.MAIL_DOMAIN}>",
                created_at=at,
                due_at=at,
                next_try_at=at,
            )
        )
    insert(rows)
    return rows


def notify(
    *, event: str, at: datetime, context: Mapping[str, Any], recipients: Iterable[User] = (), address_ref: str = "", language: str = "id"
) -> list[Notice]:
    """Queue one message for each recipient, or one for the address behind an opaque reference."""
    messages = [Message(event, context, recipient_id=user.pk, language=user.language) for user in recipients]
    if address_ref:
        messages.append(Message(event, context, address_ref=address_ref, language=language))
    return notify_many(messages, at=at)


def mark_sent(*, before: datetime) -> int:
    """Count the notices that were due before an instant as sent without sending them: for a history that is invented or imported."""
    return Notice.objects.filter(state="waiting", due_at__lt=before).update(state="sent", sent_at=F("due_at"))
