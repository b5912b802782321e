"""The app's configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lapor.ground import seeds, sweeps


class ReportsConfig(AppConfig):
    """Editions of evaluation reports and public statistics."""

    name = "reports"
    verbose_name = _("Evaluation reports")

    def ready(self) -> None:
        """The texts of notices are registered by being imported; the sweep and the seed go with those of the floors below."""
        import_module("reports.notices")
        services = import_module("reports.services")
        sweeps.register("publish", lambda at: services.publish(at=at))
        seeds.register("cadence", lambda by, at: services.load_cadences(by=by, at=at))
        sweeps.register("release", lambda at: services.release(at=at))
