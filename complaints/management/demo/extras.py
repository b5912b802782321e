"""What only some reports of the demo have: another on whose behalf, parts, urgency, an edited public copy, a statement."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from complaints import services
from complaints.models import Clock, Complaint, IssueTag
from complaints.workflow import OnBehalf, Relation, State, Track, TransferConsent
from institutions.models import Kind
from officers import services as officers
from officers.actors import actor_for, machine
from officers.models import Appointment, User
from officers.powers import Role

from .corpus import names, read
from .country import SHOWN

if TYPE_CHECKING:
    from .stories import Story

REFERRED = 4
TAGGED, UNDECIDED = 80, timedelta(days=10)
LEAVES_AFTER = timedelta(days=9)
Move = tuple[timedelta, Callable[[datetime], None]]


def represented(number: int) -> dict[str, Any]:
    """For a few reports: whose matter it is. Drawn apart, so that the rest of the country stays as its seed has it."""
    random = Random(number)
    whose = random.choices((OnBehalf.SELF, OnBehalf.PERSON, OnBehalf.GROUP), (92, 4, 4))[0]
    if whose == OnBehalf.GROUP:
        relation = random.choice((Relation.COMMUNITY, Relation.ORGANISATION, Relation.NEIGHBOUR))
        return {"on_behalf": whose, "relation": relation, "group_size": random.randrange(5, 240), "represented_agree": True}
    if whose == OnBehalf.PERSON:
        relation = random.choice((Relation.FAMILY, Relation.GUARDIAN, Relation.OFFICIAL))
        return {"on_behalf": whose, "relation": relation, "represented_agree": True, "represented": {"name": random.choice(names())}}
    return {}


def _text(random: Random, section: str) -> str:
    return str(random.choice(read("answers")[section])["text"])


def _nearest(story: "Story", random: Random, case: Complaint, at: datetime, *roles: str) -> Any:
    user: User | None = story.country.who(random, story.country.by_id[case.holder_id], *roles)
    return story.country.actor(user, at) if user is not None else None


def beside(story: "Story") -> Iterator[Move]:
    """What happens beside the steps of a report that is being handled."""
    random = Random(story.number * 31)
    kind = random.choices(("", "parts", "urgent", "edited", "taken_down", "statement"), (80, 6, 4, 5, 2, 3))[0]
    if story.case.track == Track.OVERSIGHT:
        return
    if kind == "parts":
        yield from _in_parts(story, random)
    elif kind:
        yield story._wait_with(random, 0.1, 1), lambda at: ACTS[kind](story, random, at)


def _in_parts(story: "Story", random: Random) -> Iterator[Move]:
    """The institution's desk gives a part to another of its units, which answers before the report is answered."""
    but = {story.case.holder.slug, *story.country.supervisors.values()}
    units = sorted({unit for pairs in story.country.units.values() for body, unit in pairs if body == story.body and unit not in but})
    if not units:
        return
    given = {"target": story.country.bodies[random.choice(units)], **_part(random)}
    yield story._wait_with(random, 0.1, 1), story.officer("invite", "institution_admin", **given)
    parts: list[Complaint] = list(Complaint.objects.filter(lead=story.case).order_by("-part_number")[:1])
    for part in parts:
        answer = {"text": _text(random, "part_answer"), "outcome": "solved", "evidence": "Berita acara pemeriksaan bersama."}
        yield story._wait_with(random, 0.5, 3), _on_part(story, random, part, "answer", answer)


def _part(random: Random) -> dict[str, str]:
    row = random.choice(read("answers")["part"])
    return {"part_title": row["title"], "part_text": row["text"], "text": "Mohon ditangani bersama unit yang memegang laporan induk."}


def _on_part(story: "Story", random: Random, part: Complaint, action: str, given: dict[str, str]) -> Callable[[datetime], None]:
    def act(at: datetime) -> None:
        by = _nearest(story, random, Complaint.objects.get(pk=part.pk), at, "liaison", "unit_admin", "institution_admin")
        if by is not None:
            done = {**given, "done_on": (at - timedelta(days=1)).date().isoformat()}
            services.advance(part.pk, action, by=by, at=at, given=done, reference=story.country.reference)

    return act


