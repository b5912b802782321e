"""The composition root as an app: it brings the system checks."""

from django.apps import AppConfig

from lapor import checks


class LaporConfig(AppConfig):
    name = "lapor"

    def ready(self) -> None:
        checks.ready()
