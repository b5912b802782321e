"""Every variable that the system listens to stands in deploy/env.example, and nothing else does."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lapor.launcher import keys

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "flag", "required", "number", "variable", "given", "get"}
OF_TOOLS = {"PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "CI", "PYENV_ROOT"}
SHELL_OWN = {"HOME", "PATH"}


def read_by(path: Path) -> Iterator[str]:
    """The names of variables that a module asks for, by a literal."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        literal: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            literal = node.args[0] if name in READERS else None
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "environ":
            literal = node.slice
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str) and re.fullmatch(r"[A-Z][A-Z_]+", literal.value):
            yield literal.value


def listened_to() -> set[str]:
    modules = [ROOT / "lapor/settings.py", *ROOT.glob("lapor/launcher/*.py"), *ROOT.glob("tests/**/*.py")]
    names = {name for module in modules for name in read_by(module)} | set(keys.NAMES)
    shell = (ROOT / "run").read_text(encoding="utf-8")
    return (names | set(re.findall(r"\$\{?([A-Z][A-Z_]+)\b", shell))) - OF_TOOLS - SHELL_OWN


def documented() -> set[str]:
    lines = (ROOT / "deploy/env.example").read_text(encoding="utf-8").splitlines()
    return {line.split("=", 1)[0] for line in lines if line and not line.startswith("#")}


def test_the_example_names_every_variable_and_no_other() -> None:
    assert documented() == listened_to()


def start(extra: Mapping[str, str]) -> str:
    """What a start of the settings alone says."""
    base = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://lapor@127.0.0.1/lapor", "REDIS_URL": "redis://127.0.0.1/0"}
    code = "import lapor.settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.VAULT_KEY != '')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**base, **extra}, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize("name", keys.NAMES)
def test_a_missing_secret_stops_a_start_in_production_and_is_named(name: str) -> None:
    given = {key: value for key, value in keys.fresh().items() if key != name}

    assert f"{name} is not set." in start(given)


def test_a_public_process_needs_no_key_that_opens_the_vault() -> None:
    given = {key: value for key, value in keys.fresh().items() if key != "VAULT_KEY"}

    assert start({**given, "LAPOR_ROLE": "public"}) == "False True False"


def test_two_halves_of_different_vault_keys_are_refused() -> None:
    assert "are not a pair" in start({**keys.fresh(), "VAULT_PUBLIC_KEY": keys.fresh()["VAULT_PUBLIC_KEY"]})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    given = keys.fresh()
    (tmp_path / "secret").write_text(given.pop("SECRET_KEY") + "\n", encoding="ascii")

    assert start({**given, "SECRET_KEY_FILE": str(tmp_path / "secret")}) == "False True True"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAPOR_DEBUG", "maybe"),
        ("LAPOR_ROLE", "boss"),
        ("EMAIL_URL", "mail.example.id"),
        ("SECRET_KEY_FILE", "/nowhere"),
        ("READY_NOTICE_MINUTES", "soon"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_meant_stops_the_start_and_is_named(name: str, value: str) -> None:
    given = keys.fresh()
    if name == "SECRET_KEY_FILE":
        del given["SECRET_KEY"]

    assert "ImproperlyConfigured" in start({**given, name: value})
    assert name in start({**given, name: value})


@pytest.mark.parametrize(
    ("url", "cache", "broker"),
    [
        ("redis://h:7000/0", "redis://h:7000/1", "redis://h:7000/0"),
        ("rediss://:pw@h", "rediss://:pw@h/1", "rediss://:pw@h/0"),
        ("unix:///s/v.sock", "unix:///s/v.sock?db=1", "redis+socket:///s/v.sock?virtual_host=0"),
        ("unix:///s/v.sock?db=4", "unix:///s/v.sock?db=5", "redis+socket:///s/v.sock?virtual_host=4"),
    ],
)
def test_broker_and_cache_take_two_databases_of_one_server(url: str, cache: str, broker: str) -> None:
    code = "import lapor.settings as s; print(s.CACHES['default']['LOCATION'], s.CELERY_BROKER_URL)"
    env = {**keys.fresh(), "PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://lapor@127.0.0.1/lapor", "REDIS_URL": url}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)

    assert done.stdout.split() == [cache, broker]


TLS_FACTS = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.NUM_PROXIES"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"NUM_PROXIES": "1"}, "__Host-sessionid __Host-csrftoken __Host-bahasa True 31536000 1"),
        ({"LAPOR_TLS": "0"}, "sessionid csrftoken bahasa False 0 None"),
        ({"LAPOR_DEBUG": "1"}, "sessionid csrftoken bahasa False 0 None"),
        ({"LAPOR_DEBUG": "1", "LAPOR_TLS": "1"}, "__Host-sessionid __Host-csrftoken __Host-bahasa True 31536000 None"),
    ],
)
def test_one_variable_decides_whether_cookies_and_answers_ask_for_tls(given: dict[str, str], said: str) -> None:
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://lapor@127.0.0.1/lapor", "REDIS_URL": "redis://127.0.0.1/0", **keys.fresh(), **given}
    code = f"import lapor.settings as s; print({TLS_FACTS})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == said
