"""Marking a report as urgent, or taking the mark away."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lapor.ground.problems import Refusal

from .. import forms, services
from .desk.gate import back, find_case
from .shared import actor_of, at_of


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """The other of what the report is now, with a reason; what the page was opened for is sent with it."""
    complaint = find_case(request, tracking_id)
    if not complaint.may("mark_urgent"):
        raise Refusal("forbidden", _("You may see this report but not take this step."))
    form = forms.UrgentForm(request.POST or None)
    if request.method == "POST":
        urgent = request.POST.get("urgent") == "1"
        try:
            services.mark_urgent(complaint.pk, urgent=urgent, text=request.POST.get("text", ""), by=actor_of(request), at=at_of(request))
        except Refusal as refusal:
            if refusal.code != "invalid":
                return back(request, tracking_id, refusal, "")
            forms.show_refusal(form, refusal)
        else:
            done = _("The report is marked as urgent; its desk was told at once.") if urgent else _("The report is no longer marked as urgent.")
            return back(request, tracking_id, None, done)
    return render(request, "complaints/desk/urgent.html", {"complaint": complaint, "form": form}, status=422 if form.errors else 200)
