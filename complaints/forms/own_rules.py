"""What is asked of whoever settles an institution's own rules: one small form an act."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from institutions.models import WEEKS, CalendarDay, Institution, LegalBasis

from .. import services
from ..why import NAMES, length_of
from .shape import Shape, Text, area, day, select

Fields = dict[str, forms.Field]


class OwnForm(Shape):
    """A form whose fields are put in one by one; the name of the act stands before each id, for there are several on a page."""

    def __init__(self, act: str, fields: Mapping[str, forms.Field], data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{act}_%s")
        for name, field in fields.items():
            self.ask(name, field, is_needed=field.required)

    def given(self) -> dict[str, Any]:
        return {name: self.data.get(name, "") for name in self.fields}


def _why() -> Text:
    return area(gettext_lazy("Why?"), rows=2, help_text=gettext_lazy("Kept on record with your name."))


def _period(periods: list[services.Period], _days: list[CalendarDay], _place: Institution) -> Fields:
    keys = [(row.key, f"{NAMES[row.key]} ({length_of(row.national.length, row.national.unit)})") for row in periods if row.is_open]
    hint = gettext_lazy("In the unit of the nation's period. An office may have less time, never more; a reporter more, never less.")
    note_hint = gettext_lazy("Number and date of the decision of your institution, for example.")
    return {
        "key": select(gettext_lazy("Which period?"), keys),
        "length": Text(label=gettext_lazy("Your value"), help_text=hint, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4})),
        "valid_from": day(gettext_lazy("From which day?"), help_text=gettext_lazy("Deadlines that begin on this day or later count by it.")),
        "legal_basis": select(gettext_lazy("Legal basis"), [(row.pk, str(row)) for row in LegalBasis.objects.all()]),
        "note": Text(label=gettext_lazy("Note"), help_text=note_hint, required=False),
        "why": _why(),
    }


def _end(periods: list[services.Period], _days: list[CalendarDay], _place: Institution) -> Fields:
    rows = [(str(row.pk), f"{NAMES[row.key]}: {length_of(row.length, row.unit)}") for period in periods for row in period.own]
    return {"row": select(gettext_lazy("Which value?"), rows), "valid_to": day(gettext_lazy("Last day on which it counts")), "why": _why()} if rows else {}


def _day(_periods: list[services.Period], _days: list[CalendarDay], _place: Institution) -> Fields:
    return {
        "date": day(gettext_lazy("Which day?")),
        "name": Text(
            label=gettext_lazy("What for?"), help_text=gettext_lazy("Anniversary of the city, for example. Everybody reads it where a date is explained.")
        ),
        "decree": Text(label=gettext_lazy("Decree"), help_text=gettext_lazy("Kind, number and date of the decision that makes it a day off.")),
        "why": _why(),
    }


def _workday(_periods: list[services.Period], days: list[CalendarDay], place: Institution) -> Fields:
    rows = [(str(row.pk), f"{date_format(row.date, 'j F Y')}: {row.name}") for row in days if row.institution_id == place.pk]
    return {"row": select(gettext_lazy("Which day?"), rows), "why": _why()} if rows else {}


def _week(_periods: list[services.Period], _days: list[CalendarDay], place: Institution) -> Fields:
    hint = gettext_lazy("Of this desk alone: units below it have a week of their own.")
    return {"week": select(gettext_lazy("Working week"), WEEKS, initial=place.working_week, help_text=hint), "why": _why()}


OWN_FORMS: dict[str, Callable[[list[services.Period], list[CalendarDay], Institution], Fields]] = {
    "period": _period,
    "end": _end,
    "day": _day,
    "workday": _workday,
    "week": _week,
}


def own_forms(place: Institution, periods: list[services.Period], days: list[CalendarDay], act: str = "", data: Any = None) -> dict[str, OwnForm]:
    """The form of each act; the one that was sent holds what was typed."""
    return {name: OwnForm(name, fields(periods, days, place), data if name == act else None) for name, fields in OWN_FORMS.items()}
