"""A country with as many institutions as the real one."""

from collections.abc import Iterator
from contextlib import contextmanager

from institutions.models import Institution, Kind
from tests.world import World

MANY = 700


@contextmanager
def many_bodies(world: World) -> Iterator[None]:
    """Seven hundred more institutions right below the nation; gone afterwards."""
    nation, names = world.nation, ("Kementerian", "Kabupaten", "Kota", "Badan", "Provinsi", "Universitas")
    rows = [
        Institution(
            pk=pk, slug=f"banyak-{pk}", name=f"{names[pk % len(names)]} Banyak {pk}", kind=Kind.AGENCY, parent=nation,
            path=f"{nation.path}{pk}.", valid_from=world.at.date(),
        )
        for pk in range(900_000, 900_000 + MANY)
    ]  # fmt: skip
    Institution.objects.bulk_create(rows)
    try:
        yield
    finally:
        Institution.objects.filter(slug__startswith="banyak-").delete()
