"""The floors: the least that Django, REST framework and PostgreSQL need for work of the same kind, served by the same server."""

import uuid
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PAGE = 50

# Tables of the bench's own, as many rows as there are complaints, with the index that each floor asks for.
TABLES = """
DROP TABLE IF EXISTS bench_event, bench_case;
CREATE TABLE bench_case (
    id uuid PRIMARY KEY, number varchar(16) NOT NULL UNIQUE, state varchar(24) NOT NULL, holder_id bigint NOT NULL, title varchar(150) NOT NULL,
    body text NOT NULL, place varchar(200) NOT NULL, name varchar(200) NOT NULL, email varchar(200) NOT NULL, is_secret boolean NOT NULL,
    created_at timestamptz NOT NULL, due_at timestamptz NOT NULL, version integer NOT NULL);
CREATE TABLE bench_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL REFERENCES bench_case, kind varchar(24) NOT NULL,
    at timestamptz NOT NULL, data jsonb NOT NULL);
INSERT INTO bench_case SELECT id, tracking_id, state, holder_id, title, body, incident_place, '', '', is_secret, submitted_at, next_due_at, version
    FROM complaints_complaint;
INSERT INTO bench_event (case_id, kind, at, data) SELECT complaint_id, kind, at, data FROM complaints_transition;
CREATE INDEX ON bench_case (holder_id, due_at, id);
CREATE INDEX ON bench_event (case_id);
ANALYZE bench_case; ANALYZE bench_event;
"""


def build() -> None:
    """Make the floors' tables out of the complaints that are there."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


class Case(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default="new")
    holder_id = models.BigIntegerField(default=1)
    title = models.CharField(max_length=150)
    body = models.TextField()
    place = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField(max_length=200, blank=True, default="")
    is_secret = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "lapor_bench"
        managed = False
        db_table = "bench_case"

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "lapor_bench"
        managed = False
        db_table = "bench_event"

    def __str__(self) -> str:
        return self.kind


class CaseIn(serializers.Serializer[Any]):
    classification = serializers.CharField(max_length=24)
    title = serializers.CharField(min_length=10, max_length=150)
    body = serializers.CharField(min_length=30, max_length=20000)
    incident_date = serializers.DateField()
    incident_region = serializers.CharField(max_length=20)
    incident_place = serializers.CharField(max_length=200, allow_blank=True)
    topic = serializers.CharField(max_length=60)
    is_anonymous = serializers.BooleanField()
    is_secret = serializers.BooleanField()
    contact = serializers.DictField(child=serializers.CharField())
    consent = serializers.BooleanField()


class StepIn(serializers.Serializer[Any]):
    action = serializers.CharField(max_length=24)
    text = serializers.CharField(max_length=20000)


class CaseOut(serializers.ModelSerializer[Case]):
    class Meta:
        model = Case
        exclude = ("body",)


class Open(APIView):
    authentication_classes = ()
    permission_classes = ()


class Insert(Open):
    """REST framework, a serializer, one case row and one event row, one commit."""

    def post(self, request: Request) -> Response:
        form = CaseIn(data=request.data)
        form.is_valid(raise_exception=True)
        told, now = form.validated_data, timezone.now()
        with transaction.atomic():
            row = Case._default_manager.create(
                number=uuid.uuid4().hex[:16], title=told["title"], body=told["body"], place=told["incident_place"],
                is_secret=told["is_secret"], created_at=now, due_at=now, **told["contact"],
            )  # fmt: skip
            Event._default_manager.create(case=row, kind="submit", at=now)
        return Response(CaseOut(row).data, status=201)


class Step(Open):
    """REST framework, a serializer, one row locked and changed and three more written, one commit."""

    def post(self, request: Request, pk: uuid.UUID) -> Response:
        form = StepIn(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        with transaction.atomic():
            row = Case._default_manager.select_for_update().get(pk=pk)
            row.version, row.state = row.version + 1, form.validated_data["action"]
            row.save(update_fields=["version", "state"])
            for kind in ("event", "text", "clock"):
                Event._default_manager.create(case=row, kind=kind, at=now, data={"text": form.validated_data["text"]})
        return Response(CaseOut(row).data)


class List(Open):
    """REST framework, fifty rows of one holder by what is due next, one query."""

    def get(self, request: Request, holder: int) -> Response:
        rows = Case._default_manager.filter(holder_id=holder).order_by("due_at", "pk").defer("body")[:PAGE]
        return Response(CaseOut(rows, many=True).data)


def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def one_row(_request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = Case._default_manager.get(pk=pk)
    return JsonResponse({"number": row.number, "state": row.state, "title": row.title, "body": row.body})


urlpatterns = [
    path("floor/bare/", bare),
    path("floor/row/<uuid:pk>/", one_row),
    path("floor/insert/", Insert.as_view()),
    path("floor/step/<uuid:pk>/", Step.as_view()),
    path("floor/list/<int:holder>/", List.as_view()),
    path("", include("lapor.urls")),
]
