"""Which days are no working days: the source of truth for every deadline counted in working days."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from .tree import Institution, ids_of


class CalendarYearQuerySet(models.QuerySet["CalendarYear"]):
    def versions(self) -> dict[int, tuple[str, int]]:
        """Each known year's status and version; a year that is missing here is as provisional as can be."""
        return {year: (status, version) for year, status, version in self.values_list("year", "status", "version")}


class CalendarYear(models.Model):
    """A year of the calendar: confirmed by the joint decree of three ministers, or provisional until it comes."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        PROVISIONAL = "provisional", _("Provisional")

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    status = models.CharField(_("status"), max_length=11, choices=Status.choices, default=Status.PROVISIONAL)
    decree = models.CharField(_("decree"), max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)

    objects = CalendarYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


def read_versions(text: str) -> dict[int, int]:
    """`2026:3,2027:1`, as clocks keep it: each year with the version of its calendar."""
    return {int(year): int(version) for year, _colon, version in (part.partition(":") for part in text.split(",") if part)}


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def current(self) -> "CalendarDayQuerySet":
        """What counts now; the other rows are what counted once."""
        return self.filter(until=None)

    def at_versions(self, versions: Mapping[int, int]) -> "CalendarDayQuerySet":
        """What counted in these versions of these years, whatever was decreed or taken back since; no day of another year."""
        wanted = Q(pk__in=())
        for year, version in versions.items():
            wanted |= Q(date__year=year, since__lte=version) & (Q(until=None) | Q(until__gt=version))
        return self.filter(wanted)

    def off_days(self, institution_id: int | None, first: date, last: date, versions: Mapping[int, int] | None = None) -> frozenset[date]:
        """The days from `first` to `last` on which the nation does not work, nor the institution or one above it; now, or in older versions."""
        return frozenset(day for (day,) in self.off(institution_id, first, last, versions))

    def off(
        self, institution_id: int | None, first: date, last: date, versions: Mapping[int, int] | None = None
    ) -> "models.QuerySet[CalendarDay, tuple[date]]":
        """The same as rows of one date each, some of them perhaps twice."""
        rows = (self.current() if versions is None else self.at_versions(versions)).filter(date__range=(first, last))
        whose = Q(institution=None)
        if institution_id is not None:
            own = Institution.objects.filter(pk=institution_id, path__startswith=OuterRef("institution__path"))
            whose |= Q(Exists(own))
        return rows.filter(whose).order_by().values_list("date")

    def ever(self, paths: Iterable[str], first: date, last: date) -> "CalendarDayQuerySet":
        """Every version's days from `first` to `last`, the nation's and those of the institutions on these paths, with whose they are."""
        ids = {pk for path in paths for pk in ids_of(path)}
        return self.filter(Q(institution=None) | Q(institution__in=ids), date__range=(first, last)).select_related("institution")


class CalendarDay(models.Model):
    """A day on which nobody has to work: a national holiday, joint leave, or a day of one institution and all below it.

    It counts in the versions of its year from `since` on and before `until`. No row is deleted: a deadline that was counted
    by an older version can be counted again by anybody.
    """

    class Kind(models.TextChoices):
        NATIONAL_HOLIDAY = "national_holiday", _("National holiday")
        JOINT_LEAVE = "joint_leave", _("Joint leave")
        INSTITUTION = "institution", _("Day of an institution")

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    decree = models.CharField(_("decree"), max_length=200, blank=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_days", verbose_name=_("institution"))
    since = models.PositiveSmallIntegerField(_("since version"), default=1, editable=False)
    until = models.PositiveSmallIntegerField(_("until version"), null=True, editable=False)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["date", "institution"], condition=Q(until=None), nulls_distinct=False, name="calendarday_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=models.F("since")), name="calendarday_until_after_since"),
            models.CheckConstraint(
                condition=Q(kind="institution", institution__isnull=False) | (~Q(kind="institution") & Q(institution=None)),
                name="calendarday_kind_says_whose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.name}"

    def counted_in(self, versions: Mapping[int, int]) -> bool:
        """Whether the day counted in these versions, as `at_versions` says it; in a year that is not among them, whether it counts now."""
        version = versions.get(self.date.year)
        if version is None:
            return self.until is None
        return self.since <= version and (self.until is None or self.until > version)
