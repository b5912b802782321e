"""What is known of a reporter's contact without opening it: whether it was proved, the code that is out, and since when it is another one."""

from django.db import models
from django.db.models import Q

from officers.models import Notice

from .complaint import Complaint


class Contact(models.Model):
    """One row for a report whose contact was proved, changed, or has a code that is out. The address itself lies in the vault."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, primary_key=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    code_salt = models.BinaryField(max_length=16, default=bytes)
    code_hash = models.BinaryField(max_length=32, default=bytes)  # empty: no code is out
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="+")  # that took the code there
    verified_by = models.CharField(max_length=12, blank=True, default="")  # the channel that it went by
    changed_at = models.DateTimeField(null=True)
    is_layered = models.BooleanField(default=False)  # the vault still holds what was replaced, until it was told

    class Meta:
        constraints = [
            models.CheckConstraint(name="contact_verified_by_a_channel", condition=Q(verified_at__isnull=True) ^ ~Q(verified_by="")),
            models.CheckConstraint(name="contact_code_ends", condition=Q(code_hash=b"") | Q(code_until__isnull=False)),
        ]
        indexes = [models.Index(fields=("changed_at",), name="contact_layered", condition=Q(is_layered=True))]

    def __str__(self) -> str:
        return f"{self.verified_by} {self.changed_at or ''}"
