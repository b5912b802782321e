"""Walking through a report's history: what happened on the way, and at which places."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from complaints import clock as arithmetic
from complaints.clock import RESOLUTIONS
from complaints.workflow import State

from .history import COMPLETED, DISPOSITIONS, NOT_VERIFIED, RETURNS, TAKEN_UP, Event, History, Ids, Key, Place, WorkingDays


@dataclass(slots=True)
class Walk:
    """What is known on the way, and what has happened so far at each place."""

    history: History
    places: Mapping[int, Place]
    working: WorkingDays
    arrived: dict[int, str] = field(default_factory=dict)  # place -> the day on which the report first came there
    flow: dict[int, Counter[Key]] = field(default_factory=dict)
    since: datetime | None = None  # when it came to whoever holds it
    queued: datetime | None = None  # when it came into the queue for verification where it is
    sent: list[tuple[Ids, int]] = field(default_factory=list)  # dispositions that were not returned: by whom (their path), to whom
    responded: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)
    is_verified: bool = False  # some desk has found it valid: sent it on, or taken it up
    _days: dict[tuple[datetime, str], str] = field(default_factory=dict)
    _paths: dict[int | None, Ids] = field(default_factory=dict)

    def path(self, holder: int | None) -> Ids:
        """The places at which the report counts while this one holds it: for a part not the nation, which counts the lead."""
        if holder not in self._paths:
            whole = self.places[holder].path if holder is not None else ()
            self._paths[holder] = whole[1:] if self.history.is_part else whole
        return self._paths[holder]

    def day(self, at: datetime, place: int) -> str:
        """The local day of a place."""
        zone = self.places[place].zone
        if (at, zone) not in self._days:
            self._days[at, zone] = at.astimezone(ZoneInfo(zone)).date().isoformat()
        return self._days[at, zone]

    def date(self, at: datetime, place: int) -> date:
        return date.fromisoformat(self.day(at, place))

    def add(self, places: Iterable[int], at: datetime, measure: str, dim: str = "", value: str = "", *, n: int = 1) -> None:
        for place in places:
            self.put(place, self.day(at, place), measure, dim, value, n=n)

    def put(self, place: int, day: str, measure: str, dim: str = "", value: str = "", *, n: int = 1) -> None:
        found = self.flow[place]
        found[day, measure, "", ""] += n
        if dim:
            found[day, measure, dim, value] += n

    def count_days(self, places: Iterable[int], at: datetime, measure: str, days: int) -> None:
        self.add(places, at, measure, "days", str(days))

    def worked(self, holder: int, since: datetime, until: datetime) -> int:
        return self.working(holder, self.date(since, holder), self.date(until, holder))


def _arrive(walk: Walk, event: Event) -> None:
    for place in walk.path(event.holder):
        if place not in walk.arrived:
            walk.arrived[place], walk.flow[place] = walk.day(event.at, place), Counter()
    if event.holder != event.holder_before:
        walk.since = event.at


def _queue(walk: Walk, event: Event) -> None:
    """Out of one queue for verification and into another, just as the clocks of verification stop and start."""
    is_moved = event.before != event.after or event.holder != event.holder_before
    if not is_moved:
        return
    if walk.queued is not None and event.holder_before is not None and event.kind not in NOT_VERIFIED:
        walk.count_days(walk.path(event.holder_before), event.at, "verify_days", walk.worked(event.holder_before, walk.queued, event.at))
    walk.queued = None
    if event.after == State.AWAITING_VERIFICATION:
        walk.queued = event.at
        walk.add(walk.path(event.holder), event.at, "arrived")


def _common(one: Ids, other: Ids) -> Ids:
    return tuple(a for a, b in zip(one, other, strict=False) if a == b)


def _dispose(walk: Walk, event: Event) -> None:
    """Who sent the report where, and what came back: a return takes back the disposition that brought it there, and no other."""
    before, after = walk.path(event.holder_before), walk.path(event.holder)
    is_last = bool(walk.sent) and walk.sent[-1][1] == event.holder_before
    if event.kind in RETURNS and event.reason != "recalled":
        if is_last:
            sender, _to = walk.sent.pop()
            walk.add(before, event.at, "returned")
            walk.add(sender, event.at, "misrouted")
        return
    if event.kind == "redispose":  # by a desk above both
        before = _common(before, after)
        if is_last:
            walk.sent.pop()
    elif event.kind == "part":
        before = ()
    elif event.kind not in DISPOSITIONS:
        return
    walk.sent.append((before, event.holder))
    walk.add(before, event.at, "disposed_on")
    walk.add(after, event.at, "disposed_here")


def _stood_still(walk: Walk, holder: int, since: datetime, until: datetime) -> int:
    """The working days between two instants on which the deadline of the resolution stood still."""
    first, last = walk.date(since, holder), walk.date(until, holder)
    spans = []
    for deadline in walk.history.deadlines:
        if deadline.key in RESOLUTIONS:
            for begin, end in arithmetic.spans([arithmetic.Tick(tick.kind, tick.at) for tick in deadline.ticks]):
                spans.append((max(first, walk.date(begin, holder)), min(last, walk.date(end, holder)) if end is not None else last))
    total, reached = 0, first
    for start, stop in sorted(spans):
        total += walk.working(holder, max(start, reached), stop) if stop > reached else 0
        reached = max(reached, stop)
    return total


def _respond(walk: Walk, event: Event) -> None:
    """The first own response of each place, and its first own final follow-up: from the arrival at whoever gives it."""
    holder = event.holder_before
    if event.kind not in {"respond", "answer"} or holder is None or walk.since is None:
        return
    path = walk.path(holder)
    first = [place for place in path if place not in walk.responded]
    walk.responded.update(first)
    worked = walk.worked(holder, walk.since, event.at)
    walk.count_days(first, event.at, "response_days", worked)
    if event.kind == "answer":
        first = [place for place in path if place not in walk.answered]
        walk.answered.update(first)
        walk.count_days(first, event.at, "followup_days_raw", worked)
        walk.count_days(first, event.at, "followup_days", worked - _stood_still(walk, holder, walk.since, event.at))


def _end(walk: Walk, event: Event) -> None:
    path = walk.path(event.holder)
    if event.after == State.CLOSED != event.before:
        walk.add(path, event.at, "closed", "closure", event.reason)
        for place in path:
            days = walk.date(event.at, place) - date.fromisoformat(walk.arrived[place])
            walk.count_days((place,), event.at, "handling_days", days.days)
    if event.rating is not None:
        walk.add(path, event.at, "stars", n=event.rating)
        walk.add(path, event.at, "rated", "stars", str(event.rating))
        for dim, value in walk.history.people.items():
            for place in path:
                walk.flow[place][walk.day(event.at, place), "rated", dim, value] += 1
                walk.flow[place][walk.day(event.at, place), "stars", dim, value] += event.rating


def _happen(walk: Walk, event: Event) -> None:
    before = walk.path(event.holder_before)
    if event.kind == "pend":
        walk.add(before, event.at, "pended", "reason", event.reason)
    elif event.kind == "reopen":
        walk.add(before, event.at, "reopened")
    elif event.kind == "restore":
        walk.add(before, event.at, "restored")
        walk.sent.clear()


def _verify(walk: Walk, event: Event) -> None:
    """Found valid: sent on, taken up, or settled at once."""
    is_settled = event.after == State.CLOSED and event.reason in COMPLETED
    walk.is_verified |= event.after in TAKEN_UP or event.kind in {"dispose_to_institution", "part"} or is_settled


LOOKS = (_verify, _arrive, _queue, _dispose, _respond, _end, _happen)


def step(walk: Walk, event: Event) -> None:
    for look in LOOKS:
        look(walk, event)
