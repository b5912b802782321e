"""The chain of a complaint's own history: how a row is hashed, and the walk that finds what was altered."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from ..models import Complaint, Entry, Transition


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; times in UTC with microseconds."""

    def plain(item: Any) -> str:
        if isinstance(item, datetime):
            return item.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(item, date):
            return item.isoformat()
        return str(item)

    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)


def commit(salt: bytes, text: str, details: dict[str, Any]) -> str:
    """A salted commitment to a text: shows that it was not exchanged, and tells nothing once the salt is erased."""
    return hashlib.sha256(bytes(salt) + canonical([text, details]).encode()).hexdigest()


_COLUMNS = [f.attname for f in Transition._meta.concrete_fields if f.attname != "hash"]


def digest(row: Transition | SimpleNamespace) -> str:
    """SHA-256 over every other column, the previous row's hash among them."""
    return hashlib.sha256(canonical({name: getattr(row, name) for name in _COLUMNS}).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    tracking_id: str
    seq: int
    what: str  # altered, broken_chain, missing, wrong_head, text_exchanged


def _walk(complaint: Complaint, rows: list[Transition], entries: dict[int, Entry]) -> Iterator[Fault]:
    prev = ""
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected:
            yield Fault(complaint.tracking_id, expected, "missing")
            return
        if digest(row) != row.hash:
            yield Fault(complaint.tracking_id, row.seq, "altered")
        if row.prev != prev:
            yield Fault(complaint.tracking_id, row.seq, "broken_chain")
        entry = entries.get(row.pk)
        if entry is not None and not entry.is_erased and commit(bytes(entry.salt), entry.text, entry.details) != row.commitment:
            yield Fault(complaint.tracking_id, row.seq, "text_exchanged")
        prev = row.hash
    if len(rows) != complaint.seq or prev != complaint.head:
        yield Fault(complaint.tracking_id, complaint.seq, "wrong_head")


def verify(*, progress: Callable[[int], None] = lambda _n: None, batch: int = 500) -> tuple[int, list[Fault]]:
    """(rows walked, faults found) over the chains of all complaints."""
    walked = 0
    faults: list[Fault] = []
    ids = list(Complaint.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        chunk = ids[start : start + batch]
        rows: dict[Any, list[Transition]] = {pk: [] for pk in chunk}
        for row in Transition.objects.filter(complaint__in=chunk).order_by("complaint_id", "seq"):
            rows[row.complaint_id].append(row)
        entries = {entry.transition_id: entry for entry in Entry.objects.filter(complaint__in=chunk)}
        for complaint in Complaint.objects.filter(pk__in=chunk).only("pk", "tracking_id", "seq", "head"):
            walked += len(rows[complaint.pk])
            faults += _walk(complaint, rows[complaint.pk], entries)
        progress(len(chunk))
    return walked, faults
