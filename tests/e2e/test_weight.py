"""What a first visit costs on a slow line (400 kbit/s, 400 ms), in a country of 700 institutions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.bodies import many_bodies
from tests.server import database_url, serving
from tests.tools.weigh import PAGES, WIDTHS, weigh
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.night]


@pytest.fixture
def site(committed: World, tmp_path: Path) -> Iterator[str]:
    committed.to_state("in_progress")
    with many_bodies(committed), serving(tmp_path, DATABASE_URL=database_url()) as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_keep_their_budgets(browser: Browser, site: str, width: int, scripts: bool) -> None:
    weigh(browser, site, "/lapor/", has_scripts=scripts)  # the first page of a fresh server is drawn from cold
    found = [weigh(browser, site, path, has_scripts=scripts, width=width) for path in PAGES]

    assert all(page.size > 1_000 and page.painted > 400 for page in found)
    assert [fault for page in found for fault in page.faults()] == []
