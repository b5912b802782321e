"""The dossiers of referred cases: made by themselves, sealed, never replaced; and the readings of the Ombudsman, which are on record."""

import logging
import secrets
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from nacl.secret import SecretBox

from complaints import vault
from complaints.models import Complaint, Reading, Transition
from complaints.vault import Identity
from complaints.workflow import TransferConsent
from institutions.services import refuse_while_read_only
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..dossier import PDF_NAME, bundle, digest, gather
from ..models import Dossier, Referral
from .referral import not_found

BATCH = 50
log = logging.getLogger(__name__)


def read_transferred(complaint: Complaint, *, by: Actor, at: datetime) -> Identity | None:
    """Who the reporter is, for the Ombudsman, once the reporter agreed; the reading is on record before the value leaves.

    Refuses 403 without that consent.
    """
    if complaint.transfer_consent != TransferConsent.GRANTED:
        raise Refusal("forbidden", _("The reporter has not agreed that the name goes to the Ombudsman."))
    Reading.objects.create(complaint=complaint, by_id=by.user_id, at=at, what="identity", reason="referral")
    return vault.open_identity(complaint.pk)


def log_reading(referral: Referral, what: str, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Put on record that the Ombudsman read something of a referred case. Refuses 503 where nothing can be written: then nothing is shown."""
    refuse_while_read_only()
    Reading.objects.create(complaint_id=referral.complaint_id, by_id=by.user_id, at=at, what=what, reason=reason[:200])


# --- making ---------------------------------------------------------------------------------------------------------------


def _counted(rows: QuerySet[Transition], by: str) -> Coalesce:
    number = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), Value(0))


def outdated() -> QuerySet[Referral]:
    """Referrals in the Ombudsman's hands with no dossier, or with more events of the case than the last one holds."""
    own = _counted(Transition.objects.filter(complaint=OuterRef("complaint_id")), "complaint")
    parts = _counted(Transition.objects.filter(complaint__lead=OuterRef("complaint_id")), "complaint__lead")
    last = Dossier.objects.filter(referral=OuterRef("pk")).order_by().values("referral").annotate(most=Max("events")).values("most")
    rows = Referral.objects.readable().annotate(told=Subquery(last, output_field=IntegerField()), happened=own + parts)
    return rows.filter(Q(told__isnull=True) | Q(happened__gt=F("told"))).order_by("confirmed_at", "pk")


def _identity(complaint: Complaint, *, by: Actor, at: datetime) -> tuple[Identity | None, str]:
    """(the identity where the reporter agreed, why there is none)."""
    if complaint.transfer_consent != TransferConsent.GRANTED:
        return None, complaint.transfer_consent or ("anonymous" if complaint.is_anonymous else "none")
    found = read_transferred(complaint, by=by, at=at)
    return found, "" if found else "none"


@transaction.atomic
def _make_one(pk: UUID, *, by: Actor, at: datetime) -> Dossier | None:
    """The next version, unless somebody made it or is making it: the referral stays locked, and is asked again under the lock."""
    if not Referral.objects.select_for_update(skip_locked=True).filter(pk=pk).exists():
        return None
    referral = outdated().filter(pk=pk).first()
    if referral is None:
        return None
    complaint = Complaint.objects.get(pk=referral.complaint_id)
    version = (referral.dossiers.aggregate(last=Max("version"))["last"] or 0) + 1
    identity, why = _identity(complaint, by=by, at=at)
    content = gather(referral, version=version, at=at, identity=identity, why_no_identity=why)
    raw, index = bundle(content, identifier=secrets.token_bytes(16))
    key = secrets.token_bytes(SecretBox.KEY_SIZE)
    name = storages["vault"].save(f"dossiers/{referral.pk}/{version}-{secrets.token_hex(8)}", ContentFile(bytes(SecretBox(key).encrypt(raw))))
    return Dossier.objects.create(
        referral=referral, version=version, made_at=at, events=len(content.events), has_identity=identity is not None, sha256=digest(raw), size=len(raw),
        manifest=index, name=name, sealed_key=vault.seal_key(key),
    )  # fmt: skip


def make_dossiers(*, by: Actor, at: datetime, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Make every dossier that is due. Safe side by side and when killed: each version is one transaction."""
    counts = {"dossiers": 0, "failed": 0}
    for pk in list(outdated().values_list("pk", flat=True)[:BATCH]):
        try:
            counts["dossiers"] += _make_one(pk, by=by, at=at) is not None
        except Exception as fault:  # noqa: BLE001 - one dossier that cannot be made must not stop the others; the next sweep tries it again
            log.error("a dossier could not be made: %s", type(fault).__name__)
            counts["failed"] += 1
        progress(1)
    return counts


# --- reading --------------------------------------------------------------------------------------------------------------


def open_dossier(pk: UUID, version: int, *, by: Actor, at: datetime, is_pdf: bool = False) -> bytes:
    """A dossier as it was sealed, or the PDF in it, for the Ombudsman; the reading is on record first.

    Refuses 404 without one, 403 to everybody else and when the file is closed to them, 503 where this process has no key.
    """
    row = Dossier.objects.select_related("referral").filter(referral__in=Referral.objects.known_to(by), referral=pk, version=version).first()
    if row is None:
        raise not_found()
    if not (by.has("oversee") and row.referral.is_readable):
        raise Refusal("forbidden", _("The dossier is open to the Ombudsman while it handles the case."))
    with transaction.atomic():
        log_reading(row.referral, "dossier", by=by, at=at, reason=str(version))
    with storages["vault"].open(row.name) as file:
        raw = bytes(SecretBox(vault.open_key(bytes(row.sealed_key))).decrypt(file.read()))
    if digest(raw) != row.sha256:
        raise Refusal("unavailable", _("The file is not the one that was sealed. Please tell the operators."))
    if not is_pdf:
        return raw
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return archive.read(PDF_NAME)
