"""Which priority issues and strategic projects a report belongs to, and how far the rules that propose them have looked."""

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from institutions.models import IssueRule, PriorityIssue

from .complaint import Complaint


class IssueTagQuerySet(models.QuerySet["IssueTag"]):
    def confirmed(self) -> Self:
        """What counts in figures, and all that anybody but the desk is told of."""
        return self.filter(state=IssueTag.State.CONFIRMED)

    def proposed(self) -> Self:
        """What waits for somebody to decide."""
        return self.filter(state=IssueTag.State.PROPOSED)

    def confirmed_codes(self, ids: Collection[UUID]) -> dict[UUID, list[str]]:
        """The codes of the issues that each of these reports counts under, in their order; in one query. A report without any is left out."""
        found: dict[UUID, list[str]] = {}
        for pk, code in self.confirmed().filter(complaint__in=ids).values_list("complaint_id", "issue_id"):
            found.setdefault(pk, []).append(code)
        return found


class IssueTag(models.Model):
    """A report and an issue: proposed by a rule, then confirmed or rejected by an officer, or confirmed by hand.

    Each decision is an event of the report's own history (`tag`, `untag`), so that whoever counts notices it; a proposal is none,
    for it says nothing of the report yet. What was rejected is never proposed again.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Applies")
        REJECTED = "rejected", _("Does not apply")

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="issue_tags")
    issue = models.ForeignKey(PriorityIssue, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(IssueRule, on_delete=models.PROTECT, null=True, related_name="+")  # that proposed it; none: by hand
    state = models.CharField(max_length=9, choices=State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)

    objects = IssueTagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag of a report")
        verbose_name_plural = _("tags of reports")
        ordering = ("issue_id",)
        constraints = [
            models.UniqueConstraint(fields=("complaint", "issue"), name="issuetag_once"),
            models.CheckConstraint(name="issuetag_state_known", condition=Q(state__in=("proposed", "confirmed", "rejected"))),
            models.CheckConstraint(name="issuetag_rule_proposed_it", condition=Q(rule__isnull=True) ^ Q(proposed_at__isnull=False)),
        ]
        indexes = [models.Index(fields=("issue", "state", "complaint"), name="issuetag_issue")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.state}"


def named_issues() -> ArraySubquery:
    """Of a complaint: what everybody who may read it is told. A column, for reading a table of its own would cost every page a query."""
    named = JSONObject(code="issue_id", name_id="issue__name_id", name_en="issue__name_en")
    return ArraySubquery(IssueTag.objects.confirmed().filter(complaint=OuterRef("pk")).order_by("issue_id").values(named=named))


def issues_of(complaint: Complaint) -> list[PriorityIssue]:
    """The issues of a report that was read with `issues=named_issues()`."""
    return [PriorityIssue(**row) for row in vars(complaint)["issues"]]


class IssueWater(models.Model):
    """How far the rules have looked: events up to `done` are looked at; `seen` becomes `done` some minutes after it was seen, for rows
    with a smaller id may still commit. `rules` holds what each rule asked for when it last went through the reports of before.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    done = models.BigIntegerField()
    seen = models.BigIntegerField()
    seen_at = models.DateTimeField()
    rules = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(name="issuewater_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.done} {self.seen_at:%Y-%m-%d %H:%M}"
