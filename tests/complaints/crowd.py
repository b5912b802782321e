"""Many running deadlines at once, written in bulk: reports copied from one, each with a clock of its own that began on its own day."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from complaints import numbers
from complaints.clock import Tick
from complaints.models import Clock, ClockEvent, Complaint
from complaints.services.clocks import derive
from complaints.services.reference import Reference
from institutions.models import Institution, SlaPolicy
from tests.world import World

KEY = "resolution_non_oversight"


def crowd(world: World, starts: Sequence[datetime], holders: Sequence[Institution], *, key: str = KEY) -> list[Clock]:
    """One report with one running clock for each start, the holders in turns; only the clocks and the queue's date mean anything."""
    template = world.to_state("in_progress")
    event = template.transitions.latest("seq")
    reference = Reference(max(starts))
    policy = SlaPolicy.objects.table(max(starts).date())[key]
    cases, clocks, events = [], [], []
    for number, started in enumerate(starts):
        holder = holders[number % len(holders)]
        case = Complaint.objects.get(pk=template.pk) if not cases else _copy(cases[0])
        case.pk, case.tracking_id, case.holder = uuid.uuid4(), numbers.new_tracking_id(), holder
        clock = Clock(complaint=case, key=key, policy=policy, holder=holder, zone=holder.time_zone, week=holder.working_week, started_at=started)
        derive(clock, [Tick("start", started)], reference)
        case.next_due_at = clock.due_at
        events.append(
            ClockEvent(clock=clock, transition=event, kind="start", reason="x", at=started, due_at=clock.due_at, calendar_version=clock.calendar_version)
        )
        cases.append(case)
        clocks.append(clock)
    Complaint.objects.bulk_create(cases, batch_size=1000)
    Clock.objects.bulk_create(clocks, batch_size=1000)
    ClockEvent.objects.bulk_create(events, batch_size=1000)
    return clocks


def _copy(case: Complaint) -> Complaint:
    return Complaint(**{field.attname: getattr(case, field.attname) for field in Complaint._meta.concrete_fields if not field.generated})
