"""The app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficersConfig(AppConfig):
    """Officers, their appointments and powers, and the notices that are sent."""

    name = "officers"
    verbose_name = _("Officers")
