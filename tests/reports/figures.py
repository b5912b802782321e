"""A quarter's sums of the small country, written into the books, and editions of them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from institutions.models import Institution, PriorityIssue
from monitoring.figures import Period
from monitoring.models import Fact
from reports import services
from reports.models import Edition
from tests.monitoring.books import book, stand
from tests.world import World

WIB = ZoneInfo("Asia/Jakarta")
QUARTER = Period.parse("2026-Q3")
AFTER = datetime(2026, 10, 5, 9, tzinfo=WIB)  # a Monday
DAY = date(2026, 8, 10)
LATER = date(2026, 9, 1)

COUNTS: dict[Any, int] = {
    "received": 40,
    "validated": 37,
    "responded": 33,
    "followed_up": 29,
    "completed": 25,
    "archived": 3,
    "closed": 27,
    "passed_60": 2,
    "reopened": 2,
    "returned": 1,
    "disposed_here": 11,
    "pended": 4,
    "arrived": 41,
    "rated": 15,
    "stars": 58,
    ("met", "clock", "verify_institution"): 31,
    ("missed", "clock", "verify_institution"): 6,
    ("met", "clock", "resolution_non_oversight"): 20,
    ("missed", "clock", "resolution_non_oversight"): 7,
    ("met", "clock", "reply_handling"): 3,
    ("verify_days", "days", "1"): 10,
    ("verify_days", "days", "3"): 20,
    ("verify_days", "days", "9"): 7,
    ("followup_days", "days", "4"): 9,
    ("followup_days", "days", "11"): 8,
    ("rated", "stars", "5"): 8,
    ("rated", "stars", "3"): 4,
    ("rated", "stars", "2"): 3,
    ("completed", "closure", "auto_no_reply"): 5,
    ("completed", "closure", "reporter_confirmed"): 20,
    ("archived", "reason", "too_general"): 3,
    ("pended", "reason", "incomplete"): 4,
    ("received", "channel", "web"): 30,
    ("received", "channel", "whatsapp"): 10,
    ("completed", "channel", "web"): 20,
    ("received", "kind", "complaint"): 40,
    ("received", "track", "non_oversight"): 40,
    ("received", "topic", "public_works.potholes"): 26,
    ("received", "region", "33.74"): 40,
    ("received", "gender", "female"): 22,
    ("received", "gender", "male"): 14,
    ("received", "gender", "other"): 4,
    ("rated", "gender", "female"): 11,
    ("stars", "gender", "female"): 44,
    ("rated", "gender", "male"): 4,
    ("stars", "gender", "male"): 14,
}
LEVELS: dict[Any, int] = {
    "open": 12,
    "open_over_60": 2,
    "units": 4,
    "units_active": 3,
    "accounts": 8,
    "accounts_covered": 8,
    ("open", "band", "0-5"): 7,
    ("open", "band", "61+"): 5,
    ("open", "state", "in_progress"): 12,
}


def counted(world: World, *places: Institution) -> None:
    """The same sums at each of these places, and half of what arrived in the quarter before."""
    for place in places or (world.city,):
        book(place, DAY, COUNTS)
        book(place, DAY - timedelta(days=91), {"received": 20, "validated": 20, "followed_up": 15})
        stand(place, QUARTER.last, LEVELS)


def frozen(world: World, template: str = "micro", place: Institution | None = None, **more: Any) -> Edition:
    return services.generate(
        template, place or world.city, more.pop("period", QUARTER), by=world.actor(more.pop("who", "system")), at=more.pop("at", AFTER), **more
    )


ROADS = "road-damage"
OF_ISSUE = {
    "received": 40, "validated": 37, "responded": 33, "followed_up": 29, "completed": 25, "archived": 3, "closed": 27, "passed_60": 2, "reopened": 2,
    "rated": 15, "stars": 58,
}  # fmt: skip


def issue_of(owner: Institution | None = None, **target: Any) -> PriorityIssue:
    """Damaged roads, owned by whom is said."""
    PriorityIssue.objects.filter(pk=ROADS).update(owner=owner, **target)
    return PriorityIssue.objects.select_related("owner", "legal_basis").get(pk=ROADS)


def counted_of_issue(world: World) -> None:
    """The nation's sums of damaged roads, what lies of them at city and ministry, and eleven facts to be told by topic and region."""
    for place, share in ((world.nation, 1), (world.city, 2), (world.ministry, 2)):
        book(place, DAY, {(measure, "issue", ROADS): n // share for measure, n in OF_ISSUE.items()})
        book(place, DAY - timedelta(days=91), {("received", "issue", ROADS): 20, ("validated", "issue", ROADS): 20, ("followed_up", "issue", ROADS): 15})
        stand(place, QUARTER.last, {("open", "issue", ROADS): 12 // share})
    cuts = {"topic": "public_works.potholes", "region": "33.74", "channel": "web", "track": "non_oversight", "kind": "complaint", "issue": [ROADS]}
    for number in range(11):
        cohort: dict[str, Any] = {"received": {}} | ({"followed_up": {}} if number < 4 else {})
        said = cuts | ({"topic": "", "channel": "whatsapp"} if number % 4 == 0 else {})
        complaint = world.submit().complaint
        Fact.objects.create(complaint=complaint, institution=world.nation, arrived_on=DAY, last_on=DAY, cuts=said, cohort=cohort)


def frozen_of_issue(world: World, **more: Any) -> Edition:
    """The report on damaged roads, whoever owns them."""
    about = PriorityIssue.objects.select_related("owner", "legal_basis").get(pk=ROADS)
    return services.generate("issue", about, more.pop("period", QUARTER), by=world.actor(more.pop("who", "system")), at=more.pop("at", AFTER), **more)
