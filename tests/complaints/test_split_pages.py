"""A report in parts as its readers see it: desks, reporter, public and the API."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint
from complaints.templatetags.lapor_tags import long_date
from officers.models import Notice
from tests.pages import main, opened
from tests.parts import HEALTH, PART, fresh, split
from tests.world import ANSWER, SORT, World, in_progress

pytestmark = pytest.mark.usefixtures("clock")


def test_an_officer_splits_through_the_page_and_goes_on_with_the_next_part(world: World, client: Client) -> None:
    lead = world.to_state("awaiting_followup")
    world.login(client, "admin")
    address = f"/meja/{lead.tracking_id}/langkah/invite/"

    page = main(client.get(address))
    sent = {**PART, "version": lead.version, "mandatory": "true"}
    wrong = client.post(address, {**sent, "part_title": ""})
    first = client.post(address, {**sent, "lagi": "1"})
    stale = client.post(address, sent)

    assert lead.body in page
    assert (wrong.status_code, PART["part_text"] in main(wrong)) == (422, True)
    assert (first.status_code, first["Location"]) == (302, address)
    assert (stale.status_code, PART["part_title"] in main(stale)) == (409, True)
    assert "Korban jatuh tidak dilayani puskesmas" in main(client.get(address))


def test_a_desk_that_the_report_left_sees_its_own_words_but_no_longer_the_other_parts(world: World, client: Client) -> None:
    lead = world.step(world.submit(is_secret=True).complaint, "dispose_to_institution", "national", target="kementerian-uji", **SORT)
    split(world, lead, "other_admin", target="kementerian-uji-biro")
    split(world, lead, "national", target="kota-uji", part_title="Bagian untuk kota")
    lead.refresh_from_db()
    version = lead.version
    world.step(lead, "return_upward", "other_admin", text="Bukan kami.")

    sent = world.login(client, "other_admin").post(f"/meja/{lead.tracking_id}/langkah/invite/", {**PART, "version": version})

    assert (sent.status_code, PART["part_text"] in main(sent)) == (409, True)
    assert "Bagian untuk kota" not in main(sent)


def test_each_desk_sees_its_part_and_of_the_others_only_what_it_may(world: World, client: Client) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead, "national", target="kementerian-uji")
    examined = split(world, lead, "national", target="kota-uji", track="oversight", part_title="Pungutan oleh kepala seksi")
    services.add_note(part.pk, text="Catatan kementerian", by=world.actor("other_admin"), at=world.at)
    world.step(part, "handle", "other_admin")
    world.step(part, "respond", "other_admin", text="Kementerian memeriksa.", estimated_on="2026-11-20")
    world.step(lead, "reply", text="Masih berlubang.")

    of_lead = main(world.login(client, "liaison").get(f"/meja/{lead.tracking_id}/"))
    of_part = main(world.login(client, "other_admin").get(f"/meja/{part.tracking_id}/"))

    assert part.tracking_id in of_lead
    assert "Kementerian memeriksa." in of_lead
    for hidden in ("Catatan kementerian", "Mohon ditangani.", examined.tracking_id, "Pungutan", f'href="/meja/{part.tracking_id}/"'):
        assert hidden not in of_lead, hidden
    assert lead.tracking_id in of_part
    assert "Masih berlubang." in of_part
    assert lead.body not in of_part
    assert f'href="/meja/{lead.tracking_id}/"' not in of_part


def test_the_reporter_sees_one_thread_with_state_holder_and_due_date_of_every_part(world: World, client: Client) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead)
    examined = split(world, lead, "national", target="kota-uji", track="oversight")
    world.step(part, "respond", HEALTH, text="Dinas kesehatan memeriksa.", estimated_on="2026-11-20")

    page = main(opened(client, world, lead).get(f"/lacak/{lead.tracking_id}/"))
    of_part = client.get(f"/lacak/{part.tracking_id}/")

    for told in (part.tracking_id, examined.tracking_id, "Dinas Kesehatan Kota Uji", "Dinas kesehatan memeriksa.", "Kami periksa lokasinya."):
        assert told in page, told
    assert "Mohon ditangani." not in page
    assert of_part.status_code == 302
    assert f"Tenggat {long_date(fresh(part).next_due_at)}" in page


def test_the_reporter_says_which_part_a_reply_is_about(world: World, client: Client) -> None:
    lead = world.to_state("in_progress")
    part = split(world, lead)
    world.step(part, "respond", HEALTH, text="Kami periksa.", estimated_on="2026-11-20")
    address = f"/lacak/{lead.tracking_id}/langkah/reply/"
    opened(client, world, lead)

    page = main(client.get(address))
    client.post(address, {"text": "Puskesmas tetap menolak.", "part": part.tracking_id, "version": fresh(lead).version})

    assert PART["part_title"] in page
    assert [fresh(row).state for row in (lead, part)] == ["reporter_replied", "reporter_replied"]


def test_the_public_reads_one_report_with_what_its_open_parts_answered(world: World, client: Client) -> None:
    lead = world.to_state("in_progress", reported_party="Kepala seksi")
    part = split(world, lead)
    examined = split(world, lead, "national", target="kota-uji", track="oversight")
    world.step(part, "respond", HEALTH, text="Dinas kesehatan memeriksa.", estimated_on="2026-11-20")

    page = main(client.get(f"/laporan/{lead.tracking_id}/"))
    listed = client.get("/laporan/").content.decode()

    assert "Dinas kesehatan memeriksa." in page
    for hidden in (part.tracking_id, PART["part_title"], "Inspektorat", examined.tracking_id):
        assert hidden not in page + listed, hidden
    for row in (part, examined):
        assert client.get(f"/laporan/{row.tracking_id}/").status_code == 404


def test_the_api_gives_the_same_thread_to_each_audience(world: World, client: Client) -> None:
    receipt = world.submit(reported_party="Kepala seksi")
    lead = in_progress(world, receipt.complaint)
    part = split(world, lead)
    split(world, lead, "national", target="kota-uji", track="oversight")
    address = f"/api/v1/complaints/{lead.tracking_id}/"

    public = client.get(address).json()
    own = client.get(address, headers={"X-Case-Code": receipt.case_code}).json()
    world.login(client, "liaison")
    officer = client.get(address).json()

    assert [row.get("tracking_id") for row in public["parts"]] == [None]
    assert [row["part"] for row in own["parts"]] == [1, 2]
    assert [row["tracking_id"] for row in officer["parts"]] == [part.tracking_id]


def test_an_officer_splits_through_the_api(world: World, client: Client) -> None:
    lead = world.to_state("awaiting_followup")
    world.login(client, "admin")
    address = f"/api/v1/complaints/{lead.tracking_id}/steps/"

    offered = {row["action"]: row for row in client.get(address).json()["steps"]}
    wrong = client.post(address, {"action": "invite", "part_title": "x"}, content_type="application/json")
    done = client.post(address, {"action": "invite", "version": lead.version, **PART}, content_type="application/json")

    assert offered["invite"]["required"] == ["target", "part_title", "part_text"]
    assert (wrong.status_code, sorted(wrong.json()["fields"])) == (422, ["part_text", "target"])
    assert done.status_code == 200
    assert Complaint.objects.filter(lead=lead).count() == 1


MARKS = ("Zznama", "zz1@contoh", "0899-0000-1234", "62899", "Zzwakil")


def test_no_page_api_answer_or_notice_of_a_split_anonymous_report_tells_who_reported(world: World, client: Client) -> None:
    behalf = {"on_behalf": "person", "represented_agree": True, "represented": {"name": "Zzwakil Nenek", "contact": "0899-0000-1234"}}
    lead = world.to_state("in_progress", is_anonymous=True, **behalf)
    part = split(world, lead, "national", target="kementerian-uji")
    world.step(part, "handle", "other_admin")
    world.step(part, "answer", "other_admin", **ANSWER)
    world.step(lead, "reply", text="Masih berlubang.")

    seen = []
    for who in ("liaison", "admin", "other_admin", "national", "superior", "auditor", "ombudsman", ""):
        if who:
            world.login(client, who)
        else:
            client.logout()
        for row in (lead, part):
            seen += [client.get(f"/meja/{row.tracking_id}/{tail}") for tail in ("", "publikasi/", "langkah/invite/", "mendesak/", "hak-jawab/")]
            seen += [client.get(f"/laporan/{row.tracking_id}/"), client.get(f"/api/v1/complaints/{row.tracking_id}/")]

    text = " ".join(response.content.decode() for response in seen) + str(list(Notice.objects.values()))
    assert {response.status_code for response in seen} <= {200, 302, 403, 404, 409}
    assert sum(response.status_code == 200 for response in seen) > 20
    assert [mark for mark in MARKS if mark in text] == []


@pytest.mark.parametrize("broken_by", ["part_count = 3", "part_count = part_count"])
def test_the_invariants_find_a_count_that_is_wrong(world: World, broken_by: str) -> None:
    lead = world.to_state("awaiting_followup")
    split(world, lead)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_complaint SET {broken_by} WHERE id = %s", [lead.pk])  # noqa: S608 - the two texts above

    found = {breach.rule for breach in services.broken(reference=services.Reference(world.at))}

    assert found == ({"a lead has as many parts as it counts"} if "3" in broken_by else set())


def test_pages_of_a_report_in_parts_ask_the_same_for_one_part_and_for_five(world: World, client: Client) -> None:
    lead = world.to_state("in_progress")
    world.login(client, "admin")
    counts: dict[str, list[int]] = {f"/meja/{lead.tracking_id}/": [], f"/lacak/{lead.tracking_id}/": [], f"/laporan/{lead.tracking_id}/": []}

    for parts in (1, 5):
        while Complaint.objects.filter(lead=lead).count() < parts:
            split(world, lead)
        opened(client, world, lead)
        for address, found in counts.items():
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))

    assert all(first == second for first, second in counts.values()), counts
