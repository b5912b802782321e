"""An officer's saved filters and wishes for the desk."""

from datetime import datetime
from functools import cache
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal

from ..models import DeskPreference, SavedFilter
from .needs import REQUIRED, Wrong, clean_text
from .reference import Reference
from .rules import invalid

# What of the queue's address is kept; a place in the list is not.
KEPT = ("tab", "q", "state", "topic", "institution", "region", "classification", "track", "is_urgent", "level", "issue", "issue_state")

PREFERENCE = PreparedModels(lambda user: DeskPreference.objects.select_related("default_filter").filter(user=user), -1)


@cache
def _filters(places: int) -> PreparedModels[SavedFilter]:
    """Somebody's own filters, and those shared with so many places."""

    def rows(owner: int, *ids: int) -> QuerySet[SavedFilter]:
        return SavedFilter.objects.filter(Q(owner=owner) | Q(shared_with__in=ids)).select_related("owner", "shared_with")

    return PreparedModels(rows, -1, *range(-places - 1, -1))


def canonical(query: str) -> str:
    """The same filter always as the same address."""
    given = dict(parse_qsl(query.replace("\x00", "")))
    return urlencode([(name, given[name]) for name in KEPT if given.get(name)])


def filters_of(*, by: Actor) -> list[SavedFilter]:
    """The actor's own, and what colleagues share with a place where the actor is appointed."""
    return _filters(len(by.institution_ids))(by.user_id, *by.institution_ids)


@transaction.atomic
def save_filter(*, name: str, query: str, is_shared: bool, by: Actor, at: datetime) -> SavedFilter:
    """Keep an address of the queue under a name, in place of the own one of this name. Refuses 422 no name, too long, too many."""
    limits = Reference(at).limits
    try:
        name = " ".join(clean_text(name, longest=SavedFilter.NAME).split())
    except Wrong as error:
        raise invalid(name=str(error)) from error
    if not name:
        raise invalid(name=str(REQUIRED))
    kept = canonical(query)
    if len(kept) > SavedFilter.QUERY:
        raise invalid(name=_("This filter is too long to be kept."))
    mine = SavedFilter.objects.filter(owner=by.user_id)
    if not mine.filter(name=name).exists() and mine.count() >= limits["saved_filters_max"]:
        raise Refusal("invalid", _("You have as many saved filters as can be kept. Please remove one first."))
    place = max(((path, pk) for _role, pk, path in getattr(by, "appointments", ())), default=(None, None))[1] if is_shared else None
    row, _made = SavedFilter.objects.update_or_create(owner_id=by.user_id, name=name, defaults={"query": kept, "shared_with_id": place, "created_at": at})
    return row


@transaction.atomic
def drop_filter(pk: int, *, by: Actor) -> None:
    """Refuses 404 one that is not the actor's own."""
    if not SavedFilter.objects.filter(pk=pk, owner=by.user_id).delete()[0]:
        raise Refusal("not_found", _("There is no such filter."))


def preference_of(*, by: Actor) -> DeskPreference:
    found = PREFERENCE(by.user_id)
    return found[0] if found else DeskPreference(user_id=by.user_id)


@transaction.atomic
def prefer(*, has_shortcuts: bool, default: str, by: Actor) -> DeskPreference:
    """How the actor wants the desk. Refuses 422 a filter that is not theirs to use."""
    chosen = next((row for row in filters_of(by=by) if str(row.pk) == default), None)
    if default and chosen is None:
        raise invalid(default_filter=_("Please choose one from the list."))
    values = {"has_shortcuts": has_shortcuts, "default_filter": chosen}
    return DeskPreference.objects.update_or_create(user_id=by.user_id, defaults=values)[0]
