"""The API against its own description: nothing the schema allows or forbids makes an error, or shows what is not theirs."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone, translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from complaints import services
from complaints.models import Complaint
from complaints.wording import ACTIONS
from lapor.wsgi import application
from officers import services as officers
from tests.files import keep, photo
from tests.world import COMPLAINT, World

FILE = Path(__file__).resolve().parents[2] / "docs/openapi.yaml"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HIDDEN = "Zzrahasia"
MISSING = "LPR-0000-0000-0"


def described() -> str:
    """The description as a file."""
    generator, renderer = cast("Any", SchemaGenerator), cast("Any", OpenApiYamlRenderer)  # both come without types
    with translation.override("en"):
        return str(renderer().render(generator().get_schema(request=None, public=True), renderer_context={}).decode())


def test_the_committed_description_is_the_current_one() -> None:
    """`./run manage spectacular --lang en --file docs/openapi.yaml` writes it."""
    assert yaml.safe_load(FILE.read_text(encoding="utf-8")) == yaml.safe_load(described())


class Scene:
    """What one caller holds, and what must stay hidden from them."""

    def __init__(self, world: World, who: str) -> None:
        at = timezone.now()
        self.name = who
        secret = world.submit(at=at, is_secret=True, title=f"{HIDDEN} di judul laporan", body=f"{HIDDEN} dalam isi laporan yang panjang sekali.")
        self.file = str(keep(world, photo((64, 48))).pk)
        if who == "citizen":
            receipt = world.submit(at=at, title="Milik sendiri di pasar", files=[self.file])
            self.own, self.headers = receipt.complaint, {"X-Case-Code": receipt.case_code}
        else:
            self.own = world.to_state("in_progress", title="Milik sendiri di pasar", files=[self.file])
            self.headers = {"Authorization": f"Token {officers.issue_token('liaison', at=at)}"}
        services.clean_uploads(at=at)
        self.hidden = secret.complaint.tracking_id
        self.numbers = itertools.cycle([self.own.tracking_id, self.hidden, self.own.tracking_id, MISSING])
        self.actions = itertools.cycle(ACTIONS)
        self.seen: Counter[tuple[str, int]] = Counter()
        self.turns = itertools.count()

    def aim(self, case: Any) -> None:
        """Let what was drawn meet what exists: its own case and a hidden one, real steps, a report that could be taken."""
        case.headers = {**(case.headers or {}), **self.headers, "Accept-Encoding": "identity"}
        if "tracking_id" in (case.path_parameters or {}):
            case.path_parameters["tracking_id"] = next(self.numbers)
        if "file_id" in (case.path_parameters or {}) and case.path_parameters["tracking_id"] != MISSING:
            case.path_parameters["file_id"] = self.file
        if not isinstance(case.body, dict) or next(self.turns) % 2:
            return
        if "steps" in case.operation.path:
            case.body["action"] = next(self.actions)
        elif "extensions" in case.operation.path:
            case.body |= {"key": "resolution_non_oversight", "legal_basis": "uu-25-2009"}
        else:
            drawn = list(case.body.items())
            case.body = {**COMPLAINT, **dict(drawn[:1])}

    def ask(self, case: Any) -> None:
        cache.clear()
        self.aim(case)
        answer = case.call()
        self.seen[case.operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        assert HIDDEN.encode() not in answer.content
        if (case.path_parameters or {}).get("tracking_id") == self.hidden:
            case.path_parameters["tracking_id"] = MISSING
            cache.clear()
            missing = case.call()
            assert (answer.status_code, answer.content) == (missing.status_code, missing.content)  # a hidden case and none are the same


@pytest.fixture(params=["citizen", "officer"])
def scene(world: World, request: Any) -> Iterator[Scene]:
    for signal in (request_started, request_finished):  # the connection is the test's, as Django's own client has it
        signal.disconnect(close_old_connections)
    yield Scene(world, request.param)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def attack(scene: Scene, examples: int) -> None:
    """Ask every operation `examples` times, half of them with what its description forbids."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        modes = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

        @given(case=st.one_of(modes))
        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
        def run(case: Any) -> None:
            scene.ask(case)

        run()
    assert {status for (_label, status) in scene.seen} >= {200, 404, 422}
    assert ("GET /api/v1/complaints/{tracking_id}/files/{file_id}/", 200) in scene.seen
    assert scene.own.tracking_id in Complaint.objects.values_list("tracking_id", flat=True)


def test_nothing_drawn_from_the_description_breaks_the_api_or_shows_a_hidden_case(scene: Scene) -> None:
    attack(scene, 40)


@pytest.mark.night
def test_much_more_of_it(scene: Scene) -> None:
    attack(scene, 2000)


RAW = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[1]",
    "null": b"null",
    "a text": b'"x"',
    "half a surrogate": b'{"title": "\\ud800", "body": "\\udfff", "action": "\\ud800"}',
    "no UTF-8": b'{"title": "\xff"}',
    "a NUL": b'{"title": "a\\u0000b", "body": "a\\u0000b", "action": "a\\u0000b", "classification": "\\u0000"}',
    "a deep list": b"[" * 100_000,
    "a deep object": b'{"contact":' * 50_000,
    "a huge number": b'{"version": ' + b"9" * 5_000 + b"}",
    "a large number": b'{"version": 99999999999999999999, "rating": 1e999, "action": "confirm"}',
    "not a number": b'{"version": NaN}',
    "wrong kinds": json.dumps({"title": 5, "body": [], "contact": "x", "gedsi": 3, "consent": "ya", "action": {}, "version": "1"}).encode(),
    "nested kinds": json.dumps({"contact": {"name": {"a": 1}, "email": [1]}, "gedsi": {"gender": {}}, "text": {"a": 1}, "action": ["reply"]}).encode(),
}


@pytest.mark.parametrize("name", RAW)
def test_a_body_that_no_schema_can_draw_is_refused_kindly(name: str, scene: Scene, client: Client) -> None:
    own = f"/api/v1/complaints/{scene.own.tracking_id}"
    for address in ("/api/v1/complaints/", f"{own}/steps/", f"{own}/extensions/"):
        answer = client.post(address, RAW[name], content_type="application/json", headers=scene.headers)

        assert answer.status_code in {400, 409, 422, 403 if "extensions" in address else 422}, answer.content
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%F0%9F", "page_size=-1", "page_size=99999999999999999999", "cursor=%00", "topic=%00", "is_urgent=x", "state=x&state=y"]
)
def test_a_query_that_cannot_be_meant_is_refused_or_overlooked(query: str, scene: Scene, client: Client) -> None:
    for address in ("complaints", "institutions", "topics", "regions"):
        answer = client.get(f"/api/v1/{address}/?{query.replace('q=', 'search=') if address != 'complaints' else query}", headers=scene.headers)
        assert answer.status_code in {200, 404, 422}
