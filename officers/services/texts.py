"""The house's own wording of notices: versions that follow one another, each on record, and the way back to the built-in text."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import NoticeText, User
from ..notices import EVENTS, PLACEHOLDER, SAMPLE, render
from .people import record

Texts = Mapping[tuple[str, str], tuple[str, str]]


def texts_in_force() -> Texts:
    """(event, language) -> (subject, body) where the house says it in its own words; one query."""
    rows = NoticeText.objects.order_by("event", "language", "-id").distinct("event", "language")
    return {(row.event, row.language): (row.subject, row.body) for row in rows if not row.is_builtin}


def _wrong(event: str, text: str) -> list[str]:
    allowed = EVENTS[event].placeholders
    unknown = sorted(set(PLACEHOLDER.findall(text)) - allowed)
    if unknown:
        return [
            _("This notice does not know %(unknown)s. You can use: %(allowed)s.")
            % {"unknown": ", ".join(f"%({name})s" for name in unknown), "allowed": ", ".join(f"%({name})s" for name in sorted(allowed))}
        ]
    if "%" in PLACEHOLDER.sub("", text).replace("%%", ""):
        return [_("A percent sign that is meant as such is written twice: %%.") % {}]
    return []


@transaction.atomic
def write_text(*, event: str, language: str, subject: str, body: str, is_builtin: bool, by: User, at: datetime, why: str) -> NoticeText:
    """The wording of an event from now on, or the built-in one again. Refuses unknown events and placeholders, and an empty text."""
    if event not in EVENTS:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"event": [_("There is no such notice.")]})
    wrong = {}
    if not is_builtin:
        wrong = {name: found for name, text in (("subject", subject), ("body", body)) if (found := _wrong(event, text))}
        wrong |= {name: [_("Please write a text.")] for name, text in (("subject", subject), ("body", body)) if not text.strip()}
    if wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=wrong)
    said = (subject.strip(), body.strip().replace("\r\n", "\n")) if not is_builtin else ("", "")
    row = NoticeText.objects.create(event=event, language=language, subject=said[0], body=said[1], is_builtin=is_builtin, by=by, at=at)
    record(row, "written", before={}, after={"event": event, "language": language, "is_builtin": is_builtin}, why=why, by=by, at=at)
    return row


def preview(row: NoticeText) -> str:
    """How a version reads, with invented data."""
    subject, body = render(row.event, SAMPLE, row.language, None if row.is_builtin else (row.subject, row.body))
    return f"{subject}\n\n{body}"
