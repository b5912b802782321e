"""Who altered what, and why."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """The database refuses to change, delete or empty what has been written."""
    refusal = "RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;"
    return [
        pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(name=f"{name}_no_truncate", level=pgtrigger.Statement, when=pgtrigger.Before, operation=pgtrigger.Truncate, func=refusal),
    ]


class Change(models.Model):
    """One alteration of the configuration, as it was and as it became; the database refuses to touch it afterwards."""

    target_kind = models.CharField(_("what kind"), max_length=60)
    target_id = models.CharField(_("which"), max_length=80)
    what = models.CharField(_("what"), max_length=40)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    why = models.TextField(_("why"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["target_kind", "target_id", "at"], name="change_target")]
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="change_has_reason")]
        triggers = append_only("change")

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}: {self.what}"
