"""The app's configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InstitutionsConfig(AppConfig):
    """The tree of institutions, regions, calendars, topics and the rules with their legal basis."""

    name = "institutions"
    verbose_name = _("Institutions")
