"""The API: the same services as the pages, in JSON; refusals leave as problem details (`lapor.errors`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from institutions.models import Institution, Region, Topic
from lapor.ground import throttle
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal
from lapor.ground.sandbox import given_out
from officers.actors import Actor, actor_for

from .. import serializers as shapes
from .. import services
from ..clock import Level
from ..filters import DECIDED, DeskFilter, PublicFilter
from ..models import Channel, Complaint, ComplaintQuerySet, Family, Upload, family_of, named_issues, with_parts, with_thread
from ..paging import CasePagination, CodePagination, SlugPagination
from ..serializers import contact
from ..workflow import Classification, State, Track

CASE_CODE = OpenApiParameter("X-Case-Code", str, OpenApiParameter.HEADER, description="The reporter's case code: gives the reporter's view and steps.")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="At least 128 random bits; the same key gives the same receipt for a day."
)
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of the state that was read; 412 when it moved on.")
FILE_ID = OpenApiParameter("file_id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="As `files` of the report names it.")
SMALL = OpenApiParameter("small", bool, description="Of a picture, its small copy.")
FILE_KINDS = {(200, kind): OpenApiTypes.BINARY for kind in ("image/*", "audio/*", "video/*", "application/*")}
SEARCH = OpenApiParameter("search", str, description="Words of the name.")
NARROWING = [
    OpenApiParameter("q", str, description="Words, or a tracking number."),
    OpenApiParameter("state", str, enum=State.values),
    OpenApiParameter("classification", str, enum=Classification.values),
    OpenApiParameter("topic", str, description="Topic code; those below it are found too."),
    OpenApiParameter("institution", str, description="Slug; what those below it hold is found too."),
    OpenApiParameter("region", str, description="Region code; its parts are found too."),
    OpenApiParameter("issue", str, description="Code of a priority issue or strategic project that the report counts under."),
    OpenApiParameter("track", str, enum=Track.values, description="Officers only."),
    OpenApiParameter("issue_state", str, enum=[code for code, _label in DECIDED], description="Of the issue; without it: confirmed. Officers only."),
    OpenApiParameter("is_urgent", bool, description="Officers only."),
    OpenApiParameter("level", int, enum=Level.values, description="Escalated to this level or higher. Officers only."),
]


def client_of(request: Request) -> str:
    return throttle.client_key(request.META.get("REMOTE_ADDR", ""), at=timezone.now())


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request; anything else is a kind 422."""
    if not isinstance(request.data, dict):
        raise Refusal("invalid", _("Please send one JSON object."), fields={"body": [_("Please send one JSON object.")]})
    return dict(request.data)


class Endpoint(GenericAPIView[Any]):
    """Knows who asks: a token's or session's officer, and the case that a code proves."""

    permission_classes = (AllowAny,)  # the policy table decides, not the door
    pagination_class: Any = None
    queryset: Any = Complaint.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at: datetime = timezone.now()

    def actor(self, tracking_id: str | None = None) -> Actor:
        code = self.request.headers.get("X-Case-Code", "")
        proved: frozenset[UUID] = frozenset()
        if tracking_id is not None and code:
            proved = frozenset({services.prove(tracking_id, code, client=client_of(self.request), at=self.at).pk})
        return actor_for(self.request.user, at=self.at, case_ids=proved)


# What a row of the list tells (`serializers.row_out`): a report has six times as many columns.
ROW = (
    "tracking_id", "title", "title_public", "classification", "state", "submitted_at", "version", "holder__slug", "holder__name", "topic__name_id",
    "topic__name_en", "incident_region__name", "incident_region__level", "incident_region__parent", "incident_region__label",
)  # fmt: skip


