"""What happened to a complaint, append-only and chained; the texts that belong to it; who opened an identity."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, append_only

from ..workflow import EntryKind
from .complaint import Complaint


class Transition(models.Model):
    """One event of a complaint's life: codes, ids and times, never free text; chained to the one before it."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="transitions")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_role = models.CharField(max_length=24, blank=True, default="")
    state_before = models.CharField(max_length=24, blank=True, default="")
    state_after = models.CharField(max_length=24)
    holder_before = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    holder_after = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    track = models.CharField(max_length=16)
    reason = models.CharField(max_length=24, blank=True, default="")
    data = models.JSONField(default=dict)
    commitment = models.CharField(max_length=64, blank=True, default="")
    prev = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event of a report")
        verbose_name_plural = _("events of reports")
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=("complaint", "seq"), name="transition_one_per_seq")]
        indexes = [
            models.Index(fields=("at",), name="transition_at"),
            models.Index(fields=("holder_after", "at"), name="transition_holder"),
            models.Index(fields=("at",), name="transition_answers", condition=Q(kind="answer")),
        ]
        triggers = append_only("transition")

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Entry(models.Model):
    """A text that belongs to an event; erasable, while the event keeps a salted commitment to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="entries")
    transition = models.OneToOneField(Transition, on_delete=models.PROTECT, related_name="entry")
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    text_public = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)
    salt = models.BinaryField(max_length=16)
    is_erased = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=("complaint", "kind"), name="entry_complaint_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Reading(models.Model):
    """Who opened which identity, and why; append-only."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    reason = models.CharField(max_length=200)

    class Meta:
        triggers = append_only("reading")

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class Replay(models.Model):
    """The answer to a submission, sealed under its own idempotency key, so that sending twice gives the same receipt."""

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    request_hash = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
