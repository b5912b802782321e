"""A query that was made once answers as the same query made anew."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from institutions.models import Institution
from lapor.ground.prepared import Prepared, PreparedModels
from tests.world import World


def named(slug: str) -> Any:
    return Institution.objects.filter(slug=slug).select_related("parent").annotate(said=Value("yes"))


def test_rows_are_those_of_the_query_made_anew(world: World) -> None:
    asked = Prepared(lambda slug: Institution.objects.filter(slug=slug).values_list("pk", "path"), "no-such")

    for slug in (world.city.slug, world.unit.slug, "nothing"):
        assert asked(slug) == list(Institution.objects.filter(slug=slug).values_list("pk", "path"))


def test_models_come_with_what_the_query_selects_and_annotates(world: World) -> None:
    asked = PreparedModels(named, "no-such")
    asked(world.city.slug)
    unit, city = world.unit, world.city

    with CaptureQueriesContext(connection) as queries:
        row = asked(unit.slug)[0]
        assert (row, row.parent, row.said) == (unit, city, "yes")
    assert len(queries) == 1
    assert vars(row).keys() == vars(named(unit.slug).get()).keys()
    assert asked("nothing") == []


def test_what_is_fetched_with_them_is_theirs(world: World) -> None:
    asked = PreparedModels(lambda slug: Institution.objects.filter(parent__slug=slug).order_by("pk").prefetch_related("children"), "no-such")

    for slug in (world.city.slug, "nasional"):
        anew = Institution.objects.filter(parent__slug=slug).order_by("pk")
        assert [list(row.children.all()) for row in asked(slug)] == [list(row.children.all()) for row in anew]


def test_a_mark_that_stands_nowhere_is_told(world: World) -> None:
    with pytest.raises(LookupError):
        Prepared(lambda _slug: Institution.objects.values_list("pk"), "no-such")("a")
