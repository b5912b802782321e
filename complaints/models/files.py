"""Files that come with a report, a reply or an answer: stored sealed at once, shown as a cleaned copy later."""

import uuid
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from lapor.ground.prepared import PreparedModels

from .complaint import Complaint
from .history import Transition
from .thread import Family

# What the uploader is told of a file that is not accepted.
REFUSALS: dict[str, Any] = {
    "kind": gettext_lazy("This kind of file cannot be taken. Please send photos, PDF, sound, video, or an office document without macros."),
    "unreadable": gettext_lazy("This file cannot be opened. Please save it again, or send a photo of it."),
    "pixels": gettext_lazy("This picture is too large. Please send it in a smaller size."),
    "long": gettext_lazy("This recording is too long. Please send the part that matters."),
    "format": gettext_lazy("This recording is in a format that cannot be played everywhere. Please send it as MP4 or MP3."),
    "locked": gettext_lazy("This PDF is locked with a password. Please send it without."),
    "macros": gettext_lazy("This document contains macros or parts from elsewhere. Please send it as PDF."),
    "mountain": gettext_lazy("This file takes too much to open. Please send it in a smaller size."),
    "virus": gettext_lazy("The virus scanner found something in this file, so it is not kept."),
}


class UploadQuerySet(models.QuerySet["Upload"]):
    def shown_to(self, audience: str, complaint: Complaint, family: Family | None = None) -> "UploadQuerySet":
        """The files that stand on the page of a case, and so those that are given out there: what an event says and what came with
        it are seen by the same people. `audience` is "public", "reporter" or "officer", who must have been told that they may.
        """
        if audience == "public":
            shown = Complaint.objects.public().filter(pk=complaint.pk)
            return self.filter(complaint__in=shown, is_public=True, state=Upload.State.CLEAN, kind=Upload.Kind.IMAGE)
        if audience == "reporter":
            return self.filter(Q(complaint=complaint) | Q(complaint__lead=complaint))
        elsewhere = (*family.said, *family.replies) if family is not None else ()
        return self.filter(Q(complaint=complaint) | Q(transition__in=[row.pk for row in elsewhere]) if elsewhere else Q(complaint=complaint))

    def told(self, audience: str, complaint: Complaint, family: Family | None = None) -> "list[Upload]":
        """The same files in the order of their coming; for the public and for officers by a query that was made before."""
        asked = None if family is not None and (family.said or family.replies) else TOLD.get(audience)
        return asked(complaint.pk) if asked is not None else list(self.shown_to(audience, complaint, family).order_by("created_at", "pk"))

    def clean(self) -> "UploadQuerySet":
        return self.filter(state=Upload.State.CLEAN)


class Upload(models.Model):
    """One file. Its original lies encrypted in the vault storage; people get the copy that `clean` made of it.

    Until a step links it, it belongs to whoever knows its id: 122 random bits that only the uploader was told.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Picture")
        PDF = "pdf", "PDF"
        AUDIO = "audio", _("Sound")
        VIDEO = "video", _("Video")
        OFFICE = "office", _("Office document")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be checked")
        CLEAN = "clean", _("Checked")
        REFUSED = "refused", _("Not accepted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, null=True, related_name="uploads")
    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, null=True, related_name="uploads")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=16, blank=True, default="")  # why it was refused: a key of REFUSALS
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed_key = models.BinaryField()
    extension = models.CharField(max_length=5, blank=True, default="")  # of the cleaned copy
    clean_size = models.PositiveIntegerField(default=0)
    has_thumbnail = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    cleaned_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="upload_linked_whole", condition=Q(complaint__isnull=True, transition__isnull=True) | Q(complaint__isnull=False, transition__isnull=False)
            ),
            models.CheckConstraint(name="upload_clean_is_shown", condition=~Q(state="clean") | ~Q(extension="")),
            models.CheckConstraint(name="upload_refused_says_why", condition=~Q(state="refused") | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=("created_at",), name="upload_waiting", condition=Q(state="waiting")),
            models.Index(fields=("created_at",), name="upload_unlinked", condition=Q(complaint=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def why(self) -> str:
        """Why it was not accepted, for whoever sent it."""
        return str(REFUSALS[self.reason]) if self.reason else ""

    @property
    def name(self) -> str:
        """What the copy is called: neutral, because a name that people give tells who they are."""
        return f"lampiran-{str(self.pk)[:8]}.{self.extension}"

    @property
    def original_path(self) -> str:
        return f"{self.created_at:%Y/%m}/{self.pk}"

    @property
    def clean_path(self) -> str:
        return f"files/{self.created_at:%Y/%m}/{self.pk}.{self.extension}"

    @property
    def thumbnail_path(self) -> str:
        return f"files/{self.created_at:%Y/%m}/{self.pk}.kecil.webp"


def _told(audience: str) -> PreparedModels[Upload]:
    return PreparedModels(lambda pk: Upload.objects.shown_to(audience, Complaint(pk=pk)).order_by("created_at", "pk"), UUID(int=0))


TOLD = {audience: _told(audience) for audience in ("public", "officer")}
