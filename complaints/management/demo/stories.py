"""The life of one report: citizens write, desks decide, some are late."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from complaints import services
from complaints.models import Complaint
from complaints.services import Reference
from complaints.workflow import Track
from institutions.models import Institution, Region, Topic
from officers.actors import Actor, actor_for
from officers.models import Appointment, User

from . import extras
from .corpus import Voice, long_date, person, read

WIB = ZoneInfo("Asia/Jakarta")
CHANNELS = (("web", 46), ("android", 22), ("subdomain", 8), ("whatsapp", 8), ("sms", 5), ("ios", 4), ("twitter", 3), ("walk_in", 3), ("email", 1))
Move = tuple[timedelta, Callable[[datetime], None]]


@dataclass
class Country:
    """Who sits where, read once."""

    at: datetime
    reference: Reference = field(init=False)
    units: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # topic -> (body, unit)
    bodies: dict[str, Institution] = field(default_factory=dict)
    staff: dict[tuple[int, str], list[User]] = field(default_factory=dict)
    regions: dict[str, list[Region]] = field(default_factory=dict)
    supervisors: dict[str, str] = field(default_factory=dict)  # body -> its inspectorate
    refused: Counter[str] = field(default_factory=Counter)  # what the workflow did not allow by then
    _actors: dict[int, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = Reference(self.at)
        self.bodies = {row.slug: row for row in Institution.objects.select_related("parent")}
        self.regencies = {row.pk: row for row in Region.objects.filter(level=Region.Level.REGENCY)}
        self.topics = {row.pk: row for row in Topic.objects.all()}
        self.by_id = {row.pk: row for row in self.bodies.values()}
        for body in read("institutions")["institutions"]:
            for unit in body["units"]:
                if unit.get("is_oversight"):
                    self.supervisors[body["slug"]] = unit["slug"]
                for topic in unit.get("topics", ()):
                    self.units.setdefault(topic, []).append((body["slug"], unit["slug"]))
        for row in Appointment.objects.select_related("user").order_by("pk"):
            self.staff.setdefault((row.institution_id, row.role), []).append(row.user)
        for body in self.bodies.values():
            if body.region_id is not None:
                below = Region.objects.filter(pk__startswith=f"{body.region_id}.", level="village").order_by("pk")
                self.regions[body.slug] = list(below[:400]) or list(Region.objects.filter(pk=body.region_id))

    def actor(self, user: User, at: datetime) -> Actor:
        cached = self._actors.get(user.pk)
        if cached is None:
            cached = self._actors[user.pk] = actor_for(user, at=at)
        return Actor(cached.user, at, cached.roots, cached.appointments)

    def who(self, random: Random, place: Institution, *roles: str) -> User | None:
        """Somebody in one of the roles at the place, or at the nearest place above."""
        while True:
            found = [user for role in roles for user in self.staff.get((place.pk, role), ())]
            if found or place.parent_id is None:
                return random.choice(found) if found else None
            place = self.by_id[place.parent_id]


@dataclass
class Story:
    """One report from the citizen's first line to whatever became of it by now."""

    country: Country
    random: Random
    number: int
    template: dict[str, Any]
    kind: str = "handled"
    complaint: Complaint | None = None
    body: str = ""
    unit: str = ""
    pace: float = 1.0
    pending: Callable[[datetime], None] | None = None

    def __post_init__(self) -> None:
        choices = [pair for pair in self.country.units.get(self.template["topic"], ()) if pair[0] in self.template.get("only", (pair[0],))]
        self.body, self.unit = self.random.choice(choices or next(iter(self.country.units.values())))
        if self.template.get("track") == Track.OVERSIGHT and not choices:
            self.unit = self.body
        self.voice = Voice(self.random, self.template["topic"], self.template["classification"])
        self.pace = self.random.choices((0.4, 0.8, 1.2, 3.0), (30, 40, 20, 10))[0]

    # --- acts -----------------------------------------------------------------------------------------------------

    @property
    def case(self) -> Complaint:
        if self.complaint is None:
            raise RuntimeError("the story has not begun")
        return self.complaint

    def _wait(self, low: float, high: float) -> timedelta:
        return self._wait_with(self.random, low, high)

    def _wait_with(self, random: Random, low: float, high: float) -> timedelta:
        return timedelta(hours=random.uniform(low, high) * 24 * self.pace)

    def _computed(self, at: datetime) -> None:
        day, unit = at.astimezone(WIB).date(), self.country.bodies[self.unit]
        self.voice.year = day.year
        self.voice.computed = {
            "tanggal": self.voice.computed.get("tanggal", long_date(day - timedelta(days=self.random.randrange(1, 20)))),
            "tanggal_rencana": long_date(day + timedelta(days=self.random.randrange(5, 20))),
            "tanggal_selesai": long_date(day - timedelta(days=self.random.randrange(0, 3))),
            "unit": unit.short_name or unit.name,
            "instansi": self.country.bodies[self.body].short_name,
        }

    def submit(self, at: datetime) -> None:
        self._computed(at)
        template, random = self.template, self.random
        said = {name: self.voice.say(template[name]) for name in ("title", "body")} | {
            name: self.voice.say(template.get(name, "")) for name in ("requested_outcome", "loss", "reported_party")
        }
        missing = template.get("missing", ())
        is_anonymous = random.random() < (0.8 if template.get("track") == Track.OVERSIGHT else 0.12)
        direct = self.kind != "archived" and random.random() < 0.35
        region = random.choice(self.country.regions.get(self.body) or self.country.regions["kota-tirta-kencana"])
        given = {
            **said,
            "title": said["title"][:150],
            "classification": template["classification"],
            "incident_date": None if "incident_date" in missing else (at.astimezone(WIB).date() - timedelta(days=random.randrange(0, 25))).isoformat(),
            "incident_region": None if "incident_region" in missing else region,
            "origin_region": self.country.regencies[region.pk[:5]],
            "target_institution": self.country.bodies[self.body] if direct else None,
            "topic": self.country.topics[template["topic"]] if random.random() < 0.5 else None,
            "is_anonymous": is_anonymous,
            "is_secret": random.random() < 0.1,
            "urgent": random.random() < 0.01,
            "contact": {} if random.random() < 0.15 else person(random, self.number),
            "contact_allowed": random.random() < 0.7,
            "gedsi": self._gedsi(),
            "consent": True,
            **extras.represented(self.number),
        }
        channel = random.choices([c for c, _w in CHANNELS], [w for _c, w in CHANNELS])[0]
        by = actor_for(None, at=at)
        assisted = channel in {"walk_in", "email"}
        if assisted:
            desk = self.country.who(random, self.country.bodies[self.body], "institution_admin")
            by = self.country.actor(desk, at) if desk else by
        door = self.country.bodies[self.body] if channel == "subdomain" else None
        self.complaint = services.submit(
            given, by=by, at=at, channel=channel, door=door, assisted=assisted and by.has("intake"), reference=self.country.reference
        ).complaint

    def _gedsi(self) -> dict[str, str]:
        if self.random.random() < 0.6:
            return {}
        return {"gender": self.random.choice(("female", "male")), "age_band": self.random.choice(("18_29", "30_44", "45_59", "60_plus")), "disability": "none"}

    def _step(self, action: str, at: datetime, by: Actor, **given: Any) -> None:
        self.complaint = services.advance(self.case.pk, action, by=by, at=at, given=given, reference=self.country.reference)

    def reporter(self, action: str, **given: Any) -> Callable[[datetime], None]:
        return lambda at: self._step(action, at, actor_for(None, at=at, case_ids=frozenset({self.case.pk})), **given)

    def officer(self, action: str, *roles: str, **given: Any) -> Callable[[datetime], None]:
        def act(at: datetime) -> None:
            self._computed(at)
            user = self.country.who(self.random, self.case.holder, *roles)
            if user is not None and user.pk == self.case.contested_user_id:
                user = self.country.who(self.random, self.country.bodies[self.body], "institution_admin")
            if user is not None:
                asked = {name: value(at) if callable(value) else value for name, value in given.items()}
                self._step(action, at, self.country.actor(user, at), **asked)

        return act

    # --- shorthands -----------------------------------------------------------------------------------------------

    def _text(self, section: str, **wanted: Any) -> Callable[[datetime], str]:
        return lambda _at: str(self.voice.pick(section, **wanted)["text"])

    def _sort(self) -> dict[str, Any]:
        """What the desk has not settled yet."""
        wanted: dict[str, Any] = {"track": self.template.get("track", Track.NON_OVERSIGHT)}
        return wanted | {"topic": self.country.topics[self.template["topic"]]}

    def national(self, action: str, **given: Any) -> Callable[[datetime], None]:
        return self.officer(action, "national_admin", **given)

    def admin(self, action: str, **given: Any) -> Callable[[datetime], None]:
        return self.officer(action, "institution_admin", "unit_admin", "oversight_handler", **given)

    def handler(self, action: str, **given: Any) -> Callable[[datetime], None]:
        return self.officer(action, "liaison", "unit_admin", "oversight_handler", "institution_admin", **given)

    def answer(self, at: datetime) -> None:
        self._computed(at)
        is_oversight = self.case.track == Track.OVERSIGHT
        chosen = self._final(is_oversight)
        day = at.astimezone(WIB).date()
        given: dict[str, Any] = {
            "text": chosen["text"], "outcome": chosen["outcome"], "done_on": (day - timedelta(days=1)).isoformat(),
            "evidence": chosen.get("evidence") or self.voice.say("Berita acara {nomor_berita_acara}."),
        }  # fmt: skip
        if is_oversight:
            finding = chosen.get("finding", "not_proven")
            given["decision"] = {"number": self.voice.say("{nomor_keputusan}"), "on": (day - timedelta(days=2)).isoformat(), "finding": finding}
        self.handler("answer", **given)(at)

    def _final(self, is_oversight: bool) -> dict[str, Any]:
        if is_oversight:
            found = [row for row in read("answers")["final"] if "finding" in row]
            return {k: self.voice.say(v) if isinstance(v, str) else v for k, v in self.random.choice(found).items()}
        return self.voice.pick("refusal" if self.random.random() < 0.08 else "final")

    def plan_date(self, at: datetime) -> str:
        return (at.astimezone(WIB).date() + timedelta(days=self.random.randrange(4, 18))).isoformat()


