"""Queues the notices of steps as rows; nothing here touches the network."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings

from officers.models import User
from officers.powers import ADMIN_ROLES
from officers.services import Message, notify_many

from ..models import Complaint
from ..notices import ADMINS, ASKER, ASKING_CONSENT, CHARGED, DISPUTE, EVERYBODY, NATION, PART_TELLS, TELLINGS, TELLINGS_BY_REASON, URGENT_ARRIVALS, Telling
from ..workflow import Track, TransferConsent
from .plan import Plan
from .reference import OVERSIGHT_ROLES, RESPONDING_ROLES
from .support import last_wish


def _audience(plan: Plan, audience: str) -> list[int]:
    """Who handles it now: the assignee, else those appointed at the holder for this kind of case."""
    complaint, reference = plan.complaint, plan.reference
    if audience == ASKER:
        asked = last_wish(complaint)
        return [asked.by_id] if asked is not None and asked.by_id != complaint.reported_user_id else []
    if audience == EVERYBODY:
        return _everybody(plan)
    if audience in {NATION, DISPUTE}:
        found = [*reference.officers_at(reference.root.pk, ADMIN_ROLES), *(reference.advisers(complaint) if audience == DISPUTE else ())]
        return [user for user in dict.fromkeys(found) if user != complaint.reported_user_id]
    if complaint.assignee_id is not None:
        return [_in_charge(plan, complaint.assignee_id)]
    if audience == CHARGED:
        return []
    if complaint.track == Track.OVERSIGHT and not complaint.holder.is_national:
        return reference.officers_at(complaint.holder_id, OVERSIGHT_ROLES)
    roles = ADMIN_ROLES if audience == ADMINS else RESPONDING_ROLES
    return reference.officers_at(complaint.holder_id, roles) or reference.officers_at(complaint.holder_id, ADMIN_ROLES)


def _in_charge(plan: Plan, assignee: int) -> int:
    """The officer in charge, or the colleague who looks after their cases today, if that one may know of this case."""
    complaint, reference = plan.complaint, plan.reference
    colleague = reference.delegate_of(assignee)
    if colleague is None or colleague in {complaint.contested_user_id, complaint.reported_user_id}:
        return assignee
    return colleague if colleague in reference.able(complaint.holder.path, is_oversight=complaint.track == Track.OVERSIGHT) else assignee


def _everybody(plan: Plan) -> list[int]:
    """All who may act at the holder, each once; the internal supervisors alone on the oversight track."""
    complaint, reference = plan.complaint, plan.reference
    is_supervised = complaint.track == Track.OVERSIGHT and not complaint.holder.is_national
    roles = OVERSIGHT_ROLES if is_supervised else (*ADMIN_ROLES, *RESPONDING_ROLES)
    return list(dict.fromkeys(reference.officers_at(complaint.holder_id, roles)))


def _context(plan: Plan) -> dict[str, str]:
    complaint = plan.complaint
    told = plan.changed if plan.kind == "extend" else [clock for clock in plan.started if clock.key == "completion"]
    due = next((clock.due_at for clock in told), None) or complaint.hold_until
    return {
        "number": complaint.tracking_id,
        "holder": complaint.holder.name,
        "due": due.astimezone(ZoneInfo(complaint.holder.time_zone)).date().isoformat() if due else "",
        "track_url": f"{settings.SITE_URL}/lacak/",
        "desk_url": f"{settings.SITE_URL}/meja/{complaint.tracking_id}/",
    }


def tell(plans: Sequence[Plan], *, is_one_act: bool = False) -> None:
    """One notice to the reporter who left an address, one to each officer who must act now; one statement for all.

    Of one act on many cases every officer gets one notice; what is urgent is told case by case all the same.
    """
    messages: list[Message] = []
    for plan in plans:
        telling = _telling(plan)
        if telling is None:
            continue
        context = _context(plan)
        thread = plan.complaint.lead or plan.complaint
        if telling.reporter and thread.has_contact and thread.pk not in plan.actor.case_ids:
            messages.append(_to_reporter(thread, telling.reporter, context | {"number": thread.tracking_id}))
        if telling.officers:
            languages = plan.reference.languages
            people = [user for user in _audience(plan, telling.audience) if telling.audience != CHARGED or user != plan.actor.user_id]
            messages += [Message(telling.officers, context, recipient_id=user, language=languages.get(user, "id")) for user in people]
    if messages:
        notify_many(gathered(messages) if is_one_act else messages, at=plans[0].at)


def reporter_message(complaint: Complaint, event: str, **words: str) -> Message:
    """A notice to the reporter that no step brings: of a time that came."""
    return _to_reporter(complaint, event, {"number": complaint.tracking_id, "track_url": f"{settings.SITE_URL}/lacak/", **words})


def reminder(complaint: Complaint, event: str, due: date) -> Message:
    """What reminds a reporter that a deadline of theirs ends on a day."""
    return reporter_message(complaint, event, due=due.isoformat())


def tell_mentioned(plans: Sequence[Plan]) -> None:
    """Whoever is named in a note hears that they are, and nothing of what it says."""
    messages = [
        Message("desk_mentioned", {name: _context(plan)[name] for name in ("number", "desk_url")}, recipient_id=user, language=language)
        for plan in plans
        for user, language in User.objects.filter(pk__in=plan.data.get("mentioned", ())).values_list("pk", "language")
    ]
    if messages:
        notify_many(gathered(messages), at=plans[0].at)


def gathered(messages: Sequence[Message]) -> list[Message]:
    """The messages of one act: several to the same officer become one that counts the reports and names their numbers."""
    mine: dict[int, list[Message]] = {}
    for message in messages:
        if message.recipient_id is not None and message.event != "desk_urgent":
            mine.setdefault(message.recipient_id, []).append(message)
    several = {user: found for user, found in mine.items() if len(found) > 1}
    kept = [m for m in messages if m.event == "desk_urgent" or m.recipient_id not in several]
    return kept + [
        Message(
            "desk_several",
            {"count": len(found), "numbers": ", ".join(str(m.context["number"]) for m in found), "desk_url": f"{settings.SITE_URL}/meja/"},
            recipient_id=user,
            language=found[0].language,
        )
        for user, found in several.items()
    ]


def _telling(plan: Plan) -> Telling | None:
    """The row of the table, for this case: a part tells its reporter only of answers, an urgent one its whole desk."""
    telling = TELLINGS_BY_REASON.get((plan.kind, plan.reason)) or TELLINGS.get(plan.kind)
    if telling is None:
        return None
    if plan.kind == "refer" and telling.reporter and plan.complaint.transfer_consent == TransferConsent.ASKED:
        telling = replace(telling, reporter=ASKING_CONSENT)
    if plan.complaint.lead_id is not None and plan.kind not in PART_TELLS:
        telling = replace(telling, reporter="")
    if plan.complaint.is_urgent and plan.kind in URGENT_ARRIVALS:
        telling = replace(telling, officers="desk_urgent", audience=EVERYBODY)
    return telling


def _to_reporter(complaint: Complaint, event: str, context: dict[str, str]) -> Message:
    """Whoever is anonymous or keeps the case secret gets a number and no more."""
    bare = complaint.is_anonymous or complaint.is_secret
    return Message(
        "case_news" if bare else event,
        {name: context[name] for name in ("number", "track_url")} if bare else context,
        address_ref=f"complaint:{complaint.pk}",
        language=complaint.language,
    )
