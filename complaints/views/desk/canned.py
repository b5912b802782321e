"""The canned answers of an institution: written, approved, taken out of use."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lapor.ground.problems import Refusal

from ... import forms, services
from ..shared import actor_of, at_of
from .gate import require_desk


@login_required
@never_cache
@require_GET
def canned(request: HttpRequest) -> HttpResponse:
    """What may be used here, and what waits for approval."""
    actor = actor_of(request)
    require_desk(actor)
    rows = services.canned_of(by=actor)
    roots = services.approving_roots(actor)
    shown = [(row, any(row.institution.path.startswith(root) for root in roots), forms.step_label(row.step)) for row in rows]
    return render(request, "complaints/desk/canned.html", {"rows": shown, "may_write": bool(services.writing_roots(actor))})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, key: UUID | None = None) -> HttpResponse:
    """A new text, or a new version of one."""
    actor, at = actor_of(request), at_of(request)
    require_desk(actor)
    before = next((row for row in services.canned_of(by=actor) if row.pk == key), None)
    if key is not None and before is None:
        raise Refusal("not_found", _("There is no such text."))
    form = forms.CannedForm(services.writing_roots(actor), before, request.POST or None)
    if request.method == "POST":
        try:
            services.write_canned(form.given(), by=actor, at=at, replaces=key)
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            messages.success(request, _("The text was written and waits for approval."))
            return redirect("desk-canned")
    form.name_choices()
    context = {"form": form, "before": before, "placeholders": services.PLACEHOLDERS}
    return render(request, "complaints/desk/canned_write.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def settle(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a text into use, or out of it."""
    is_approved = "setujui" in request.POST
    try:
        services.settle_canned(key, is_approved=is_approved, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        if refusal.code != "conflict":
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The text is in use now.") if is_approved else _("The text is no longer used."))
    return redirect("desk-canned")
