"""The doorbells of officers' sweeps: beat rings, the rows in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="officers.deliver")
def deliver() -> dict[str, int]:
    """Send the notices that are due."""
    now = timezone.now()
    return services.deliver(at=now, today=timezone.localdate(now)).as_dict()


@shared_task(name="officers.expire")
def expire() -> int:
    """Tidy away the powers of appointments that ended, and close the sessions and tokens of those who hold none any more."""
    now = timezone.now()
    today = timezone.localdate(now)
    return services.expire(at=now, today=today) + services.close_idle_accounts(at=now, today=today)
