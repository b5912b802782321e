"""Answers that are typed and not sent: kept for the one who typed them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from lapor.ground.actor import Actor

from ..models import AnswerDraft
from .reference import Reference


def drafts_of(pk: UUID, step: str, *, by: Actor, at: datetime) -> AnswerDraft | None:
    """What the actor typed for this step of this case and did not send; never anybody else's, never one that is too old."""
    reference = Reference(at)
    since = at - timedelta(days=reference.limits["answer_draft_days"])
    return AnswerDraft.objects.filter(complaint=pk, user=by.user_id, step=step, saved_at__gt=since).first()


@transaction.atomic
def keep_draft(pk: UUID, step: str, *, typed: Mapping[str, Any], by: Actor, at: datetime) -> AnswerDraft | None:
    """Keep what was typed in place of what was kept before; None when there is nothing to keep. Whoever calls has shown the case."""
    longest = Reference(at).limits["text_max"]
    kept = {name: str(value).replace("\x00", "")[:longest] for name, value in typed.items() if str(value).strip()}
    if not kept:
        drop_draft(pk, step, by=by)
        return None
    row, _made = AnswerDraft.objects.update_or_create(complaint_id=pk, user_id=by.user_id, step=step, defaults={"typed": kept, "saved_at": at})
    return row


def drop_draft(pk: UUID, step: str, *, by: Actor) -> None:
    AnswerDraft.objects.filter(complaint=pk, user=by.user_id, step=step).delete()


def forget_drafts(*, at: datetime) -> int:
    """Remove what nobody came back to; says how many."""
    days = Reference(at).limits["answer_draft_days"]
    return AnswerDraft.objects.filter(saved_at__lt=at - timedelta(days=days)).delete()[0]
