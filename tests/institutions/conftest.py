"""A few bodies for these tests beside the country of all tests: a ministry with a unit, a province and a regency."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from institutions import services
from institutions.models import Institution, Kind, LegalBasis
from officers import services as officer_services
from officers.actors import actor_for
from officers.models import User

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
START = date(2019, 1, 1)


@pytest.fixture
def system(db: None) -> User:
    return User.objects.get(username="system")


@pytest.fixture
def nation(db: None) -> Institution:
    """The root of the seed, which every test database holds already."""
    return services.root()


@pytest.fixture
def country(nation: Institution, system: User) -> SimpleNamespace:
    def below(parent: Institution, name: str, slug: str, kind: str) -> Institution:
        return services.create_institution(parent=parent, name=name, slug=slug, kind=kind, valid_from=START, by=system, at=AT, why="test")

    ministry = below(nation, "Kementerian Urusan Air", "kementerian-air", Kind.MINISTRY)
    return SimpleNamespace(
        nation=nation,
        ministry=ministry,
        unit=below(ministry, "Direktorat Irigasi", "irigasi", Kind.UNIT),
        province=below(nation, "Provinsi Lautan Teduh", "lautan-teduh", Kind.PROVINCE),
        regency=below(nation, "Kabupaten Karang Putih", "karang-putih", Kind.REGENCY),
    )


@pytest.fixture
def basis(db: None) -> LegalBasis:
    return LegalBasis.objects.get(pk="permenpanrb-5-2025")


def appointed(username: str, role: str, institution: Institution, system: User) -> User:
    """An officer with one role in force."""
    user = officer_services.create_officer(username=username, full_name=username, email=f"{username}@example.test", by=system, at=AT, why="test")
    officer_services.appoint(
        user=user, role=role, institution=institution, decree_number="SK-1", decree_on=START, valid_from=START, by=actor_for(system, at=AT), at=AT
    )
    return user
