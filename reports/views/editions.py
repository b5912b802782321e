"""The desk's pages of evaluation reports: the list, making one, the report itself with the steps of its life, its files and its plan."""

from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.forms import show_refusal
from complaints.views.shared import actor_of, at_of, private
from institutions.models import Institution, PriorityIssue
from institutions.services import root
from lapor.ground.problems import Refusal
from monitoring.figures import Period

from .. import access, faces, services
from ..access import Template
from ..forms import GenerateForm, ItemForm, NoteForm, ProgressForm
from ..models import Edition, EditionQuerySet, FileState, Format
from ..services import making

PAGE = 30
WAIT_SECONDS = "5"  # until the page of a report whose files are being made asks again by itself
SHOWN = {"invalid", "conflict"}
ISSUE = "issue:"  # before the code of an issue, where the slug of a place could stand


def _require_reader(request: HttpRequest) -> None:
    if not any(True for _post in access.posts(actor_of(request))):
        raise Refusal("forbidden", _("This part is for officers."))


def _lists(request: HttpRequest) -> dict[str, EditionQuerySet]:
    actor, today = actor_of(request), timezone.localdate(at_of(request))
    mine = Edition.objects.newest_readable(actor)
    return {
        "": mine,
        "kerja": mine.filter(state__in=(access.State.GENERATED, access.State.REVIEWED, access.State.REVISION_REQUESTED)),
        "masuk": Edition.objects.owed_to(actor).current().filter(state=access.State.SUBMITTED),
        "terlambat": Edition.objects.owed_to(actor).late(today),
    }


def _labels() -> dict[str, str]:
    return {"": _("All"), "kerja": _("In the works"), "masuk": _("To accept"), "terlambat": _("Not submitted in time")}


