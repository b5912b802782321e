"""What the dossier of a referred case holds and how it is drawn: one sealed archive of a PDF, the same facts as JSON, and an index.

Reads rows and writes nothing. Whose name stands in it is given by the caller, who has asked whether it may.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from complaints import services as complaints
from complaints.models import Clock, ClockEvent, Complaint, Transition, Upload
from complaints.serializers.deadlines import line_out
from complaints.vault import Identity
from complaints.why import Explanation
from lapor.ground import pdf

from .models import Escalation, Referral, ReferralEvent

FORMAT = "lapor-dossier/1"
PDF_NAME, JSON_NAME, INDEX_NAME = "berkas.pdf", "berkas.json", "indeks.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of every file in the archive: it is made of what it holds alone
LANGUAGE = "id"


def family(complaint: Complaint) -> Q:
    """The case and its parts, as a filter on what points at a complaint."""
    return Q(complaint=complaint) | Q(complaint__lead=complaint)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that one version says, read at one moment."""

    referral: Referral
    complaint: Complaint
    version: int
    at: datetime
    parts: Sequence[Complaint]
    events: Sequence[Transition]
    clocks: Sequence[tuple[Clock, Sequence[ClockEvent], Explanation]]
    ladder: Sequence[Escalation]
    files: Sequence[Upload]
    steps: Sequence[ReferralEvent]
    identity: Identity | None
    why_no_identity: str

    @property
    def number(self) -> str:
        return self.complaint.tracking_id


def gather(referral: Referral, *, version: int, at: datetime, identity: Identity | None, why_no_identity: str) -> Content:
    """Read the case with its parts. The number of statements does not grow with the case."""
    related = ("holder", "topic", "incident_region", "target_institution")
    complaint = Complaint.objects.select_related(*related).get(pk=referral.complaint_id)
    events = Transition.objects.filter(family(complaint)).select_related("complaint", "holder_before", "holder_after", "by", "entry__institution")
    clocks = list(Clock.objects.told().select_related("complaint").filter(family(complaint)).order_by("started_at", "key"))
    with translation.override(LANGUAGE):
        told = complaints.explanations(clocks, reference=complaints.Reference(at), is_exact=not complaint.is_anonymous)
    return Content(
        referral=referral,
        complaint=complaint,
        version=version,
        at=at,
        parts=list(complaint.children.select_related("holder").order_by("part_number")),
        events=list(events.order_by("at", "pk")),
        clocks=[(clock, list(clock.events.all()), why) for clock, why in zip(clocks, told, strict=True)],
        ladder=list(Escalation.objects.filter(family(complaint)).select_related("holder").order_by("happened_at", "pk")),
        files=list(Upload.objects.filter(family(complaint)).select_related("transition")),
        steps=list(referral.events.select_related("by", "said")),
        identity=identity,
        why_no_identity=why_no_identity,
    )


# --- as JSON --------------------------------------------------------------------------------------------------------------


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(ZoneInfo("Asia/Jakarta")).isoformat() if at else None


def _event(row: Transition) -> dict[str, Any]:
    """What happened, when, by whom. An anonymous reporter's hour would tell more than their day."""
    entry = getattr(row, "entry", None)
    is_hidden = row.as_role == "reporter" and row.complaint.is_anonymous
    return {
        "part": row.complaint.part_number,
        "seq": row.seq,
        "kind": row.kind,
        "at": row.at.astimezone(ZoneInfo("Asia/Jakarta")).date().isoformat() if is_hidden else _iso(row.at),
        "as": row.as_role,
        "state": row.state_after,
        "from": row.holder_before.slug if row.holder_before else None,
        "to": row.holder_after.slug,
        "reason": row.reason,
        "hash": row.hash,
        "text": entry.text if entry and not entry.is_erased else None,
        "details": entry.details if entry and not entry.is_erased else None,
    }


