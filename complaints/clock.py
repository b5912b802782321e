"""How time is counted: the arithmetic of legal deadlines and which step moves which clock (DOMAIN: time limits). Pure.

Day 0 is the local calendar date of the event, whatever the hour; the last day ends at 23:59:59 local time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from .workflow import ACCEPTING, ENDED, HANDLING, Classification, State, Track

WORKING, CALENDAR, HOURS = "working", "calendar", "hours"
END_OF_DAY = time(23, 59, 59)
WEEK = 5  # Monday to Friday
DAY = timedelta(days=1)
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a policy row grants: `length` in `unit`, never later than the cap in its own unit, counted in `zone`."""

    unit: str
    length: int
    zone: str
    cap_length: int | None = None
    cap_unit: str = CALENDAR
    week: int = WEEK


def is_working_day(day: date, off_days: Collection[date], week: int = WEEK) -> bool:
    return day.weekday() < week and day not in off_days


COUNTED, WEEKEND, OFF, PAUSED = "counted", "weekend", "off", "paused"
Days = Sequence[tuple[date, date | None]]


def walk(start: date, length: int, unit: str, off_days: Collection[date], paused: Days = (), week: int = WEEK) -> Iterator[tuple[date, str]]:
    """Each day after `start` until `length` days of `unit` are over, with what it is to the count: counted, weekend, off or paused.

    A pause (p, r) takes out the days after p up to and with r: the day on which it begins counts as used.
    """
    day, left = start, length
    ended = [(p, r) for p, r in paused if r is not None]
    while left > 0:
        day += DAY
        if ended and _is_inside(day, ended):
            yield day, PAUSED
        elif unit == WORKING and day.weekday() >= week:
            yield day, WEEKEND
        elif unit == WORKING and day in off_days:
            yield day, OFF
        else:
            left -= 1
            yield day, COUNTED


def _is_inside(day: date, paused: Sequence[tuple[date, date]]) -> bool:
    for begin, end in paused:  # noqa: SIM110 `any` with a generator costs more than the rest of the walk
        if begin < day <= end:
            return True
    return False


def add_days(start: date, length: int, unit: str, off_days: Collection[date], paused: Days = (), week: int = WEEK) -> date:
    """The date on which `length` days of `unit` after `start` are over, days inside a pause not counted."""
    day = start
    for day, _what in walk(start, length, unit, off_days, paused, week):  # noqa: B007
        pass
    return day


