"""The life of an edition: who may do what, when, and what is on record of it."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from institutions import services as places
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from officers import services as officers
from officers.actors import actor_for, machine
from officers.models import Notice
from reports import services
from reports.access import ACTS, STEPS
from reports.models import Edition, EditionDownload
from reports.services import life
from reports.snapshot import digest
from tests.monitoring.books import book
from tests.pages import page
from tests.reports.figures import AFTER, DAY, counted, frozen, frozen_of_issue, issue_of
from tests.world import PEOPLE, SINCE, World

MONTH, HALF = Period.parse("2026-09"), Period.parse("2026-H1")
KINDS = ("unit", "micro", "meso", "macro", "over_60", "issue")
NAMES = tuple(name for name, _role, _place in PEOPLE)


@pytest.fixture
def joined(world: World) -> World:
    """The city belongs to the hub whose coordinator is `hub`."""
    places.join_hub(hub=world.nation, member=world.city, kind="region", valid_from=SINCE, by=machine("system"), at=world.at, why="uji")
    return world


def edition_of(world: World, kind: str) -> Edition:
    if kind == "issue":
        issue_of(world.city)
        return frozen_of_issue(world)
    place, period = {
        "unit": (world.unit, MONTH), "micro": (world.city, Period.parse("2026-Q3")), "meso": (world.nation, HALF), "macro": (world.nation, HALF),
        "over_60": (world.nation, MONTH),
    }[kind]  # fmt: skip
    return frozen(world, kind, place, period=period)


WATCH = {"national", "national2", "monitor", "auditor"}
CITY = {"admin", "admin2", "superior", "accountable", "patron"}
# By hand, from the tasks of the offices: (who reads it as it was made, who reads it once it was submitted).
READS: dict[str, tuple[set[str], set[str]]] = {
    "unit": (WATCH | CITY | {"liaison", "liaison2"}, set()),
    "micro": (WATCH | CITY, {"hub"}),
    "meso": (WATCH | {"hub"}, set()),
    "macro": (WATCH, {"ombudsman"}),
    "over_60": (WATCH - {"monitor"}, {"ombudsman"}),
    "issue": (WATCH | CITY, {"ombudsman"}),
}
NATION = {"national", "national2"}
DOES: dict[str, dict[str, set[str]]] = {
    "unit": {"generate": {"admin", "admin2"}, "review": {"admin", "admin2"}, "submit": {"superior", "accountable"}, "accept": {"admin", "admin2"}},
    "micro": {"generate": {"admin", "admin2"}, "review": {"admin", "admin2"}, "submit": {"superior", "accountable"}, "accept": NATION | {"hub"}},
    "meso": {"generate": {"hub"}, "review": {"hub"}, "submit": {"hub"}, "accept": NATION},
    "macro": {"generate": NATION, "review": NATION, "submit": NATION, "accept": NATION},
    "over_60": {"generate": NATION, "review": NATION, "submit": NATION, "accept": {"ombudsman"}},
    "issue": {
        "generate": {"admin", "admin2"} | NATION,
        "review": {"admin", "admin2"} | NATION,
        "submit": {"superior", "accountable"},
        "accept": NATION,
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_reads_and_who_does_what_by_role_and_place(joined: World, kind: str) -> None:
    edition = edition_of(joined, kind)
    at_first, once_sent = READS[kind]

    def readers() -> set[str]:
        return {name for name in NAMES if Edition.objects.readable(joined.actor(name)).filter(pk=edition.pk).exists()}

    assert readers() == at_first
    Edition.objects.filter(pk=edition.pk).update(state="submitted", submitted_on=date(2026, 10, 6))
    assert readers() == at_first | once_sent
    told: dict[str, set[str]] = {act: set() for act in ACTS}
    for name in NAMES:
        row = Edition.objects.with_acts(joined.actor(name)).get(pk=edition.pk)
        for act in ACTS:
            if getattr(row, f"may_{act}"):
                told[act].add(name)
    does = DOES[kind]
    assert told == does | {"plan": does["generate"], "request_revision": does["accept"]}


@pytest.mark.parametrize("kind", KINDS)
def test_each_refuses_what_is_not_its_own_and_hides_what_may_not_be_seen(joined: World, kind: str) -> None:
    edition = edition_of(joined, kind)
    Edition.objects.filter(pk=edition.pk).update(state="submitted", submitted_on=date(2026, 10, 6))
    readers = set().union(*READS[kind])
    for name in NAMES:
        for act in STEPS:
            if name in (DOES[kind] | {"request_revision": DOES[kind]["accept"]})[act]:
                continue
            with pytest.raises(Refusal) as refused:
                services.move(edition.pk, act, by=joined.actor(name), at=AFTER, note="x")
            assert refused.value.status == (403 if name in readers else 404), (name, act)
        if name not in DOES[kind]["generate"]:
            with pytest.raises(Refusal) as refused:
                services.generate(kind, edition.issue or edition.institution, edition.span, by=joined.actor(name), at=AFTER, why="x")
            assert refused.value.code == "forbidden"


def test_a_report_is_reviewed_submitted_sent_back_revised_and_accepted(joined: World) -> None:
    world, at = joined, AFTER
    edition = frozen(world)
    services.add_item(edition.pk, {"text": "Latih admin", "owner": "TU", "due_on": "2026-12-01"}, by=world.actor("admin"), at=at)
    with pytest.raises(Refusal) as refused:
        services.submit(edition.pk, by=world.actor("superior"), at=at)
    assert refused.value.code == "conflict"
    services.review(edition.pk, by=world.actor("admin"), at=at, version=1)
    with pytest.raises(Refusal) as refused:
        services.submit(edition.pk, by=world.actor("superior"), at=at, version=1)
    assert refused.value.code == "conflict"
    sent = services.submit(edition.pk, by=world.actor("superior"), at=at, version=2)
    assert (sent.number, sent.submitted_on, [item["text"] for item in sent.plan]) == ("1/KOTA-UJI/LAPOR/X/2026", date(2026, 10, 5), ["Latih admin"])
    with pytest.raises(Refusal):
        services.add_item(edition.pk, {"text": "Lain", "owner": "TU", "due_on": "2026-12-01"}, by=world.actor("admin"), at=at)
    with pytest.raises(Refusal) as refused:
        services.request_revision(edition.pk, by=world.actor("hub"), at=at)
    assert list(refused.value.fields) == ["note"]
    services.request_revision(edition.pk, by=world.actor("hub"), at=at, note="Bab 8 kosong")

    second = frozen(world, who="admin", why="Bab 8 dilengkapi", at=at + timedelta(days=1))
    later = at + timedelta(days=2)
    services.review(second.pk, by=world.actor("admin2"), at=later)
    services.submit(second.pk, by=world.actor("accountable"), at=later)
    done = services.accept(second.pk, by=world.actor("hub"), at=later, note="Terima kasih")

    assert (done.state, done.number, done.revision) == ("accepted", "2/KOTA-UJI/LAPOR/X/2026", 2)
    assert [(event.code, event.by.username, event.as_role) for event in second.events.select_related("by")] == [
        ("generated", "admin", "institution_admin"), ("reviewed", "admin2", "institution_admin"), ("submitted", "accountable", "accountable_official"),
        ("accepted", "hub", "hub_coordinator"),
    ]  # fmt: skip
    assert [event.note for event in edition.events.filter(code="revision_requested")] == ["Bab 8 kosong"]
    told = set(Notice.objects.values_list("event", "recipient__username"))
    assert {
        ("edition_submitted", "hub"),
        ("edition_submitted", "national"),
        ("edition_revision_requested", "admin"),
        ("edition_accepted", "accountable"),
    } <= told
    with pytest.raises(Refusal) as refused:
        services.accept(edition.pk, by=world.actor("national"), at=later)
    assert refused.value.code == "conflict"  # the old revision


def test_nobody_accepts_what_they_submitted_themselves(world: World) -> None:
    edition = edition_of(world, "macro")
    services.review(edition.pk, by=world.actor("national"), at=AFTER)
    services.submit(edition.pk, by=world.actor("national"), at=AFTER)

    with pytest.raises(Refusal) as refused:
        services.accept(edition.pk, by=world.actor("national"), at=AFTER)
    assert refused.value.code == "forbidden"
    assert services.accept(edition.pk, by=world.actor("national2"), at=AFTER).state == "accepted"


# --- pages ----------------------------------------------------------------------------------------------------------------


def asked(client: Client, edition: Edition, kind: str, **more: str) -> None:
    assert client.post(f"/meja/evaluasi/{edition.pk}/berkas/", {"format": kind, **more}).status_code == 302


def test_a_file_is_asked_for_seen_growing_and_downloaded_once_it_is_there(world: World, client: Client, clock: Any, storage: Any) -> None:
    clock.move_to(AFTER)
    counted(world)
    edition = frozen(world)
    desk = world.login(client, "admin")
    where = f"/meja/evaluasi/{edition.pk}/"
    assert "Refresh" not in desk.get(where)
    asked(desk, edition, "csv", bahasa="en")
    asked(desk, edition, "csv", bahasa="en")
    waiting = desk.get(where)
    assert waiting["Refresh"] == "5"
    assert "0%" in page(waiting)
    assert edition.files.count() == 1
    services.publish(at=AFTER)
    ready = page(desk.get(where))
    address = ready.split('href="/meja/evaluasi/berkas/')[1].split('"')[0]

    answer = desk.get(f"/meja/evaluasi/berkas/{address}")

    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="evaluasi-micro-kota-uji-2026-Q3-r1-en.csv"'
    assert answer["Cache-Control"] == "no-store"
    row = EditionDownload.objects.get()
    assert (row.by.username, row.as_role, row.sha256) == ("admin", "institution_admin", row.file.sha256)
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        EditionDownload.objects.update(as_role="x")
    assert world.login(Client(), "superior").get(f"/meja/evaluasi/berkas/{address}").status_code == 404
    clock.move_to(AFTER + timedelta(minutes=31))
    assert world.login(client, "admin").get(f"/meja/evaluasi/berkas/{address}").status_code == 404
    assert EditionDownload.objects.count() == 1


def test_a_hub_gets_a_file_of_its_own_in_which_the_few_are_hidden(joined: World, client: Client, clock: Any, storage: Any) -> None:
    world = joined
    clock.move_to(AFTER)
    counted(world)
    edition = frozen(world)
    Edition.objects.filter(pk=edition.pk).update(state="submitted", submitted_on=date(2026, 10, 5))
    for name in ("hub", "national"):
        services.queue_file(edition.pk, "csv", by=world.actor(name), at=AFTER)
    services.draw_files(at=AFTER)
    files = {file.is_masked: file for file in edition.files.all()}
    hub = world.actor("hub", at=AFTER)

    _row, raw = services.open_file(services.ticket(files[True], by=hub, at=AFTER), by=hub, at=AFTER)

    lines = {line["item"]: line for line in csv.DictReader(io.StringIO(raw.decode(), newline="")) if line["section"] == "figure"}
    assert (lines["reply_handled"]["value"], lines["reply_handled"]["denominator"], lines["reply_handled"]["missing"]) == ("", "", "few")
    assert (lines["followup_rate"]["value"], lines["followup_rate"]["missing"]) == ("", "few")  # 29 of 37: eight are left
    assert lines["clearance_rate_flow"]["value"] == "67.50"
    with pytest.raises(Refusal) as refused:
        services.open_file(services.ticket(files[False], by=hub, at=AFTER), by=hub, at=AFTER)
    assert refused.value.code == "not_found"
    shown = page(world.login(client, "hub").get(f"/meja/evaluasi/{edition.pk}/"))
    assert "bab-18" in shown


def test_a_hub_reads_its_own_report_without_the_few_and_with_a_digest_of_what_it_reads(joined: World) -> None:
    counted(joined)
    edition = edition_of(joined, "meso")
    hub, national = (joined.actor(name, at=AFTER) for name in ("hub", "national"))

    assert (services.reads_whole(edition, hub), services.reads_whole(edition, national)) == (False, True)
    whole, masked = (services.document_of(edition, is_masked=is_masked, at=AFTER) for is_masked in (False, True))
    assert whole.sha256 == edition.sha256
    assert masked.sha256 == digest(masked.snapshot) != edition.sha256


def test_nobody_accepts_what_they_submitted_while_they_wait_for_it(joined: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is asked again once it is locked: what was true before it may not be any more."""
    edition = edition_of(joined, "macro")
    by = joined.actor("national", at=AFTER)
    services.move(edition.pk, "review", by=by, at=AFTER)
    find = life.find

    def found_early(pk: Any, by: Any) -> Edition:
        row = find(pk, by)
        services_move(edition.pk, "submit", by=by, at=AFTER)  # commits between the look and the lock
        return row

    services_move = services.move

    def race(*args: Any, **more: Any) -> Edition:
        monkeypatch.setattr(life, "find", lambda pk, by: (monkeypatch.setattr(life, "find", find), found_early(pk, by))[1])
        return services_move(*args, **more)

    with pytest.raises(Refusal) as refused:
        race(edition.pk, "accept", by=by, at=AFTER)
    assert refused.value.code == "forbidden"
    assert Edition.objects.get(pk=edition.pk).state == "reviewed"  # the whole attempt is taken back with it


