"""`./run manage`, `./run psql`, `./run keys`: a program against the home's services, joined or started for it."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from lapor.launcher import keys
from lapor.launcher.child import MANAGE, Interrupted, deaf, foreground, interruptible, step
from lapor.launcher.house import House, joined
from lapor.launcher.places import Places, of_home
from lapor.launcher.speech import say
from lapor.launcher.stores import Stores
from lapor.launcher.translations import compile_translations

Environment = Mapping[str, str]

# Commands that look at the code, or at the migrations themselves: migrating first would be wrong or a waste.
UNPREPARED = {"help", "version", "check", "migrate", "makemigrations", "showmigrations", "sqlmigrate", "makemessages", "compilemessages", "diffsettings"}


def manage(arguments: Sequence[str]) -> int:
    """Any manage.py command; stdout and the exit code are the command's own."""
    migrate = bool(arguments) and arguments[0] not in UNPREPARED and not {"--help", "-h"} & set(arguments)
    compile_translations()

    def first(env: Environment) -> None:
        if migrate:
            say("migrating")
            step([*MANAGE, "migrate", "-v0", "--no-input"], env, "The database could not be migrated")

    with services(f"manage {arguments[0] if arguments else ''}".strip(), first) as (_places, env):
        return foreground([*MANAGE, *arguments], env)


def psql(arguments: Sequence[str]) -> int:
    """psql as the owner of the embedded server, in the system's database."""
    with services("psql", lambda _env: None) as (places, env):
        stores = Stores(places)
        if stores.own_database:
            return foreground([stores.psql(), *arguments], {**env, "PGHOST": str(places.sockets), "PGUSER": "postgres", "PGDATABASE": "lapor"})
        say("the database is not ours: psql with DATABASE_URL")
        return foreground([stores.psql(), env["DATABASE_URL"], *arguments], env)


def new_keys(_arguments: Sequence[str]) -> int:
    """A new set of secrets for a production system, as lines of an environment file."""
    sys.stdout.writelines(f"{name}={value}\n" for name, value in keys.fresh().items())
    return 0


@contextmanager
def services(kind: str, first: Callable[[Environment], None]) -> Iterator[tuple[Places, Environment]]:
    """The home's services: those of a running `./run`, else started here, prepared by `first`, and stopped afterwards."""
    places = of_home()
    interruptible()
    try:
        while True:
            house = House(places, kind)
            if house.take():
                with _started(house, first) as env:
                    yield places, env
                return
            with joined(places) as found:
                if found is not None:
                    yield places, found
                    return
    except Interrupted as asked:
        say(f"{asked}: stopping")
        raise SystemExit(130) from None


@contextmanager
def _started(house: House, first: Callable[[Environment], None]) -> Iterator[Environment]:
    try:
        env = house.open()
        first(env)
        house.ready()
        yield env
    finally:
        deaf()
        house.close()