class ComplaintList(Endpoint):
    """File a report, or list those that the caller may read."""

    pagination_class: Any = CasePagination
    filter_backends = ()

    @extend_schema(request=shapes.SubmissionIn, responses={201: shapes.ReceiptOut}, parameters=[IDEMPOTENCY])
    def post(self, request: Request) -> Response:
        """File a report. With an Idempotency-Key, sending it twice gives the same receipt."""
        given = body_of(request)
        reference = services.Reference(self.at)
        services.throttle_submission(client_of(request), at=self.at, reference=reference)
        actor = actor_for(None, at=self.at)  # whoever is logged in reports as a citizen: no trace of the office
        key = request.headers.get("Idempotency-Key", "")
        receipt = services.submit(given, by=actor, at=self.at, channel=Channel.API, idempotency_key=key, reference=reference)
        missing = services.missing_of(receipt.complaint, at=self.at, reference=reference)
        response = Response(shapes.receipt_out(receipt, missing), status=201)
        response["Location"] = f"/api/v1/complaints/{receipt.complaint.tracking_id}/"
        return private(response)

    @extend_schema(responses={200: shapes.ComplaintRow(many=True)}, parameters=NARROWING, filters=True)
    def get(self, request: Request) -> Response:
        """The caller's cases (those an officer may read in full), or the public ones."""
        actor = self.actor()
        in_full = bool(actor.under("see_cases") or actor.under("see_oversight") or actor.under("oversee"))
        rows = Complaint.objects.seen_by(actor) if in_full else Complaint.objects.public()
        bound = (DeskFilter if in_full else PublicFilter)(request.query_params, queryset=rows)
        if not bound.is_valid():
            raise Refusal("invalid", _("Please check the marked fields."), fields={name: list(texts) for name, texts in bound.errors.items()})
        found = bound.qs.select_related("holder", "topic", "incident_region").only(*ROW).annotate(issues=named_issues())
        page = self.paginate_queryset(found) or []
        response = self.get_paginated_response([shapes.row_out(row, in_full=in_full) for row in page])
        return private(response) if in_full else response


def private(response: Response) -> Response:
    response["Cache-Control"] = "no-store"
    return response


def _numbered(rows: ComplaintQuerySet) -> PreparedModels[Complaint]:
    return PreparedModels(lambda number: rows.filter(tracking_id=number), "LPR-0000-0000-0")


CASE = _numbered(Complaint.objects.select_related("holder__parent", "topic"))
CASE_WITH_LEAD = _numbered(Complaint.objects.select_related("holder", "lead"))
CASE_IN_FULL = _numbered(Complaint.objects.select_related("holder", "topic", "incident_region", "assignee").annotate(issues=named_issues()))


def _read(rows: PreparedModels[Complaint], tracking_id: str, actor: Actor) -> Complaint:
    """The case, to be asked what the actor may do with it. Refuses 404 not theirs to know, 403 not theirs to read."""
    known = rows(tracking_id.upper().replace("\x00", ""))
    found = known[0].answering(actor) if known else None
    if found is None or not found.knows:
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    if not (found.may("see") or found.may("see_public")):
        raise Refusal("forbidden", _("You may know of this report but not read it."))
    return found


