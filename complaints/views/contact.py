"""The reporter's contact, behind number and case code: prove it, put it right, and read what did not arrive."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lapor.ground.problems import Refusal
from officers.actors import actor_for

from .. import forms, services
from ..models import Complaint
from .citizen import PAGE, _own, _to_proof
from .shared import at_of, private

SEND, CHECK, CHANGE = "kirim-kode", "periksa-kode", "ubah"


@private
@require_http_methods(PAGE)
def contact(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """What is known of the contact, the code, and the way to put it right; refused, what was typed is still there."""
    complaint = _own(request, tracking_id)
    if complaint is None:
        return _to_proof(tracking_id)
    act = request.POST.get("langkah", "") if request.method == "POST" else ""
    bound = {CHECK: forms.CodeForm(request.POST), CHANGE: forms.ContactForm(request.POST)}
    code_form = bound[CHECK] if act == CHECK else forms.CodeForm()
    contact_form = bound[CHANGE] if act == CHANGE else forms.ContactForm()
    status, retry_after = 200, None
    if act in {SEND, CHECK, CHANGE}:
        try:
            messages.success(request, _act(request, complaint, act))
        except Refusal as refusal:
            form = contact_form if act == CHANGE else code_form
            forms.show_refusal(form, refusal)
            status, retry_after = refusal.status, refusal.retry_after
        else:
            return redirect("own-contact", tracking_id=complaint.tracking_id)
    context = {
        "complaint": complaint,
        "known": services.contact_of(complaint, at=at_of(request)),
        "unheard": services.unheard(complaint),
        "code_form": code_form,
        "contact_form": contact_form,
        "form": contact_form if act == CHANGE else code_form,
        "at": at_of(request),
    }
    response = render(request, "complaints/citizen/contact.html", context, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _act(request: HttpRequest, complaint: Complaint, act: str) -> Any:
    """Do what was asked for; the sentence that says so."""
    at = at_of(request)
    by = actor_for(None, at=at, case_ids=frozenset({complaint.pk}))
    if act == SEND:
        services.ask_code(complaint.pk, by=by, at=at)
        return _("A code is on its way to your contact.")
    if act == CHECK:
        services.confirm_contact(complaint.pk, request.POST.get("code", ""), by=by, at=at)
        return _("Thank you, your contact is confirmed.")
    services.change_contact(complaint.pk, request.POST, by=by, at=at)
    return _("Your contact was changed. You can confirm it with a code now.")
