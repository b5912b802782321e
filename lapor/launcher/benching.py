"""`./run bench`: a country of the size asked for in a home of its own, built once and kept, and the bench on top of it."""

import os
import sys
from collections.abc import Mapping, Sequence

from lapor.launcher.child import MANAGE, foreground, step
from lapor.launcher.commands import services
from lapor.launcher.places import ROOT, variable
from lapor.launcher.speech import say, tell

BUILT = "from complaints.models import Complaint; print(Complaint.objects.exists())"
SIZE = "10k"


def bench(arguments: Sequence[str]) -> int:
    """Measure on `--size` reports (10k, 200k, ...; default 10k); everything else goes to the bench itself."""
    rest, size = list(arguments), SIZE
    if "--size" in rest:
        place = rest.index("--size")
        if place + 1 == len(rest):
            tell("--size wants a number of reports: 10k, 200k, 1m")
            return 2
        size = rest[place + 1]
        del rest[place : place + 2]
    if variable("DATABASE_URL"):
        tell("The bench files thousands of reports and lifts limits, so it runs in a database of its own only: unset DATABASE_URL.")
        return 2
    os.environ["LAPOR_HOME"] = str(ROOT / "var" / f"bench-{size}")  # never a home that somebody works in

    def first(env: Mapping[str, str]) -> None:
        step([*MANAGE, "migrate", "-v0", "--no-input"], env, "The database could not be migrated")
        step([*MANAGE, "collectstatic", "-v0", "--no-input"], {**env, "LAPOR_DEBUG": "0"}, "The static files could not be gathered")
        if step([*MANAGE, "shell", "--no-imports", "-c", BUILT], env, "The database could not be read").strip() == "True":
            return
        say(f"building a country with {size} reports; this takes minutes, once")
        step([*MANAGE, "load_reference"], env, "The reference data could not be loaded")
        step([*MANAGE, "demo", "--size", size, "--ticket", "bench"], env, "The country could not be built")

    with services("bench", first) as (_places, env):
        return foreground([sys.executable, "-m", "lapor.bench", *rest], {**env, "DJANGO_SETTINGS_MODULE": "lapor.settings"})
