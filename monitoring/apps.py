"""The app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """What the upper floors watch: lateness, referrals, the ledger, indicators."""

    name = "monitoring"
    verbose_name = _("Monitoring")
