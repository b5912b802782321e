"""Who reports to whom how often, and by when: policy rows with their legal basis and their days."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from institutions.models import LegalBasis
from institutions.models.base import DatedQuerySet, ends_after_start, one_at_a_time

from ..access import Template
from ..clock import DueRule


class PeriodKind(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF = "half", _("Half-year")
    YEAR = "year", _("Year")


class Receiver(models.TextChoices):
    INSTITUTION = "institution", _("Institution")
    HUB = "hub", _("Hub")
    NATION = "nation", _("National coordinator")
    OMBUDSMAN = "ombudsman", _("Ombudsman")
    PUBLIC = "public", _("Public")


class CadenceQuerySet(DatedQuerySet["Cadence"]):
    """The rhythm of reporting, effective-dated as every rule."""


class Cadence(models.Model):
    """One duty to report: of everybody of `template`, after each period of this kind, to `receiver`, in time until the day that `rule` and `number` name."""

    key = models.SlugField(_("key"), max_length=40)
    template = models.CharField(_("report"), max_length=8, choices=Template.choices)
    period_kind = models.CharField(_("period"), max_length=7, choices=PeriodKind.choices)
    rule = models.CharField(_("due"), max_length=12, choices=DueRule.choices)
    number = models.PositiveSmallIntegerField(_("number"))
    receiver = models.CharField(_("to"), max_length=11, choices=Receiver.choices)
    legal_basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, related_name="+", verbose_name=_("legal basis"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = CadenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("cadence of reporting")
        verbose_name_plural = _("cadences of reporting")
        ordering = ["key", "-valid_from"]
        constraints = [
            ends_after_start("cadence"),
            one_at_a_time("cadence", "key"),
            one_at_a_time("cadence_of_kind", "template", "period_kind"),
            models.CheckConstraint(name="cadence_has_number", condition=Q(number__gt=0)),
            models.CheckConstraint(
                name="cadence_known",
                condition=Q(template__in=Template.values, period_kind__in=PeriodKind.values, rule__in=DueRule.values, receiver__in=Receiver.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.get_period_kind_display()}"
