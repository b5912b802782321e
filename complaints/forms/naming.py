"""Institutions and places that are named by typing: told when the name tells one, else the likely ones are offered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from institutions.models import Institution, InstitutionQuerySet, Region
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

NAMED_PLACES = 12  # how many are offered when a name fits several
LONGEST_PLACE = 300  # no place has a longer name
LARGE = (Region.Level.PROVINCE, Region.Level.REGENCY)
Finder = Callable[[str, str], str]


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


class Unclear(Refusal):
    """Names that tell nothing yet; carries the rest, so that its errors can be shown in the same breath."""

    def __init__(self, wrong: dict[str, list[Any]], offers: dict[str, Sequence[Offer]], rest: dict[str, Any]) -> None:
        super().__init__("invalid", _("Please check the marked fields."), fields=wrong)
        self.offers, self.rest = offers, rest


def find_named(finders: Mapping[str, Finder], typed: Mapping[str, Any], rest: Mapping[str, Any]) -> dict[str, Any]:
    """`rest`, and what was typed by its name as its key. Refuses with `Unclear` what is not clear, offering the likely ones."""
    found, wrong, offers = dict(rest), dict[str, list[Any]](), dict[str, Sequence[Offer]]()
    for name, find in finders.items():
        words = typed.get(name, "")
        try:
            found[name] = find(words, name) if words.strip() else ""
        except Refusal as refusal:
            wrong |= refusal.fields
            found[name] = ""
            if isinstance(refusal, Ambiguous):
                offers |= refusal.offers
    if wrong:
        raise Unclear(wrong, offers, found)
    return found


def _told(rows: Sequence[Institution]) -> list[Offer]:
    """Two of the same name are told apart by what they stand under."""
    names = [row.name for row in rows]
    return [Offer(row.slug, f"{row.name} ({row.parent})" if names.count(row.name) > 1 else row.name) for row in rows]


def offer_institutions(typed: str, *, shown: int, among: InstitutionQuerySet | None = None) -> list[Offer]:
    """The institutions that a name may mean, by default those below the nation: one offer when that tells it, the closest first."""
    rows = Institution.objects.bodies() if among is None else among
    named = list(rows.filter(Q(name__iexact=typed) | Q(short_name__iexact=typed)).select_related("parent")[:2])
    return _told(named if len(named) == 1 else list(rows.search(typed).select_related("parent")[:shown]))


def find_institutions(typed: str, among: InstitutionQuerySet | None = None) -> list[Offer]:
    """What may be meant by an address (of any node) or by a name: one offer when that tells it."""
    typed = " ".join(typed.replace("\x00", "").split())
    if not 1 < len(typed) <= LONGEST_PLACE:
        return []
    known = Institution.objects.filter(slug=typed).first()
    return [Offer(known.slug, known.name)] if known is not None else offer_institutions(typed, shown=NAMED_PLACES, among=among)


def find_institution(typed: str, field: str) -> str:
    """The address of the institution that was typed or chosen; what nobody knows stays as it is, and the service says what follows.

    Refuses with the likely ones when several fit.
    """
    return _find(typed, field, None, _("Several institutions fit. Please choose one below, write more of the name, or leave it empty."))


def finder_among(rows: InstitutionQuerySet) -> Finder:
    """As `find_institution`, but a name means one of these."""
    return lambda typed, field: _find(typed, field, rows, _("Several institutions fit. Please choose one below, or write more of the name."))


def _find(typed: str, field: str, among: InstitutionQuerySet | None, sentence: str) -> str:
    found = find_institutions(typed, among)
    if len(found) > 1:
        raise Ambiguous(field, sentence, found)
    return found[0].value if found else typed


def within_reach(actor: Actor) -> InstitutionQuerySet:
    """Where an officer sends reports."""
    return Institution.objects.under(*actor.under("dispose"), *actor.under("handle_oversight")).filter(valid_to=None)


def shown_as(chosen: str, among: InstitutionQuerySet | None = None) -> str:
    """The name of an institution that was chosen by its address, when that name tells it again."""
    found = find_institutions(chosen, among)
    is_told = len(found) == 1 and found[0].value == chosen and find_institutions(found[0].label, among) == found
    return found[0].label if is_told else chosen


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
