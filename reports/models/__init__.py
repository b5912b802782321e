"""What the reporting floor keeps: cadences, editions of evaluation reports with their files and action plans, and what the public was told."""

from .cadence import Cadence, PeriodKind, Receiver
from .edition import FROZEN, Edition, EditionEvent, EditionQuerySet
from .files import EditionDownload, EditionFile, EditionFileQuerySet, FileState, Format
from .opendata import OpenDataFile, Release, ReleasedPlace, ReleaseQuerySet
from .plan import ActionItem

__all__ = [
    "FROZEN",
    "ActionItem",
    "Cadence",
    "Edition",
    "EditionDownload",
    "EditionEvent",
    "EditionFile",
    "EditionFileQuerySet",
    "EditionQuerySet",
    "FileState",
    "Format",
    "OpenDataFile",
    "PeriodKind",
    "Receiver",
    "Release",
    "ReleaseQuerySet",
    "ReleasedPlace",
]
