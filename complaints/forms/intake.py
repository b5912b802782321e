"""The one page on which a report is written, and what the service gets of it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Institution
from lapor.ground.problems import Refusal

from ..models import ASSISTED, AgeBand, Assistance, Channel, Disability, Gender
from ..workflow import Classification, OnBehalf, Relation
from .naming import find_institution, find_named, find_place
from .shape import EMPTY, Files, Loose, Shape, Text, Typed, area, day, select, topic_choices


class IntakeForm(Shape):
    """Everything that a report may say, on one page."""

    classification = Loose(
        label=gettext_lazy("What do you want to send?"), choices=Classification.choices, widget=forms.RadioSelect, initial=Classification.COMPLAINT
    )
    title = Text(label=gettext_lazy("Title"), help_text=gettext_lazy("In one line, for example: Street lights out in front of the market."))
    body = area(gettext_lazy("What happened?"), rows=8, help_text=gettext_lazy("What, since when, who is affected. Please do not write identity numbers here."))
    incident_date = day(gettext_lazy("When did it happen?"), required=False)
    incident_region = Text(
        label=gettext_lazy("In which village, district or city?"),
        required=False,
        help_text=gettext_lazy("For example: Menteng, Jakarta Pusat."),
        widget=Typed("offers-places"),
    )
    incident_place = Text(label=gettext_lazy("Where exactly?"), required=False, help_text=gettext_lazy("For example: in front of the post office."))
    target_institution = Text(
        label=gettext_lazy("Which institution is it for?"),
        required=False,
        help_text=gettext_lazy("Type a part of its name, for example: Pemkot Bandung. If you do not know, leave it: we find the right one."),
        widget=Typed("offers-institutions"),
    )
    topic = select(gettext_lazy("What is it about?"), [], required=False)
    requested_outcome = area(gettext_lazy("What should be done?"), rows=3, required=False)
    loss = area(gettext_lazy("What loss did you have?"), rows=2, required=False)
    reported_party = Text(label=gettext_lazy("Is it about somebody in particular?"), required=False, help_text=gettext_lazy("Office or function is enough."))
    origin_region = Text(
        label=gettext_lazy("Where do you live?"),
        required=False,
        help_text=gettext_lazy("City or regency. Asked for aspirations and information requests."),
        widget=Typed("offers-places"),
    )
    urgent = forms.BooleanField(label=gettext_lazy("It is urgent: danger to life, violence, a child in danger"), required=False)
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"), required=False, help_text=gettext_lazy("The institution and the public do not learn who you are.")
    )
    is_secret = forms.BooleanField(
        label=gettext_lazy("Secret"), required=False, help_text=gettext_lazy("The public cannot read your report; only the institutions that handle it can.")
    )
    contact_name = Text(label=gettext_lazy("Your name"), required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    contact_email = Text(label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    contact_phone = Text(label=gettext_lazy("Telephone"), required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    contact_allowed = forms.BooleanField(label=gettext_lazy("The handling officer may contact me"), required=False)
    on_behalf = Loose(label=gettext_lazy("Whose matter is it?"), choices=OnBehalf.choices, widget=forms.RadioSelect, required=False, initial="")
    relation = Loose(label=gettext_lazy("What are you to them?"), choices=EMPTY + Relation.choices, required=False)
    group_size = Text(
        label=gettext_lazy("How many people?"), required=False, help_text=gettext_lazy("For a group."), widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    represented_agree = forms.BooleanField(label=gettext_lazy("They agree that I report for them, or I am the parent or guardian"), required=False)
    represented_name = Text(
        label=gettext_lazy("Name of the person"),
        required=False,
        help_text=gettext_lazy("Kept sealed like your own name: whoever handles the report reads only that it is for somebody else."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    represented_contact = Text(label=gettext_lazy("How the person can be reached"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    gedsi_needs_assistance = Loose(label=gettext_lazy("Do you need help to follow your report?"), choices=Assistance.choices, required=False)
    gedsi_gender = Loose(label=gettext_lazy("Gender"), choices=EMPTY + Gender.choices, required=False)
    gedsi_disability = Loose(label=gettext_lazy("Disability"), choices=EMPTY + Disability.choices, required=False)
    gedsi_age_band = Loose(label=gettext_lazy("Age"), choices=EMPTY + AgeBand.choices, required=False)
    files = Files()  # type: ignore[assignment]
    consent = forms.BooleanField(label=gettext_lazy("I agree that my report is handled as described in the privacy notice."))
    idempotency_key = Text(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, assisted: bool = False, door: Institution | None = None) -> None:
        super().__init__(data, initial={"idempotency_key": str(uuid.uuid4())})
        self.fields["topic"].choices = lambda: EMPTY + topic_choices()  # type: ignore[attr-defined]
        if door is not None:
            del self.fields["target_institution"]
        if assisted:
            channels = [(c, Channel(c).label) for c in ASSISTED]
            channel = select(gettext_lazy("How did the report come in?"), channels)
            self.ask("channel", channel, is_needed=True)
            self.order_fields(["channel"])
            self.fields["consent"].label = gettext_lazy("The reporter agrees that the report is handled as described in the privacy notice.")
            for name in ("contact_name", "contact_email", "contact_phone"):  # an officer's browser must not offer the last citizen's
                self.fields[name].widget.attrs["autocomplete"] = "off"

    def name_choices(self) -> None:
        """Show what was chosen by its key with its name."""
        self.name_places(*PLACES)
        if self.is_bound and "target_institution" in self.fields:
            self.name_institution("target_institution")

    def refused(self, refusal: Refusal) -> str:
        """The hidden key was used for other words or is none: what is typed now is a report of its own."""
        if refusal.code == "conflict" or "Idempotency-Key" in refusal.fields:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["idempotency_key"] = str(uuid.uuid4())  # type: ignore[index]
        if refusal.code == "conflict":
            return _("This page was sent once already, with other words. Send it again if what it says now is a report of its own.")
        return super().refused(refusal)


FLAGS = ("is_anonymous", "is_secret", "urgent", "contact_allowed", "consent", "represented_agree")
NESTED = ("contact_", "gedsi_", "represented_")
PLACES = ("incident_region", "origin_region")
NAMED = {**dict.fromkeys(PLACES, find_place), "target_institution": find_institution}  # what is typed by its name and found by a table


def submission(form: IntakeForm, *, at: datetime) -> dict[str, Any]:
    """What was typed as `services.submit` takes it. Refuses a place or an institution that is not clear, offering the likely ones."""
    del at
    data = form.data
    plain = [n for n in form.fields if n not in FLAGS and n not in NAMED and not n.startswith(NESTED) and n not in {"idempotency_key", "channel"}]
    found: dict[str, Any] = {name: data.get(name, "") for name in plain}
    found |= {name: bool(data.get(name)) for name in FLAGS}
    found["contact"] = {name: data.get(f"contact_{name}", "") for name in ("name", "email", "phone")}
    found["represented"] = {name: data.get(f"represented_{name}", "") for name in ("name", "contact")}
    found["gedsi"] = {name: data.get(f"gedsi_{name}", "") for name in ("needs_assistance", "gender", "disability", "age_band")}
    return find_named({name: find for name, find in NAMED.items() if name in form.fields}, data, found)
