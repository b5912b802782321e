"""What is asked around the published copy: the copy itself, reasons, a statement; and the mark of urgency."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Complaint, Entry, Upload
from ..workflow import Naming, TakeDownReason
from .shape import EMPTY, Choices, Loose, Shape, Text, area, select
from .steps import read_version


class PublishForm(Shape):
    """The published title and text, the published text of each answer, and which pictures everybody sees, as they are now."""

    naming = Loose(
        label=gettext_lazy("May a person be named?"),
        choices=Naming.choices,
        required=False,
        help_text=gettext_lazy("An office may always be named. A person's name needs one of these reasons, which is kept on record."),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("I looked at what is still marked: it belongs to an office, not to a person"), required=False)
    version_read = Text(widget=forms.HiddenInput)

    def __init__(self, complaint: Complaint, entries: Sequence[Entry], files: Sequence[Upload] = (), data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"naming": complaint.naming, "version_read": complaint.version})
        if complaint.lead_id is None:
            self.ask("title", Text(label=gettext_lazy("Published title"), initial=complaint.title_public), is_needed=True)
            self.ask("body", area(gettext_lazy("Published text"), rows=10, initial=complaint.body_public), is_needed=True)
        for entry in entries:
            label = _("Published text of: %(kind)s") % {"kind": entry.get_kind_display()}
            hint = gettext_lazy("Left empty, the public reads only that there was an answer.")
            self.ask(f"answer_{entry.pk}", area(label, rows=6, initial=entry.text_public, help_text=hint), is_needed=False)
        for number, row in enumerate(files, 1):
            label = _("Everybody may see picture %(number)d") % {"number": number}
            self.ask(f"file_{row.pk}", forms.BooleanField(label=label, initial=row.is_public), is_needed=False)
        self.answers = [(entry, self[f"answer_{entry.pk}"]) for entry in entries]
        self.pictures = [(row, self[f"file_{row.pk}"]) for row in files]

    def given(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: self.data.get(name, "") for name in self.fields if name not in {"version_read", "confirmed"}}
        ticks = ("confirmed", *(f"file_{row.pk}" for row, _field in self.pictures))
        return found | {name: bool(self.data.get(name)) for name in ticks}

    def version(self) -> int | None:
        return read_version(self.data.get("version_read", ""))


class TakeDownForm(Shape):
    reason = select(gettext_lazy("Reason"), TakeDownReason.choices)
    text = area(gettext_lazy("Explanation to the reporter"), rows=4, help_text=gettext_lazy("The reporter reads it; it is kept on record."))


class ReasonForm(Shape):
    text = area(gettext_lazy("Reason"), rows=4, help_text=gettext_lazy("The reporter reads it; it is kept on record."))


class UrgentForm(Shape):
    text = area(gettext_lazy("Reason"), rows=3, help_text=gettext_lazy("Read by your institution and the national desk only."))


class ExtendForm(Shape):
    """Which deadline gets how many days more, on what legal basis and why; the form shows each deadline with its date of today."""

    version_read = Text(widget=forms.HiddenInput)

    def __init__(self, version: int, deadlines: Choices, bases: Choices, longest: int, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"version_read": version})
        hint = _("From 1 to %(longest)d, in the unit in which the deadline is counted.") % {"longest": longest}
        kept = gettext_lazy("The reporter reads it; it is kept on record.")
        self.ask("key", Loose(label=gettext_lazy("Deadline"), choices=[*EMPTY, *deadlines] if len(deadlines) > 1 else deadlines), is_needed=True)
        days = Text(label=gettext_lazy("More days"), help_text=hint, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}))
        self.ask("days", days, is_needed=True)
        self.ask("legal_basis", Loose(label=gettext_lazy("Legal basis"), choices=[*EMPTY, *bases]), is_needed=True)
        self.ask("text", area(gettext_lazy("Reason"), rows=4, help_text=kept), is_needed=True)

    def given(self) -> dict[str, Any]:
        return {name: self.data.get(name, "") for name in ("key", "days", "legal_basis", "text")}

    def version(self) -> int | None:
        return read_version(self.data.get("version_read", ""))


class StatementForm(Shape):
    text = area(
        gettext_lazy("Statement of the institution"),
        rows=8,
        help_text=gettext_lazy("Everybody reads it beside the report. Please write nothing about who may have reported."),
    )
