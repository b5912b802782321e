"""What is asked for a step of a referral."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from complaints.forms.shape import Shape, Text, area, select

from .referral import DeclineReason, ReferralOutcome, Step

TEXTS = {
    "correct": gettext_lazy("What the institution must put right"),
    "recommend": gettext_lazy("The recommendation"),
    "record_action": gettext_lazy("What was done, and since when"),
    "record_report": gettext_lazy("How the recommendation was carried out"),
}


class ReferralForm(Shape):
    """The inputs of one step; the service judges them."""

    version_read = Text(widget=forms.HiddenInput, required=False)

    def __init__(self, step: Step, version: int, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"version_read": version})
        for name in (*step.needs, *step.wants):
            self.ask(name, self._field(name, step.code), is_needed=name in step.needs)

    @staticmethod
    def _field(name: str, code: str) -> forms.Field:
        if name == "reason":
            return select(gettext_lazy("Reason"), DeclineReason.choices)
        if name == "outcome":
            return select(gettext_lazy("How it ended"), ReferralOutcome.choices)
        return area(TEXTS.get(code, gettext_lazy("What you decided, and why")))

    def given(self) -> dict[str, str]:
        return {name: self.data.get(name, "") for name in self.fields}

    def version(self) -> int | None:
        """Which version of the referral this page showed."""
        text = str(self.data.get("version_read", ""))
        return int(text) if text.isdecimal() and len(text) < len("2147483647") else None


class NoteForm(Shape):
    text = area(gettext_lazy("Note of oversight"), rows=4)
