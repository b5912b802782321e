"""How the log-in library behaves in this house: nobody signs up, addresses are kept nowhere, and a fresh log-in counts as fresh."""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from nacl.encoding import Base64Encoder
from nacl.secret import SecretBox

from institutions.models import Limit
from lapor.ground import throttle
from lapor.ground.problems import Refusal

from . import sessions
from .models import LoginEvent, User
from .services import Message, notify_many

Kind = LoginEvent.Kind
View = Callable[..., HttpResponse]


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by whoever manages officers; every log-in is on record with user and time."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("Username and password do not fit. Both are case-sensitive."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Counted under an opaque name that changes every day; the address itself goes nowhere."""
        return client(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sessions.note_named(str(credentials.get("username", "")), Kind.FAILURE, at=timezone.now())

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        sessions.note(user, Kind.SUCCESS, at=timezone.now())
        response: HttpResponse = super().post_login(request, user, **more)
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            sessions.note(request.user, Kind.LOGOUT, at=timezone.now())
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every other session."""
        super().set_password(user, password)
        sessions.note(user, Kind.PASSWORD, at=timezone.now())
        sessions.end_all(user, at=timezone.now(), but=context.request.session.session_key)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Goes out like every other notice: the page answers as fast for an address that nobody has."""
        message = Message("password_reset", {"url": context["password_reset_url"]}, recipient_id=user.pk, language=user.language)
        notify_many([message], at=timezone.now())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages themselves say what happened."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not is_fresh(context.request)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed: a dump of the database opens no account."""

    def get_totp_issuer(self) -> str:
        return "LAPOR!"

    def encrypt(self, text: str) -> str:
        return str(_box().encrypt(text.encode(), encoder=Base64Encoder).decode())

    def decrypt(self, encrypted_text: str) -> str:
        return str(_box().decrypt(encrypted_text.encode(), encoder=Base64Encoder).decode())


def _box() -> SecretBox:
    return SecretBox(hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest())


def client(request: HttpRequest) -> str:
    """An opaque name of whoever is at the other end."""
    return throttle.client_key(request.META.get("REMOTE_ADDR", ""), at=timezone.now())


def is_fresh(request: HttpRequest) -> bool:
    """Whether the officer proved who they are a short time ago, in this session."""
    proofs = get_authentication_records(request, request.user)
    return bool(proofs) and time.time() - max(proof["at"] for proof in proofs) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def step_up(view: View) -> View:
    """A sensitive act: whoever proved who they are some time ago is asked again, and what was sent goes on afterwards."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return wrapped


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or set up, with a second factor."""
    return any(proof["method"] == "mfa" for proof in get_authentication_records(request, request.user))


def tries(_request: HttpRequest, _credentials: dict[str, Any] | None) -> int:
    """How often a password may be wrong, for one name and for one client."""
    return Limit.objects.table(timezone.localdate())["login_tries"]


def locked_out(request: HttpRequest, _response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """The answer to whoever tried too often; whether the name exists is not told."""
    sessions.note_named(str((credentials or {}).get("username", "")), Kind.LOCKED, at=timezone.now())
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    text = _("Too many wrong tries. Please wait %(minutes)d minutes and try again.") % {"minutes": seconds // 60}
    response = render(request, "refusal.html", {"refusal": Refusal("too_many_requests", text)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