@login_required
@private
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """The reports that the officer may read, those that wait, and who below has not submitted."""
    _require_reader(request)
    actor, today = actor_of(request), timezone.localdate(at_of(request))
    issue = PriorityIssue.objects.filter(pk=request.GET.get("isu", "").replace("\x00", "")).first()
    lists = _lists(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in lists else ""
    rows = lists[tab].filter(issue=issue) if issue else lists[tab]
    rows = rows.select_related("institution", "issue").defer("snapshot", "plan").order_by("-last_on", "institution__name", "template", "issue", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("hal"))
    readable = set(Edition.objects.readable(actor).filter(pk__in=[row.pk for row in page]).values_list("pk", flat=True))
    context = {
        "page": page,
        "rows": [(row, row.pk in readable, row.days_late(today)) for row in page],
        "kept": _kept(tab, issue),
        "issue": issue,
        "tabs": [(f"?{_kept(code, issue)}", label, code == tab) for code, label in _labels().items()],
        "can_make": bool(_makable(request) or _makable_issues(request)),
    }
    return render(request, "reports/editions.html", context)


def _kept(tab: str, issue: PriorityIssue | None) -> str:
    """What the address of the list keeps."""
    given = {"tab": tab, "isu": issue.pk if issue else ""}
    return urlencode({name: value for name, value in given.items() if value})


# --- making ---------------------------------------------------------------------------------------------------------------


def _makable_issues(request: HttpRequest) -> list[PriorityIssue]:
    """The issues whose owner the officer may report for, those of the past with them: their periods may still be made."""
    actor, today, nation = actor_of(request), timezone.localdate(at_of(request)), cache(root)
    rows = [(issue, services.place_of(issue, today, nation=nation)) for issue in PriorityIssue.objects.select_related("owner", "legal_basis")]
    return sorted((issue for issue, place in rows if access.may_generate(actor, Template.ISSUE, place.pk, place.path)), key=lambda issue: issue.name)


def _makable(request: HttpRequest) -> list[tuple[str, Institution]]:
    """(kind, place) of what the officer may make: of each appointment the place, and for an admin the units below it."""
    actor = actor_of(request)
    places = Institution.objects.filter(pk__in={post.place for post in access.posts(actor)})
    under = [place.path for place in places if not place.is_national and access.may_generate(actor, Template.UNIT, place.pk, place.path)]
    units = Institution.objects.under(*under).filter(kind="unit").exclude(pk__in=[place.pk for place in places])
    return [
        (template, place)
        for place in [*places.order_by("name"), *units.order_by("name")]
        for template in Template.values
        if making.fits(template, place) and access.may_generate(actor, template, place.pk, place.path)
    ]


@login_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Freeze a report by hand: the first of its period, or a new revision with its reason."""
    found, issues = _makable(request), _makable_issues(request)
    if not found and not issues:
        raise Refusal("forbidden", _("This report is not yours to make."))
    places = list({place.slug: place.name for _template, place in found}.items())
    known = {template for template, _place in found} | ({Template.ISSUE} if issues else set())
    kinds = [(template, str(Template(template).label)) for template in Template.values if template in known]
    initial: dict[str, Any] = {"period": Period.of("month", timezone.localdate(at_of(request))).before}
    if (asked := request.GET.get("isu", "")) in {issue.pk for issue in issues}:
        initial |= {"template": Template.ISSUE, "institution": f"{ISSUE}{asked}"}
    form = GenerateForm(places, _named(issues), kinds, request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edition = _made(request, form.cleaned_data)
        except Refusal as refusal:
            if refusal.code not in SHOWN:
                raise
            show_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("The report was made; its figures are frozen."))
            return redirect("edition", pk=edition.pk)
    elif request.method == "POST":
        status = 422
    return render(request, "reports/edition_make.html", {"form": form}, status=status)


def _made(request: HttpRequest, given: dict[str, Any]) -> Edition:
    try:
        period = Period.parse(given["period"].strip().upper())
    except ValueError:
        raise Refusal(
            "invalid", _("Please check the marked fields."), fields={"period": [_("Please write a period like 2026-09, 2026-Q3, 2026-H1 or 2025.")]}
        ) from None
    slug, about = given["institution"], None
    if slug.startswith(ISSUE):
        about = PriorityIssue.objects.select_related("owner", "legal_basis").get(pk=slug.removeprefix(ISSUE))
    return services.generate(given["template"], about or Institution.objects.get(slug=slug), period, by=actor_of(request), at=at_of(request), why=given["why"])


def _named(issues: list[PriorityIssue]) -> list[tuple[str, str]]:
    return [(f"{ISSUE}{issue.pk}", issue.name) for issue in issues]


# --- the report -----------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, edition: Edition, *, form: NoteForm | None = None, item: ItemForm | None = None, status: int = 200) -> HttpResponse:
    actor, at = actor_of(request), at_of(request)
    document = services.document_of(edition, is_masked=not services.reads_whole(edition, actor), at=at)
    files = [(file, services.ticket(file, by=actor, at=at) if file.state == FileState.READY else "") for file in services.files_of(edition, actor)]
    acts = services.open_acts(edition)
    may_plan = edition.is_current and edition.may_plan  # type: ignore[attr-defined]
    context = {
        "edition": edition,
        "document": document,
        "chapters": faces.chapters(document),
        "methods": faces.methods(document),
        "events": edition.events.select_related("by"),
        "revisions": Edition.objects.readable(actor)
        .filter(template=edition.template, scope=edition.scope, period=edition.period)
        .order_by("-revision")
        .defer("snapshot"),
        "acts": [(act, _act_labels()[act]) for act in acts],
        "form": form or NoteForm(initial={"version": edition.version}),
        "files": files,
        "formats": Format.choices,
        "is_waiting": any(file.state in (FileState.QUEUED, FileState.WORKING) for file, _ticket in files),
        "days_late": edition.days_late(timezone.localdate(at)),
        "items": [(row, ProgressForm(initial={"status": row.status, "progress": row.progress}, auto_id=f"id_{row.pk}_%s")) for row in edition.items.all()]
        if may_plan
        else [],
        "item_form": item or ItemForm(),
        "can_add": may_plan and edition.state in access.PLANNED,
        "at": at,
    }
    response = render(request, "reports/edition.html", context, status=status)
    if context["is_waiting"] and request.method == "GET":
        response["Refresh"] = WAIT_SECONDS
    return response


def _act_labels() -> dict[str, str]:
    return {
        access.REVIEW: _("Mark as reviewed"),
        access.SUBMIT: _("Submit"),
        access.ACCEPT: _("Accept"),
        access.REQUEST_REVISION: _("Send back for revision"),
    }


@login_required
@private
@require_safe
def edition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as it was frozen, with what may be done with it now."""
    return _page(request, services.find(pk, actor_of(request)))


@login_required
@private
@require_POST
def step(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A step of its life; refused on an outdated page, with what was typed kept."""
    form = NoteForm(request.POST)
    form.is_valid()
    act = request.POST.get("langkah", "")
    if act not in access.STEPS:
        raise Refusal("not_found", _("There is no such step."))
    given = form.cleaned_data
    try:
        services.move(pk, act, by=actor_of(request), at=at_of(request), version=given.get("version"), note=given.get("note", ""))
    except Refusal as refusal:
        if refusal.code not in SHOWN:
            raise
        show_refusal(form, refusal)
        return _page(request, services.find(pk, actor_of(request)), form=form, status=refusal.status)
    messages.success(request, _("It is on record."))
    return redirect("edition", pk=pk)


@login_required
@private
@require_POST
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A line more in the action plan, or how far one came."""
    by, at = actor_of(request), at_of(request)
    form = ItemForm(request.POST)
    try:
        if line := request.POST.get("baris"):
            services.tell_progress(pk, _uuid(line), request.POST.get("status", ""), request.POST.get("progress", ""), by=by, at=at)
        else:
            services.add_item(pk, request.POST.dict(), by=by, at=at)
    except Refusal as refusal:
        if refusal.code not in SHOWN:
            raise
        show_refusal(form, refusal)
        return _page(request, services.find(pk, by), item=form, status=refusal.status)
    messages.success(request, _("The action plan was kept."))
    return redirect(f"{reverse('edition', args=[pk])}#rencana")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("not_found", _("There is no such report, or you may not see it.")) from None


# --- files ----------------------------------------------------------------------------------------------------------------


@login_required
@private
@require_POST
def ask_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a file made; the page shows how far it is."""
    language = request.POST.get("bahasa") or get_language() or "id"
    services.queue_file(pk, request.POST.get("format", ""), by=actor_of(request), at=at_of(request), language=language)
    return redirect(f"{reverse('edition', args=[pk])}#berkas")


@login_required
@private
@require_safe
def file(request: HttpRequest, token: str) -> HttpResponse:
    """A file by its address, which ends; that it was taken is on record."""
    row, raw = services.open_file(token, by=actor_of(request), at=at_of(request))
    document = services.document_of(row.edition, is_masked=row.is_masked, at=at_of(request))
    name = f"{document.file_name}-{row.language}.{row.format}"
    return HttpResponse(raw, content_type=faces.TYPES[row.format], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def of_issue(request: HttpRequest, code: str) -> tuple[str, dict[str, Any]] | None:
    """The way from the board of an issue to the reports about it."""
    return "reports/editions_of_issue.html", {"code": code}


def link(request: HttpRequest, _about: object) -> tuple[str, dict[str, Any]] | None:
    """The way from the desk to the reports."""
    return "reports/editions_link.html", {}
