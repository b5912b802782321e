"""Files of a case, for the officers who may read it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lapor.ground.problems import Refusal

from ... import services
from ...models import Upload, family_of
from ..files import give
from ..shared import actor_of, at_of
from .gate import find_case


@login_required
@require_safe
def desk_file(request: HttpRequest, tracking_id: str, pk: UUID) -> HttpResponse:
    """A file that stands on the page of a case that the officer may read."""
    complaint = find_case(request, tracking_id)
    if not complaint.may("file"):
        raise Refusal("forbidden", _("You may know of this file but not open it."))
    services.log_oversight(complaint, "desk_file", by=actor_of(request), at=at_of(request))
    return give(Upload.objects.shown_to("officer", complaint, family_of(complaint, actor_of(request))).filter(pk=pk), request)
