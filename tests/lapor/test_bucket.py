"""Files in a bucket instead of folders: how it is set, that nobody loads it unasked, and what a bucket that is away does to people."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from complaints.models import Upload
from lapor.environment import bucket
from lapor.ground.problems import StoreAway
from tests.citizen import TYPED
from tests.files import keep, photo
from tests.server import ROOT
from tests.world import World

NOBODY = "s3+http://kunci:rahasia@127.0.0.1:9/lapor"  # a port where nobody listens


def test_an_address_says_all_that_a_bucket_needs() -> None:
    assert bucket("s3://ku%2Fnci:ra%40hasia@s3.contoh.go.id:8443/lapor?region=ap-southeast-3") == {
        "access_key": "ku/nci",
        "secret_key": "ra@hasia",
        "endpoint_url": "https://s3.contoh.go.id:8443",
        "bucket_name": "lapor",
        "region_name": "ap-southeast-3",
    }


@pytest.mark.parametrize("url", ["s3://host/bucket", "https://a:b@host/bucket", "s3://a:b@host", "s3://a:b@host/", "s3://a:b@/x", "s3://a:b@host/x/y", "x"])
def test_an_address_that_cannot_be_meant_stops_the_start_with_a_sentence(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILES_URL must look like s3://key:secret@"):
        bucket(url)


LOADED = """
import sys, django
django.setup()
from django.core.files.storage import storages
before = "boto3" in sys.modules
storages["vault"], storages["default"], storages["letters"]
print(before, "boto3" in sys.modules)
"""


@pytest.mark.parametrize(("url", "loaded"), [("", "False False"), (NOBODY, "False True")])
def test_boto_is_loaded_only_where_a_bucket_is_used(url: str, loaded: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, env={**os.environ, "FILES_URL": url}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded


@pytest.fixture
def away(settings: Any) -> None:
    """All files lie in a bucket that does not answer."""
    rows = {name: {"BACKEND": "lapor.ground.bucket.Bucket", "OPTIONS": {**bucket(NOBODY), "location": name}} for name in ("default", "vault", "letters")}
    settings.STORAGES = settings.STORAGES | rows


@pytest.mark.usefixtures("away")
def test_a_bucket_that_is_away_gives_back_what_was_typed(client: Client, world: World) -> None:
    answer = client.post("/lapor/", {**TYPED, "langkah": "periksa", "files": [SimpleUploadedFile("a.jpg", photo())]})
    over_api = client.post("/api/v1/uploads/", {"file": SimpleUploadedFile("a.jpg", photo())})

    assert answer.status_code == 503
    assert TYPED["body"] in answer.content.decode()
    assert (over_api.status_code, over_api.json()["code"]) == (503, "unavailable")
    assert Upload.objects.count() == 0


def test_a_bucket_that_is_away_leaves_files_waiting_and_uses_up_none_of_their_tries(world: World, settings: Any, request: pytest.FixtureRequest) -> None:
    row = keep(world, photo((8, 8)))
    request.getfixturevalue("away")

    assert services.clean_uploads(at=world.at) == {"clean": 0, "refused": 0, "waiting": 1}
    row.refresh_from_db()
    assert (row.state, row.tries) == (Upload.State.WAITING, 0)
    with pytest.raises(StoreAway):
        services.files.open_original(row)
