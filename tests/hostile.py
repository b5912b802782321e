"""Hostile texts, put into every free text of the system through the services that officers and citizens write with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from complaints import services
from complaints.models import Complaint
from institutions import services as places
from institutions.models import Topic
from officers import services as people
from officers.actors import machine
from officers.notices import EVENTS
from tests.letters import HEAD
from tests.parts import split
from tests.world import ANSWER, SORT, World

STRINGS = tuple(Path(__file__).with_name("data").joinpath("xss.txt").read_text(encoding="utf-8").splitlines())
SIGN = "zzxss"  # stands in each of them


@dataclass
class Texts:
    """Strings to choose from: all of them for what may be long, one after the other for a line."""

    strings: tuple[str, ...] = STRINGS
    _turn: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = cycle(self.strings)

    @property
    def long(self) -> str:
        return "\n\n".join(self.strings)

    def line(self, longest: int = 120, without: str = "") -> str:
        """The next one that fits; a plain tag where none does."""
        for _try in self.strings:
            text = next(self._turn)
            if len(text) <= longest and not set(without) & set(text):
                return text
        return f"<b>{SIGN}"[:longest]


def spoil_house(world: World, texts: Texts) -> None:
    """Names, letterheads, topics, canned answers, filters, accounts and the wording of notices."""
    system, why = machine("system"), texts.long[:200]
    for place in (world.city, world.unit):
        places.update_institution(place, {"name": texts.line(200), "short_name": texts.line(40)}, by=system, at=world.at, why=why)
    head = {name: texts.line(30 if name == "signer_number" else 60) for name in HEAD if name != "code"}
    places.set_letterhead(world.unit, {**HEAD, **head}, by=system, at=world.at, why=why)
    topic = Topic.objects.get(code=SORT["topic"])
    topic.name_id, topic.name_en = texts.line(120), texts.line(120)
    places.store(topic, by=system, at=world.at, why=why)
    for name in ("liaison", "admin", "national"):
        people.update_officer(world.user(name), {"full_name": texts.line(100)}, by=system, at=world.at, why=why)
    for event in EVENTS:
        said = {"subject": texts.line(100, "%"), "body": "\n\n".join(text for text in texts.strings if "%" not in text) or SIGN}
        people.write_text(event=event, language="id", is_builtin=False, by=system, at=world.at, why=why, **said)
    canned = {"institution": "kota-uji-dpu", "step": "answer", "language": "id", "title": texts.line(100)}
    body = "\n\n".join(text for text in texts.strings if "{" not in text) or SIGN
    row = services.write_canned({**canned, "body": body}, by=world.actor("liaison"), at=world.at)
    services.settle_canned(row.pk, is_approved=True, by=world.actor("admin"), at=world.at)
    for name in ("national", "admin", "liaison"):
        services.save_filter(name=texts.line(60), query=f"q={SIGN}", is_shared=True, by=world.actor(name), at=world.at)


def said(texts: Texts) -> dict[str, Any]:
    """Everything that a citizen may write."""
    return {
        "title": texts.line(140),
        "body": texts.long,
        "incident_place": texts.line(190),
        "requested_outcome": texts.long,
        "loss": texts.long,
        "reported_party": texts.line(190),
        "external_ref": texts.line(60),
        "on_behalf": "person",
        "relation": "family",
        "represented_agree": True,
        "represented": {"name": texts.line(110), "contact": texts.line(110)},
        "contact": {"name": texts.line(110), "email": "zz1@contoh.invalid", "phone": "0899-0000-1234"},
    }


def whole_way(world: World, texts: Texts) -> Complaint:
    """A case through every hand, each of which writes what it may."""
    case = world.submit(**said(texts)).complaint
    world.step(case, "pend", "national", reason="incomplete", items="\n".join(texts.strings[:20]), text=texts.long)
    world.step(case, "complete", text=texts.long)
    world.step(case, "dispose_to_institution", "national", target="kota-uji", text=texts.long, **SORT)
    world.step(case, "dispose_to_unit", "admin", target="kota-uji-dpu", text=texts.long)
    world.step(case, "respond", "liaison", text=texts.long, estimated_on="2026-11-20")
    world.step(case, "progress", "liaison", text=texts.long)
    services.add_note(case.pk, text=texts.long.replace("@", "@ "), by=world.actor("liaison"), at=world.at)
    services.mark_urgent(case.pk, urgent=True, text=texts.long, by=world.actor("liaison"), at=world.at)
    changes = {"title": texts.line(140), "body": texts.long, "reported_party": texts.line(110)}
    services.edit(case.pk, changes=changes, by=world.actor("admin"), at=world.at)
    world.step(case, "answer", "liaison", **{**ANSWER, "text": texts.long, "evidence": texts.long})
    services.write_letters(at=world.at)
    copy = {"title": texts.line(140), "body": texts.long, "confirmed": True, "naming": "consent"}
    for entry in services.publishable_entries(case):
        copy[f"answer_{entry.pk}"] = texts.long
    services.publish(case.pk, given=copy, by=world.actor("admin"), at=world.at)
    services.right_of_reply(case.pk, text=texts.long, by=world.actor("admin"), at=world.at)
    return fresh(case)


def fresh(case: Complaint) -> Complaint:
    return Complaint.objects.select_related("holder").get(pk=case.pk)


def side_ways(world: World, texts: Texts) -> dict[str, Complaint]:
    """Cases that end or go on in other ways, each with words of its own."""
    found = {"fresh": world.submit(**said(texts)).complaint, "working": world.to_state("in_progress", **said(texts))}
    found["replied"] = world.step(world.to_state("awaiting_reporter", **said(texts)), "reply", text=texts.long)
    found["closed"] = world.step(world.to_state("awaiting_reporter", **said(texts)), "confirm", rating=2, text=texts.long)
    found["archived"] = world.step(world.submit(**said(texts)).complaint, "archive", "national", reason="too_general", text=texts.long)
    found["secret"] = world.to_state("in_progress", is_secret=True, **said(texts))
    found["down"] = world.to_state("in_progress", **said(texts))
    services.take_down(found["down"].pk, reason="personal_data", text=texts.long, by=world.actor("admin"), at=world.at)
    found["lead"] = world.to_state("in_progress", **said(texts))
    found["part"] = split(world, found["lead"], part_title=texts.line(140), part_text=texts.long, text=texts.long)
    gone = world.to_state("at_city", **said(texts))
    given: dict[str, Any] = {"body": "other", "reference": texts.line(100), "text": texts.long, "consent_identity": "false"}
    found["gone"] = world.step(gone, "hand_over", "admin", **given)
    return {name: fresh(case) for name, case in found.items()}
