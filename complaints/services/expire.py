"""What time alone does to complaints: completions that lapse (S05), silence that closes (S19), holds that end (S31); safe to run twice."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from lapor.ground.actor import Actor
from officers.actors import actor_for, machine

from .. import policy
from ..models import Clock, Complaint, Transition
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


def _over(at: datetime) -> dict[datetime, list[Complaint]]:
    """Locks the next batch of holds whose time is over, by the instant at which each ends: its last one, whatever time it is now.

    What happened to the case meanwhile stays before it: a history does not run backwards.
    """
    last = Transition.objects.filter(complaint=OuterRef("pk"), seq=OuterRef("seq")).values("at")
    rows = Complaint.objects.filter(hold_until__lt=at).annotate(last_at=Subquery(last)).select_related("holder").order_by("pk")
    found: dict[datetime, list[Complaint]] = {}
    for row in rows.select_for_update(of=("self",), skip_locked=True)[:BATCH]:
        found.setdefault(max(row.hold_until, vars(row).pop("last_at")), []).append(row)
    return found


def _end_holds(*, by: Actor, at: datetime, progress: Callable[[int], None]) -> int:
    ended, is_more = 0, True
    while is_more:
        with transaction.atomic():
            found = _over(at)
            moved = sum(len(advance_many(rows, "end_hold", by=by, at=moment, reference=Reference(moment))) for moment, rows in sorted(found.items()))
        progress(moved)
        ended, is_more = ended + moved, moved == BATCH
    return ended


def expire(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Take S05 and S19 on everything whose clock has ended at `at`, and end what was on hold until then; says how many of each.

    Each batch is one transaction: killed at any point, nothing is lost and nothing is done twice.
    """
    by = actor_for(machine("system"), at=at)
    counts = {"end_hold": _end_holds(by=by, at=at, progress=progress)}
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
