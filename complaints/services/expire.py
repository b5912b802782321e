"""What time alone does to complaints: completions that lapse (S05) and silence that closes (S19), set-based and safe to run twice."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from officers.actors import actor_for, machine

from .. import policy
from ..models import Clock, Complaint
from ..workflow import State
from .advance import advance_many
from .reference import Reference

# step, the clock whose end brings it, the state it waits in
SWEEPS = (("lapse", "completion", State.AWAITING_COMPLETION), ("close_by_silence", "reporter_reply", State.AWAITING_REPORTER))
BATCH = 500


def _due(key: str, state: State, at: datetime) -> list[Complaint]:
    """Locks the next batch; what another sweep holds is left to it. A case past day 60 or with the Ombudsman is not closed by silence."""
    clocks = Clock.objects.due_before(at).filter(key=key)
    rows = Complaint.objects.filter(state=state, pk__in=clocks.values("complaint_id"))
    if key == "reporter_reply":
        late = Clock.objects.filter(key="statutory_60").exclude(state=Clock.VOID)
        breached = late.filter(outcome="breached") | late.filter(state=Clock.RUNNING, due_at__lt=at)
        rows = rows.filter(track="non_oversight").exclude(policy.REFERRED).exclude(pk__in=breached.values("complaint_id"))
    return list(rows.select_related("holder").select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH])


def expire(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Take S05 and S19 on everything whose clock has ended at `at`; says how many of each.

    Each batch is one transaction: killed at any point, nothing is lost and nothing is done twice.
    """
    by = actor_for(machine("system"), at=at)
    counts = {}
    for step, key, state in SWEEPS:
        counts[step] = 0
        is_more = True
        while is_more:
            with transaction.atomic():
                rows = _due(key, state, at)
                if rows:
                    counts[step] += len(advance_many(rows, step, by=by, at=at, reference=Reference(at)))
            progress(len(rows))
            is_more = len(rows) == BATCH
    return counts
