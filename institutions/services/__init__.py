"""Every write about institutions, regions, the calendar, topics and rules; each leaves a `Change` with its reason."""

from .calendar import confirm_year, remove_calendar_day, set_calendar_day
from .change import holds, record, record_command, remove, snapshot, store, system_user
from .issues import set_issue, set_issue_rule
from .letters import TEXTS as LETTERHEAD_TEXTS
from .letters import claim_serial, may_set_letterhead, set_letterhead
from .reference import load_institutions, load_reference
from .rules import end_override, set_limit, set_policy
from .site import Site, forget_site, refusal_while_read_only, refuse_while_read_only, remove_banner, set_banner, set_read_only, site_now
from .tree import create_institution, join_hub, leave_hub, retire_institution, revive_institution, root, set_working_week, update_institution

__all__ = [
    "LETTERHEAD_TEXTS",
    "Site",
    "claim_serial",
    "confirm_year",
    "create_institution",
    "end_override",
    "forget_site",
    "holds",
    "join_hub",
    "leave_hub",
    "load_institutions",
    "load_reference",
    "may_set_letterhead",
    "record",
    "record_command",
    "refusal_while_read_only",
    "refuse_while_read_only",
    "remove",
    "remove_banner",
    "remove_calendar_day",
    "retire_institution",
    "revive_institution",
    "root",
    "set_banner",
    "set_calendar_day",
    "set_issue",
    "set_issue_rule",
    "set_letterhead",
    "set_limit",
    "set_policy",
    "set_read_only",
    "set_working_week",
    "site_now",
    "snapshot",
    "store",
    "system_user",
    "update_institution",
]
