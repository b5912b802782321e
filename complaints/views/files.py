"""Files in and out of the pages: kept while a form is filled in, and given out to those who may read the case."""

from mimetypes import guess_type
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lapor.ground.problems import Refusal

from .. import forms, services
from ..models import Complaint, Upload
from .shared import actor_of, at_of, client_of, number_of

KEPT = "berkas"  # the hidden field that carries the ids of files which are here already


def keep_files(request: HttpRequest) -> list[str]:
    """The ids of the files that come with this form: those kept before and not taken out, and those just sent.

    Refuses with a sentence for each file that cannot be taken; the others are kept all the same.
    """
    ids, wrong, at = request.POST.getlist(KEPT), [], at_of(request)
    sent = [file for file in request.FILES.getlist("files") if file]
    reference = services.Reference(at)
    for file in sent:
        services.throttle_upload(client_of(request), at=at, reference=reference)
        try:
            ids.append(str(services.store_upload(file.read(), at=at, reference=reference).pk))
        except Refusal as refusal:
            wrong += [f"{(file.name or '')[:80]}: {text}" for text in refusal.fields["files"]]
    request.kept_files = ids  # type: ignore[attr-defined]
    if wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"files": wrong})
    return ids


def with_files(form: forms.StepForm, request: HttpRequest) -> dict[str, Any]:
    """What was typed into a step's form, and the files that came with it where it asks for some."""
    given = forms.given(form)
    return given | {"files": keep_files(request)} if "files" in form.fields else given


def kept_rows(request: HttpRequest) -> list[Upload]:
    """What this form holds already, to show it again."""
    ids: list[str] = getattr(request, "kept_files", request.POST.getlist(KEPT))
    return list(Upload.objects.filter(pk__in=[text for text in ids if _is_id(text)], complaint=None))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def files_of(complaint: Complaint, *, with_parts: bool = False) -> dict[int | None, list[Upload]]:
    """The files of the case (for its reporter those of its parts too) by the event that brought them; one query."""
    found: dict[int | None, list[Upload]] = {}
    whose = Q(complaint=complaint) | Q(complaint__lead=complaint) if with_parts else Q(complaint=complaint)
    for row in Upload.objects.filter(whose).order_by("created_at", "pk"):
        found.setdefault(row.transition_id, []).append(row)
    return found


@require_safe
def own_file(request: HttpRequest, tracking_id: str, pk: UUID) -> HttpResponse:
    """A file of one's own case, opened by its code."""
    mine = Complaint.objects.filter(pk__in=actor_of(request).case_ids, tracking_id=number_of(tracking_id))
    rows = Upload.objects.filter(Q(complaint__in=mine) | Q(complaint__lead__in=mine), pk=pk)
    return give(rows.exclude(kind=Upload.Kind.OFFICE), request)


def _absent() -> Refusal:
    return Refusal("not_found", _("There is no such file, or you may not see it."))


def give(rows: Any, request: HttpRequest) -> HttpResponse:
    """The cleaned copy under a neutral name, in a sandbox: shown only when it is a picture that we made ourselves."""
    row = rows.filter(state=Upload.State.CLEAN).first()
    if row is None:
        raise _absent()
    is_small = "kecil" in request.GET and row.has_thumbnail
    path = row.thumbnail_path if is_small else row.clean_path
    is_picture = row.kind == Upload.Kind.IMAGE
    name = f"lampiran-{str(row.pk)[:8]}.{'webp' if is_small else row.extension}"
    with storages["default"].open(path) as file:
        response = HttpResponse(file.read(), content_type=guess_type(name)[0] or "application/octet-stream")
    response["Content-Disposition"] = f'{"inline" if is_picture else "attachment"}; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
