"""The complaint and what hangs on it: texts, the append-only history, clocks; and the vocabulary for reading them."""

from .clocks import Clock, ClockEvent, ClockQuerySet, climbed, highest_level
from .complaint import ASSISTED, NEVER, SEARCH_COLUMNS, Channel, Complaint, ComplaintQuerySet, Words
from .contact import Contact
from .desk import AnswerDraft, CannedAnswer, Delegation, DeskPreference, HandOver, SavedFilter
from .files import REFUSALS, Upload, UploadQuerySet
from .history import Entry, Reading, Replay, Transition
from .inclusion import AgeBand, Assistance, Disability, Gedsi, Gender
from .issues import IssueTag, IssueWater, issues_of, named_issues
from .letters import Letter, LetterCopy, LetterJob, LetterKind
from .reminders import Reminder
from .thread import CLOCKS, PARTS, TIMELINE, Family, family_of, with_parts, with_thread

__all__ = [
    "ASSISTED",
    "CLOCKS",
    "NEVER",
    "PARTS",
    "REFUSALS",
    "SEARCH_COLUMNS",
    "TIMELINE",
    "AgeBand",
    "AnswerDraft",
    "Assistance",
    "CannedAnswer",
    "Channel",
    "Clock",
    "ClockEvent",
    "ClockQuerySet",
    "Complaint",
    "ComplaintQuerySet",
    "Contact",
    "Delegation",
    "DeskPreference",
    "Disability",
    "Entry",
    "Family",
    "Gedsi",
    "Gender",
    "HandOver",
    "IssueTag",
    "IssueWater",
    "Letter",
    "LetterCopy",
    "LetterJob",
    "LetterKind",
    "Reading",
    "Reminder",
    "Replay",
    "SavedFilter",
    "Transition",
    "Upload",
    "UploadQuerySet",
    "Words",
    "climbed",
    "family_of",
    "highest_level",
    "issues_of",
    "named_issues",
    "with_parts",
    "with_thread",
]
