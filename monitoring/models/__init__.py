"""What the upper floor keeps: who was told of lateness, and what was referred to the Ombudsman."""

from .escalation import LEVELS, Escalation, EscalationQuerySet, Rung
from .referral import Dossier, OversightNote, Referral, ReferralClock, ReferralEvent, ReferralQuerySet, ReferralText

__all__ = [
    "LEVELS",
    "Dossier",
    "Escalation",
    "EscalationQuerySet",
    "OversightNote",
    "Referral",
    "ReferralClock",
    "ReferralEvent",
    "ReferralQuerySet",
    "ReferralText",
    "Rung",
]
