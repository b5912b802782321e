"""What is typed to check a letter."""

from django import forms
from django.utils.translation import gettext_lazy

from .shape import Shape, Text


class VerifyForm(Shape):
    code = Text(
        label=gettext_lazy("Verification code"),
        help_text=gettext_lazy("It stands beside the QR code, in groups of four."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
