"""The doorbells of the upper floor's sweeps: beat rings, the rows in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="monitoring.follow")
def follow() -> dict[str, int]:
    """Propose referrals, take them on, release reports whose referral ended, make the dossiers that are due."""
    return services.follow(at=timezone.now())


@shared_task(name="monitoring.watch")
def watch() -> dict[str, int]:
    """Raise the rungs of the ladder that have fallen."""
    return dict(services.watch(at=timezone.now()).counts)


@shared_task(name="monitoring.silence")
def silence() -> dict[str, int]:
    """Warn of cases in handling on which nothing is done."""
    return dict(services.watch_silence(at=timezone.now()).counts)


@shared_task(name="monitoring.summarise")
def summarise() -> dict[str, int]:
    """Queue the daily summaries whose hour has come."""
    return services.summarise(at=timezone.now())


@shared_task(name="monitoring.measure")
def measure() -> dict[str, int]:
    """Count what is new, and take the stock of the days that have ended."""
    return services.measure(at=timezone.now())
