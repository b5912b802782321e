"""What the Ombudsman asks of an institution, at its desk; and for the nation what waits to be decided."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints.views.shared import actor_of, at_of, private
from lapor.ground.problems import Refusal

from ..models import Referral, ReferralClock, ReferralEvent
from ..referral import BEFORE, INSTITUTION, NATION, REFERRAL_STEPS
from .gate import step_page

MOST = 200  # an institution with more has other worries
ASKS = {"ombudsman_corrective": "correct", "ombudsman_recommendation": "recommend"}  # what a deadline's text stands in


def _require_desk(request: HttpRequest) -> None:
    actor = actor_of(request)
    if not (actor.has("close") or actor.has("handle_oversight")):
        raise Refusal("forbidden", _("What the Ombudsman asks is answered by the admin of the institution."))


def _tasks(request: HttpRequest) -> list[tuple[ReferralClock, str]]:
    """Deadlines that run for the desks of this officer, with what was asked."""
    mine = Referral.objects.known_to(actor_of(request)).readable()
    rows = list(
        ReferralClock.objects.running().filter(referral__in=mine).select_related("referral__complaint__holder", "institution").order_by("due_at")[:MOST]
    )
    events = ReferralEvent.objects.filter(referral__in=[row.referral_id for row in rows], code__in=ASKS.values()).select_related("said")
    asked = {(event.referral_id, event.code): event.said.text for event in events if hasattr(event, "said")}
    return [(row, asked.get((row.referral_id, ASKS[row.key]), "")) for row in rows]


@login_required
@private
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """What is asked and by when; for the nation also the proposals that wait for its decision."""
    _require_desk(request)
    decides = actor_of(request).has("refer")
    waiting = Referral.objects.filter(stage__in=sorted(BEFORE)).select_related("complaint__holder").order_by("proposed_at", "pk")[:MOST] if decides else []
    context = {"tasks": _tasks(request), "waiting": waiting, "decides": decides, "at": at_of(request)}
    return render(request, "monitoring/tasks.html", context)


@login_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Recording what was done, or the nation's decision not to refer."""
    _require_desk(request)
    row = REFERRAL_STEPS.get(code)
    if row is None or row.who not in {INSTITUTION, NATION}:
        raise Refusal("not_found", _("There is no such step."))
    return step_page(request, pk, code, template="monitoring/desk_step.html", then=reverse("desk-ombudsman"))
