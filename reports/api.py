"""Statistics for programs: what the public pages show."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api import Endpoint
from institutions.models import ROOT_SLUG, Institution
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from monitoring.indicators import Result

from .public import place_of, releases, seen
from .serializers import StatisticsOut
from .wording import formula

ASKED = [
    OpenApiParameter("scope", str, description="`nation`, or the slug of an institution right below the nation."),
    OpenApiParameter("period", str, description="A month that was published, as YYYY-MM. Without it: the newest."),
]


class Statistics(Endpoint):
    """The public indicators of a month."""

    @extend_schema(responses={200: StatisticsOut}, parameters=ASKED, filters=False)
    def get(self, request: Request) -> Response:
        """Each public indicator with its definition, numerator and denominator; nothing that tells of too few."""
        scope = request.query_params.get("scope", "").replace("\x00", "") or "nation"
        slug = ROOT_SLUG if scope == "nation" else scope
        if place_of(slug) is None:
            raise Refusal("not_found", _("We do not know this institution."))
        code = request.query_params.get("period", "")
        found = releases(self._month(code).last if code else None)
        if not found or (code and found[0].code != code):
            raise Refusal("not_found", _("This month has not been published."))
        institution = Institution.objects.get(slug=slug)
        one = seen(institution, found[:1])[0]
        body = {
            "scope": scope,
            "name": institution.name,
            "period": one.release.code,
            "revision": one.release.revision,
            "formulas": one.release.formulas,
            "least": one.release.least,
            "missing": "few" if one.told is None else "",
            "indicators": [self._out(result) for result in one.results.values()],
        }
        return Response(body)

    def _month(self, code: str) -> Period:
        try:
            found = Period.parse(code)
        except ValueError:
            found = None
        if found is None or found.kind != "month":
            raise Refusal("invalid", _("Please check the marked fields."), fields={"period": [_("Please write a month as 2026-09.")]})
        return found

    def _out(self, result: Result) -> dict[str, Any]:
        row = result.indicator
        numbers = {name: getattr(result, name) for name in ("value", "numerator", "denominator", "low", "high", "median", "p90")}
        return {"key": row.key, "name": str(row.name), "formula": formula(row), "unit": row.unit, "basis": row.basis, **numbers, "missing": result.missing}
