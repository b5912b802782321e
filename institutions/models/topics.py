"""What reports are about."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .base import DatedQuerySet, ends_after_start, words
from .tree import Institution


class TopicQuerySet(DatedQuerySet["Topic"]):
    def search(self, query: str) -> Self:
        """Topics whose name in either language, or whose parent's, holds every word."""
        rows = self
        for word in words(query):
            names = ("name_id", "name_en", "parent__name_id", "parent__name_en")
            where = Q()
            for name in names:
                where |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(where)
        return rows.order_by("code")


class Topic(models.Model):
    """What a report is about; sub-topics may belong to an institution, retired topics have an end."""

    class Flag(models.TextChoices):
        SENSITIVE = "sensitive", _("Sensitive: always secret")
        OVERSIGHT = "oversight", _("Suggests the oversight track")
        PRIORITY = "priority", _("Priority issue")

    code = models.CharField(_("code"), max_length=80, primary_key=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    name_id = models.CharField(_("name in Indonesian"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    flag = models.CharField(_("flag"), max_length=9, choices=Flag.choices, blank=True)
    observed_share = models.DecimalField(_("observed share in percent"), max_digits=4, decimal_places=1, null=True, blank=True)
    owner = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="topics", verbose_name=_("owner"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["code"]
        constraints = [ends_after_start("topic")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_id

    @property
    def is_sensitive(self) -> bool:
        return self.flag == self.Flag.SENSITIVE

    @property
    def suggests_oversight(self) -> bool:
        return self.flag == self.Flag.OVERSIGHT
