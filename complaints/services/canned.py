"""Canned answers: written, approved, offered with the facts of a case filled in, and never sent without own words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from institutions.models import Institution, Topic, ids_of
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..models import CannedAnswer, Complaint
from .needs import REQUIRED, Wrong, clean_text
from .plan import Plan
from .reference import Reference
from .rules import invalid

# The steps whose text the reporter reads.
CANNED_STEPS = ("pend", "respond", "progress", "answer", "close_by_decision", "archive", "hand_over")
# What stands for a fact of the case, as officers write it.
PLACEHOLDERS = ("nomor", "judul", "instansi", "topik", "tanggal")
TITLE = CannedAnswer._meta.get_field("title").max_length or 0
BY_LETTERS = 1200  # characters of two paragraphs together
_MARK = re.compile(r"\{([^{}]*)\}")


def _facts(complaint: Complaint, at: datetime) -> dict[str, str]:
    return {
        "nomor": complaint.tracking_id,
        "judul": complaint.title,
        "instansi": complaint.holder.name,
        "topik": complaint.topic.name if complaint.topic else "-",
        "tanggal": f"{at:%d-%m-%Y}",
    }


def fill(text: str, complaint: Complaint, *, at: datetime) -> str:
    """The text with the facts of the case; one pass, so that a fact that looks like a placeholder stays what it is."""
    facts = _facts(complaint, at)
    return _MARK.sub(lambda found: facts.get(found[1], found[0]), text)


def _in_use(complaint: Complaint, step: str, reference: Reference) -> list[CannedAnswer]:
    """What may be used for this step of this case: of the holder or a desk above it, for its topic or for any."""
    rows = reference.canned(complaint.holder.path, step)
    topics: set[str | None] = {None}
    if complaint.topic is not None and any(row.topic_id for row in rows):
        topics |= {complaint.topic_id, complaint.topic.parent_id}
    return [row for row in rows if row.topic_id in topics][: reference.limits["canned_max"]]


def offered(complaint: Complaint, step: str, *, at: datetime) -> list[CannedAnswer]:
    """The canned answers to choose from, those in the reporter's language first."""
    if step not in CANNED_STEPS:
        return []
    return sorted(_in_use(complaint, step, Reference(at)), key=lambda row: row.language != complaint.language)


def inserted(complaint: Complaint, step: str, key: str, *, typed: str, at: datetime) -> str:
    """What was typed and, after it, the chosen text. Refuses one that is not offered."""
    row = next((row for row in offered(complaint, step, at=at) if str(row.pk) == key), None)
    if row is None:
        raise invalid(canned=_("Please choose one of the texts."))
    return "\n\n".join(part for part in (typed.replace("\r\n", "\n").strip(), fill(row.body, complaint, at=at)) if part)


# --- own words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of an answer stands in a canned text, in percent, and how many characters are the officer's own."""

    percent: int
    own: int
    is_bare: bool
    title: str = ""


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()).casefold() for part in re.split(r"\n\s*\n|\r?\n", text) if part.strip()]


def _alike(one: str, others: Iterable[str], share: float) -> bool:
    return any(one == other or _share(one, other, share) >= share for other in others)


def _share(one: str, other: str, least: float) -> float:
    """How much two paragraphs have in common, or 0 below `least`: letter by letter, which takes long, only where the words are alike."""
    words = SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    if len(one) + len(other) > BY_LETTERS:
        return words.ratio() if words.quick_ratio() >= least else 0.0
    if words.quick_ratio() < least / 2:
        return 0.0
    letters = SequenceMatcher(None, one, other, autojunk=False)
    return letters.ratio() if letters.quick_ratio() >= least else 0.0


def likeness(text: str, templates: Sequence[tuple[str, str]], limits: Mapping[str, int]) -> Likeness:
    """Compare an answer with (title, filled text) pairs, paragraph by paragraph, and keep the one it leans on most."""
    said, least = _paragraphs(text), limits["same_paragraph_percent"]
    total = sum(map(len, said)) or 1
    best = Likeness(0, sum(map(len, said)), is_bare=False)
    for title, template in templates:
        given = _paragraphs(template)
        taken = sum(len(part) for part in said if _alike(part, given, least / 100))
        percent = round(100 * taken / total)
        if percent > best.percent:
            own = sum(map(len, said)) - taken
            best = Likeness(percent, own, own < limits["own_paragraph_min"], title)
        if percent == 100:
            break
    return best


def compare(complaint: Complaint, step: str, text: str, *, at: datetime, reference: Reference | None = None) -> Likeness | None:
    """How much of this text is canned; None where no text is offered."""
    reference = reference or Reference(at)
    rows = _in_use(complaint, step, reference) if step in CANNED_STEPS else []
    return likeness(text, [(row.title, fill(row.body, complaint, at=at)) for row in rows], reference.limits) if rows else None


def refuse_bare(plan: Plan) -> None:
    """An answer that is only a canned text tells the reporter nothing about their own matter."""
    text = plan.given.get("text", "")
    if not text or plan.kind not in CANNED_STEPS:
        return
    found = compare(plan.complaint, plan.kind, text, at=plan.at, reference=plan.reference)
    if found is not None and found.is_bare:
        sentence = _("So far this is only the canned text. Please add a paragraph of your own about this very report, at least %(count)d characters.")
        raise invalid(text=sentence % {"count": plan.reference.limits["own_paragraph_min"]})


