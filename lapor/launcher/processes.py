"""Children: started in sessions of their own, marked on disk so that a later start finds the orphans, stopped in order."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lapor.launcher.places import Drop
from lapor.launcher.speech import say

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"
LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Seen:
    """A living process as the system shows it."""

    pid: int
    group: int
    began: float  # only compared: ticks since boot on Linux, seconds elsewhere


def boot() -> str:
    """What tells this boot of the machine from another; empty where starts are told in wall time."""
    return BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else ""


def _linux() -> Iterator[Seen]:
    for entry in PROC.iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if fields[0] not in "ZX":
            yield Seen(int(entry.name), int(fields[2]), float(fields[19]))


def _elsewhere() -> Iterator[Seen]:
    table = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat=,lstart="], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"})
    for line in table.stdout.splitlines():
        pid, group, state, began = line.split(None, 3)
        if not state.startswith("Z"):
            yield Seen(int(pid), int(group), time.mktime(time.strptime(began.strip(), "%a %b %d %H:%M:%S %Y")))


def living() -> list[Seen]:
    """Every process that lives; the dead whom nobody has buried yet do not count."""
    return list(_linux() if BOOT.exists() else _elsewhere())


def alive(pid: int) -> Seen | None:
    """The process with this id, if it lives."""
    return next((seen for seen in living() if seen.pid == pid), None)


def command_of(pid: int) -> str:
    """The command line of a process, as far as the system tells it."""
    try:
        if PROC.joinpath("self").exists():
            return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def signal_pid(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone by now."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _gone(pids: Iterable[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    wanted = set(pids)
    while wanted & {seen.pid for seen in living()}:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def end(pids: Sequence[int], number: signal.Signals, patience: float) -> None:
    """Ask processes to end, and make them after `patience` seconds."""
    for pid in pids:
        signal_pid(pid, number)
    if not _gone(pids, patience):
        for pid in pids:
            signal_pid(pid, signal.SIGKILL)
        _gone(pids, 5)


@dataclass(frozen=True)
class Kind:
    """What sort of child: its name, how it is asked to end, and how long it may take."""

    name: str
    stop: signal.Signals = signal.SIGTERM
    patience: float = 15.0


class Child:
    """A running child of the launcher."""

    def __init__(self, kind: Kind, process: subprocess.Popen[bytes], mark: Path, log: Path) -> None:
        self.kind = kind
        self.process = process
        self.mark = mark
        self.log = log

    @property
    def name(self) -> str:
        return self.kind.name

    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_end(self) -> None:
        if not self.ended():
            self.process.send_signal(self.kind.stop)

    def bury(self) -> None:
        """Wait for the end, then end whatever of its group outlived it."""
        try:
            self.process.wait(self.kind.patience)
        except subprocess.TimeoutExpired:
            say(f"{self.name} does not end by itself: killed")
            self.process.kill()
            self.process.wait()
        end([seen.pid for seen in living() if seen.group == self.process.pid], signal.SIGKILL, 5)
        self.mark.unlink(missing_ok=True)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


@dataclass(frozen=True)
class Nursery:
    """Where children are started: the folders of their marks and logs."""

    marks: Path
    logs: Path

    def start(self, kind: Kind, command: Sequence[str | Path], *, env: Mapping[str, str], account: Drop | None = None, cwd: Path | None = None) -> Child:
        """Start a child in a session of its own (a terminal's Ctrl-C reaches the launcher alone), and mark it on disk."""
        log = self.logs / f"{kind.name}.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=cwd or "/",
                env=dict(env),
                start_new_session=True,
                **(account or {}),
            )
        mark = self.marks / f"{kind.name}.json"
        seen = alive(process.pid)
        mark.write_text(json.dumps({"pid": process.pid, "began": seen.began if seen else 0.0, "boot": boot()}), encoding="ascii")
        return Child(kind, process, mark, log)

    def orphans(self, name: str) -> list[int]:
        """The living processes of an earlier start's child: itself, or what is left of its group.

        A process id comes back into use sooner or later; the time of the start tells ours from a stranger's.
        """
        mark = self.marks / f"{name}.json"
        try:
            known = json.loads(mark.read_text(encoding="ascii"))
            pid, began = int(known["pid"]), float(known["began"])
        except (OSError, ValueError, KeyError):
            return []
        if known.get("boot") != boot():
            return []
        seen = living()
        if any(one.pid == pid and one.began != began for one in seen):
            return []
        return [one.pid for one in seen if one.group == pid and one.began >= began]

    def recover(self, kinds: Sequence[Kind]) -> None:
        """End what an earlier start left behind, in the given order, and forget its marks."""
        for kind in kinds:
            found = self.orphans(kind.name)
            if found:
                say(f"{kind.name} of an earlier start still runs: stopped")
                leader = [pid for pid in found if (seen := alive(pid)) and seen.pid == seen.group]
                end(leader or found, kind.stop, kind.patience)
                end(self.orphans(kind.name), signal.SIGKILL, 5)
            (self.marks / f"{kind.name}.json").unlink(missing_ok=True)


def stop_all(children: Sequence[Child]) -> None:
    """End children together."""
    for child in children:
        child.ask_to_end()
    for child in children:
        child.bury()
