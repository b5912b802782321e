"""What is asked for by whoever wants a period counted."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from ..why import NAMES
from .intake import Unclear
from .shape import EMPTY, Ambiguous, Loose, Shape, Text, Typed, find_institution


class DeadlineForm(Shape):
    policy = Loose(label=gettext_lazy("Which period?"), choices=[*EMPTY, *NAMES.items()])
    start = Text(label=gettext_lazy("From which day?"), widget=forms.DateInput(attrs={"type": "date"}))
    hour = Text(
        label=gettext_lazy("At what time?"),
        help_text=gettext_lazy("In the zone of the institution. It may stay empty: the hour does not change the last day."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    institution = Text(
        label=gettext_lazy("Institution"),
        help_text=gettext_lazy("Its own days off, zone, working week and stricter periods are counted then. Leave it empty to count for the nation."),
        required=False,
        widget=Typed("offers-institutions"),
    )

    def question(self) -> Mapping[str, Any]:
        """What the service asks for; `Unclear` when several institutions fit."""
        start, hour = (str(self.data.get(name, "")).strip() for name in ("start", "hour"))
        typed = str(self.data.get("institution", "")).strip()
        asked = {"policy": self.data.get("policy", ""), "start": f"{start}T{hour}" if start and hour else start}
        try:
            return asked | {"institution": find_institution(typed, "institution") if typed else ""}
        except Ambiguous as several:
            raise Unclear(several.fields, several.offers, asked) from several
