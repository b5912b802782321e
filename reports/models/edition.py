"""Editions of evaluation reports: what was frozen, where it stands, and what happened to it."""

import uuid
from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, PriorityIssue, append_only
from lapor.ground.actor import Actor
from monitoring.figures import Period

from .. import access
from ..access import State, Template
from .cadence import Cadence, PeriodKind

FROZEN = [
    "template", "scope", "institution", "issue", "period", "period_kind", "first_on", "last_on", "revision", "cut_off", "formula", "snapshot", "sha256",
    "made_at", "why",
]  # fmt: skip


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self) -> Self:
        """The last revision of each."""
        return self.filter(is_current=True)

    def readable(self, actor: Actor) -> Self:
        return self.filter(access.rule(actor, access.READ))

    def newest_readable(self, actor: Actor) -> Self:
        """Of each report the last revision that the actor may read: a hub keeps the one that was sent while a new one is made."""
        mine = Edition.objects.readable(actor)
        same = {name: OuterRef(name) for name in ("template", "scope", "period")}
        newer = mine.filter(**same, revision__gt=OuterRef("revision"))
        return self.readable(actor).filter(~Exists(newer))

    def with_acts(self, actor: Actor) -> Self:
        """Each with `may_review` and so on: the table's answer for this actor, whatever the state."""
        told = {f"may_{act}": _is(access.rule(actor, act)) for act in access.ACTS}
        return self.annotate(**told)

    def late(self, on: date) -> Self:
        """Not submitted yet, and the day by which they were due is over."""
        return self.current().filter(due_on__lt=on, submitted_on=None)

    def submitted_late(self) -> Self:
        return self.current().filter(submitted_on__gt=F("due_on"))

    def owed_to(self, actor: Actor) -> Self:
        """Whose submission the actor watches over, read or not: a hub its members', a body its units', the nation everybody's."""
        return self.filter(access.granted(actor, access.ACCEPT))


def _is(rule: Q) -> Case:
    return Case(When(rule, then=Value(True)), default=Value(False), output_field=BooleanField())


class Edition(models.Model):
    """A report about a place and a period as its figures were at the cut-off. The database refuses to change what is frozen.

    A later one about the same is a new revision that says why; `is_current` is the last. `submitted_on` is the day of the first
    submission of any revision, by which lateness is judged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.CharField(max_length=8, choices=Template.choices)
    scope = models.CharField(max_length=90)  # the key of a scope of figures: `nation`, a slug, `hub:SLUG`, `issue:CODE`
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")  # of an issue: whose it was when the report was made
    issue = models.ForeignKey(PriorityIssue, on_delete=models.PROTECT, null=True, related_name="+")
    cadence = models.ForeignKey(Cadence, on_delete=models.PROTECT, null=True, related_name="+")
    period = models.CharField(max_length=8)
    period_kind = models.CharField(max_length=7, choices=PeriodKind.choices)
    first_on = models.DateField()
    last_on = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    why = models.TextField(blank=True, default="")  # of a later revision
    is_current = models.BooleanField(default=True)
    cut_off = models.DateTimeField()
    formula = models.CharField(max_length=12)
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=18, choices=State.choices, default=State.GENERATED)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    submitted_on = models.DateField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=120, blank=True, default="")  # in the letter series of the institution, given at submission
    plan = models.JSONField(default=list)  # the action plan as it was submitted

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation report")
        verbose_name_plural = _("evaluation reports")
        constraints = [
            models.UniqueConstraint(fields=("template", "scope", "period", "revision"), name="edition_one_per_revision"),
            models.UniqueConstraint(fields=("template", "scope", "period"), name="edition_one_current", condition=Q(is_current=True)),
            models.CheckConstraint(name="edition_state_known", condition=Q(state__in=State.values) & Q(template__in=Template.values)),
            models.CheckConstraint(name="edition_issue_is_named", condition=Q(template=Template.ISSUE) ^ Q(issue=None)),
            models.CheckConstraint(name="edition_revision_says_why", condition=Q(revision=1) | ~Q(why="")),
            models.CheckConstraint(name="edition_sent_has_day", condition=Q(state__in=("generated", "reviewed")) | Q(submitted_on__isnull=False)),
        ]
        indexes = [
            models.Index(fields=("-last_on", "-made_at"), name="edition_newest"),
            models.Index(fields=("institution", "template"), name="edition_place"),
            models.Index(fields=("due_on",), name="edition_owed", condition=Q(is_current=True, submitted_on=None)),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="edition_frozen", fields=FROZEN),
            pgtrigger.Protect(name="edition_kept", operation=pgtrigger.Delete),
            append_only("edition")[1],  # nor may it be emptied
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.scope} {self.period} ({self.revision})"

    @property
    def subject(self) -> str:
        """What it is about, in the language of the page."""
        return self.issue.name if self.issue else self.institution.name

    @property
    def span(self) -> Period:
        return Period.parse(self.period)

    def days_late(self, on: date) -> int:
        """By how many days it was or is too late; 0 while it is in time."""
        if self.due_on is None:
            return 0
        return max(((self.submitted_on or on) - self.due_on).days, 0)


class EditionEvent(models.Model):
    """What happened to an edition: codes, ids and times, and the reason where one was given; append-only."""

    class Code(models.TextChoices):
        GENERATED = "generated", _("Made")
        REVIEWED = "reviewed", _("Reviewed")
        SUBMITTED = "submitted", _("Submitted")
        ACCEPTED = "accepted", _("Accepted")
        REVISION_REQUESTED = "revision_requested", _("Sent back for revision")
        REPLACED = "replaced", _("Replaced by a later revision")
        REMINDED = "reminded", _("Reminder before the due day")
        TOLD_LATE = "told_late", _("Lateness was told")

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=18, choices=Code.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_role = models.CharField(max_length=24, blank=True, default="")
    note = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")  # of the action plan, at submission

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("edition", "code"), name="edition_told_once", condition=Q(code__in=("reminded", "told_late", "generated", "replaced"))
            )
        ]
        triggers = append_only("edition_event")

    def __str__(self) -> str:
        return f"{self.code} {self.at:%Y-%m-%d}"
