"""The doorbells of the reporting floor's sweeps: beat rings, the rows in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="reports.release")
def release() -> dict[str, int]:
    """Tell the public the months that are due."""
    return services.release(at=timezone.now())


@shared_task(name="reports.publish")
def publish() -> dict[str, int]:
    """Make the evaluation reports that are owed, tell of due days, draw the files that wait."""
    return services.publish(at=timezone.now())
