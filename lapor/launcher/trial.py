"""`./run test`: services that are thrown away, and pytest on top of them."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from lapor.launcher import keys, places
from lapor.launcher.child import Interrupted, deaf, foreground, interruptible
from lapor.launcher.libraries import see_to_browser, see_to_pango
from lapor.launcher.places import Places
from lapor.launcher.processes import Nursery, alive, boot
from lapor.launcher.speech import say
from lapor.launcher.stores import POSTGRES, VALKEY, Stores
from lapor.launcher.translations import compile_translations

WORKERS = ("-n", "2")
OWN_CHOICE = (
    "-n",
    "--numprocesses",
    "--pdb",
    "--trace",
    "--collect-only",
    "--co",
    "no:xdist",
    "-pno:xdist",
    "--fixtures",
    "--markers",
    "--version",
    "--help",
    "-h",
)


def test(arguments: Sequence[str]) -> int:
    """Everything pytest finds, but `night`; in parallel unless the arguments decide that themselves."""
    interruptible()
    compile_translations()
    see_to_pango()
    see_to_browser()
    sweep()
    here = places.thrown_away()
    stores: Stores | None = None
    try:
        here.make()
        _sign(here)
        stores = Stores(here, hasty=True)
        say("starting throw-away PostgreSQL and Valkey")
        stores.start()
        parallel = () if decides_itself(arguments) else WORKERS
        return foreground([sys.executable, "-m", "pytest", *parallel, *arguments], environment(here, stores))
    except Interrupted as asked:
        say(f"{asked}: stopping")
        return 130
    finally:
        deaf()
        if stores:
            stores.stop()
        places.forget(here)


def decides_itself(arguments: Sequence[str]) -> bool:
    """Whether the arguments already say how many processes run the tests."""
    return any(argument in OWN_CHOICE or argument.startswith(("-n", "--numprocesses=")) for argument in arguments)


def environment(here: Places, stores: Stores) -> dict[str, str]:
    """What the tests find: keys of their own, the stores, and the way in as the cluster's owner for the drills."""
    return {
        **os.environ,
        **stores.urls(),
        **keys.fresh(),
        "DJANGO_SETTINGS_MODULE": "lapor.settings",
        "LAPOR_DEBUG": "1",
        "LAPOR_HOME": str(here.home),
        "LAPOR_ROLE": "all",
        "LAPOR_OWNER_URL": here.owner_url(),
        "PG_BIN": str(stores.bin),
        "EMAIL_URL": "",
    }


def _sign(here: Places) -> None:
    """Leave word of who uses this folder, so that a later run can tell a living one from a killed one."""
    seen = alive(os.getpid())
    (here.home / "by.json").write_text(json.dumps({"pid": os.getpid(), "began": seen.began if seen else 0, "boot": boot()}), encoding="ascii")


def sweep(folder: Path = places.SHORT) -> None:
    """End and remove what a killed run of the tests left behind."""
    for left in folder.glob(f"{places.THROWN_AWAY}*"):
        if left.lstat().st_uid != os.geteuid() or not (left / "home" / "by.json").exists():
            continue
        by = json.loads((left / "home" / "by.json").read_text(encoding="ascii"))
        seen = alive(int(by["pid"])) if by["boot"] == boot() else None
        if seen and seen.began == by["began"]:
            continue
        say(f"removing what a killed run of the tests left in {left}")
        Nursery(left / "home" / "run", left / "home" / "log").recover([VALKEY, POSTGRES])
        shutil.rmtree(left, ignore_errors=True)
