"""The rungs of the ladder that deadlines have climbed: rows of their own, for lateness is no step of a complaint."""

from datetime import datetime

from django.db import models
from django.db.models import Count, F, Q

from complaints.models import Clock, Complaint
from complaints.workflow import HANDLING
from institutions.models import Institution, append_only

from ..ladder import CLIMBS, Rung

# (keys of clocks, how many rungs were climbed, the last of them)
TOPS = tuple(
    (sorted(key for key, climbs in CLIMBS.items() if climbs == rungs), number, rung)
    for rungs in dict.fromkeys(CLIMBS.values())
    for number, rung in enumerate(rungs, 1)
)


# A rung stands while its deadline is the one that runs, a silence until somebody does something.
RUNS = Q(clock__state=Clock.RUNNING, clock__due_at=F("due_at"))
SILENT = Q(clock=None, complaint__state__in=sorted(HANDLING), complaint__moved_at=F("due_at"))


def _last_rungs() -> Q:
    """Of each deadline the rung that it climbed last."""
    found = Q()
    for keys, number, rung in TOPS:
        found |= Q(rung=rung, key__in=keys, clock__rung=number)
    return found


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def since(self, at: datetime) -> "EscalationQuerySet":
        """Raised at `at` or later."""
        return self.filter(raised_at__gte=at)

    def standing(self) -> "EscalationQuerySet":
        """What still holds: the clock runs and has the same deadline, or nothing was done since the silence began."""
        return self.filter(RUNS | SILENT)

    def topmost(self) -> "EscalationQuerySet":
        """Of each deadline the last rung alone."""
        return self.filter(_last_rungs() | Q(clock=None))

    def by_level(self) -> dict[int, int]:
        """How many deadlines and silences stand at each level: the same as counting `standing().topmost()`.

        Asked in two halves, for only then does PostgreSQL begin with the few clocks that have climbed instead of reading all there ever were.
        """
        halves = (self.filter(RUNS, _last_rungs(), clock__rung__gt=0), self.filter(SILENT))
        first, second = (half.order_by().values_list("level").annotate(n=Count("pk")) for half in halves)
        found: dict[int, int] = {}
        for level, n in first.union(second, all=True):
            found[level] = found.get(level, 0) + n
        return found


class Escalation(models.Model):
    """A deadline reached a rung: once for each clock and deadline. `happened_at` is when that was, however late the sweep came.

    A silence has no clock: `due_at` then is the instant of the last progress.
    """

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=32)
    rung = models.CharField(max_length=12, choices=Rung.choices)
    level = models.PositiveSmallIntegerField()
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    happened_at = models.DateTimeField()
    raised_at = models.DateTimeField()

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("clock", "rung", "due_at"), condition=Q(clock__isnull=False), name="escalation_once"),
            models.UniqueConstraint(fields=("complaint", "due_at"), condition=Q(clock__isnull=True), name="escalation_silence_once"),
            models.CheckConstraint(name="escalation_rung_known", condition=Q(rung__in=Rung.values)),
            models.CheckConstraint(name="escalation_silence_has_no_clock", condition=Q(clock__isnull=True) ^ ~Q(rung="silence")),
            models.CheckConstraint(name="escalation_never_early", condition=Q(raised_at__gte=models.F("happened_at"))),
        ]
        indexes = [
            models.Index(fields=("complaint", "level"), name="escalation_complaint"),
            models.Index(fields=("raised_at", "id"), name="escalation_raised"),
            models.Index(fields=("-level", "-happened_at", "-id"), name="escalation_level"),
        ]
        triggers = append_only("escalation")

    def __str__(self) -> str:
        return f"{self.rung} {self.key} {self.happened_at:%Y-%m-%d}"
