"""The doorbells of monitoring's sweeps: beat rings, the rows in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="monitoring.follow")
def follow() -> dict[str, int]:
    """Propose referrals, take them on, release reports whose referral ended, make the dossiers that are due."""
    return services.follow(at=timezone.now())
