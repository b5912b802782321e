"""Letters that went out about a complaint: what was numbered, what was drawn, and what still waits to be drawn."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, Letterhead, append_only

from .complaint import Complaint
from .history import Transition


class LetterKind(models.TextChoices):
    ANSWER = "answer", _("Answer letter")


class LetterQuerySet(models.QuerySet["Letter"]):
    def about(self, complaint: Complaint, seq: int) -> Self:
        """The letter of one event."""
        return self.filter(complaint=complaint, transition__seq=seq)


class Letter(models.Model):
    """A letter of an institution: number, date and digest, never its text. Append-only; `content_hash` is salted with the salt
    of the answer's text, so that it tells nothing once the text is erased. `facts` holds the days that the letter names.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=LetterKind.choices)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="letters")
    transition = models.OneToOneField(Transition, on_delete=models.PROTECT, related_name="letter")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    letterhead = models.ForeignKey(Letterhead, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=120)
    code = models.CharField(max_length=20, unique=True)
    facts = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("institution", "year", "serial"), name="letter_one_per_serial"),
            models.UniqueConstraint(fields=("institution", "number"), name="letter_one_per_number"),
        ]
        triggers = append_only("letter")

    def __str__(self) -> str:
        return self.number


class LetterCopy(models.Model):
    """A file that was drawn of a letter, by its digest. The first is kept in the store; one that names the reporter never is."""

    id = models.BigAutoField(primary_key=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="copies")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=("letter", "sha256"), name="lettercopy_digest")]
        constraints = [models.UniqueConstraint(fields=("letter",), condition=~Q(name=""), name="lettercopy_one_kept")]
        triggers = append_only("letter_copy")

    def __str__(self) -> str:
        return self.sha256[:12]


class LetterJob(models.Model):
    """A letter that waits to be drawn; the row is the queue and goes when the file is there."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, primary_key=True, related_name="job")
    next_try_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.letter_id} {self.next_try_at:%Y-%m-%d %H:%M}"
