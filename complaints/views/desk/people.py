"""Who works on what: hand-over, empty desks, delegations, and how an officer wants the desk."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lapor.ground.problems import Refusal

from ... import forms, services
from ..shared import actor_of, at_of
from .gate import require_desk

MAX_DIGITS = 10  # of a key that the database can hold


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Cases whose officer is gone or soon will be, and who goes on with them."""
    actor, at, wrong = actor_of(request), at_of(request), {}
    if request.method == "POST":
        chosen = [services.chosen_as(text) for text in request.POST.getlist("kasus")]
        typed = request.POST.get("was", "")
        was = int(typed) if typed.isdecimal() and len(typed) < MAX_DIGITS else None
        try:
            done = services.hand_over(chosen, request.POST.get("cara", ""), was=was, to=request.POST.get("to", ""), by=actor, at=at)
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            said = [str(text) for texts in refusal.fields.values() for text in texts] or [str(refusal)]
            wrong = {"group": f"{typed}-{request.POST.get('tempat', '')}", "said": said, "ticked": {choice.number for choice in chosen}}
        else:
            return render(request, "complaints/desk/bulk_done.html", {"done": done, "act": "hand_over", "label": _("Hand over"), "is_hand_over": True})
    groups = services.offered_to(services.to_hand_over(by=actor, at=at), at=at)
    is_gone = bool(wrong) and all(group.key != wrong["group"] for group, _people in groups)
    context = {"groups": groups, "at": at, "wrong": wrong, "is_gone": is_gone}
    return render(request, "complaints/desk/hand_over.html", context, status=422 if wrong else 200)


@login_required
@never_cache
@require_GET
def vacancies(request: HttpRequest) -> HttpResponse:
    """Desks with open cases and nobody appointed to work on them."""
    return render(request, "complaints/desk/vacancies.html", {"vacancies": services.vacancies(by=actor_of(request), at=at_of(request))})


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def delegation(request: HttpRequest) -> HttpResponse:
    """Let a colleague look after one's cases for some days, or end that."""
    actor, at = actor_of(request), at_of(request)
    require_desk(actor)
    form = forms.DelegationForm(services.possible_delegates(by=actor, at=at), request.POST if "to" in request.POST else None)
    if request.method == "POST":
        ended, sent = request.POST.get("akhiri", ""), request.POST
        try:
            if ended:
                services.end_delegation(int(ended) if ended.isdecimal() and len(ended) < MAX_DIGITS else 0, by=actor, at=at)
            else:
                dates = (_day(sent.get("valid_from", "")), _day(sent.get("valid_to", "")))
                services.delegate(to=sent.get("to", ""), valid_from=dates[0], valid_to=dates[1], by=actor, at=at)
        except Refusal as refusal:
            if refusal.code not in {"invalid", "conflict"}:
                raise
            forms.show_refusal(form, refusal)
        else:
            messages.success(request, _("The delegation was ended.") if ended else _("Your colleague will look after your reports."))
            return redirect("desk-delegation")
    context = {"form": form, "rows": services.delegations_of(by=actor, at=at), "mine": actor.user_id}
    return render(request, "complaints/desk/delegation.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Keyboard shortcuts on or off, and the filter with which the desk begins."""
    actor = actor_of(request)
    require_desk(actor)
    if request.method == "POST":
        services.prefer(has_shortcuts=request.POST.get("pintasan") == "on", default=request.POST.get("saringan", ""), by=actor)
        messages.success(request, _("Your settings were saved."))
        return redirect("desk-preferences")
    context = {"wishes": services.preference_of(by=actor), "saved": services.filters_of(by=actor)}
    return render(request, "complaints/desk/preferences.html", context)
