"""The app's configuration: the reporter's addresses are opened by the vault alone."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Citizens' reports, their workflow, clocks, texts and pages."""

    name = "complaints"
    verbose_name = _("Reports of citizens")

    def ready(self) -> None:
        from officers.notices import register_resolver

        from . import notices, vault

        register_resolver("complaint", vault.resolve_address)
        del notices
