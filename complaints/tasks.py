"""The doorbells of complaints' sweeps: beat rings, the clocks in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="complaints.expire")
def expire() -> dict[str, int]:
    """Take the steps that time alone brings, and forget sealed receipts whose day is over."""
    now = timezone.now()
    return services.expire(at=now) | {"forgotten": services.forget_replays(at=now), "drafts": services.forget_drafts(at=now)}


@shared_task(name="complaints.letters")
def letters() -> dict[str, int]:
    """Number the answers that have no letter yet, and draw what waits."""
    return services.write_letters(at=timezone.now())


@shared_task(name="complaints.hand_over")
def hand_over() -> int:
    """Take open cases from officers who have lost the power over them."""
    return services.release(at=timezone.now())
