"""What the Ombudsman's side makes of the steps of complaints and of the calendar: proposals, confirmations, releases; and dossiers.

A sweep over indexed rows, safe to run twice and side by side: each case is one transaction, and unique rows refuse a second one.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from complaints import clock as arithmetic
from complaints import services as complaints
from complaints.models import Clock, Complaint, Transition
from complaints.services.reference import Reference
from complaints.workflow import ACTIVE, TransferConsent
from complaints.workflow import Referral as Wish
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal
from officers.actors import actor_for, machine

from ..models import Referral
from ..referral import Cause, Stage
from .dossiers import make_dossiers
from .referral import move, propose
from .referral_clocks import recount_clocks

BATCH = 500
ZONE = "Asia/Jakarta"


# --- what brings a referral ----------------------------------------------------------------------------------------------


def _passed(key: str, cause: Cause, at: datetime) -> QuerySet[Clock]:
    """Deadlines of open cases that ended unmet and brought no referral yet; while one is open, nothing new is proposed."""
    there = Referral.objects.filter(complaint=OuterRef("complaint_id"))
    same = there.filter(cause=cause, since=OuterRef("due_at"))
    rows = Clock.objects.due_before(at).filter(key=key, complaint__state__in=sorted(ACTIVE), complaint__lead=None)
    return rows.exclude(complaint__referral=Wish.REFERRED).filter(~Exists(same), ~Exists(there.open())).order_by("due_at", "pk")


def _asked() -> Iterator[tuple[UUID, Cause, datetime]]:
    """Cases that were asked for or referred on the complaint itself and have no referral of that step yet."""
    step = Transition.objects.filter(complaint=OuterRef("pk"), kind="refer").order_by("-seq").values("at")[:1]
    there = Referral.objects.filter(complaint=OuterRef("pk"))
    rows = Complaint.objects.exclude(referral="").annotate(step_at=Subquery(step)).filter(step_at__isnull=False)
    rows = rows.filter(~Exists(there.open()), ~Exists(there.filter(proposed_at__gte=OuterRef("step_at")))).order_by("pk")
    for complaint in rows[:BATCH]:
        yield complaint.pk, *_cause_of(complaint, vars(complaint)["step_at"])


def _cause_of(complaint: Complaint, step: datetime) -> tuple[Cause, datetime]:
    """Why a case is referred that nobody had proposed: a deadline that had passed, the reporter's wish, or the nation alone."""
    for key, cause in (("statutory_60", Cause.OVER_60_DAYS), ("jurisdiction_decision", Cause.DEADLOCK)):
        late = Clock.objects.running().filter(complaint=complaint, key=key, due_at__lt=step)
        due = late.order_by("-due_at").values_list("due_at", flat=True).first()
        if due is not None and not Referral.objects.filter(complaint=complaint, cause=cause, since=due).exists():
            return cause, due
    steps = Transition.objects.filter(complaint=complaint, kind__in=("refer", "release_referral")).order_by("-seq")
    for kind, reason, at in steps.values_list("kind", "reason", "at"):
        if kind == "release_referral":
            break
        if reason == Wish.ASKED:
            return Cause.REPORTER_REQUEST, at
    return Cause.NATION, step


def _wanted(at: datetime) -> Iterator[tuple[UUID, Cause, datetime]]:
    yield from ((pk, Cause.OVER_60_DAYS, due) for pk, due in _passed("statutory_60", Cause.OVER_60_DAYS, at).values_list("complaint_id", "due_at")[:BATCH])
    disputed = _passed("jurisdiction_decision", Cause.DEADLOCK, at).filter(complaint__is_disputed=True)
    yield from ((pk, Cause.DEADLOCK, due) for pk, due in disputed.values_list("complaint_id", "due_at")[:BATCH])
    yield from _asked()


