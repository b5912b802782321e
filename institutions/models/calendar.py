"""Which days are no working days: the source of truth for every deadline counted in working days."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from .tree import Institution


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


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def off_days(self, institution_id: int | None, first: date, last: date) -> frozenset[date]:
        """The days from `first` to `last` on which the nation does not work, nor the institution or one above it."""
        rows = self.filter(date__range=(first, last))
        whose = Q(institution=None)
        if institution_id is not None:
            own = Institution.objects.filter(pk=institution_id, path__startswith=OuterRef("institution__path"))
            whose |= Q(Exists(own))
        return frozenset(rows.filter(whose).values_list("date", flat=True))


class CalendarDay(models.Model):
    """A day on which nobody has to work: a national holiday, joint leave, or a day of one institution and all below it."""

    class Kind(models.TextChoices):
        NATIONAL_HOLIDAY = "national_holiday", _("National holiday")
        JOINT_LEAVE = "joint_leave", _("Joint leave")
        INSTITUTION = "institution", _("Day of an institution")

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    decree = models.CharField(_("decree"), max_length=200, blank=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_days", verbose_name=_("institution"))

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["date", "institution"], nulls_distinct=False, name="calendarday_once"),
            models.CheckConstraint(
                condition=Q(kind="institution", institution__isnull=False) | (~Q(kind="institution") & Q(institution=None)),
                name="calendarday_kind_says_whose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.name}"
