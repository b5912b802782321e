"""An officer's own account: second factors, open sessions, tokens for the API."""

from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from institutions.models import Limit

from . import services, sessions
from .adapters import step_up
from .models import LoginEvent
from .notices import CHOICES, GROUPS


class _Recorded:
    """A factor that was just proved by setting it up counts for this session too."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        request = self.request  # type: ignore[attr-defined]
        record_authentication(request, request.user, method="mfa", type=self.factor)  # type: ignore[attr-defined]
        sessions.note(request.user, LoginEvent.Kind.FACTOR, at=timezone.now())
        return response


class ActivateApp(_Recorded, ActivateTOTPView):
    """Set up an authenticator app."""

    factor = "totp"


class AddKey(_Recorded, AddWebAuthnView):
    """Set up a passkey or security key."""

    factor = "webauthn"


def nobody_signs_up(_request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """The library names such pages in links; here they do not exist."""
    raise Http404


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is logged in, and ending that."""
    user: Any = request.user
    if request.method == "POST":
        which = request.POST.get("sesi", "")
        if which == "lain":
            ended = sessions.end_all(user, at=timezone.now(), but=request.session.session_key)
        else:
            ended = sessions.end_one(user, _uuid(which), at=timezone.now())
        messages.success(request, _("Ended: %(count)d.") % {"count": ended})
        return redirect("own-sessions")
    rows = sessions.open_of(user, at=timezone.now())
    return render(request, "account/sessions.html", {"rows": rows, "current": request.session.session_key})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@login_required
@never_cache
@require_safe
def own_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one's programs: when each ends; never the token itself."""
    return render(request, "account/tokens.html", {"rows": services.tokens_of(request.user, at=timezone.now())})


@login_required
@step_up
@never_cache
@require_http_methods(["POST", "GET"])
def new_token(request: HttpRequest) -> HttpResponse:
    """A token for a program, shown once."""
    if request.method != "POST":
        return redirect("own-tokens")
    token = services.issue_token(request.user.get_username(), at=timezone.now())
    return render(request, "account/token.html", {"token": token})


@login_required
@require_http_methods(["POST"])
def revoke_token(request: HttpRequest) -> HttpResponse:
    """End a token at once."""
    services.revoke_token(request.user, request.POST.get("token", ""))
    messages.success(request, _("The token opens nothing any more."))
    return redirect("own-tokens")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def own_notices(request: HttpRequest) -> HttpResponse:
    """What one is told at once, once a day or not at all."""
    user: Any = request.user
    if request.method == "POST":
        services.prefer_notices(user.pk, {group: request.POST[group] for group in GROUPS if group in request.POST})
        messages.success(request, _("Saved."))
        return redirect("own-notices")
    chosen, limits = services.preferences_of(user.pk), Limit.objects.table(timezone.localdate())
    groups = [
        {"code": code, "name": name, "chosen": chosen[code], "choices": [(choice, CHOICES[choice]) for choice in choices]}
        for code, (name, choices) in GROUPS.items()
    ]
    hours = {"from_hour": f"{limits['quiet_from_hour']:02d}", "until_hour": f"{limits['quiet_until_hour']:02d}"}
    return render(request, "account/notices.html", {"groups": groups, **hours})


@csrf_exempt  # a mail program posts here with the signed address as its only proof (RFC 8058)
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail; merely looking at it switches nothing off, because scanners follow links."""
    group = services.unsubscribe(token) if request.method == "POST" else services.wanted(token)
    return render(request, "account/unsubscribe.html", {"name": GROUPS[group][0], "is_done": request.method == "POST"})
