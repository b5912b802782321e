"""The facts of a report: one for each place it has been at."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from complaints.workflow import ACTIVE, ENDED, State

from .deadlines import outcome
from .history import BESIDE_A_HOLD, COMPLETED, CUTS, DAY, LEFT_OUT, UNTOUCHED, Event, FactData, History, Place, Stay, WorkingDays
from .walk import Walk, step


def _ended(events: Sequence[Event]) -> tuple[str, str]:
    """The state that the report is in, and with which reason it came there."""
    last = next((event for event in reversed(events) if event.before != event.after), events[0])
    return last.after, last.reason


def _cohort(walk: Walk, place: int, over_on: str | None) -> dict[str, dict[str, str]]:
    """What has become of it, each with the dims that it has beside the cuts."""
    state, reason = _ended(walk.history.events)
    found = {"received": dict(walk.history.people)}
    if state == State.ARCHIVED:
        return found | {"archived": {"reason": reason}}
    if not walk.is_verified:
        return found
    found["validated"] = {}
    if place in walk.responded:
        found["responded"] = {}
    if walk.answered:
        found["followed_up"] = {}
    if state == State.CLOSED and reason in COMPLETED:
        found["completed"] = {"closure": reason}
    if over_on is not None:
        found["passed_60"] = {}
    return found


def _stays(walk: Walk, place: int) -> list[Stay]:
    """The days at whose end it was open here: from, to (None: still), the state, and since when a desk has left it alone."""
    found: list[Stay] = []
    events, is_held = walk.history.events, False
    for number, event in enumerate(events):
        is_held = event.kind == "hold" or (is_held and event.kind in BESIDE_A_HOLD)
        day = walk.day(event.at, place)
        until = walk.day(events[number + 1].at, place) if number + 1 < len(events) else None
        if until == day or event.after not in ACTIVE or place not in walk.path(event.holder):
            continue
        last = (date.fromisoformat(until) - DAY).isoformat() if until is not None else None
        found.append([day, last, str(event.after), None if is_held or event.after not in UNTOUCHED else day])
    return found


def _deadlines(walk: Walk, at: datetime) -> str | None:
    """Count what was met and missed; the day from which the report is past the 60 days of the law."""
    over_on = None
    for deadline in walk.history.deadlines:
        found = outcome(deadline, walk.history.events, at)
        if found is None:
            continue
        for place in walk.path(found.holder):
            day = found.day or walk.day(found.at, place)
            walk.put(place, day, "met" if found.is_met else "missed", "clock", found.key)
        if found.key == "statutory_60" and not found.is_met:
            over_on = found.day
    return over_on


def facts(history: History, places: Mapping[int, Place], working: WorkingDays, at: datetime) -> list[FactData]:
    """One fact for each place the report has been at, as things stand at `at`; `places` knows every holder and all above it."""
    walk = Walk(history, places, working)
    for event in history.events:
        step(walk, event)
    over_on = _deadlines(walk, at)
    state, reason = _ended(history.events)
    is_counted = not (state in ENDED and reason in LEFT_OUT)
    cuts: dict[str, str | list[str]] = {name: getattr(history, name) for name in CUTS if name != "issue"}
    cuts["issue"] = sorted(history.issues)
    here = set(walk.path(history.events[-1].holder)) if state in ACTIVE else set()
    found = []
    for place, arrived_on in sorted(walk.arrived.items()):
        flow, stays = sorted([*key, n] for key, n in walk.flow[place].items()), _stays(walk, place)
        days = [arrived_on, *(str(row[0]) for row in flow), *(day for stay in stays for day in stay[:2] if day is not None)]
        cohort = _cohort(walk, place, over_on)
        found.append(FactData(place, is_counted, history.is_secret, arrived_on, over_on, cuts, cohort, flow, stays, place in here, max(days)))  # type: ignore[arg-type]
    return found
