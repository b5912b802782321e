"""A real clamd, with a signature of our own: what it finds is refused and deleted, what it does not is shown, and away it keeps all waiting."""

import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client

from complaints import services
from complaints.models import REFUSALS, Upload
from lapor.ground import clamd
from tests.citizen import prove
from tests.files import keep, photo
from tests.uploads.documents import letter
from tests.uploads.papers import paper
from tests.world import World

pytestmark = [pytest.mark.night, pytest.mark.usefixtures("clock")]

# In two parts, so that no scanner takes this module for the thing itself.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + r"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
SECONDS = 60
PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


class Daemon:
    """A clamd in the foreground, on a socket of its own, that knows one signature."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder, self.socket = program, folder, folder / "clamd.sock"
        (folder / "db").mkdir()
        (folder / "db" / "uji.ndb").write_text(f"Uji.Eicar:0:*:{EICAR.hex()}\n")
        said = {"DatabaseDirectory": folder / "db", "LocalSocket": self.socket, "Foreground": "yes", "StreamMaxLength": "30M", "LogFile": folder / "log"}
        said |= {"User": pwd.getpwuid(folder.stat().st_uid).pw_name, "OfficialDatabaseOnly": "no", "TemporaryDirectory": folder}
        (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))

    @contextmanager
    def running(self) -> Iterator[None]:
        process = subprocess.Popen([self.program, "--config-file", str(self.folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            until = time.monotonic() + SECONDS
            while not self.socket.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            if not self.socket.exists():
                process.kill()
                pytest.fail(f"clamd did not come up: {process.communicate()[1].decode(errors='replace')}")
            yield
        finally:
            process.kill()
            process.communicate()
            self.socket.unlink(missing_ok=True)


@pytest.fixture
def daemon(settings: Any) -> Iterator[Daemon]:
    program = shutil.which("clamd") or next((f"{place}/clamd" for place in PLACES if Path(place, "clamd").exists()), None)
    if program is None:
        pytest.skip("no clamd here: sudo apt-get install clamav-daemon")
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:  # a short path: sockets have no room for a long one
        made = Daemon(program, Path(folder))
        settings.CLAMD_SOCKET = str(made.socket)
        yield made


CARRIERS = {
    "a photo": photo(comment=EICAR),
    "a photo with a tail": photo() + EICAR,
    "a document": letter(**{"word/media/a.txt": EICAR}),
    "a PDF": paper() + EICAR,
}


def test_what_the_scanner_finds_is_refused_in_words_and_deleted_and_the_rest_is_shown(client: Client, world: World, daemon: Daemon) -> None:
    carriers, clean = [keep(world, content) for content in CARRIERS.values()], keep(world, photo())
    receipt = world.submit(files=[str(row.pk) for row in (*carriers, clean)])
    with daemon.running():
        assert clamd.scan(EICAR) == "Uji.Eicar.UNOFFICIAL"
        counts = services.clean_uploads(at=world.at)

    assert counts == {"clean": 1, "refused": len(CARRIERS), "waiting": 0}
    assert set(Upload.objects.exclude(pk=clean.pk).values_list("state", "reason")) == {("refused", "virus")}
    assert [row for row in carriers if storages["vault"].exists(row.original_path)] == []
    assert storages["vault"].exists(clean.original_path)
    prove(client, receipt)
    page = client.get(f"/lacak/{receipt.complaint.tracking_id}/").content.decode()
    assert page.count(str(REFUSALS["virus"])) == len(CARRIERS)
    assert f"/berkas/{clean.pk}/" in page


def test_while_the_scanner_is_away_everything_waits_and_then_goes_on(client: Client, world: World, daemon: Daemon) -> None:
    rows = [keep(world, CARRIERS["a photo"]), keep(world, photo())]
    receipt = world.submit(files=[str(row.pk) for row in rows])
    prove(client, receipt)
    path = f"/lacak/{receipt.complaint.tracking_id}/"
    with daemon.running():
        pass
    for minutes in range(0, 60, 5):
        assert services.clean_uploads(at=world.at + timedelta(minutes=minutes)) == {"clean": 0, "refused": 0, "waiting": 2}
    assert client.get(path).content.decode().count("menunggu pemeriksaan") == 2
    assert [client.get(f"{path}berkas/{row.pk}/").status_code for row in rows] == [404, 404]

    with daemon.running():
        counts = services.clean_uploads(at=world.at + timedelta(hours=2))
    assert counts == {"clean": 1, "refused": 1, "waiting": 0}
