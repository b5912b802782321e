"""The lists of the Ombudsman's console: deadlines of the law that passed or come near, over the cases that the reader may see."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from complaints.models import Clock, Complaint
from complaints.workflow import ACTIVE
from lapor.ground.actor import Actor

JAKARTA = ZoneInfo("Asia/Jakarta")  # where the days of the law are counted


def _running(key: str) -> QuerySet[Clock]:
    return Clock.objects.running().filter(key=key, complaint__state__in=sorted(ACTIVE), complaint__lead=None)


def past_60(at: datetime) -> QuerySet[Clock]:
    """Open cases whose day 60 has ended without an answer."""
    return _running("statutory_60").filter(due_at__lt=at)


def nearly_60(at: datetime, *, days: int) -> QuerySet[Clock]:
    """Open cases that have at most so many days left."""
    today = at.astimezone(JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0)
    return _running("statutory_60").filter(due_at__gte=at, due_at__lt=today + timedelta(days=days + 1))


def deadlocked(at: datetime) -> QuerySet[Clock]:
    """Disputes about who is competent that nobody decided in time."""
    return _running("jurisdiction_decision").filter(due_at__lt=at, complaint__is_disputed=True)


def shown_to(rows: QuerySet[Clock], actor: Actor) -> QuerySet[Clock]:
    """Those of cases that the actor may read; the others are only counted."""
    return rows.filter(complaint__in=Complaint.objects.seen_by(actor)).select_related("complaint__holder", "complaint__topic")
