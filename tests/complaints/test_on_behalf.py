"""Reports for somebody else or for a group: on whose behalf is told to the handlers, by whose name only the vault knows."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from complaints import services, vault
from complaints.models import Complaint
from lapor.ground.problems import Refusal
from tests.world import COMPLAINT, World

pytestmark = pytest.mark.usefixtures("clock")

PERSON: dict[str, Any] = {
    "on_behalf": "person",
    "relation": "family",
    "represented_agree": True,
    "represented": {"name": "Zzwakil Nenek", "contact": "0899-0000-7777"},
}
MARKS = ("Zzwakil", "0899-0000-7777")


def typed(**more: str) -> dict[str, str]:
    given = {name: str(value) for name, value in COMPLAINT.items() if isinstance(value, str)}
    return {**given, "consent": "on", "idempotency_key": "3f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d", **more}


def test_the_name_of_the_represented_is_sealed_with_that_of_the_reporter(world: World) -> None:
    complaint = world.submit(**PERSON).complaint

    found = vault.open_identity(complaint.pk)
    assert found is not None
    assert (found.name, found.represented, found.represented_contact) == ("Zznama Pelapor", "Zzwakil Nenek", "0899-0000-7777")
    with connection.cursor() as cursor:
        for table in ("complaints_complaint", "complaints_entry", "complaints_transition"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608 - the names stand above
            text = str(cursor.fetchone()[0])
            assert not any(mark in text for mark in MARKS), table
    assert (complaint.on_behalf, complaint.relation, complaint.represented_agree) == ("person", "family", True)


def test_handlers_read_that_it_is_for_somebody_else_and_no_name_until_they_open_it_with_a_reason(world: World, client: Client) -> None:
    complaint = world.to_state("awaiting_followup", **PERSON)
    world.login(client, "liaison")
    address = f"/meja/{complaint.tracking_id}/"

    case, queue = client.get(address).content.decode(), client.get("/meja/").content.decode()
    opened = client.post(f"{address}identitas/", {"reason": "Menjadwalkan kunjungan"}).content.decode()

    for page in (case, queue, client.get(f"/laporan/{complaint.tracking_id}/").content.decode()):
        assert not any(mark in page for mark in MARKS)
    assert "Orang lain" in case
    assert "Atas nama orang lain" in queue
    assert all(mark in opened for mark in MARKS)


def test_a_group_has_a_size(world: World, client: Client) -> None:
    complaint = world.to_state("awaiting_followup", on_behalf="group", relation="community", group_size="1.250", represented_agree=True)

    assert complaint.group_size == 1250
    assert "Kelompok 1.250 orang" in world.login(client, "liaison").get(f"/meja/{complaint.tracking_id}/").content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({**PERSON, "represented_agree": False}, "represented.name"),
        ({**PERSON, "represented_agree": False, "represented": {"contact": "0899"}}, "represented.contact"),
        ({"on_behalf": "group", "group_size": "1"}, "group_size"),
        ({"on_behalf": "group", "group_size": "banyak"}, "group_size"),
        ({"on_behalf": "group", "group_size": "99999999999"}, "group_size"),
        ({"on_behalf": "orang"}, "on_behalf"),
        ({"on_behalf": "person", "relation": "musuh"}, "relation"),
        ({"on_behalf": "person", "represented": "Nenek"}, "represented"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(world: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        world.submit(**given)

    assert list(refused.value.fields) == [field]


def test_without_agreement_a_report_for_somebody_is_received_without_the_name(world: World) -> None:
    complaint = world.submit(on_behalf="person", relation="neighbour").complaint

    assert (complaint.on_behalf, complaint.represented_agree) == ("person", False)


def test_what_belongs_to_others_is_dropped_when_the_matter_is_ones_own(world: World) -> None:
    complaint = world.submit(**{**PERSON, "on_behalf": "", "group_size": "20"}).complaint

    found = vault.open_identity(complaint.pk)
    assert found is not None
    assert (complaint.relation, complaint.group_size, complaint.represented_agree, found.represented) == ("", None, False, "")


def test_the_form_takes_it_shows_it_once_more_and_keeps_it_when_something_is_wrong(world: World, client: Client) -> None:
    sent = typed(on_behalf="person", relation="family", represented_name="Zzwakil Nenek")

    wrong = client.post("/lapor/", {**sent, "langkah": "periksa"})
    checked = client.post("/lapor/", {**sent, "represented_agree": "on", "langkah": "periksa"})
    client.post("/lapor/", {**sent, "represented_agree": "on", "langkah": "kirim"})

    assert wrong.status_code == 422
    assert 'value="Zzwakil Nenek"' in wrong.content.decode()
    assert "Zzwakil Nenek" in checked.content.decode()
    assert Complaint.objects.get().on_behalf == "person"


def test_an_officer_enters_it_for_a_citizen_and_the_api_takes_it(world: World, client: Client) -> None:
    world.login(client, "liaison")
    client.post("/meja/baru/", typed(channel="walk_in", on_behalf="group", group_size="35", represented_agree="on"))
    answer = client.post("/api/v1/complaints/", {**COMPLAINT, **PERSON}, content_type="application/json")

    assert answer.status_code == 201
    assert sorted(Complaint.objects.values_list("on_behalf", "channel", "group_size")) == [("group", "walk_in", 35), ("person", "api", None)]


def test_an_anonymous_reporters_represented_stays_closed_too(world: World) -> None:
    complaint = world.to_state("awaiting_followup", is_anonymous=True, **PERSON)

    with pytest.raises(Refusal) as refused:
        services.read_identity(complaint, by=world.actor("admin"), at=world.at, reason="Menjadwalkan kunjungan")

    assert refused.value.status == 403
