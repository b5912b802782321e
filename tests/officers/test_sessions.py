"""Officers' sessions end, can be ended, and give back what was typed; sensitive acts want a fresh proof."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from officers import services, sessions
from officers.models import StaffSession
from tests.login import log_in
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("clock")


# Sessions


def test_a_session_ends_when_it_is_left_alone_and_gives_back_what_was_typed(client: Client, world: World, clock: Any) -> None:
    complaint = world.to_state("in_progress")
    log_in(client, world.user("liaison")).get("/meja/")
    clock.shift(timedelta(minutes=31))

    sent = client.post(f"/meja/{complaint.tracking_id}/catatan/", {"text": "Catatan panjang dari lapangan."})

    assert sent.status_code == 401
    assert "Catatan panjang dari lapangan." in sent.content.decode()
    assert client.get("/meja/").status_code == 302


def test_a_session_that_is_used_ends_with_the_working_day_all_the_same(client: Client, world: World, clock: Any) -> None:
    log_in(client, world.user("liaison")).get("/meja/")

    seen = []
    for _half_hour in range(25):
        clock.shift(timedelta(minutes=29, seconds=30))
        seen.append(client.get("/meja/").status_code)

    assert seen[:23] == [200] * 23
    assert seen[-1] == 302


def test_using_a_session_writes_at_most_once_a_minute(client: Client, world: World, clock: Any) -> None:
    log_in(client, world.user("liaison")).get("/meja/")
    before = StaffSession.objects.get().seen_at
    clock.shift(timedelta(seconds=40))
    client.get("/meja/")
    unchanged = StaffSession.objects.get().seen_at
    clock.shift(timedelta(seconds=40))
    client.get("/meja/")

    assert unchanged == before
    assert StaffSession.objects.get().seen_at == before + timedelta(seconds=80)


def test_ones_sessions_are_listed_and_can_be_ended_but_not_anybody_elses(client: Client, world: World) -> None:
    other, stranger = Client(), Client()
    for one, name in ((client, "liaison"), (other, "liaison"), (stranger, "admin")):
        log_in(one, world.user(name)).get("/meja/")
    theirs = StaffSession.objects.get(user=world.user("admin"))
    mine = StaffSession.objects.exclude(session_key=client.session.session_key).get(user=world.user("liaison"))

    page = client.get("/akun/sesi/").content.decode()
    assert 'value="lain"' in page
    assert 'value="lain"' not in stranger.get("/akun/sesi/").content.decode()  # there is no other to end
    client.post("/akun/sesi/", {"sesi": str(theirs.pk)})
    client.post("/akun/sesi/", {"sesi": str(mine.pk)})

    assert page.count('<li><p class="what">') == 2
    assert stranger.get("/meja/").status_code == 200
    assert other.get("/meja/").status_code == 302
    assert client.get("/meja/").status_code == 200
    assert client.post("/akun/sesi/", {"sesi": "\x00"}).status_code == 404


def test_a_new_password_ends_all_other_sessions(client: Client, world: World) -> None:
    other = log_in(Client(), world.user("liaison"))
    other.get("/meja/")
    log_in(client, world.user("liaison")).get("/meja/")

    client.post("/akun/sandi/", {"oldpassword": PASSWORD, "password1": "Gunung-Merapi-2930", "password2": "Gunung-Merapi-2930"})

    assert other.get("/meja/").status_code == 302
    assert client.get("/meja/").status_code == 200


def test_nobody_without_an_appointment_keeps_a_session_or_a_token(client: Client, world: World) -> None:
    user = world.user("liaison")
    log_in(client, user).get("/meja/")
    services.issue_token("liaison", at=world.at)
    row = user.appointments.get()
    services.end_appointment(row, on=world.at.date(), by=world.actor("national"), at=world.at, why="Pindah tugas")
    later = world.at + timedelta(days=1)

    assert services.close_idle_accounts(at=world.at, today=world.at.date()) == 0
    call_command("sweep", "--at", later.isoformat(), stdout=StringIO())
    assert not AuthToken.objects.filter(user=user).exists()
    assert sessions.open_of(user, at=world.at) == []


# Sensitive acts


@pytest.fixture
def stale(client: Client, world: World, clock: Any) -> Callable[[str], Client]:
    """Logged in a while ago: still in the session, but no fresh proof any more."""

    def made(name: str) -> Client:
        log_in(client, world.user(name)).get("/meja/")
        clock.shift(timedelta(minutes=15))
        return client

    return made


def test_an_identity_wants_a_fresh_proof_and_goes_on_after_it(stale: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("in_progress", contact_allowed=True)
    client = stale("liaison")

    asked = client.post(f"/meja/{complaint.tracking_id}/identitas/", {"reason": "Menjemput berkas"})
    shown = client.post(asked["Location"], {"password": PASSWORD})

    assert asked["Location"].startswith("/masuk/lagi/")
    assert shown.status_code == 200
    assert "Zznama" in shown.content.decode() or "Pelapor" in shown.content.decode()


def test_a_letter_with_the_name_opens_an_identity_and_wants_a_fresh_proof_too(stale: Callable[[str], Client], world: World) -> None:
    complaint = world.to_state("awaiting_reporter", contact_allowed=True)
    path = reverse("desk-letter-named", args=[complaint.tracking_id, complaint.seq])

    answer = stale("liaison").post(path, {"reason": "Dikirim lewat pos"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/masuk/lagi/")


@pytest.mark.parametrize("path", ["/meja/{}/catatan/", "/akun/pemberitahuan/", "/admin/institutions/topic/add/", "/ombudsman/"])
def test_what_is_sent_after_a_session_was_ended_elsewhere_is_given_back(client: Client, world: World, path: str) -> None:
    number = world.to_state("in_progress").tracking_id
    log_in(client, world.user("liaison")).get("/meja/")
    sessions.end_all(world.user("liaison"), at=world.at)

    sent = client.post(path.format(number), {"text": "Catatan panjang dari lapangan."})

    assert sent.status_code == 401
    assert "Catatan panjang dari lapangan." in sent.content.decode()
    assert f'href="/masuk/?next={path.format(number)}"' in sent.content.decode()
    assert client.get("/meja/").status_code == 302


def test_passwords_are_never_given_back_when_a_session_has_ended(client: Client, world: World, clock: Any) -> None:
    log_in(client, world.user("liaison")).get("/meja/")
    clock.shift(timedelta(minutes=31))
    secret = "Gunung-Merapi-yang-tinggi-2930"

    page = client.post("/akun/sandi/", {"oldpassword": secret, "password1": secret, "password2": secret}).content.decode()

    assert secret not in page


@pytest.mark.parametrize("path", ["/akun/token/baru/", "/admin/officers/appointment/add/"])
def test_powers_and_tokens_want_a_fresh_proof(stale: Callable[[str], Client], path: str) -> None:
    answer = stale("national").post(path, {})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/masuk/lagi/")


def test_a_token_is_made_once_shown_once_and_ended(client: Client, world: World) -> None:
    log_in(client, world.user("liaison"))

    made = client.post("/akun/token/baru/").content.decode()
    token = re.findall(r'class="secret-code">([^<]+)<', made)[0]
    use = {"Authorization": f"Token {token}"}
    works = Client().get("/api/v1/complaints/", headers=use).status_code
    listed = client.get("/akun/token/").content.decode()
    client.post("/akun/token/cabut/", {"token": AuthToken.objects.get().digest})

    assert works == 200
    assert token not in listed
    assert Client().get("/api/v1/complaints/", headers=use).status_code == 401