def tell(story: Story) -> Iterator[Move]:
    """The moves of a report one after the other; what the workflow refuses by then is left out by the narrator."""
    yield timedelta(), story.submit
    yield from OPENINGS.get(story.kind, _dispose)(story)


def _archived(story: Story) -> Iterator[Move]:
    reason = story.template["reason"]
    yield story._wait(0.2, 2.5), story.national("archive", reason=reason, text=story._text("archive", reason=reason))
    if story.random.random() < 0.08:
        yield story._wait(1, 6), story.reporter("restore", text=story.voice.pick("restore")["text"])
        yield from _dispose(story)


def _incomplete(story: Story) -> Iterator[Move]:
    asked = story.voice.pick("pend")
    yield story._wait(0.2, 2), story.national("pend", reason=asked["reason"], items=asked["items"], text=asked["text"])
    if story.random.random() < 0.55:
        region = story.random.choice(story.country.regions.get(story.body) or story.country.regions["kota-tirta-kencana"])
        day = (story.case.submitted_at.astimezone(WIB).date() - timedelta(days=3)).isoformat()
        yield story._wait(0.5, 6), story.reporter("complete", text=story.voice.pick("completion")["text"], incident_region=region, incident_date=day)
        yield from _dispose(story)


def _to_body(story: Story) -> Iterator[Move]:
    if story.case.holder.is_national:
        yield (
            story._wait(0.1, 2.2),
            story.national("dispose_to_institution", target=story.country.bodies[story.body], text=story._text("dispose"), **story._sort()),
        )


