"""Who is told of an edition: those who may do the next act with it, by the appointments in force."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation

from institutions.models import HubMembership, ids_of
from officers.models import Appointment
from officers.services import Message, notify_many

from ..access import HERE, HUB, MEMBER, NATION, PLACE, READ, RULES
from ..models import Edition


def _where(edition: Edition, act: str, on: date) -> Q:
    path = ids_of(edition.institution.path)
    where = Q(pk__in=())
    for grant in RULES.get((act, edition.template), ()):
        if grant.states and edition.state not in grant.states:
            continue
        places: dict[str, Q] = {
            PLACE: Q(institution__in=path[1:]),
            HUB: Q(institution=edition.institution_id),
            HERE: Q(institution=edition.institution_id),
            MEMBER: Q(institution__in=HubMembership.objects.in_force(on).filter(member=edition.institution_id).values("hub")),
            NATION: Q(institution=path[0]),
        }
        where |= Q(role__in=grant.roles) & places[grant.where]
    return where


def able(edition: Edition, acts: Iterable[str], on: date) -> dict[int, str]:
    """The officers who may do one of these acts with the edition, with their languages."""
    where = Q(pk__in=())
    for act in acts:
        where |= _where(edition, act, on)
    rows = Appointment.objects.in_force(on).filter(where, user__is_active=True, user__is_machine=False)
    return dict(rows.order_by("user").values_list("user_id", "user__language"))


def tell(event: str, edition: Edition, acts: Iterable[str], *, at: datetime, but: int | None = None) -> int:
    """Queue the notice for each of them, in the transaction of what it tells; says how many."""
    messages = []
    readers = able(edition, (READ,), timezone.localdate(at))
    for user, language in able(edition, acts, timezone.localdate(at)).items():
        if user == but:
            continue
        with translation.override(language):
            period = f"{edition.span.name} ({edition.issue.name})" if edition.issue else edition.span.name
        context = {
            "holder": edition.institution.name,
            "period": period,
            "due": edition.due_on.isoformat() if edition.due_on else "",
            "desk_url": f"{settings.SITE_URL}/meja/evaluasi/{f'{edition.pk}/' if user in readers else '?tab=terlambat'}",
        }
        messages.append(Message(event, context, recipient_id=user, language=language))
    notify_many(messages, at=at)
    return len(messages)
