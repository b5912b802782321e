"""Officers log in with name, password and a second factor; nothing says from where."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from institutions.models import Institution
from officers.models import LoginEvent, Notice, User
from tests.login import BACKEND, code, log_in
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("clock")

ADDRESS = "203.0.113.77"


def enter(client: Client, name: str = "liaison", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/masuk/", {"login": name, "password": password, **more}, REMOTE_ADDR=ADDRESS)


def kinds(user: User) -> list[str]:
    return list(LoginEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def new(user: User) -> None:
    """As an officer is on the first day: a password, and no second factor yet."""
    Authenticator.objects.filter(user=user).delete()


# The second factor


def test_whoever_has_a_factor_is_asked_for_it_before_anything_opens(client: Client, world: World) -> None:

    asked = enter(client, next="/meja/")
    before = client.get("/meja/")
    opened = client.post("/masuk/faktor/", {"code": code()})

    assert (asked.status_code, asked["Location"].split("?")[0]) == (302, "/masuk/faktor/")
    assert before.status_code == 302
    assert (opened.status_code, opened["Location"]) == (302, "/meja/")
    assert client.get("/meja/").status_code == 200
    assert kinds(world.user("liaison")) == ["success"]


@pytest.mark.parametrize("wrong", ["123456", "", "abc", "\x00", "٣٤٥٦٧٨", "9" * 500])
def test_a_wrong_code_opens_nothing_and_says_so(client: Client, world: World, wrong: str) -> None:
    enter(client)

    answer = client.post("/masuk/faktor/", {"code": wrong})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert client.get("/meja/").status_code == 302


def test_a_code_opens_once_only(client: Client, world: World) -> None:
    enter(client)
    used = code()
    client.post("/masuk/faktor/", {"code": used})
    other = Client()
    enter(other)

    again = other.post("/masuk/faktor/", {"code": used})

    assert again.status_code == 200
    assert other.get("/meja/").status_code == 302


def test_what_switches_a_factor_off_does_not_look_like_the_thing_to_do(client: Client, world: World) -> None:
    log_in(client, world.user("liaison"))

    shown = client.get("/akun/faktor/").content.decode()

    assert re.findall(r'href="/akun/faktor/aplikasi/[^"]+"[^>]*class="([^"]+)"', shown) == ["button danger"]


def test_a_recovery_code_opens_once(client: Client, world: World) -> None:
    log_in(client, world.user("liaison"))
    client.post("/akun/faktor/cadangan/baru/")
    page = client.get("/akun/faktor/cadangan/").content.decode()
    first = re.findall(r"\b\d{8}\b", page)[0]

    def with_it() -> int:
        other = Client()
        enter(other)
        other.post("/masuk/faktor/", {"code": first})
        return int(other.get("/meja/").status_code)

    assert (with_it(), with_it()) == (200, 302)


@pytest.mark.parametrize("path", ["/meja/", "/meja/baru/", "/admin/", "/admin/officers/user/", "/akun/sesi/", "/akun/token/", "/"])
def test_whoever_has_no_factor_yet_is_led_to_set_one_up_and_reaches_nothing_else(client: Client, world: World, path: str) -> None:
    new(world.user("national"))
    client.force_login(world.user("national"), backend=BACKEND)

    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/akun/faktor/aplikasi/")


def test_a_session_without_a_factor_opens_no_api(client: Client, world: World) -> None:
    new(world.user("liaison"))
    client.force_login(world.user("liaison"), backend=BACKEND)

    answer = client.get("/api/v1/complaints/")

    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required")


def test_setting_up_an_app_opens_the_desk_and_gives_recovery_codes(client: Client, world: World) -> None:
    new(world.user("liaison"))
    enter(client)
    shown = client.get("/akun/faktor/aplikasi/")
    secret = re.findall(r'value="([A-Z2-7]{32})"', shown.content.decode())[0]
    from_app = code_of(secret)

    done = client.post("/akun/faktor/aplikasi/", {"code": from_app})

    assert (done.status_code, done["Location"]) == (302, "/akun/faktor/cadangan/")
    assert client.get("/meja/").status_code == 200
    assert kinds(world.user("liaison")) == ["success", "factor"]
    stored = Authenticator.objects.get(user=world.user("liaison"), type="totp").data["secret"]
    assert secret not in stored


@pytest.mark.parametrize("path", ["/akun/faktor/aplikasi/", "/akun/faktor/kunci/tambah/"])
def test_whoever_asks_for_another_persons_password_keeps_nobody_from_setting_up_a_factor(client: Client, world: World, path: str) -> None:
    new(world.user("liaison"))
    Client().post("/masuk/sandi/", {"email": world.user("liaison").email})
    enter(client)

    assert client.get(path).status_code == 200


def code_of(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(timezone.now().timestamp()) // 30)))


def test_the_admins_own_log_in_is_the_same_door(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/masuk/")


@pytest.mark.parametrize(("is_invented", "opens"), [(True, 200), (False, 302)])
def test_the_trials_code_opens_only_an_invented_country(client: Client, world: World, settings: Any, is_invented: bool, opens: int) -> None:
    settings.DEBUG, settings.MFA_TOTP_INSECURE_BYPASS_CODE = True, settings.TRIAL_CODE
    Institution.objects.exclude(kind="national").update(is_fictitious=is_invented)
    enter(client)

    client.post("/masuk/faktor/", {"code": settings.TRIAL_CODE})

    assert client.get("/meja/").status_code == opens


# Passwords


def test_a_name_that_nobody_bears_and_a_wrong_password_look_the_same(client: Client, world: World) -> None:
    wrong, nobody = enter(client, "liaison", "salah").content.decode(), enter(Client(), "entah", "salah").content.decode()

    def bare(page: str) -> str:
        return re.sub(r'value="[^"]*"', "", page)

    assert bare(wrong) == bare(nobody)
    assert kinds(world.user("liaison")) == ["failure"]


def test_too_many_tries_lock_the_name_out_for_a_while_from_everywhere(client: Client, world: World, clock: Any) -> None:
    for number in range(10):
        client.post("/masuk/", {"login": "liaison", "password": "salah"}, REMOTE_ADDR=f"198.51.100.{number}")

    locked = client.post("/masuk/", {"login": "liaison", "password": PASSWORD}, REMOTE_ADDR="198.51.100.99")
    clock.shift(timedelta(minutes=16))
    cache.clear()  # the cache's own clock does not travel
    later = enter(client)

    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "15 menit" in locked.content.decode()
    assert later.status_code == 302
    assert "locked" in kinds(world.user("liaison"))


def test_a_client_that_tries_many_names_is_locked_out_too(client: Client, world: World) -> None:
    for number in range(10):
        enter(client, f"orang{number}", "salah")

    assert enter(client, "admin").status_code == 429
    assert client.post("/masuk/", {"login": "admin", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_whoever_asks_too_often_reads_in_their_language_to_wait(client: Client, world: World) -> None:
    asked = [client.post("/masuk/sandi/", {"email": world.user("liaison").email}, headers={"accept-language": "en"}) for _try in range(6)]

    assert [answer.status_code for answer in asked] == [302] * 5 + [429]
    assert "Please wait a few minutes and try again." in asked[-1].content.decode()
    assert 'href="/lacak/"' in asked[-1].content.decode()


def test_no_table_holds_an_address_or_an_agent(client: Client, world: World) -> None:
    enter(client, "liaison", "salah")
    client.post("/masuk/", {"login": "liaison", "password": PASSWORD}, REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT="Peramban-Uji/7")
    client.get("/akun/sesi/", REMOTE_ADDR=ADDRESS)

    found = []
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}" AS row WHERE row::text ~ %s', ["203.0.113|Peramban-Uji"])  # noqa: S608
                if cursor.fetchone()[0]:
                    found.append(model._meta.label)
    assert found == []
    assert "Peramban-Uji" not in "".join(str(session.get_decoded()) for session in Session.objects.all())


def test_a_forgotten_password_is_mailed_to_the_owner_alone_and_unknown_addresses_look_the_same(client: Client, world: World) -> None:
    user = world.user("liaison")
    known = client.post("/masuk/sandi/", {"email": user.email})
    unknown = client.post("/masuk/sandi/", {"email": "entah@contoh.invalid"})

    notices = Notice.objects.filter(event="password_reset")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [row.recipient_id for row in notices] == [user.pk]
    link = notices[0].context["url"]
    opened = client.get(link, follow=True)
    done = client.post(opened.redirect_chain[-1][0], {"password1": "Gunung-Merapi-2930", "password2": "Gunung-Merapi-2930"})
    user.refresh_from_db()
    assert done.status_code == 302
    assert user.check_password("Gunung-Merapi-2930")
    assert "password" in kinds(user)


def test_the_log_in_sends_nobody_to_a_strange_address(client: Client, world: World) -> None:
    enter(client, next="https://jahat.invalid/")

    answer = client.post("/masuk/faktor/", {"code": code()})

    assert answer["Location"] == "/meja/"


@pytest.mark.parametrize("path", ["/masuk/daftar/", "/masuk/kunci/", "/akun/surel/", "/akun/sandi/baru/"])
def test_pages_that_this_house_does_not_have_are_not_found(client: Client, world: World, path: str) -> None:
    assert log_in(client, world.user("liaison")).get(path).status_code == 404
