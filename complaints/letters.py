"""What the letters say and how they are drawn: the answer letter, the receipt, the disposition sheet. Writes nothing.

A letter of an institution is written in Indonesian, as the law asks; a receipt in the language of whoever reads it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from institutions.models import Institution, Letterhead, Limit
from institutions.numbers import write_number
from lapor.ground import pdf, qr
from officers.powers import Role

from . import numbers
from .models import Clock, Complaint, Entry, Letter, Transition
from .workflow import Outcome

OFFICIAL = "id"


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def digest_of(chunks: Iterable[bytes]) -> str:
    """The SHA-256 of a file, read piece by piece."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def tracking_address(complaint: Complaint) -> str:
    """Where the reporter follows the case: the number, never the code."""
    return f"{settings.SITE_URL}/lacak/?nomor={complaint.tracking_id}"


def verify_address(code: str) -> str:
    return f"{settings.SITE_URL}/verifikasi/{numbers.grouped(code)}/"


def head_of(letterhead: Letterhead | None) -> dict[str, Any]:
    """A letterhead as the templates read it; the nation's own where there is none."""
    if letterhead is None:
        return {}
    *above, name = letterhead.lines.splitlines() or [""]
    logo = bytes(letterhead.logo)
    return {
        "above": above,
        "name": name,
        "address": letterhead.address.splitlines(),
        "logo": f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else "",
    }


def _draw(template: str, language: str, context: Mapping[str, Any], *, at: datetime, identifier: bytes) -> bytes:
    with translation.override(language):
        return pdf.render(render_to_string(template, {**context, "language": language}), at=at, identifier=identifier)


# --- the answer letter ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with what its letter needs beside it; `facts` are the days and places that were fixed when it was numbered."""

    complaint: Complaint
    transition: Transition
    entry: Entry
    letterhead: Letterhead
    issuer: Institution
    number: str
    code: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, letter: Letter) -> "Answer":
        """From a letter with its relations read; where nobody had set up a letterhead, the names of the tree."""
        issuer = letter.transition.entry.institution or letter.institution
        head = letter.letterhead or Letterhead.of_the_tree(letter.institution)
        return cls(letter.complaint, letter.transition, letter.transition.entry, head, issuer, letter.number, letter.code, letter.at, letter.facts)

    def content(self) -> dict[str, Any]:
        """Everything the letter says but for whom it is addressed to."""
        head, details = self.letterhead, self.entry.details
        with translation.override(OFFICIAL):
            role = str(Role(self.transition.as_role).label) if self.transition.as_role in Role else ""
            position = head.signer_position or f"{role} {self.issuer.name}".strip()
            outcome = str(Outcome(self.transition.reason).label) if self.transition.reason in Outcome else ""
        return {
            "head": head_of(head),
            "number": self.number,
            "place": head.city,
            "day": local_day(self.at, self.issuer.time_zone).isoformat(),
            "is_secret": self.complaint.is_secret,
            "tracking_id": self.complaint.tracking_id,
            "title": self.complaint.title,
            "received": local_day(self.complaint.submitted_at, self.issuer.time_zone).isoformat(),
            "text": self.entry.text,
            "outcome": outcome,
            "done_on": details.get("done_on", ""),
            "evidence": details.get("evidence", ""),
            "position": position,
            "signer": head.signer_name,
            "signer_number": head.signer_number,
            "facts": dict(self.facts),
        }

    def digest(self) -> str:
        """Of the content, salted with the text's own salt: erased together with it."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(bytes(self.entry.salt) + text.encode()).hexdigest()

    def draw(self, *, addressee: str = "", identifier: bytes = b"") -> bytes:
        """The file. A name is only given for a copy that is handed out and not kept."""
        content = self.content()
        days = {name: date.fromisoformat(value) for name, value in self.facts.items() if name.endswith(("_until", "_from"))}
        context = content | {
            "day": date.fromisoformat(content["day"]),
            "received": date.fromisoformat(content["received"]),
            "done_on": date.fromisoformat(content["done_on"]) if content["done_on"] else None,
            "addressee": addressee,
            "days": days,
            "code": numbers.grouped(self.code),
            "verify_site": f"{settings.SITE_URL}/verifikasi/",
            "verify_qr": qr.data_uri(verify_address(self.code)),
            "track": f"{settings.SITE_URL}/lacak/",
        }
        return _draw("complaints/letters/answer.html", OFFICIAL, context, at=self.at, identifier=identifier or self.code.encode())


# --- the receipt and the disposition sheet ----------------------------------------------------------------------------


def draw_receipt(complaint: Complaint, clocks: Sequence[Clock], *, case_code: str = "", language: str, at: datetime) -> bytes:
    """The reporter's receipt. With a case code only while it is being shown; the QR code leads to the tracking page without it."""
    context = {
        "complaint": complaint,
        "clocks": clocks,
        "case_code": case_code,
        "track": tracking_address(complaint),
        "track_qr": qr.data_uri(tracking_address(complaint)),
        "track_site": f"{settings.SITE_URL}/lacak/",
        "at": at,
    }
    return _draw("complaints/letters/receipt.html", language, context, at=at, identifier=complaint.pk.bytes)


LONGEST_SUMMARY = 1200  # characters of the report on a sheet that should stay one page


def draw_sheet(complaint: Complaint, events: Sequence[Transition], clocks: Sequence[Clock], letterhead: Letterhead, *, by: str, at: datetime) -> bytes:
    """The disposition sheet of an office: from whom to whom, about what, due when, through which hands; and room to write."""
    moves = [row for row in events if row.holder_before_id is None or row.holder_before_id != row.holder_after_id]
    context = {
        "head": head_of(letterhead),
        "complaint": complaint,
        "summary": complaint.body[:LONGEST_SUMMARY],
        "is_cut": len(complaint.body) > LONGEST_SUMMARY,
        "last": moves[-1] if moves else None,
        "moves": moves,
        "clocks": clocks,
        "desk_qr": qr.data_uri(f"{settings.SITE_URL}/meja/{complaint.tracking_id}/"),
        "by": by,
        "at": at,
    }
    return _draw("complaints/letters/disposition.html", OFFICIAL, context, at=at, identifier=complaint.pk.bytes)


def sample(institution: Institution, *, at: datetime) -> bytes:
    """A letter with invented content, to see how the institution's letters look; its number and code belong to no letter."""
    head = Letterhead.objects.serving(institution) or Letterhead.of_the_tree(institution)
    complaint = Complaint(tracking_id="LPR-0000-0000-0", title="Contoh laporan", submitted_at=at)
    entry = Entry(text="Ini contoh surat. Isi jawaban yang ditulis petugas berdiri di sini.", details={"evidence": "Contoh bukti"})
    row = Transition(as_role=Role.LIAISON, reason=Outcome.SOLVED)
    on = local_day(at, institution.time_zone)
    number, facts = write_number(head.pattern, serial=0, code=head.code, on=on), {"reopen_days": Limit.objects.table(on)["reopen_days"]}
    return Answer(complaint, row, entry, head, institution, number, "0" * 17, at, facts).draw()
