"""The API of deadlines: those of a report with the lines that lead to them, more time for one, and when any period would end."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from institutions.models import LegalBasis
from lapor.ground.problems import Refusal
from officers.actors import Actor

from .. import services
from ..models import Clock, Complaint
from ..serializers import deadlines as shapes
from ..why import NAMES
from . import CASE, CASE_CODE, IF_MATCH, CaseEndpoint, Endpoint, body_of, client_of, private, version_read

QUESTION = [
    OpenApiParameter("policy", str, enum=list(NAMES), required=True, description="Which period."),
    OpenApiParameter("start", str, required=True, description="A date, or a date with a time (ISO 8601). Without a zone it is the institution's."),
    OpenApiParameter("institution", str, description="Slug: its own days off, zone, working week and stricter periods. Without it: the nation."),
]
EXTENSION = ("key", "days", "legal_basis", "text")


class ComplaintDeadlines(CaseEndpoint):
    """The deadlines of a report, and why they are what they are."""

    @extend_schema(responses={200: shapes.DeadlinesOut}, parameters=[CASE_CODE])
    def get(self, request: Request, tracking_id: str) -> Response:
        """Each deadline with the lines of its count: the public reads of those that it may watch while they run, reporter and officers of all."""
        actor = self.actor(tracking_id)
        complaint, audience, _family = self.read(CASE, tracking_id, actor)
        response = self.answer(complaint, audience, actor)
        return response if audience == "public" else private(response)

    def answer(self, complaint: Complaint, audience: str, actor: Actor) -> Response:
        reference = services.Reference(self.at)
        is_exact = audience == "reporter" or (audience == "officer" and not complaint.is_anonymous)
        rows = list(Clock.objects.told().shown_to(audience, complaint).select_related("complaint").order_by("started_at", "key"))
        told = services.explanations(rows, reference=reference, is_exact=is_exact)
        is_open = audience == "officer" and complaint.may("extend")
        body = {
            "version": complaint.version,
            "deadlines": [shapes.told_out(clock, why, is_exact=is_exact) for clock, why in zip(rows, told, strict=True)],
            "extendable": [clock.key for clock in services.extendable(complaint, by=actor)] if is_open else [],
            "extension_days_max": reference.limits["extension_days_max"] if is_open else None,
            "legal_bases": [{"code": row.pk, "name": str(row)} for row in LegalBasis.objects.all()] if is_open else [],
        }
        return Response(body, headers={"ETag": complaint.etag})


class ComplaintExtensions(ComplaintDeadlines):
    """More time for a deadline, on a legal basis."""

    http_method_names = ("post", "options")

    @extend_schema(request=shapes.ExtensionIn, responses={200: shapes.DeadlinesOut}, parameters=[IF_MATCH])
    def post(self, request: Request, tracking_id: str) -> Response:
        """Extend a running deadline: `{key, days, legal_basis, text, version}`. Answers with the deadlines as they are then."""
        given, actor = body_of(request), self.actor(tracking_id)
        found, _audience, _family = self.read(CASE, tracking_id, actor)
        version = version_read(request, given, found)
        if strange := sorted(set(given) - set(EXTENSION)):
            raise Refusal("invalid", _("Please check the marked fields."), fields={name: [_("This step does not ask for it.")] for name in strange})
        services.extend_clock(found.pk, **{name: given.get(name) for name in EXTENSION}, by=actor, at=self.at, version=version)
        moved, audience, _family = self.read(CASE, tracking_id, actor)
        return private(self.answer(moved, audience, actor))


class DeadlineQuestion(Endpoint):
    """When a period ends, and why."""

    @extend_schema(responses={200: shapes.DeadlineOut}, parameters=QUESTION)
    def get(self, request: Request) -> Response:
        """The due date of a period that begins then, and the days counted and left out, by the same count as of every report."""
        given = request.query_params
        institution, start, found = services.answer_deadline(given, client=client_of(request), at=self.at)
        return Response(shapes.deadline_out(given["policy"], start, institution, found))
