"""The desk's own inputs: what many cases share, delegations, canned answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from institutions.models import Institution, Kind
from lapor.ground.actor import Actor
from officers.models import User

from .. import services
from ..models import CannedAnswer
from ..wording import ACTIONS
from ..workflow import Track
from .naming import shown_as, within_reach
from .shape import Shape, Text, Typed, area, day, named, select, topic_choices
from .steps import bodies

BULK_LABELS = {
    "assign": gettext_lazy("Assign to an officer"),
    "note": gettext_lazy("Add an internal note"),
    "dispose_to_institution": ACTIONS["dispose_to_institution"],
    "dispose_to_unit": ACTIONS["dispose_to_unit"],
    "": "",
}


def step_label(code: str) -> str:
    return str(ACTIONS[code])


def _sorting() -> dict[str, forms.Field]:
    hint = gettext_lazy("Only for reports where it is not settled yet.")
    return {
        "topic": select(gettext_lazy("Topic"), topic_choices(), help_text=hint),
        "track": select(gettext_lazy("Track"), [Track.choices[0]], help_text=hint),
    }


def _bulk_fields(act: str, actor: Actor) -> dict[str, forms.Field]:
    note = area(gettext_lazy("A word to the receiving desk"), rows=3)
    if act == "assign":
        return {"assignee": Text(label=gettext_lazy("Username of the officer"), widget=forms.TextInput(attrs={"autocapitalize": "none"}))}
    if act == "note":
        return {"text": area(gettext_lazy("Internal note"), rows=4)}
    if act == "dispose_to_institution":
        return {"target": bodies(gettext_lazy("Institution")), **_sorting(), "text": note}
    if act == "dispose_to_unit":
        units = named(gettext_lazy("Unit"), within_reach(actor).filter(kind=Kind.UNIT), Typed("desk-offers-units"))
        return {"target": units, **_sorting(), "text": note}
    return {}


class BulkForm(Shape):
    """What all the chosen cases share."""

    def __init__(self, act: str, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for name, field in _bulk_fields(act, actor).items():
            self.ask(name, field, is_needed=name in {"assignee", "target"} or act == "note")

    def given(self) -> dict[str, Any]:
        """Refuses with `Unclear` a name that tells no institution or unit yet."""
        return self.told({name: self.data.get(name, "") for name in self.fields}, self.named())


class DelegationForm(Shape):
    to = select(gettext_lazy("Colleague"), [])
    valid_from = day(gettext_lazy("From"))
    valid_to = day(gettext_lazy("Until and including"))

    def __init__(self, colleagues: Sequence[User], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["to"].choices += [(user.username, str(user)) for user in colleagues]  # type: ignore[attr-defined]


class CannedForm(Shape):
    institution = select(gettext_lazy("For"), [])
    step = select(gettext_lazy("Step"), [])
    topic = select(gettext_lazy("Topic"), [], required=False, help_text=gettext_lazy("Leave it open for a text that fits every topic."))
    language = select(gettext_lazy("Language"), [("id", "Bahasa Indonesia"), ("en", "English")])
    title = Text(label=gettext_lazy("Name of the text"), help_text=gettext_lazy("Only officers see it."))
    body = area(gettext_lazy("Text"), rows=10)

    def __init__(self, roots: Sequence[str], before: CannedAnswer | None, data: Mapping[str, Any] | None = None) -> None:
        names = ("step", "language", "title", "body")
        initial = (
            {name: getattr(before, name) for name in names} | {"institution": before.institution.slug, "topic": before.topic_id}
            if before
            else {"language": "id"}
        )
        super().__init__(data, initial=initial)
        places = Institution.objects.under(*roots).filter(valid_to=None)
        self.ask("institution", named(gettext_lazy("For"), places, Typed("desk-offers-own")), is_needed=True)
        if before is not None and self.named():
            self.initial["institution"] = shown_as(before.institution.slug, places)
        self.fields["step"].choices += [(code, step_label(code)) for code in services.CANNED_STEPS]  # type: ignore[attr-defined]
        self.fields["topic"].choices += topic_choices()  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Refuses with `Unclear` a name that tells no place yet."""
        return self.told({name: self.data.get(name, "") for name in self.fields}, self.named())
