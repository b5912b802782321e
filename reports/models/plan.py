"""The action plan of an edition, carried to the next one with its progress."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .edition import Edition


class ActionItem(models.Model):
    """One thing that is to be done; the text stays as it was once the edition was submitted, only its progress moves."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not begun")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="items")
    text = models.TextField(_("What will be done"))
    owner = models.CharField(_("Who sees to it"), max_length=120)
    due_on = models.DateField(_("By when"))
    status = models.CharField(_("Status"), max_length=7, choices=Status.choices, default=Status.OPEN)
    progress = models.TextField(_("Progress"), blank=True, default="")
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="carried_to")
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("due_on", "made_at")
        constraints = [
            models.CheckConstraint(name="action_item_status_known", condition=Q(status__in=("open", "running", "done", "dropped"))),
            models.CheckConstraint(name="action_item_says_what", condition=~Q(text="") & ~Q(owner="")),
        ]

    def __str__(self) -> str:
        return self.text[:60]
