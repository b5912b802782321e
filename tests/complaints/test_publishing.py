"""What the public reads of a report: edited beside the original, taken down and shown again with a reason, answered by the institution."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, Entry
from lapor.ground.problems import Refusal
from tests.pages import main
from tests.world import World, answered

pytestmark = pytest.mark.usefixtures("clock")

BODY = "Lubang di depan pasar. Pak Budi Santoso dari dinas marah. Hubungi saya 0812-3456-7890, NIK 3173010101900001."
NAMED = {"body": BODY, "reported_party": "Budi Santoso, petugas dinas"}


def fresh(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def publish(world: World, complaint: Complaint, who: str = "admin", **given: Any) -> Complaint:
    return services.publish(complaint.pk, given=given, by=world.actor(who), at=world.at)


def take_down(world: World, complaint: Complaint, who: str = "admin") -> Complaint:
    return services.take_down(complaint.pk, reason="personal_data", text="Memuat data pribadi.", by=world.actor(who), at=world.at)


def public(client: Client, complaint: Complaint) -> Any:
    return client.get(f"/laporan/{complaint.tracking_id}/")


# The first copy


def test_at_first_personal_data_and_names_are_masked_and_offices_stay(world: World) -> None:
    complaint = fresh(world.to_state("awaiting_followup", **NAMED))

    assert complaint.body_public == "Lubang di depan pasar. Pak [nama] dari dinas marah. Hubungi saya [telepon], NIK [NIK]."
    assert complaint.body == BODY


def test_the_name_that_the_reporter_gave_as_reported_party_is_masked_wherever_it_stands(world: World) -> None:
    complaint = fresh(
        world.to_state("awaiting_followup", **{**NAMED, "body": "Saya diminta uang oleh budi santoso, lalu Pak Camat diam saja tentang hal itu."})
    )

    assert complaint.body_public == "Saya diminta uang oleh [nama], lalu Pak Camat diam saja tentang hal itu."


# Editing it


def test_an_officer_edits_the_published_copy_and_the_texts_of_the_case_stay(world: World, client: Client) -> None:
    complaint = world.to_state("awaiting_followup")

    publish(world, complaint, title="Jalan rusak di pasar", body="Ada lubang besar di depan pasar.")

    after = fresh(complaint)
    assert (after.title_public, after.title, after.title_original) == ("Jalan rusak di pasar", complaint.title, complaint.title)
    assert "Ada lubang besar di depan pasar." in main(public(client, complaint))
    event = after.transitions.latest("seq")
    assert (event.kind, event.data) == ("publish", {"fields": ["body", "title"], "left": [], "naming": ""})
    assert services.verify()[1] == []


def test_a_later_edit_of_the_desk_does_not_undo_the_edited_copy(world: World) -> None:
    complaint, untouched = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    publish(world, complaint, title="Jalan rusak di pasar", body="Ada lubang besar.")

    for row in (complaint, untouched):
        services.edit(row.pk, changes={"title": "Jalan berlubang dekat pasar", "body": BODY}, by=world.actor("admin"), at=world.at)

    assert fresh(complaint).body_public == "Ada lubang besar."
    assert fresh(untouched).title_public == "Jalan berlubang dekat pasar"


@pytest.mark.parametrize(
    ("body", "more", "field"),
    [
        ("NIK saya 3173010101900001", {"confirmed": True, "naming": "consent"}, "body"),
        ("Hubungi 0812-3456-7890", {}, "body"),
        ("Menurut Pak Budi Santoso jalan itu rusak", {"confirmed": True}, "body"),
        ("", {}, "body"),
        ("Jalan rusak", {"naming": "karena"}, "naming"),
    ],
    ids=["identity number", "telephone", "name", "nothing", "unknown reason"],
)
def test_what_is_not_to_be_published_is_refused_and_nothing_changes(world: World, body: str, more: dict[str, Any], field: str) -> None:
    complaint = fresh(world.to_state("awaiting_followup"))

    with pytest.raises(Refusal) as refused:
        publish(world, complaint, title="Jalan rusak", body=body, **more)

    assert list(refused.value.fields) == [field]
    assert (fresh(complaint).body_public, fresh(complaint).seq) == (complaint.body_public, complaint.seq)


@pytest.mark.parametrize(
    ("body", "more", "left"),
    [("Hubungi kantor 0812-3456-7890", {"confirmed": True}, ["PHONE"]), ("Wali kota, Bapak Budi Santoso, hadir", {"naming": "leader"}, ["NAME"])],
)
def test_an_officer_may_confirm_an_offices_data_and_name_a_person_for_a_reason_and_it_is_on_record(
    world: World, body: str, more: dict[str, Any], left: list[str]
) -> None:
    complaint = world.to_state("awaiting_followup")

    publish(world, complaint, title="Jalan rusak", body=body, **more)

    assert fresh(complaint).body_public == body
    assert fresh(complaint).transitions.latest("seq").data == {"fields": ["body", "title"], "left": left, "naming": more.get("naming", "")}


def test_the_published_text_of_an_answer_is_edited_and_the_reporter_reads_the_whole_one(world: World, client: Client) -> None:
    complaint = answered(world, world.submit().complaint)
    entry = Entry.objects.get(complaint=complaint, kind="final")

    publish(world, complaint, **{f"answer_{entry.pk}": "Lubang ditambal oleh petugas."})

    entry.refresh_from_db()
    assert (entry.text, entry.text_public) == ("Lubang sudah ditambal.", "Lubang ditambal oleh petugas.")
    assert "Lubang ditambal oleh petugas." in main(public(client, complaint))
    assert services.verify()[1] == []


def test_a_copy_that_was_read_before_it_changed_is_refused(world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    with pytest.raises(Refusal) as refused:
        services.publish(complaint.pk, given={"title": "Jalan", "body": "Rusak"}, by=world.actor("admin"), at=world.at, version=1)

    assert refused.value.status == 409


# Taking down


def test_a_report_that_is_taken_down_is_gone_everywhere_with_a_kind_sentence(world: World, client: Client) -> None:
    complaint = world.to_state("awaiting_followup", title="Zebrapolka di depan pasar")

    take_down(world, complaint)

    response = public(client, complaint)
    assert response.status_code == 410
    assert "<h1>Tidak lagi ditampilkan</h1>" in main(response)
    assert "Zebrapolka" not in response.content.decode()
    for address in ("/", "/laporan/", "/laporan/?q=Zebrapolka"):
        assert complaint.tracking_id not in client.get(address).content.decode()
    api = client.get(f"/api/v1/complaints/{complaint.tracking_id}/")
    assert api.status_code == 404
    assert complaint not in Complaint.objects.visible_to(world.reporter())


def test_taken_down_and_secret_is_simply_not_there(world: World, client: Client) -> None:
    complaint = take_down(world, world.to_state("awaiting_followup"))
    world.step(complaint, "change_visibility", secret="true")

    assert public(client, complaint).status_code == 404


def test_the_case_goes_on_and_nothing_publishes_it_again_by_itself(world: World, client: Client) -> None:
    complaint = take_down(world, world.to_state("awaiting_followup"))

    world.step(complaint, "respond", "liaison", text="Kami periksa.", estimated_on="2026-11-20")
    services.edit(complaint.pk, changes={"title": "Jalan berlubang lagi"}, by=world.actor("admin"), at=world.at)

    assert public(client, complaint).status_code == 410


def test_the_nation_shows_it_again_and_both_are_on_record_with_their_reasons_apart(world: World, client: Client) -> None:
    complaint = take_down(world, world.to_state("awaiting_followup"))

    with pytest.raises(Refusal) as refused:
        services.republish(complaint.pk, text="Sudah bersih.", by=world.actor("admin"), at=world.at)
    services.republish(complaint.pk, text="Sudah bersih.", by=world.actor("national"), at=world.at)

    assert refused.value.status == 403
    assert public(client, complaint).status_code == 200
    events = list(complaint.transitions.filter(kind__in=("take_down", "republish")).order_by("seq"))
    assert [(e.kind, e.reason, e.data, e.entry.kind) for e in events] == [
        ("take_down", "personal_data", {}, "reason"),
        ("republish", "", {}, "reason"),
    ]
    assert "Memuat data pribadi." not in main(public(client, complaint))


@pytest.mark.parametrize(("reason", "text", "field"), [("", "Sebab", "reason"), ("bosan", "Sebab", "reason"), ("safety", " ", "text")])
def test_taking_down_needs_a_reason_of_the_list_and_an_explanation(world: World, reason: str, text: str, field: str) -> None:
    complaint = world.to_state("awaiting_followup")

    with pytest.raises(Refusal) as refused:
        services.take_down(complaint.pk, reason=reason, text=text, by=world.actor("admin"), at=world.at)

    assert list(refused.value.fields) == [field]


# Right of reply


def about_the_ministry(world: World) -> Complaint:
    complaint = world.to_state("awaiting_followup")
    services.edit(complaint.pk, changes={"reported_institution": world.ministry}, by=world.actor("national"), at=world.at)
    return complaint


def state(world: World, complaint: Complaint, who: str, text: str) -> Complaint:
    return services.right_of_reply(complaint.pk, text=text, by=world.actor(who), at=world.at)


def test_the_reported_institution_has_one_statement_beside_the_report_and_changes_it(world: World, client: Client) -> None:
    complaint = about_the_ministry(world)

    state(world, complaint, "other_admin", "Kami tidak terkait.")
    state(world, complaint, "other_admin", "Kami sudah berkoordinasi, hubungi 0812-3456-7890.")

    page = main(public(client, complaint))
    assert "Kami sudah berkoordinasi, hubungi [telepon]." in page
    assert "Kami tidak terkait." not in page
    assert page.count("Kami sudah berkoordinasi") == 1
    assert Entry.objects.filter(complaint=complaint, kind="statement", institution=world.ministry).count() == 2
    assert services.verify()[1] == []


def test_the_same_statement_again_is_refused_and_each_is_signed_by_its_author(world: World, client: Client) -> None:
    complaint = about_the_ministry(world)
    state(world, complaint, "other_admin", "Kami tidak terkait.")

    with pytest.raises(Refusal) as refused:
        state(world, complaint, "other_admin", " Kami tidak terkait. ")

    assert set(refused.value.fields) == {"text"}
    page = main(public(client, complaint))
    assert page.count("Instansi menambahkan pernyataan") == 1
    told = page[page.index("Instansi menambahkan pernyataan") :][:300]
    assert f"· {world.ministry.name}</p>" in told

    shown = services.statements(complaint)[0]
    services.moderate_reply(complaint.pk, statement=shown.pk, shown=False, text="Mengungkap pelapor.", by=world.actor("national"), at=world.at)
    withheld = main(public(client, complaint))
    assert "Instansi menambahkan pernyataan" in withheld
    assert world.ministry.name not in withheld  # who said what is withheld is not told either


def test_the_answering_body_has_one_of_its_own(world: World, client: Client) -> None:
    complaint = about_the_ministry(world)

    state(world, complaint, "other_admin", "Pernyataan kementerian.")
    state(world, complaint, "liaison", "Pernyataan kota.")

    page = main(public(client, complaint))
    assert "Pernyataan kementerian." in page
    assert "Pernyataan kota." in page
    assert {entry.institution for entry in services.statements(complaint)} == {world.ministry, world.city}


def test_the_nation_withholds_a_statement_and_editing_does_not_bring_it_back(world: World, client: Client) -> None:
    complaint = about_the_ministry(world)
    state(world, complaint, "other_admin", "Pelapor itu tetangga kami.")
    found = services.statements(complaint)[0]

    services.moderate_reply(complaint.pk, statement=found.pk, shown=False, text="Mengungkap pelapor.", by=world.actor("national"), at=world.at)
    state(world, complaint, "other_admin", "Kami tidak terkait dengan hal ini.")

    assert "Kami tidak terkait dengan hal ini." not in main(public(client, complaint))
    newest = services.statements(complaint)[0]
    services.moderate_reply(complaint.pk, statement=newest.pk, shown=True, text="Sudah layak.", by=world.actor("national"), at=world.at)
    assert "Kami tidak terkait dengan hal ini." in main(public(client, complaint))


@pytest.mark.parametrize(("who", "status"), [("east_admin", 403), ("superior", 403), ("national", 403), ("monitor", 403)])
def test_nobody_else_speaks_beside_a_published_report(world: World, who: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        state(world, about_the_ministry(world), who, "Pernyataan.")

    assert refused.value.status == status


def test_there_is_no_reply_to_what_is_not_public(world: World) -> None:
    complaint = about_the_ministry(world)
    world.step(complaint, "change_visibility", secret="true")

    with pytest.raises(Refusal) as refused:
        state(world, complaint, "other_admin", "Pernyataan.")

    assert refused.value.status == 404


# The pages


def test_the_page_shows_the_original_with_what_was_found_marked_and_keeps_what_was_typed(world: World, desk: Callable[[str], Client]) -> None:
    complaint = world.to_state("awaiting_followup", **NAMED)
    client, address = desk("admin"), f"/meja/{complaint.tracking_id}/publikasi/"

    page = main(client.get(address))
    marks = re.findall(r"<mark>(.*?) <small>\((.*?)\)</small></mark>", page)
    version = re.search(r'name="version_read" value="(\d+)"', page)
    assert version is not None
    refused = client.post(address, {"title": "Jalan", "body": "Pak Budi Santoso marah <b>", "naming": "", "version_read": version[1]})
    saved = client.post(address, {"title": "Jalan", "body": "Petugas marah", "naming": "", "version_read": version[1]})

    assert [text for text, _kind in marks] == ["Budi Santoso", "0812-3456-7890", "3173010101900001"]
    assert len({kind for _text, kind in marks}) == 3
    assert refused.status_code == 422
    assert "Pak Budi Santoso marah &lt;b&gt;" in main(refused)
    assert saved.status_code == 302
    assert fresh(complaint).body_public == "Petugas marah"


def test_the_page_warns_of_personal_data_that_still_stands_in_the_published_text(world: World, desk: Callable[[str], Client]) -> None:
    complaint = world.to_state("awaiting_followup")
    publish(world, complaint, title="Jalan rusak", body="Hubungi kantor 0812-3456-7890", confirmed=True)

    assert "<mark>0812-3456-7890</mark>" in main(desk("admin").get(f"/meja/{complaint.tracking_id}/publikasi/"))


PAGES = ("publikasi/", "publikasi/turunkan/", "publikasi/tayangkan/", "hak-jawab/", "mendesak/", "langkah/invite/")
ALLOWED = {
    "admin": {"publikasi/", "publikasi/turunkan/", "hak-jawab/", "mendesak/", "langkah/invite/"},
    "liaison": {"hak-jawab/", "mendesak/"},
    "national": {"publikasi/", "publikasi/turunkan/", "publikasi/tayangkan/", "hak-jawab/", "mendesak/", "langkah/invite/"},
    "superior": set(),
    "other_admin": set(),
}


@pytest.mark.parametrize("who", sorted(ALLOWED))
def test_every_page_answers_each_role_as_the_matrix_says(world: World, desk: Callable[[str], Client], who: str) -> None:
    shown, secret = world.to_state("awaiting_followup"), world.to_state("awaiting_followup", is_secret=True)
    client = desk(who)

    answers = {page: client.get(f"/meja/{shown.tracking_id}/{page}").status_code for page in PAGES}
    hidden = {client.get(f"/meja/{secret.tracking_id}/{page}").status_code for page in PAGES} if who == "other_admin" else {404}

    assert answers == {page: 200 if page in ALLOWED[who] else 403 for page in PAGES}
    assert hidden == {404}
    assert client.get(f"/meja/LPR-7K3M-92QX-4/{PAGES[0]}").status_code == 404


def test_the_reported_body_finds_the_report_and_speaks_through_the_pages(world: World, desk: Callable[[str], Client]) -> None:
    complaint = about_the_ministry(world)
    client = desk("other_admin")

    listed = main(client.get("/meja/hak-jawab/"))
    address = f"/meja/{complaint.tracking_id}/hak-jawab/"
    page = main(client.get(address))
    empty, said = client.post(address, {"text": " "}), client.post(address, {"text": "Kami tidak terkait."})

    assert address in listed
    assert complaint.title_public in page or "Jalan berlubang" in page
    assert "Zznama" not in page
    assert (empty.status_code, said.status_code) == (422, 302)
    assert client.get(f"/meja/{complaint.tracking_id}/").status_code == 403


def test_the_nation_moderates_through_the_page(world: World, desk: Callable[[str], Client]) -> None:
    complaint = about_the_ministry(world)
    state(world, complaint, "other_admin", "Kami tidak terkait.")
    entry = services.statements(complaint)[0]
    client = desk("national")

    client.post(f"/meja/{complaint.tracking_id}/hak-jawab/{entry.pk}/", {"tampil": "0", "text": ""})
    assert services.statements(complaint)[0].text_public
    client.post(f"/meja/{complaint.tracking_id}/hak-jawab/{entry.pk}/", {"tampil": "0", "text": "Melanggar."})

    assert services.statements(complaint)[0].text_public == ""


def test_the_list_of_reports_about_an_institution_asks_the_same_for_one_and_for_many(world: World, desk: Callable[[str], Client]) -> None:
    client, counts = desk("other_admin"), []

    for wanted in (1, 5):
        while Complaint.objects.filter(reported_institution=world.ministry).count() < wanted:
            about_the_ministry(world)
        client.get("/meja/hak-jawab/")
        with CaptureQueriesContext(connection) as queries:
            assert main(client.get("/meja/hak-jawab/")).count("<li>") >= wanted
        counts.append(len(queries))

    assert counts[0] == counts[1]
