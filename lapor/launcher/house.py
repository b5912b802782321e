"""One home, held by one launcher at a time: the lock, what the holder says of itself, and those who join it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from lapor.launcher import keys
from lapor.launcher.places import Places, debug, port
from lapor.launcher.processes import Child, Kind, Nursery, alive
from lapor.launcher.speech import Refused, say
from lapor.launcher.stores import POSTGRES, VALKEY, Stores, settle

WEB = Kind("web", patience=20.0)
BEAT = Kind("beat")
WORKER = Kind("worker", patience=10.0)  # it may finish what it has in hand; what takes longer is taken up again
FACES = (WEB, BEAT, WORKER)


@dataclass(frozen=True)
class Holder:
    """What the launcher that holds a home says of itself."""

    pid: int
    kind: str  # up, or a command that started the services for itself
    port: int
    ready: bool


def holder(places: Places) -> Holder | None:
    """Who holds the home, if anybody does."""
    try:
        told: dict[str, Any] = json.loads((places.marks / "holder.json").read_text(encoding="ascii"))
        found = Holder(int(told["pid"]), str(told["kind"]), int(told["port"]), bool(told["ready"]))
    except (OSError, ValueError, KeyError):
        return None
    return found if alive(found.pid) else None


class House:
    """A home that this launcher holds. The lock is the kernel's: it ends with the process, however that ends."""

    def __init__(self, places: Places, kind: str) -> None:
        self.places = places
        self.kind = kind
        self.lock: IO[bytes] | None = None
        self.stores: Stores | None = None

    @property
    def own(self) -> list[Child]:
        """The stores that run as our children."""
        return self.stores.children if self.stores else []

    @property
    def nursery(self) -> Nursery:
        """Where this home's children are started."""
        return Nursery(self.places.marks, self.places.logs)

    def take(self) -> bool:
        """Try to hold the home."""
        self.places.make()
        file = (self.places.marks / "lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.lock = file
        self._tell(ready=False)
        return True

    def open(self) -> dict[str, str]:
        """End what an earlier start left behind, start the stores, and return the environment of the children."""
        settle(self.places)
        self.stores = Stores(self.places)
        self.nursery.recover([*FACES, VALKEY, POSTGRES])
        env = environment(self.places, self.stores)
        say("starting PostgreSQL and Valkey")
        self.stores.start()
        return env

    def ready(self) -> None:
        """Others may join from now on."""
        self._tell(ready=True)

    def close(self) -> None:
        """Stop the stores and let the home go. A command that started them waits for those who joined it."""
        if self.kind != "up" and self.lock:
            with (self.places.marks / "users").open("ab") as users:
                fcntl.flock(users, fcntl.LOCK_EX)
        if self.stores:
            self.stores.stop()
        (self.places.marks / "holder.json").unlink(missing_ok=True)
        if self.lock:
            self.lock.close()

    def _tell(self, *, ready: bool) -> None:
        text = json.dumps({"pid": os.getpid(), "kind": self.kind, "port": port(), "ready": ready})
        draft = self.places.marks / "holder.new"
        draft.write_text(text, encoding="ascii")
        draft.replace(self.places.marks / "holder.json")


def environment(places: Places, stores: Stores) -> dict[str, str]:
    """What the system's own processes find in their environment."""
    env = {
        **os.environ,
        **stores.urls(),
        **keys.of_home(places),
        "DJANGO_SETTINGS_MODULE": "lapor.settings",
        "LAPOR_DEBUG": "1" if debug() else "0",
        "LAPOR_HOME": str(places.home),
        "LAPOR_PORT": str(port()),
        "PYTHONUNBUFFERED": "1",
    }
    if os.geteuid() == 0:
        env["C_FORCE_ROOT"] = "1"
    return env


@contextmanager
def joined(places: Places) -> Iterator[dict[str, str] | None]:
    """The environment of a home that somebody else holds, once it is ready; None when nobody holds it any more."""
    waiting = False
    while found := holder(places):
        if found.ready:
            break
        if not waiting:
            say(f"waiting for the services that process {found.pid} is starting")
            waiting = True
        time.sleep(0.3)
    if found is None:
        yield None
        return
    with (places.marks / "users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield environment(places, Stores(places))


def hold(places: Places) -> House:
    """Hold the home for `up`; a command that still works on it is waited for, another `up` is an error."""
    house = House(places, "up")
    told = False
    while not house.take():
        found = holder(places)
        if found and found.kind == "up":
            raise Refused(
                f"Lapor already runs on {places.home} (process {found.pid}, http://127.0.0.1:{found.port}/). For a second copy set LAPOR_HOME and LAPOR_PORT."
            )
        if not told:
            say("waiting for a command that still works on this home")
            told = True
        time.sleep(0.3)
    return house
