"""What may follow what: the states of a complaint and the table of its steps (PermenPANRB 5/2025, chapter VI).

How to read a row of `WORKFLOW`: the step `number code` may be taken while the complaint is in one of `sources` and leads to
one of `targets` (empty: the state stays as it is). `at` says whose queue it must be in. `needs` must be given by the caller
(`officer_needs` by an officer only), `wants` may be (`reporter_wants` by the reporter only); `missing` are properties of the
complaint that are asked for in the same call when they are not set yet. `entry` is the kind of text it leaves. `actors` says in
words who takes it; the rule itself stands in `policy.py`, the words for people in `wording.py`.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    DRAFT = "draft", _("Draft")
    AWAITING_VERIFICATION = "awaiting_verification", _("Awaiting verification")
    AWAITING_COMPLETION = "awaiting_completion", _("Awaiting completion")
    AWAITING_FOLLOWUP = "awaiting_followup", _("Awaiting follow-up")
    IN_PROGRESS = "in_progress", _("In progress")
    AWAITING_REPORTER = "awaiting_reporter", _("Awaiting the reporter")
    REPORTER_REPLIED = "reporter_replied", _("Reporter replied")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")


class Track(TextChoices):
    NON_OVERSIGHT = "non_oversight", _("Not oversight-type")
    OVERSIGHT = "oversight", _("Oversight-type")


class Classification(TextChoices):
    COMPLAINT = "complaint", _("Complaint")
    ASPIRATION = "aspiration", _("Aspiration")
    INFORMATION_REQUEST = "information_request", _("Information request")


class ClosureKind(TextChoices):
    REPORTER_CONFIRMED = "reporter_confirmed", _("Confirmed by the reporter")
    AUTO_NO_REPLY = "auto_no_reply", _("Closed after no reply")
    DECISION = "decision", _("Closed by decision")
    MERGED = "merged", _("Merged")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    HANDED_OVER = "handed_over", _("Handed over")


class ArchiveReason(TextChoices):
    UNINTELLIGIBLE = "unintelligible", _("Unintelligible")
    TOO_GENERAL = "too_general", _("Too general")
    FORMAT_ERROR = "format_error", _("Format error")
    NOT_PUBLIC_SERVICE = "not_public_service", _("Not about a public service")
    SPAM_OR_ABUSE = "spam_or_abuse", _("Spam or abuse")
    ADVERTISEMENT = "advertisement", _("Advertisement")
    TEST_MESSAGE = "test_message", _("Test message")
    HATE_CONTENT = "hate_content", _("Hateful content")
    NOT_COMPLETED = "not_completed", _("Not completed in time")
    SUB_JUDICE = "sub_judice", _("Before a court")
    ALREADY_DECIDED = "already_decided", _("Already decided")


class Outcome(TextChoices):
    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    CANNOT_LAWFULLY = "cannot_lawfully", _("Cannot lawfully be granted")
    NOT_PROVEN = "not_proven", _("Not proven")
    OUTSIDE_REMIT = "outside_remit", _("Outside the remit")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Finding(TextChoices):
    """The outcome class of an oversight decision record."""

    PROVEN = "proven", _("Proven")
    PARTLY = "partly", _("Partly proven")
    NOT_PROVEN = "not_proven", _("Not proven")
    TRANSFERRED = "transferred", _("Transferred to law enforcement")


class PendReason(TextChoices):
    INCOMPLETE = "incomplete", _("Minimum information is missing")
    UNCLEAR_PLACE = "unclear_place", _("The place is not clear")
    UNCLEAR_TIME = "unclear_time", _("The time is not clear")
    UNCLEAR_REQUEST = "unclear_request", _("What is asked is not clear")
    EVIDENCE_NEEDED = "evidence_needed", _("Evidence is needed")


class HoldReason(TextChoices):
    """Whom or what the handling waits for; an institution may wait for a third party only, the nation for any of them."""

    AWAITING_THIRD_PARTY = "third_party", _("Another party must act first")
    EXPERT_OPINION = "expert_opinion", _("An expert opinion or a measurement is awaited")
    COURT = "court", _("A court must decide first")
    EMERGENCY = "emergency", _("A disaster or emergency stops the work")


class Referral(TextChoices):
    """How a report stands to the Ombudsman: the reporter asked for it, or the nation referred it."""

    ASKED = "asked", _("Asked by the reporter")
    REFERRED = "referred", _("Referred")


class TransferConsent(TextChoices):
    """What the reporter said about giving the identity to the Ombudsman."""

    ASKED = "asked", _("Asked")
    GRANTED = "granted", _("Agreed")
    REFUSED = "refused", _("Not agreed")


class HandOverTarget(TextChoices):
    PPID = "ppid", _("Public-information officer (PPID)")
    LAW_ENFORCEMENT = "law_enforcement", _("Law enforcement")
    COURT = "court", _("Court")
    OTHER = "other", _("Another body")


class EntryKind(TextChoices):
    INITIAL = "initial", _("Initial response")
    PROGRESS = "progress", _("Progress note")
    FINAL = "final", _("Final follow-up")
    REPLY = "reply", _("Reporter's reply")
    NOTE = "note", _("Internal note")
    REASON = "reason", _("Reason")
    COMPLETION = "completion", _("Completion")
    RATING = "rating", _("Comment on the rating")
    STATEMENT = "statement", _("Statement of the institution")


class OnBehalf(TextChoices):
    """Whose matter it is, when it is not the reporter's own."""

    SELF = "", _("My own")
    PERSON = "person", _("Another person's")
    GROUP = "group", _("A group's")


