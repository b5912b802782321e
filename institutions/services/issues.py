"""The writes on priority issues, national strategic projects and the rules that propose them."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from ..models import IssueRule, PriorityIssue
from .change import require, store


@transaction.atomic
def set_issue(row: PriorityIssue, *, by: AbstractBaseUser, at: datetime, why: str) -> PriorityIssue:
    """Write a new or altered issue and its `Change`. It is retired by its last day, never deleted: figures name it.

    Refuses 403 without policy in hand for the nation, 422 what the table does not allow or without a reason.
    """
    require(by, None)
    store(row, by=by, at=at, why=why)
    return row


@transaction.atomic
def set_issue_rule(row: IssueRule, *, by: AbstractBaseUser, at: datetime, why: str) -> IssueRule:
    """Write a new or altered rule and its `Change`; open reports are looked at by it with the next sweep. Refuses as `set_issue`."""
    require(by, None)
    row.words = " ".join(row.words.replace("\x00", " ").split())
    store(row, by=by, at=at, why=why)
    return row
