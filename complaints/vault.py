"""The only opener of who a reporter is: sealed rows in a schema of their own, read under a role of their own.

Sealing needs the public key, which every process has; opening needs `VAULT_KEY`, which only staff and worker processes have.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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


def _box(values: Mapping[str, str]) -> bytes:
    box = SealedBox(PublicKey(settings.VAULT_PUBLIC_KEY.encode(), Base64Encoder))
    return bytes(box.encrypt(json.dumps(values).encode()))


def sealed(identity: Identity) -> bytes:
    """What is stored of an identity: nobody without `VAULT_KEY` reads it."""
    return _box(asdict(identity))


def put_away(rows: Iterable[tuple[UUID, bytes, datetime]]) -> None:
    """Store many at once: (complaint, sealed identity, time). Insert is all that the application's role may do there."""
    key = _key_id()
    with connection.cursor() as cursor, cursor.copy("COPY vault.identity (complaint_id, key_id, sealed, created_at) FROM STDIN") as copy:
        for complaint_id, box, at in rows:
            copy.write_row((complaint_id, key, box, at))


def seal(complaint_id: UUID, identity: Identity, *, at: datetime) -> None:
    """Put the identity of one report away."""
    amend(complaint_id, asdict(identity), at=at)


def amend(complaint_id: UUID, values: Mapping[str, str], *, at: datetime) -> None:
    """Put another value of some fields away above what is there: this needs no key. `settle` melts the layers into one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault.identity (complaint_id, key_id, sealed, created_at) VALUES (%s, %s, %s, %s)",
            [complaint_id, _key_id(), _box(values), at],
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


def _opened(rows: Iterable[tuple[bytes]]) -> Identity:
    """The layers, oldest first, as one: what a later one says counts."""
    box, found = SealedBox(PrivateKey(settings.VAULT_KEY.encode(), Base64Encoder)), Identity()
    try:
        for (layer,) in rows:
            found = replace(found, **json.loads(box.decrypt(bytes(layer))))
    except CryptoError as error:
        raise Refusal("unavailable", _("Identities cannot be opened here.")) from error
    return found


def _need_key() -> None:
    if not settings.VAULT_KEY:
        raise Refusal("unavailable", _("Identities cannot be opened here."))


def open_identity(complaint_id: UUID, *, before: datetime | None = None) -> Identity | None:
    """The identity (as it was before a time), or None when the reporter left none. Callers log the reading first.

    Refuses with `unavailable` where this process has no key, or another one than the row was sealed with.
    """
    _need_key()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_vault")
        cursor.execute(
            "SELECT sealed FROM vault.identity WHERE complaint_id = %s AND created_at < coalesce(%s, 'infinity'::timestamptz) ORDER BY id",
            [complaint_id, before],
        )
        rows = cursor.fetchall()
        cursor.execute("RESET ROLE")
    return _opened(rows) if rows else None


def settle(complaint_id: UUID) -> None:
    """Make one layer of several, so that what was replaced is there no more. The complaint is locked by the caller."""
    _need_key()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lapor_vault")
        cursor.execute("SELECT sealed, id, created_at FROM vault.identity WHERE complaint_id = %s ORDER BY id", [complaint_id])
        rows = cursor.fetchall()
        if len(rows) > 1:
            whole = sealed(_opened(row[:1] for row in rows))
            cursor.execute(
                "INSERT INTO vault.identity (complaint_id, key_id, sealed, created_at) VALUES (%s, %s, %s, %s)", [complaint_id, _key_id(), whole, rows[-1][2]]
            )
            cursor.execute("DELETE FROM vault.identity WHERE id = ANY(%s)", [[row[1] for row in rows]])
        cursor.execute("RESET ROLE")


def resolve_address(ref: str, _at: datetime) -> Addressee:
    """Where a reporter is reached, behind a notice's opaque reference, opened at delivery: e-mail first.

    `complaint:<uuid>` is the contact as it is now; `former:<uuid>:<time>` is what it was before it was changed at that time.
    """
    kind, _colon, rest = ref.partition(":")
    key, _colon, time = rest.partition(":")
    pk = UUID(key)
    identity = open_identity(pk, before=datetime.fromisoformat(time) if kind == "former" else None)
    if identity is None:
        return Addressee()
    region = Complaint.objects.filter(pk=pk).values_list("incident_region_id", flat=True).first()
    channels = (("email", identity.email), ("sms", identity.phone))
    return Addressee(tuple((name, address) for name, address in channels if address), zone_of(region or ""))
