"""Priority issues of reports: proposed by rules in a sweep, confirmed, rejected or added by officers."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from institutions.models import WIB, IssueRule, PriorityIssue
from institutions.services import refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal
from officers.actors import machine

from ..models import Complaint, ComplaintQuerySet, IssueTag, IssueWater, Transition, Words
from ..workflow import ClosureKind, State
from .acts import begin
from .plan import write
from .rules import invalid

EVENTS = 5000  # looked at by one query of each rule
CHUNK = 500  # proposals in one transaction: so long a step on one of these reports may have to wait
IN_FORCE = PreparedModels(lambda on: PriorityIssue.objects.in_force(on), date.min)
LAG = timedelta(minutes=10)  # no transaction is open longer
# What changes a text, a topic, a place or a holder, or brings a report back; the rules read nothing else. `handle` and `respond` may set the topic.
TOUCHING = Q(kind__in=("submit", "part", "edit", "complete", "restore", "unmerge", "handle", "respond")) | ~Q(holder_before=F("holder_after"))


# --- decisions --------------------------------------------------------------------------------------------------------


def issues_on(at: datetime) -> list[PriorityIssue]:
    """The issues that count at this instant, by their name."""
    return sorted(IN_FORCE(at.astimezone(ZoneInfo(WIB)).date()), key=lambda row: row.name)


def _offered(on: date, pk: UUID) -> QuerySet[PriorityIssue]:
    """The issues that count on a day, and those that a report has to do with, each with the state of the tag."""
    tag = IssueTag.objects.filter(complaint=pk, issue=OuterRef("pk")).values("state")[:1]
    now = PriorityIssue.objects.in_force(on).filter(pk=OuterRef("pk"))
    rows = PriorityIssue.objects.annotate(tag_state=Subquery(tag), is_on=Exists(now))
    return rows.filter(Q(is_on=True) | Q(tag_state__isnull=False)).order_by("pk")


OFFERED = PreparedModels(_offered, date.min, UUID(int=0))


def tags_and_issues(complaint: Complaint, *, at: datetime) -> tuple[list[IssueTag], list[PriorityIssue]]:
    """The tags of a report with their issues, and the issues that count now, by their name; one query for both."""
    rows = [(row, vars(row)) for row in OFFERED(at.astimezone(ZoneInfo(WIB)).date(), complaint.pk)]
    tags = [IssueTag(complaint=complaint, issue=row, state=told["tag_state"]) for row, told in rows if told["tag_state"] is not None]
    return tags, sorted((row for row, told in rows if told["is_on"]), key=lambda row: row.name)


def _issue_of(code: str, at: datetime) -> PriorityIssue:
    found = next((row for row in issues_on(at) if row.pk == code), None)
    if found is None:
        raise invalid(issue=_("Please choose an issue that counts now."))
    return found


@transaction.atomic
def tag(pk: UUID, *, issue: str, by: Actor, at: datetime) -> IssueTag:
    """Count the report under an issue: confirm what a rule proposed, or add it by hand. Leaves an event with the issue's code.

    Refuses whoever may not, an issue that does not count now (unless it was proposed or decided on while it did), and one that the
    report has already.
    """
    plan = begin(pk, "tag", by=by, at=at)
    row = IssueTag.objects.filter(complaint=pk, issue=issue.replace("\x00", "")).first()
    if row is None:
        issue = _issue_of(issue, at).pk
    elif row.state == IssueTag.State.CONFIRMED:
        raise Refusal("conflict", _("It is like this already."))
    plan.reason = row.state if row is not None else "by_hand"
    plan.data = {"issue": issue, "rule": row.rule_id if row is not None else None}
    row = row or IssueTag(complaint=plan.complaint, issue_id=issue)
    row.state, row.by_id, row.at = IssueTag.State.CONFIRMED, by.user_id, at
    row.save()
    write([plan])
    return row


@transaction.atomic
def untag(pk: UUID, *, issue: str, by: Actor, at: datetime) -> IssueTag:
    """Reject what a rule proposed, or take away what was confirmed; no rule proposes it again. Leaves an event with the issue's code.

    Refuses whoever may not, and an issue that is neither proposed nor confirmed here.
    """
    plan = begin(pk, "untag", by=by, at=at)
    row = IssueTag.objects.filter(complaint=pk, issue=issue.replace("\x00", "")).exclude(state=IssueTag.State.REJECTED).first()
    if row is None:
        raise Refusal("conflict", _("It is like this already."))
    plan.reason, plan.data = row.state, {"issue": row.issue_id, "rule": row.rule_id}
    row.state, row.by_id, row.at = IssueTag.State.REJECTED, by.user_id, at
    row.save()
    write([plan])
    return row


# --- proposals --------------------------------------------------------------------------------------------------------


def _since(rule: IssueRule) -> datetime:
    """The first instant of the first day on which both the rule and its issue count: reports of before are not theirs."""
    return datetime.combine(max(rule.valid_from, rule.issue.valid_from), time(), ZoneInfo(WIB))


def _asked(rule: IssueRule) -> list[str]:
    """What the rule asks for, to see whether it asks for something else now."""
    return [str(part or "") for part in (rule.issue_id, rule.topic_id, rule.region_id, rule.institution_id, rule.words, _since(rule).date())]


def fitting(rule: IssueRule) -> ComplaintQuerySet:
    """The reports that meet every condition of a rule and do not have its issue yet, in whatever state."""
    rows = Complaint.objects.filter(submitted_at__gte=_since(rule)).exclude(state__in=(State.DRAFT, State.ARCHIVED)).exclude(closure_kind=ClosureKind.MERGED)
    if rule.topic_id:
        rows = rows.filter(Q(topic=rule.topic_id) | Q(topic__parent=rule.topic_id))
    if rule.region_id:
        rows = rows.filter(Q(incident_region=rule.region_id) | Q(incident_region__code__startswith=f"{rule.region_id}."))
    if rule.institution is not None:
        rows = rows.filter(Q(holder__path__startswith=rule.institution.path) | Q(target_institution__path__startswith=rule.institution.path))
    if rule.words:
        rows = rows.filter(search=Words(rule.words))
    return rows.filter(~Exists(IssueTag.objects.filter(complaint=OuterRef("pk"), issue=rule.issue_id)))


# A report that somebody works on is left to the next sweep: its step may lock others that this one holds.
_PROPOSE = """
INSERT INTO complaints_issuetag (complaint_id, issue_id, rule_id, state, by_id, at, proposed_at)
SELECT complaint.id, %s, %s, 'proposed', %s, %s, %s FROM complaints_complaint AS complaint WHERE complaint.id = ANY(%s)
ORDER BY complaint.id FOR KEY SHARE SKIP LOCKED
ON CONFLICT DO NOTHING
"""


def _propose(rule: IssueRule, rows: ComplaintQuerySet, *, by: int, at: datetime) -> tuple[int, bool]:
    """(how many were proposed, whether none was left out)."""
    ids, count, is_whole = sorted(rows.values_list("pk", flat=True)), 0, True
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PROPOSE, [rule.issue_id, rule.pk, by, at, at, chunk])
            count += cursor.rowcount
        is_whole = is_whole and IssueTag.objects.filter(complaint__in=chunk, issue=rule.issue_id).count() == len(chunk)
    return count, is_whole


def _water(at: datetime) -> IssueWater:
    """The mark, made at the first sweep: what is there by then the rules go through as a whole."""
    found = IssueWater.objects.first()
    if found is None:
        settled = Transition.objects.filter(at__lte=at - LAG).order_by("-pk").values_list("pk", flat=True).first() or 0
        found, _made = IssueWater.objects.get_or_create(pk=1, defaults={"done": settled, "seen": settled, "seen_at": at})
    return found


def _look_at_news(rules: Sequence[IssueRule], water: IssueWater, last: int, *, by: int, at: datetime, progress: Callable[[int], None]) -> int:
    """Ask every rule of the reports with events up to `last` that are not settled yet, and move the mark where nothing was left out."""
    start, count, is_whole = water.done, 0, True
    while start < last:
        events = Transition.objects.filter(pk__gt=start, pk__lte=last).order_by("pk")
        end = events.values_list("pk", flat=True)[EVENTS - 1 : EVENTS].first() or last
        touched = Transition.objects.filter(TOUCHING, pk__gt=start, pk__lte=end)
        for rule in rules:
            found, whole = _propose(rule, fitting(rule).filter(pk__in=touched.values("complaint")), by=by, at=at)
            count, is_whole = count + found, is_whole and whole
        start = end
        progress(count)
    if is_whole and (at - water.seen_at >= LAG or water.seen == water.done):
        # Of two sweeps side by side the one that is behind changes nothing.
        IssueWater.objects.filter(done__lte=water.seen).update(done=water.seen, seen=last, seen_at=at)
    return count


def _go_through(rules: Sequence[IssueRule], water: IssueWater, *, by: int, at: datetime) -> int:
    """Ask rules that are new or ask for something else of all reports since their first day."""
    count, known = 0, {str(rule.pk): water.rules.get(str(rule.pk)) for rule in rules}
    for rule in rules:
        if known[str(rule.pk)] != _asked(rule):
            found, is_whole = _propose(rule, fitting(rule), by=by, at=at)
            count += found
            if is_whole:
                known[str(rule.pk)] = _asked(rule)
    if known != water.rules:
        IssueWater.objects.update(rules=known)
    return count


def propose_tags(*, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Propose issues for reports that came in or changed since the last sweep, and for all where a rule is new; says how many.

    Safe to run twice and side by side: a report has an issue once, and what an officer rejected stays rejected. Killed at any point
    the mark has not moved, and the next sweep looks again.
    """
    refuse_while_read_only()
    today = at.astimezone(ZoneInfo(WIB)).date()
    last = Transition.objects.aggregate(last=Max("pk"))["last"] or 0  # before anything is asked: from `at` on ten minutes are waited for it
    rules = list(IssueRule.objects.proposing(today).select_related("issue", "institution").order_by("pk"))
    water, by = _water(at), machine("system").pk
    count = _go_through(rules, water, by=by, at=at)
    return {"proposed": count + _look_at_news(rules, water, last, by=by, at=at, progress=progress)}
