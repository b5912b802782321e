"""Institutions and regions, the calendar, topics, and the rules with their legal basis; and the vocabulary for reading them."""

from .base import counts_on
from .calendar import CalendarDay, CalendarYear, read_versions
from .changes import Change, append_only
from .issues import IssueRule, PriorityIssue
from .letters import LetterCounter, Letterhead
from .regions import Region, coarse
from .rules import LegalBasis, Limit, Rule, SlaPolicy, Stricter, Unit, strictest
from .site import UNKNOWN_SECONDS, ReadOnlySwitch, SiteBanner
from .topics import Topic
from .tree import (
    ROOT_SLUG,
    TIME_ZONES,
    WEEKS,
    WIB,
    WIT,
    WITA,
    HubMembership,
    Institution,
    InstitutionQuerySet,
    Kind,
    Tier,
    ids_of,
    zone_of,
)

__all__ = [
    "ROOT_SLUG",
    "TIME_ZONES",
    "UNKNOWN_SECONDS",
    "WEEKS",
    "WIB",
    "WIT",
    "WITA",
    "CalendarDay",
    "CalendarYear",
    "Change",
    "HubMembership",
    "Institution",
    "InstitutionQuerySet",
    "IssueRule",
    "Kind",
    "LegalBasis",
    "LetterCounter",
    "Letterhead",
    "Limit",
    "PriorityIssue",
    "ReadOnlySwitch",
    "Region",
    "Rule",
    "SiteBanner",
    "SlaPolicy",
    "Stricter",
    "Tier",
    "Topic",
    "Unit",
    "append_only",
    "coarse",
    "counts_on",
    "ids_of",
    "read_versions",
    "strictest",
    "zone_of",
]
