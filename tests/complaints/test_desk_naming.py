"""At the desk an institution or a unit is named by typing as soon as a list of them would be long."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from complaints.models import CannedAnswer, Complaint
from lapor.ground.problems import Refusal
from tests.desk import act, address, more_units
from tests.pages import main
from tests.parts import PART
from tests.world import SORT, World, at_city

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]


def offered(response: Any, field: str = "target") -> list[str]:
    return re.findall(rf'type="radio" name="{field}" value="([^"]+)"', main(response))


def field_of(response: Any, field: str = "target") -> str:
    found = re.search(rf'<(?:input|select) [^>]*id="id_{field}"[^>]*>', main(response))
    assert found
    return found[0]


def ask(client: Client, path: str, words: str) -> list[str]:
    return [row["value"] for row in client.get(f"/meja/tawaran/{path}", {"q": words}).json()["offers"]]


# Institutions, for the nation


def test_the_nation_types_the_institution_and_the_page_lists_none(desk: Desk, world: World) -> None:
    complaint = world.submit(target_institution="kabupaten-sunyi").complaint
    client = desk("national")

    shown = client.get(address(complaint, "langkah/dispose_to_institution/"))
    act(client, complaint, "dispose_to_institution", target="pemkot uji", **SORT)

    complaint.refresh_from_db()
    assert 'data-offers="/tawaran/instansi/"' in field_of(shown)
    assert "kementerian-uji" not in main(shown)
    assert "Pelapor menyebut: Kabupaten Sunyi." in main(shown)
    assert complaint.holder == world.city


def test_a_name_that_fits_several_is_asked_back_beside_what_else_is_missing(desk: Desk, world: World) -> None:
    complaint = world.submit().complaint
    client = desk("national")

    unclear = act(client, complaint, "dispose_to_institution", target="kabupaten", text="Mohon ditangani.")
    chosen = act(client, complaint, "dispose_to_institution", target=["kabupaten", "kabupaten-timur"], **SORT)

    complaint.refresh_from_db()
    assert unclear.status_code == 422
    assert offered(unclear) == ["kabupaten-sunyi", "kabupaten-timur"]
    assert set(unclear.context["form"].errors) == {"target", "topic", "track"}
    assert 'value="kabupaten"' in field_of(unclear)
    assert "Mohon ditangani." in main(unclear)
    assert chosen.status_code == 302
    assert complaint.holder.slug == "kabupaten-timur"


def test_an_unknown_name_is_told_kindly_and_kept(desk: Desk, world: World) -> None:
    refused = act(desk("national"), world.submit().complaint, "dispose_to_institution", target="Lembaga Entah Apa", **SORT)

    assert refused.status_code == 422
    assert 'value="Lembaga Entah Apa"' in field_of(refused)
    assert "Periksa namanya" in main(refused)


def test_a_choice_by_its_key_is_shown_by_its_name_when_something_else_is_wrong(desk: Desk, world: World) -> None:
    refused = act(desk("national"), world.submit().complaint, "dispose_to_institution", target="kota-uji")

    assert refused.status_code == 422
    assert 'value="Kota Uji"' in field_of(refused)


def test_a_return_may_name_the_competent_body_in_words(desk: Desk, world: World) -> None:
    complaint = at_city(world, world.submit().complaint)

    sent = act(desk("admin"), complaint, "return_upward", text="Bukan kewenangan kami.", suggested="Kementerian Uji")

    assert sent.status_code == 302
    assert complaint.transitions.get(kind="return_upward").data["suggested"] == world.ministry.pk


def test_a_draft_shows_what_was_chosen_by_its_name(desk: Desk, world: World) -> None:
    complaint = world.submit().complaint
    client = desk("national")
    act(client, complaint, "dispose_to_institution", target="kota-uji", simpan="1")

    assert 'value="Kota Uji"' in field_of(client.get(address(complaint, "langkah/dispose_to_institution/")))


def test_the_nation_names_the_body_of_a_part(desk: Desk, world: World) -> None:
    lead = world.submit().complaint
    client = desk("national")
    part = {**PART, "track": "non_oversight"}

    unclear = act(client, lead, "invite", **{**part, "target": "kabupaten"})
    act(client, lead, "invite", **{**part, "target": "kota uji"})

    assert offered(unclear) == ["kabupaten-sunyi", "kabupaten-timur"]
    assert PART["part_text"] in main(unclear)
    assert Complaint.objects.get(lead=lead).holder == world.city


# Units, inside an institution


def test_few_units_are_a_list_and_many_are_typed(desk: Desk, world: World) -> None:
    complaint = at_city(world, world.submit().complaint)
    client = desk("admin")
    few = client.get(address(complaint, "langkah/dispose_to_unit/"))
    more_units(world)
    many = client.get(address(complaint, "langkah/dispose_to_unit/"))

    assert field_of(few).startswith("<select")
    assert f'data-offers="/meja/tawaran/unit/{world.city.path}/"' in field_of(many)
    assert "kota-uji-dinkes" not in main(many)


@pytest.mark.parametrize("words", ["kota-uji-dinkes", "dinas kesehatan", "Dinkes uji", "kesehatan"])
def test_a_unit_is_told_by_its_name_or_its_key(desk: Desk, world: World, words: str) -> None:
    more_units(world)
    complaint = at_city(world, world.submit().complaint)

    act(desk("admin"), complaint, "dispose_to_unit", target=words)

    complaint.refresh_from_db()
    assert complaint.holder.slug == "kota-uji-dinkes"


def test_a_unit_of_another_institution_is_neither_offered_nor_taken(desk: Desk, world: World) -> None:
    more_units(world)
    complaint = at_city(world, world.submit().complaint)
    client = desk("admin")

    several = act(client, complaint, "dispose_to_unit", target="uji")
    strange = act(client, complaint, "dispose_to_unit", target="kementerian-uji-biro")
    unknown = act(client, complaint, "dispose_to_unit", target="Biro Uji")

    assert "kementerian-uji-biro" not in offered(several)
    assert "kota-uji-dinkes" in offered(several)
    assert [strange.status_code, unknown.status_code] == [422, 422]
    assert "Pilih unit di dalam instansi" in main(strange)


def test_offers_stay_inside_the_institution_and_inside_the_reach_of_who_asks(desk: Desk, world: World) -> None:
    more_units(world)
    more_units(world, parent="kementerian-uji")
    inside = f"unit/{world.city.path}/"

    assert ask(desk("admin"), inside, "dinas kese") == ["kota-uji-dinkes"]
    assert all(slug.startswith("kota-uji-") for slug in ask(desk("admin"), "unit/", "kelurahan"))
    assert all(slug.startswith("kota-uji-") for slug in ask(desk("national"), inside, "kelurahan"))
    assert ask(desk("other_admin"), inside, "dinas kese") == []
    assert ask(desk("liaison"), inside, "dinas kese") == []


def test_the_desks_offers_are_for_the_desk(client: Client, desk: Desk, world: World) -> None:
    assert Client().get("/meja/tawaran/unit/", {"q": "dinas"}).status_code == 302
    assert desk("patron").get("/meja/tawaran/unit/", {"q": "dinas"}).status_code == 403


# Many reports at once, and canned answers


def test_in_bulk_a_name_is_asked_back_then_looked_at_then_done(desk: Desk, world: World) -> None:
    more_units(world)
    cases = [at_city(world, world.submit(title=f"Lampu jalan padam {number}").complaint) for number in range(2)]
    client = desk("admin")
    given = {"apa": "dispose_to_unit", "diisi": "1", "kasus": [case.tracking_id for case in cases]}

    unclear = client.post("/meja/massal/", {**given, "target": "dinas"})
    seen = client.post("/meja/massal/", {**given, "target": ["dinas", "kota-uji-dinkes"]})
    carried = re.findall(r'name="kasus" value="(LPR[^"]+:\d+:\d+)"', main(seen))
    target = re.findall(r'type="hidden" name="target" value="([^"]*)"', main(seen))
    client.post("/meja/massal/", {**given, "target": target, "kasus": carried, "lakukan": "1"})

    assert offered(unclear) == ["kota-uji-dinkes", "kota-uji-dpu"]
    assert "lakukan" not in main(unclear)
    assert target == ["Dinas Kesehatan Kota Uji"]
    assert Complaint.objects.filter(holder__slug="kota-uji-dinkes").count() == len(cases)


def test_two_units_of_one_name_are_told_apart_by_what_they_stand_under(desk: Desk, world: World) -> None:
    more_units(world)
    more_units(world, parent="kementerian-uji")
    case = world.submit().complaint

    seen = desk("national").post("/meja/massal/", {"apa": "dispose_to_unit", "diisi": "1", "kasus": case.tracking_id, "target": "kelurahan sawah 12"})

    assert "Kelurahan Sawah 12 (Kota Uji)" in main(seen)
    assert "Kelurahan Sawah 12 (Kementerian Uji)" in main(seen)


def test_a_canned_answer_is_written_for_a_place_that_is_named(desk: Desk, world: World) -> None:
    more_units(world)
    client = desk("admin")
    text = {"institution": "dinas kesehatan", "step": "respond", "language": "id", "title": "Pembuka", "body": "Terima kasih atas laporan {nomor}."}

    shown = client.get("/meja/jawaban-siap/tulis/")
    client.post("/meja/jawaban-siap/tulis/", text)
    row = CannedAnswer.objects.get()
    again = client.get(f"/meja/jawaban-siap/{row.pk}/")

    assert 'data-offers="/meja/tawaran/tempat/"' in field_of(shown, "institution")
    assert row.institution.slug == "kota-uji-dinkes"
    assert 'value="Dinas Kesehatan Kota Uji"' in field_of(again, "institution")
    assert ask(client, "tempat/", "dinas kese") == ["kota-uji-dinkes"]


def test_a_name_tells_nothing_to_whoever_may_not_take_the_step(desk: Desk, world: World) -> None:
    complaint = world.submit(is_secret=True).complaint

    assert act(desk("other_admin"), complaint, "dispose_to_institution", target="kabupaten").status_code == 404
    assert act(desk("other_admin"), complaint, "invite", **{**PART, "target": "kabupaten"}).status_code == 404


def test_the_service_takes_keys_alone(world: World) -> None:
    complaint = world.submit().complaint

    with pytest.raises(Refusal) as refused:
        world.step(complaint, "dispose_to_institution", "national", target="Kota Uji", **SORT)

    assert set(refused.value.fields) == {"target"}
