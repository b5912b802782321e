"""`./run`: everything up, watched until it is asked to stop or a part of it fails."""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from lapor.launcher.child import MANAGE, Interrupted, deaf, interruptible, step
from lapor.launcher.house import BEAT, WEB, WORKER, House, hold
from lapor.launcher.libraries import see_to_pango
from lapor.launcher.places import ROOT, Places, of_home, port, variable
from lapor.launcher.processes import Child, Kind, stop_all
from lapor.launcher.speech import Refused, say, tell
from lapor.launcher.translations import compile_translations

THREADS = 8
READY_SECONDS = 120.0
PREPARE = (*MANAGE, "shell", "--no-imports", "-c", "from lapor.prepare import prepare; prepare()")


def commands(places: Places) -> dict[Kind, list[str]]:
    """The long-lived children of this role, each with its command."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "lapor"]
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port()), "--blocking-threads", str(THREADS)]
    worker = [*celery, "worker", "-l", "warning", "-c", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "-l", "warning", "-s", str(places.home / "beat" / "schedule"), "--pidfile="]
    every = {WORKER: worker, BEAT: beat, WEB: [*web, "--no-access-log", "--log-level", "warning", "lapor.wsgi:application"]}
    role = variable("LAPOR_ROLE", "all")
    wanted = {"worker": (WORKER, BEAT), "public": (WEB,), "staff": (WEB,)}.get(role, (WORKER, BEAT, WEB))
    return {kind: every[kind] for kind in wanted}


def up() -> int:
    """Start everything, say where it is, and stay until it ends."""
    interruptible()
    house: House | None = None
    children: list[Child] = []
    try:
        house = hold(of_home())
        logins = _start(house, children)
        tell(f"\nLapor is at http://127.0.0.1:{port()}/  (logs: {house.places.logs}; Ctrl-C stops everything)\n{logins}")
        return _watch([*house.own, *children])
    except Interrupted as asked:
        say(f"{asked}: stopping")
        return 0
    finally:
        deaf()
        stop_all(list(reversed(children)))
        if house:
            house.close()
            say("stopped")


def _start(house: House, children: list[Child]) -> str:
    """Everything between a locked home and a green /readyz; the demo's log-ins."""
    compile_translations()
    see_to_pango()
    env = house.open()
    see_that_port_is_free()
    if house.stores:
        house.stores.begin_again()
    say("preparing the database")
    logins = step(PREPARE, env, "The database could not be prepared")
    house.ready()
    wanted = commands(house.places)
    say(f"starting {', '.join(kind.name for kind in wanted)}")
    for kind, command in wanted.items():
        children.append(house.nursery.start(kind, command, env=env, cwd=ROOT))
    if WEB in wanted:
        _wait([*house.own, *children])
    return logins


def see_that_port_is_free() -> None:
    """A clear sentence now instead of a stack trace later."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port()))
        except OSError as error:
            raise Refused(f"Port {port()} cannot be used ({os.strerror(error.errno or 0)}). Set LAPOR_PORT to another one.") from None


def _fallen(children: list[Child]) -> Child | None:
    return next((child for child in children if child.ended()), None)


def _tell_fallen(child: Child) -> None:
    words = child.last_words()
    tell(f"{child.name} has ended by itself (code {child.process.returncode}); everything else is being stopped. {child.log}:\n{words}")


def readiness() -> Mapping[str, object]:
    """What /readyz answers now; empty when nothing answers."""
    host = variable("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().strip("*.") or "127.0.0.1"
    request = urllib.request.Request(f"http://127.0.0.1:{port()}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            found = json.load(error)
        except ValueError:
            return {"down": [f"/readyz answers {error.code}"]}
    except (OSError, ValueError):
        return {}
    return found


def _wait(children: list[Child]) -> None:
    """Until /readyz is green, or a part falls, or patience ends."""
    until = time.monotonic() + READY_SECONDS
    answer: Mapping[str, object] = {}
    while time.monotonic() < until:
        if fallen := _fallen(children):
            _tell_fallen(fallen)
            raise Refused(f"{fallen.name} did not start.")
        answer = readiness()
        if answer.get("ok"):
            say("ready")
            return
        time.sleep(0.25)
    raise Refused(f"Not ready after {READY_SECONDS:.0f} s; down: {answer.get('down', 'the web server')}.")


def _watch(children: list[Child]) -> int:
    """Until a child falls, which ends everything with an error; an interruption ends it otherwise."""
    while True:
        if fallen := _fallen(children):
            _tell_fallen(fallen)
            return 1
        time.sleep(0.3)
