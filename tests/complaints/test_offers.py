"""An institution is named by typing: told by its name, offered when several fit, found by address and by abbreviation."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint
from institutions.models import Institution
from lapor.ground import pages
from tests.citizen import TYPED, check, hidden, send
from tests.pages import main, page
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")
FIELD = "target_institution"


def offered(response: Any, field: str = FIELD) -> list[str]:
    """The keys that a page offers for a field."""
    return re.findall(rf'type="radio" name="{field}" value="([^"]+)"', page(response))


def typed_as(response: Any, field: str = FIELD) -> str:
    found = re.search(rf'<input [^>]*name="{field}"[^>]*>', page(response))
    assert found
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def ask(client: Client, words: str) -> list[str]:
    answer = client.get("/tawaran/instansi/", {"q": words})
    assert answer.status_code == 200
    return [row["value"] for row in answer.json()["offers"]]


# The form, without scripts


def test_the_form_names_no_institution_before_somebody_types(client: Client, world: World) -> None:
    assert "kementerian-uji" not in page(client.get("/lapor/"))
    assert 'data-offers="/tawaran/instansi/"' in page(client.get("/lapor/"))


@pytest.mark.parametrize("words", ["kota-uji", "Kota Uji", "kota uji", " Pemkot  Uji ", "Pemerintah Kota Uji"])
def test_a_name_that_one_institution_bears_tells_it(client: Client, world: World, words: str) -> None:
    checked = check(client, target_institution=words)
    send(client, target_institution=words)

    assert "Kota Uji" in page(checked)
    assert Complaint.objects.get().target_institution == world.city


def test_a_name_that_fits_several_offers_them_keeps_what_was_typed_and_the_choice_goes_through(client: Client, world: World) -> None:
    unclear = check(client, target_institution="kabupaten")
    chosen = client.post("/lapor/", {**TYPED, "langkah": "periksa", FIELD: ["kabupaten", "kabupaten-timur"]})
    sent = client.post("/lapor/", {**hidden(page(chosen)), "langkah": "kirim"})

    assert unclear.status_code == 422
    assert offered(unclear) == ["kabupaten-sunyi", "kabupaten-timur"]
    assert typed_as(unclear) == "kabupaten"
    assert TYPED["title"] in page(unclear)
    assert sent.status_code == 200
    assert Complaint.objects.get().target_institution == world.place("kabupaten-timur")


def test_the_check_says_which_institution_was_understood_also_when_another_desk_looks_first(client: Client, world: World) -> None:
    checked = check(client, target_institution="sunyi")

    assert "Kabupaten Sunyi" in main(checked)
    assert "Meja Nasional" in main(checked)


def test_going_back_shows_the_name_of_what_was_chosen(client: Client, world: World) -> None:
    back = client.post("/lapor/", {**TYPED, "langkah": "ubah", FIELD: "kota-uji"})

    assert typed_as(back) == "Kota Uji"


def test_what_nobody_knows_is_no_obstacle(client: Client, world: World) -> None:
    checked = check(client, target_institution="Lembaga Entah Apa")

    assert checked.status_code == 200
    assert "Kami tidak mengenal instansi ini" in page(checked)


def test_an_officer_who_enters_a_report_has_the_same_field(client: Client, world: World) -> None:
    world.login(client, "national")

    unclear = client.post("/meja/baru/", {**TYPED, "channel": "phone", FIELD: "kabupaten"})

    assert unclear.status_code == 422
    assert offered(unclear) == ["kabupaten-sunyi", "kabupaten-timur"]


# The list, without scripts


@pytest.fixture
def reports(world: World) -> dict[str, str]:
    """A public report at the city and one at the ministry."""
    city = world.to_state("awaiting_followup")
    other = world.submit(title="Loket tutup lebih awal").complaint
    world.step(other, "dispose_to_institution", "national", target="kementerian-uji", topic="public_works", track="non_oversight")
    world.step(other, "handle", "other_admin")
    return {"city": city.tracking_id, "ministry": other.tracking_id}


@pytest.mark.parametrize("words", ["kota-uji", "Kota Uji", "pemkot uji"])
def test_the_list_is_narrowed_by_the_name_of_an_institution_and_by_its_address(client: Client, reports: dict[str, str], words: str) -> None:
    found = client.get("/laporan/", {"institution": words})

    assert reports["city"] in page(found)
    assert reports["ministry"] not in page(found)
    assert typed_as(found, "institution") == "Kota Uji"


def test_the_address_of_a_unit_narrows_the_list_too(client: Client, reports: dict[str, str]) -> None:
    assert reports["city"] in page(client.get("/laporan/", {"institution": "kota-uji-dpu"}))


def test_a_name_that_fits_several_is_asked_back_on_the_list(client: Client, reports: dict[str, str]) -> None:
    found = client.get("/laporan/", {"institution": "uji", "q": "loket"})

    assert offered(found, "institution") == ["kementerian-uji", "kota-uji"]
    assert 'value="loket"' in page(found)
    assert "LPR-" not in main(found)


def test_an_unknown_name_on_the_list_is_told_kindly(client: Client, reports: dict[str, str]) -> None:
    found = client.get("/laporan/", {"institution": "Lembaga Entah Apa"})

    assert "Kami tidak mengenal instansi ini" in page(found)
    assert typed_as(found, "institution") == "Lembaga Entah Apa"
    assert "LPR-" not in main(found)


def test_the_next_page_carries_the_address_of_the_institution(client: Client, world: World, reports: dict[str, str]) -> None:
    for number in range(21):
        world.to_state("awaiting_followup", title=f"Lubang nomor {number} di jalan")

    assert "institution=kota-uji&amp;" in page(client.get("/laporan/", {"institution": "Pemkot Uji"}))


# The address that offers while somebody types


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("kota u", ["kota-uji"]),
        ("UJI", ["kementerian-uji", "kota-uji"]),
        ("pemkab timur", ["kabupaten-timur"]),
        ("kab. timur", ["kabupaten-timur"]),
        ("kemenuji", ["kementerian-uji"]),
        ("kementrian uji", ["kementerian-uji"]),
        ("uji kota", ["kota-uji"]),
        ("kabupatn timur", ["kabupaten-timur"]),
        ("nasional", []),
        ("dinas pekerjaan", []),
        ("", []),
        ("k", []),
        ("\x00", []),
        ("%", []),
        ("__", []),
        ("🚦🚦", []),
        ("a" * 5000, []),
    ],
)
def test_words_prefixes_abbreviations_and_slips_find_bodies(client: Client, world: World, words: str, slugs: list[str]) -> None:
    assert ask(client, words) == slugs


def test_offers_are_capped_and_begin_with_the_closest(client: Client, world: World) -> None:
    path = world.nation.path
    for number in range(30):
        pk, slug = 90_000 + number, f"badan-{number}"
        Institution.objects.create(
            pk=pk, slug=slug, name=f"Badan Timur {number}", kind="agency", parent=world.nation, path=f"{path}{pk}.", valid_from=world.at.date()
        )

    found = ask(client, "kabupaten timur"), ask(client, "timur")

    assert found[0] == ["kabupaten-timur"]
    assert len(found[1]) == 8


def test_an_ended_institution_is_offered_no_more(client: Client, world: World) -> None:
    Institution.objects.filter(slug="kabupaten-timur").update(valid_to=world.at.date())

    assert ask(client, "kabupaten") == ["kabupaten-sunyi"]


def test_offers_are_kept_by_browser_and_cache_and_give_nothing_but_key_and_name(client: Client, world: World) -> None:
    first = client.get("/tawaran/instansi/", {"q": "Kota  UJI"})
    with CaptureQueriesContext(connection) as asked:
        second = client.get("/tawaran/instansi/", {"q": "kota uji"})

    assert first.json() == second.json() == {"offers": [{"value": "kota-uji", "label": "Kota Uji"}]}
    assert len(asked) == 0
    assert first["Cache-Control"] == "private, max-age=300"
    assert not first.cookies


def test_places_are_offered_too(client: Client, world: World) -> None:
    found = client.get("/tawaran/wilayah/", {"q": "kota semarang"}).json()["offers"]

    assert found[0] == {"value": "33.74", "label": "Kota Semarang, Jawa Tengah"}
    assert len(found) == 8


def test_without_the_cache_offers_come_all_the_same(client: Client, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/valkey.sock"}}
    monkeypatch.setattr(pages, "shelf", pages.Shelf())
    assert cache is not None

    assert ask(client, "kota uji") == ["kota-uji"]
