"""The only opener of who a reporter is: sealed rows in a schema of their own, read under a role of their own.

Sealing needs the public key, which every process has; opening needs `VAULT_KEY`, which only staff and worker processes have.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from institutions.models import zone_of
from lapor.ground.problems import Refusal
from officers.notices import Addressee

from .models import Complaint


@dataclass(frozen=True, slots=True)
class Identity:
    name: str = ""
    email: str = ""
    phone: str = ""
    represented: str = ""  # on whose behalf, by name
    represented_contact: str = ""

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def _key_id() -> str:
    return str(settings.VAULT_PUBLIC_KEY)[:12]


def sealed(identity: Identity) -> bytes:
    """What is stored of an identity: nobody without `VAULT_KEY` reads it."""
    box = SealedBox(PublicKey(settings.VAULT_PUBLIC_KEY.encode(), Base64Encoder))
    return bytes(box.encrypt(json.dumps(asdict(identity)).encode()))


def put_away(rows: Iterable[tuple[UUID, bytes, datetime]]) -> None:
    """Store many at once: (complaint, sealed identity, time). Insert is all that the application's role may do there."""
    key = _key_id()
    with connection.cursor() as cursor, cursor.copy("COPY vault.identity (complaint_id, key_id, sealed, created_at) FROM STDIN") as copy:
        for complaint_id, box, at in rows:
            copy.write_row((complaint_id, key, box, at))


def seal(complaint_id: UUID, identity: Identity, *, at: datetime) -> None:
    """Put the identity of one report away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault.identity (complaint_id, key_id, sealed, created_at) VALUES (%s, %s, %s, %s)",
            [complaint_id, _key_id(), sealed(identity), at],
        )


def held(complaint_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the complaints that have an identity here; nothing is opened."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_vault")
        cursor.execute("SELECT complaint_id FROM vault.identity WHERE complaint_id = ANY(%s)", [list(complaint_ids)])
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute("RESET ROLE")
    return found


def seal_key(key: bytes) -> bytes:
    """The key of one file, so that only those who hold `VAULT_KEY` can use it."""
    return bytes(SealedBox(PublicKey(settings.VAULT_PUBLIC_KEY.encode(), Base64Encoder)).encrypt(key))


def open_key(sealed_key: bytes) -> bytes:
    """The key of one file. Refuses with `unavailable` where this process has no key, or another one."""
    if not settings.VAULT_KEY:
        raise Refusal("unavailable", _("Files cannot be opened here."))
    try:
        return bytes(SealedBox(PrivateKey(settings.VAULT_KEY.encode(), Base64Encoder)).decrypt(sealed_key))
    except CryptoError as error:
        raise Refusal("unavailable", _("Files cannot be opened here.")) from error


def open_identity(complaint_id: UUID) -> Identity | None:
    """The identity, or None when the reporter left none. Callers log the reading first.

    Refuses with `unavailable` where this process has no key, or another one than the row was sealed with.
    """
    if not settings.VAULT_KEY:
        raise Refusal("unavailable", _("Identities cannot be opened here."))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_vault")
        cursor.execute("SELECT sealed FROM vault.identity WHERE complaint_id = %s ORDER BY id DESC LIMIT 1", [complaint_id])
        row = cursor.fetchone()
        cursor.execute("RESET ROLE")
    if row is None:
        return None
    try:
        opened = SealedBox(PrivateKey(settings.VAULT_KEY.encode(), Base64Encoder)).decrypt(bytes(row[0]))
    except CryptoError as error:
        raise Refusal("unavailable", _("Identities cannot be opened here.")) from error
    return Identity(**json.loads(opened))


def resolve_address(ref: str, _at: datetime) -> Addressee:
    """Where a reporter is reached, behind a notice's opaque reference (`complaint:<uuid>`), opened at delivery: e-mail first."""
    pk = UUID(ref.removeprefix("complaint:"))
    identity = open_identity(pk)
    if identity is None:
        return Addressee()
    region = Complaint.objects.filter(pk=pk).values_list("incident_region_id", flat=True).first()
    channels = (("email", identity.email), ("sms", identity.phone))
    return Addressee(tuple((name, address) for name, address in channels if address), zone_of(region or ""))
