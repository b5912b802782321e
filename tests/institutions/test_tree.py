from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from institutions import services
from institutions.models import Change, HubMembership, Institution, Kind, ids_of
from lapor.ground.problems import Refusal
from officers.models import User

from .conftest import AT, START, TODAY, appointed

CHANGE: dict[str, Any] = {"at": AT, "why": "test"}


def test_a_path_holds_the_keys_from_the_root_down_to_the_node(country: SimpleNamespace) -> None:
    assert ids_of(country.unit.path) == [country.nation.pk, country.ministry.pk, country.unit.pk]


def test_under_takes_a_node_and_everything_below_it(country: SimpleNamespace) -> None:
    assert set(Institution.objects.under(country.ministry.path)) == {country.ministry, country.unit}
    assert set(Institution.objects.under(country.unit.path, country.province.path)) == {country.unit, country.province}
    assert not Institution.objects.under().exists()


def test_above_goes_from_the_root_to_the_node(country: SimpleNamespace) -> None:
    assert list(Institution.objects.above(country.unit.path)) == [country.nation, country.ministry, country.unit]


def test_a_province_has_no_power_over_a_regency_by_path(country: SimpleNamespace, system: User) -> None:
    with pytest.raises(Refusal) as refused:
        services.create_institution(parent=country.province, name="Kota", slug="kota", kind=Kind.CITY, by=system, **CHANGE)

    assert refused.value.status == 422
    assert "parent" in refused.value.fields


def test_below_a_unit_there_are_only_units(country: SimpleNamespace, system: User) -> None:
    with pytest.raises(Refusal):
        services.create_institution(parent=country.unit, name="Badan", slug="badan", kind=Kind.AGENCY, by=system, **CHANGE)


def test_there_is_one_root(nation: Institution, system: User) -> None:
    with pytest.raises(Refusal):
        services.create_institution(parent=None, name="Meja lain", slug="lain", kind=Kind.NATIONAL, by=system, **CHANGE)


def test_a_slug_and_an_sms_prefix_belong_to_one_institution(country: SimpleNamespace, system: User) -> None:
    services.update_institution(country.ministry, {"sms_prefix": "AIR"}, by=system, **CHANGE)

    with pytest.raises(Refusal) as slug:
        services.create_institution(parent=country.nation, name="Lain", slug="kementerian-air", kind=Kind.AGENCY, by=system, **CHANGE)
    with pytest.raises(Refusal) as prefix:
        services.create_institution(parent=country.nation, name="Lain", slug="lain", kind=Kind.AGENCY, sms_prefix="AIR", by=system, **CHANGE)

    assert set(slug.value.fields) == {"slug"}
    assert set(prefix.value.fields) == {"sms_prefix"}


def test_a_new_parent_takes_the_whole_subtree_along(country: SimpleNamespace, system: User) -> None:
    desk = services.create_institution(parent=country.unit, name="Seksi", slug="seksi", kind=Kind.UNIT, by=system, **CHANGE)

    moved = services.update_institution(country.unit, {"parent": country.regency}, by=system, **CHANGE)
    desk.refresh_from_db()

    assert ids_of(moved.path) == [country.nation.pk, country.regency.pk, country.unit.pk]
    assert desk.path == f"{moved.path}{desk.pk}."
    assert Institution.objects.get(pk=country.unit.pk).path == moved.path


def test_nothing_moves_below_itself(country: SimpleNamespace, system: User) -> None:
    with pytest.raises(Refusal):
        services.update_institution(country.ministry, {"parent": country.ministry}, by=system, **CHANGE)
    with pytest.raises(Refusal):
        services.update_institution(country.ministry, {"parent": country.unit, "kind": "unit"}, by=system, **CHANGE)


