"""`deploy/nginx.conf` in a real nginx, in front of the real server as it runs in production."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from complaints import numbers
from lapor.launcher import keys
from tests.browser import missing
from tests.server import ROOT, database_url, serving
from tests.world import World

pytestmark = pytest.mark.night
HOST = "lapor.example.go.id"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
Answer = tuple[int, str, http.client.HTTPMessage]


@dataclass(frozen=True)
class Proxy:
    """nginx on two free ports, and what a client may say to it."""

    plain: int
    secure: int
    errors: Path

    def ask(self, path: str, body: bytes | None = None, /, *, host: str = HOST, name: str = HOST, source: str = "127.0.0.1", **headers: str) -> Answer:
        """Over TLS; `name` is whom the client asks for in the handshake, `host` in the request."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.secure), timeout=60, source_address=(source, 0))
        line = http.client.HTTPConnection(host)
        line.sock = trusting.wrap_socket(raw, server_hostname=name)
        return _answer(line, path, body, {"Host": host, **{key.replace("_", "-"): value for key, value in headers.items()}})

    def ask_plainly(self, path: str, *, host: str) -> Answer:
        return _answer(http.client.HTTPConnection("127.0.0.1", self.plain, timeout=60), path, None, {"Host": host})


def _answer(line: http.client.HTTPConnection, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    try:
        line.request("GET" if body is None else "POST", path, body, headers)
        response = line.getresponse()
        return response.status, response.read().decode(errors="replace"), response.headers
    finally:
        line.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> None:
    told = ["-subj", f"/CN={HOST}", "-days", "2", "-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *told], check=True, capture_output=True)


@contextmanager
def nginx(folder: Path, upstream: str) -> Iterator[Proxy]:
    """The file as it is, but for ports, folders and the account."""
    proxy = Proxy(free_port(), free_port(), folder / "error.log")
    certificate(folder)
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("listen 80", f"listen 127.0.0.1:{proxy.plain}"), ("listen 443", f"listen 127.0.0.1:{proxy.secure}"), ("127.0.0.1:8000", upstream),
        ("/etc/ssl/lapor/", f"{folder}/"), ("/srv/lapor/deploy", str(ROOT / "deploy")), ("/var/log/nginx/lapor.error.log", str(proxy.errors)),
    ):  # fmt: skip
        assert before in site
        site = site.replace(before, after)
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    types = "types { text/html html; }\n"
    account = "user root;\n" if os.getuid() == 0 else ""  # the folders of a test are closed to everybody else
    whole = (
        f"{account}daemon off;\npid {folder}/pid;\nerror_log {folder}/main.log;\nworker_processes 1;\nevents {{}}\nhttp {{\n{types}{kept}gzip on;\n{site}\n}}\n"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "main.log")])
    try:
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", proxy.secure)) == 0:
                    break
            time.sleep(0.1)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not Path(NGINX).exists():
        missing("no nginx here: sudo apt-get install nginx-light")
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def house(django_db_setup: None, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The server on the tests' own database, its static files gathered, behind nginx."""
    home = tmp_path_factory.mktemp("home")
    told = {"LAPOR_DEBUG": "0", "LAPOR_TLS": "1", "NUM_PROXIES": "1", "ALLOWED_HOSTS": f"{HOST},127.0.0.1", "SITE_URL": f"https://{HOST}", **keys.fresh()}
    gather = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(gather, cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url(), "LAPOR_HOME": str(home), **told}, check=True)
    with serving(home, DATABASE_URL=database_url(), **told) as address, nginx(folder, address.removeprefix("http://")) as found:
        yield found


@pytest.fixture
def proxy(committed: World, house: Proxy) -> Proxy:
    return house


def test_a_page_comes_through_with_the_systems_own_headers(proxy: Proxy) -> None:
    status, text, headers = proxy.ask("/lapor/")
    squeezed = proxy.ask("/lapor/", Accept_Encoding="gzip")[2]
    bare = proxy.ask("/laporan/", Accept_Encoding="deflate")[2]

    assert (status, "Buat laporan" in text) == (200, True)
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Server" not in headers or "/" not in headers["Server"]
    assert "__Host-" in headers["Set-Cookie"]
    assert squeezed["Content-Encoding"] == "gzip"
    assert bare["Content-Encoding"] is None