# --- writing and approving --------------------------------------------------------------------------------------------


def writing_roots(by: Actor) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*by.under("respond"), *by.under("verify"), *by.under("handle_oversight"))))


def approving_roots(by: Actor) -> tuple[str, ...]:
    return by.under("manage_officers")


def _reaches(roots: Iterable[str], place: Institution) -> bool:
    return any(place.path.startswith(root) for root in roots)


def canned_of(*, by: Actor) -> list[CannedAnswer]:
    """The texts in the actor's reach and those of the desks above, in use or waiting."""
    roots = writing_roots(by)
    above = {pk for root in roots for pk in ids_of(root)}
    rows = CannedAnswer.objects.exclude(state=CannedAnswer.RETIRED)
    where = Q(institution__in=above, state=CannedAnswer.APPROVED) | Q(pk__in=())
    for root in roots:
        where |= Q(institution__path__startswith=root)
    return list(rows.filter(where).select_related("institution", "topic", "written_by").order_by("institution__path", "step", "title", "-version"))


def _texts(given: Mapping[str, Any], limits: Mapping[str, int], wrong: dict[str, str]) -> dict[str, str]:
    found = {}
    for name, longest in (("title", TITLE), ("body", limits["text_max"])):
        try:
            found[name] = clean_text(given.get(name) or "", longest=longest)
        except Wrong as error:
            wrong[name] = str(error)
        else:
            if not found[name]:
                wrong[name] = str(REQUIRED)
    return found


def _read(given: Mapping[str, Any], limits: Mapping[str, int]) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    found = _texts(given, limits, wrong)
    unknown = [mark for mark in _MARK.findall(found.get("body", "")) if mark not in PLACEHOLDERS]
    if unknown:
        wrong["body"] = _("Unknown placeholder: %(names)s.") % {"names": ", ".join(f"{{{name}}}" for name in unknown[:5])}
    for name, allowed in (("step", CANNED_STEPS), ("language", ("id", "en"))):
        if given.get(name) not in allowed:
            wrong[name] = _("Please choose one from the list.")
    if wrong:
        raise invalid(**wrong)
    return {**found, "step": given["step"], "language": given["language"]}


@transaction.atomic
def write_canned(given: Mapping[str, Any], *, by: Actor, at: datetime, replaces: UUID | None = None) -> CannedAnswer:
    """A new text, or a new version of one, waiting for approval; what is in use stays in use until then.

    Refuses 403 outside the actor's reach, 404 a version of nothing, 422 field by field.
    """
    place = Institution.objects.filter(slug=str(given.get("institution") or "").replace("\x00", "")).first()
    if place is None:
        raise invalid(institution=_("Please choose one from the list."))
    if not _reaches(writing_roots(by), place):
        raise Refusal("forbidden", _("You may not write texts for this institution."))
    found = _read(given, Reference(at).limits)
    topic = Topic.objects.filter(pk=str(given.get("topic") or "").replace("\x00", "")).first() if given.get("topic") else None
    row = CannedAnswer(id=uuid4(), institution=place, topic=topic, written_by_id=by.user_id, written_at=at, **found)
    if replaces is not None:
        before = CannedAnswer.objects.select_for_update().filter(pk=replaces, institution=place).first()
        if before is None:
            raise Refusal("not_found", _("There is no such text."))
        newest = CannedAnswer.objects.filter(family=before.family).aggregate(newest=Max("version"))["newest"]
        row.family, row.version = before.family, newest + 1
    row.save(force_insert=True)
    return row


@transaction.atomic
def settle_canned(pk: UUID, *, is_approved: bool, by: Actor, at: datetime) -> CannedAnswer:
    """Take a text into use in place of its earlier version, or out of use. Refuses 404, 403 whoever leads not the institution, 409."""
    row = CannedAnswer.objects.select_for_update(of=("self",)).select_related("institution").filter(pk=pk).first()
    if row is None or not (_reaches(writing_roots(by), row.institution) or _reaches(approving_roots(by), row.institution)):
        raise Refusal("not_found", _("There is no such text."))
    if not _reaches(approving_roots(by), row.institution):
        raise Refusal("forbidden", _("Only whoever leads the institution's desk decides about its texts."))
    if row.state == CannedAnswer.RETIRED or (is_approved and row.state != CannedAnswer.DRAFT):
        raise Refusal("conflict", _("This text has been decided about already."))
    settled = {"settled_by_id": by.user_id, "settled_at": at}
    if is_approved:
        CannedAnswer.objects.filter(family=row.family, state=CannedAnswer.APPROVED).update(state=CannedAnswer.RETIRED, **settled)
    row.state = CannedAnswer.APPROVED if is_approved else CannedAnswer.RETIRED
    row.settled_by_id, row.settled_at = by.user_id, at
    row.save(update_fields=["state", "settled_by", "settled_at"])
    return row
