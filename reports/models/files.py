"""The files drawn of an edition: jobs with their progress, and who downloaded what."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from institutions.models import append_only

from .edition import Edition


class Format(models.TextChoices):
    PDF = "pdf", "PDF"
    XLSX = "xlsx", _("Spreadsheet (XLSX)")
    CSV = "csv", "CSV"
    JSON = "json", "JSON"


class FileState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    WORKING = "working", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


class EditionFileQuerySet(models.QuerySet["EditionFile"]):
    def waiting(self, at: datetime, *, claim: timedelta) -> Self:
        """What must be drawn: queued and due, or in the hands of a worker that must be dead."""
        return self.filter(Q(state=FileState.QUEUED, next_try_at__lte=at) | Q(state=FileState.WORKING, claimed_at__lte=at - claim))


class EditionFile(models.Model):
    """One face of an edition as a file. `is_masked` hides what a hub may not see; `number` is the edition's when it was asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=Format.choices)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="id")
    is_masked = models.BooleanField(default=False)
    state_of_edition = models.CharField(max_length=18)  # the document says where it stood
    state = models.CharField(max_length=7, choices=FileState.choices, default=FileState.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)  # of the worker that may finish it
    asked_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=160, blank=True, default="")  # in the store
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveIntegerField(default=0)

    objects = EditionFileQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "format")
        constraints = [
            models.UniqueConstraint(fields=("edition", "format", "language", "is_masked", "state_of_edition"), name="edition_file_one_of_each"),
            models.CheckConstraint(name="edition_file_ready_is_there", condition=~Q(state="ready") | (~Q(name="") & ~Q(sha256="") & Q(ready_at__isnull=False))),
            models.CheckConstraint(name="edition_file_worked_on_is_claimed", condition=~Q(state="working") | Q(claim__isnull=False, claimed_at__isnull=False)),
            models.CheckConstraint(name="edition_file_progress", condition=Q(progress__lte=100)),
        ]
        indexes = [models.Index(fields=("next_try_at", "id"), name="edition_file_waiting", condition=Q(state__in=("queued", "working")))]

    def __str__(self) -> str:
        return f"{self.format} {self.state}"


class EditionDownload(models.Model):
    """That somebody took a file of an edition away; append-only."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(EditionFile, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    as_role = models.CharField(max_length=24, blank=True, default="")
    sha256 = models.CharField(max_length=64)

    class Meta:
        triggers = append_only("edition_download")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
