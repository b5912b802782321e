"""What officers keep for their own working day: delegations, hand-overs, canned answers, drafts, saved filters, preferences."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, Topic
from officers.models import InForceQuerySet

from .complaint import Complaint


class Delegation(models.Model):
    """Somebody is away: a colleague of the same institution is told of their cases and finds them among the own ones.

    It gives no power: what the colleague may do follows from the colleague's own appointment. It is called off by its end.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer"))
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("colleague"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"))
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: "InForceQuerySet[Delegation]" = InForceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(name="delegation_period", condition=Q(valid_to__gte=F("valid_from"))),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(user=F("to"))),
            ExclusionConstraint(
                name="delegation_one_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), models.Value("[]"), function="daterange", output_field=DateRangeField()), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=("to", "valid_to"), name="delegation_to", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.user} → {self.to}"


class HandOver(models.Model):
    """An open case whose officer lost the power over it: it waits until somebody says who goes on."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    was = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("complaint",), condition=Q(settled_at__isnull=True), name="hand_over_waits_once")]
        indexes = [models.Index(fields=("holder", "was"), name="hand_over_waiting", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.found_at:%Y-%m-%d}"


class CannedAnswer(models.Model):
    """A text that an institution's desks may begin an answer with. A version is never altered: a new one replaces it when it is approved."""

    DRAFT, APPROVED, RETIRED = "draft", "approved", "retired"
    STATES = ((DRAFT, _("Waits for approval")), (APPROVED, _("In use")), (RETIRED, _("No longer used")))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    step = models.CharField(max_length=24)
    language = models.CharField(max_length=5, default="id")
    title = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=STATES, default=DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("family", "version"), name="canned_one_per_version"),
            models.UniqueConstraint(fields=("family",), condition=Q(state="approved"), name="canned_one_in_use"),
            models.CheckConstraint(name="canned_state_known", condition=Q(state__in=("draft", "approved", "retired"))),
            models.CheckConstraint(name="canned_has_text", condition=~Q(title="") & ~Q(body="")),
        ]
        indexes = [models.Index(fields=("institution", "step"), name="canned_in_use", condition=Q(state="approved"))]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class AnswerDraft(models.Model):
    """What an officer has typed for a step and not sent; shown to nobody else, gone with the step or after some days."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=24)
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("complaint", "user", "step"), name="answer_draft_once")]

    def __str__(self) -> str:
        return f"{self.step} {self.saved_at:%Y-%m-%d %H:%M}"


class SavedFilter(models.Model):
    """A named address of the queue: an officer's own, or shared with everybody appointed at a place."""

    NAME, QUERY = 60, 500

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared_with = models.ForeignKey(Institution, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=NAME)
    query = models.CharField(max_length=QUERY, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint(fields=("owner", "name"), name="saved_filter_name")]

    def __str__(self) -> str:
        return self.name


class DeskPreference(models.Model):
    """How an officer wants the desk to be; no row: as it comes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    has_shortcuts = models.BooleanField(default=True)
    default_filter = models.ForeignKey(SavedFilter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return str(self.user_id)
