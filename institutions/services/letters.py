"""Letterheads and the counting of letters."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.db import connection, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from ..models import Institution, LetterCounter, Letterhead
from ..numbers import is_unambiguous, unknown_in
from .change import User, check, holds, invalid, is_system, record, require

TEXTS = ("lines", "address", "city", "code", "pattern", "signer_position", "signer_name", "signer_number")
MOST_LINES = {"lines": 3, "address": 3}
LOGO_BYTES, LOGO_PIXELS, LOGO_SIDE = 5_000_000, 40_000_000, 480
LOGO_FORMATS = ("PNG", "JPEG", "WEBP")


def may_set_letterhead(user: User, institution: Institution) -> bool:
    """Whoever sets policy there or manages the institution's officers."""
    powers = ("set_policy",) if institution.is_national else ("set_policy", "manage_officers")
    return is_system(user) or any(holds(user, power, institution) for power in powers)


@transaction.atomic
def set_letterhead(
    institution: Institution,
    values: Mapping[str, Any],
    *,
    by: AbstractBaseUser,
    at: datetime,
    why: str,
    logo: BinaryIO | File[Any] | None = None,
    drop_logo: bool = False,
) -> Letterhead:
    """A new version of an institution's letterhead; letters already written keep the one they were written under.

    The logo is decoded and drawn anew, so that nothing but its picture is kept. Refuses 403 without policy or officers in
    hand there, 422 for a pattern with unknown placeholders or without serial and year, too many lines, or no picture.
    """
    require(by, institution)
    Institution.objects.select_for_update().get(pk=institution.pk)
    old = Letterhead.objects.filter(institution=institution).order_by("-version").first()
    row = Letterhead(institution=institution, version=old.version + 1 if old else 1, by_id=by.pk, at=at)
    for name in TEXTS:
        setattr(row, name, _tidied(values[name]) if name in values else getattr(old or row, name))
    row.logo = b"" if drop_logo or old is None else bytes(old.logo)
    if logo is not None:
        row.logo = _redrawn(logo)
    _refuse_wrong(row)
    check(row)
    row.save(force_insert=True)
    record(row, "updated" if old else "created", before=_said(old) if old else None, after=_said(row), why=why, by=by, at=at)
    return row


def _tidied(value: Any) -> str:
    lines = (" ".join(line.split()) for line in str(value or "").replace("\x00", "").splitlines())
    return "\n".join(line for line in lines if line)


def _said(row: Letterhead) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TEXTS} | {"logo": sha256(row.logo).hexdigest() if row.logo else ""}


def _refuse_wrong(row: Letterhead) -> None:
    wrong = {}
    if unknown := unknown_in(row.pattern):
        wrong["pattern"] = _("This means nothing here: %(unknown)s. See the list of placeholders.") % {"unknown": ", ".join(unknown)}
    elif not is_unambiguous(row.pattern):
        wrong["pattern"] = _("The pattern needs {urut} and {tahun}, or two letters would get the same number.")
    for name, most in MOST_LINES.items():
        if len(getattr(row, name).splitlines()) > most:
            wrong[name] = _("Please write at most %(most)d lines.") % {"most": most}
    if wrong:
        raise invalid(**wrong)


def _redrawn(file: BinaryIO | File[Any]) -> bytes:
    """The picture as a small PNG without anything else that came with it."""
    raw = file.read(LOGO_BYTES + 1)
    if len(raw) > LOGO_BYTES:
        raise invalid(logo=_("The picture is too large; please send one of at most 5 MB."))
    try:
        with Image.open(BytesIO(raw), formats=LOGO_FORMATS) as image:
            if image.width * image.height > LOGO_PIXELS:
                raise invalid(logo=_("The picture has too many pixels; please make it smaller."))
            drawn = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise invalid(logo=_("This is no picture that we can read. Please send a PNG, JPEG or WebP file.")) from None
    drawn.thumbnail((LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    out = BytesIO()
    clean.save(out, format="PNG", optimize=True)
    return out.getvalue()


_NEXT = f"""
INSERT INTO {LetterCounter._meta.db_table} AS counter (institution_id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (institution_id, year) DO UPDATE SET last = counter.last + 1 RETURNING last
"""  # noqa: S608 - the name of our own table


def claim_serial(institution: Institution, *, year: int) -> int:
    """The next number of the institution's year. The row stays locked to the end of the transaction, and what is rolled back
    is given again: the series has no gaps. Must be called inside the transaction that writes the letter.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a serial is claimed together with its letter")
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [institution.pk, year])
        return int(cursor.fetchone()[0])