def _propose(wanted: Iterable[tuple[UUID, Cause, datetime]], *, by: Actor, at: datetime) -> int:
    count = 0
    for pk, cause, since in wanted:
        with suppress(Refusal):  # another sweep was first, or the case has ended for good
            propose(pk, cause, by=by, at=at, since=since)
            count += 1
    return count


# --- how it goes on -------------------------------------------------------------------------------------------------------


def consent_until(asked_at: datetime, reference: Reference) -> datetime:
    """The end of the last day on which the reporter's answer is waited for."""
    return arithmetic.due_at(asked_at, arithmetic.Terms(arithmetic.CALENDAR, reference.limits["transfer_consent_days"], ZONE))


def _settled(row: Referral) -> bool:
    """A proposal whose reason is gone before the nation decided: the case has ended, or is disputed no more."""
    if row.complaint.state not in ACTIVE:
        return row.complaint.referral != Wish.ASKED
    return row.cause == Cause.DEADLOCK and not row.complaint.is_disputed


def _next(row: Referral, at: datetime, reference: Reference) -> str:
    """The step that the complaint's own facts bring, or nothing."""
    complaint = row.complaint
    if complaint.referral != Wish.REFERRED:
        return "lapse" if row.stage == Stage.PROPOSED and _settled(row) else ""
    if complaint.transfer_consent != TransferConsent.ASKED:
        return "confirm"
    if row.stage == Stage.PROPOSED:
        return "ask_consent"
    return "confirm" if row.asked_at is not None and at > consent_until(row.asked_at, reference) else ""


@transaction.atomic
def _go_on(pk: UUID, *, by: Actor, at: datetime, reference: Reference) -> bool:
    rows = Referral.objects.select_related("complaint").select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=pk, stage__in=(Stage.PROPOSED, Stage.CONSENT_REQUESTED)).first()
    code = _next(row, at, reference) if row is not None else ""
    if code:
        move(pk, code, by=by, at=at)
    return bool(code)


@transaction.atomic
def _release(pk: UUID, *, by: Actor, at: datetime) -> bool:
    """Tell the complaint that it is over, once; then it can be asked for or referred again. A proposal of the system alone changed nothing there."""
    rows = Referral.objects.select_related("complaint").select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=pk, is_released=False, ended_at__isnull=False).first()
    if row is None:
        return False
    if row.complaint.referral:
        complaints.advance(row.complaint_id, "release_referral", by=by, at=at)
    row.is_released = True
    row.save(update_fields=["is_released"])
    return True


def follow(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Propose, go on, release, count deadlines anew, and make the dossiers that are due at `at`; says how many of each.

    Killed at any point nothing is lost; run by many at once nothing is doubled.
    """
    by, reference = actor_for(machine("system"), at=at), Reference(at)
    done = {"proposed": _propose(list(_wanted(at)), by=by, at=at)}
    # A proposal that only waits for the nation is not looked at again.
    decided = Q(stage=Stage.CONSENT_REQUESTED) | Q(complaint__referral=Wish.REFERRED)
    gone = ~Q(complaint__state__in=sorted(ACTIVE)) | Q(cause=Cause.DEADLOCK, complaint__is_disputed=False)
    waiting = Referral.objects.filter(decided | gone, stage__in=(Stage.PROPOSED, Stage.CONSENT_REQUESTED))
    # A case that was referred without having been proposed passes both stages at once.
    steps = [_go_on(pk, by=by, at=at, reference=reference) for pk in list(waiting.order_by("proposed_at", "pk").values_list("pk", flat=True))]
    ended = Referral.objects.filter(is_released=False, ended_at__isnull=False).order_by("ended_at", "pk")
    done["moved"] = sum(steps)
    done["released"] = 0
    for pk in list(ended.values_list("pk", flat=True)[:BATCH]):
        with suppress(Refusal):
            done["released"] += _release(pk, by=by, at=at)
    done["recounted"] = recount_clocks(at=at)
    progress(sum(done.values()))
    return done | make_dossiers(by=by, at=at, progress=progress)