def _dispose(story: Story) -> Iterator[Move]:
    """From the national desk, or directly, to the institution and on to the unit that answers."""
    random = story.random
    if random.random() < 0.03 and story.template["classification"] == "information_request":
        given = story.voice.pick("hand_over")
        yield story._wait(0.2, 2), story.national("hand_over", body=given["body"], reference=given["reference"], text=given["text"])
        return
    yield from _to_body(story)
    if random.random() < 0.06:
        yield story._wait(0.3, 2.5), story.admin("return_upward", text=story._text("return_upward"))
        yield from _to_body(story)
    if story.case.track == Track.OVERSIGHT or story.template.get("track") == Track.OVERSIGHT:
        yield from _supervised(story)
        return
    if random.random() < 0.12:
        yield story._wait(0.2, 2.5), story.admin("handle", **story._sort())
    else:
        yield story._wait(0.2, 2.5), story.admin("dispose_to_unit", target=story.country.bodies[story.unit], text=story._text("dispose"), **story._sort())
    if random.random() < 0.04:
        yield story._wait(0.3, 2), story.handler("return_to_admin", text=story._text("return_to_admin"))
        yield story._wait(0.2, 2), story.admin("dispose_to_unit", target=story.country.bodies[story.unit])
    yield from _handled(story)