@pytest.mark.parametrize("name", ["path", "slug", "valid_to", "id"])
def test_what_is_no_particular_cannot_be_changed_as_one(country: SimpleNamespace, system: User, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        services.update_institution(country.ministry, {name: "x"}, by=system, **CHANGE)

    assert name in refused.value.fields


def test_an_institution_is_in_force_from_its_first_day_to_its_last(country: SimpleNamespace, system: User) -> None:
    services.retire_institution(country.ministry, on=date(2026, 12, 31), by=system, **CHANGE)

    def there(day: date) -> bool:
        return Institution.objects.in_force(day).filter(pk=country.ministry.pk).exists()

    assert [there(day) for day in (date(2018, 12, 31), START, date(2026, 12, 31), date(2027, 1, 1))] == [False, True, True, False]


def test_with_an_institution_end_its_units_and_the_successor_follows(country: SimpleNamespace, system: User) -> None:
    ended = services.retire_institution(country.ministry, on=TODAY, successor=country.province, by=system, **CHANGE)
    country.unit.refresh_from_db()

    assert ended.successor == country.province
    assert country.unit.valid_to == TODAY


def test_an_end_can_be_taken_back(country: SimpleNamespace, system: User) -> None:
    services.retire_institution(country.ministry, on=TODAY, successor=country.province, by=system, **CHANGE)

    row = services.revive_institution(country.ministry, by=system, **CHANGE)

    assert (row.valid_to, row.successor) == (None, None)


def test_a_successor_must_be_there_and_must_not_lead_back(country: SimpleNamespace, system: User) -> None:
    services.retire_institution(country.province, on=TODAY, successor=country.regency, by=system, **CHANGE)

    for wrong in (country.unit, country.ministry, Institution.objects.get(pk=country.province.pk)):
        with pytest.raises(Refusal) as refused:
            services.retire_institution(country.ministry, on=TODAY, successor=wrong, by=system, **CHANGE)
        assert "successor" in refused.value.fields
    with pytest.raises(Refusal):
        services.retire_institution(country.regency, on=date(2026, 11, 1), successor=Institution.objects.get(pk=country.province.pk), by=system, **CHANGE)


def test_the_national_desk_does_not_end(nation: Institution, system: User) -> None:
    with pytest.raises(Refusal):
        services.retire_institution(nation, on=TODAY, by=system, **CHANGE)


def test_an_end_before_the_beginning_is_refused(country: SimpleNamespace, system: User) -> None:
    with pytest.raises(Refusal):
        services.retire_institution(country.ministry, on=date(2018, 1, 1), by=system, **CHANGE)


def test_only_who_may_set_policy_changes_the_tree(country: SimpleNamespace, system: User) -> None:
    national = appointed("nasional1", "national_admin", country.nation, system)
    patron = appointed("pembina", "patron", country.ministry, system)

    services.create_institution(parent=country.nation, name="Badan", slug="badan", kind=Kind.AGENCY, by=national, **CHANGE)

    refused: tuple[Callable[[], Institution], ...] = (
        lambda: services.create_institution(parent=country.ministry, name="Unit", slug="unit", kind=Kind.UNIT, by=patron, **CHANGE),
        lambda: services.update_institution(country.ministry, {"name": "X"}, by=patron, **CHANGE),
        lambda: services.retire_institution(country.ministry, on=TODAY, by=patron, **CHANGE),
    )
    for attempt in refused:
        with pytest.raises(Refusal) as refusal:
            attempt()
        assert refusal.value.status == 403


def test_an_institution_admin_keeps_the_own_units_and_nothing_else(country: SimpleNamespace, system: User) -> None:
    admin = appointed("admin.air", "institution_admin", country.ministry, system)

    unit = services.create_institution(parent=country.ministry, name="Biro", slug="biro", kind=Kind.UNIT, by=admin, **CHANGE)
    services.update_institution(unit, {"name": "Biro Umum"}, by=admin, **CHANGE)

    refused: tuple[Callable[[], Institution], ...] = (
        lambda: services.create_institution(parent=country.regency, name="Dinas", slug="dinas", kind=Kind.UNIT, by=admin, **CHANGE),
        lambda: services.create_institution(parent=country.ministry, name="Badan", slug="badan", kind=Kind.AGENCY, by=admin, **CHANGE),
        lambda: services.update_institution(country.ministry, {"kind": "agency"}, by=admin, **CHANGE),
        lambda: services.update_institution(unit, {"parent": country.regency}, by=admin, **CHANGE),
        lambda: services.update_institution(unit, {"kind": "agency"}, by=admin, **CHANGE),
    )
    for attempt in refused:
        with pytest.raises(Refusal) as refusal:
            attempt()
        assert refusal.value.status == 403


def test_a_superuser_without_an_appointment_may_nothing(country: SimpleNamespace) -> None:
    root = User.objects.create_superuser("root", "root@example.test", "x")

    with pytest.raises(Refusal):
        services.update_institution(country.ministry, {"name": "X"}, by=root, **CHANGE)


def test_hubs_have_members_for_a_time(country: SimpleNamespace, system: User) -> None:
    row = services.join_hub(hub=country.province, member=country.regency, kind="region", valid_from=START, by=system, **CHANGE)

    with pytest.raises(Refusal):
        services.join_hub(hub=country.province, member=country.regency, kind="region", valid_from=TODAY, by=system, **CHANGE)
    with pytest.raises(Refusal):
        services.join_hub(hub=country.province, member=country.province, kind="region", valid_from=TODAY, by=system, **CHANGE)
    with pytest.raises(Refusal) as nested:  # its reports would be counted twice
        services.join_hub(hub=country.province, member=country.nation, kind="region", valid_from=TODAY, by=system, **CHANGE)
    assert list(nested.value.fields) == ["member"]
    services.leave_hub(row, on=TODAY, by=system, **CHANGE)
    services.join_hub(hub=country.province, member=country.regency, kind="region", valid_from=date(2026, 11, 25), by=system, **CHANGE)

    assert HubMembership.objects.in_force(TODAY).count() == HubMembership.objects.in_force(date(2026, 11, 25)).count() == 1


def test_a_change_says_what_was_what_is_who_when_and_why(country: SimpleNamespace, system: User) -> None:
    services.update_institution(country.ministry, {"name": "Kementerian Air"}, by=system, at=AT, why="  Perpres 1/2026 ")

    change = Change.objects.filter(target_kind="institutions.institution", target_id=str(country.ministry.pk)).latest("pk")
    assert (change.what, change.before, change.after) == ("updated", {"name": "Kementerian Urusan Air"}, {"name": "Kementerian Air"})
    assert (change.by, change.at, change.why) == (system, AT, "Perpres 1/2026")


def test_nothing_is_changed_without_a_reason(country: SimpleNamespace, system: User) -> None:
    with pytest.raises(Refusal) as refused:
        services.update_institution(country.ministry, {"name": "X"}, by=system, at=AT, why=" ")

    assert "why" in refused.value.fields
    assert Institution.objects.get(pk=country.ministry.pk).name == "Kementerian Urusan Air"


def test_the_database_keeps_every_change(country: SimpleNamespace) -> None:
    for attempt in (
        lambda: Change.objects.update(why="other"),
        lambda: Change.objects.all().delete(),
        lambda: Change.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            attempt()


def test_the_database_refuses_a_path_of_another_node(country: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.filter(pk=country.unit.pk).update(path="1.999.")


def test_search_finds_every_word_and_the_closest_first(country: SimpleNamespace, system: User) -> None:
    services.update_institution(country.ministry, {"short_name": "KemenAir"}, by=system, **CHANGE)

    assert list(Institution.objects.search("karang")) == [country.regency]
    assert list(Institution.objects.search("kemenair")) == [country.ministry]
    assert not Institution.objects.search("karang air").exists()
    assert Institution.objects.search("").count() == Institution.objects.count()
