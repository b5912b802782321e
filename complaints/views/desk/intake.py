"""Reports entered for citizens."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lapor.ground.problems import Refusal

from ... import forms, policy, services
from ...models import ASSISTED
from ..files import keep_files, kept_rows
from ..shared import actor_of, at_of


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest) -> HttpResponse:
    """Enter a report for a citizen at the counter, on the telephone or by letter."""
    actor = actor_of(request)
    if not policy.may("intake", actor):
        raise Refusal("forbidden", _("You may not enter reports for others."))
    form = forms.IntakeForm(request.POST or None, assisted=True)
    status = 200
    if request.method == "POST":
        channel = request.POST.get("channel", "")
        try:
            if channel not in ASSISTED:
                raise Refusal("invalid", _("Please check the marked fields."), fields={"channel": [_("Please choose how the report came in.")]})
            files = keep_files(request)
            given, key = forms.submission(form, at=at_of(request)) | {"files": files}, request.POST.get("idempotency_key", "")
            receipt = services.submit(given, by=actor, at=at_of(request), channel=channel, assisted=True, idempotency_key=key)
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
            status = refusal.status
        else:
            return render(request, "complaints/desk/intake_receipt.html", {"receipt": receipt, "clocks": receipt.clocks, "at": at_of(request)})
    form.name_choices()
    return render(request, "complaints/desk/intake.html", {"form": form, "kept": kept_rows(request)}, status=status)
