"""Where everything of one home lies: data, sockets, logs, keys; and the account that may own a database."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from lapor.launcher.speech import Refused

ROOT = Path(__file__).resolve().parents[2]
PERSISTENT = Path("/var/tmp")
SHORT = Path("/tmp")  # a socket's path may have 103 bytes on some systems; tempfile's folder is too deep there


class Drop(TypedDict, total=False):
    """Arguments that make subprocess give up root's rights."""

    user: int
    group: int
    extra_groups: list[int]


def variable(name: str, default: str = "") -> str:
    """An environment variable; empty counts as not set. Every name asked for here stands in deploy/env.example."""
    return os.environ.get(name, "") or default


def debug() -> bool:
    """LAPOR_DEBUG: on under `./run` unless set."""
    return variable("LAPOR_DEBUG", "1").lower() in {"1", "true", "yes", "on"}


def port() -> int:
    """LAPOR_PORT, where the web server listens."""
    text = variable("LAPOR_PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refused(f"LAPOR_PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def service_account() -> Drop:
    """PostgreSQL refuses root: as root the services run as `nobody`, else as whoever starts them."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def open_to_all(path: Path) -> bool:
    """Whether anybody may walk to `path` (or to the nearest of its folders that exists)."""
    walked = [folder for folder in (path, *path.parents) if folder.is_dir()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in walked)


@dataclass(frozen=True)
class Places:
    """The folders of one home."""

    home: Path
    data: Path  # what the services write; owned by their account
    sockets: Path
    account: Drop

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "v.sock"

    @property
    def marks(self) -> Path:
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "log"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def owner_url(self) -> str:
        return f"postgresql://postgres@/lapor?host={self.sockets}"

    def make(self) -> None:
        """Make the folders: the home for us alone where it can be, the services' folders for their account."""
        if not self.home.exists():
            self.home.mkdir(parents=True)
            self.home.chmod(0o711 if self.account else 0o700)
        for folder in (self.marks, self.logs, self.keys, self.home / "mail", self.home / "media", self.home / "beat"):
            folder.mkdir(exist_ok=True, mode=0o700)
        for folder in (self.data, self.sockets, self.valkey):
            self._own(folder)

    def _own(self, folder: Path) -> None:
        """A folder of the services' account, never one that somebody else laid there first."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.account.get("user", os.geteuid())}:
                raise Refused(f"{folder} exists and belongs to somebody else. Remove it, or choose another LAPOR_HOME.") from None
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])
        folder.chmod(0o700)


def name_of(home: Path) -> str:
    """What a home's folders outside it are called."""
    return f"lapor-{hashlib.sha256(str(home).encode()).hexdigest()[:10]}"


def of_home() -> Places:
    """The places of LAPOR_HOME (default `var/`)."""
    home = Path(variable("LAPOR_HOME", str(ROOT / "var"))).expanduser()
    home = (home if home.is_absolute() else ROOT / home).resolve()
    name = name_of(home)
    account = service_account()
    data = home / "data" if not account or open_to_all(home) else PERSISTENT / name
    return Places(home=home, data=data, sockets=SHORT / name, account=account)


THROWN_AWAY = "lapor-test-"


def thrown_away() -> Places:
    """Places for one run of the tests."""
    folder = Path(tempfile.mkdtemp(prefix=THROWN_AWAY, dir=SHORT))
    folder.chmod(0o711)
    return Places(home=folder / "home", data=folder / "d", sockets=folder / "s", account=service_account())


def forget(places: Places) -> None:
    """Remove a thrown-away home."""
    shutil.rmtree(places.home.parent, ignore_errors=True)