def _supervised(story: Story) -> Iterator[Move]:
    if story.case.holder.slug == story.body and story.body in story.country.supervisors:
        yield story._wait(0.2, 2), story.admin("dispose_to_unit", target=story.country.bodies[story.country.supervisors[story.body]], **story._sort())
    yield story._wait(0.3, 2), story.officer("handle", "oversight_handler", **story._sort())
    yield story._wait(2, 6), story.handler("respond", text=story._text("initial"), estimated_on=story.plan_date)
    yield story._wait(15, 50), story.answer
    if story.random.random() < 0.5:
        yield story._wait(5, 15), story.officer("close_by_decision", "oversight_handler", text=story._text("close_by_decision"), outcome="solved")


def _handled(story: Story) -> Iterator[Move]:
    random = story.random
    if random.random() < 0.03:
        yield story._wait(0.5, 5), story.reporter("withdraw", text=story.voice.pick("withdraw")["text"])
        return
    yield story._wait(0.5, 4), story.handler("respond", text=story._text("initial"), estimated_on=story.plan_date)
    yield from extras.beside(story)
    for _n in range(random.choices((0, 1, 2), (55, 35, 10))[0]):
        yield story._wait(1, 5), story.handler("progress", text=story._text("progress"))
    yield story._wait(1, 9), story.answer
    yield from _after_answer(story)


def _after_answer(story: Story) -> Iterator[Move]:
    """Silence (left to the sweep), confirmation, or a reply and another answer."""
    random = story.random
    fate = random.choices(("silent", "confirm", "reply"), (48, 30, 22))[0]
    if fate == "confirm":
        stars = random.choices((1, 2, 3, 4, 5), (6, 7, 17, 35, 35))[0]
        yield story._wait(0.2, 6), story.reporter("confirm", rating=stars, text=story.voice.pick("rating", stars=stars)["text"])
        if stars <= 2 and random.random() < 0.6:
            yield story._wait(1, 8), story.reporter("reopen", text=story.voice.pick("reopen")["text"])
            yield story._wait(1, 6), story.answer
    elif fate == "reply":
        happy = random.random() < 0.25
        yield story._wait(0.2, 5), story.reporter("reply", text=story.voice.pick("reply_satisfied" if happy else "reply_dissatisfied")["text"])
        yield story._wait(0.5, 6), story.handler("progress", text=story._text("progress"))
        yield story._wait(1, 6), story.answer
        if random.random() < 0.3:
            outcome = story.voice.pick("close_by_decision")
            yield story._wait(6, 20), story.officer("close_by_decision", "institution_admin", text=outcome["text"], outcome=outcome["outcome"])


OPENINGS: dict[str, Callable[[Story], Iterator[Move]]] = {"archived": _archived, "incomplete": _incomplete}
