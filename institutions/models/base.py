"""What the tables share: periods, and how close a name is to what was typed.

`valid_from` is the first day on which a row counts, `valid_to` the last (empty: no end known).
"""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _


def counts_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name=f"{name}_ends_after_start")


def one_at_a_time(name: str, *keys: Any) -> ExclusionConstraint:
    """No two rows with the same keys may count on the same day."""
    period = Func(F("valid_from"), F("valid_to"), Value("[]"), function="DATERANGE", output_field=DateRangeField())
    return ExclusionConstraint(
        name=f"{name}_one_at_a_time",
        expressions=[*((key, RangeOperators.EQUAL) for key in keys), (period, RangeOperators.OVERLAPS)],
        violation_error_message=_("Another row counts on some of these days."),
    )


def by_closeness(name: str, query: str) -> Case:
    """Exact names first, then those that begin with what was asked, then those that hold it, then the rest."""
    return Case(
        When(**{f"{name}__iexact": query}, then=0),
        When(**{f"{name}__istartswith": query}, then=1),
        When(**{f"{name}__icontains": query}, then=2),
        default=3,
        output_field=models.IntegerField(),
    )


class DatedQuerySet[M: models.Model](models.QuerySet[M]):
    def in_force(self, on: date) -> Self:
        """The rows that count on this day."""
        return self.filter(counts_on(on))


def words(query: str) -> list[str]:
    """What was typed into a search box, word by word."""
    return query.replace("\0", "").replace(",", " ").split()
