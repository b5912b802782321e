"""Every address of the URLconf answers with the headers of its row, whoever asks and whatever the answer is."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.urls.resolvers import RoutePattern
from django.utils.csp import build_policy

from complaints.models import Complaint
from complaints.numbers import new_case_code, new_tracking_id
from lapor.headers import EVERYWHERE, NO_PAGE, TABLE, row_of
from lapor.middleware import ProxyMiddleware
from lapor.urls import urlpatterns as own
from tests.world import World

SAMPLES = {"int": "1", "str": "LPR-0000-0000-0", "slug": "kota-uji", "path": "a", "uuid": str(uuid.UUID(int=1))}
POLICY: Any = settings.SECURE_CSP
PAGES = build_policy(POLICY, None)


def addresses(patterns: Any, prefix: str = "/") -> Iterator[str]:
    """One address for every pattern, with a sample in each of its holes."""
    for entry in patterns:
        route = str(entry.pattern)
        if isinstance(entry.pattern, RoutePattern):
            piece = re.sub(r"<(?:(\w+):)?\w+>", lambda hole: SAMPLES.get(hole[1] or "str", "x"), route)
        else:
            piece = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route).strip("^$").replace("\\", "")
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, prefix + piece)
        elif isinstance(entry, URLPattern):
            yield (prefix + piece).replace("//", "/")


EVERY = sorted(set(addresses(get_resolver().url_patterns)))


def expected(address: str) -> dict[str, str]:
    return {**row_of(address).fixed}


def wrong(answer: Any, address: str) -> list[str]:
    found = [f"{address} {name}: {answer.get(name)}" for name, value in expected(address).items() if answer.get(name) != value]
    found += [f"{address} lacks {name}" for name in row_of(address).given if name not in answer]
    policies = {NO_PAGE, PAGES} if "Content-Security-Policy" not in row_of(address).given else {NO_PAGE}
    if answer.get("Content-Security-Policy") not in policies and "sandbox" not in answer.get("Content-Security-Policy", ""):
        found.append(f"{address} policy: {answer.get('Content-Security-Policy')}")
    return found


@pytest.mark.parametrize("who", ["", "national"])
def test_every_address_has_the_headers_of_its_row(client: Client, world: World, who: str) -> None:
    if who:
        world.login(client, who)
    client.raise_request_exception = False

    found = [line for address in EVERY for line in wrong(client.get(address), address)]

    assert len(EVERY) > 100
    assert found == []


def test_forms_refusals_and_pages_about_a_case_have_them_too(client: Client, world: World) -> None:
    case = world.to_state("in_progress")
    number = case.tracking_id
    client.post("/lacak/", {"number": number, "code": "salah"})
    world.login(client, "liaison")

    for address in (f"/laporan/{number}/", f"/lacak/{number}/", f"/meja/{number}/", f"/api/v1/complaints/{number}/", "/tidak/ada/", "/lapor/"):
        assert wrong(client.get(address), address) == []
    for address in ("/lapor/", "/lacak/", f"/meja/{number}/identitas/", "/api/v1/complaints/", "/laporan/"):
        assert wrong(client.post(address, {}), address) == []
    assert Complaint.objects.count() == 1


def test_what_nobody_thought_of_is_private() -> None:
    assert row_of("/something/new/").fixed["Cache-Control"] == "no-store"
    assert TABLE[-1].pattern.match("anything")


def broken(request: HttpRequest) -> HttpResponse:
    if "odd" in request.GET:
        raise SuspiciousOperation
    raise RuntimeError


urlpatterns = [path("rusak/", broken), *own]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("/rusak/?odd=1", None, 400),
        ("/api/v1/docs/", {}, 405),
        ("/laporan/", {}, 405),
        ("/rusak/", None, 500),
        ("/tidak-ada", None, 404),
        ("/lapor/", {"body": "a" * 1_100_000}, 413),
        ("/api/v1/complaints/", {"body": "a" * 1_100_000}, 413),
    ],
)
def test_error_answers_have_the_headers(db: None, client: Client, address: str, sent: dict[str, str] | None, status: int) -> None:
    client.raise_request_exception = False
    if sent is None:
        answer = client.get(address)
    else:
        answer = client.post(address, "&".join(f"{k}={v}" for k, v in sent.items()), content_type="application/x-www-form-urlencoded")

    assert answer.status_code == status
    assert wrong(answer, address.partition("?")[0]) == []


def test_a_form_without_its_token_is_refused_with_the_headers(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/lapor/", {"title": "Lampu"})

    assert answer.status_code == 403
    assert wrong(answer, "/lapor/") == []


def test_files_together_may_be_larger_than_text_and_not_endless(db: None, client: Client, settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 3_000_000
    kind = "multipart/form-data; boundary=x"

    assert client.post("/lapor/", b"x" * 3_000_001, content_type=kind).status_code == 413
    assert client.post("/lapor/", b"x" * 2_000_000, content_type=kind).status_code != 413


def test_a_too_large_request_to_the_api_is_told_in_problem_details(db: None, client: Client) -> None:
    answer = client.post("/api/v1/complaints/", b"x" * 1_000_001, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (413, "application/problem+json", "too_large")


@pytest.mark.parametrize(
    ("hops", "forwarded", "peer", "found"),
    [
        (None, "198.51.100.7", "203.0.113.9", "203.0.113.9"),  # nobody in front: whatever is claimed is made up
        (0, "198.51.100.7, 198.51.100.8", "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 198.51.100.8", "127.0.0.1", "198.51.100.8"),  # the last entry is our proxy's, the others anybody's
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.2", "127.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1", "127.0.0.1"),  # did not go through both
        (1, "not an address", "127.0.0.1", "127.0.0.1"),
        (1, "", "127.0.0.1", "127.0.0.1"),
        (1, "2001:db8::1", "127.0.0.1", "2001:db8::1"),
    ],
)
def test_only_as_many_hops_as_are_ours_are_believed(settings: Any, hops: int | None, forwarded: str, peer: str, found: str) -> None:
    settings.NUM_PROXIES = hops
    seen: list[dict[str, Any]] = []
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=peer)

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META)
        return HttpResponse()

    ProxyMiddleware(view)(request)

    assert seen[0]["REMOTE_ADDR"] == found
    assert "HTTP_X_FORWARDED_FOR" not in seen[0]


@pytest.mark.parametrize("address", ["/lacak/", "/api/v1/complaints/"])
def test_a_made_up_address_buys_no_further_try(world: World, client: Client, address: str) -> None:
    """Page and API count the same tries of the same client."""
    statuses = []
    for attempt in range(60):
        made_up = {"X-Forwarded-For": f"198.51.100.{attempt}"}
        number, code = new_tracking_id(), new_case_code()
        if address == "/lacak/":
            statuses.append(client.post(address, {"number": number, "code": code}, headers=made_up).status_code)
        else:
            statuses.append(client.get(f"{address}{number}/", headers={**made_up, "X-Case-Code": code}).status_code)

    assert statuses[-1] == 429


def test_without_tls_nothing_is_redirected_and_no_cookie_asks_for_it() -> None:
    assert (settings.TLS, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_NAME) == (False, False, False, "sessionid")


def test_the_policy_has_no_hole() -> None:
    assert "unsafe" not in PAGES
    assert "default-src 'none'" in PAGES
    assert "frame-ancestors 'none'" in PAGES
    assert EVERYWHERE["X-Content-Type-Options"] == "nosniff"
