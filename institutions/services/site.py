"""Banners and the read-only switch, and what every page, worker and write asks of them: kept in the process for a few seconds."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import caches
from django.db import Error, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import UNKNOWN_SECONDS, Change, ReadOnlySwitch, SiteBanner
from .change import invalid, is_system, remove, require, store

NOW, LAST = "site:now", "site:last"


@dataclass(frozen=True, slots=True)
class Site:
    """How the whole site stands."""

    banners: tuple[SiteBanner, ...] = ()
    read_only: ReadOnlySwitch | None = None


def site_now() -> Site:
    """How the site stands, at most `SITE_SECONDS` ago. While the database is away, as it was last known."""
    memory = caches["site"]
    known: Site | None = memory.get(NOW)
    if known is None:
        try:
            known = _read()
        except Error:
            known = memory.get(LAST) or Site()
        memory.set(NOW, known)
        memory.set(LAST, known, timeout=None)
    return known


def _read() -> Site:
    newest = ReadOnlySwitch.objects.order_by("-pk").first()
    banners = tuple(SiteBanner.objects.not_over(timezone.now()))
    return Site(banners, newest if newest is not None and newest.is_on else None)


def forget_site() -> None:
    """Ask the database the next time: in this process at once, in the others when their few seconds are over."""
    caches["site"].delete(NOW)


def refusal_while_read_only(switch: ReadOnlySwitch | None) -> Refusal:
    """503 with the time after which it is worth trying again; None: nobody turned the switch, the database itself takes nothing."""
    extra = {"until": switch.until.isoformat()} if switch is not None and switch.until else {}
    seconds = switch.retry_seconds(timezone.now()) if switch is not None else UNKNOWN_SECONDS
    sentence = _("The system can only be read right now. Nothing was stored; please send it again later.")
    return Refusal("read_only", sentence, retry_after=seconds, extra=extra)


def refuse_while_read_only() -> None:
    """Asked by whatever writes about a case. Refuses 503."""
    switch = site_now().read_only
    if switch is not None:
        raise refusal_while_read_only(switch)


# --- writes -----------------------------------------------------------------------------------------------------------


def set_banner(banner: SiteBanner, *, by: AbstractBaseUser, at: datetime, why: str) -> Change:
    """Put up or alter a banner. Refuses 403 without policy in hand, 422 field by field."""
    require(by, None)
    change = store(banner, by=by, at=at, why=why)
    transaction.on_commit(forget_site)
    return change


def remove_banner(banner: SiteBanner, *, by: AbstractBaseUser, at: datetime, why: str) -> Change:
    """Take a banner away for good. Refuses 403 without policy in hand."""
    require(by, None)
    change = remove(banner, by=by, at=at, why=why)
    transaction.on_commit(forget_site)
    return change


@transaction.atomic
def set_read_only(
    is_on: bool, *, by: AbstractBaseUser, at: datetime, reason: str = "", until: datetime | None = None, ticket: str = ""
) -> ReadOnlySwitch:  # fmt: skip
    """Turn the switch. Refuses 403 everybody but the system, 422 without a reason or with an end that has passed."""
    if not is_system(by):
        raise Refusal("forbidden", _("You may not change this."))
    if is_on and not reason.strip():
        raise invalid(reason=_("Say why."))
    if until is not None and until <= at:
        raise invalid(until=_("This time has passed already."))
    row = ReadOnlySwitch.objects.create(
        is_on=is_on, reason=reason.strip()[:400], until=until if is_on else None, ticket=ticket.strip()[:200], by_id=by.pk, at=at
    )
    transaction.on_commit(forget_site)
    return row
