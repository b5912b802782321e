"""Numbering and drawing letters: answers get theirs by themselves; receipts and sheets are drawn when somebody asks."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from institutions.models import Letterhead
from institutions.numbers import write_number
from institutions.services import claim_serial
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .. import numbers
from ..letters import Answer, digest_of, draw_receipt, draw_sheet, local_day
from ..models import Clock, ClockEvent, Complaint, Entry, Letter, LetterCopy, LetterJob, LetterKind, Reading, Transition
from . import proof
from .advance import not_found
from .quota import spend
from .reference import Reference

KINDS = {"answer": LetterKind.ANSWER}  # the step whose text goes out as a letter
BATCH = 200
RELATED = ("letterhead", "institution__parent__region", "institution__region", "complaint", "transition__entry__institution")


def kept() -> Any:
    """The private store of drawn letters; no address leads into it."""
    return storages["letters"]


# --- numbering --------------------------------------------------------------------------------------------------------


def _facts(row: Transition, zone: str, reference: Reference) -> dict[str, Any]:
    """The days that the letter names, from the clocks as this very step left them."""
    events = (
        ClockEvent.objects.filter(clock__complaint_id=row.complaint_id, transition_id__lte=row.pk).select_related("clock__policy__legal_basis").order_by("pk")
    )
    last = {event.clock.key: event for event in events}
    found: dict[str, Any] = {"reopen_days": reference.limits["reopen_days"]}
    for name, key in (("reply_until", "reporter_reply"), ("ombudsman_from", "statutory_60")):
        event = last.get(key)
        if event is not None and event.kind != ClockEvent.VOID:  # the answer stops the 60 days, and a reply lets them run on to the same day
            found[name] = local_day(event.due_at, zone).isoformat()
            found[f"{name}_basis"] = str(event.clock.policy.legal_basis)
    return found


def _number(row: Transition, *, at: datetime, reference: Reference) -> Letter | None:
    """The letter of an answer whose row is locked. None where its text is gone."""
    entry = Entry.objects.filter(transition=row, is_erased=False).select_related("institution__parent__region", "institution__region").first()
    issuer = (entry.institution or row.holder_after) if entry is not None else None
    if entry is None or issuer is None:
        return None
    head = Letterhead.objects.serving(issuer)
    shown = head or Letterhead.of_the_tree(issuer)
    day = local_day(at, issuer.time_zone)
    serial = claim_serial(shown.institution, year=day.year)
    number = write_number(shown.pattern, serial=serial, code=shown.code, on=day)
    code, facts = numbers.new_letter_code(), _facts(row, issuer.time_zone, reference)
    answer = Answer(row.complaint, row, entry, shown, issuer, number, code, at, facts)
    letter = Letter.objects.create(
        kind=KINDS[row.kind], complaint=row.complaint, transition=row, institution=shown.institution, letterhead=head, year=day.year, serial=serial,
        number=number, code=code, facts=facts, content_hash=answer.digest(), at=at, by_id=row.by_id,
    )  # fmt: skip
    LetterJob.objects.create(letter=letter, next_try_at=at)
    return letter


@transaction.atomic
def _number_one(pk: int, *, at: datetime, reference: Reference) -> Letter | None:
    """Number the answer unless somebody did or is doing it: the row is asked for again once it is locked."""
    rows = Transition.objects.select_for_update(of=("self",), skip_locked=True).select_related("complaint", "holder_after")
    row = rows.filter(pk=pk, kind__in=KINDS).first()
    if row is None or Letter.objects.filter(transition=row).exists():
        return None
    return _number(row, at=at, reference=reference)


def _unnumbered(at: datetime, reference: Reference) -> list[int]:
    since = at - timedelta(days=reference.limits["letter_days"])
    texts = Entry.objects.filter(transition=OuterRef("pk"), is_erased=False)
    rows = Transition.objects.filter(kind="answer", at__gt=since, at__lte=at).filter(Exists(texts), ~Exists(Letter.objects.filter(transition=OuterRef("pk"))))
    return list(rows.order_by("at", "pk").values_list("pk", flat=True)[:BATCH])


# --- drawing ----------------------------------------------------------------------------------------------------------


def _store(letter: Letter, content: bytes) -> None:
    """Keep the file under its content's hash; the same letter drawn twice is one file."""
    name = f"{letter.content_hash[:2]}/{letter.content_hash}.pdf"
    saved = kept().save(name, ContentFile(content))
    LetterCopy.objects.get_or_create(letter=letter, name=saved, defaults={"sha256": digest_of([content]), "at": letter.at, "by_id": letter.by_id})


@transaction.atomic
def _draw_one(at: datetime, reference: Reference) -> bool | None:
    """Draw the next letter that nobody else draws; None when there is none, False when it must be tried again.

    The job stays locked meanwhile: a worker that dies gives it back at once.
    """
    jobs = LetterJob.objects.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    job = jobs.select_for_update(of=("self",), skip_locked=True).first()
    if job is None:
        return None
    letter = Letter.objects.select_related(*RELATED).get(pk=job.letter_id)
    try:
        with transaction.atomic():
            _store(letter, Answer.of(letter).draw())
    except Exception:  # noqa: BLE001 - one letter that cannot be drawn must not stop the others
        job.tries += 1
        job.next_try_at = at + timedelta(minutes=reference.limits["letter_retry_minutes"]) * 2 ** min(job.tries - 1, 8)
        job.save(update_fields=["tries", "next_try_at"])
        return False
    job.delete()
    return True


