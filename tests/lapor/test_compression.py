"""Pages travel compressed, and the form page within its budget of bytes."""

import gzip
import re

from django.contrib.staticfiles import finders
from django.test import Client

from tests.world import World

FORM_BUDGET = 25_000  # without JavaScript; with it twice as much


def weigh(client: Client, address: str, kinds: str) -> tuple[int, list[str]]:
    """(bytes of the page and of what it links, gzipped; the links)."""
    page = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    html = gzip.decompress(page.content).decode()
    links = sorted(set(re.findall(rf'(?:src|href)="(/static/[^"]+\.(?:{kinds}))"', html)))
    found = [finders.find(link.removeprefix("/static/")) for link in links]
    total = len(page.content)
    for path in found:
        assert isinstance(path, str)
        with open(path, "rb") as file:
            total += len(gzip.compress(file.read(), 6))
    return total, links


def test_the_form_page_stays_within_its_budget_without_and_with_javascript(world: World, client: Client) -> None:
    without, links = weigh(client, "/lapor/", "css|svg")
    with_scripts, _links = weigh(client, "/lapor/", "css|svg|js")

    assert links
    assert without <= FORM_BUDGET
    assert with_scripts <= 2 * FORM_BUDGET


def test_two_answers_of_the_same_page_differ_in_length(world: World, client: Client) -> None:
    """The padding against measuring a secret by the length of a compressed answer."""
    lengths = {len(client.get("/privasi/", headers={"Accept-Encoding": "gzip"}).content) for _ in range(12)}

    assert len(lengths) > 3