class UploadList(Endpoint):
    """Send a file ahead; its id goes into `files` of a report or a step."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": shapes.UploadIn}, responses={201: shapes.UploadOut})
    def post(self, request: Request) -> Response:
        """Store one file (field `file`). It is checked and cleaned before anybody sees it; unused ones are deleted after a day."""
        reference = services.Reference(self.at)
        services.throttle_upload(client_of(request), at=self.at, reference=reference)
        sent = request.FILES.get("file")
        row = services.store_upload(sent.read() if sent is not None else b"", at=self.at, reference=reference)
        return private(Response(shapes.upload_out(row), status=201))


class CaseEndpoint(Endpoint):
    """One report, for the public, its reporter or an officer."""

    def read(self, rows: PreparedModels[Complaint], tracking_id: str, actor: Actor) -> tuple[Complaint, str, Family]:
        """The case, what its reader is to it, and what they see of its parts. Refuses as `_read` does."""
        complaint = _read(rows, tracking_id, actor)
        audience = "reporter" if complaint.pk in actor.case_ids else "officer" if complaint.may("see") else "public"
        return complaint, audience, family_of(complaint, actor) if audience == "officer" else Family()


class ComplaintDetail(CaseEndpoint):
    """One report, for the public, its reporter or an officer."""

    @extend_schema(responses={200: shapes.ComplaintOut}, parameters=[CASE_CODE])
    def get(self, request: Request, tracking_id: str) -> Response:
        """The public copy; with X-Case-Code the reporter's view; with a token the officer's."""
        actor = self.actor(tracking_id)
        complaint, audience, family = self.read(CASE_IN_FULL, tracking_id, actor)
        with_thread(complaint)
        notes = actor.under("see_notes") + actor.under("handle_oversight") if complaint.may("see_notes") else ()
        files = Upload.objects.told(_told_as(complaint, audience), complaint, family)
        known = services.contact_of(complaint, at=self.at) if complaint.may("see_identity") else services.Known()
        body = shapes.detail_out(with_parts(complaint), audience=audience, note_paths=notes, family=family, known=known, files=files)
        response = Response(body, headers={"ETag": complaint.etag})
        return response if audience == "public" else private(response)


def _told_as(complaint: Complaint, audience: str) -> str:
    """Of whose files the reader is told; an officer who may not open files is told of those that everybody sees."""
    return audience if audience != "officer" or complaint.may("file") else "public"


def _file_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("not_found", _("There is no such file, or you may not see it.")) from None


class ComplaintFile(CaseEndpoint):
    """The cleaned copy of a file."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A file is what it is, whatever kinds the client says to take; refusals are JSON as everywhere."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(responses=FILE_KINDS, parameters=[CASE_CODE, FILE_ID, SMALL])
    def get(self, request: Request, tracking_id: str, file_id: str) -> HttpResponse:
        """The file as it is given out; to whom the report's own `files` names it with an address."""
        actor = self.actor(tracking_id)
        complaint, audience, family = self.read(CASE, tracking_id, actor)
        rows = Upload.objects.shown_to(_told_as(complaint, audience), complaint, family).filter(pk=_file_id(file_id))
        if audience != "officer":
            rows = rows.exclude(kind=Upload.Kind.OFFICE)
        content, name, is_picture = services.open_copy(rows, is_small=request.query_params.get("small", "").lower() in {"1", "true"})
        return given_out(content, name, inline=is_picture)


class ComplaintSteps(Endpoint):
    """What may be done with a report now, and doing it."""

    @extend_schema(responses={200: shapes.StepsOut}, parameters=[CASE_CODE])
    def get(self, request: Request, tracking_id: str) -> Response:
        """The steps open to the caller and the inputs each one asks for."""
        actor = self.actor(tracking_id)
        complaint = _read(CASE, tracking_id, actor)
        steps = services.open_steps(complaint, by=actor, at=self.at)
        body = {"state": complaint.state, "version": complaint.version, "steps": [shapes.step_out(step) for step in steps]}
        return private(Response(body, headers={"ETag": complaint.etag}))

    @extend_schema(request=shapes.StepIn, responses={200: shapes.StepsOut}, parameters=[CASE_CODE, IF_MATCH])
    def post(self, request: Request, tracking_id: str) -> Response:
        """Take a step: `{action, version, ...inputs}`. Answers with what may be done next."""
        given = body_of(request)
        actor = self.actor(tracking_id)
        found = _read(CASE, tracking_id, actor)
        version = version_read(request, given, found)
        action = given.pop("action", None)
        moved = services.advance(found.pk, str(action or ""), by=actor, at=self.at, version=version, given=given)
        body: dict[str, Any] = {"state": moved.state, "version": moved.version, "steps": []}
        body["steps"] = [shapes.step_out(step) for step in services.open_steps(moved, by=actor, at=self.at)]
        return private(Response(body, headers={"ETag": moved.etag}))


def version_read(request: Request, given: dict[str, Any], found: Complaint) -> int | None:
    """The version that the caller read, taken out of what was sent. Refuses 412 when If-Match names another state, 422 what is no number."""
    match = request.headers.get("If-Match")
    if match is not None and match not in {found.etag, "*"}:
        raise Refusal("precondition_failed", _("The report has moved on meanwhile. Please read it again."), extra={"version": found.version})
    value = given.pop("version", None)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise Refusal("invalid", _("Please check the marked fields."), fields={"version": [_("Please send the number that you read.")]})