def test_what_a_coordinator_beside_the_line_does_is_recorded_under_that_role(world: World) -> None:
    """A sector hub does not lie above its members."""
    places.join_hub(hub=world.ministry, member=world.city, kind="sector", valid_from=SINCE, by=machine("system"), at=world.at, why="uji")
    officers.appoint(
        user=world.user("other_admin"), role="hub_coordinator", institution=world.ministry, decree_number="SK-9", decree_on=SINCE, valid_from=SINCE,
        by=actor_for(world.user("system"), at=world.at), at=world.at,
    )  # fmt: skip
    edition = frozen(world)
    Edition.objects.filter(pk=edition.pk).update(state="submitted", submitted_on=date(2026, 10, 5))

    services.move(edition.pk, "accept", by=world.actor("other_admin", at=AFTER), at=AFTER)

    assert edition.events.latest("pk").as_role == "hub_coordinator"


def test_a_hub_keeps_the_report_that_was_sent_while_a_new_revision_is_made(joined: World, clock: Any) -> None:
    clock.move_to(AFTER)
    edition = frozen(joined)
    Edition.objects.filter(pk=edition.pk).update(state="accepted", submitted_on=date(2026, 10, 5))
    frozen(joined, why="Koreksi")

    rows = {name: Edition.objects.newest_readable(joined.actor(name, at=AFTER)).get().revision for name in ("hub", "admin")}
    assert rows == {"hub": 1, "admin": 2}
    assert f"/meja/evaluasi/{edition.pk}/" in page(joined.login(Client(), "hub").get("/meja/evaluasi/"))


