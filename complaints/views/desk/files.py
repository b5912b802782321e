"""Files of a case, for the officers who may read it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ...models import Upload
from ..files import give
from .gate import find_case


@login_required
@require_safe
def desk_file(request: HttpRequest, tracking_id: str, pk: UUID) -> HttpResponse:
    """A file of a case that the officer may read."""
    return give(Upload.objects.filter(complaint=find_case(request, tracking_id), pk=pk), request)
