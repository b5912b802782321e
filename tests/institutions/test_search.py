from datetime import date

import pytest
from django.utils import translation

from institutions import services
from institutions.models import Region, Topic
from officers.models import User

from .conftest import AT

pytestmark = pytest.mark.django_db


def names(query: str, limit: int = 5) -> list[str]:
    return [row.full_name() for row in Region.objects.search(query)[:limit]]


def test_a_full_name_says_what_each_part_is() -> None:
    assert Region.objects.get(pk="31.71.06.1001").full_name() == (
        "Kel. Menteng, Kec. Menteng, Kota Administrasi Jakarta Pusat, Daerah Khusus Ibukota Jakarta"
    )  # fmt: skip


def test_the_closest_name_comes_first_and_the_larger_region_before_the_smaller() -> None:
    found = [name.split(",")[0] for name in names("menteng", 20)]

    assert found[0] == "Kec. Menteng"
    assert found.index("Kel. Menteng") < found.index("Kel. Cikini")


@pytest.mark.parametrize("query", ["kecamatan menteng jakarta", "kel. menteng jakarta", "Kec. Menteng, Jakarta", "  MENTENG   jakarta  pusat "])
def test_words_may_be_written_out_or_shortened(query: str) -> None:
    assert names(query)[0].startswith("Kec. Menteng, Kota Administrasi Jakarta Pusat")


@pytest.mark.parametrize("query", ["31.71.06", "10310"])
def test_codes_and_postal_codes_are_found(query: str) -> None:
    assert any("Menteng" in name for name in names(query))


@pytest.mark.parametrize("query", ["semarng", "kebayoran bru"])
def test_a_slip_of_the_finger_is_forgiven_where_nothing_fits(query: str) -> None:
    assert names(query)[0].startswith(("Kabupaten Semarang", "Kec. Kebayoran Baru"))


@pytest.mark.parametrize("query", ["", "x\0y", "%", "_", "' OR 1=1 --", "😀", "\u202eabc", "a" * 5000])
def test_odd_queries_do_no_harm(query: str) -> None:
    list(Region.objects.search(query)[:5])
    list(Topic.objects.search(query)[:5])


@pytest.mark.parametrize("query", ["%", "_", "zzzzzzzz"])
def test_signs_of_the_database_mean_nothing(query: str) -> None:
    assert names(query) == []


def test_search_stays_quick_on_the_whole_country(system: User) -> None:
    services.load_reference(by=system, at=AT)

    for query in ("menteng", "sukamaju bandung", "kelurahan mentng"):
        plan = str(Region.objects.search(query)[:20].explain())
        assert "region_label_trgm" in plan, plan


def test_topics_are_found_in_both_languages_and_below_their_parent() -> None:
    assert "public_works.potholes" in Topic.objects.search("lubang").values_list("pk", flat=True)
    assert "public_works.potholes" in Topic.objects.search("potholes").values_list("pk", flat=True)
    assert Topic.objects.search("pekerjaan umum").count() > 1


def test_a_topic_is_named_in_the_language_of_the_page() -> None:
    topic = Topic.objects.get(pk="public_works.potholes")

    with translation.override("id"):
        assert topic.name == "Jalan berlubang"
    with translation.override("en"):
        assert str(topic) == "Potholes"


def test_flags_of_topics_speak() -> None:
    assert Topic.objects.filter(flag="sensitive").earliest("pk").is_sensitive
    assert Topic.objects.filter(flag="oversight").earliest("pk").suggests_oversight


def test_a_retired_topic_is_no_longer_in_force(system: User) -> None:
    topic = Topic.objects.get(pk="public_works.potholes")
    topic.valid_to = date(2026, 12, 31)
    services.store(topic, by=system, at=AT, why="merged")

    assert Topic.objects.in_force(date(2026, 12, 31)).filter(pk=topic.pk).exists()
    assert not Topic.objects.in_force(date(2027, 1, 1)).filter(pk=topic.pk).exists()


def test_the_regency_of_a_place_is_told_without_asking_the_database() -> None:
    for region in Region.objects.select_related("parent__parent__parent"):
        above = region
        while above.level not in {Region.Level.REGENCY, Region.Level.PROVINCE} and above.parent is not None:
            above = above.parent
        assert (region.coarse().pk, region.coarse().name, region.coarse().label) == (above.pk, above.name, above.label)
