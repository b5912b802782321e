"""How often one client or officer may do something in a window of minutes."""

from datetime import datetime, timedelta
from math import ceil

from lapor.ground import throttle
from lapor.ground.problems import Refusal


def spend(bucket: str, *, most: int, minutes: int, sentence: str, at: datetime) -> None:
    """Count one use; above `most` within `minutes` refuses 429 with the sentence, which says when to come back (`%(minutes)d`)."""
    seconds = int(timedelta(minutes=minutes).total_seconds())
    wait = throttle.blocked(bucket, limit=most, seconds=seconds, at=at)
    if wait is not None:
        raise Refusal("too_many_requests", sentence % {"minutes": ceil(timedelta(seconds=wait) / timedelta(minutes=1))}, retry_after=wait)
    throttle.hit(bucket, seconds=seconds, at=at)
