"""The doorbells of complaints' sweeps: beat rings, the clocks in the database are the queue."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="complaints.expire")
def expire() -> dict[str, int]:
    """Take the steps that time alone brings, release cases whose officer is gone, forget sealed receipts, drafts and replaced contacts."""
    now = timezone.now()
    forgotten = {"forgotten": services.forget_replays(at=now), "drafts": services.forget_drafts(at=now), "contacts": services.settle_contacts(at=now)}
    return services.expire(at=now) | {"released": services.release(at=now)} | forgotten


@shared_task(name="complaints.letters")
def letters() -> dict[str, int]:
    """Number the answers that have no letter yet, and draw what waits."""
    return services.write_letters(at=timezone.now())


@shared_task(name="complaints.remind")
def remind() -> dict[str, int]:
    """Queue the reminders to reporters that are due."""
    return services.remind(at=timezone.now())


@shared_task(name="complaints.propose_tags")
def propose_tags() -> dict[str, int]:
    """Propose priority issues for new and edited reports."""
    return services.propose_tags(at=timezone.now())


@shared_task(name="complaints.recompute")
def recompute() -> dict[str, int]:
    """Count running deadlines anew where the calendar changed."""
    done = services.recompute(at=timezone.now())
    return {"moved": done.moved, "kept": done.kept, "confirmed": done.confirmed}


@shared_task(name="complaints.clean")
def clean() -> dict[str, int]:
    """Make the copies of files that wait, and delete those that no report took up."""
    now = timezone.now()
    return services.clean_uploads(at=now, limit=20) | {"orphans": services.drop_orphans(at=now)}
