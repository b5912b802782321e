"""The numbers of the regulation and of the house: periods and limits, each with its legal basis and its days."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .base import DatedQuerySet, ends_after_start, one_at_a_time
from .tree import Institution, ids_of


class LegalBasis(models.Model):
    """A law, regulation or decision that a rule rests on."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    title = models.CharField(_("title"), max_length=200)
    article = models.CharField(_("article"), max_length=100, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.title}, {self.article}" if self.article else self.title


class Stricter(models.TextChoices):
    """Which way an institution's own value may differ from the nation's: never against the reporter."""

    LOWER = "lower", _("Lower values only")
    HIGHER = "higher", _("Higher values only")
    FIXED = "fixed", _("No value of its own")


class Unit(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")
    HOURS = "hours", _("hours")


def _scope() -> Coalesce:
    """The institution of an override, 0 for the nation: NULL would equal nothing."""
    return Coalesce("institution", Value(0))


class Rule(models.Model):
    """A key with a value that counts for the nation, or as the stricter value of one institution and all below it."""

    key = models.SlugField(_("key"), max_length=40)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s_overrides", verbose_name=_("institution")
    )
    stricter = models.CharField(_("own values of institutions"), max_length=6, choices=Stricter.choices, default=Stricter.FIXED)
    legal_basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, related_name="%(class)s_rows", verbose_name=_("legal basis"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key}: {self.amount()}"

    def amount(self) -> str:
        """The value with its unit."""
        raise NotImplementedError

    def is_at_least_as_strict_as(self, other: Self) -> bool:
        """Whether this row never allows an office more, or a reporter less, than the other one does."""
        raise NotImplementedError


def strictest[R: Rule](rows: Iterable[R]) -> dict[str, R]:
    """The row that counts for each key, out of those of the nation and of institutions one above the other."""
    found: dict[str, R] = {}
    # From the nation down. Where the nation became stricter than an institution after it chose, the nation's row wins.
    for row in sorted(rows, key=lambda row: row.institution.path if row.institution else ""):
        if row.institution is None or (row.key in found and row.is_at_least_as_strict_as(found[row.key])):
            found[row.key] = row
    return found


class RuleQuerySet[R: Rule](DatedQuerySet[R]):
    def of_nation_and(self, on: date, *own: int) -> Self:
        """The nation's rows in force on a day, and those of these institutions, each with its institution."""
        return self.in_force(on).filter(Q(institution=None) | Q(institution__in=own)).select_related("institution")

    def counting(self, on: date, institution: Institution | None = None) -> dict[str, R]:
        """The row that counts for each key: the nation's, or the strictest of the institution and the nodes above it."""
        return strictest(self.of_nation_and(on, *(ids_of(institution.path) if institution else ())))


class SlaPolicyQuerySet(RuleQuerySet["SlaPolicy"]):
    def table(self, on: date, institution: Institution | None = None) -> "dict[str, SlaPolicy]":
        """The period for each key on this day, at this institution."""
        return self.counting(on, institution)


class SlaPolicy(Rule):
    """How long something may take: `length` in `unit`, never beyond the cap in its own unit."""

    unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices)
    length = models.PositiveSmallIntegerField(_("length"))
    cap_length = models.PositiveSmallIntegerField(_("cap"), null=True, blank=True)
    cap_unit = models.CharField(_("unit of the cap"), max_length=8, choices=Unit.choices, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["key", "-valid_from"]
        constraints = [
            ends_after_start("slapolicy"),
            one_at_a_time("slapolicy", "key", _scope()),
            models.UniqueConstraint("key", _scope(), "version", name="slapolicy_version"),
            models.CheckConstraint(condition=Q(length__gt=0), name="slapolicy_has_length"),
            models.CheckConstraint(
                condition=Q(cap_length=None, cap_unit="") | (Q(cap_length__isnull=False, cap_length__gt=0) & ~Q(cap_unit="")), name="slapolicy_cap_has_unit"
            ),
            models.CheckConstraint(condition=Q(unit__in=Unit.values) & Q(cap_unit__in=["", *Unit.values]), name="slapolicy_unit_known"),
        ]

    def amount(self) -> str:
        return f"{self.length} {self.get_unit_display()}"

    def is_at_least_as_strict_as(self, other: Self) -> bool:
        """Whether this row never gives an office more time, or a reporter less, than the other one does."""
        if other.stricter == Stricter.LOWER:
            return _within(self.length, self.unit, other.length, other.unit) and (
                other.cap_length is None or (self.cap_length is not None and _within(self.cap_length, self.cap_unit, other.cap_length, other.cap_unit))
            )
        if other.stricter == Stricter.HIGHER:
            return _within(other.length, other.unit, self.length, self.unit) and (
                self.cap_length is None or (other.cap_length is not None and _within(other.cap_length, other.cap_unit, self.cap_length, self.cap_unit))
            )
        return False


def _within(length: int, unit: str, other_length: int, other_unit: str) -> bool:
    """Whether the first period is never longer than the second: n calendar days never outlast n working days."""
    return length <= other_length and (unit == other_unit or (unit, other_unit) == (Unit.CALENDAR, Unit.WORKING))


class LimitQuerySet(RuleQuerySet["Limit"]):
    def table(self, on: date, institution: Institution | None = None) -> dict[str, int]:
        """The number for each key on this day, at this institution."""
        if institution is None:
            return dict(self.in_force(on).filter(institution=None).values_list("key", "value"))
        return {key: row.value for key, row in self.counting(on, institution).items()}


class Limit(Rule):
    """Any other number: how often, how many, how long a text may be."""

    value = models.PositiveIntegerField(_("value"))
    unit = models.CharField(_("unit"), max_length=40)

    objects = LimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        ordering = ["key", "-valid_from"]
        constraints = [ends_after_start("limit"), one_at_a_time("limit", "key", _scope())]

    def amount(self) -> str:
        return f"{self.value} {self.unit}"

    def is_at_least_as_strict_as(self, other: Self) -> bool:
        """Whether this value never allows an office more, or a reporter less, than the other one does."""
        if other.stricter == Stricter.LOWER:
            return self.value <= other.value
        return other.stricter == Stricter.HIGHER and self.value >= other.value