class Relation(TextChoices):
    FAMILY = "family", _("Family")
    GUARDIAN = "guardian", _("Parent or guardian")
    NEIGHBOUR = "neighbour", _("Neighbour or friend")
    COMMUNITY = "community", _("Head of a neighbourhood or community leader")
    ORGANISATION = "organisation", _("Organisation or association")
    ADVOCATE = "advocate", _("Legal aid or holder of a power of attorney")
    OFFICIAL = "official", _("Facilitator or social worker")
    OTHER = "other", _("Other")


class TakeDownReason(TextChoices):
    PERSONAL_DATA = "personal_data", _("Personal data stands in it")
    SAFETY = "safety", _("Somebody's safety is at risk")
    UNLAWFUL = "unlawful", _("Unlawful or hateful content")
    COURT_ORDER = "court_order", _("Order of a court or authority")
    NOT_PUBLIC = "not_public", _("It should not have been published")
    REPORTER_ASKED = "reporter_asked", _("The reporter asked for it")


class Naming(TextChoices):
    """Why a person may be named in a published text; without a reason names are masked and only the office stays."""

    NONE = "", _("No names: the office or function only")
    LEADER = "leader", _("Head of an institution, named for the office held")
    OFFICIAL_SOURCE = "official_source", _("Named by the institution itself in an official statement")
    DECISION = "decision", _("Named in a decision that is final and public")
    CONSENT = "consent", _("The person named agreed")


OPEN = frozenset(State) - {State.CLOSED, State.ARCHIVED}
ENDED = frozenset({State.CLOSED, State.ARCHIVED})
ACTIVE = OPEN - {State.DRAFT}
HANDLING = frozenset({State.AWAITING_FOLLOWUP, State.IN_PROGRESS, State.REPORTER_REPLIED})
ACCEPTING = frozenset({"dispose_to_institution", "dispose_to_unit", "handle", "respond"})

NATIONAL, INSTITUTION, ANYWHERE = "national", "institution", "anywhere"


@dataclass(frozen=True, slots=True)
class Step:
    number: str
    code: str
    sources: frozenset[State]
    targets: tuple[State, ...]
    actors: str
    at: str = ANYWHERE
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    officer_needs: tuple[str, ...] = ()
    reporter_wants: tuple[str, ...] = ()
    entry: EntryKind | None = None
    may_stay: bool = False  # the state may stay as it is, too
    is_available: bool = True


S = State
_AWV, _AWC, _AWF = S.AWAITING_VERIFICATION, S.AWAITING_COMPLETION, S.AWAITING_FOLLOWUP
_INP, _AWR, _REP, _CLO, _ARC = S.IN_PROGRESS, S.AWAITING_REPORTER, S.REPORTER_REPLIED, S.CLOSED, S.ARCHIVED
_SORT = ("topic", "track")  # what a desk settles at the first accepting step
_EVERY = frozenset(State)


