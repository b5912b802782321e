"""What the upper floor keeps: who was told of lateness, and what was referred to the Ombudsman."""

from .escalation import Escalation, EscalationQuerySet
from .referral import Dossier, OversightNote, Referral, ReferralClock, ReferralEvent, ReferralQuerySet, ReferralText
from .summary import Summary

__all__ = [
    "Dossier",
    "Escalation",
    "EscalationQuerySet",
    "OversightNote",
    "Referral",
    "ReferralClock",
    "ReferralEvent",
    "ReferralQuerySet",
    "ReferralText",
    "Summary",
]
