"""The files of editions: asked for, drawn in the background, and given out by an address that ends."""

import hashlib
import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import Limit
from institutions.services import refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .. import access
from ..faces import Document, draw
from ..models import Edition, EditionDownload, EditionFile, FileState, Format
from .life import find, not_found, plan_of
from .making import invalid

SALT = "edition-file"
BATCH = 20
RELATED = ("institution__parent__region", "institution__region")
log = logging.getLogger(__name__)


def kept() -> Any:
    """The private store of drawn files; no address leads into it."""
    return storages["letters"]


def document_of(edition: Edition, *, is_masked: bool, at: datetime) -> Document:
    """What the faces draw; masked, without what stands for fewer than the house tells of."""
    least = Limit.objects.table(timezone.localdate(at))["small_cell"] if is_masked else None
    return Document.of(edition, plan_of(edition), least=least)


def reads_whole(edition: Edition, by: Actor) -> bool:
    return access.sees_whole(by, edition.template, edition.institution_id, edition.institution.path)


# --- asking ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def queue_file(pk: UUID, kind: str, *, by: Actor, at: datetime, language: str = "id") -> EditionFile:
    """Have a file drawn, once for everybody who may have the same; one that failed or may say something old is drawn anew. Refuses 404, 422."""
    refuse_while_read_only()
    edition = find(pk, by)
    if kind not in Format.values:
        raise invalid(format=_("There is no such format."))
    if language not in dict(settings.LANGUAGES):
        raise invalid(language=_("There is no such language."))
    same = {"edition": edition, "format": kind, "language": language, "is_masked": not reads_whole(edition, by), "state_of_edition": edition.state}
    row, is_new = EditionFile.objects.get_or_create(**same, defaults={"asked_at": at, "next_try_at": at, "by_id": by.user_id})
    stale = [FileState.FAILED, *([FileState.READY] if edition.state in access.PLANNED else [])]  # while the plan is written a file ages
    if not is_new and row.state in stale:
        EditionFile.objects.filter(pk=row.pk, state__in=stale).update(state=FileState.QUEUED, tries=0, progress=0, next_try_at=at, asked_at=at)
        row.refresh_from_db()
    return row


# --- drawing --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def _claim(at: datetime, limits: dict[str, int]) -> EditionFile | None:
    """The next file that nobody draws, claimed under a name of its own: whoever was thought dead and is not can finish nothing any more."""
    claim = timedelta(seconds=limits["edition_claim_seconds"])
    dead = EditionFile.objects.filter(state=FileState.WORKING, claimed_at__lte=at - claim, tries__gte=limits["edition_tries"])
    dead.update(state=FileState.FAILED, progress=0, claim=None)  # it kills whoever draws it
    rows = EditionFile.objects.waiting(at, claim=claim).order_by("next_try_at", "pk")
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return None
    row.state, row.claim, row.claimed_at, row.progress, row.tries = FileState.WORKING, uuid.uuid4(), at, 10, row.tries + 1
    row.save(update_fields=["state", "claim", "claimed_at", "progress", "tries"])
    return row


def _mine(row: EditionFile) -> Any:
    return EditionFile.objects.filter(pk=row.pk, claim=row.claim, state=FileState.WORKING)


def _draw(row: EditionFile, at: datetime) -> bool:
    """Draw and keep one; visible step by step. Says whether it was still ours to finish."""
    edition = Edition.objects.select_related(*RELATED).get(pk=row.edition_id)
    document = document_of(edition, is_masked=row.is_masked, at=at)
    _mine(row).update(progress=30)
    raw = draw(document, row.format, row.language)
    _mine(row).update(progress=80)
    sha = hashlib.sha256(raw).hexdigest()
    name = kept().save(f"editions/{edition.pk}/{sha}.{row.format}", ContentFile(raw))
    done = _mine(row).update(state=FileState.READY, progress=100, name=name, sha256=sha, size=len(raw), ready_at=at, claim=None)
    return bool(done)


def _failed(row: EditionFile, at: datetime, limits: dict[str, int]) -> None:
    wait = timedelta(minutes=limits["edition_retry_minutes"]) * 2 ** min(row.tries - 1, 8)
    is_over = row.tries >= limits["edition_tries"]
    _mine(row).update(state=FileState.FAILED if is_over else FileState.QUEUED, next_try_at=at + wait, progress=0, claim=None)


def draw_files(*, at: datetime, limit: int = BATCH, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Draw what waits. Safe side by side; what a killed worker held is taken up again when its time is over."""
    limits, counts = Limit.objects.table(timezone.localdate(at)), {"drawn": 0, "failed": 0}
    for _count in range(limit):
        row = _claim(at, limits)
        if row is None:
            break
        try:
            counts["drawn"] += _draw(row, at)
        except Exception as fault:  # noqa: BLE001 - one file that cannot be drawn must not stop the others
            log.error("a file of an evaluation report could not be drawn: %s", type(fault).__name__)
            _failed(row, at, limits)
            counts["failed"] += 1
        progress(1)
    return counts


# --- giving out -----------------------------------------------------------------------------------------------------------


def files_of(edition: Edition, by: Actor) -> list[EditionFile]:
    """The files of the edition that this reader may have, as it stands now."""
    return list(edition.files.filter(is_masked=not reads_whole(edition, by), state_of_edition=edition.state).order_by("format", "language"))


def ticket(file: EditionFile, *, by: Actor, at: datetime) -> str:
    """What the address of a file carries: for this reader, for a while."""
    until = at + timedelta(minutes=Limit.objects.table(timezone.localdate(at))["edition_link_minutes"])
    return signing.dumps([str(file.pk), by.user_id, until.timestamp()], salt=SALT, compress=True)


@transaction.atomic
def open_file(token: str, *, by: Actor, at: datetime) -> tuple[EditionFile, bytes]:
    """The file behind an address; that it was taken is on record before it leaves.

    Refuses 404 for an address that ended, was made for somebody else or leads to what the reader may not have any more.
    """
    refuse_while_read_only()
    try:
        pk, user, until = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise not_found() from None
    row = EditionFile.objects.select_related("edition__institution").filter(pk=pk, state=FileState.READY).first()
    if row is None or user != by.user_id or at.timestamp() > until:
        raise not_found()
    edition = find(row.edition_id, by)
    if not row.is_masked and not reads_whole(edition, by):
        raise not_found()
    role = access.role_in(by, access.READ, edition.template, edition.institution_id, edition.institution.path)
    EditionDownload.objects.create(file=row, by_id=by.user_id, at=at, as_role=role, sha256=row.sha256)
    with kept().open(row.name) as file:
        raw = bytes(file.read())
    if hashlib.sha256(raw).hexdigest() != row.sha256:
        raise Refusal("unavailable", _("The file is not the one that was drawn. Please tell the operators."))
    return row, raw
