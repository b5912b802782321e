"""What `./run` does in the database before the web server starts: migrations, reference data, and once the demo.

The launcher runs it as `manage.py shell -c "..."`, so that one start of Django pays for all of it. Progress goes to
stderr; stdout carries the demo's log-ins alone.
"""

import sys

from django.conf import settings
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
        call_command("collectstatic", verbosity=0, interactive=False, stdout=progress)
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
