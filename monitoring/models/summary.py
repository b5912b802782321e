"""How far each officer was told of what climbed: one row an officer, by which no summary comes twice."""

from datetime import datetime

from django.conf import settings
from django.db import models


class SummaryQuerySet(models.QuerySet["Summary"]):
    def waiting(self, at: datetime) -> "SummaryQuerySet":
        """Whose hour has come."""
        return self.filter(next_at__lte=at)


class Summary(models.Model):
    """An officer's daily summary: when the next one may come, and up to which escalation they were told."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    next_at = models.DateTimeField()
    until_id = models.BigIntegerField(default=0)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("next_at",), name="summary_next")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.next_at:%Y-%m-%d}"
