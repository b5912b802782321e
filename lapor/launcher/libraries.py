"""What the machine itself must bring: the libraries behind PDF files, and a browser for the tests."""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lapor.launcher.speech import say

PANGO = ("pango-1.0", "pangoft2-1.0")
SUBSET = "harfbuzz-subset"  # makes PDF files smaller sooner; without it fontTools does the same
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
CHROMIUM = Path("/usr/bin/chromium")


def _loads(name: str) -> bool:
    for candidate in (f"lib{name}.so.0", ctypes.util.find_library(name)):
        try:
            if candidate:
                ctypes.CDLL(candidate)
                return True
        except OSError:
            continue
    return False


def _install(*packages: str) -> bool:
    """Install Debian packages where we may; True when that worked."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    say(f"installing {' '.join(packages)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in ([apt, "update", "-qq"], install):
        done = subprocess.run(command, env=env, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        say(f"apt-get failed: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]}")
    return done.returncode == 0


def _by_hand(*packages: str) -> str:
    return "brew install pango" if sys.platform == "darwin" else f"sudo apt-get install {' '.join(packages)}"


def see_to_pango() -> None:
    """WeasyPrint needs Pango for PDF files; everything else works without."""
    if all(_loads(name) for name in (*PANGO, SUBSET)) or _install(*PANGO_PACKAGES) or all(_loads(name) for name in PANGO):
        return
    say(f"PDF files will not be made until you type: {_by_hand(*PANGO_PACKAGES)}")


def see_to_browser() -> None:
    """The browser tests drive Debian's Chromium; without it they are skipped, and say so."""
    if CHROMIUM.exists() or _install("chromium"):
        return
    say("no Chromium: the browser tests will be skipped. To run them: sudo apt-get install chromium")
