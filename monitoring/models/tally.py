"""What was counted: facts of each report at each place, the sums of them by day, and what was open at the end of a day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from complaints.models import Complaint
from institutions.models import Institution


class FactQuerySet(models.QuerySet["Fact"]):
    def counted(self) -> Self:
        """What figures are made of: not merged, no spam, no advertisement, no test."""
        return self.filter(is_counted=True)

    def at(self, *institutions: int) -> Self:
        return self.filter(institution__in=institutions)


class Fact(models.Model):
    """A report at one place it has been at (a unit, a body, the nation), as its events tell it.

    `cohort` holds `{measure: {dim: value}}` of the day of arrival, `flow` holds `[day, measure, dim, value, n]` of other days; what is
    counted by every cut stands there once and is spread over `cuts` when it is summed. `stays` holds `[from, to or null, state,
    since or null]`: the days at whose end it was open there, and since when a desk that had to act has left it alone. Days are ISO
    texts, local to the place. `facts.FactData` is the same without the report.
    """

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    is_counted = models.BooleanField(default=True)
    is_secret = models.BooleanField(default=False)
    arrived_on = models.DateField()
    over_on = models.DateField(null=True)  # from that day on past the 60 days of the law
    cuts = models.JSONField(default=dict)  # {"topic": "...", "region": "...", "channel": "...", "track": "...", "kind": "...", "issue": [...]}
    cohort = models.JSONField(default=dict)
    flow = models.JSONField(default=list)
    stays = models.JSONField(default=list)
    is_open = models.BooleanField(default=False)  # open, and here, now
    last_on = models.DateField()  # the last day of anything above

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("complaint", "institution"), name="fact_one_per_place")]
        indexes = [
            models.Index(fields=("institution", "arrived_on"), name="fact_arrived"),
            models.Index(fields=("last_on", "institution"), name="fact_last"),
            models.Index(fields=("institution",), name="fact_open", condition=Q(is_open=True)),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} at {self.institution_id}"


class Measured(models.Model):
    """How far a report has been counted: the last event of its history and of its clocks that its facts know."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, primary_key=True, related_name="+")
    seq = models.PositiveIntegerField()
    clock_event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.seq}"


class LowWater(models.Model):
    """How far a consumer of append-only rows has come: everything up to `done` is done; `seen` becomes `done` ten minutes after it was
    seen, for rows with a smaller id may still commit.
    """

    name = models.CharField(max_length=24, primary_key=True)
    done = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # of a consumer of instants: the last one that is done

    def __str__(self) -> str:
        return f"{self.name} {self.done}"


EVENTS, STOCK = "measure", "measure_stock"  # the waters of counting that others read


def taken_up_to() -> date | None:
    """The last day whose stock was taken, for all places: one without a row had nothing then."""
    row = LowWater.objects.filter(name=STOCK).first()
    return date.fromordinal(row.done) if row is not None else None


class SumQuerySet[M: models.Model](models.QuerySet[M]):
    def within(self, institutions: list[int], first: date, last: date) -> Self:
        return self.filter(institution__in=institutions, day__range=(first, last))


class Sum(models.Model):
    """`n` of a measure at a place on a day, as a whole (`dim` is empty) or for one value of a dim. Additive over places and days.

    One index and no more: cells are written far oftener than they are read.
    """

    pk = models.CompositePrimaryKey("institution", "dim", "day", "measure", "value")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    measure = models.CharField(max_length=24)
    dim = models.CharField(max_length=12, blank=True, default="")
    value = models.CharField(max_length=80, blank=True, default="")
    n = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.measure} {self.day:%Y-%m-%d}: {self.n}"


class Tally(Sum):
    """What arrived or happened on a day, of the measures that are drawn by day (`facts.DAILY`)."""

    objects = SumQuerySet["Tally"].as_manager()


class MonthTally(Sum):
    """All measures by month (`day` is its first): a year of a ministry by topic is read in milliseconds. Written with the days, never apart."""

    objects = SumQuerySet["MonthTally"].as_manager()


class Stock(Sum):
    """What was there at the end of a day. Additive over places that do not hold each other, never over days."""

    objects = SumQuerySet["Stock"].as_manager()
