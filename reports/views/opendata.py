"""Open data: the list of files with their digests, what their columns mean, and the files."""

from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lapor.ground import pages
from lapor.ground.problems import Refusal

from ..models import OpenDataFile, Release
from ..opendata import FORMS, LICENCE, SHEETS
from ..opendata import dictionary as described
from ..services.release import store

YEAR_OF_MONTHS = 12


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every file of the last months, and what is in them."""
    return pages.shown(request, "reports/public/data.html", lambda: (Release.objects.aggregate(Max("pk"))["pk__max"],), _listed)


def _listed() -> dict[str, Any]:
    rows = Release.objects.prefetch_related("files").order_by("-month", "-revision")[: 2 * YEAR_OF_MONTHS]
    return {"releases": rows, "licence": LICENCE, "sheets": SHEETS.values()}


@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """The data dictionary for programs, with the digest of every file."""
    files = OpenDataFile.objects.select_related("release").order_by("-release__month", "-release__revision", "table", "form")
    listed = [
        {
            "name": row.name,
            "table": row.table,
            "format": row.form,
            "month": row.release.code,
            "revision": row.release.revision,
            "date": timezone.localdate(row.release.made_at).isoformat(),
            "rows": row.rows,
            "bytes": row.size,
            "sha256": row.sha256,
        }
        for row in files
    ]
    return JsonResponse({**described(), "files": listed}, json_dumps_params={"ensure_ascii": False})


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """The bytes of one file. They never change: whoever has them need not ask again."""
    row = OpenDataFile.objects.filter(name=name.replace("\x00", "")).first()
    if row is None:
        raise Refusal("not_found", _("There is no such file."))
    tag = f'"{row.sha256}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        with store().open(row.name) as content:
            response = HttpResponse(content.read(), content_type=FORMS[row.form])
        response["Content-Disposition"] = f'attachment; filename="{row.name}"'
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
