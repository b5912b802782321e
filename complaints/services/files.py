"""Files: stored sealed before any step, linked by one, cleaned by a sweep, and swept away when nothing links them."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _
from nacl.secret import SecretBox

from lapor.ground import clamd
from lapor.ground.problems import Refusal, StoreAway

from .. import cleaning, vault
from ..models import REFUSALS, Upload, UploadQuerySet
from .quota import spend
from .reference import Reference

Progress = Callable[[int], None]
State = Upload.State


def original_storage() -> Any:
    return storages["vault"]


def throttle_upload(client: str, *, at: datetime, reference: Reference) -> None:
    """Count one file of a client; refuses 429 above the limit of the policy row."""
    sentence = _("Too many files from this connection. Please wait %(minutes)d minutes and try again.")
    limits = reference.limits
    spend(f"upload:client:{client}", most=limits["uploads_per_client"], minutes=limits["upload_client_minutes"], sentence=sentence, at=at)


def store_upload(content: bytes, *, at: datetime, reference: Reference) -> Upload:
    """Keep a file, sealed, until a step links it. Nothing of its name or of who sent it is kept.

    Refuses 422 what is empty, too large, or of no kind on the list; told by its content.
    """
    limit = reference.limits["file_bytes_max"]
    if not content:
        raise _wrong(_("This file is empty."))
    if len(content) > limit:
        raise _wrong(_("This file has %(size)d MB; %(limit)d MB can be taken. Please send it in a smaller size.") % _megabytes(len(content), limit))
    found = cleaning.kind_of(content)
    if found is None:
        raise _wrong(str(REFUSALS["kind"]))
    kind, extension = found
    key = secrets.token_bytes(SecretBox.KEY_SIZE)
    row = Upload(kind=kind, extension=extension, size=len(content), sha256=hashlib.sha256(content).hexdigest(), sealed_key=vault.seal_key(key), created_at=at)
    original_storage().save(row.original_path, ContentFile(bytes(SecretBox(key).encrypt(content))))
    row.save(force_insert=True)
    return row


def _megabytes(size: int, limit: int) -> dict[str, int]:
    return {"size": -(-size // 1_000_000), "limit": limit // 1_000_000}


def _wrong(text: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={"files": [text]})


# --- the sweep --------------------------------------------------------------------------------------------------------


def clean_uploads(*, at: datetime, limit: int = 1000, progress: Progress = lambda _n: None) -> dict[str, int]:
    """Make the copies that wait, each claimed for a while: killed at any point, the file is taken up again later."""
    reference, counts = Reference(at), {"clean": 0, "refused": 0, "waiting": 0}
    for _turn in range(limit):
        row = _claim(at, reference.limits)
        if row is None:
            break
        try:
            counts[_settle(row, at, reference.limits)] += 1
        except StoreAway:
            counts[_wait(row)] += 1
        progress(1)
    return counts


@transaction.atomic
def _claim(at: datetime, limits: dict[str, int]) -> Upload | None:
    free = Upload.objects.filter(state=State.WAITING).exclude(claimed_until__gt=at)
    row = free.select_for_update(skip_locked=True).order_by("created_at").first()
    if row is None:
        return None
    row.tries += 1
    row.claimed_until = at + timedelta(seconds=limits["clean_claim_seconds"])
    row.save(update_fields=["tries", "claimed_until"])
    return row


def _settle(row: Upload, at: datetime, limits: dict[str, int]) -> str:
    if row.tries > limits["clean_tries"]:
        return _refuse(row, "unreadable", at)
    content = open_original(row)
    verdict = clamd.scan(content)
    if verdict is None:
        return _wait(row)
    if verdict:
        return _refuse(row, "virus", at)
    made = cleaning.clean(
        content, row.kind, row.extension,
        seconds=limits["clean_seconds"], megabytes=limits["clean_megabytes"], pixels=limits["file_pixels_max"], playing=limits["file_seconds_max"],
    )  # fmt: skip
    if made.refusal:
        return _refuse(row, made.refusal if made.refusal in REFUSALS else "unreadable", at)
    _keep(row.clean_path, made.copy)
    if made.thumbnail:
        _keep(row.thumbnail_path, made.thumbnail)
    row.state, row.cleaned_at, row.clean_size, row.has_thumbnail, row.claimed_until = State.CLEAN, at, len(made.copy), bool(made.thumbnail), None
    row.save(update_fields=["state", "cleaned_at", "clean_size", "has_thumbnail", "claimed_until"])
    return str(State.CLEAN)


def _wait(row: Upload) -> str:
    """The scanner or the store does not answer: nothing is shown unscanned, and it is no fault of the file."""
    row.tries -= 1
    row.save(update_fields=["tries"])
    return str(State.WAITING)


def _keep(path: str, content: bytes) -> None:
    """Under exactly this name: what a killed try left there is replaced."""
    storages["default"].save(path, ContentFile(content))


def _refuse(row: Upload, reason: str, at: datetime) -> str:
    if reason == "virus":
        original_storage().delete(row.original_path)
    row.state, row.reason, row.cleaned_at, row.claimed_until = State.REFUSED, reason, at, None
    row.save(update_fields=["state", "reason", "cleaned_at", "claimed_until"])
    return str(State.REFUSED)


def open_original(row: Upload) -> bytes:
    """The file as it was sent, for the worker that cleans it. Refuses `unavailable` where this process has no key."""
    with original_storage().open(row.original_path) as file:
        return bytes(SecretBox(vault.open_key(bytes(row.sealed_key))).decrypt(file.read()))


def open_copy(rows: UploadQuerySet, *, is_small: bool) -> tuple[bytes, str, bool]:
    """(content, name, whether it is a picture that we made ourselves) of the cleaned copy of one file. Refuses 404 where there is none."""
    row = rows.clean().first()
    if row is None:
        raise Refusal("not_found", _("There is no such file, or you may not see it."))
    small = is_small and row.has_thumbnail
    with storages["default"].open(row.thumbnail_path if small else row.clean_path) as file:
        name = f"{row.name.rpartition('.')[0]}.webp" if small else row.name
        return file.read(), name, row.kind == Upload.Kind.IMAGE


def drop_orphans(*, at: datetime) -> int:
    """Delete the files that no step linked in time; says how many."""
    old = at - timedelta(hours=Reference(at).limits["upload_orphan_hours"])
    gone = 0
    for row in Upload.objects.filter(complaint=None, created_at__lt=old).order_by("created_at")[:1000]:
        with transaction.atomic():
            if not Upload.objects.filter(pk=row.pk, complaint=None).delete()[0]:
                continue  # linked this very moment
        for storage, path in ((original_storage(), row.original_path), (storages["default"], row.clean_path), (storages["default"], row.thumbnail_path)):
            storage.delete(path)
        gone += 1
    return gone


def link(rows: Sequence[Upload], complaint_id: UUID, transition_id: int) -> None:
    """Bind files to the event of a step. Refuses 409 when another step was first."""
    if not rows:
        return
    changed = Upload.objects.filter(pk__in=[row.pk for row in rows], complaint=None).update(complaint_id=complaint_id, transition_id=transition_id)
    if changed != len(rows):
        raise Refusal("conflict", _("One of the files is not here any more. Please choose it again."))
