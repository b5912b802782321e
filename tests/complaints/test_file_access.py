"""Who is told of a file and who gets it: over the API as on the pages, in reports of several parts, and in public once it is released."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from complaints import services
from complaints.models import Complaint, Upload
from officers import services as officers
from tests.desk import address
from tests.files import keep, office, photo
from tests.pages import main, opened
from tests.parts import HEALTH, answer_part, fresh, split
from tests.world import World

pytestmark = pytest.mark.usefixtures("clock")

NOBODY = ""


def api(complaint: Complaint, row: Upload | None = None) -> str:
    return f"/api/v1/complaints/{complaint.tracking_id}/{f'files/{row.pk}/' if row else ''}"


def proof(world: World, who: str) -> dict[str, str]:
    return {"Authorization": f"Token {officers.issue_token(who, at=world.at)}"} if who else {}


def files_for(client: Client, complaint: Complaint, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(api(complaint), headers=headers).json().get("files", [])
    return found


def sent(world: World, content: bytes | None = None) -> str:
    return str(keep(world, content or photo((64, 48))).pk)


def cleaned(world: World, pk: str) -> Upload:
    services.clean_uploads(at=world.at)
    return Upload.objects.get(pk=pk)


# The API


def test_the_api_tells_officer_and_reporter_of_a_file_and_gives_the_copy_when_it_is_clean(client: Client, world: World) -> None:
    pk = sent(world)
    receipt = world.submit(files=[pk])
    case, code, officer = receipt.complaint, {"X-Case-Code": receipt.case_code}, proof(world, "national")

    (waiting,) = files_for(client, case, code)
    row = cleaned(world, pk)
    (ready,) = files_for(client, case, officer)

    assert waiting == {"id": pk, "name": f"lampiran-{pk[:8]}.jpg", "kind": "image", "size": row.size, "state": "pending", "url": None, "reason": ""}
    assert ready == {**waiting, "state": "ready", "size": row.clean_size, "url": api(case, row)}
    assert files_for(client, case, code) == [ready]
    timeline = client.get(api(case), headers=officer).json()["timeline"]
    assert [event["files"] for event in timeline if event["kind"] == "submit"] == [[pk]]
    for headers in (code, officer, {**officer, "Accept": "image/avif"}):
        answer = client.get(ready["url"], headers=headers)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "no-store" in answer["Cache-Control"]
    assert client.get(f"{ready['url']}?small=1", headers=code)["Content-Type"] == "image/webp"


def test_the_api_says_why_a_file_was_refused_and_gives_none(client: Client, world: World) -> None:
    pk = sent(world, photo((64, 48))[:300])
    case = world.submit(files=[pk]).complaint
    row = cleaned(world, pk)

    (refused,) = files_for(client, case, proof(world, "national"))

    assert (refused["state"], refused["url"], refused["reason"]) == ("refused", None, row.why)
    assert client.get(api(case, row), headers=proof(world, "national")).status_code == 404


def test_an_office_document_is_named_to_the_reporter_and_given_to_officers(client: Client, world: World) -> None:
    pk = sent(world, office())
    receipt = world.submit(files=[pk])
    row, code = cleaned(world, pk), {"X-Case-Code": receipt.case_code}

    (named,) = files_for(client, receipt.complaint, code)

    assert (named["state"], named["url"]) == ("ready", None)
    assert client.get(api(receipt.complaint, row), headers=code).status_code == 404
    given = client.get(api(receipt.complaint, row), headers=proof(world, "national"))
    assert given["Content-Disposition"].startswith("attachment")


def test_what_the_api_took_ahead_is_told_in_the_same_words(client: Client, world: World) -> None:
    made = client.post("/api/v1/uploads/", {"file": SimpleUploadedFile("a.jpg", photo((64, 48)))}).json()

    assert made == {"id": made["id"], "kind": "image", "state": "pending"}


# who asks of a report at the city's unit -> (listed, given) when it is published, and when it is secret
READERS: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "national": ((1, 200), (1, 200)),
    "liaison": ((1, 200), (1, 200)),
    "admin": ((1, 200), (1, 200)),
    "superior": ((1, 200), (1, 200)),
    "ombudsman": ((1, 200), (0, 404)),
    "health_liaison": ((0, 404), (0, 404)),
    "other_admin": ((0, 404), (0, 404)),
    "hub": ((0, 404), (0, 404)),
    "monitor": ((0, 404), (0, 404)),
    "operator": ((0, 404), (0, 403)),
    "custodian": ((0, 404), (0, 403)),
    "auditor": ((0, 404), (0, 404)),
    NOBODY: ((0, 404), (0, 404)),
}


@pytest.mark.parametrize("is_secret", [False, True], ids=["published", "secret"])
@pytest.mark.parametrize("who", READERS)
def test_a_file_is_listed_and_given_to_those_who_may_read_it_alone(client: Client, world: World, who: str, is_secret: bool) -> None:
    pk = sent(world)
    case = world.to_state("awaiting_followup", files=[pk], is_secret=is_secret)
    row, headers = cleaned(world, pk), proof(world, who)

    listed, given = len(files_for(client, case, headers)), client.get(api(case, row), headers=headers).status_code

    assert (listed, given) == READERS[who][is_secret]
    if who:
        page = world.login(Client(), who).get(address(case, f"berkas/{row.pk}/"))
        assert (page.status_code == 200) == (given == 200)


def test_one_case_code_opens_no_file_of_another_case(client: Client, world: World) -> None:
    pk = sent(world)
    case, other = world.submit(files=[pk]).complaint, world.submit()
    row, code = cleaned(world, pk), {"X-Case-Code": other.case_code}

    assert client.get(api(other.complaint, row), headers=code).status_code == 404
    assert client.get(api(case, row), headers=code).status_code == 404


@pytest.mark.parametrize("name", ["x", "00000000-0000-4000-8000-000000000000", "%C2%AF"])
def test_what_is_no_file_is_refused_as_everywhere_in_the_api(client: Client, world: World, name: str) -> None:
    answer = client.get(f"{api(world.submit().complaint)}files/{name}/", headers=proof(world, "national"))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# Reports in parts: a file goes where the words go that came with it


@pytest.fixture
def lead(world: World) -> Complaint:
    return world.to_state("in_progress", files=[sent(world)])


def seen(world: World, who: str, case: Complaint, row: Upload) -> tuple[bool, int, bool, int]:
    """(shown on the page, given by the page, listed by the API, given by the API)."""
    desk, headers = world.login(Client(), who), proof(world, who)
    listed = [file["id"] for file in files_for(Client(), case, headers)]
    return (
        f"/berkas/{row.pk}/" in main(desk.get(address(case))),
        desk.get(address(case, f"berkas/{row.pk}/")).status_code,
        str(row.pk) in listed,
        Client().get(api(case, row), headers=headers).status_code,
    )


YES, NO = (True, 200, True, 200), (False, 404, False, 404)


def test_a_reply_on_the_lead_brings_its_file_to_the_desks_of_the_parts_and_the_first_report_keeps_its_own(world: World, lead: Complaint) -> None:
    part, first = split(world, lead), Upload.objects.get()
    pk = sent(world)
    world.step(lead, "reply", text="Masih berlubang, ini fotonya.", files=[pk])
    row = cleaned(world, pk)

    assert seen(world, HEALTH, part, row) == YES
    assert seen(world, HEALTH, part, Upload.objects.get(pk=first.pk)) == NO
    assert seen(world, "liaison", lead, row) == YES
    assert world.login(Client(), HEALTH).get(address(lead, f"berkas/{row.pk}/")).status_code == 403  # a published report: known, not theirs
    for who in ("other_admin", "other_liaison"):
        assert world.login(Client(), who).get(address(part, f"berkas/{row.pk}/")).status_code == 404


def test_a_file_that_came_with_a_reply_to_one_part_is_for_that_part(world: World, lead: Complaint) -> None:
    part, other = split(world, lead), split(world, lead, target="kota-uji-rsud")
    pk = sent(world)
    answer_part(world, part)
    world.step(lead, "reply", text="Puskesmas masih tutup.", part=part.tracking_id, files=[pk])
    row = cleaned(world, pk)

    assert seen(world, HEALTH, part, row) == YES
    assert seen(world, "unit_admin", other, row) == NO


def test_what_a_part_answered_with_is_seen_by_the_lead_and_the_reporter_and_by_no_other_part(world: World, lead: Complaint) -> None:
    part, other = split(world, lead), split(world, lead, target="kota-uji-rsud")
    pk = sent(world)
    world.step(part, "respond", HEALTH, text="Kami periksa puskesmas.", estimated_on="2026-11-20")
    world.step(part, "progress", HEALTH, text="Ini fotonya.", files=[pk])
    row = cleaned(world, pk)

    assert seen(world, "liaison", lead, row) == YES
    assert seen(world, "unit_admin", other, row) == NO
    assert f"/berkas/{row.pk}/" in main(opened(Client(), world, lead).get(f"/lacak/{lead.tracking_id}/"))


# In public: only what an officer released


@pytest.fixture
def published(world: World) -> Complaint:
    """A published report with a picture from the reporter, one in the answer and one in a reply."""
    case = world.to_state("in_progress", files=[sent(world, photo((640, 480)))])
    world.step(case, "progress", "liaison", text="Petugas di lokasi.", files=[sent(world)])
    world.step(case, "reply", text="Belum.", files=[sent(world)])
    services.clean_uploads(at=world.at)
    return fresh(case)


def by_event(case: Complaint) -> dict[str, Upload]:
    return {row.transition.kind: row for row in case.uploads.select_related("transition") if row.transition}


def in_public(case: Complaint, row: Upload) -> tuple[bool, int, bool, int]:
    """(shown, given) by the public page, (listed, given) by the API."""
    client = Client()
    shown = client.get(f"/laporan/{case.tracking_id}/")
    return (
        f"/berkas/{row.pk}/" in shown.content.decode(),
        client.get(f"/laporan/{case.tracking_id}/berkas/{row.pk}/").status_code,
        str(row.pk) in [file["id"] for file in files_for(client, case, {})],
        client.get(api(case, row)).status_code,
    )


def publish(world: World, case: Complaint, **given: Any) -> Complaint:
    return services.publish(case.pk, given=given, by=world.actor("admin"), at=world.at)


def test_nothing_is_public_until_an_officer_releases_it_and_a_reply_never_is(world: World, published: Complaint) -> None:
    rows = by_event(published)
    assert {kind: in_public(published, row) for kind, row in rows.items()} == dict.fromkeys(("submit", "progress", "reply"), NO)

    publish(world, published, **{f"file_{row.pk}": True for row in rows.values()})

    assert {kind: in_public(published, row) for kind, row in rows.items()} == {"submit": YES, "progress": YES, "reply": NO}
    event = fresh(published).transitions.latest("seq")
    assert (event.kind, event.data["fields"]) == ("publish", ["file"])
    assert services.verify()[1] == []

    publish(world, published, **{f"file_{rows['submit'].pk}": False})
    assert in_public(published, rows["submit"]) == NO


HIDING: dict[str, Callable[[World, Complaint], Any]] = {
    "taken down": lambda w, c: services.take_down(c.pk, reason="personal_data", text="Memuat wajah.", by=w.actor("admin"), at=w.at),
    "secret": lambda w, c: w.step(c, "change_visibility", secret=True),
}


@pytest.mark.parametrize("how", HIDING)
def test_a_released_picture_goes_with_the_report_when_that_is_hidden(world: World, published: Complaint, how: str) -> None:
    row = by_event(published)["submit"]
    publish(world, published, **{f"file_{row.pk}": True})
    assert in_public(published, row) == YES

    HIDING[how](world, published)

    assert in_public(published, row) == NO


def test_the_publication_page_shows_what_may_be_released_and_keeps_what_was_chosen(world: World, desk: Callable[[str], Client], published: Complaint) -> None:
    rows, client = by_event(published), desk("admin")
    page = main(client.get(address(published, "publikasi/")))
    assert {kind for kind, row in rows.items() if f'name="file_{row.pk}"' in page} == {"submit", "progress"}

    typed = {"title": published.title_public, "body": published.body_public, "version_read": str(published.version), f"file_{rows['submit'].pk}": "on"}
    refused = client.post(address(published, "publikasi/"), {**typed, "title": ""})
    assert refused.status_code == 422
    assert f'name="file_{rows["submit"].pk}" id="id_file_{rows["submit"].pk}" checked' in main(refused)
    client.post(address(published, "publikasi/"), typed)

    assert in_public(published, rows["submit"]) == YES
    assert in_public(published, rows["progress"]) == NO


def test_a_document_and_a_refused_picture_are_not_offered_for_release(world: World) -> None:
    case = world.to_state("awaiting_followup", files=[sent(world, office()), sent(world, photo((64, 48))[:300])])
    services.clean_uploads(at=world.at)

    assert services.releasable_files(case) == []
