"""The doorbell of what the reports publish: beat rings, the months that are due are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="reports.release")
def release() -> dict[str, int]:
    """Tell the public the months that are due."""
    return services.release(at=timezone.now())
