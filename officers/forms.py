"""The second factor's forms: the library's own, but the trial's code opens nothing where somebody real works."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from .services import is_invented


class _TrialOnly:
    """While LAPOR_DEBUG is on, one code passes for everybody in the demo's invented country, and for nobody in any other."""

    def clean_code(self) -> str:
        typed = self.cleaned_data.get("code", "")  # type: ignore[attr-defined]
        if typed and typed == settings.MFA_TOTP_INSECURE_BYPASS_CODE and not is_invented():
            self.cleaned_data["code"] = ""  # type: ignore[attr-defined]  # fails, and is counted, like any wrong code
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class Authenticate(_TrialOnly, AuthenticateForm):
    pass


class Reauthenticate(_TrialOnly, ReauthenticateForm):
    pass


class ActivateApp(_TrialOnly, ActivateTOTPForm):
    pass


class AddKey(AddWebAuthnForm):
    """The library's own, but its one field has a name in the reader's language."""

    name = forms.CharField(label=gettext_lazy("Name of the key"), required=False)