def test_a_file_that_was_made_before_the_plan_was_written_is_made_anew(world: World, clock: Any, storage: Any) -> None:
    clock.move_to(AFTER)
    edition, by = frozen(world), world.actor("admin", at=AFTER)
    services.queue_file(edition.pk, "csv", by=by, at=AFTER)
    services.draw_files(at=AFTER)
    services.add_item(edition.pk, {"text": "Latih admin unit", "owner": "Diskominfo", "due_on": "2026-12-01"}, by=by, at=AFTER)

    row = services.queue_file(edition.pk, "csv", by=by, at=AFTER)
    assert row.state == "queued"
    services.draw_files(at=AFTER)
    _row, raw = services.open_file(services.ticket(row, by=by, at=AFTER), by=by, at=AFTER)
    assert "Latih admin unit" in raw.decode()


def test_the_steps_are_taken_from_the_page_and_an_outdated_one_is_refused_with_what_was_typed(joined: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    edition = frozen(joined)
    desk = joined.login(client, "admin")
    where = f"/meja/evaluasi/{edition.pk}/"
    assert desk.post(f"{where}langkah/", {"langkah": "submit", "version": 1}).status_code == 403
    assert desk.post(f"{where}langkah/", {"langkah": "review", "version": 1}).status_code == 302
    stale = desk.post(f"{where}langkah/", {"langkah": "review", "version": 1, "note": "Catatan saya"})
    assert stale.status_code == 409
    assert "Catatan saya" in page(stale)
    assert desk.post(f"{where}langkah/", {"langkah": "apa"}).status_code == 404
    assert desk.post(f"{where}rencana/", {"text": "", "owner": "TU", "due_on": "2026-12-01"}).status_code == 422
    assert desk.post(f"{where}rencana/", {"text": "Latih", "owner": "TU", "due_on": "2026-12-01"}).status_code == 302
    item = edition.items.get()
    assert desk.post(f"{where}rencana/", {"baris": str(item.pk), "status": "done", "progress": "Selesai"}).status_code == 302
    assert edition.items.get().status == "done"
    assert joined.login(Client(), "other_admin").get(where).status_code == 404
    assert Client().get(where).status_code == 302


def test_a_report_is_made_by_hand_from_the_page(world: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    desk = world.login(client, "admin")
    sent = {"template": "unit", "institution": "kota-uji-dpu", "period": "2026-09"}
    assert desk.post("/meja/evaluasi/buat/", {**sent, "period": "kemarin"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", {**sent, "period": "2026-10"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", {**sent, "institution": "kementerian-uji"}).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", sent).status_code == 302
    assert desk.post("/meja/evaluasi/buat/", sent).status_code == 422
    assert desk.post("/meja/evaluasi/buat/", {**sent, "why": "Koreksi"}).status_code == 302
    assert Edition.objects.current().get().revision == 2
    assert world.login(Client(), "liaison").get("/meja/evaluasi/buat/").status_code == 403


def test_a_hub_and_the_nation_see_who_has_not_submitted_and_read_nothing_of_it(joined: World, clock: Any) -> None:
    clock.move_to(AFTER + timedelta(days=20))
    edition = frozen(joined)
    for name, link in (("hub", False), ("national", True)):
        shown = page(joined.login(Client(), name).get("/meja/evaluasi/?tab=terlambat"))
        assert "Kota Uji" in shown
        assert (f'href="/meja/evaluasi/{edition.pk}/"' in shown) is link
    assert joined.login(Client(), "hub").get(f"/meja/evaluasi/{edition.pk}/").status_code == 404


def test_the_list_costs_the_same_for_one_report_and_for_three(world: World, client: Client, clock: Any) -> None:
    clock.move_to(AFTER)
    desk = world.login(client, "admin")
    book(world.city, DAY, {"received": 3})
    frozen(world)
    desk.get("/meja/evaluasi/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/meja/evaluasi/")
    for unit in ("kota-uji-dpu", "kota-uji-dinkes"):
        frozen(world, "unit", world.place(unit), period=MONTH)
    with CaptureQueriesContext(connection) as three:
        shown = page(desk.get("/meja/evaluasi/"))
    assert shown.count('<td class="title">') == 3
    assert len(one) == len(three)
