"""Each system check of ours says so when what it guards is gone, and nothing when all is well."""

from typing import Any

import pytest
from django.core.checks import run_checks

from lapor import checks

GOOD: dict[str, Any] = {
    "TLS": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "LANGUAGE_COOKIE_NAME": "__Host-bahasa",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "NUM_PROXIES": 1,
    "CASE_CODE_PEPPER": "p" * 40,
    "FILES_URL": "s3://key:secret@s3.example.go.id/lapor",
}


@pytest.fixture
def production(settings: Any) -> Any:
    """The settings of a production system."""
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def found() -> list[str]:
    return [str(message.id) for message in checks.production()]


def test_a_production_system_has_no_finding(production: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECURE_CSP", {}, "E001"),
        ("SECURE_CSP", {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "script-src": ["'unsafe-inline'"]}, "E001"),
        ("MIDDLEWARE", ["lapor.middleware.LogMiddleware"], "E002"),
        ("SESSION_COOKIE_NAME", "sessionid", "E003"),
        ("CSRF_COOKIE_SECURE", False, "E003"),
        ("SECURE_HSTS_SECONDS", 3600, "E004"),
        ("NUM_PROXIES", None, "E005"),
        ("DJANGO_STRUCTLOG_IP_LOGGING_ENABLED", True, "E006"),
        ("LOGGING", {"version": 1, "disable_existing_loggers": False}, "E006"),
        ("CASE_CODE_PEPPER", "short", "E007"),
        ("REST_FRAMEWORK", {}, "E009"),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", 50_000_000, "E010"),
        ("FILES_URL", "s3+http://key:secret@s3.example.go.id/lapor", "E011"),
    ],
)
def test_what_is_gone_is_said(production: Any, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)

    assert found() == [f"lapor.{code}"]


@pytest.mark.parametrize(("hosts", "codes"), [(["127.0.0.1", "localhost"], []), (["10.0.0.4"], ["lapor.E008"]), (["lapor.example.go.id"], ["lapor.E008"])])
def test_plain_http_is_for_this_machine_alone(production: Any, hosts: list[str], codes: list[str]) -> None:
    production.TLS, production.ALLOWED_HOSTS = False, hosts

    assert found() == codes


def test_the_checks_are_asked_with_deploy_alone(db: None, production: Any) -> None:
    production.NUM_PROXIES = None

    assert "lapor.E005" in {message.id for message in run_checks(include_deployment_checks=True)}
    assert "lapor.E005" not in {message.id for message in run_checks()}
