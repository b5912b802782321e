"""The citizen's pages from the form to the closing, as somebody without an account and without JavaScript uses them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils.translation import gettext

from complaints import numbers, services
from complaints.models import Channel, Complaint
from complaints.services import Receipt
from institutions.models import Region
from lapor.middleware import outage
from tests.world import PASSWORD, World, answered, at_unit

KEY = "3f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d"
TYPED = {
    "classification": "complaint",
    "title": "Jalan berlubang di depan pasar",
    "body": "Jalan di depan pasar berlubang besar sejak tiga bulan dan sudah dua pengendara motor jatuh.",
    "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001",
    "incident_place": "Depan pasar",
    "contact_name": "Zznama Pelapor",
    "contact_email": "zz1@contoh.invalid",
    "contact_allowed": "on",
    "consent": "on",
    "idempotency_key": KEY,
}
HTML = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def clock(world: World) -> Iterator[Any]:
    """The pages read the clock: it stands where the world plays until a test moves it."""
    with time_machine.travel(world.at, tick=False) as traveller:
        yield traveller


def page(response: Any) -> str:
    return str(response.content.decode())


def send(client: Client, path: str = "/lapor/", **typed: str) -> Any:
    return client.post(path, {**TYPED, "langkah": "kirim", **typed})


def check(client: Client, path: str = "/lapor/", **typed: str) -> Any:
    return client.post(path, {**TYPED, "langkah": "periksa", **typed})


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the last form of a page, as a browser would send them."""
    form = html[html.rindex("<form", 0, html.rindex("</main>")) :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def codes(html: str) -> tuple[str, str]:
    number, code = re.findall(r'class="secret-code">([^<]+)<', html)[:2]
    return number, code


def prove(client: Client, receipt: Receipt) -> Any:
    return client.post("/lacak/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})


@pytest.fixture
def own(client: Client, world: World) -> Callable[..., Complaint]:
    """A report in some state, opened in this browser by its code."""

    def made(way: Callable[[World, Complaint], Complaint] | None = None, **overrides: Any) -> Complaint:
        receipt = world.submit(**overrides)
        complaint = way(world, receipt.complaint) if way else receipt.complaint
        prove(client, receipt)
        return complaint

    return made


def address(complaint: Complaint, *, action: str = "") -> str:
    return f"/lacak/{complaint.tracking_id}/" + (f"langkah/{action}/" if action else "")


def act(client: Client, complaint: Complaint, action: str, **typed: Any) -> Any:
    complaint.refresh_from_db()
    return client.post(address(complaint, action=action), {"version": complaint.version, **typed})


# Filing


def test_a_citizen_goes_from_the_form_to_the_own_page_without_javascript(client: Client) -> None:
    form = client.get("/lapor/")
    checked = check(client, idempotency_key=hidden(page(form))["idempotency_key"])
    none_yet = Complaint.objects.count()
    sent = client.post("/lapor/", {**hidden(page(checked)), "langkah": "kirim"})
    opened = client.post("/lacak/", hidden(page(sent)), follow=True)

    number, code = codes(page(sent))
    assert (form.status_code, checked.status_code, sent.status_code, opened.status_code) == (200, 200, 200, 200)
    assert none_yet == 0
    assert TYPED["body"] in page(checked)
    assert opened.redirect_chain == [(f"/lacak/{number}/", 302)]
    assert TYPED["title"] in page(opened)
    assert code not in page(opened)
    assert Complaint.objects.get().tracking_id == number


def test_the_check_page_can_go_back_with_everything_typed(client: Client) -> None:
    back = client.post("/lapor/", {**hidden(page(check(client))), "langkah": "ubah"})
    place = Region.objects.get(pk=TYPED["incident_region"])

    for value in (TYPED["title"], TYPED["body"], "2026-10-20", place.label, "Zznama Pelapor", KEY):
        assert value in page(back)
    assert place.pk not in page(back), "a place is shown by its name"
    assert check(client, incident_region=place.label).context["draft"].incident_region == place, "and its name tells it again"


def test_the_check_page_says_what_is_missing_and_which_personal_data_it_saw(client: Client) -> None:
    checked = page(check(client, incident_date="", body=TYPED["body"] + " Hubungi 0812-3456-7890."))

    assert gettext("When did it happen?") in checked
    assert "0812-3456-7890" in checked[: checked.index("<dl")]


def test_every_wrong_field_is_named_at_once_and_what_was_typed_stays(client: Client) -> None:
    response = check(client, title="", incident_date="2027-01-01", incident_region="Antahberantah", contact_email="bukan surel", consent="")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"title", "incident_date", "incident_region", "contact_email", "consent"}
    for value in (TYPED["body"], "2027-01-01", "Antahberantah", "bukan surel", "Zznama Pelapor"):
        assert value in page(response)
    assert Complaint.objects.count() == 0


@pytest.mark.parametrize("name", sorted(set(TYPED) - {"consent", "contact_allowed"}))
def test_a_character_that_cannot_be_stored_is_refused_in_any_field_and_never_a_crash(client: Client, name: str) -> None:
    response = send(client, **{name: TYPED[name] + "\x00"})

    assert response.status_code in {200, 422}
    assert "\x00" not in "".join(Complaint.objects.values_list("title", flat=True))


@pytest.mark.parametrize("name", ["target_institution", "topic", "origin_region", "requested_outcome", "loss", "reported_party", "gedsi_gender", "langkah"])
def test_a_null_character_in_a_field_that_is_seldom_used_is_no_crash(client: Client, name: str) -> None:
    assert check(client, **{name: "\x00"}).status_code in {200, 422}


@pytest.mark.parametrize("text", ["Lampu mati 🚦🚦 sejak Senin", "شكوى عن الطريق", "‮terbalik‬ di pasar", "Ọ̀rọ̀ e\u0301"])
def test_emoji_and_other_scripts_are_kept_as_they_are(client: Client, text: str) -> None:
    send(client, title=text)

    assert Complaint.objects.get().title == text


def test_markup_in_a_report_is_shown_as_text_on_every_page(client: Client) -> None:
    checked = check(client, title=HTML, body=TYPED["body"] + HTML)
    form = client.post("/lapor/", {**TYPED, "title": HTML, "incident_date": HTML, "langkah": "periksa"})
    sent = send(client, title=HTML, body=TYPED["body"] + HTML)
    opened = client.post("/lacak/", hidden(page(sent)), follow=True)

    for response in (checked, form, sent, opened):
        assert "<script>alert" not in page(response)
    assert "&lt;script&gt;" in page(opened)


def test_a_text_that_is_too_long_is_kept_and_says_its_limit(client: Client) -> None:
    response = check(client, title="a" * 151)

    assert response.status_code == 422
    assert "a" * 151 in page(response)
    assert "150" in str(response.context["form"].errors["title"])


def test_a_place_name_that_fits_several_offers_them_and_the_choice_goes_through(client: Client) -> None:
    offered = check(client, incident_region="Menteng")
    found = re.findall(r'type="radio" name="incident_region" value="([\d.]+)"', page(offered))
    chosen = client.post("/lapor/", {**TYPED, "langkah": "periksa", "incident_region": ["Menteng", found[0]]})

    assert offered.status_code == 422
    assert len(found) > 1
    assert chosen.status_code == 200


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; --", "(((", "&|!", ":*", "🚦", "a" * 5000])
def test_an_odd_place_name_is_refused_kindly(client: Client, text: str) -> None:
    assert check(client, incident_region=text).status_code == 422


def test_an_unknown_institution_is_no_obstacle_and_the_citizen_is_told_where_it_goes(client: Client) -> None:
    checked = check(client, target_institution="dinas-entah")
    send(client, target_institution="dinas-entah")

    assert "Kami tidak mengenal instansi ini" in page(checked)
    assert Complaint.objects.get().holder.slug == "nasional"


@pytest.mark.parametrize("name", ["classification", "topic", "gedsi_gender", "target_institution"])
def test_a_choice_that_does_not_exist_is_no_crash(client: Client, name: str) -> None:
    assert check(client, **{name: "entah"}).status_code in {200, 422}


def test_sent_twice_it_is_one_report_with_the_same_receipt(client: Client) -> None:
    first, second = send(client), send(client)

    assert codes(page(first)) == codes(page(second))
    assert Complaint.objects.count() == 1


def test_sent_again_with_other_words_nothing_typed_is_lost_and_it_can_be_sent(client: Client) -> None:
    send(client)

    refused = send(client, title="Jalan lain yang juga berlubang")
    form = hidden(page(refused))
    again = send(client, title="Jalan lain yang juga berlubang", idempotency_key=form["idempotency_key"])

    assert refused.status_code == 409
    assert "Jalan lain yang juga berlubang" in page(refused)
    assert "Halaman ini sudah pernah dikirim dengan isi lain." in page(refused)
    assert again.status_code == 200
    assert Complaint.objects.count() == 2


def test_a_broken_hidden_key_is_replaced_by_a_good_one(client: Client) -> None:
    refused = send(client, idempotency_key="x")

    assert refused.status_code == 422
    assert send(client, idempotency_key=hidden(page(refused))["idempotency_key"]).status_code == 200


def test_too_many_reports_from_one_connection_are_told_when_to_come_back_and_keep_the_text(client: Client) -> None:
    for number in range(20):
        send(client, idempotency_key=f"{KEY[:-2]}{number:02d}")

    response = send(client, idempotency_key=f"{KEY[:-2]}99")

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert TYPED["body"] in page(response)
    assert Complaint.objects.count() == 20


def test_an_institutions_own_door_sends_to_it(client: Client) -> None:
    form = client.get("/i/kota-uji/")
    send(client, "/i/kota-uji/")

    complaint = Complaint.objects.get()
    assert "Kota Uji" in page(form)
    assert (complaint.holder.slug, complaint.channel, complaint.entry_door and complaint.entry_door.slug) == ("kota-uji", Channel.SUBDOMAIN, "kota-uji")


def test_a_door_that_does_not_exist_works_as_the_general_form(client: Client) -> None:
    form = client.get("/i/tidak-ada/")
    sent = send(client, "/i/tidak-ada/")

    assert (form.status_code, sent.status_code) == (200, 200)
    assert "Halaman instansi ini tidak aktif" in page(form)
    assert Complaint.objects.get().holder.slug == "nasional"


def test_the_language_can_be_switched_and_the_report_remembers_it(client: Client) -> None:
    there = client.post("/bahasa/", {"language": "en", "next": "/lapor/"}, follow=True)
    send(client)
    back = client.post("/bahasa/", {"language": "id", "next": "/lapor/"}, follow=True)
    send(client, idempotency_key=KEY.replace("3f0c", "4f0c"))

    assert there.redirect_chain == back.redirect_chain == [("/lapor/", 302)]
    assert "File a report" in page(there)
    assert "File a report" not in page(back)
    assert list(Complaint.objects.order_by("language").values_list("language", flat=True)) == ["en", "id"]


def test_an_officer_who_files_as_a_citizen_leaves_no_trace(client: Client, world: World) -> None:
    world.login(client, "liaison")

    send(client)

    complaint = Complaint.objects.get()
    event = complaint.transitions.get()
    assert complaint.entered_by is None
    assert (event.by.username, event.as_role) == ("reporter", "reporter")


# Following


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(client: Client, world: World) -> None:
    one, other = world.submit(), world.submit()

    wrong_code = client.post("/lacak/", {"number": one.complaint.tracking_id, "code": other.case_code})
    wrong_number = client.post("/lacak/", {"number": numbers.new_tracking_id(), "code": one.case_code})

    assert (wrong_code.status_code, wrong_number.status_code) == (404, 404)
    assert wrong_code.context["form"].errors == wrong_number.context["form"].errors
    assert one.complaint.tracking_id in page(wrong_code)


@pytest.mark.parametrize(("number", "code"), [("", ""), ("LPR-1", "x"), ("\x00", "\x00"), ("🚦", "🚦"), (HTML, HTML)])
def test_a_number_or_code_that_cannot_be_one_is_named_in_its_field(client: Client, number: str, code: str) -> None:
    response = client.post("/lacak/", {"number": number, "code": code})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"number", "code"}
    assert HTML not in page(response)


def test_after_five_wrong_codes_the_number_waits(client: Client, world: World) -> None:
    one, other = world.submit(), world.submit()
    for _ in range(5):
        client.post("/lacak/", {"number": one.complaint.tracking_id, "code": other.case_code})

    response = prove(client, one)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 900
    assert prove(client, other).status_code == 302


def test_the_case_code_stands_in_no_address_and_on_no_page_but_the_receipt(client: Client) -> None:
    number, code = codes(page(send(client)))
    proved = client.post("/lacak/", {"number": number, "code": code})
    pages = [client.get(path) for path in (proved["Location"], "/", "/lapor/", "/lacak/", f"/lacak/?nomor={number}", f"{proved['Location']}langkah/withdraw/")]

    bare = code.replace("-", "")
    assert bare not in proved["Location"].replace("-", "")
    assert all(response.status_code == 200 for response in pages)
    assert not any(bare in page(response).replace("-", "") for response in pages)


def test_pages_about_one_case_are_neither_stored_nor_indexed(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()
    paths = ["/lapor/", "/i/kota-uji/", "/lacak/", address(complaint), address(complaint, action="withdraw")]

    responses = [*(client.get(path) for path in paths), send(client), check(client), client.post("/lacak/", {})]

    for response in responses:
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize("tail", ["", "langkah/withdraw/", "nilai/"])
def test_without_proof_an_own_page_leads_to_the_proof(client: Client, world: World, tail: str) -> None:
    complaint = world.submit().complaint

    response = client.get(f"{address(complaint)}{tail}")

    assert (response.status_code, response["Location"]) == (302, f"/lacak/?nomor={complaint.tracking_id}")


@pytest.mark.parametrize("number", ["tidak-ada", "LPR%00", "%F0%9F%9A%A6", "LPR-7K3M-92QX-4"])
@pytest.mark.parametrize("path", ["/lacak/{}/", "/lacak/{}/langkah/withdraw/", "/lacak/{}/nilai/"])
def test_an_address_with_an_odd_number_leads_to_the_proof(client: Client, own: Callable[..., Complaint], path: str, number: str) -> None:
    own()

    assert client.get(path.format(number)).status_code == 302


def test_a_proof_of_one_case_opens_no_other(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    own()
    other = world.submit().complaint

    assert client.get(address(other)).status_code == 302
    assert act(client, other, "withdraw").status_code == 302
    other.refresh_from_db()
    assert other.state == "awaiting_verification"


def test_the_proof_ends_after_an_hour(client: Client, own: Callable[..., Complaint], clock: Any, world: World) -> None:
    complaint = own()

    clock.move_to(world.at + timedelta(minutes=59))
    before = client.get(address(complaint)).status_code
    clock.move_to(world.at + timedelta(minutes=60))

    assert (before, client.get(address(complaint)).status_code) == (200, 302)


def test_closing_on_this_device_forgets_the_proof(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own()

    client.post("/lacak/selesai/")

    assert client.get(address(complaint)).status_code == 302


def test_a_new_code_is_shown_once_and_the_old_one_opens_nothing(client: Client, world: World) -> None:
    receipt = world.submit()
    prove(client, receipt)

    renewed = client.post(f"{address(receipt.complaint)}kode-baru/")

    new = re.findall(r'class="secret-code">([^<]+)<', page(renewed))[0]
    assert new not in page(client.get(address(receipt.complaint)))
    assert prove(Client(), receipt).status_code == 404
    assert Client().post("/lacak/", {"number": receipt.complaint.tracking_id, "code": new}).status_code == 302


# Acting


def test_the_own_page_tells_who_has_it_what_was_said_and_what_can_be_done(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    shown = page(client.get(address(complaint)))

    assert "Lubang sudah ditambal." in shown
    assert "Dinas Pekerjaan Umum Kota Uji" in shown
    for action in ("reply", "confirm", "withdraw", "change_visibility"):
        assert f"langkah/{action}/" in shown
    assert "langkah/reopen/" not in shown
    assert "Petugas" not in shown.split("<footer")[0].split("<main")[1]


def test_internal_notes_and_inner_work_are_not_on_the_own_page(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)
    services.add_note(complaint.pk, text="Catatan rahasia meja", by=world.actor("liaison"), at=world.at)
    world.step(complaint, "return_to_admin", "liaison", text="Bukan bidang kami sebenarnya")

    shown = page(client.get(address(complaint)))

    assert "Catatan rahasia meja" not in shown
    assert "Bukan bidang kami sebenarnya" not in shown


def test_a_reply_goes_back_to_the_handlers(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    response = act(client, complaint, "reply", text="Lubangnya masih ada. 🕳️ " + HTML)

    complaint.refresh_from_db()
    shown = page(client.get(response["Location"]))
    assert complaint.state == "reporter_replied"
    assert "Lubangnya masih ada." in shown
    assert HTML not in shown


def test_confirming_closes_with_the_stars(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)

    act(client, complaint, "confirm", rating="5", text="Terima kasih.")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.closure_kind, complaint.rating) == ("closed", "reporter_confirmed", 5)


def test_a_closed_report_can_be_opened_again(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)
    act(client, complaint, "confirm", rating="2")

    act(client, complaint, "reopen", text="Lubangnya muncul lagi.")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.reopened_count) == ("in_progress", 1)


def test_a_report_that_was_closed_by_decision_can_be_rated_once(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(answered)
    world.step(complaint, "close_by_decision", "admin", text="Selesai menurut berita acara.", outcome="solved")

    wrong = client.post(f"{address(complaint)}nilai/", {"rating": "9", "text": "Lama sekali."})
    first = client.post(f"{address(complaint)}nilai/", {"rating": "3", "text": "Lama sekali."})
    second = client.post(f"{address(complaint)}nilai/", {"rating": "1"})

    complaint.refresh_from_db()
    assert (wrong.status_code, first.status_code, second.status_code) == (422, 302, 409)
    assert "Lama sekali." in page(wrong)
    assert complaint.rating == 3


def test_what_was_asked_for_can_be_added(client: Client, world: World, own: Callable[..., Complaint]) -> None:
    complaint = own(lambda w, c: w.step(c, "pend", "national", reason="incomplete", items="Foto lokasi\nTanggal"))

    asked = page(client.get(address(complaint)))
    unknown = act(client, complaint, "complete", text="Ini tambahannya.", incident_region="Antahberantah")
    done = act(client, complaint, "complete", text="Ini tambahannya.", incident_region="33.74.01.1001", incident_date="2026-10-01")

    complaint.refresh_from_db()
    assert "Foto lokasi" in asked
    assert (unknown.status_code, done.status_code) == (422, 302)
    assert "Ini tambahannya." in page(unknown)
    assert complaint.state == "awaiting_verification"


def test_a_report_can_be_withdrawn_without_saying_why(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)

    act(client, complaint, "withdraw")

    complaint.refresh_from_db()
    assert (complaint.state, complaint.closure_kind) == ("closed", "withdrawn")


def test_making_it_secret_takes_it_from_the_public_at_once(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)
    before = client.get(f"/laporan/{complaint.tracking_id}/").status_code

    act(client, complaint, "change_visibility", secret="true")

    assert (before, client.get(f"/laporan/{complaint.tracking_id}/").status_code) == (200, 404)


@pytest.mark.parametrize("version", ["1", "²", "9" * 5000])
def test_a_stale_page_is_a_conflict_that_keeps_the_text_and_a_fresh_version(client: Client, own: Callable[..., Complaint], version: str) -> None:
    complaint = own(answered)

    stale = client.post(address(complaint, action="reply"), {"version": version, "text": "Masih berlubang."})
    again = client.post(address(complaint, action="reply"), {**hidden(page(stale)), "text": "Masih berlubang."}) if stale.status_code == 409 else stale

    assert stale.status_code == 409
    assert "Masih berlubang." in page(stale)
    assert again.status_code == 302


def test_a_step_whose_time_has_passed_says_so_and_keeps_the_text(client: Client, own: Callable[..., Complaint]) -> None:
    complaint = own(at_unit)

    shown = client.get(address(complaint, action="reply"))
    sent = act(client, complaint, "reply", text="Sebenarnya ada lagi.")

    assert (shown.status_code, sent.status_code) == (409, 409)
    assert "Sebenarnya ada lagi." in page(sent)


def test_a_step_without_its_text_names_the_field(client: Client, own: Callable[..., Complaint]) -> None:
    response = act(client, own(answered), "reply", text=" ")

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"text"}


@pytest.mark.parametrize(("action", "name"), [("reply", "text"), ("confirm", "rating"), ("change_visibility", "secret"), ("reply", "version")])
def test_a_null_character_in_a_step_is_no_crash(client: Client, own: Callable[..., Complaint], action: str, name: str) -> None:
    response = act(client, own(answered), action, **{"text": "Ya.", name: "\x00"})

    assert response.status_code in {302, 409, 422}


@pytest.mark.parametrize("action", ["entah", "merge", "answer", "archive"])
def test_a_step_that_is_not_the_reporters_is_refused(client: Client, own: Callable[..., Complaint], action: str) -> None:
    complaint = own(answered)

    shown = client.get(address(complaint, action=action))
    sent = act(client, complaint, action, text="x")

    assert shown.status_code in {403, 409, 422}
    assert sent.status_code in {403, 409, 422}
    complaint.refresh_from_db()
    assert complaint.state == "awaiting_reporter"


# When something is down


def test_the_outage_page_keeps_what_was_typed_but_no_password_and_no_token_among_it() -> None:
    request = RequestFactory().post("/lapor/", {**TYPED, "body": HTML, "password": PASSWORD, "csrfmiddlewaretoken": "token-dari-formulir"})

    response = outage(request)

    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    assert TYPED["title"] in page(response)
    assert "&lt;script&gt;" in page(response)
    assert PASSWORD not in page(response)
    assert 'textarea name="csrfmiddlewaretoken"' not in page(response)
    assert page(response).count("token-dari-formulir") == 1


def test_an_old_page_without_a_token_keeps_what_was_typed() -> None:
    response = send(Client(enforce_csrf_checks=True), title=HTML)

    assert response.status_code == 403
    assert TYPED["body"] in page(response)
    assert HTML not in page(response)
    assert 'name="csrfmiddlewaretoken"' in page(response)
    assert Complaint.objects.count() == 0