def _clock(clock: Clock, events: Sequence[ClockEvent], why: Explanation) -> dict[str, Any]:
    """A deadline with the lines that lead to it, made by the same count. What an anonymous reporter did has its day alone."""
    rule = clock.policy
    zone = ZoneInfo(clock.zone) if clock.complaint.is_anonymous else None

    def when(at: datetime | None) -> str | None:
        return at.astimezone(zone).date().isoformat() if zone and at else _iso(at)

    return {
        "part": clock.complaint.part_number,
        "key": clock.key,
        "policy": {"id": rule.pk, "length": rule.length, "unit": rule.unit, "basis": str(rule.legal_basis), "valid_from": rule.valid_from.isoformat()},
        "holder": clock.holder.slug,
        "zone": clock.zone,
        "calendar": clock.calendar_version,
        "is_provisional": clock.is_provisional,
        "started_at": when(clock.started_at),
        "due_at": _iso(clock.due_at),
        "stopped_at": when(clock.stopped_at),
        "state": clock.state,
        "outcome": clock.outcome,
        "events": [
            {"kind": e.kind, "reason": e.reason, "at": when(e.at), "due_at": _iso(e.due_at), "days": e.days, "basis": str(e.basis) if e.basis else None}
            for e in events
        ],
        "why": [line_out(line) for line in why.lines],
    }


def _case(row: Complaint) -> dict[str, Any]:
    region = row.incident_region
    return {
        "number": row.tracking_id,
        "state": row.state,
        "holder": row.holder.slug,
        "classification": row.classification,
        "track": row.track,
        "topic": row.topic_id,
        "channel": row.channel,
        "is_secret": row.is_secret,
        "is_anonymous": row.is_anonymous,
        "complete_at": row.complete_at.astimezone(ZoneInfo("Asia/Jakarta")).date().isoformat()
        if row.is_anonymous and row.complete_at
        else _iso(row.complete_at),
        "title": row.title,
        "body": row.body,
        "body_original": row.body_original if row.body_original != row.body else None,
        "incident_on": row.incident_date.isoformat() if row.incident_date else None,
        "region": region.pk if region else None,
        "place": row.incident_place,
        "requested_outcome": row.requested_outcome,
        "loss": row.loss,
        "reported_party": row.reported_party,
    }


def _attachment(row: Upload) -> dict[str, Any]:
    return {"id": str(row.pk), "kind": row.kind, "size": row.size, "sha256": row.sha256, "state": row.state, "event": row.transition_id}


def as_json(content: Content) -> bytes:
    referral = content.referral
    said = {
        "format": FORMAT,
        "version": content.version,
        "made_at": _iso(content.at),
        "referral": {"id": str(referral.pk), "cause": referral.cause, "since": _iso(referral.since), "confirmed_at": _iso(referral.confirmed_at)},
        "case": _case(content.complaint),
        "parts": [{"number": p.part_number, "holder": p.holder.slug, "state": p.state, "title": p.title} for p in content.parts],
        "history": [_event(row) for row in content.events],
        "clocks": [_clock(*row) for row in content.clocks],
        "ladder": [
            {"rung": e.rung, "level": e.level, "key": e.key, "due_at": _iso(e.due_at), "at": _iso(e.happened_at), "holder": e.holder.slug}
            for e in content.ladder
        ],
        "attachments": [_attachment(row) for row in content.files],
        "identity": asdict(content.identity) if content.identity else None,
        "why_no_identity": content.why_no_identity,
    }
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True, default=date.isoformat).encode()


# --- as PDF ---------------------------------------------------------------------------------------------------------------


def as_pdf(content: Content, *, identifier: bytes) -> bytes:
    context = {"content": content, "complaint": content.complaint, "referral": content.referral, "language": LANGUAGE, "site": settings.SITE_URL}
    with translation.override(LANGUAGE):
        return pdf.render(render_to_string("monitoring/dossier.html", context), at=content.at, identifier=identifier)


# --- the bundle -----------------------------------------------------------------------------------------------------------


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def index_of(content: Content, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the bundle holds, with digests; no text and no name, so that it may stand in a row."""
    return {
        "format": FORMAT,
        "number": content.number,
        "version": content.version,
        "made_at": _iso(content.at),
        "files": [{"name": name, "size": len(raw), "sha256": digest(raw)} for name, raw in files.items()],
        "counts": {name: len(getattr(content, name)) for name in ("events", "clocks", "ladder", "files", "parts")},
        "attachments": [_attachment(row) for row in content.files],
        "has_identity": content.identity is not None,
    }


def bundle(content: Content, *, identifier: bytes) -> tuple[bytes, dict[str, Any]]:
    """(the archive, its index). The same content and identifier give the same bytes."""
    files = {PDF_NAME: as_pdf(content, identifier=identifier), JSON_NAME: as_json(content)}
    index = index_of(content, files)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in {INDEX_NAME: json.dumps(index, indent=1, sort_keys=True).encode(), **files}.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, raw)
    return out.getvalue(), index
