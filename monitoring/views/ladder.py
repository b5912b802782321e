"""What people see of the ladder: the page of what climbed in an officer's scope, and the panel beside a case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from complaints.clock import Level
from complaints.models import Complaint
from complaints.views.desk.gate import require_desk
from complaints.views.shared import actor_of
from lapor.ground.prepared import PreparedModels

from ..ladder import LADDER, Rung
from ..models import Escalation, EscalationQuerySet

PAGE = 50
SALT = "ladder"
FIELDS = ("rung", "level", "key", "happened_at", "due_at", "complaint__tracking_id", "complaint__title", "complaint__is_urgent")
CLIMBED = PreparedModels(lambda pk: Escalation.objects.filter(complaint=pk).order_by("happened_at", "pk"), UUID(int=0))
PLACES = ("complaint__holder__name", "complaint__holder__short_name", "complaint__holder__time_zone", "clock__zone")

# What each tab of the page shows: all that is overdue or worse, one level of a deadline, or what is silent.
TABS: dict[str, Q] = {
    "": Q(level__gte=Level.OVERDUE),
    **{str(level.value): Q(level=level) & ~Q(rung=Rung.SILENCE) for level in reversed(Level)},
    "diam": Q(rung=Rung.SILENCE),
}


def _labels() -> dict[str, str]:
    return {"": _("All that is late"), **{str(level.value): str(level.label) for level in reversed(Level)}, "diam": str(Rung.SILENCE.label)}


def _after(rows: EscalationQuerySet, cursor: str) -> EscalationQuerySet:
    """What follows a place in the list, the highest level first, then the latest; anything that is no place shows the first page."""
    try:
        level, text, pk = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        return rows
    at = datetime.fromisoformat(text)
    return rows.filter(Q(level__lt=level) | Q(level=level, happened_at__lt=at) | Q(level=level, happened_at=at, pk__lt=pk))


def _hearers(rung: str) -> str:
    return ", ".join(str(hearer.label) for hearer in LADDER[Rung(rung)].hearers)


@login_required
@never_cache
@require_GET
def ladder(request: HttpRequest) -> HttpResponse:
    """What stands on the ladder among the open cases that the officer may read, each deadline at its last rung."""
    actor = actor_of(request)
    require_desk(actor)
    tab = request.GET.get("tingkat", "")
    tab = tab if tab in TABS else ""
    rows = Escalation.objects.standing().topmost().filter(TABS[tab], complaint__in=Complaint.objects.seen_by(actor).open())
    rows = _after(rows.select_related("complaint__holder", "clock").only(*FIELDS, *PLACES), request.GET.get("setelah", ""))
    found = list(rows.order_by("-level", "-happened_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    context = {
        "page": [(row, _hearers(row.rung)) for row in found[:PAGE]],
        "next": signing.dumps([last.level, last.happened_at.isoformat(), last.pk], salt=SALT) if last is not None else "",
        "tab": tab,
        "tabs": [(f"?tingkat={code}" if code else "?", label, code == tab) for code, label in _labels().items()],
    }
    return render(request, "monitoring/ladder.html", context)


def climbed(_request: HttpRequest, complaint: Complaint) -> tuple[str, dict[str, Any]] | None:
    """The rungs of a case, oldest first: when, of which deadline, and who heard; nothing where none was reached. One query."""
    found = [(row, _hearers(row.rung)) for row in CLIMBED(complaint.pk)]
    return ("monitoring/climbed.html", {"rows": found, "zone": complaint.holder.time_zone}) if found else None


def link(_request: HttpRequest, _about: object) -> tuple[str, dict[str, Any]]:
    """The way from the desk to the page."""
    return "monitoring/ladder_link.html", {}
