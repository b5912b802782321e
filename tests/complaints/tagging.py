"""What the tests of priority issues do: make a rule, let the rules propose, tag, look at the tags."""

from datetime import date, timedelta
from typing import Any

from complaints import services
from complaints.models import Complaint, IssueTag
from institutions import services as places
from institutions.models import IssueRule, PriorityIssue
from officers.actors import machine
from tests.world import World

ROADS = "road-damage"


def rule(world: World, issue: PriorityIssue, **conditions: Any) -> IssueRule:
    row = IssueRule(**{"issue": issue, "valid_from": date(2026, 1, 1), **conditions})
    return places.set_issue_rule(row, by=machine("system"), at=world.at, why="test")


def propose(world: World, **later: float) -> int:
    return services.propose_tags(at=world.at + timedelta(**later))["proposed"]


def tags(complaint: Complaint) -> dict[str, str]:
    return dict(IssueTag.objects.filter(complaint=complaint).values_list("issue_id", "state"))


def tag(world: World, complaint: Complaint, who: str = "national", code: str = ROADS) -> IssueTag:
    return services.tag(complaint.pk, issue=code, by=world.actor(who), at=world.at)
