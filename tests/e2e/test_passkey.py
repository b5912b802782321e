"""A passkey, with an authenticator inside the browser: set up on the factor page, then the second factor of a log-in."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, expect

from tests.person import Person
from tests.world import PASSWORD

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(site: str) -> Iterator[str]:
    """The server under a name: browsers give no passkey to a bare number."""
    yield site.replace("127.0.0.1", "localhost")
    Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).delete()


def with_key(person: Person) -> Person:
    tools = person.context.new_cdp_session(person.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return person


def test_a_passkey_is_set_up_and_opens_the_next_log_in(browser: Browser, named: str) -> None:
    officer = with_key(Person(browser, named).log_in("liaison"))
    page = officer.page
    officer.go("/akun/faktor/").press("a[href='/akun/faktor/kunci/tambah/']").fill(name="Telepon kantor")
    officer.press("#mfa_webauthn_add")
    page.wait_for_url(lambda url: not url.endswith("/tambah/"))  # the browser makes the key before it sends the form
    expect(officer.go("/akun/faktor/kunci/").page.locator("main")).to_contain_text("Telepon kantor")

    officer.press("header form[action='/keluar/'] button")
    officer.go("/meja/").fill(login="liaison", password=PASSWORD).press()
    officer.press("#mfa_webauthn_authenticate")
    page.wait_for_url(f"{named}/meja/")
    assert Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).last_used_at is not None

    officer.go("/masuk/lagi/kunci/?next=/akun/token/").press("#mfa_webauthn_reauthenticate")  # who it is, once more
    page.wait_for_url(f"{named}/akun/token/")
    officer.go("/akun/faktor/kunci/tambah/").press("#mfa_webauthn_add")  # the same key a second time
    expect(page.locator("[data-passkey]")).to_have_text("Kunci ini sudah dipasang.")
    officer.go("/akun/faktor/kunci/").press("main a[href$='/hapus/']").press()
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
    assert officer.alarms == officer.strangers == []


def test_under_a_bare_number_the_page_says_why_there_is_no_passkey(browser: Browser, site: str) -> None:
    officer = with_key(Person(browser, site).log_in("liaison")).go("/akun/faktor/kunci/tambah/")

    officer.press("#mfa_webauthn_add")

    expect(officer.page.locator("[data-passkey]")).to_contain_text("dengan nama localhost")
    expect(officer.page.locator("label[for=id_name]")).to_contain_text("Nama kunci")
    assert officer.alarms == []
