"""The app's configuration: the reporter's addresses are opened by the vault alone."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lapor.ground import sweeps
from officers.notices import register_resolver


class ComplaintsConfig(AppConfig):
    """Citizens' reports, their workflow, clocks, texts and pages."""

    name = "complaints"
    verbose_name = _("Reports of citizens")

    def ready(self) -> None:
        """The texts of notices are registered by being imported; who a reporter is, only the vault can tell."""
        import_module("complaints.notices")
        services = import_module("complaints.services")
        sweeps.register("propose_tags", lambda at: services.propose_tags(at=at))
        for prefix in ("complaint", "former"):
            register_resolver(prefix, import_module("complaints.vault").resolve_address)
