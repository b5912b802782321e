"""The officers' desk through its pages: who gets in, what stands first, and that nothing typed is lost."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints import numbers, services
from complaints.models import NEVER, Complaint, Reading
from tests.login import code
from tests.world import ANSWER, COMPLAINT, PASSWORD, SORT, World, answered, at_unit

OVERSIGHT: dict[str, Any] = {**SORT, "track": "oversight", "reported_party": "Kepala dinas"}
ASSISTED = {
    "channel": "walk_in",
    "classification": "complaint",
    "title": COMPLAINT["title"],
    "body": COMPLAINT["body"],
    "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001",
    "contact_name": "Zznama Pelapor",
    "consent": "on",
    "idempotency_key": "3f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d",
}
HTML = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def clock(world: World) -> Iterator[Any]:
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(client: Client, world: World) -> Callable[[str], Client]:
    return lambda name: world.login(client, name)


def page(response: Any) -> str:
    return str(response.content.decode())


def shown(response: Any) -> list[str]:
    return re.findall(r'class="title"><a href="/meja/(LPR-[^/"]+)/', page(response))


def address(complaint: Complaint, tail: str = "") -> str:
    return f"/meja/{complaint.tracking_id}/{tail}"


def copies(complaint: Complaint, count: int, **changes: Callable[[int], Any]) -> list[Complaint]:
    """Many reports like this one, written at once."""
    rows = []
    names = [field.attname for field in Complaint._meta.concrete_fields if not field.generated]
    for number in range(count):
        row = Complaint(**{name: getattr(complaint, name) for name in names})
        row.pk, row.tracking_id = uuid4(), numbers.new_tracking_id()
        for name, change in changes.items():
            setattr(row, name, change(number))
        rows.append(row)
    return Complaint.objects.bulk_create(rows)


def act(client: Client, complaint: Complaint, action: str, **typed: Any) -> Any:
    complaint.refresh_from_db()
    return client.post(address(complaint, f"langkah/{action}/"), {"version": complaint.version, **typed})


# Getting in


@pytest.mark.parametrize("tail", ["", "baru/", "LPR-7K3M-92QX-4/", "LPR-7K3M-92QX-4/langkah/answer/", "LPR-7K3M-92QX-4/sunting/", "LPR-7K3M-92QX-4/catatan/"])
def test_whoever_is_not_logged_in_is_sent_to_the_log_in_and_back(client: Client, tail: str) -> None:
    response = client.get(f"/meja/{tail}")

    assert (response.status_code, response["Location"]) == (302, f"/masuk/?next=/meja/{tail}")


def test_an_officer_logs_in_and_arrives_where_they_wanted_to_go(client: Client, world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    client.post("/masuk/", {"login": "liaison", "password": PASSWORD, "next": address(complaint)})
    response = client.post("/masuk/faktor/", {"code": code()}, follow=True)

    assert response.redirect_chain == [(address(complaint), 302)]
    assert response.status_code == 200


@pytest.mark.parametrize(("name", "password"), [("liaison", "salah"), ("entah", PASSWORD), ("\x00", "\x00"), ("", ""), ("reporter", ""), (HTML, "x")])
def test_a_wrong_log_in_says_so_kindly_and_keeps_the_name_only(client: Client, world: World, name: str, password: str) -> None:
    response = client.post("/masuk/", {"login": name, "password": password})

    assert response.status_code == 200
    assert ("Nama pengguna dan kata sandi tidak cocok" if password.strip("\x00") else "Isi kedua kolom.") in page(response)
    assert 'type="password" name="password" id="id_password" autocomplete="current-password" required' in page(response)
    assert HTML not in page(response)


CASES: dict[str, Callable[[World], Complaint]] = {
    "public": lambda w: w.to_state("awaiting_followup"),
    "secret": lambda w: w.to_state("awaiting_followup", is_secret=True),
    "oversight": lambda w: w.step(w.submit().complaint, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT),
}
# who -> the queue, then a public, a secret and an oversight case that lie in Kota Uji
GATES = {
    "national": (200, 200, 200, 200),
    "admin": (200, 200, 200, 404),
    "liaison": (200, 200, 200, 404),
    "health_liaison": (200, 403, 404, 404),
    "unit_admin": (200, 403, 404, 404),
    "supervisor": (200, 403, 404, 200),
    "superior": (200, 200, 200, 404),
    "accountable": (200, 200, 404, 404),
    "patron": (403, 403, 404, 404),
    "other_admin": (200, 403, 404, 404),
    "other_liaison": (200, 403, 404, 404),
    "east_admin": (200, 403, 404, 404),
    "hub": (403, 403, 404, 404),
    "monitor": (403, 403, 404, 404),
    "ombudsman": (200, 200, 404, 404),
    "operator": (403, 403, 403, 403),
    "custodian": (403, 403, 403, 403),
    "auditor": (200, 200, 200, 404),
}


@pytest.mark.parametrize("who", GATES)
def test_everybody_gets_exactly_the_pages_of_their_office(desk: Callable[[str], Client], world: World, who: str) -> None:
    cases = {kind: make(world) for kind, make in CASES.items()}
    client = desk(who)

    queue = client.get("/meja/")
    found = (queue.status_code, *(client.get(address(case)).status_code for case in cases.values()))

    assert found == GATES[who]
    if queue.status_code == 200:
        readable = {case.tracking_id for case, status in zip(cases.values(), found[1:], strict=True) if status == 200}
        assert set(shown(queue)) == readable


@pytest.mark.parametrize("number", ["LPR-7K3M-92QX-4", "x", "LPR%00", "%F0%9F%9A%A6"])
@pytest.mark.parametrize("tail", ["", "langkah/answer/", "catatan/", "sunting/"])
def test_an_odd_number_is_simply_not_found(desk: Callable[[str], Client], number: str, tail: str) -> None:
    assert desk("national").get(f"/meja/{number}/{tail}").status_code == 404


def test_pages_of_the_desk_are_not_stored_on_the_way(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("liaison")

    for path in ("/meja/", "/meja/baru/", address(complaint), address(complaint, "langkah/respond/"), address(complaint, "catatan/")):
        assert "no-store" in client.get(path)["Cache-Control"]


# The queue


def test_urgent_reports_stand_first_and_then_what_is_due_next(desk: Callable[[str], Client], world: World) -> None:
    model = world.to_state("awaiting_followup")
    days = (3, 1, 9, 2, 5)
    rows = copies(model, 5, next_due_at=lambda n: world.at + timedelta(days=days[n]), is_urgent=lambda n: n in {2, 4})
    idle = copies(model, 1, next_due_at=lambda n: NEVER)
    Complaint.objects.filter(pk=model.pk).update(next_due_at=world.at - timedelta(days=1))

    order = shown(desk("liaison").get("/meja/"))

    assert order == [row.tracking_id for row in (rows[4], rows[2], model, rows[1], rows[3], rows[0], *idle)]


@pytest.mark.parametrize("same", [1, 7, 200])
def test_paging_loses_nothing_and_shows_nothing_twice(desk: Callable[[str], Client], world: World, same: int) -> None:
    model = world.to_state("awaiting_followup")
    rows = copies(model, 119, next_due_at=lambda n: NEVER if n > 100 else world.at + timedelta(hours=n // same), is_urgent=lambda n: n < 60)
    client = desk("liaison")

    seen: list[str] = []
    sizes = []
    path = "/meja/?tab=jawab&q=pasar"
    while path:
        response = client.get(path)
        sizes.append(len(shown(response)))
        seen += shown(response)
        following = re.findall(r'rel="next" href="([^"]+)"', page(response))
        path = f"/meja/{following[0].replace('&amp;', '&')}" if following else ""

    assert sizes == [50, 50, 20]
    assert len(seen) == len(set(seen))
    assert set(seen) == {model.tracking_id, *(row.tracking_id for row in rows)}


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_the_queue_asks_the_database_as_often_for_fifty_as_for_one(desk: Callable[[str], Client], world: World) -> None:
    model = world.to_state("awaiting_followup")
    model.assignee = world.user("liaison")
    client = desk("liaison")
    one = queries(client, "/meja/")
    copies(model, 60)

    fifty = queries(client, "/meja/")

    assert one == fifty
    assert fifty <= 6


def test_a_case_asks_the_database_as_often_with_a_long_history_as_with_a_short_one(desk: Callable[[str], Client], world: World) -> None:
    short, long = world.to_state("in_progress"), world.to_state("in_progress")
    for number in range(10):
        services.add_note(long.pk, text=f"Catatan {number}", by=world.actor("liaison"), at=world.at)
    client = desk("liaison")
    client.get(address(short))

    assert queries(client, address(short)) == queries(client, address(long))


TABS = {
    "semua": {"awaiting_verification", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied"},
    "verifikasi": {"awaiting_verification"},
    "jawab": {"awaiting_followup", "in_progress"},
    "tanggapan": {"reporter_replied"},
    "menunggu": {"awaiting_completion", "awaiting_reporter"},
    "saya": set(),
    "entah": {"awaiting_verification", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied"},
}


def test_each_tab_shows_the_states_it_names_and_ended_ones_only_on_request(desk: Callable[[str], Client], world: World) -> None:
    made = {state: world.to_state(state).tracking_id for state in (*TABS["semua"], "closed", "archived")}
    client = desk("national")

    for tab, states in TABS.items():
        assert set(shown(client.get("/meja/", {"tab": tab}))) == {made[state] for state in states}, tab
    assert shown(client.get("/meja/", {"state": "closed"})) == [made["closed"]]


def test_mine_are_those_i_am_in_charge_of(desk: Callable[[str], Client], world: World) -> None:
    mine, _other = world.to_state("awaiting_followup"), world.to_state("awaiting_followup")
    client = desk("liaison")

    client.post(address(mine, "ambil/"))

    assert shown(client.get("/meja/?tab=saya")) == [mine.tracking_id]


def test_the_queue_is_searched_by_words_of_the_text_and_by_number(desk: Callable[[str], Client], world: World) -> None:
    road = world.to_state("awaiting_followup", is_secret=True)
    lamp = world.to_state("awaiting_followup", title="Lampu taman mati", body="Taman gelap setiap malam sejak dua pekan lalu, warga takut lewat sana.")
    old = world.to_state(
        "awaiting_followup", title="Laporan lama", body="Selokan di ujung gang tersumbat sampah sejak hujan pekan lalu.", external_ref="8812345"
    )
    client = desk("liaison")

    assert shown(client.get("/meja/", {"q": "berlubang"})) == [road.tracking_id]
    assert shown(client.get("/meja/", {"q": lamp.tracking_id.lower().replace("-", "")})) == [lamp.tracking_id]
    assert shown(client.get("/meja/", {"q": "8812345"})) == [old.tracking_id]
    assert shown(client.get("/meja/", {"q": "tidakadakata"})) == []


def test_a_number_of_somebody_elses_case_finds_nothing(desk: Callable[[str], Client], world: World) -> None:
    secret = world.to_state("awaiting_followup", is_secret=True)

    assert shown(desk("other_admin").get("/meja/", {"q": secret.tracking_id})) == []


@pytest.mark.parametrize("value", ["entah", "\x00", "🚦", "((", "'; --", "\\", "a" * 3000, HTML])
@pytest.mark.parametrize("name", ["q", "state", "classification", "track", "topic", "institution", "region", "is_urgent", "tab", "setelah"])
def test_a_value_that_means_nothing_is_no_crash(desk: Callable[[str], Client], world: World, name: str, value: str) -> None:
    world.to_state("awaiting_followup")

    response = desk("liaison").get("/meja/", {name: value})

    assert response.status_code == 200
    assert HTML not in page(response)


def test_an_empty_queue_says_that_nothing_waits(desk: Callable[[str], Client]) -> None:
    assert "Tidak ada yang menunggu di sini" in page(desk("liaison").get("/meja/"))


# Working on a case


def test_a_step_is_taken_from_its_page(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")
    client = desk("liaison")
    form = client.get(address(complaint, "langkah/answer/"))

    response = act(client, complaint, "answer", **ANSWER)

    complaint.refresh_from_db()
    assert all(f'name="{name}"' in page(form) for name in ("text", "outcome", "done_on", "evidence", "version"))
    assert response["Location"] == address(complaint)
    assert complaint.state == "awaiting_reporter"


def test_a_case_that_leaves_ones_sight_by_the_step_leads_back_to_the_queue(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.submit(is_secret=True, target_institution="kota-uji").complaint

    response = act(desk("admin"), complaint, "return_upward", text="Bukan kewenangan kami.")

    assert response["Location"] == "/meja/"


def test_the_case_offers_exactly_the_steps_that_may_be_taken_now(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    offered = set(re.findall(r"langkah/(\w+)/", page(desk("liaison").get(address(complaint)))))

    assert offered == {"respond", "answer", "return_to_admin"}
    for action in offered:
        assert desk("liaison").get(address(complaint, f"langkah/{action}/")).status_code == 200


def test_a_refused_step_keeps_everything_typed_and_names_the_fields(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress")

    response = act(desk("liaison"), complaint, "answer", text="Sudah kami tambal." + HTML, outcome="entah", done_on="2027-01-01", evidence="")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"outcome", "done_on", "evidence"}
    assert "Sudah kami tambal." in page(response)
    assert "2027-01-01" in page(response)
    assert HTML not in page(response)


@pytest.mark.parametrize("version", ["1", "", "x", "²", "9" * 5000, "\x00"])
def test_a_stale_page_tells_state_and_actor_and_keeps_text_with_a_fresh_version(desk: Callable[[str], Client], world: World, version: str) -> None:
    complaint = world.to_state("in_progress")
    client = desk("liaison2")

    stale = client.post(address(complaint, "langkah/progress/"), {"version": version, "text": "Alat berat sudah datang."})
    fresh = re.findall(r'name="version" value="(\d+)"', page(stale))[0]
    again = client.post(address(complaint, "langkah/progress/"), {"version": fresh, "text": "Alat berat sudah datang."})

    assert stale.status_code == 409
    for text in ("Alat berat sudah datang.", complaint.get_state_display(), "Terakhir disentuh oleh liaison."):
        assert text in page(stale), text
    assert again.status_code == 302


@pytest.mark.parametrize("is_secret", [False, True])
def test_an_answer_typed_while_the_case_was_moved_away_is_kept_but_the_case_is_not_shown(desk: Callable[[str], Client], world: World, is_secret: bool) -> None:
    complaint = world.to_state("in_progress", is_secret=is_secret)
    version = complaint.version
    world.step(complaint, "redispose", "admin", target="kota-uji-dinkes", text="Ini bidang kesehatan.")

    sent = desk("liaison").post(address(complaint, "langkah/answer/"), {"version": version, **ANSWER, "text": "Jawaban panjang kami."})

    assert sent.status_code == 409
    assert "Jawaban panjang kami." in page(sent)
    assert complaint.body not in page(sent)


def test_whoever_never_had_a_case_learns_nothing_by_sending_a_step(desk: Callable[[str], Client], world: World) -> None:
    public, secret = world.to_state("in_progress"), world.to_state("in_progress", is_secret=True)
    client = desk("other_liaison")

    found = [client.post(address(case, "langkah/answer/"), {"version": version, **ANSWER}) for case in (public, secret) for version in ("1", case.version)]

    assert [response.status_code for response in found] == [409, 403, 404, 404]
    assert not any(public.body in page(response) for response in found)


def test_a_step_from_the_wrong_state_is_a_conflict_that_keeps_the_text(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("closed")
    client = desk("liaison")

    sent = act(client, complaint, "progress", text="Masih kami kerjakan.")

    assert client.get(address(complaint, "langkah/progress/")).status_code == 409
    assert sent.status_code == 409
    assert "Masih kami kerjakan." in page(sent)


@pytest.mark.parametrize(("who", "action"), [("superior", "answer"), ("auditor", "progress"), ("liaison", "reply"), ("liaison", "close_by_decision")])
def test_a_step_that_is_not_the_officers_is_not_allowed(desk: Callable[[str], Client], world: World, who: str, action: str) -> None:
    complaint = world.to_state("in_progress")

    assert desk(who).get(address(complaint, f"langkah/{action}/")).status_code == 403
    assert act(desk(who), complaint, action, text="x").status_code == 403


@pytest.mark.parametrize(("action", "status"), [("merge", 422), ("entah", 422), ("submit", 422)])
def test_a_step_that_does_not_exist_yet_says_so(desk: Callable[[str], Client], world: World, action: str, status: int) -> None:
    complaint = world.to_state("in_progress")

    assert desk("liaison").get(address(complaint, f"langkah/{action}/")).status_code == status


NULLS = {
    "pend": ("at_city", "admin", ("reason", "items", "text")),
    "dispose_to_unit": ("at_city", "admin", ("target", "text", "topic", "track", "reported_party")),
    "return_upward": ("at_city", "admin", ("text", "suggested")),
    "archive": ("at_city", "admin", ("reason", "text")),
    "hand_over": ("at_city", "admin", ("body", "reference", "text", "consent_identity")),
    "respond": ("awaiting_followup", "liaison", ("text", "estimated_on")),
    "answer": ("in_progress", "liaison", ("text", "outcome", "done_on", "evidence", "decision_number", "version")),
    "redispose": ("in_progress", "admin", ("target", "text")),
    "change_visibility": ("in_progress", "admin", ("secret", "text")),
}


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "🚦" * 30000])
@pytest.mark.parametrize("action", NULLS)
def test_what_cannot_be_stored_is_refused_in_every_field_of_a_step(desk: Callable[[str], Client], world: World, action: str, text: str) -> None:
    state, who, names = NULLS[action]
    complaint = world.to_state(state)
    client = desk(who)

    for name in names:
        assert act(client, complaint, action, **{name: text}).status_code in {409, 422}, name


def test_only_one_officer_takes_charge(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    first = desk("liaison").post(address(complaint, "ambil/"), follow=True)
    second = desk("liaison2").post(address(complaint, "ambil/"), follow=True)

    complaint.refresh_from_db()
    assert complaint.assignee == world.user("liaison")
    assert "Petugas liaison" in page(first)
    assert "Orang lain sudah menangani laporan ini." in page(second)


@pytest.mark.parametrize(("to", "taken"), [("liaison2", "liaison2"), ("other_liaison", None), ("entah", None), ("\x00", None), ("", None)])
def test_an_admin_puts_an_officer_of_the_body_in_charge(desk: Callable[[str], Client], world: World, to: str, taken: str | None) -> None:
    complaint = world.to_state("awaiting_followup")

    response = desk("admin").post(address(complaint, "tugaskan/"), {"assignee": to})

    complaint.refresh_from_db()
    assert response["Location"] == address(complaint)
    assert (complaint.assignee and complaint.assignee.username) == taken


def test_a_note_is_added_and_an_empty_or_broken_one_named(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("liaison")

    wrong = [client.post(address(complaint, "catatan/"), {"text": text}) for text in ("", "  ", "a\x00b", "a" * 20001)]
    client.post(address(complaint, "catatan/"), {"text": "Perlu survei. " + HTML})

    shown_now = page(client.get(address(complaint)))
    assert [response.status_code for response in wrong] == [422] * 4
    assert "a" * 20001 in page(wrong[3])
    assert "Perlu survei." in shown_now
    assert HTML not in shown_now


@pytest.mark.parametrize(("tail", "field"), [("catatan/", "text"), ("sunting/", "body")])
def test_what_was_typed_on_a_case_that_was_moved_away_is_given_back_without_the_case(
    desk: Callable[[str], Client], world: World, tail: str, field: str
) -> None:
    complaint = world.to_state("in_progress", is_secret=True)
    world.step(complaint, "redispose", "admin", target="kota-uji-dinkes", text="Ini bidang kesehatan.")

    sent = desk("liaison").post(address(complaint, tail), {field: "Warga sudah kami telepon dua kali."})

    assert sent.status_code == 404
    assert "Warga sudah kami telepon dua kali." in page(sent)
    assert complaint.body not in page(sent)


@pytest.mark.parametrize("who", ["ombudsman", "accountable"])
def test_who_may_not_write_notes_is_told_so(desk: Callable[[str], Client], world: World, who: str) -> None:
    assert desk(who).post(address(world.to_state("awaiting_followup"), "catatan/"), {"text": "x"}).status_code == 403


def test_notes_stay_behind_when_the_case_moves_to_another_institution(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("at_city")
    services.add_note(complaint.pk, text="Catatan dalam kota.", by=world.actor("admin"), at=world.at)
    world.step(complaint, "return_upward", "admin", text="Alasan dalam kota.")
    world.step(complaint, "dispose_to_institution", "national", target="kementerian-uji", text="Pengantar nasional.")

    there, nation = page(desk("other_admin").get(address(complaint))), page(desk("national").get(address(complaint)))

    assert not any(text in there for text in ("Catatan dalam kota.", "Alasan dalam kota."))
    assert "Catatan dalam kota." in nation
    assert "Alasan dalam kota." in nation


def test_who_reads_a_case_without_notes_sees_none(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    services.add_note(complaint.pk, text="Catatan dalam kota.", by=world.actor("admin"), at=world.at)

    for who in ("ombudsman", "accountable"):
        assert "Catatan dalam kota." not in page(desk(who).get(address(complaint)))
    assert "Catatan dalam kota." in page(desk("liaison").get(address(complaint)))


# Editing


def edit_form(complaint: Complaint, **typed: str) -> dict[str, str]:
    complaint.refresh_from_db()
    kept = {"title": complaint.title, "body": complaint.body, "reported_party": complaint.reported_party, "topic": complaint.topic_id or ""}
    return {**kept, "version_read": str(complaint.version), **typed}


def test_an_edit_shows_the_new_words_and_keeps_the_reporters_own(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("at_city")
    client = desk("admin")

    response = client.post(address(complaint, "sunting/"), edit_form(complaint, title="Judul yang jelas"))

    complaint.refresh_from_db()
    assert response["Location"] == address(complaint)
    assert (complaint.title, complaint.title_original, complaint.body) == ("Judul yang jelas", COMPLAINT["title"], COMPLAINT["body"])
    assert COMPLAINT["title"] in page(client.get(address(complaint)))


def test_an_unchanged_edit_of_a_text_with_line_breaks_changes_nothing(desk: Callable[[str], Client], world: World) -> None:
    complaint = at_unit(world, world.submit(body=COMPLAINT["body"] + "\nBaris kedua.").complaint)

    desk("admin").post(address(complaint, "sunting/"), edit_form(complaint, body=complaint.body.replace("\n", "\r\n")))

    complaint.refresh_from_db()
    assert complaint.body == complaint.body_original


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"title": ""}, 422),
        ({"body": "a\x00b"}, 422),
        ({"title": "a" * 151}, 422),
        ({"topic": "entah"}, 422),
        ({"topic": "\x00"}, 422),
        ({"version_read": "1"}, 409),
        ({"version_read": "²"}, 409),
        ({"version_read": "9" * 5000}, 409),
        ({"version_read": "\x00"}, 409),
    ],
)
def test_a_refused_edit_keeps_what_was_typed_and_changes_nothing(desk: Callable[[str], Client], world: World, typed: dict[str, str], status: int) -> None:
    complaint = world.to_state("in_progress")

    response = desk("admin").post(address(complaint, "sunting/"), edit_form(complaint, reported_party="Kepala pasar", **typed))

    complaint.refresh_from_db()
    assert response.status_code == status
    assert "Kepala pasar" in page(response)
    assert f'name="version_read" value="{complaint.version}"' in page(response)
    assert (complaint.title, complaint.reported_party) == (COMPLAINT["title"], "")


def test_who_may_not_edit_is_told_so(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    assert desk("liaison").get(address(complaint, "sunting/")).status_code == 403
    assert desk("liaison").post(address(complaint, "sunting/"), edit_form(complaint, title="x")).status_code == 403


# Who the reporter is


def test_the_case_page_itself_never_holds_the_identity(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")

    for who in ("admin", "liaison", "national", "auditor"):
        assert not any(text in page(desk(who).get(address(complaint))) for text in ("Zznama", "zz1@contoh.invalid", "9900001234"))


def test_an_identity_is_opened_for_a_reason_and_the_opening_is_on_record(desk: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_followup")
    client = desk("admin")

    without = [client.post(address(complaint, "identitas/"), {"reason": reason}, follow=True) for reason in ("", "  ", "\x00")]
    opened = client.post(address(complaint, "identitas/"), {"reason": "Menelepon untuk jadwal survei"})

    assert not any("Zznama" in page(response) for response in without)
    assert "Zznama Pelapor" in page(opened)
    reading = Reading.objects.get()
    assert (reading.complaint, reading.by.username, reading.reason) == (complaint, "admin", "Menelepon untuk jadwal survei")


@pytest.mark.parametrize("who", ["national", "admin", "liaison"])
def test_an_anonymous_reporter_stays_closed_to_everybody_and_nothing_is_read(desk: Callable[[str], Client], world: World, who: str) -> None:
    complaint = world.to_state("awaiting_followup", is_anonymous=True)

    response = desk(who).post(address(complaint, "identitas/"), {"reason": "Ingin tahu"})

    assert response.status_code == 403
    assert "Zznama" not in page(response)
    assert not Reading.objects.exists()


@pytest.mark.parametrize("who", ["superior", "auditor", "ombudsman", "accountable"])
def test_who_only_reads_cases_does_not_open_identities(desk: Callable[[str], Client], world: World, who: str) -> None:
    complaint = world.to_state("awaiting_followup")

    assert desk(who).post(address(complaint, "identitas/"), {"reason": "x"}).status_code == 403


# Reports entered for citizens


@pytest.mark.parametrize("channel", ["walk_in", "phone", "letter", "email"])
def test_a_report_is_entered_for_a_citizen_and_the_receipt_is_shown_once(desk: Callable[[str], Client], world: World, channel: str) -> None:
    client = desk("liaison")

    first = client.post("/meja/baru/", {**ASSISTED, "channel": channel})
    again = client.post("/meja/baru/", {**ASSISTED, "channel": channel})

    complaint = Complaint.objects.get()
    number, code = re.findall(r'class="secret-code">([^<]+)<', page(first))
    assert page(first).count(f'class="secret-code">{code}<') == page(again).count(f'class="secret-code">{code}<') == 1
    assert page(first).count(code) == page(again).count(code) == 2, "shown once, and once for the receipt that is printed now"
    assert (complaint.tracking_id, complaint.channel) == (number, channel)
    assert complaint.entered_by == world.user("liaison")
    assert Client().post("/lacak/", {"number": number, "code": code}).status_code == 302


@pytest.mark.parametrize("channel", ["", "web", "entah", "\x00"])
def test_how_the_report_came_in_must_be_told_and_nothing_typed_is_lost(desk: Callable[[str], Client], channel: str) -> None:
    response = desk("liaison").post("/meja/baru/", {**ASSISTED, "channel": channel})

    assert response.status_code == 422
    assert "channel" in response.context["form"].errors
    assert ASSISTED["body"] in page(response)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("name", sorted(set(ASSISTED) - {"consent", "channel"}))
def test_a_null_character_in_an_entered_report_is_no_crash(desk: Callable[[str], Client], name: str) -> None:
    assert desk("liaison").post("/meja/baru/", {**ASSISTED, name: ASSISTED[name] + "\x00"}).status_code in {200, 422}


def test_a_place_that_fits_several_is_offered_at_the_counter_too(desk: Callable[[str], Client]) -> None:
    response = desk("liaison").post("/meja/baru/", {**ASSISTED, "incident_region": "Menteng"})

    assert response.status_code == 422
    assert len(re.findall(r'type="radio" name="incident_region"', page(response))) > 1


def test_the_key_of_another_report_keeps_the_text_and_gives_a_new_key(desk: Callable[[str], Client]) -> None:
    client = desk("liaison")
    client.post("/meja/baru/", ASSISTED)

    refused = client.post("/meja/baru/", {**ASSISTED, "title": "Laporan warga berikutnya"})

    key = re.findall(r'name="idempotency_key" value="([^"]+)"', page(refused))[0]
    assert refused.status_code == 409
    assert "Laporan warga berikutnya" in page(refused)
    assert client.post("/meja/baru/", {**ASSISTED, "title": "Laporan warga berikutnya", "idempotency_key": key}).status_code == 200


@pytest.mark.parametrize("who", ["superior", "auditor", "ombudsman", "patron", "hub", "operator", "supervisor"])
def test_who_may_not_enter_reports_is_told_so(desk: Callable[[str], Client], who: str) -> None:
    client = desk(who)

    assert client.get("/meja/baru/").status_code == 403
    assert client.post("/meja/baru/", ASSISTED).status_code == 403
    assert not Complaint.objects.exists()


def test_an_answered_report_shows_the_desk_what_was_said(desk: Callable[[str], Client], world: World) -> None:
    complaint = answered(world, world.submit().complaint)
    world.step(complaint, "reply", text="Belum selesai menurut saya.")

    found = page(desk("liaison").get(address(complaint)))

    for text in ("Lubang sudah ditambal.", "Berita acara 12/DPU/2026.", "Belum selesai menurut saya.", "Petugas liaison"):
        assert text in found
