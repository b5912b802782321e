"""The deadlines of a complaint, in a narrow table of their own, and the events they are derived from."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from institutions.models import Change, Institution, LegalBasis, SlaPolicy, append_only

from ..clock import FIRST_RUNGS, PUBLIC_KEYS
from .complaint import Complaint
from .history import Transition

# Why a clock may stand still: the steps that wait for somebody else, and those that end a case which may come back.
PAUSE_REASONS = (
    "pend", "answer", "hold", "refer", "confirm", "close_by_silence", "close_by_decision", "archive", "lapse", "withdraw", "merge", "hand_over", "end_part",
)  # fmt: skip

# The clocks of each ladder, by the level of its first rung.
LADDERS = {
    first: [key for key, (level, _limit) in FIRST_RUNGS.items() if level == first] for first in sorted({level for level, _limit in FIRST_RUNGS.values()})
}


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(state=Clock.RUNNING)

    def due_before(self, at: datetime) -> "ClockQuerySet":
        """Running clocks whose due instant has passed at `at`."""
        return self.running().filter(due_at__lt=at)

    def day_60(self) -> Subquery:
        """Of a complaint: when the 60 days of the law end that are running, or were over before the answer came. Once it is past, the
        report is over 60 days.
        """
        rows = self.filter(Q(state=Clock.RUNNING) | Q(outcome="breached"), complaint=OuterRef("pk"), key="statutory_60")
        return Subquery(rows.order_by("due_at").values("due_at")[:1])

    def told(self) -> "ClockQuerySet":
        """With all that explains the due instant: the rule, where it is counted, and what happened to the clock."""
        events = ClockEvent.objects.select_related("basis", "transition__holder_before", "transition__holder_after")
        return self.select_related("policy__legal_basis", "policy__institution", "holder").prefetch_related(Prefetch("events", events))

    def shown_to(self, audience: str, complaint: Complaint) -> "ClockQuerySet":
        """The deadlines of a report that its reader is told of: "public" of the running ones that it may watch, "reporter" of all with
        those of the parts, "officer" of all of the case itself. That the reader may read the report has been asked.
        """
        if audience == "public":
            return self.running().filter(complaint=complaint, key__in=PUBLIC_KEYS)
        return self.filter(Q(complaint=complaint) | Q(complaint__lead=complaint) if audience == "reporter" and complaint.part_count else Q(complaint=complaint))

    def climbed(self, level: int) -> "ClockQuerySet":
        """Running clocks that have climbed the ladder to this level or higher."""
        firsts = Q(pk__in=())
        for first, keys in LADDERS.items():
            firsts |= Q(key__in=keys, rung__gt=max(level - first, 0))
        return self.running().filter(firsts)

    def levels(self) -> "ClockQuerySet":
        """The level of each running clock that has climbed at all, the highest first, as a column of one."""
        base = Case(*(When(key__in=keys, then=Value(int(first))) for first, keys in LADDERS.items()), output_field=models.IntegerField())
        return self.climbed(0).annotate(level=base + F("rung") - 1).order_by("-level").values("level")  # type: ignore[return-value]


class Clock(models.Model):
    """One deadline of a complaint: the policy row it was started under and the due instant derived from its events."""

    RUNNING, PAUSED, STOPPED, VOID = "running", "paused", "stopped", "void"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="clocks")
    key = models.CharField(max_length=32)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=32)
    week = models.PositiveSmallIntegerField(default=5)
    calendar_version = models.CharField(max_length=64)
    is_provisional = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default=RUNNING)
    outcome = models.CharField(max_length=8, blank=True, default="")
    # How many rungs of the ladder this deadline has climbed, and when the next one is due (none: no ladder for this key).
    rung = models.PositiveSmallIntegerField(default=0)
    rung_at = models.DateTimeField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.CheckConstraint(name="clock_due_after_start", condition=Q(due_at__gte=models.F("started_at"))),
            models.CheckConstraint(name="clock_state_known", condition=Q(state__in=("running", "paused", "stopped", "void"))),
            models.CheckConstraint(name="clock_running_has_no_outcome", condition=~Q(state="running") | Q(outcome="", stopped_at__isnull=True)),
            models.UniqueConstraint(fields=("complaint", "key"), condition=Q(state__in=("running", "paused")), name="clock_one_alive_per_key"),
        ]
        indexes = [
            models.Index(fields=("key", "due_at"), name="clock_due", condition=Q(state="running")),
            models.Index(fields=("complaint", "due_at"), name="clock_next", condition=Q(state="running")),
            models.Index(fields=("rung_at",), name="clock_rung", condition=Q(state="running", rung_at__isnull=False)),
            models.Index(fields=("complaint",), name="clock_climbed", condition=Q(state="running", rung__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.due_at:%Y-%m-%d}"


def climbed(level: int) -> Exists:
    """Of a complaint: one of its deadlines has climbed to this level or higher."""
    return Exists(Clock.objects.climbed(level).filter(complaint=OuterRef("pk")))


def highest_level() -> Subquery:
    """Of a complaint: how far the highest of its deadlines has climbed; NULL where none has."""
    return Subquery(Clock.objects.levels().filter(complaint=OuterRef("pk"))[:1], output_field=models.IntegerField())


class ClockEvent(models.Model):
    """What happened to a clock; append-only, so that anybody can derive the due instant again.

    It happened in a step, except a recomputation, which a change of the calendar brought. What counts the days anew says by
    which version of the calendar; an extension says by how many units and on whose authority.
    """

    START, PAUSE, RESUME, EXTEND, STOP, VOID, RECOMPUTE = "start", "pause", "resume", "extend", "stop", "void", "recompute"
    KINDS = (START, PAUSE, RESUME, EXTEND, STOP, VOID, RECOMPUTE)

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="events")
    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=24)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    calendar_version = models.CharField(max_length=64, blank=True, default="")
    days = models.PositiveSmallIntegerField(default=0)
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(name="clock_event_kind", condition=Q(kind__in=("start", "pause", "resume", "extend", "stop", "void", "recompute"))),
            models.CheckConstraint(name="clock_event_in_a_step", condition=Q(transition__isnull=False) ^ Q(kind="recompute")),
            models.CheckConstraint(name="clock_event_recomputed_for", condition=Q(change__isnull=True) | Q(kind="recompute")),
            models.CheckConstraint(
                name="clock_event_extended_on",
                condition=Q(kind="extend", days__gt=0, basis__isnull=False) | (~Q(kind="extend") & Q(days=0, basis__isnull=True)),
            ),
            models.CheckConstraint(name="clock_event_pause_reason", condition=~Q(kind="pause") | Q(reason__in=PAUSE_REASONS)),
        ]
        triggers = append_only("clock_event")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
