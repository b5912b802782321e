"""The form, as somebody without an account and without JavaScript uses it."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from complaints.models import Channel, Complaint
from institutions.models import Region
from lapor.errors import outage
from tests.citizen import HTML, KEY, TYPED, check, codes, hidden, send
from tests.pages import page
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("clock")


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


def test_a_sent_form_asks_the_database_at_most_fourteen_times(client: Client) -> None:
    send(client, idempotency_key=str(uuid.uuid4()))

    with CaptureQueriesContext(connection) as asked:
        assert send(client, idempotency_key=str(uuid.uuid4())).status_code == 200

    assert len([query for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]) <= 14


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


FOREIGN = [{"Origin": "https://contoh.invalid"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://testserver.contoh.invalid"}]


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_another_site_sent_is_not_given_back_to_be_sent_with_one_click(headers: dict[str, str]) -> None:
    sent = Client(enforce_csrf_checks=True).post("/lapor/", {**TYPED, "langkah": "kirim"}, headers=headers)
    during = outage(RequestFactory().post("/lapor/", TYPED, headers=headers))

    assert (sent.status_code, during.status_code) == (403, 503)
    for response in (sent, during):
        assert TYPED["title"] not in page(response)
        assert 'action="/lapor/"' not in page(response)


@pytest.mark.parametrize("headers", [{"Origin": "http://testserver"}, {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"}])
def test_what_our_own_page_sent_is_given_back(headers: dict[str, str]) -> None:
    sent = Client(enforce_csrf_checks=True).post("/lapor/", TYPED, headers=headers)

    assert sent.status_code == 403
    assert TYPED["title"] in page(sent)


def test_an_old_page_without_a_token_keeps_what_was_typed() -> None:
    response = send(Client(enforce_csrf_checks=True), title=HTML)

    assert response.status_code == 403
    assert TYPED["body"] in page(response)
    assert HTML not in page(response)
    assert 'name="csrfmiddlewaretoken"' in page(response)
    assert Complaint.objects.count() == 0
