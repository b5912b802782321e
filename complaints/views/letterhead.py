"""How an institution's letters look: its head, number series and signature, set by whoever manages its officers."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from institutions import services as places
from institutions.models import Institution, Letterhead
from lapor.ground.problems import Refusal
from officers.models import User

from .. import forms
from ..letters import sample
from .letters import pdf_file
from .shared import actor_of, at_of

SHOWN = 100  # institutions on the page; a search finds the others


def _mine(request: HttpRequest) -> list[str]:
    actor = actor_of(request)
    return [*actor.under("set_policy"), *actor.under("manage_officers")]


def _find(request: HttpRequest, slug: str) -> Institution:
    found = Institution.objects.under(*_mine(request)).filter(slug=slug).select_related("parent__region", "region").first()
    if found is None or not places.may_set_letterhead(request.user, found):
        raise Refusal("not_found", _("There is no such institution, or its letters are not yours to set."))
    return found


@login_required
@never_cache
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The institutions whose letters the officer may set, with what each has."""
    mine = _mine(request)
    if not mine:
        raise Refusal("forbidden", _("Letterheads are set by whoever manages the officers of an institution."))
    rows = Institution.objects.under(*mine).in_force(at_of(request).date())
    words = request.GET.get("q", "").replace("\x00", "").strip()
    found = list((rows.search(words) if words else rows.order_by("path"))[:SHOWN])
    heads = {head.institution_id: head for head in Letterhead.objects.filter(institution__in=found).newest().defer("logo")}
    return render(request, "complaints/desk/letterheads.html", {"rows": [(row, heads.get(row.pk)) for row in found], "words": words})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """One institution's letterhead; what is saved counts for the letters to come."""
    institution = _find(request, slug)
    head = Letterhead.objects.serving(institution) or Letterhead.of_the_tree(institution)
    form = forms.LetterheadForm(request.POST or None, request.FILES or None, initial={name: getattr(head, name) for name in places.LETTERHEAD_TEXTS})
    if request.method == "POST":
        values = {name: request.POST[name] for name in places.LETTERHEAD_TEXTS if name in request.POST}
        try:
            places.set_letterhead(
                institution, values, by=cast(User, request.user), at=at_of(request), why=request.POST.get("why", "").replace("\x00", ""),
                logo=request.FILES.get("logo"), drop_logo="drop_logo" in request.POST,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code != "invalid":
                raise
            forms.show_refusal(form, refusal)
        else:
            messages.success(request, _("The letterhead was saved. Look at the sample before the next letter goes out."))
            return redirect("desk-letterhead", slug=slug)
    context = {"institution": institution, "form": form, "head": head, "is_own": head.institution_id == institution.pk and head.version}
    return render(request, "complaints/desk/letterhead.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_GET
def show_sample(request: HttpRequest, slug: str) -> HttpResponse:
    """A letter with invented content under this letterhead; it has no number of the series."""
    return pdf_file(sample(_find(request, slug), at=at_of(request)), "contoh-surat.pdf")