def _row(number: str, code: str, sources: frozenset[State] | set[State], targets: tuple[State, ...], actors: str, **more: object) -> Step:
    return Step(number, code, frozenset(sources), targets, actors, **more)  # type: ignore[arg-type]


WORKFLOW: dict[str, Step] = {
    row.code: row
    for row in (
        _row("S01", "start", set(), (S.DRAFT,), "reporter", is_available=False),
        _row("S02", "submit", {S.DRAFT}, (_AWV,), "reporter, staff on behalf, partner"),
        _row("S03", "pend", {_AWV}, (_AWC,), "admin of the holder", needs=("reason", "items"), wants=("text",), entry=EntryKind.REASON),
        _row(
            "S04",
            "complete",
            {_AWC},
            (_AWV,),
            "reporter",
            needs=("text",),
            wants=("incident_date", "incident_region", "incident_place", "files"),
            entry=EntryKind.COMPLETION,
        ),
        _row("S05", "lapse", {_AWC}, (_ARC, _AWV), "system"),
        _row(
            "S06",
            "dispose_to_institution",
            {_AWV},
            (_AWV,),
            "national admin",
            at=NATIONAL,
            needs=("target",),
            wants=("text",),
            missing=_SORT,
            entry=EntryKind.NOTE,
        ),
        _row(
            "S07",
            "dispose_to_unit",
            {_AWV},
            (_AWF, _AWV),
            "institution or unit admin",
            at=INSTITUTION,
            needs=("target",),
            wants=("text",),
            missing=_SORT,
            entry=EntryKind.NOTE,
        ),
        _row("S08", "handle", {_AWV}, (_INP,), "institution admin", at=INSTITUTION, wants=("text",), missing=_SORT, entry=EntryKind.NOTE),
        _row(
            "S09",
            "return_upward",
            {_AWV},
            (_AWV,),
            "institution admin; national recalls",
            at=INSTITUTION,
            needs=("text",),
            wants=("suggested",),
            entry=EntryKind.NOTE,
        ),
        _row("S10", "return_to_admin", {_AWF}, (_AWV,), "liaison", at=INSTITUTION, needs=("text",), entry=EntryKind.NOTE),
        _row("S11", "redispose", HANDLING, (_AWF,), "admin of the common ancestor; national", needs=("target", "text"), entry=EntryKind.NOTE),
        _row("S12", "dispute", {_AWV}, (_AWV,), "the return that is one too many", at=INSTITUTION, is_available=False),
        _row(
            "S13",
            "invite",
            {_AWV, *HANDLING},
            (),
            "national; admin to own units",
            needs=("target", "part_title", "part_text"),
            wants=("mandatory", "topic", "track", "text"),
        ),
        _row(
            "S13a",
            "ask_support",
            {_AWV, *HANDLING},
            (),
            "desk of the holder; a hub in a dispute of its member",
            needs=("target", "part_title", "part_text", "text"),
            entry=EntryKind.NOTE,
        ),
        _row("S13d", "decline_support", {_AWV, *HANDLING}, (), "national", needs=("text",), entry=EntryKind.REASON),
        _row("S13e", "end_part", ACTIVE, (_CLO,), "system, with the lead"),
        _row(
            "S14",
            "respond",
            {_AWF, _INP, _AWV},
            (_INP,),
            "liaison, unit or institution admin",
            at=INSTITUTION,
            needs=("text", "estimated_on"),
            wants=("files",),
            missing=_SORT,
            entry=EntryKind.INITIAL,
        ),
        _row("S15", "progress", {_INP, _REP}, (_INP,), "handler", needs=("text",), wants=("estimated_on", "files"), entry=EntryKind.PROGRESS),
        _row(
            "S16", "answer", HANDLING, (_AWR,), "handler", needs=("text", "outcome", "done_on", "evidence"), wants=("decision", "files"), entry=EntryKind.FINAL
        ),
        _row("S17", "reply", {_AWR, _INP}, (_REP,), "reporter", needs=("text",), wants=("part", "files"), entry=EntryKind.REPLY),
        _row("S18", "confirm", {_AWR}, (_CLO,), "reporter", needs=("rating",), wants=("text",), entry=EntryKind.RATING),
        _row("S19", "close_by_silence", {_AWR}, (_CLO,), "system"),
        _row("S20", "close_by_decision", {_INP, _AWR, _REP}, (_CLO,), "institution admin; national admin", needs=("text", "outcome"), entry=EntryKind.REASON),
        _row("S21", "archive", {_AWV}, (_ARC,), "admin of the holder; national", needs=("reason", "text"), entry=EntryKind.REASON),
        _row("S22", "restore", {_ARC}, (_AWV,), "reporter once; national", wants=("text",), entry=EntryKind.REASON),
        _row("S23", "merge", {_AWV, _AWF}, (_CLO,), "national; admin inside own subtree", is_available=False),
        _row("S24", "unmerge", {_CLO}, (), "national; reporter objects", is_available=False),
        _row("S25", "withdraw", ACTIVE, (_CLO,), "reporter", wants=("text",), entry=EntryKind.REASON),
        _row("S26", "reopen", {_CLO}, (_INP,), "reporter in the window; national", needs=("text",), wants=("part", "files"), entry=EntryKind.REASON),
        _row(
            "S27",
            "change_track",
            ACTIVE,
            (_AWV,),
            "admin raises; national lowers",
            needs=("track", "text"),
            wants=("reported_party",),
            entry=EntryKind.REASON,
            may_stay=True,
        ),
        _row("S28", "change_visibility", _EVERY - {S.DRAFT}, (), "reporter; admin to secret only", needs=("secret",), wants=("text",), entry=EntryKind.REASON),
        _row(
            "S30",
            "refer",
            ACTIVE | {_CLO},
            (),
            "reporter asks; national confirms",
            wants=("text",),
            officer_needs=("text",),
            reporter_wants=("consent",),
            entry=EntryKind.REASON,
        ),
        _row("S30c", "consent_transfer", _EVERY - {S.DRAFT}, (), "reporter", needs=("consent",)),
        _row("S30r", "release_referral", _EVERY - {S.DRAFT}, (), "system", wants=("outcome",)),
        _row("S31", "hold", {_INP}, (_INP,), "national; institution admin", needs=("reason", "until", "text"), entry=EntryKind.REASON),
        _row("S31e", "end_hold", {_INP}, (_INP,), "system; handler or admin before the time", wants=("text",), entry=EntryKind.REASON),
        _row("S32", "hand_over", {_AWV, _INP}, (_CLO,), "admin", needs=("body", "reference", "text"), wants=("consent_identity",), entry=EntryKind.REASON),
    )
}