def due_at(started_at: datetime, terms: Terms, off_days: Collection[date] = frozenset(), pauses: Iterable[Span] = ()) -> datetime:
    """The instant (UTC-comparable, in the clock's zone) after which the clock is breached.

    `off_days` are the dates that are no working days although they fall on Monday to Friday. A pause that has not ended yet
    is not counted: while it lasts the stored date is the one before the pause and the clock is not running.
    """
    zone = ZoneInfo(terms.zone)
    spans = [(begin, end) for begin, end in pauses if end is not None]
    if terms.unit == HOURS:
        return started_at + timedelta(hours=terms.length) + sum((end - begin for begin, end in spans), timedelta())
    start = started_at.astimezone(zone).date()
    paused = [(begin.astimezone(zone).date(), end.astimezone(zone).date()) for begin, end in spans]
    last = add_days(start, terms.length, terms.unit, off_days, paused, terms.week)
    if terms.cap_length is not None:
        last = min(last, add_days(start, terms.cap_length, terms.cap_unit, off_days, paused, terms.week))
    return datetime.combine(last, END_OF_DAY, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Tick:
    """A clock event as the arithmetic reads it. `calendar` is the version by which an event that counts anew read the days off."""

    kind: str
    at: datetime
    calendar: str = ""
    days: int = 0


START, PAUSE, RESUME, EXTEND, RECOMPUTE = "start", "pause", "resume", "extend", "recompute"
COUNTS = frozenset({START, RESUME, EXTEND, RECOMPUTE})
Calendar = Callable[[str], Collection[date]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the due instant was counted from: all that is needed to count it again."""

    due_at: datetime
    terms: Terms
    calendar: str = ""
    pauses: tuple[Span, ...] = ()


def spans(ticks: Iterable[Tick]) -> list[Span]:
    """The pauses, the last one perhaps still open. A second pause inside one changes nothing."""
    found: list[Span] = []
    for tick in ticks:
        is_open = bool(found) and found[-1][1] is None
        if tick.kind == PAUSE and not is_open:
            found.append((tick.at, None))
        elif tick.kind == RESUME and is_open:
            found[-1] = (found[-1][0], tick.at)
    return found


def count(started_at: datetime, terms: Terms, ticks: Sequence[Tick], calendar: Calendar) -> Counted:
    """The due instant out of everything that ever happened to the clock.

    Each event that counts anew does so by the calendar of its own day and never brings the deadline nearer: a holiday that
    is taken back, or a day that was worked after all, takes nothing from anybody.
    """
    found: Counted | None = None
    for number, tick in enumerate(ticks, 1):
        if tick.kind not in COUNTS:
            continue
        granted = replace(terms, length=terms.length + sum(past.days for past in ticks[:number]))
        pauses = tuple(spans(ticks[:number]))
        due = due_at(started_at, granted, calendar(tick.calendar), pauses)
        if found is None or due >= found.due_at:
            found = Counted(due, granted, tick.calendar, pauses)
    if found is None:
        raise ValueError("a clock has at least a start")
    return found


def horizon(start: date, terms: Terms, ticks: Iterable[Tick] = ()) -> date:
    """A date that the result of `count` cannot pass: how far the calendar must be read."""
    happened = list(ticks)
    more = sum(((end - begin).days + 1 for begin, end in spans(happened) if end is not None), 0) + sum(tick.days for tick in happened)
    return start + timedelta(days=terms.length * 2 + more * 2 + 60)


def share_at(started_at: datetime, terms: Terms, percent: int, off_days: Collection[date] = frozenset(), pauses: Iterable[Span] = ()) -> datetime:
    """The instant at which so many percent of the granted time are used: whole days first, then a share of the next day that counts.

    Never after the due instant, which a cap may bring forward.
    """
    zone = ZoneInfo(terms.zone)
    ended = [(begin, end) for begin, end in pauses if end is not None]
    if terms.unit == HOURS:
        return started_at + timedelta(hours=terms.length) * percent / 100 + sum((end - begin for begin, end in ended), timedelta())
    whole, rest = divmod(terms.length * percent, 100)
    paused = [(begin.astimezone(zone).date(), end.astimezone(zone).date()) for begin, end in ended]
    start = started_at.astimezone(zone).date()
    day = add_days(start, whole + bool(rest), terms.unit, off_days, paused, terms.week)
    share = datetime.combine(day, time(), tzinfo=zone) + DAY * rest / 100 if rest else datetime.combine(day, END_OF_DAY, tzinfo=zone)
    return share if terms.cap_length is None else min(share, due_at(started_at, terms, off_days, ended))


@dataclass(frozen=True, slots=True)
class Move:
    """One step as the clocks see it."""

    step: str
    before: State
    after: State
    at_national_before: bool
    at_national_after: bool
    is_new_queue: bool  # the holder or the state changed
    track: Track
    classification: Classification
    is_urgent: bool = False
    is_child: bool = False
    is_accepted: bool = False  # a desk has accepted it, in this step or before
    was_direct: bool = False  # entered at an institution without the national desk
    entered: bool = False  # this is the submission itself
    is_referred: bool = False  # a referral to the Ombudsman is open

    @property
    def ends(self) -> bool:
        return self.after in ENDED and self.before not in ENDED

    @property
    def resolution_key(self) -> str:
        if self.track == Track.OVERSIGHT:
            return "resolution_oversight"
        if self.classification == Classification.INFORMATION_REQUEST:
            return "resolution_information"
        return "resolution_non_oversight"


When = Callable[[Move], bool]


def never(_move: Move) -> bool:
    return False


def on(*steps: str) -> When:
    wanted = frozenset(steps)
    return lambda m: m.step in wanted


def _enters(national: bool) -> When:
    return lambda m: m.after == State.AWAITING_VERIFICATION and m.at_national_after is national and m.is_new_queue


def _leaves(national: bool) -> When:
    return lambda m: m.before == State.AWAITING_VERIFICATION and m.at_national_before is national and m.is_new_queue and not m.entered


def _received(m: Move) -> bool:
    """The handling institution receives: by disposition, or because the reporter entered there directly."""
    return not m.at_national_after and (m.step == "dispose_to_institution" or m.entered)


def _leaves_institution(m: Move) -> bool:
    return m.step in {"return_upward", "dispute", "change_track"} and m.at_national_after and not m.at_national_before


def _resolution(key: str) -> "ClockRule":
    def mine(when: When) -> When:
        return lambda m: m.resolution_key == key and when(m)

    asks = never if key == "resolution_information" else on("pend")
    return ClockRule(
        starts=mine(lambda m: _received(m) or m.step == "reopen"),
        pauses=mine(lambda m: m.step in {"answer", "hold"} or asks(m)),
        resumes=mine(lambda m: m.step == "reply" or (m.before == State.AWAITING_COMPLETION and m.after in HANDLING | {State.AWAITING_VERIFICATION})),
        stops=mine(on("close_by_decision")),
        voids=_leaves_institution,
    )


@dataclass(frozen=True, slots=True)
class ClockRule:
    """When a clock of this policy key starts, stops, pauses, resumes and is voided. A clock that runs is never started again."""

    starts: When
    stops: When = never
    pauses: When = never
    resumes: When = never
    voids: When = never
    survives_end: bool = False  # closing and archiving stop every clock but these
    is_resumable: bool = False  # a stop is not the end of it; whether the time between counts is a policy flag
    zone: str | None = None  # None: the holder's


def _lowered_unheard(m: Move) -> bool:
    """The reporter has an answer, and the silence that may close the report counts from now on."""
    return m.step == "change_track" and m.after == State.AWAITING_REPORTER


RESOLUTIONS = ("resolution_information", "resolution_non_oversight", "resolution_oversight")  # the clocks that a hold stops

RULES: dict[str, ClockRule] = {
    "verify_national": ClockRule(starts=_enters(national=True), stops=_leaves(national=True)),
    "verify_institution": ClockRule(starts=_enters(national=False), stops=_leaves(national=False)),
    "first_response": ClockRule(starts=_received, stops=on("respond", "answer"), voids=_leaves_institution),
    "resolution_information": _resolution("resolution_information"),
    "resolution_non_oversight": _resolution("resolution_non_oversight"),
    "resolution_oversight": _resolution("resolution_oversight"),
    "statutory_60": ClockRule(
        starts=lambda m: m.step in ACCEPTING and m.classification == Classification.COMPLAINT and not m.is_child,
        stops=lambda m: m.step == "answer" or m.ends,
        resumes=on("reply", "restore", "reopen"),
        is_resumable=True,
        zone="Asia/Jakarta",
    ),
    "completion": ClockRule(starts=on("pend"), stops=on("complete", "lapse")),
    "completeness_answer": ClockRule(
        starts=lambda m: m.entered and not m.is_child,
        stops=on("pend", "dispose_to_institution", "dispose_to_unit", "handle", "respond", "archive", "hand_over"),
    ),
    "decision_delivery": ClockRule(starts=lambda m: m.step == "answer" and m.track == Track.OVERSIGHT, stops=on("answer")),
    "reporter_reply": ClockRule(
        starts=lambda m: (m.step == "answer" or _lowered_unheard(m)) and m.track == Track.NON_OVERSIGHT and not m.is_child,
        stops=lambda m: m.step in {"reply", "confirm", "close_by_silence", "close_by_decision"} or m.track == Track.OVERSIGHT,
        pauses=lambda m: m.is_referred,
        resumes=on("release_referral"),
    ),
    "reply_handling": ClockRule(starts=on("reply"), stops=on("progress", "answer", "close_by_decision")),
    "reopen_window": ClockRule(starts=lambda m: m.ends and not m.is_child, stops=on("reopen", "restore"), survives_end=True),
    "support_response": ClockRule(starts=lambda m: m.is_child and m.entered, stops=on("respond", "answer")),
    "urgent_response": ClockRule(
        starts=lambda m: m.is_urgent and (m.entered or m.step == "mark_urgent"),
        stops=on("respond", "progress", "answer"),  # progress: marked after the initial response, there is no other first word
        voids=on("clear_urgent"),
    ),
    "jurisdiction_decision": ClockRule(starts=on("dispute"), stops=on("dispose_to_institution")),
}


def outcome(due: datetime | None, stopped_at: datetime) -> str:
    """Breach is decided by comparing instants, so a late sweep never changes history."""
    return "breached" if due is not None and stopped_at > due else "met"


# The clocks that a handler works against; the others are the reporter's, or the nation's over all handlers.
HANDLER_KEYS = frozenset(
    {
        "verify_national",
        "verify_institution",
        "first_response",
        "resolution_information",
        "resolution_non_oversight",
        "resolution_oversight",
        "reply_handling",
        "support_response",
        "urgent_response",
        "jurisdiction_decision",
    }
)


class Level(IntegerChoices):
    """How far lateness has climbed: derived from the deadlines, never a state (DOMAIN 2.6)."""

    NEARLY = 0, _("Nearly due")
    OVERDUE = 1, _("Overdue")
    SUPERIOR = 2, _("With the superior")
    ACCOUNTABLE = 3, _("With the accountable official")
    DAY_45 = 4, _("Day 45")
    DAY_60 = 5, _("Past day 60")


# Where the ladder of a clock begins: the level of its first rung, every further one being one level more, and the limit of the house that
# says when it falls (for a handler's deadline the share that is used, for day 60 a day before it).
FIRST_RUNGS: dict[str, tuple[Level, str]] = {
    **dict.fromkeys(sorted(HANDLER_KEYS), (Level.NEARLY, "ladder_0_percent")),
    "statutory_60": (Level.DAY_45, "ladder_4_day"),
}

# The deadlines that the public may watch.
PUBLIC_KEYS = frozenset({"verify_national", "verify_institution", "first_response", "resolution_information", "resolution_non_oversight", "statutory_60"})