class ComplaintContact(Endpoint):
    """The reporter's contact, under the case code: what is known of it, and putting it right."""

    def own(self, tracking_id: str) -> tuple[Complaint, Actor]:
        """The case of whoever proved it. Whether there is a contact, nobody else is told."""
        actor = self.actor(tracking_id)
        found = _read(CASE_WITH_LEAD, tracking_id, actor)
        if not found.may("contact"):
            raise Refusal("forbidden", _("You may see this report but not take this step."))
        return found, actor

    def answer(self, complaint: Complaint) -> Response:
        complaint.refresh_from_db(fields=["has_contact"])
        return private(Response(contact.contact_out(services.contact_of(complaint, at=self.at))))

    @extend_schema(responses={200: contact.ContactOut}, parameters=[CASE_CODE])
    def get(self, request: Request, tracking_id: str) -> Response:
        """Whether a contact was left, is confirmed and can be reached."""
        return self.answer(self.own(tracking_id)[0])

    @extend_schema(request=contact.ContactChangeIn, responses={200: contact.ContactOut}, parameters=[CASE_CODE])
    def post(self, request: Request, tracking_id: str) -> Response:
        """Leave another contact. The old one is told that it was changed; the new one is not confirmed yet."""
        given = body_of(request)
        complaint, actor = self.own(tracking_id)
        services.change_contact(complaint.pk, given, by=actor, at=self.at)
        return self.answer(complaint)


class ContactCode(ComplaintContact):
    """A code that proves the contact."""

    http_method_names = ("post", "options")

    @extend_schema(request=None, responses={200: contact.ContactOut}, parameters=[CASE_CODE])
    def post(self, request: Request, tracking_id: str) -> Response:
        """Send a code to the contact; the one before it can no longer be used."""
        complaint, actor = self.own(tracking_id)
        services.ask_code(complaint.pk, by=actor, at=self.at)
        return self.answer(complaint)


class ContactConfirmation(ComplaintContact):
    """Enter the code."""

    http_method_names = ("post", "options")

    @extend_schema(request=contact.CodeIn, responses={200: contact.ContactOut}, parameters=[CASE_CODE])
    def post(self, request: Request, tracking_id: str) -> Response:
        """Confirm the contact by the code that was sent there."""
        given = body_of(request)
        complaint, actor = self.own(tracking_id)
        services.confirm_contact(complaint.pk, given.get("code"), by=actor, at=self.at)
        return self.answer(complaint)


class InstitutionList(Endpoint):
    """Institutions in force; `slug` is what a report's target takes."""

    pagination_class: Any = SlugPagination
    queryset: Any = Institution.objects.none()

    @extend_schema(responses={200: shapes.InstitutionOut(many=True)}, parameters=[SEARCH])
    def get(self, request: Request) -> Response:
        rows = Institution.objects.in_force(timezone.localdate(self.at)).select_related("parent")
        return self._page(rows, request.query_params.get("search", ""))

    def _page(self, rows: Any, words: str) -> Response:
        page = self.paginate_queryset(rows.search(words) if words.strip("\x00 ") else rows) or []
        return self.get_paginated_response([self._out(row) for row in page])

    def _out(self, row: Any) -> dict[str, Any]:
        return {"slug": row.slug, "name": row.name, "kind": row.kind, "parent": row.parent.slug if row.parent else None}


class TopicList(InstitutionList):
    """Topics in use; `code` is what a report takes."""

    pagination_class: Any = CodePagination
    queryset: Any = Topic.objects.none()

    @extend_schema(responses={200: shapes.CodeOut(many=True)}, parameters=[SEARCH])
    def get(self, request: Request) -> Response:
        return self._page(Topic.objects.in_force(timezone.localdate(self.at)), request.query_params.get("search", ""))

    def _out(self, row: Any) -> dict[str, Any]:
        return {"code": row.pk, "name": row.name}


class RegionList(InstitutionList):
    """Regions of every level; `code` is what a report takes."""

    pagination_class: Any = CodePagination
    queryset: Any = Region.objects.none()

    @extend_schema(responses={200: shapes.RegionOut(many=True)}, parameters=[SEARCH])
    def get(self, request: Request) -> Response:
        return self._page(Region.objects.all(), request.query_params.get("search", ""))

    def _out(self, row: Any) -> dict[str, Any]:
        return {"code": row.pk, "name": row.name, "level": row.level, "full_name": row.full_name()}