def refer_some(now: datetime) -> int:
    """The nation refers the first that passed day 60; every second reporter who is asked agrees that the name goes along."""
    late = Clock.objects.due_before(now).filter(key="statutory_60", complaint__lead=None, complaint__track=Track.NON_OVERSIGHT)
    nation = actor_for(User.objects.get(username="admin.nasional"), at=now)
    found = list(late.order_by("due_at", "pk").values_list("complaint_id", flat=True)[:REFERRED])
    for number, pk in enumerate(found):
        case = services.advance(pk, "refer", by=nation, at=now, given={"text": "Lewat hari ke-60 tanpa tindak lanjut akhir."})
        if case.transfer_consent == TransferConsent.ASKED:
            reporter = actor_for(None, at=now, case_ids=frozenset({pk}))
            services.advance(pk, "consent_transfer", by=reporter, at=now, given={"consent": number % 2 == 0})
    return len(found)


def tag_some(now: datetime) -> int:
    """The rules propose, and the nation decides on the newer part of what is settled by now: mostly yes; the rest waits at the desks."""
    services.propose_tags(at=now)
    nation = actor_for(User.objects.get(username="admin.nasional"), at=now)
    open_to = Complaint.objects.allowing("tag", nation).filter(submitted_at__lt=now - UNDECIDED)
    found = IssueTag.objects.proposed().filter(complaint__in=open_to).order_by("-complaint__submitted_at", "complaint__tracking_id")
    pairs = list(found.values_list("complaint_id", "issue_id")[:TAGGED])
    for number, (pk, issue) in enumerate(pairs, 1):
        decide = services.tag if number % 6 else services.untag
        decide(pk, issue=issue, by=nation, at=now)
    return len(pairs)


def take_some(now: datetime) -> int:
    """What is worked on at a unit is in the charge of its officers in turn; how many reports."""
    busy = Complaint.objects.filter(holder__kind=Kind.UNIT, state=State.IN_PROGRESS).exclude(track=Track.OVERSIGHT)
    reference, rows = services.Reference(now), list(busy.order_by("submitted_at", "tracking_id").values_list("pk", "holder", "contested_user"))
    reference.know_staff({place for _pk, place, _user in rows})
    able = [(pk, [user for user in reference.officers_at(place, [Role.LIAISON]) if user != contested]) for pk, place, contested in rows]
    turns = [(pk, here[number % len(here)]) for number, (pk, here) in enumerate(able) if here]
    users = User.objects.in_bulk({user for _pk, user in turns})
    for pk, user in turns:
        services.take(pk, by=actor_for(users[user], at=now), at=now)
    return len(turns)


def move_one(now: datetime) -> int:
    """Of the officers below the admin who is shown, the one with most open reports leaves for another post; how many wait for somebody else."""
    admin = actor_for(User.objects.get(username="admin.instansi"), at=now)
    going = Appointment.objects.filter(valid_to=None).exclude(user__username__in=SHOWN)
    mine = Complaint.objects.allowing("assign", admin).open().filter(assignee__in=going.values("user"))
    found = mine.values_list("assignee").annotate(n=Count("pk")).order_by("-n", "assignee").first()
    for row in going.filter(user=found[0]) if found else ():
        officers.end_appointment(row, on=(now + LEAVES_AFTER).date(), by=actor_for(machine("system"), at=now), at=now, why="Mutasi jabatan")
    return found[1] if found else 0


def _urgent(story: "Story", random: Random, at: datetime) -> None:
    by = _nearest(story, random, story.case, at, "liaison", "unit_admin", "institution_admin")
    if by is not None and not story.case.is_urgent:
        services.mark_urgent(story.case.pk, urgent=True, text=_text(random, "urgent"), by=by, at=at)


def _edited(story: "Story", random: Random, at: datetime) -> None:
    """The desk shortens what the public reads."""
    by, case = _nearest(story, random, story.case, at, "institution_admin"), Complaint.objects.get(pk=story.case.pk)
    if by is not None and case.is_public:
        given = {"title": case.title_public, "body": case.body_public.split(". ")[0] + ".", "naming": "official_source", "confirmed": True}
        services.publish(case.pk, given=given, by=by, at=at)


def _taken_down(story: "Story", random: Random, at: datetime) -> None:
    by = _nearest(story, random, story.case, at, "institution_admin")
    if by is not None and Complaint.objects.public().filter(pk=story.case.pk).exists():
        services.take_down(story.case.pk, reason="personal_data", text=_text(random, "take_down"), by=by, at=at)


def _statement(story: "Story", random: Random, at: datetime) -> None:
    by = _nearest(story, random, story.case, at, "liaison", "institution_admin")
    if by is not None and Complaint.objects.public().filter(pk=story.case.pk).exists():
        services.right_of_reply(story.case.pk, text=_text(random, "statement"), by=by, at=at)


ACTS: dict[str, Callable[["Story", Random, datetime], None]] = {
    "urgent": _urgent,
    "edited": _edited,
    "taken_down": _taken_down,
    "statement": _statement,
}
