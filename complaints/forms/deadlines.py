"""What is asked for by whoever wants a period counted."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from ..why import NAMES
from .naming import find_institution, find_named
from .shape import EMPTY, Loose, Shape, Text, Typed


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
        asked = {"policy": self.data.get("policy", ""), "start": f"{start}T{hour}" if start and hour else start}
        return find_named({"institution": find_institution}, self.data, asked)
