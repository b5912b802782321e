"""Every write of the upper floor: what follows from the steps of complaints, referrals to the Ombudsman, their dossiers."""

from .dossiers import log_reading, make_dossiers, open_dossier, read_transferred
from .follow import consent_until, follow
from .referral import add_oversight_note, may, move, open_referral_steps, propose

__all__ = [
    "add_oversight_note",
    "consent_until",
    "follow",
    "log_reading",
    "make_dossiers",
    "may",
    "move",
    "open_dossier",
    "open_referral_steps",
    "propose",
    "read_transferred",
]
