"""What the upper floor keeps: who was told of lateness, what was referred to the Ombudsman, and what was counted."""

from .escalation import Escalation, EscalationQuerySet
from .referral import Dossier, OversightNote, Referral, ReferralClock, ReferralClockMove, ReferralEvent, ReferralQuerySet, ReferralText
from .summary import Summary
from .tally import Fact, FactQuerySet, LowWater, Measured, MonthTally, Stock, Sum, Tally

__all__ = [
    "Dossier",
    "Escalation",
    "EscalationQuerySet",
    "Fact",
    "FactQuerySet",
    "LowWater",
    "Measured",
    "MonthTally",
    "OversightNote",
    "Referral",
    "ReferralClock",
    "ReferralClockMove",
    "ReferralEvent",
    "ReferralQuerySet",
    "ReferralText",
    "Stock",
    "Sum",
    "Summary",
    "Tally",
]
