"""Priority issues and national strategic projects, and the rules that propose which reports belong to them."""

from datetime import date
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .base import DatedQuerySet, ends_after_start
from .regions import Region
from .rules import LegalBasis
from .topics import Topic
from .tree import Institution


class PriorityIssueQuerySet(DatedQuerySet["PriorityIssue"]):
    """Issues and projects."""


class PriorityIssue(models.Model):
    """What the nation wants watched on its own (isu prioritas, PSN): whose it is, since when, and what it is measured against.

    It ends, it is never deleted: figures of the past name it.
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Priority issue")
        PROJECT = "project", _("National strategic project")

    code = models.SlugField(
        _("code"), max_length=40, primary_key=True, validators=[RegexValidator(r"^[a-z0-9-]+$", _("Small letters, digits and hyphens only."))]
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    name_id = models.CharField(_("name in Indonesian"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    legal_basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, related_name="+", verbose_name=_("legal basis"))
    target_indicator = models.SlugField(_("indicator of the target"), max_length=40, blank=True)
    target_value = models.DecimalField(_("target value"), max_digits=9, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)

    objects = PriorityIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority issue or project")
        verbose_name_plural = _("priority issues and projects")
        ordering = ["code"]
        constraints = [
            ends_after_start("priorityissue"),
            models.CheckConstraint(condition=Q(kind__in=["issue", "project"]), name="priorityissue_kind_known"),
            models.CheckConstraint(
                condition=Q(target_indicator="", target_value=None) | (~Q(target_indicator="") & Q(target_value__isnull=False)),
                name="priorityissue_target_is_whole",
                violation_error_message=_("A target has an indicator and a value, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_id


class IssueRuleQuerySet(DatedQuerySet["IssueRule"]):
    def proposing(self, on: date) -> Self:
        """The rules that count on this day, of issues that count on it."""
        return self.in_force(on).filter(issue__in=PriorityIssue.objects.in_force(on))


class IssueRule(models.Model):
    """Proposes an issue for reports that meet every condition given here; an issue has as many rules as it has ways to be met.

    `topic` and `region` stand for what lies below them too, `institution` for a report that its subtree holds or that was
    addressed to it; each of `words` must be in title or text (stemmed as the search does).
    """

    issue = models.ForeignKey(PriorityIssue, on_delete=models.PROTECT, related_name="rules", verbose_name=_("issue"))
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region"))
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("institution"))
    words = models.CharField(_("words"), max_length=200, blank=True, help_text=_("Every one of them must be in the report. Another rule for another wording."))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)

    objects = IssueRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule that proposes an issue")
        verbose_name_plural = _("rules that propose issues")
        ordering = ["issue", "pk"]
        constraints = [
            ends_after_start("issuerule"),
            models.CheckConstraint(
                condition=Q(topic__isnull=False) | Q(region__isnull=False) | Q(institution__isnull=False) | ~Q(words=""),
                name="issuerule_has_condition",
                violation_error_message=_("Give at least one condition."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {', '.join(str(part) for part in (self.topic_id, self.region_id, self.institution_id, self.words) if part)}"
