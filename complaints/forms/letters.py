"""What is typed to check a letter, and to set how an institution's letters look."""

from django import forms
from django.utils.translation import gettext_lazy

from .shape import Shape, Text, area


class VerifyForm(Shape):
    code = Text(
        label=gettext_lazy("Verification code"),
        help_text=gettext_lazy("It stands beside the QR code, in groups of four."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class LetterheadForm(Shape):
    lines = area(gettext_lazy("Name lines"), rows=3, help_text=gettext_lazy("One to three lines; the last one is printed largest."))
    address = area(
        gettext_lazy("Address lines"),
        rows=3,
        required=False,
        help_text=gettext_lazy("Up to three lines: street, telephone, e-mail and website of the office."),
    )
    city = Text(label=gettext_lazy("Place of the date line"), required=False)
    code = Text(label=gettext_lazy("Code in the number"), help_text=gettext_lazy("Letters, digits, full stops and hyphens only."))
    pattern = Text(
        label=gettext_lazy("Pattern of the number"),
        help_text=gettext_lazy("Placeholders: {urut} or {urut4} (0012), {kode}, {bulan} or {bulan_romawi}, {tahun}."),
    )
    signer_position = Text(label=gettext_lazy("Position of whoever signs"), required=False)
    signer_name = Text(label=gettext_lazy("Name of whoever signs"), required=False)
    signer_number = Text(label=gettext_lazy("Staff number (NIP) of whoever signs"), required=False)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 5 MB. The picture is drawn anew; nothing else of the file is kept."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drop_logo = forms.BooleanField(label=gettext_lazy("Print no logo"), required=False)
    why = Text(label=gettext_lazy("Why"), help_text=gettext_lazy("Kept on record together with your name and the time."))
