"""The rungs that a case climbed."""

from datetime import datetime, timedelta

from complaints.models import Complaint
from monitoring.models import Escalation
from monitoring.services import watch
from tests.world import WIB

DAY_60 = datetime(2027, 1, 2, tzinfo=WIB)  # the end of the 60th day after 2 November
SECOND = timedelta(seconds=1)


def rungs(complaint: Complaint, key: str = "statutory_60") -> list[tuple[str, datetime]]:
    rows = Escalation.objects.filter(complaint=complaint, key=key).order_by("pk")
    return list(rows.values_list("rung", "happened_at"))


def raised(at: datetime) -> dict[str, int]:
    return dict(watch(at=at).counts)
