"""A row in memory meets a condition exactly where the database finds it."""

import pytest
from django.db.models import F, Q

from institutions.models import Institution
from lapor.ground.matching import meets
from tests.world import World

CONDITIONS = [
    Q(),
    ~Q(),
    Q(slug="kota-uji"),
    ~Q(slug="kota-uji"),
    Q(pk__in=()),
    ~Q(pk__in=()),
    Q(parent__isnull=True),
    Q(parent__slug="kota-uji"),
    ~Q(parent__slug="kota-uji"),
    Q(parent__parent__path__startswith="1."),
    ~Q(parent__parent__path__startswith="1."),
    Q(region=None),
    ~Q(region__in=["31"]),
    Q(kind="unit") | Q(slug="nasional"),
    Q(kind="unit") & ~Q(Q(parent__slug="kota-uji") | Q(short_name="")),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_it_finds_in_memory_what_the_database_finds(world: World, condition: Q) -> None:
    rows = Institution.objects.select_related("parent__parent")

    assert {row.slug for row in rows if meets(row, condition)} == set(rows.filter(condition).values_list("slug", flat=True))


@pytest.mark.parametrize("condition", [Q(slug__icontains="kota"), Q(slug="a") ^ Q(slug="b"), Q(slug__length=3)])
def test_what_it_does_not_know_it_never_guesses(world: World, condition: Q) -> None:
    with pytest.raises(LookupError):
        meets(world.city, condition)


def test_a_column_is_no_plain_value(world: World) -> None:
    with pytest.raises(LookupError):
        meets(world.city, Q(slug=F("name")))
