"""The rungs of the ladder that deadlines have climbed: rows of their own, for lateness is no step of a complaint."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models import Clock, Complaint
from institutions.models import Institution, append_only


class Rung(models.TextChoices):
    """Who hears of lateness, from the handler up (DOMAIN 2.6); `silence` stands beside them."""

    NEARLY = "nearly", _("Nearly due")
    OVERDUE = "overdue", _("Overdue")
    SUPERIOR = "superior", _("With the superior")
    ACCOUNTABLE = "accountable", _("With the accountable official")
    DAY_45 = "day_45", _("Day 45")
    DAY_60 = "day_60", _("Past day 60")
    SILENCE = "silence", _("No progress")


LEVELS: dict[str, int] = {Rung.NEARLY: 0, Rung.OVERDUE: 1, Rung.SUPERIOR: 2, Rung.ACCOUNTABLE: 3, Rung.DAY_45: 4, Rung.DAY_60: 5, Rung.SILENCE: 0}


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def since(self, at: datetime) -> "EscalationQuerySet":
        """Raised at `at` or later."""
        return self.filter(raised_at__gte=at)


class Escalation(models.Model):
    """A deadline reached a rung: once for each clock and deadline. `happened_at` is when that was, however late the sweep came.

    A silence has no clock: `due_at` then is the instant of the last progress.
    """

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=32)
    rung = models.CharField(max_length=12, choices=Rung.choices)
    level = models.PositiveSmallIntegerField()
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    happened_at = models.DateTimeField()
    raised_at = models.DateTimeField()

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("clock", "rung", "due_at"), condition=Q(clock__isnull=False), name="escalation_once"),
            models.UniqueConstraint(fields=("complaint", "due_at"), condition=Q(clock__isnull=True), name="escalation_silence_once"),
            models.CheckConstraint(name="escalation_rung_known", condition=Q(rung__in=Rung.values)),
            models.CheckConstraint(name="escalation_silence_has_no_clock", condition=Q(clock__isnull=True) ^ ~Q(rung="silence")),
            models.CheckConstraint(name="escalation_never_early", condition=Q(raised_at__gte=models.F("happened_at"))),
        ]
        indexes = [
            models.Index(fields=("complaint", "level"), name="escalation_complaint"),
            models.Index(fields=("raised_at", "id"), name="escalation_raised"),
        ]
        triggers = append_only("escalation")

    def __str__(self) -> str:
        return f"{self.rung} {self.key} {self.happened_at:%Y-%m-%d}"
