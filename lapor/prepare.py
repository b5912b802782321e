"""What `./run` does in the database before the web server starts: migrations, reference data, and once the demo.

The launcher runs it as `manage.py shell -c "..."`, so that one start of Django pays for all of it. Progress goes to
stderr; stdout carries the demo's log-ins alone.
"""

import hashlib
import sys

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import OutputWrapper

from institutions.models import Institution
from officers.models import User

# Lies in the home while the first start fills the database. The launcher that finds it there begins with an empty one.
UNFINISHED = settings.LAPOR_HOME / "run" / "unfinished"


def prepare() -> None:
    """Bring the database and the static files up to date. Each part is done only where it is missing."""
    progress = OutputWrapper(sys.stderr)
    call_command("migrate", verbosity=0, interactive=False, stdout=progress)
    if not Institution.objects.filter(slug="nasional").exists():
        progress.write("loading reference data")
        UNFINISHED.touch()
        call_command("load_reference", stdout=progress)
    if settings.DEBUG:
        demo(progress)
    else:
        gather(progress)
    UNFINISHED.unlink(missing_ok=True)


def demo(progress: OutputWrapper) -> None:
    """The demo in a house where nobody works yet, and its log-ins."""
    if "demo" not in get_commands():
        return
    if not User.objects.filter(is_machine=False).exists():
        progress.write("building the demo")
        UNFINISHED.touch()
        call_command("demo", stdout=progress)
    call_command("demo", "--logins")


def gather(progress: OutputWrapper) -> None:
    """Static files as a production server gives them out; gathering compresses them all, so only after a change."""
    mark, now = settings.STATIC_ROOT / ".gathered", fingerprint()
    if mark.exists() and mark.read_text(encoding="ascii") == now:
        return
    progress.write("gathering static files")
    mark.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, stdout=progress)
    mark.write_text(now, encoding="ascii")


def fingerprint() -> str:
    """What tells one state of the static files from another."""
    found = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found.update(f"{name} {storage.size(name)} {storage.get_modified_time(name).timestamp()}\n".encode())
    return found.hexdigest()
