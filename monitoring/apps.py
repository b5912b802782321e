"""The app's configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lapor.ground import sweeps


class MonitoringConfig(AppConfig):
    """What the upper floors watch: lateness, referrals, the ledger, indicators."""

    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        """The texts of notices are registered by being imported; the sweeps go with those of the floors below."""
        import_module("monitoring.notices")
        import_module("monitoring.services.referral_tell")
        services = import_module("monitoring.services")
        sweeps.register("follow", lambda at: services.follow(at=at))
        sweeps.register("watch", lambda at: dict(services.watch(at=at).counts + services.watch_silence(at=at).counts))
        sweeps.register("summarise", lambda at: services.summarise(at=at))
        sweeps.register("measure", lambda at: services.measure(at=at))
