"""What a reporter is to be reminded of before one of their own deadlines ends."""

from django.db import models

from .clocks import Clock


class Reminder(models.Model):
    """One reminder of one deadline: due at a time that a sweep finds, done when it was queued or has become pointless."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    clock_due_at = models.DateTimeField()  # the deadline it was reckoned from: a moved deadline gets reminders of its own
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("clock", "event", "number", "clock_due_at"), name="reminder_once")]
        indexes = [models.Index(fields=("due_at", "id"), name="reminder_due", condition=models.Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.event} {self.due_at:%Y-%m-%d}"
