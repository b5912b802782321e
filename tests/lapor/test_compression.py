"""Pages travel compressed, and each public page within its budget of bytes, in a country of any size."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.bodies import many_bodies
from tests.world import World

BUDGET = 25_000  # without JavaScript; with it twice as much
PADDING = 300  # an answer is up to a hundred bytes longer by chance, twice
SCRIPT = 3_300
PAGES = ("/lapor/", "/", "/laporan/", "/lacak/", "/privasi/", "/verifikasi/")


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


@pytest.mark.parametrize("path", PAGES)
def test_public_pages_stay_within_their_budgets_without_and_with_javascript(world: World, client: Client, path: str) -> None:
    without, links = weigh(client, path, "css|svg")
    with_scripts, _links = weigh(client, path, "css|svg|js")

    assert links
    assert without <= BUDGET
    assert with_scripts <= 2 * BUDGET


@pytest.mark.parametrize("path", ["/lapor/", "/laporan/"])
def test_a_page_weighs_as_much_in_a_country_of_many_institutions(world: World, client: Client, path: str) -> None:
    few, _links = weigh(client, path, "css|svg|js")
    with many_bodies(world):
        many, _links = weigh(client, path, "css|svg|js")

    assert abs(many - few) < PADDING


def test_the_scripts_of_the_form_are_small() -> None:
    for name in ("photos", "offers"):
        path = finders.find(f"js/{name}.js")
        assert isinstance(path, str)
        assert Path(path).stat().st_size <= SCRIPT


def test_two_answers_of_the_same_page_differ_in_length(world: World, client: Client) -> None:
    """The padding against measuring a secret by the length of a compressed answer."""
    lengths = {len(client.get("/privasi/", headers={"Accept-Encoding": "gzip"}).content) for _ in range(12)}

    assert len(lengths) > 3
