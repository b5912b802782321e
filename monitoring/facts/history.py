"""What is known of a report when its facts are made, and what a fact is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from complaints.clock import RESOLUTIONS, RULES
from complaints.workflow import HANDLING, OTHER_EVENTS, ArchiveReason, ClosureKind, State

Key = tuple[str, str, str, str]  # the day as an ISO text, the measure, the dim, its value
Ids = tuple[int, ...]
WorkingDays = Callable[[int, date, date], int]  # at this holder, after the first day up to and with the last

CUTS = ("topic", "region", "channel", "track", "kind", "issue")
PEOPLE = ("gender", "disability", "age")
WITH_CUTS = frozenset(
    {"received", "validated", "responded", "followed_up", "completed", "passed_60", "archived", "closed", "reopened", "restored", "rated", "stars"}
)
STOCK_DIMS = ("track", "issue")
DAILY = frozenset({"received", "closed"})  # whose sums are kept for each day too; those of all are kept by month
BANDS = ((0, "0-5"), (6, "6-14"), (15, "15-30"), (31, "31-60"), (61, "61+"))  # calendar days since the arrival, from
LEFT_OUT = frozenset({ArchiveReason.SPAM_OR_ABUSE, ArchiveReason.ADVERTISEMENT, ArchiveReason.TEST_MESSAGE, ClosureKind.MERGED})
COMPLETED = frozenset({ClosureKind.REPORTER_CONFIRMED, ClosureKind.AUTO_NO_REPLY, ClosureKind.DECISION, ClosureKind.HANDED_OVER})
# The reporter's own time: nobody is late there.
OBLIGATIONS = frozenset(RULES) - {"completion", "reporter_reply", "reopen_window"}
DISPOSITIONS = frozenset({"dispose_to_institution", "dispose_to_unit"})
RETURNS = frozenset({"return_upward", "return_to_admin", "dispute"})
# What people are owed within these is an act: whatever else ends them (archiving, a withdrawal) keeps nothing and misses nothing.
OWED_AN_ACT = frozenset(RESOLUTIONS) | {"first_response", "urgent_response"}
ACTS = frozenset({"respond", "answer", "close_by_decision", "hand_over"})
# Leaves the queue of a desk without the desk having verified anything.
NOT_VERIFIED = frozenset({"withdraw", "end_part"})
# While these happen a hold goes on.
BESIDE_A_HOLD = frozenset({"hold", "change_visibility", "change_track", "refer", "consent_transfer", "release_referral", "invite", *OTHER_EVENTS})
TAKEN_UP = HANDLING | {State.AWAITING_REPORTER}  # a report in these has been found valid
UNTOUCHED = HANDLING | {State.AWAITING_VERIFICATION}  # states in which a desk must do something
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the line of command; `path` holds the keys from the root down to itself."""

    path: Ids
    zone: str


@dataclass(frozen=True, slots=True)
class Event:
    """One transition: what the state and the holder were before and are after it."""

    id: int
    kind: str
    at: datetime
    before: str
    after: str
    holder_before: int | None
    holder: int
    reason: str = ""
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """One event of a clock, with the due instant that it left; `event` is the transition that brought it, if one did."""

    kind: str
    at: datetime
    due_at: datetime
    reason: str = ""
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    key: str
    zone: str
    ticks: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of a report: its events and deadlines in order, what it is about now, what its reporter said of themselves."""

    events: Sequence[Event]
    deadlines: Sequence[Deadline] = ()
    topic: str = ""
    region: str = ""
    channel: str = ""
    track: str = ""
    kind: str = ""
    issues: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    is_part: bool = False
    is_secret: bool = False


Stay = list[str | None]


@dataclass(slots=True)
class FactData:
    """A row of `Fact` but for its report; days are ISO texts. Two that are equal add the same to every figure."""

    institution: int
    is_counted: bool
    is_secret: bool
    arrived_on: str
    over_on: str | None
    cuts: dict[str, str | list[str]]
    cohort: dict[str, dict[str, str]]
    flow: list[list[str | int]]
    stays: list[Stay]
    is_open: bool
    last_on: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A deadline that was met or missed: at which instant (of a met one) or on which day, and whose."""

    key: str
    is_met: bool
    at: datetime
    day: str
    holder: int
