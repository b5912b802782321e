"""A `./run` of its own home, as a process that can be asked, killed and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lapor.launcher import keys
from lapor.launcher.places import SHORT, name_of
from lapor.launcher.processes import living

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops everything"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


class Home:
    """One LAPOR_HOME with its port. Production profile: its first start loads the reference data and builds no demo."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "home"
        self.said = folder / "said"
        self.port = free_port()
        self.secrets = keys.fresh()
        self.process: subprocess.Popen[bytes] | None = None

    def env(self, **extra: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PG_BIN") if name in os.environ}
        return {**kept, **self.secrets, "LAPOR_HOME": str(self.path), "LAPOR_PORT": str(self.port), "LAPOR_DEBUG": "0", **extra}

    def command(self, *arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
        """One command of ./run, to its end."""
        line = [str(ROOT / "run"), *arguments]
        return subprocess.run(line, cwd=ROOT, env=self.env(**extra), capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL)

    @contextmanager
    def spawned(self, *arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
        """One command of ./run, on its way; its stdout is a pipe."""
        line = [str(ROOT / "run"), *arguments]
        with subprocess.Popen(
            line, cwd=ROOT, env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                process.terminate()

    def start(self) -> None:
        with self.said.open("wb") as said:
            line = [str(ROOT / "run")]
            self.process = subprocess.Popen(line, cwd=ROOT, env=self.env(), stdin=subprocess.DEVNULL, stderr=said, start_new_session=True)

    def words(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def hears(self, text: str, seconds: float = 300) -> bool:
        """Whether the launcher says something, before it ends or patience does."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            running = self.process is not None and self.process.poll() is None
            if text in self.words():
                return True
            if not running:
                return False
            time.sleep(0.1)
        return False

    def up(self) -> str:
        """Start it and wait until it stands; what it said."""
        self.start()
        assert self.hears(READY), self.words()
        return self.words()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(120)

    def pids(self) -> Mapping[str, int]:
        """The children that the home's marks tell of."""
        marks = self.path.joinpath("run").glob("*.json")
        return {mark.stem: int(json.loads(mark.read_text(encoding="ascii"))["pid"]) for mark in marks}

    def sockets(self) -> Path:
        """Where its stores listen."""
        return SHORT / name_of(self.path)

    def family(self) -> set[int]:
        """The living processes of the home: the launcher, its children and theirs."""
        groups = set(self.pids().values())
        return {seen.pid for seen in living() if seen.group in groups}


@contextmanager
def new_home() -> Iterator[Home]:
    """A home in a folder that the services' account may enter, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lapor-drill-", dir="/tmp"))
    folder.chmod(0o711)
    home = Home(folder)
    try:
        yield home
    finally:
        home.end()
        shutil.rmtree(folder)
