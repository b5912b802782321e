"""A program run in the foreground for the person at the terminal, or as a step of the preparation."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from lapor.launcher.places import ROOT
from lapor.launcher.speech import Refused

MANAGE = (sys.executable, str(ROOT / "manage.py"))


class Interrupted(BaseException):
    """Somebody asked the launcher to stop."""


def foreground(command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Run a program on our terminal and return its exit code.

    Ctrl-C reaches it from the terminal; SIGTERM is passed on. The launcher lives on to stop the services afterwards.
    """
    process = subprocess.Popen([str(part) for part in command], env=dict(env), cwd=ROOT)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if process.poll() is None:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def step(command: Sequence[str | Path], env: Mapping[str, str], failed: str) -> str:
    """Run a step that must succeed, out of the terminal's reach; its stdout. An interruption ends it first."""
    process = subprocess.Popen(
        [str(part) for part in command], env=dict(env), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        out, _err = process.communicate()
    except BaseException:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    if process.returncode:
        raise Refused(f"{failed} (exit code {process.returncode}); what it said stands above.")
    return out


def interruptible() -> None:
    """From now on a signal to stop raises Interrupted in the main program."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        deaf()
        raise Interrupted(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def deaf() -> None:
    """While the children are being stopped a second signal changes nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
