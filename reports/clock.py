"""When a report is due: the arithmetic of a cadence's rule. Pure; working days by the house's one way of counting them."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.clock import WEEK, WORKING, add_days

DAY = timedelta(days=1)


class DueRule(TextChoices):
    """What the number of a cadence counts, from the last day of the period on."""

    DAY_OF_MONTH = "day_of_month", _("Day of the month that follows")
    WORKING_DAY = "working_day", _("Working day after the period")


def due_on(rule: str, number: int, last: date, off_days: Collection[date] = frozenset(), week: int = WEEK) -> date:
    """The last day on which the report of a period that ended on `last` is in time."""
    if rule == DueRule.WORKING_DAY:
        return add_days(last, number, WORKING, off_days, week=week)
    return last + number * DAY