def write_letters(*, at: datetime, limit: int = BATCH, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Number the answers that have no letter yet and draw what waits. Safe side by side and when killed: no number is lost or doubled."""
    reference = Reference(at)
    counts = {"numbered": sum(_number_one(pk, at=at, reference=reference) is not None for pk in _unnumbered(at, reference)), "drawn": 0, "failed": 0}
    for _count in range(limit):
        done = _draw_one(at, reference)
        if done is None:
            break
        counts["drawn" if done else "failed"] += 1
        progress(1)
    return counts


# --- asking -----------------------------------------------------------------------------------------------------------


def _allowed(complaint: Complaint, act: str, by: Actor) -> None:
    row = Complaint.objects.answering(by).filter(pk=complaint.pk).first()
    if row is None or not row.knows:
        raise not_found()
    if not row.may(act):
        raise Refusal("forbidden", _("This document is not for you."))


def _throttle(who: str, *, at: datetime) -> None:
    """Count one drawing; refuses 429 above the limit of the policy row."""
    sentence = _("Too many documents at once. Please wait %(minutes)d minutes.")
    limits = Reference(at).limits
    spend(f"letters:{who}", most=limits["letters_per_client"], minutes=limits["letters_client_minutes"], sentence=sentence, at=at)


def order_letter(complaint: Complaint, seq: int, *, by: Actor, at: datetime) -> Letter:
    """Have the letter of an answer made that has none yet. Refuses 404 and 403 as the case does, and 404 where there is no such answer."""
    _allowed(complaint, "letter", by)
    pk = Transition.objects.filter(complaint=complaint, seq=seq, kind__in=KINDS).values_list("pk", flat=True).first()
    if pk is not None:
        _number_one(pk, at=at, reference=Reference(at))
    letter = Letter.objects.about(complaint, seq).first()
    if letter is None:
        raise not_found()
    return letter


def named_letter(complaint: Complaint, seq: int, *, by: Actor, at: datetime, reason: str) -> bytes:
    """The letter addressed to the reporter by name, to be handed out and not kept: only its digest stays.

    The reading of the identity is on record first. Refuses what `read_identity` refuses, 404 without a letter, 409 without a name.
    """
    letter = Letter.objects.about(complaint, seq).select_related(*RELATED).first()
    if letter is None:
        raise not_found()
    _allowed(complaint, "letter", by)
    _throttle(f"user:{by.user_id}", at=at)
    identity = proof.read_identity(complaint, by=by, at=at, reason=reason)
    if identity is None or not identity.name:
        raise Refusal("conflict", _("The reporter left no name."))
    # A random id in the file: whoever holds the digest cannot try names until one fits.
    content = Answer.of(letter).draw(addressee=identity.name, identifier=secrets.token_bytes(16))
    LetterCopy.objects.create(letter=letter, sha256=digest_of([content]), at=at, by_id=by.user_id)
    return content


def receipt(complaint: Complaint, *, by: Actor, at: datetime, client: str) -> bytes:
    """The reporter's receipt without the case code, which nobody can tell any more. Nothing is kept. Refuses 404, 429."""
    if complaint.pk not in by.case_ids:
        raise not_found()
    return _receipt(complaint, client=client, at=at)


def receipt_with_code(number: str, code: str, *, client: str, at: datetime) -> bytes:
    """The receipt with the code that was shown a moment ago and is sent along: it is proved, printed and forgotten. Refuses what `prove` refuses, and 429."""
    complaint = proof.prove(number, code, client=client, at=at)
    return _receipt(complaint, client=client, at=at, case_code=numbers.grouped(numbers.read_case_code(code) or ""))


def _receipt(complaint: Complaint, *, client: str, at: datetime, case_code: str = "") -> bytes:
    _throttle(f"client:{client}", at=at)
    row = Complaint.objects.select_related("holder", "entry_door").get(pk=complaint.pk)
    clocks = Clock.objects.running().filter(complaint=row).select_related("policy__legal_basis").order_by("due_at")
    return draw_receipt(row, list(clocks), case_code=case_code, language=get_language() or "id", at=at)


def sheet(complaint: Complaint, *, by: Actor, at: datetime, name: str) -> bytes:
    """The disposition sheet of the office that holds the case; that it was printed is on record. Refuses 404, 403, 429."""
    _allowed(complaint, "sheet", by)
    _throttle(f"user:{by.user_id}", at=at)
    row = Complaint.objects.select_related("holder__parent__region", "holder__region", "topic").get(pk=complaint.pk)
    Reading.objects.create(complaint=row, by_id=by.user_id, at=at, what="disposition_sheet", reason="")
    events = Transition.objects.filter(complaint=row).select_related("holder_before", "holder_after", "by").order_by("seq")
    clocks = Clock.objects.running().filter(complaint=row).select_related("policy__legal_basis").order_by("due_at")
    head = Letterhead.objects.serving(row.holder) or Letterhead.of_the_tree(row.holder)
    return draw_sheet(row, list(events), list(clocks), head, by=name, at=at)
