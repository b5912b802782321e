"""The shape of what is typed about evaluation reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .access import Template
from .models import ActionItem


class NoteForm(forms.Form):
    """A word with a step; the version by which a step on an outdated page is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("Reason or remark"), widget=forms.Textarea(attrs={"rows": 2}), required=False)


class GenerateForm(forms.Form):
    """Which report to make."""

    template = forms.ChoiceField(label=_("Report"), choices=Template.choices)
    institution = forms.ChoiceField(label=_("About"))
    period = forms.CharField(label=_("Period"), max_length=8, help_text=_("A period that is over: 2026-09, 2026-Q3, 2026-H1 or 2025."))
    why = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("Only where there is a report of this period already: why a new one is made.")
    )

    def __init__(self, places: list[tuple[str, str]], issues: list[tuple[str, str]], templates: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(_("Institutions and units"), places), (_("Priority issues and projects"), issues)]
        self.fields["institution"].choices = [group for group in groups if group[1]] if issues else places  # type: ignore[attr-defined]
        self.fields["template"].choices = templates  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """A line of the action plan."""

    text = forms.CharField(label=_("What will be done"), widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.CharField(label=_("Who sees to it"), max_length=120)
    due_on = forms.DateField(label=_("By when"), widget=forms.DateInput(attrs={"type": "date"}))


class ProgressForm(forms.Form):
    """How far a line of the plan came."""

    status = forms.ChoiceField(label=_("Status"), choices=ActionItem.Status.choices)
    progress = forms.CharField(label=_("Progress"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
