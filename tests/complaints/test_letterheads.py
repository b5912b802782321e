"""Letterheads: set by the institution for itself, checked, drawn anew, inherited."""

from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from complaints.letters import sample
from complaints.models import Letter
from institutions import services as places
from institutions.models import Change, Institution, Letterhead, Limit, Region
from lapor.ground.problems import Refusal
from officers.actors import machine
from tests.lapor.pdfs import words_of
from tests.letters import HEAD, letterhead, written
from tests.pages import page
from tests.world import World


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600)) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", size, "#0b5394").save(file, kind, **({"exif": b"Exif\x00\x00rahasia"} if kind == "JPEG" else {}))
    file.seek(0)
    return file


def test_a_logo_is_drawn_anew_and_shown_and_old_letters_keep_their_head(world: World) -> None:
    system = machine("system")
    first = places.set_letterhead(world.unit, HEAD, by=system, at=world.at, why="uji", logo=picture("JPEG"))
    _complaint, letter = written(world)
    second = places.set_letterhead(world.unit, {"code": "PU"}, by=system, at=world.at, why="kode baru")

    assert Image.open(BytesIO(bytes(first.logo))).size == (480, 320)
    assert b"rahasia" not in bytes(first.logo)
    assert (second.version, second.lines, bytes(second.logo)) == (2, first.lines, bytes(first.logo))
    assert letter.letterhead == first
    assert written(world)[1].number == "2/PU/LAPOR/XI/2026"
    assert Change.objects.filter(target_kind="institutions.letterhead").count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pattern": "{urut}/{kode.__class__}/{tahun}"}, "pattern"),
        ({"pattern": "{urut}/{settings}/{tahun}"}, "pattern"),
        ({"pattern": "{kode}/{tahun}"}, "pattern"),
        ({"pattern": "{urut}/{kode}"}, "pattern"),
        ({"pattern": "{urut}/{tahun}/{"}, "pattern"),
        ({"code": "<b>"}, "code"),
        ({"lines": ""}, "lines"),
        ({"lines": "a\nb\nc\nd"}, "lines"),
    ],
)
def test_a_letterhead_that_cannot_be_is_refused(world: World, values: dict[str, str], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        letterhead(world, **values)

    assert field in refused.value.fields


@pytest.mark.parametrize("raw", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF89a" + b"\x00" * 20, b"\x89PNG\r\n\x1a\n" + b"\x00" * 50])
def test_what_is_no_picture_is_no_logo(world: World, raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        places.set_letterhead(world.unit, HEAD, by=machine("system"), at=world.at, why="uji", logo=BytesIO(raw))

    assert "logo" in refused.value.fields


@pytest.mark.parametrize(
    ("name", "city"), [("Kota Administrasi Jakarta Selatan", "Jakarta Selatan"), ("Kota Semarang", "Semarang"), ("Kabupaten Grobogan", "Grobogan")]
)
def test_the_date_line_names_the_city_as_people_do(name: str, city: str) -> None:
    region = Region(code="31.74", name=name, level=Region.Level.REGENCY)

    assert Letterhead.of_the_tree(Institution(name="Badan", slug="badan", region=region)).city == city


def test_a_sample_names_the_days_that_a_letter_would(world: World) -> None:
    days = Limit.objects.table(world.at.date())["reopen_days"]

    assert f"dalam {days} hari setelah ditutup" in words_of(sample(world.city, at=world.at))


def test_an_institutions_admin_sets_its_own_letterhead_and_no_other(world: World) -> None:
    with time_machine.travel(world.at, tick=False):
        places.set_letterhead(world.unit, HEAD, by=world.user("admin"), at=world.at, why="uji")
        for who, where in (("admin", world.ministry), ("liaison", world.unit), ("admin", world.nation)):
            with pytest.raises(Refusal) as refused:
                places.set_letterhead(where, HEAD, by=world.user(who), at=world.at, why="uji")
            assert refused.value.status == 403


def test_a_unit_without_a_letterhead_writes_under_the_one_above_it(world: World) -> None:
    places.set_letterhead(world.city, {**HEAD, "code": "KOTA"}, by=machine("system"), at=world.at, why="uji")

    assert written(world)[1].number == "1/KOTA/LAPOR/XI/2026"


def test_the_letterhead_page_shows_saves_draws_a_sample_and_keeps_what_was_wrong(client: Client, world: World) -> None:
    where = "/meja/kop-surat/kota-uji-dpu/"
    with time_machine.travel(world.at, tick=False):
        world.login(client, "admin")
        assert world.unit.name in page(client.get("/meja/kop-surat/"))
        wrong = client.post(where, {**HEAD, "pattern": "{urut}/{x}/{tahun}", "why": "uji"})
        saved = client.post(where, {**HEAD, "pattern": "{urut4}/{kode}/{bulan}/{tahun}", "why": "uji", "logo": picture()})
        sample = client.get(f"{where}contoh/")
        for who, status in (("liaison", 403), ("other_admin", 200)):
            assert world.login(client, who).get("/meja/kop-surat/").status_code == status
            assert client.get(where).status_code == 404

    assert (wrong.status_code, saved.status_code) == (422, 302)
    assert "{urut}/{x}/{tahun}" in page(wrong)
    assert "0000/DPU/11/2026" in words_of(sample.content)
    assert "Sekar Ayu" in words_of(sample.content)
    assert Letterhead.objects.get(institution=world.unit).logo
    assert not Letter.objects.exists()


def test_the_list_of_letterheads_asks_as_often_for_one_as_for_many(client: Client, world: World) -> None:
    world.login(client, "national")
    client.get("/meja/kop-surat/")
    with CaptureQueriesContext(connection) as few:
        client.get("/meja/kop-surat/?q=Kabupaten+Timur")
    letterhead(world)
    with CaptureQueriesContext(connection) as many:
        client.get("/meja/kop-surat/")

    assert len(few) == len(many)
