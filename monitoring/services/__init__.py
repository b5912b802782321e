"""Every write of the upper floor: what time brings to deadlines, the summaries of it, referrals to the Ombudsman, their dossiers; counting."""

from .digest import summarise
from .dossiers import log_reading, make_dossiers, open_dossier, read_transferred
from .follow import consent_until, follow
from .measure import measure
from .recount import Recounted, recount
from .referral import add_oversight_note, may, move, open_referral_steps, propose
from .stock import is_counted
from .watch import Raised, Watched, watch, watch_silence

__all__ = [
    "Raised",
    "Recounted",
    "Watched",
    "add_oversight_note",
    "consent_until",
    "follow",
    "is_counted",
    "log_reading",
    "make_dossiers",
    "may",
    "measure",
    "move",
    "open_dossier",
    "open_referral_steps",
    "propose",
    "read_transferred",
    "recount",
    "summarise",
    "watch",
    "watch_silence",
]
