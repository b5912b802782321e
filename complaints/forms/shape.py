"""Inputs that judge nothing, the choices they offer, and how a place is told from what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Institution, Kind, Region, Topic
from lapor.ground.problems import Refusal

Choices = list[tuple[str, Any]]
EMPTY: Choices = [("", gettext_lazy("Please choose"))]
NAMED_PLACES = 12  # how many places are offered when a name fits several
LONGEST_PLACE = 300  # no place has a longer name
LARGE = (Region.Level.PROVINCE, Region.Level.REGENCY)


class Text(forms.CharField):
    """A text as typed: no length and no character is judged here, so that nothing typed is lost."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = []


class Typed(forms.TextInput):
    """A name that is typed; with scripts `offers`, the name of an address, offers what fits meanwhile."""

    def __init__(self, offers: str) -> None:
        super().__init__(attrs={"data-offers": reverse_lazy(offers), "spellcheck": "false"})


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
        chosen = self.data.get(name, "")
        found = find_institutions(chosen)
        if len(found) == 1 and found[0].value == chosen and find_institutions(found[0].label) == found:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[name] = found[0].label  # type: ignore[index]

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


def institution_choices(*, but: str = "", **wanted: Any) -> Choices:
    """Institutions in force by name, grouped by their kind where there are several kinds; one query."""
    rows = Institution.objects.filter(valid_to=None, **wanted).exclude(kind=Kind.NATIONAL).exclude(slug=but).order_by("name")
    kinds: dict[str, Choices] = {}
    for row in rows[:1000]:
        kinds.setdefault(row.kind, []).append((row.slug, row.name))
    if len(kinds) < 2:
        return next(iter(kinds.values()), [])
    return [(str(label), kinds[kind]) for kind, label in Kind.choices if kind in kinds]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may have been meant: what is sent when it is chosen, and what people read."""

    value: str
    label: str


class Ambiguous(Refusal):
    """Several things fit what was typed."""

    def __init__(self, field: str, sentence: str, rows: Sequence[Offer]) -> None:
        super().__init__("invalid", _("Please check the marked fields."), fields={field: [sentence]})
        self.offers = {field: rows}


def offer_institutions(typed: str, *, shown: int) -> list[Offer]:
    """The bodies that a name may mean: one offer when that tells it, the closest first."""
    bodies = Institution.objects.bodies()
    named = list(bodies.filter(Q(name__iexact=typed) | Q(short_name__iexact=typed))[:2])
    return [Offer(row.slug, row.name) for row in (named if len(named) == 1 else bodies.search(typed)[:shown])]


def find_institutions(typed: str) -> list[Offer]:
    """What may be meant by an address (of any node) or by a name: one offer when that tells it."""
    typed = " ".join(typed.replace("\x00", "").split())
    if not 1 < len(typed) <= LONGEST_PLACE:
        return []
    known = Institution.objects.filter(slug=typed).first()
    return [Offer(known.slug, known.name)] if known is not None else offer_institutions(typed, shown=NAMED_PLACES)


def find_institution(typed: str, field: str) -> str:
    """The address of the institution that was typed or chosen; what nobody knows stays as it is, and the service says what follows.

    Refuses with the likely ones when several fit.
    """
    found = find_institutions(typed)
    if len(found) > 1:
        raise Ambiguous(field, _("Several institutions fit. Please choose one below, write more of the name, or leave it empty."), found)
    return found[0].value if found else typed


def find_place(typed: str, field: str) -> str:
    """The code of the place that was typed or chosen.

    A code, a whole name, or a name that one place alone bears or begins with tells it; refuses with the likely ones when it
    is not clear, provinces, regencies and cities first: who writes a name that villages bear too mostly means the city.
    """
    typed = typed.replace("\x00", "").strip()
    if Region.objects.filter(pk=typed).exists():
        return typed
    if 2 < len(typed) <= LONGEST_PLACE:
        named = Region.objects.filter(Q(label__iexact=typed) | Q(label__istartswith=f"{typed},"))[:2]
        if len(named) == 1:
            return str(named[0].pk)
    rows = Region.objects.search(typed) if typed else Region.objects.none()
    large = list(rows.filter(level__in=LARGE)[:NAMED_PLACES])
    found = large + [row for row in rows[:NAMED_PLACES] if row not in large]
    if not found:
        raise Refusal(
            "invalid",
            _("Please check the marked fields."),
            fields={field: [_("We do not know this place. Please check the spelling, name the city or regency, or leave it empty.")]},
        )
    if len(found) == 1:
        return str(found[0].pk)
    offers = [Offer(str(row.pk), row.full_name()) for row in found[:NAMED_PLACES]]
    raise Ambiguous(field, _("Several places fit. Please choose one below, or write more of the name."), offers)


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
    if not refusal.fields:
        form.add_error(None, sentence)
