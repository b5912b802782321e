"""Which commands ask under which ticket they are run, and why the others do not.

How to read the tables: every command of the house and of its libraries stands in exactly one of them (a test says so). In
production `SENSITIVE` and `FOREIGN` need `--ticket`; who asked for what is on record before the command does anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _always(_given: Mapping[str, Any]) -> bool:
    return True


def _at_another_time(given: Mapping[str, Any]) -> bool:
    return bool(given.get("at"))


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What the command brings about, and which of its options bring it about."""

    why: str
    when: Callable[[Mapping[str, Any]], bool] = _always


_OTHER_TIME = Sensitive("with --at it ends deadlines of many reports before their time", _at_another_time)

# Commands of the house.
SENSITIVE: dict[str, Sensitive] = {
    "issue_token": Sensitive("it opens the API in an officer's name"),
    "read_only": Sensitive("it stops or opens everybody's work", lambda given: given.get("do") != "status"),
    "deliver": Sensitive("it sends many notices again, or before their time", lambda given: bool(given.get("retry_dead") or given.get("at"))),
    "demo": Sensitive("it makes officers with known passwords", lambda given: not given.get("logins")),
    "journey": Sensitive("it files reports and acts in officers' names"),
    **dict.fromkeys(
        ("expire", "recompute", "remind", "propose_tags", "letters", "clean", "follow", "hand_over", "measure", "release", "sweep", "watch"), _OTHER_TIME
    ),
    "publish": Sensitive("with --at it makes evaluation reports, and tells of lateness, before their time", _at_another_time),
}

# Commands of the libraries, kept at the door of `manage.py`.
FOREIGN: dict[str, str] = {
    "changepassword": "it opens an officer's account",
    "createsuperuser": "it makes an account",
    "account_unsetmultipleprimaryemails": "it changes many accounts",
    "axes_reset": "it lets everybody who was locked out try again",
    "axes_reset_ip": "it lets somebody who was locked out try again",
    "axes_reset_ip_username": "it lets somebody who was locked out try again",
    "axes_reset_username": "it lets somebody who was locked out try again",
    "clean_orphan_obj_perms": "it deletes powers",
    "remove_stale_contenttypes": "it deletes rows of many tables",
    "pgtrigger": "it can take the locks off the append-only tables",
    "flush": "it empties the database",
    "loaddata": "it writes past every service",
    "dumpdata": "it takes personal data out in bulk",
}

# Commands that ask for no ticket; each with the reason.
HARMLESS: dict[str, str] = {
    **dict.fromkeys(("check_invariants", "check_powers", "verify_ledger", "reproduce"), "looks and says what is wrong"),
    "evaluate": "freezes a report that the worker makes too; its files hold aggregates and numbers of reports, no person",
    "recount": "looks and says what is wrong, or puts right what follows from the events anyway",
    "bounce": "marks one address as not reached, for a mail that carries our own key",
    "load_reference": "adds what is missing of the seeds; what officers changed is left alone",
    "migrate": "part of a release, kept by the migrations' own table",
    **dict.fromkeys(("shell", "dbshell"), "whoever holds the database's login can do all it may; asking here would only look like a guard"),
    **dict.fromkeys(("axes_list_attempts", "axes_reset_failure_logs", "axes_reset_logs"), "the house counts tries in the cache and keeps no such table"),
    **dict.fromkeys(("check", "diffsettings", "findstatic", "showmigrations", "sqlmigrate", "sqlflush", "sqlsequencereset", "inspectdb"), "prints"),
    **dict.fromkeys(("generateschema", "spectacular"), "prints what the API is"),
    **dict.fromkeys(("collectstatic", "compilemessages", "createcachetable", "clearsessions"), "upkeep; takes nothing from anybody"),
    **dict.fromkeys(("makemessages", "makemigrations", "optimizemigration", "squashmigrations", "startapp", "startproject"), "writes code"),
    **dict.fromkeys(("runserver", "test", "testserver"), "for whoever develops"),
    "sendtestemail": "one mail to an address of one's own",
}
