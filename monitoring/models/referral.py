"""A case referred to the Ombudsman: where it stands, what happened, its deadlines, the files made of it, the notes on it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints import policy
from complaints.models import Complaint
from institutions.models import CalendarDay, Institution, SlaPolicy, append_only
from lapor.ground.actor import Actor

from ..referral import CLOCK_NAMES, ENDED, READABLE, SENTENCES, TASKS, Cause, DeclineReason, ReferralOutcome, Stage


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> "ReferralQuerySet":
        return self.exclude(stage__in=sorted(ENDED))

    def readable(self) -> "ReferralQuerySet":
        """Those whose case file the Ombudsman may read now."""
        return self.filter(stage__in=sorted(READABLE))

    def known_to(self, actor: Actor) -> "ReferralQuerySet":
        """What the actor may know of: the nation everything, the Ombudsman all but proposals of secret cases, an institution
        what was confirmed of its cases."""
        if actor.is_system or actor.has("refer"):
            return self
        if actor.has("oversee"):
            return self.exclude(complaint__is_secret=True, confirmed_at=None)
        return self.readable().filter(complaint__in=Complaint.objects.filter(policy.closer(actor)))


class Referral(models.Model):
    """One referral. Only `services` writes here. `since` is the instant that brought it: the end of a deadline, or when the reporter asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=20, choices=Cause.choices)
    since = models.DateTimeField()
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # the reporter, about the name
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    reason = models.CharField(max_length=20, choices=DeclineReason.choices, blank=True, default="")
    outcome = models.CharField(max_length=20, choices=ReferralOutcome.choices, blank=True, default="")
    is_released = models.BooleanField(default=False)  # the complaint was told that it is over

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("complaint",), condition=~Q(stage__in=("declined", "closed")), name="referral_one_open"),
            models.UniqueConstraint(fields=("complaint", "cause", "since"), name="referral_once"),
            models.CheckConstraint(name="referral_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="referral_cause_known", condition=Q(cause__in=Cause.values)),
            models.CheckConstraint(name="referral_never_early", condition=Q(proposed_at__gte=F("since"))),
            models.CheckConstraint(name="referral_ended", condition=Q(stage__in=("declined", "closed")) ^ Q(ended_at__isnull=True)),
            models.CheckConstraint(name="referral_closed_has_outcome", condition=Q(stage="closed") ^ Q(outcome="")),
        ]
        indexes = [
            models.Index(fields=("-moved_at", "-id"), name="referral_moved"),
            models.Index(fields=("complaint",), name="referral_complaint"),
            models.Index(fields=("ended_at",), name="referral_to_release", condition=Q(ended_at__isnull=False, is_released=False)),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.stage}"

    @property
    def is_readable(self) -> bool:
        return self.stage in READABLE


class ReferralEvent(models.Model):
    """One step of a referral: codes, ids and times, never free text; append-only."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_role = models.CharField(max_length=24, blank=True, default="")
    stage_before = models.CharField(max_length=20, blank=True, default="")
    stage_after = models.CharField(max_length=20, choices=Stage.choices)
    reason = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=("referral", "seq"), name="referral_event_one_per_seq")]
        triggers = append_only("referral_event")

    def __str__(self) -> str:
        return f"{self.code} {self.seq}"

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])

    @property
    def why(self) -> str:
        """The reason or the outcome in words; empty where the step has none."""
        labels = dict([*Cause.choices, *DeclineReason.choices, *ReferralOutcome.choices])
        return str(labels.get(self.reason, ""))


class OversightNote(models.Model):
    """That an Ombudsman officer noted something on a referred case; append-only. What it says stands in a text of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("at", "id")
        triggers = append_only("oversight_note")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class ReferralText(models.Model):
    """What was written in a step or a note; erasable, while the row that it belongs to stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.OneToOneField(ReferralEvent, on_delete=models.PROTECT, null=True, related_name="said")
    note = models.OneToOneField(OversightNote, on_delete=models.PROTECT, null=True, related_name="said")
    text = models.TextField()
    is_erased = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="referral_text_belongs", condition=Q(event__isnull=True) ^ Q(note__isnull=True))]

    def __str__(self) -> str:
        return str(self.pk)


class ReferralClockQuerySet(models.QuerySet["ReferralClock"]):
    def running(self) -> "ReferralClockQuerySet":
        return self.filter(stopped_at__isnull=True)


class ReferralClock(models.Model):
    """A deadline of the institution in a referral, with the policy row and the calendar that it was counted by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="clocks")
    key = models.CharField(max_length=32)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=32)
    week = models.PositiveSmallIntegerField(default=5)
    calendar_version = models.CharField(max_length=64)
    is_provisional = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, blank=True, default="")

    objects = ReferralClockQuerySet.as_manager()

    class Meta:
        ordering = ("started_at", "id")
        constraints = [
            models.UniqueConstraint(fields=("referral", "key"), name="referral_clock_one_per_key"),
            models.CheckConstraint(name="referral_clock_due_after_start", condition=Q(due_at__gte=F("started_at"))),
            models.CheckConstraint(name="referral_clock_stopped_has_outcome", condition=Q(stopped_at__isnull=True) ^ ~Q(outcome="")),
        ]
        indexes = [models.Index(fields=("due_at", "id"), name="referral_clock_due", condition=Q(stopped_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.key} {self.due_at:%Y-%m-%d}"

    @property
    def label(self) -> str:
        return str(CLOCK_NAMES[self.key])

    @property
    def task(self) -> str:
        """The step by which the institution meets it."""
        return TASKS[self.key]


class ReferralClockMove(models.Model):
    """A change of the calendar moved a deadline of a referral to a later date; append-only. `day` is the day off that brought it."""

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(ReferralClock, on_delete=models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    before = models.DateTimeField()
    after = models.DateTimeField()
    day = models.ForeignKey(CalendarDay, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [models.CheckConstraint(name="referral_clock_moves_away", condition=Q(after__gt=F("before")))]
        triggers = append_only("referral_clock_move")

    def __str__(self) -> str:
        return f"{self.before:%Y-%m-%d} {self.after:%Y-%m-%d}"


class Dossier(models.Model):
    """A sealed bundle of everything about a referred case at one time, by its digest; append-only: what comes later is a new version.

    `events` is how many events of the case it holds, so that later ones are found. The file lies encrypted in the vault's store.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="dossiers")
    version = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    events = models.PositiveIntegerField()
    has_identity = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    manifest = models.JSONField()
    name = models.CharField(max_length=120)
    sealed_key = models.BinaryField()

    class Meta:
        ordering = ("version",)
        constraints = [models.UniqueConstraint(fields=("referral", "version"), name="dossier_one_per_version")]
        triggers = append_only("dossier")

    def __str__(self) -> str:
        return f"{self.version} {self.sha256[:12]}"
