"""Files in and out of the pages: kept while a form is filled in, and given out to those who may read the case."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lapor.ground.problems import Refusal
from lapor.ground.sandbox import given_out

from .. import forms, services
from ..models import Complaint, Upload, UploadQuerySet
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


def files_of(rows: Iterable[Upload]) -> dict[int | None, list[Upload]]:
    """The files of a case, as `told` gives them, by the event that brought them."""
    found: dict[int | None, list[Upload]] = {}
    for row in rows:
        found.setdefault(row.transition_id, []).append(row)
    return found


def give(rows: UploadQuerySet, request: HttpRequest) -> HttpResponse:
    """The cleaned copy of one file, or its small picture."""
    content, name, is_picture = services.open_copy(rows, is_small="kecil" in request.GET)
    return given_out(content, name, inline=is_picture)


@require_safe
def own_file(request: HttpRequest, tracking_id: str, pk: UUID) -> HttpResponse:
    """A file of one's own case, opened by its code; office documents are for officers."""
    mine = Complaint.objects.filter(pk__in=actor_of(request).case_ids, tracking_id=number_of(tracking_id)).first()
    rows = Upload.objects.shown_to("reporter", mine).exclude(kind=Upload.Kind.OFFICE) if mine else Upload.objects.none()
    return give(rows.filter(pk=pk), request)


@require_safe
def public_file(request: HttpRequest, tracking_id: str, pk: UUID) -> HttpResponse:
    """A picture that an officer released with the published copy."""
    complaint = Complaint.objects.public().filter(tracking_id=number_of(tracking_id)).first()
    rows = Upload.objects.shown_to("public", complaint) if complaint else Upload.objects.none()
    return give(rows.filter(pk=pk), request)
