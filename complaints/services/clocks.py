"""Starting, pausing, resuming and stopping the clocks of a complaint as its steps ask (`clock.RULES`)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..clock import COUNTS, FIRST_RUNGS, HANDLER_KEYS, RESOLUTIONS, RULES, ClockRule, Counted, Level, Move, Tick, count, horizon, outcome, share_at
from ..models import NEVER, Clock, ClockEvent
from .plan import Plan
from .reference import Reference, terms


def ticks(events: Iterable[ClockEvent]) -> list[Tick]:
    """A clock's events, oldest first, as the arithmetic reads them."""
    return [Tick(event.kind, event.at, event.calendar_version, event.days) for event in events]


def counted(clock: Clock, happened: Sequence[Tick], reference: Reference) -> Counted:
    """The due instant out of the clock's start, its policy row and its events, each counted by the calendar of its day."""
    rule = terms(clock.policy, clock.zone, clock.week)
    first = clock.started_at.astimezone(ZoneInfo(clock.zone)).date()
    until = horizon(first, rule, happened)
    return count(clock.started_at, rule, happened, lambda version: reference.off_days(clock.holder_id, first, until, version))


def derive(clock: Clock, happened: Sequence[Tick], reference: Reference) -> bool:
    """Set `due_at`, and with a new one the calendar it was read from and where the ladder begins; says whether it moved.

    An event that counts anew and has no calendar yet counts by the one of now.
    """
    first = clock.started_at.astimezone(ZoneInfo(clock.zone)).date()
    until = horizon(first, terms(clock.policy, clock.zone, clock.week), happened)
    newest = reference.newest(first, until)
    found = counted(clock, [replace(tick, calendar=tick.calendar or newest) for tick in happened], reference)
    if clock.due_at == found.due_at:
        return False
    clock.due_at = found.due_at
    clock.calendar_version, clock.is_provisional = reference.calendar_version(first, found.due_at.date())
    clock.rung, clock.rung_at = 0, _first_rung(clock, found, reference)
    return True


def _first_rung(clock: Clock, found: Counted, reference: Reference) -> datetime | None:
    """When the ladder must look at the clock for the first time."""
    if clock.key not in FIRST_RUNGS:
        return None
    level, limit = FIRST_RUNGS[clock.key]
    zone, value = ZoneInfo(clock.zone), reference.limits[limit]
    if level == Level.DAY_45:
        day = found.due_at.astimezone(zone).date() - timedelta(days=found.terms.length - value)
        return datetime.combine(day, datetime.min.time(), tzinfo=zone)
    first = clock.started_at.astimezone(zone).date()
    off = reference.off_days(clock.holder_id, first, found.due_at.astimezone(zone).date(), found.calendar)
    return share_at(clock.started_at, found.terms, value, off, found.pauses)


def _happened(plan: Plan, clock: Clock) -> list[ClockEvent]:
    """The clock's events with those of this step, oldest first."""
    return [*clock.events.order_by("id"), *(event for event in plan.events if event.clock_id == clock.pk)]


def _note(plan: Plan, clock: Clock, kind: str, reason: str, at: datetime | None = None) -> None:
    first = clock.started_at.astimezone(ZoneInfo(clock.zone)).date()
    version = plan.reference.calendar_version(first, clock.due_at.date())[0] if kind in COUNTS else ""
    plan.events.append(ClockEvent(clock=clock, kind=kind, reason=reason, at=at or plan.at, due_at=clock.due_at, calendar_version=version))


def start(plan: Plan, key: str, *, started_at: datetime | None = None) -> Clock | None:
    """Begin a clock at the holder; None when no policy row is in force: then there is no such deadline."""
    complaint = plan.complaint
    policy = plan.reference.policies(complaint.holder).get(key)
    if policy is None:
        return None
    clock = Clock(complaint=complaint, key=key, policy=policy, holder=complaint.holder)
    clock.zone, clock.week = RULES[key].zone or complaint.holder.time_zone, complaint.holder.working_week
    clock.started_at = started_at or plan.at
    derive(clock, [Tick(ClockEvent.START, plan.at)], plan.reference)
    plan.started.append(clock)
    _note(plan, clock, ClockEvent.START, plan.kind)
    return clock


def _stop(plan: Plan, clock: Clock, reason: str, *, leaves_gap: bool = False) -> None:
    """End the clock. With a gap, the time from now to a later resume will not be counted."""
    at = clock.stopped_at if clock.state == Clock.PAUSED and clock.stopped_at else plan.at
    clock.outcome = outcome(clock.due_at, at)
    clock.state, clock.stopped_at = Clock.STOPPED, at
    plan.changed.append(clock)
    _note(plan, clock, ClockEvent.PAUSE if leaves_gap else ClockEvent.STOP, reason)


def _pause(plan: Plan, clock: Clock) -> None:
    clock.state, clock.stopped_at = Clock.PAUSED, plan.at
    plan.changed.append(clock)
    _note(plan, clock, ClockEvent.PAUSE, plan.kind)


def _resume(plan: Plan, clock: Clock, *, at: datetime | None = None, reason: str = "") -> None:
    derive(clock, [*ticks(_happened(plan, clock)), Tick(ClockEvent.RESUME, at or plan.at)], plan.reference)
    clock.state, clock.stopped_at, clock.outcome = Clock.RUNNING, None, ""
    plan.changed.append(clock)
    _note(plan, clock, ClockEvent.RESUME, reason or plan.kind, at)


