"""What was told to the public of a month: the numbers of each place, and the files drawn from them. Append-only."""

from datetime import date

from django.db import models
from django.db.models import Q

from institutions.models import Institution, append_only


class ReleaseQuerySet(models.QuerySet["Release"]):
    def current(self) -> "ReleaseQuerySet":
        """Of each month the last revision, the newest month first."""
        return self.order_by("-month", "-revision").distinct("month")


class Release(models.Model):
    """A month as it was told: everything that the public sees of measurement comes from here and from nowhere else.

    Revision 1 is told when the month is over, revision 2 when its reports had time to end; there is no third.
    """

    month = models.DateField()  # its first day
    revision = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    formulas = models.CharField(max_length=12)  # the version of the indicators
    least = models.PositiveSmallIntegerField()  # what was too few

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "-revision")
        constraints = [
            models.UniqueConstraint(fields=("month", "revision"), name="release_once"),
            models.CheckConstraint(name="release_revision_known", condition=Q(revision__in=(1, 2))),
            models.CheckConstraint(name="release_first_of_month", condition=Q(month__day=1)),
        ]
        triggers = append_only("release")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}.{self.revision}"

    @property
    def code(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def is_final(self) -> bool:
        return self.revision > 1

    @property
    def day(self) -> date:
        return self.month


class ReleasedPlace(models.Model):
    """The numbers of one place in a release. A place without a row had none, or too few: the two look the same.

    `told`: `sums` {measure: n}, `indicators` {key: result}, and by cut (`topics`, `provinces`, `channels`) `{"named": {value: n}, "rest": n}`.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="places")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=80)  # as it was then
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=24)
    told = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("release", "institution"), name="released_place_once")]
        indexes = [models.Index(fields=("institution", "release"), name="released_place")]
        triggers = append_only("released_place")

    def __str__(self) -> str:
        return f"{self.slug} {self.release_id}"


class OpenDataFile(models.Model):
    """A file of open data by its digest: drawn from the rows of a release alone, so that the same rows give the same bytes."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    table = models.CharField(max_length=16)
    form = models.CharField(max_length=8)
    name = models.CharField(max_length=80, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ("table", "form")
        constraints = [models.UniqueConstraint(fields=("release", "table", "form"), name="open_data_once")]
        triggers = append_only("open_data_file")

    def __str__(self) -> str:
        return self.name
