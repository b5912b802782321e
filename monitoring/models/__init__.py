"""What the upper floor keeps: who was told of lateness."""

from .escalation import Escalation, EscalationQuerySet

__all__ = ["Escalation", "EscalationQuerySet"]