def test_plain_http_leads_to_the_one_name_and_what_is_inside_stays_inside(proxy: Proxy) -> None:
    status, _text, headers = proxy.ask_plainly("/lacak/?nomor=LPR-7K3M-92QX-4", host=HOST)

    assert (status, headers["Location"]) == (308, f"https://{HOST}/lacak/?nomor=LPR-7K3M-92QX-4")
    assert [proxy.ask(path)[0] for path in ("/healthz", "/readyz", "/maintenance.html")] == [404, 404, 404]


@pytest.mark.parametrize("host", ["jahat.example", f"{HOST}.jahat.example", "127.0.0.1"])
def test_another_name_is_told_nothing(proxy: Proxy, host: str) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        proxy.ask_plainly("/", host=host)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        proxy.ask("/", host=host)  # under the right certificate
    with pytest.raises(ssl.SSLError):
        proxy.ask("/", host=host, name=host)


def test_a_name_in_the_request_line_or_in_headers_of_the_clients_does_not_move_links(proxy: Proxy) -> None:
    told = {"X_Forwarded_Host": "jahat.example", "X_Forwarded_Server": "jahat.example", "Forwarded": "host=jahat.example"}

    assert "jahat.example" not in "".join(map(str, proxy.ask("/laporan/", **told)))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        proxy.ask("http://jahat.example/")


def tries(proxy: Proxy, *, source: str, count: int) -> list[int]:
    """Wrong case codes from one place, each with another address invented in front."""
    token = "a" * 32
    found = []
    for number in range(count):
        typed = {"csrfmiddlewaretoken": token, "number": numbers.new_tracking_id(), "code": numbers.new_case_code()}
        headers = {"Cookie": f"__Host-csrftoken={token}", "Origin": f"https://{HOST}", "Content_Type": "application/x-www-form-urlencoded"}
        found.append(proxy.ask("/lacak/", urlencode(typed).encode(), source=source, X_Forwarded_For=f"203.0.113.{number}", **headers)[0])
    return found


def test_tries_are_counted_by_the_address_that_the_proxy_saw_whatever_the_client_says(proxy: Proxy) -> None:
    here = tries(proxy, source="127.0.0.1", count=32)
    there = tries(proxy, source="127.0.0.2", count=1)

    assert here[-1] == 429
    assert here[0] == there[0] != 429


def upload(megabytes: int) -> tuple[bytes, str]:
    head = b'--batas\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head + b"\0" * megabytes * 1_000_000 + b"\r\n--batas--\r\n", "multipart/form-data; boundary=batas"


def test_a_large_body_arrives_and_one_too_large_is_told_by_the_systems_own_page(proxy: Proxy) -> None:
    statuses = {}
    for megabytes in (30, 70):
        body, kind = upload(megabytes)
        statuses[megabytes] = proxy.ask("/api/v1/uploads/", body, Content_Type=kind, Accept="application/json")
    page = proxy.ask("/lapor/", upload(70)[0], Content_Type=upload(0)[1])

    assert statuses[30][0] == 422  # read to its end: of no kind that is taken
    assert statuses[70][0] == page[0] == 413
    assert json.loads(statuses[70][1])["code"] == "too_large"
    assert "LAPOR!" in page[1]
    assert "nginx" not in page[1]


def test_while_nothing_answers_the_page_that_needs_nothing_is_shown_also_to_what_was_sent(folder: Path, tmp_path: Path) -> None:
    with nginx(tmp_path, f"127.0.0.1:{free_port()}") as proxy:
        for body in (None, b"title=Lampu"):
            status, text, headers = proxy.ask("/lapor/", body)
            assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "120", "no-store")
            assert "Silakan coba lagi beberapa menit lagi" in text
            assert headers["Content-Type"].startswith("text/html")


def test_nobodys_address_is_written_down(proxy: Proxy, folder: Path) -> None:
    proxy.ask("/lapor/", source="127.0.0.3")
    proxy.ask("/takada/", source="127.0.0.3")
    time.sleep(0.5)

    assert [path.name for path in folder.rglob("*") if path.is_file() and b"127.0.0.3" in path.read_bytes()] == []
