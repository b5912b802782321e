"""The composition root as an app: it brings the system checks, and says which floors show what on the pages of others."""

from importlib import import_module

from django.apps import AppConfig

from lapor import checks
from lapor.ground import panels


class LaporConfig(AppConfig):
    name = "lapor"

    def ready(self) -> None:
        checks.ready()
        ladder = import_module("monitoring.views.ladder")
        panels.register("complaint", ladder.climbed)
        panels.register("desk", ladder.link)
        editions = import_module("reports.views.editions")
        panels.register("desk", editions.link)
        panels.register("issue", editions.of_issue)
        panels.register("desk", import_module("monitoring.views.boards").link)
