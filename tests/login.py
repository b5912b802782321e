"""The one log-in of all tests, and the codes of a second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.utils import timezone

from officers import sessions
from officers.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def log_in(client: Client, user: User) -> Client:
    """Logged in with both factors."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    session.update(sessions.proved(user, at=timezone.now()))
    session[sessions.STATE] = sessions.begin(user, session.session_key or "", at=timezone.now())
    session.save()
    return client


def enrol(user: User) -> Authenticator:
    """Give the user an authenticator app with a known secret."""
    row: Authenticator = totp.TOTP.activate(user, SECRET).instance
    return row


def code(steps: int = 0) -> str:
    """What the app shows now, or so many steps of thirty seconds away."""
    counter = int(timezone.now().timestamp()) // 30 + steps
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, counter)))
