"""The real server, as a process of its own, for tests that need a browser or an outage."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def database_url() -> str:
    """The test's own database, for a process beside the test."""
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST'] or settings['OPTIONS'].get('host', '')}"


@contextmanager
def serving(home: Path, **changes: str) -> Iterator[str]:
    """The real server on a free port, in an environment where something is away."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "LAPOR_DEBUG": "1", "LAPOR_HOME": str(home), "ALLOWED_HOSTS": "127.0.0.1,localhost", **changes}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "lapor.wsgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _try in range(300):
            if ask(f"{address}/healthz")[0] == 200:
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def ask(url: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str, Message]:
    token = "a" * 32
    data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode() if form is not None else None
    request = urllib.request.Request(url, data, {"Cookie": f"csrftoken={token}", **headers})  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return response.status, response.read().decode(), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers
    except OSError:
        return 0, "", Message()
