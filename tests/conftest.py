"""What every test may ask for: the small country, and a database that is built once."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from psycopg import sql

from institutions.services.site import NOW, Site
from tests.world import World, build

settings.MFA_TOTP_INSECURE_BYPASS_CODE = None  # no test opens anything by the code of the trial; the servers of the browser tests know it
PBKDF2PasswordHasher.iterations = 1000  # a hash names its own, so that the servers read these too

# What transactional tests leave behind; the country itself stays.
MOVING = (
    "reports_opendatafile", "reports_releasedplace", "reports_release",
    "reports_actionitem", "reports_editiondownload", "reports_editionfile", "reports_editionevent", "reports_edition",
    "monitoring_referraltext", "monitoring_oversightnote", "monitoring_referralevent", "monitoring_referralclockmove", "monitoring_referralclock",
    "monitoring_dossier", "monitoring_referral",
    "monitoring_escalation", "monitoring_summary",
    "monitoring_fact", "monitoring_measured", "monitoring_lowwater", "monitoring_tally", "monitoring_monthtally", "monitoring_stock",
    "complaints_deskpreference", "complaints_savedfilter", "complaints_answerdraft", "complaints_handover", "complaints_delegation", "complaints_cannedanswer",
    "complaints_letterjob", "complaints_lettercopy", "complaints_letter", "institutions_lettercounter",
    "institutions_sitebanner", "institutions_readonlyswitch", "complaints_reminder", "complaints_clockevent", "complaints_clock",
    "complaints_issuetag", "complaints_issuewater", "complaints_entry", "complaints_transition", "complaints_gedsi", "complaints_reading",
    "complaints_replay", "complaints_upload", "complaints_complaint", "officers_notice", "vault.identity", "django_session", "knox_authtoken",
    "complaints_contact", "officers_reach", "officers_staffsession", "officers_loginevent", "officers_noticetext", "officers_noticepreference",
)  # fmt: skip


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any, django_db_keepdb: bool, django_db_createdb: bool
) -> Iterator[None]:
    """A test database for each worker, with the country in it, whichever fixture asks for it first."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
        build()
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            with connection.cursor() as cursor:  # a server that a test started is gone, its session perhaps not yet
                stray = "FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                cursor.execute(f"SELECT pg_terminate_backend(pid, 5000) {stray}")
            connection.close()
            teardown_databases(made, verbosity=0)


def sweep_away() -> None:
    """Empty the moving tables as the owner of the cluster: their triggers refuse everybody else."""
    if not connection.settings_dict["NAME"].startswith("test_"):
        raise RuntimeError("only a test database is swept")
    dsn = psycopg.conninfo.make_conninfo(os.environ["LAPOR_OWNER_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("SET lock_timeout = '20s'")
        for name in MOVING:
            owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(*name.split("."))))


@pytest.fixture(autouse=True)
def own_language() -> None:
    """No test speaks the language that the one before it chose."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def clock(world: World) -> Iterator[time_machine.Traveller]:
    """The pages read the clock: it stands where the world plays until a test moves it."""
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(client: Client, world: World) -> Callable[[str], Client]:
    """The browser of the officer whose log-in name is given."""
    return lambda name: world.login(client, name)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The country with real commits, for threads, processes and kills; what moved is swept away afterwards."""
    with django_db_blocker.unblock():
        sweep_away()
        try:
            yield World()
        finally:
            connection.close()
            sweep_away()


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Throttles and ticks of one test are nothing to the next; each worker has a prefix of its own. The site has nothing to say
    and costs no query until a test has it say something (`forget_site`)."""
    cache.clear()
    caches["site"].clear()
    caches["site"].set(NOW, Site(), timeout=None)


@pytest.fixture(scope="session", autouse=True)
def own_cache(worker_id: str) -> None:
    settings.CACHES["default"]["KEY_PREFIX"] = worker_id


@pytest.fixture(autouse=True)
def own_mail(settings: Any, tmp_path: Any) -> None:
    settings.SMS_URL = (tmp_path / "sms").as_uri()
    settings.MAILERS = {"default": {"BACKEND": "lapor.ground.mail.FolderBackend", "OPTIONS": {"folder": str(tmp_path / "mail")}}}
