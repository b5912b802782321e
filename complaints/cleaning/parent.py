"""Runs the child with limits of memory, time and file size, and reads what it made."""

import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")
REFUSED = 10
LARGEST_COPY = 200_000_000
OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """The copy and its thumbnail, or one word that says why there is none."""

    copy: bytes = b""
    thumbnail: bytes = b""
    refusal: str = ""


def clean(content: bytes, kind: str, extension: str, *, seconds: int, megabytes: int, pixels: int, playing: int) -> Outcome:
    """Make the copy in a child that may take so many seconds and megabytes; `playing`: the longest sound or film in seconds.

    A child that takes too long or too much is killed, and its file refused as `mountain`.
    """

    def confine() -> None:
        size = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_COPY, LARGEST_COPY))
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with tempfile.TemporaryDirectory(prefix="lapor-clean-") as folder:
        source, copy, thumbnail = (Path(folder) / name for name in ("source", f"copy.{extension}", "thumbnail.webp"))
        source.write_bytes(content)
        command = [sys.executable, "-I", str(CHILD), kind, extension, *map(str, (source, copy, thumbnail, pixels, playing))]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds * 2, cwd=folder, env={}, preexec_fn=confine, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome(refusal="mountain")
        if done.returncode == REFUSED:
            return Outcome(refusal=done.stdout.decode("ascii", "replace")[:16])
        if done.returncode or not copy.exists():
            return Outcome(refusal="mountain" if done.returncode < 0 else "unreadable")
        return Outcome(copy.read_bytes(), thumbnail.read_bytes() if thumbnail.exists() else b"")
