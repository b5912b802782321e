"""Where officers log in, prove a second time who they are, and look after their account."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.decorators.http import require_POST

from . import views

urlpatterns = [
    path("masuk/", account.login, name="account_login"),
    path("masuk/faktor/", mfa.authenticate, name="mfa_authenticate"),
    path("masuk/lagi/", account.reauthenticate, name="account_reauthenticate"),
    path("masuk/lagi/faktor/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("masuk/lagi/kunci/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("masuk/sandi/", account.password_reset, name="account_reset_password"),
    path("masuk/sandi/terkirim/", account.password_reset_done, name="account_reset_password_done"),
    re_path(r"^masuk/sandi/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", account.password_reset_from_key, name="account_reset_password_from_key"),
    path("masuk/sandi/selesai/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("masuk/nonaktif/", account.account_inactive, name="account_inactive"),
    path("masuk/daftar/", views.nobody_signs_up, name="account_signup"),
    path("keluar/", require_POST(account.logout), name="account_logout"),
    path("akun/sandi/", account.password_change, name="account_change_password"),
    path("akun/sandi/baru/", views.nobody_signs_up, name="account_set_password"),
    path("akun/surel/", views.nobody_signs_up, name="account_email"),
    path("akun/faktor/", mfa.index, name="mfa_index"),
    path("akun/faktor/aplikasi/", views.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("akun/faktor/aplikasi/lepas/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("akun/faktor/cadangan/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("akun/faktor/cadangan/baru/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("akun/faktor/cadangan/unduh/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("akun/faktor/kunci/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("akun/faktor/kunci/tambah/", views.AddKey.as_view(), name="mfa_add_webauthn"),
    path("akun/faktor/kunci/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("akun/faktor/kunci/<int:pk>/hapus/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("akun/sesi/", views.own_sessions, name="own-sessions"),
    path("akun/pemberitahuan/", views.own_notices, name="own-notices"),
    path("akun/pemberitahuan/berhenti/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("akun/token/", views.own_tokens, name="own-tokens"),
    path("akun/token/baru/", views.new_token, name="own-token-new"),
    path("akun/token/cabut/", views.revoke_token, name="own-token-revoke"),
]
