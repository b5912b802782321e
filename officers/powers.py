"""What a role carries: the table from roles of the decree to powers on an institution and everything under it.

How to read `POWERS`: an appointment in the role at an institution grants each of the powers there. `ADMIN_ROLES` receive reports.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    PATRON = "patron", _("Patron")
    ACCOUNTABLE_OFFICIAL = "accountable_official", _("Accountable official")
    SUPERIOR = "superior", _("Superior")
    INSTITUTION_ADMIN = "institution_admin", _("Institution admin")
    UNIT_ADMIN = "unit_admin", _("Unit admin")
    LIAISON = "liaison", _("Liaison officer")
    OVERSIGHT_HANDLER = "oversight_handler", _("Internal supervisor")
    INTEGRATION_DEVELOPER = "integration_developer", _("Integration developer")
    NATIONAL_ADMIN = "national_admin", _("National admin")
    NATIONAL_MONITOR = "national_monitor", _("National monitor")
    INFRASTRUCTURE_MANAGER = "infrastructure_manager", _("Infrastructure manager")
    OMBUDSMAN_OFFICER = "ombudsman_officer", _("Ombudsman officer")
    KNOWLEDGE_MANAGER = "knowledge_manager", _("Knowledge manager")
    AUDITOR = "auditor", _("Auditor")
    HUB_COORDINATOR = "hub_coordinator", _("Hub coordinator")
    CUSTODIAN = "custodian", _("Identity custodian")


_READ = ("see_cases", "see_secret", "see_notes")
_DESK = (*_READ, "see_identity", "verify", "dispose", "respond", "edit", "assign", "intake", "see_aggregates")

POWERS: dict[Role, tuple[str, ...]] = {
    Role.PATRON: ("see_aggregates",),
    Role.ACCOUNTABLE_OFFICIAL: ("see_cases", "see_aggregates"),
    Role.SUPERIOR: (*_READ, "see_aggregates"),
    Role.INSTITUTION_ADMIN: (*_DESK, "close", "archive", "manage_officers"),
    Role.UNIT_ADMIN: _DESK,
    Role.LIAISON: (*_READ, "respond", "intake", "assign"),
    Role.OVERSIGHT_HANDLER: ("see_oversight", "handle_oversight", "see_aggregates"),
    Role.INTEGRATION_DEVELOPER: (),
    Role.NATIONAL_ADMIN: (
        *_READ, "see_oversight", "see_identity", "verify", "dispose", "edit", "assign", "intake", "close", "archive", "restore",
        "reopen", "lower_track", "refer", "see_aggregates", "manage_officers", "set_policy",
    ),
    Role.NATIONAL_MONITOR: ("see_aggregates",),
    Role.INFRASTRUCTURE_MANAGER: ("see_health",),
    Role.OMBUDSMAN_OFFICER: ("oversee", "see_aggregates"),
    Role.KNOWLEDGE_MANAGER: (),
    Role.AUDITOR: ("see_cases", "see_secret", "see_audit", "see_aggregates"),
    Role.HUB_COORDINATOR: ("see_aggregates",),
    Role.CUSTODIAN: ("custody",),
}  # fmt: skip

ADMIN_ROLES = (Role.NATIONAL_ADMIN, Role.INSTITUTION_ADMIN, Role.UNIT_ADMIN)
