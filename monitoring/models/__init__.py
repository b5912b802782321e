"""What the upper floor keeps: who was told of lateness."""

from .escalation import Escalation, EscalationQuerySet
from .summary import Summary

__all__ = [
    "Escalation",
    "EscalationQuerySet",
    "Summary",
]