def _void(plan: Plan, clock: Clock) -> None:
    clock.state, clock.stopped_at, clock.outcome = Clock.VOID, plan.at, "void"
    plan.changed.append(clock)
    _note(plan, clock, ClockEvent.VOID, plan.kind)


def _leaves_gap(plan: Plan, rule: ClockRule, move: Move) -> bool:
    """Whether the time after this stop is taken out again when the clock goes on: a policy flag each for answer and end."""
    if not rule.is_resumable:
        return False
    flag = "statutory_counts_after_closing" if move.ends else "statutory_counts_after_answer"
    return not plan.reference.limits[flag]


def _revive(plan: Plan, move: Move, rule: ClockRule, clock: Clock) -> None:
    """A resumable clock that stopped goes on, or the case ends and from now on the time is not counted."""
    if rule.resumes(move):
        _resume(plan, clock)
    elif move.ends and _leaves_gap(plan, rule, move):
        _note(plan, clock, ClockEvent.PAUSE, plan.kind)


def _advance(plan: Plan, move: Move, key: str, rule: ClockRule, clock: Clock | None) -> bool:
    """Apply one rule to the clock of its key; says whether a new one may be started."""
    alive = clock is not None and clock.state in {Clock.RUNNING, Clock.PAUSED}
    if clock is None or not (alive or rule.is_resumable):
        return True
    if alive and rule.voids(move):
        _void(plan, clock)
    elif alive and (rule.stops(move) or (move.ends and not rule.survives_end)):
        _stop(plan, clock, plan.kind, leaves_gap=_leaves_gap(plan, rule, move))
        return True
    elif clock.state == Clock.STOPPED:
        _revive(plan, move, rule, clock)
    elif clock.state == Clock.RUNNING and rule.pauses(move):
        _pause(plan, clock)
    elif clock.state == Clock.PAUSED and rule.resumes(move):
        _resume(plan, clock)
    return clock.state == Clock.VOID


def _end_hold(plan: Plan, latest: dict[str, Clock]) -> None:
    """A hold is over: what it stopped goes on from its last instant, however much later that is seen."""
    until = plan.stored["hold_until"]
    if until is None or (plan.complaint.hold_reason and plan.at <= until):
        return
    for key in RESOLUTIONS:
        clock = latest.get(key)
        if clock is not None and clock.state == Clock.PAUSED:
            _resume(plan, clock, at=min(plan.at, until), reason="end_hold")


def _retrack(plan: Plan, move: Move, latest: dict[str, Clock]) -> None:
    """The track was settled or changed while a resolution clock of another kind was alive: void it and count under the right one."""
    for key in RESOLUTIONS:
        clock = latest.get(key)
        if key == move.resolution_key or clock is None or clock.state not in {Clock.RUNNING, Clock.PAUSED} or move.ends:
            continue
        if not RULES[move.resolution_key].voids(move) and (found := _count_on(plan, clock, move.resolution_key)) is not None:
            latest[found.key] = found
        _void(plan, clock)


def _count_on(plan: Plan, old: Clock, key: str) -> Clock | None:
    """Count under another key from the same start; the time that did not count does not count here either."""
    clock = start(plan, key, started_at=old.started_at)
    if clock is None:
        return None
    for event in _happened(plan, old):
        if event.kind == ClockEvent.RESUME:
            derive(clock, [*ticks(_happened(plan, clock)), Tick(ClockEvent.RESUME, event.at)], plan.reference)
        if event.kind in {ClockEvent.PAUSE, ClockEvent.RESUME}:
            _note(plan, clock, event.kind, event.reason, event.at)
    clock.state, clock.stopped_at = old.state, old.stopped_at
    return clock


def latest_of(existing: Iterable[Clock]) -> dict[str, Clock]:
    """For each key the clock that is alive, else the one that began last."""
    return {clock.key: clock for clock in sorted(existing, key=lambda c: (c.state in {Clock.RUNNING, Clock.PAUSED}, c.started_at))}


def run(plan: Plan, existing: Iterable[Clock]) -> None:
    """Move every clock of the plan's complaint as the step asks. `existing` are its clocks with their policy rows."""
    move = plan.move()
    latest = latest_of(existing)
    _end_hold(plan, latest)
    _retrack(plan, move, latest)
    begun = {clock.key for clock in plan.started}
    for key, rule in RULES.items():
        free = _advance(plan, move, key, rule, latest.get(key))
        if free and key not in begun and rule.starts(move):
            _begin(plan, move, key)
    running = [clock for clock in (*latest.values(), *plan.started) if clock.state == Clock.RUNNING and clock.key in HANDLER_KEYS]
    plan.complaint.next_due_at = min((clock.due_at for clock in running), default=NEVER)


def _begin(plan: Plan, move: Move, key: str) -> None:
    complaint = plan.complaint
    if key == "statutory_60":
        start(plan, key, started_at=complaint.complete_at)
    elif key == "decision_delivery" and complaint.decision_on is not None:
        noon = datetime.combine(complaint.decision_on, datetime.min.time(), tzinfo=ZoneInfo(complaint.holder.time_zone)) + timedelta(hours=12)
        clock = start(plan, key, started_at=min(noon, plan.at))
        if clock is not None:  # the answer delivers the decision
            clock.outcome, clock.state, clock.stopped_at = outcome(clock.due_at, plan.at), Clock.STOPPED, plan.at
            _note(plan, clock, ClockEvent.STOP, plan.kind)
    else:
        clock = start(plan, key)
        if clock is not None and RULES[key].pauses(move):  # it begins while it may not run
            clock.state, clock.stopped_at = Clock.PAUSED, plan.at
            _note(plan, clock, ClockEvent.PAUSE, plan.kind)
