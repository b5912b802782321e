"""The app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Editions of evaluation reports and public statistics."""

    name = "reports"
    verbose_name = _("Reports")
