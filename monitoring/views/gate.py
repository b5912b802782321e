"""How a referral is found for whoever asks, and how one of its steps is taken from a page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from complaints.forms import show_refusal
from complaints.views.shared import actor_of, at_of
from lapor.ground.problems import Refusal

from .. import services
from ..forms import ReferralForm
from ..models import Referral
from ..referral import ACTIONS, REFERRAL_STEPS, Step


def find_referral(request: HttpRequest, pk: UUID) -> Referral:
    """The referral as this officer may know it; 404 as everywhere."""
    rows = Referral.objects.known_to(actor_of(request)).select_related("complaint__holder", "complaint__topic", "complaint__incident_region")
    found = rows.prefetch_related("clocks__institution").filter(pk=pk).first()
    if found is None:
        raise Refusal("not_found", _("There is no such referral, or you may not see it."))
    return found


def require_oversight(request: HttpRequest) -> None:
    if not actor_of(request).has("oversee"):
        raise Refusal("forbidden", _("This part is for the officers of the Ombudsman."))


def steps_of(row: Referral, request: HttpRequest) -> list[tuple[str, str]]:
    """(code, label) of what may be done now."""
    return [(step.code, str(ACTIONS[step.code])) for step in services.open_referral_steps(row, by=actor_of(request))]


def _step(code: str) -> Step:
    step = REFERRAL_STEPS.get(code)
    if step is None:
        raise Refusal("not_found", _("There is no such step."))
    return step


def step_page(request: HttpRequest, pk: UUID, code: str, *, template: str, then: str, context: dict[str, Any] | None = None) -> HttpResponse:
    """The page of one step: shown, refused with what was typed kept, or taken."""
    row, step = find_referral(request, pk), _step(code)
    form = ReferralForm(step, row.version, request.POST if request.method == "POST" else None)
    is_open = code in dict(steps_of(row, request))
    status = 200
    if request.method == "POST":
        try:
            services.move(row.pk, code, by=actor_of(request), at=at_of(request), given=form.given(), version=form.version())
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            show_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("It is on record."))
            return redirect(then)
    elif not is_open:
        allowed = services.may(row, step, actor_of(request))
        raise Refusal("conflict" if allowed else "forbidden", _("This step cannot be taken now."))
    shown = {"referral": row, "form": form, "label": str(ACTIONS[code]), "back": then, "at": at_of(request)}
    return render(request, template, shown | (context or {}), status=status)
