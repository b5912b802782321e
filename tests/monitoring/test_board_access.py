"""Who may see the figures of which scope: every role at every kind of scope. What a hub is not told of is in test_board_hiding."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from institutions.models import HubMembership
from lapor.ground.problems import Refusal
from monitoring.boards.sight import choices, sight_of
from tests.pages import page
from tests.world import PEOPLE, SINCE, World

pytestmark = pytest.mark.usefixtures("clock")
Desk = Callable[[str], Client]
ON = date(2026, 11, 2)
SCOPES = (
    "nation", "kind:city", "hub:nasional", "hub:kementerian-uji", "kota-uji", "kota-uji-dpu", "kota-uji-inspektorat", "kota-uji-rsud",
    "kementerian-uji", "kementerian-uji-biro", "kabupaten-timur",
)  # fmt: skip
CITY = frozenset({"kota-uji", "kota-uji-dpu", "kota-uji-inspektorat", "kota-uji-rsud"})
MINISTRY = frozenset({"kementerian-uji", "kementerian-uji-biro"})
NOTHING: frozenset[str] = frozenset()
# What each officer sees.
SEES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("national", "national2", "monitor", "ombudsman", "auditor"), frozenset(SCOPES)),
    **dict.fromkeys(("admin", "admin2", "superior", "accountable", "patron"), CITY),
    **dict.fromkeys(("liaison", "liaison2"), frozenset({"kota-uji-dpu"})),
    "health_liaison": NOTHING,  # sees the unit of health, which is not asked for here
    "unit_admin": frozenset({"kota-uji-rsud"}),
    "supervisor": frozenset({"kota-uji-inspektorat"}),
    "other_admin": MINISTRY,
    "other_liaison": frozenset({"kementerian-uji-biro"}),
    "east_admin": frozenset({"kabupaten-timur"}),
    "hub": frozenset({"hub:nasional", "kota-uji", "kabupaten-timur"}),
    "operator": NOTHING,
    "custodian": NOTHING,
}
READERS = frozenset(SEES) - {"monitor", "patron", "hub", "operator", "custodian"}


def members(world: World) -> None:
    """A hub at the nation's desk with a coordinator, and one of the ministry without."""
    east = world.place("kabupaten-timur")
    for hub, member in ((world.nation, world.city), (world.nation, east), (world.ministry, world.city)):
        HubMembership.objects.create(hub=hub, member=member, kind=HubMembership.Kind.REGION, valid_from=SINCE)


@pytest.mark.parametrize("name", [name for name, _role, _place in PEOPLE])
def test_each_role_sees_its_scopes_and_no_others(world: World, name: str) -> None:
    members(world)
    actor = world.actor(name)
    seen, cases, hiding = set(), set(), set()
    for key in SCOPES:
        if key not in SEES[name]:
            with pytest.raises(Refusal) as refusal:
                sight_of(actor, key, on=ON)
            assert refusal.value.code == "not_found"
            continue
        sight = sight_of(actor, key, on=ON)
        seen.add(key)
        cases |= {key} if sight.has_cases else set()
        hiding |= {key} if sight.hides else set()

    assert seen == SEES[name]
    assert cases == (SEES[name] if name in READERS else NOTHING)
    assert hiding == (SEES[name] if name == "hub" else NOTHING)


@pytest.mark.parametrize("key", ["takada", "hub:takada", "hub:kota-uji", "kind:unit", "kind:national", "kind:x", "hub:", "kind:", "\x00", "nasional\x00x"])
def test_what_is_no_scope_is_missing_for_everybody(world: World, key: str) -> None:
    for name in ("national", "hub", "admin"):
        with pytest.raises(Refusal) as refusal:
            sight_of(world.actor(name), key, on=ON)

        assert refusal.value.code == "not_found"


def test_a_membership_that_ended_shows_nothing_more(world: World) -> None:
    members(world)
    HubMembership.objects.filter(member=world.city).update(valid_to=date(2026, 10, 31))

    with pytest.raises(Refusal):
        sight_of(world.actor("hub"), "kota-uji", on=ON)
    assert sight_of(world.actor("hub"), "hub:nasional", on=ON).scope.ids == (world.place("kabupaten-timur").pk,)


@pytest.mark.parametrize("name", sorted(SEES))
def test_the_pages_answer_as_the_rule_says(world: World, desk: Desk, name: str) -> None:
    members(world)
    browser = desk(name)
    for key in ("nation", "kota-uji", "hub:nasional"):
        status = 200 if key in SEES[name] else 403 if name in {"operator", "custodian"} else 404
        assert browser.get("/meja/ukuran/", {"scope": key}).status_code == status
        cases = browser.get("/meja/ukuran/kasus/", {"scope": key, "measure": "received"}).status_code
        assert cases == (404 if status == 200 and name not in READERS else status)
    assert browser.get("/meja/ukuran/definisi/").status_code == (403 if name in {"operator", "custodian"} else 200)


def test_a_board_begins_at_the_officers_own_place(world: World, desk: Desk) -> None:
    members(world)
    for name, begins in (("national", "Meja Nasional"), ("admin", "Kota Uji"), ("liaison", "Dinas Pekerjaan Umum Kota Uji"), ("hub", "Meja Nasional")):
        assert f"<h1>{begins}" in page(desk(name).get("/meja/ukuran/"))
    assert choices(world.actor("hub"), on=ON)[0][1][0][0] == "hub:nasional"
    assert [title for title, _options in choices(world.actor("national"), on=ON)] == ["Negara", "Jenis instansi", "Simpul koordinasi"]
    assert choices(world.actor("custodian"), on=ON) == []


def test_whoever_is_not_logged_in_is_sent_to_the_log_in(client: Client) -> None:
    for path in ("/meja/ukuran/", "/meja/ukuran/kasus/", "/meja/ukuran/definisi/", "/meja/ukuran/isu/x/"):
        assert client.get(path)["Location"].startswith("/masuk/")


def test_the_desk_leads_to_the_figures(world: World, desk: Desk) -> None:
    assert 'href="/meja/ukuran/"' in page(desk("admin").get("/meja/"))


@pytest.mark.parametrize(("name", "is_led"), [("patron", True), ("monitor", True), ("hub", True), ("operator", False), ("custodian", False)])
def test_whoever_has_figures_and_no_desk_is_led_to_them(world: World, desk: Desk, name: str, is_led: bool) -> None:
    response = desk(name).get("/meja/")

    assert response.status_code == 403
    assert ('class="button second" href="/meja/ukuran/"' in page(response)) is is_led
