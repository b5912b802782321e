"""Inputs that judge nothing, and the choices they offer."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import InstitutionQuerySet, Region, Topic
from lapor.ground.problems import Refusal

from ..services import REQUIRED
from .naming import Finder, Unclear, find_named, finder_among, shown_as

Choices = list[tuple[str, Any]]
EMPTY: Choices = [("", gettext_lazy("Please choose"))]
BY_NAME = gettext_lazy("Type a part of the name.")
FEW = 15  # a longer list is not looked through: its names are typed


class Text(forms.CharField):
    """A text as typed: no length and no character is judged here, so that nothing typed is lost."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = []


class Typed(forms.TextInput):
    """A name that is typed; with scripts `offers`, the name of an address, offers what fits meanwhile."""

    def __init__(self, offers: str, *args: str) -> None:
        super().__init__(attrs={"data-offers": reverse_lazy(offers, args=args), "spellcheck": "false"})


class Named(Text):
    """An institution that is named by typing; a name means one of `among`."""

    def __init__(self, among: InstitutionQuerySet, offers: Typed, **kwargs: Any) -> None:
        super().__init__(widget=offers, **kwargs)
        self.among = among


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class Files(forms.Field):
    """Files to send along; what they are is told by their content, by the service."""

    widget = SeveralFiles

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Photos and other files"),
            help_text=gettext_lazy("Photos, PDF, sound or video, up to 20 MB each. Where and with what they were taken is removed."),
            required=False,
            **kwargs,
        )
        self.widget.attrs |= {
            "multiple": True,
            "accept": "image/*,application/pdf,audio/*,video/*,.docx,.xlsx,.pptx,.odt,.ods",
            "data-shrinking": gettext_lazy("Making the photos smaller: %(number)s of %(count)s"),
            "data-shrunk": gettext_lazy("The photos were made smaller: %(after)s MB instead of %(before)s MB."),
        }


class Select(forms.Select):
    """Django's own, without a template for each option: of topics alone there are dozens."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        left = set(self.format_value(value))

        def option(key: Any, label: Any) -> SafeString:
            is_chosen = str(key) in left
            if is_chosen:
                left.clear()  # the first that fits is the one
            return format_html('<option value="{}"{}>{}</option>', key, mark_safe(" selected" if is_chosen else ""), label)  # noqa: S308

        def block(key: Any, label: Any) -> SafeString:
            if not isinstance(label, list | tuple):
                return option(key, label)
            return format_html('<optgroup label="{}">{}</optgroup>', key, format_html_join("", "{}", ((option(*row),) for row in label)))

        inner = format_html_join("\n", "{}", ((block(*row),) for row in self.choices))
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), inner)


class Loose(forms.ChoiceField):
    """A choice that any value may be sent to; the service refuses what is not one."""

    widget = Select

    def validate(self, value: Any) -> None:
        return


class Shape(forms.Form):
    """A form that never judges: every field may be empty here, the service says what is missing."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self.ask(name, field, is_needed=field.required)

    def ask(self, name: str, field: forms.Field, *, is_needed: bool) -> None:
        """Have this field, marked as needed or optional for whoever reads the page."""
        field.asked = is_needed  # type: ignore[attr-defined]
        field.required = False
        if isinstance(field, Text):
            field.widget.attrs.setdefault("dir", "auto")
        self.fields[name] = field

    def refused(self, refusal: Refusal) -> str:
        """What a form changes in itself when the service refuses what it sent, and the sentence for whoever reads the page."""
        return str(refusal)

    def name_institution(self, name: str) -> None:
        """Show an institution that was chosen by its address with its name, when that name tells it again."""
        if not self.is_bound:
            return
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[name] = shown_as(self.data.get(name, ""), getattr(self.fields[name], "among", None))  # type: ignore[index]

    def named(self) -> dict[str, Finder]:
        """The fields in which an institution is named by typing, and how each is read."""
        return {name: finder_among(field.among) for name, field in self.fields.items() if isinstance(field, Named)}

    def name_choices(self) -> None:
        """Show what was chosen by its key with its name."""
        for name in self.named():
            self.name_institution(name)

    def told(self, given: dict[str, Any], finders: dict[str, Finder]) -> dict[str, Any]:
        """What was given, with the keys of what was named. Refuses what is not clear, together with what was left empty."""
        try:
            return find_named({name: find for name, find in finders.items() if name in given}, self.data, given)
        except Unclear as unclear:
            empty = [name for name, field in self.fields.items() if field.asked and not str(self.data.get(name, "")).strip()]  # type: ignore[attr-defined]
            unclear.fields = {**{name: [REQUIRED] for name in empty}, **unclear.fields}
            raise

    def name_places(self, *names: str) -> None:
        """Show a place that was chosen by its code with its name, when that name tells it again."""
        if not self.is_bound:
            return
        codes = {name: self.data.get(name, "").replace("\x00", "") for name in names}
        labels = dict(Region.objects.filter(pk__in=[code for code in codes.values() if code]).values_list("pk", "label"))
        for name, code in codes.items():
            if code in labels and Region.objects.filter(label__iexact=labels[code]).count() == 1:
                self.data = self.data.copy()  # type: ignore[attr-defined]
                self.data[name] = labels[code]  # type: ignore[index]


def area(label: Any, *, rows: int = 6, **kwargs: Any) -> Text:
    return Text(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def day(label: Any, **kwargs: Any) -> Text:
    return Text(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


def select(label: Any, choices: Any, **kwargs: Any) -> Loose:
    return Loose(label=label, choices=EMPTY + list(choices), **kwargs)


def topic_choices() -> list[Any]:
    """Topics grouped under their parents, as a select shows them; one query."""
    rows = list(Topic.objects.filter(valid_to=None).order_by("code"))
    children: dict[str | None, list[Topic]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)

    def group(top: Topic) -> tuple[str, list[Any]]:
        general = (top.pk, _("%(topic)s (in general)") % {"topic": top.name})
        return (top.name, [general, *((row.pk, row.name) for row in children.get(top.pk, []))])

    return [group(top) for top in sorted(children.get(None, []), key=lambda row: row.name)]


def named(label: Any, among: InstitutionQuerySet, offers: Typed) -> forms.Field:
    """An institution among these: chosen from a list as long as that is short, else named by typing."""
    rows = list(among.order_by("name")[: FEW + 1])
    if len(rows) > FEW:
        return Named(among, offers, label=label, help_text=BY_NAME)
    return select(label, [(row.slug, row.name) for row in rows])


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put the service's sentences beside their fields; what belongs to no field stands on top."""
    form.is_bound = True  # a form that came back without a single field is a sent one all the same
    form.errors.clear()
    sentence = form.refused(refusal) if isinstance(form, Shape) else str(refusal)
    for name, texts in refusal.fields.items():
        field = name.replace(".", "_")
        field = "decision_number" if field == "decision" else field
        for text in texts:
            form.add_error(field if field in form.fields else None, str(text))
    for name, rows in getattr(refusal, "offers", {}).items():
        form.fields[name].offered = rows  # type: ignore[attr-defined]
    if not refusal.fields:
        form.add_error(None, sentence)
