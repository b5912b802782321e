"""A place with something of everything in its books, for what shows figures."""

from datetime import date, timedelta

from institutions.models import Institution
from tests.monitoring.books import Key, book, stand

COUNTS: dict[Key, int] = {
    "received": 120, "validated": 110, "responded": 100, "followed_up": 88, "completed": 70, "passed_60": 3, "archived": 10, "closed": 90,
    "reopened": 4, "restored": 1, "pended": 6, "arrived": 130, "disposed_here": 118, "returned": 5, "disposed_on": 100, "misrouted": 7,
    "rated": 40, "stars": 168,
    ("received", "topic", "public_works.potholes"): 80, ("received", "topic", ""): 40,
    ("validated", "topic", "public_works.potholes"): 75, ("followed_up", "topic", "public_works.potholes"): 60,
    ("closed", "topic", "public_works.potholes"): 61,
    ("received", "region", "33.74"): 100, ("received", "region", "31.71"): 15, ("received", "region", ""): 5,
    ("received", "channel", "web"): 117, ("received", "channel", "sms"): 3, ("received", "kind", "complaint"): 120,
    ("received", "track", "non_oversight"): 120, ("received", "issue", "stunting"): 20, ("followed_up", "issue", "stunting"): 15,
    ("validated", "issue", "stunting"): 20,
    ("met", "clock", "verify_national"): 100, ("missed", "clock", "verify_national"): 20, ("met", "clock", "resolution_non_oversight"): 81,
    ("missed", "clock", "resolution_non_oversight"): 9, ("met", "clock", "reply_handling"): 3,
    ("archived", "reason", "too_general"): 10, ("pended", "reason", "incomplete"): 6, ("closed", "closure", "reporter_confirmed"): 70,
    ("closed", "closure", "auto_no_reply"): 20, ("completed", "closure", "auto_no_reply"): 18,
    ("verify_days", "days", "1"): 60, ("verify_days", "days", "4"): 20, ("handling_days", "days", "12"): 90, ("followup_days", "days", "3"): 88,
    ("rated", "stars", "5"): 20, ("rated", "stars", "4"): 12, ("rated", "stars", "2"): 8,
    ("received", "gender", "female"): 60, ("received", "gender", "other"): 2, ("received", "gender", "male"): 30,
}  # fmt: skip
BEFORE = {"received": 100, "validated": 90, "followed_up": 60, "closed": 80}
LEVELS: dict[Key, int] = {
    "open": 50, ("open", "band", "0-5"): 20, ("open", "band", "6-14"): 15, ("open", "band", "61+"): 15, ("open", "state", "in_progress"): 50,
    "open_over_60": 4, "units": 5, "units_active": 4, "accounts": 10, "accounts_covered": 9,
}  # fmt: skip


def fill(place: Institution, times: int = 1, *, on: date = date(2026, 11, 2)) -> None:
    """A day, and the month before it with less."""
    last = on.replace(day=1) - timedelta(days=1)
    book(place, on, {key: n * times for key, n in COUNTS.items()})
    book(place, last, {key: n * times for key, n in BEFORE.items()})
    stand(place, on, LEVELS)
    stand(place, last, {"open": 40})
