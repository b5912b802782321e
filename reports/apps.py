"""The app's configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lapor.ground import sweeps


class ReportsConfig(AppConfig):
    """Editions of evaluation reports and public statistics."""

    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        """The sweep goes with those of the floors below."""
        services = import_module("reports.services")
        sweeps.register("release", lambda at: services.release(at=at))
