"""Giving a deadline more time."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from institutions.models import LegalBasis
from lapor.ground.problems import Refusal

from .. import forms, services, why
from .desk.gate import back, find_case
from .shared import actor_of, at_of


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The deadlines that this officer may extend, the days, the legal basis and the reason."""
    complaint, actor, at = find_case(request, tracking_id), actor_of(request), at_of(request)
    if not complaint.may("extend"):
        raise Refusal("forbidden", _("You may see this report but not take this step."))
    clocks = services.extendable(complaint, by=actor)
    deadlines = [(clock.key, f"{why.NAMES[clock.key]}: {date_format(clock.due_at.astimezone(ZoneInfo(clock.zone)), 'j F Y')}") for clock in clocks]
    bases = [(row.pk, str(row)) for row in LegalBasis.objects.all()]
    form = forms.ExtendForm(complaint.version, deadlines, bases, services.Reference(at).limits["extension_days_max"], request.POST or None)
    if request.method == "POST":
        try:
            services.extend_clock(complaint.pk, **form.given(), by=actor, at=at, version=form.version())
        except Refusal as refusal:
            if refusal.code != "invalid":
                return back(request, tracking_id, refusal, "")
            forms.show_refusal(form, refusal)
        else:
            return back(request, tracking_id, None, _("The deadline is extended. The reporter is told the new date."))
    return render(request, "complaints/desk/extend.html", {"complaint": complaint, "form": form, "clocks": clocks}, status=422 if form.errors else 200)
