"""The two stores, PostgreSQL and Valkey, on private sockets: made once, started, asked whether they are ready."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from lapor.launcher import binaries
from lapor.launcher.places import ROOT, Places, debug, variable
from lapor.launcher.processes import Child, Kind, Nursery, alive, command_of, end
from lapor.launcher.speech import Refused, say

POSTGRES = Kind("postgres", signal.SIGINT, 60.0)  # SIGINT: end the sessions and stop, "fast" in its words
VALKEY = Kind("valkey", signal.SIGTERM, 20.0)
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
# A statement that fails is not written to the log with the values in it, and a refused row is not quoted.
DISCREET = ("log_min_error_statement=panic", "log_error_verbosity=terse", "log_parameter_max_length=0")
READY_SECONDS = 60.0
PLAIN = {"PATH": os.defpath, "LC_ALL": "C"}


def external_database() -> str:
    """DATABASE_URL, when the operator's PostgreSQL is to be used."""
    return variable("DATABASE_URL")


def external_broker() -> str:
    """REDIS_URL, when the operator's Redis-compatible server is to be used."""
    return variable("REDIS_URL")


class Stores:
    """The stores of one home. `hasty`: for a run of the tests, where nothing needs to outlive a power cut."""

    def __init__(self, places: Places, *, hasty: bool = False) -> None:
        self.places = places
        self.hasty = hasty
        self.own_database = hasty or not external_database()
        self.own_broker = hasty or not external_broker()
        self.nursery = Nursery(places.marks, places.logs)
        self.children: list[Child] = []
        self.bin = binaries.postgres(places.account) if self.own_database else None

    def urls(self) -> dict[str, str]:
        """Where the system finds its stores."""
        return {
            "DATABASE_URL": f"postgresql://lapor@/lapor?host={self.places.sockets}" if self.own_database else external_database(),
            "REDIS_URL": f"unix://{self.places.valkey_socket}" if self.own_broker else external_broker(),
        }

    def start(self) -> None:
        """Start both, wait until they answer, and see that the roles and the database are there."""
        if self.own_database:
            self._initialise()
            end_stranger(self.places)
        self._clear_sockets()
        if self.own_database:
            self.children.append(self._postgres())
        if self.own_broker:
            self.children.append(self._valkey())
        if self.own_database:
            self._wait_for_postgres()
            self._make_database()
        if self.own_broker:
            self._wait_for_valkey()

    def stop(self) -> None:
        """Stop both; what they hold is on disk when this returns."""
        started = bool(self.children)
        for child in reversed(self.children):
            child.ask_to_end()
            child.bury()
        self.children.clear()
        if started:
            self._clear_sockets()  # a store that crashed left its own
        with contextlib.suppress(OSError):  # not empty: somebody else's server, which is not ours to disturb
            self.places.sockets.rmdir()

    def _clear_sockets(self) -> None:
        for leftover in self.places.sockets.iterdir():
            leftover.unlink(missing_ok=True)

    def psql(self) -> Path:
        """The psql that fits the server."""
        if self.bin:
            return self.bin / "psql"
        if found := shutil.which("psql"):
            return Path(found)
        return binaries.postgres({}) / "psql"

    # --- PostgreSQL ---

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(self._bin() / program), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=PLAIN, **self.places.account)

    def _bin(self) -> Path:
        if self.bin is None:
            raise Refused("The database is not ours: DATABASE_URL is set.")
        return self.bin

    def _initialise(self) -> None:
        """Make the cluster, in a folder that gets its name when it is whole."""
        folder, major = self.places.postgres, binaries.major(self._bin())
        if folder.exists():
            made = (folder / "PG_VERSION").read_text(encoding="ascii").strip()
            if made != str(major):
                raise Refused(f"{folder} was made by PostgreSQL {made}, and this is {major}. Set PG_BIN to a PostgreSQL {made}, or use another LAPOR_HOME.")
            return
        draft = folder.with_name("postgres.new")
        # Before 17 the server has no locale of its own, and takes the system's.
        wanted = [["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]] if major >= 17 else [["--locale=C.UTF-8"], ["--locale=C"]]
        for locale in wanted:
            shutil.rmtree(draft, ignore_errors=True)
            done = self._run("initdb", "-D", draft, "-U", "postgres", "--auth=trust", "-E", "UTF8", *locale, *(["-N"] if self.hasty else []))
            if done.returncode == 0:
                break
        else:
            raise Refused(f"PostgreSQL could not make its data in {draft}:\n{done.stderr.strip()}")
        draft.rename(folder)
        say(f"PostgreSQL {major}: data made in {folder}")

    def _postgres(self) -> Child:
        settings = ["listen_addresses=", *DISCREET, *(HASTY if self.hasty else ())]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [self._bin() / "postgres", "-D", self.places.postgres, "-k", self.places.sockets, *options]
        return self.nursery.start(POSTGRES, command, env=PLAIN, account=self.places.account)

    def _wait_for_postgres(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            child = self.children[0]
            if time.monotonic() > until:
                raise Refused(f"PostgreSQL does not answer. The end of {child.log}:\n{child.last_words()}")
            if child.ended():
                # A killed server whose parent has not buried it yet still counts as running in the eyes of the next one.
                if "postmaster.pid" not in child.last_words(6):
                    raise Refused(f"PostgreSQL does not start. The end of {child.log}:\n{child.last_words()}")
                time.sleep(1)
                self.children[0] = self._postgres()
            time.sleep(0.05)

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", self.places.sockets).returncode == 0

    def _make_database(self) -> None:
        """The roles of deploy/roles.sql and the database; here the login may also make databases, for the tests."""
        roles = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
        if self.hasty or debug():
            roles += "\nALTER ROLE lapor CREATEDB;"
        self._sql("postgres", roles)
        if not self._sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'lapor'"):
            # A login that does not inherit is not, before PostgreSQL 16, at home in its own database's public schema;
            # databases that the tests make are copies of template1.
            grant = "GRANT ALL ON SCHEMA public TO lapor"
            self._sql("template1", grant)
            self._sql("postgres", "CREATE DATABASE lapor OWNER lapor TEMPLATE template0")
            self._sql("lapor", grant)

    def begin_again(self) -> None:
        """A first start that was killed left half a demo: it goes, and the next one finds an empty database.

        Nobody has worked with it: the web server starts only when the first start is through.
        """
        unfinished = self.places.marks / "unfinished"
        if not unfinished.exists():
            return
        if not self.own_database:
            raise Refused(f"The first start was interrupted, and DATABASE_URL's database is half filled. Empty it, and remove {unfinished}.")
        say("the first start was interrupted: beginning again with an empty database")
        self._sql("postgres", "DROP DATABASE lapor WITH (FORCE)")
        self._make_database()
        unfinished.unlink()

    def _sql(self, database: str, text: str) -> str:
        done = self._run("psql", "-h", self.places.sockets, "-U", "postgres", "-d", database, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text)
        if done.returncode:
            raise Refused(f"PostgreSQL refused to prepare the database:\n{done.stderr.strip()}")
        return done.stdout.strip()

    # --- Valkey ---

    def _valkey(self) -> Child:
        program = binaries.valkey(self.places.account)
        durable = "no" if self.hasty else "yes"
        line: list[str | Path] = ["--port", "0", "--unixsocket", self.places.valkey_socket, "--unixsocketperm", "700"]
        command: list[str | Path] = [program, *line, "--dir", self.places.valkey, "--save", "", "--appendonly", durable]
        return self.nursery.start(VALKEY, command, env=PLAIN, account=self.places.account)

    def _wait_for_valkey(self) -> None:
        child = self.children[-1]
        until = time.monotonic() + READY_SECONDS
        while not pong(self.places.valkey_socket):
            if child.ended() or time.monotonic() > until:
                raise Refused(f"Valkey does not start. The end of {child.log}:\n{child.last_words()}")
            time.sleep(0.05)


def pong(path: Path) -> bool:
    """Whether a Redis-compatible server answers at a socket; while it still reads its file it does not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def end_stranger(places: Places) -> None:
    """End a server on our data that no mark tells of (the marks were deleted): PostgreSQL's own file names it."""
    try:
        pid = int((places.postgres / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if alive(pid) and str(places.postgres) in command_of(pid):
        say("postgres of an earlier start still runs: stopped")
        end([pid], POSTGRES.stop, POSTGRES.patience)


def settle(places: Places) -> None:
    """See that the data belong to this home: both carry the same name, given once.

    Data may lie outside the home; a home that was removed and made again has new keys, and must not meet the old data.
    """
    here, there = places.home / "name", places.data / "name"
    mine = here.read_text(encoding="ascii") if here.exists() else ""
    theirs = there.read_text(encoding="ascii") if there.exists() else ""
    if mine and mine == theirs:
        return
    if mine and not theirs and not places.postgres.exists() and not external_database():
        raise Refused(f"The data of this home are no longer in {places.data}. Bring them back, or start with an empty LAPOR_HOME.")
    if theirs:
        end_stranger(places)
        aside = places.data.with_name(f"{places.data.name}.{time.strftime('%Y%m%d-%H%M%S')}")
        say(f"{places.data} belongs to an earlier home at this place: moved to {aside}")
        places.data.rename(aside)
        places.make()
    name = mine or secrets.token_hex(16)
    there.write_text(name, encoding="ascii")
    here.write_text(name, encoding="ascii")