# Event rows that are no steps: the state, the holder and the track stay as they are.
OTHER_EVENTS = (
    "submit", "take", "assign", "release", "note", "edit", "rate", "rotate_code", "part", "mark_urgent", "clear_urgent", "publish", "take_down",
    "republish", "right_of_reply", "withhold_reply", "release_reply", "extend", "opinion", "tag", "untag",
)  # fmt: skip

# What a citizen should not read of an officer's inner work: these rows stay out of the public and the reporter's timeline.
INNER_EVENTS = frozenset(
    {
        "take", "assign", "release", "note", "edit", "publish", "withhold_reply", "release_reply", "opinion", "tag", "untag", "ask_support",
        "decline_support",
    }
)  # fmt: skip
# Between the reporter and the desks: the public reads of the referral, not of the wish for it or of the consent.
PRIVATE_EVENTS = frozenset({("refer", "asked"), ("consent_transfer", "granted"), ("consent_transfer", "refused")})
# What the thread of a lead shows of its parts: the rest is their inner work, or stands with the lead already.
PART_EVENTS = frozenset(
    {
        "dispose_to_institution", "dispose_to_unit", "handle", "return_upward", "return_to_admin", "redispose", "respond", "progress",
        "answer", "close_by_decision", "archive", "restore", "hand_over", "dispute", "hold", "end_hold",
    }
)  # fmt: skip
