"""One browser and one server for all tests here: a second browser could not run in the same process, a second server takes seconds to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser import browser
from tests.server import database_url, serving
from tests.world import World

__all__ = ["browser"]


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[str]:
    """The real server on the tests' own database and folders: what it stores, the sweeps of a test find."""
    with serving(Path(settings.LAPOR_HOME), DATABASE_URL=database_url()) as address:
        yield address


@pytest.fixture
def site(committed: World, server: str) -> str:
    """The server, with nothing in it but the country and what the test commits."""
    return server
