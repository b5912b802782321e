"""Whether somebody behind an opaque reference can still be reached: learned from the way out, forgotten when the address changes."""

import re
from datetime import datetime
from smtplib import SMTPRecipientsRefused

from django.db.models import Q

from ..models import Reach

# RFC 3463, the second figure of a status: what is wrong with the system, the protocol, the content or the policy is not the address.
NOT_THE_ADDRESS = frozenset("3567")
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.\d{1,3}\b")


def is_lost(status: str) -> bool:
    """Whether a status of RFC 3463 (5.1.1) says that the address itself will never take a mail."""
    found = STATUS.search(status)
    return found is not None and found[1] == "5" and found[2] not in NOT_THE_ADDRESS


def blames_address(error: Exception) -> bool:
    """Whether a server refused the recipient for a reason that lies with the address; without a status of RFC 3463 it does."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    found = [STATUS.search(text.decode("ascii", "replace")) for _code, text in error.recipients.values()]
    return not [one for one in found if one is not None and one[2] in NOT_THE_ADDRESS]


def is_refused(error: Exception) -> bool:
    """Whether it refused for good (RFC 5321: 5yz)."""
    return blames_address(error) and isinstance(error, SMTPRecipientsRefused) and all(code // 100 == 5 for code, _text in error.recipients.values())


def mark_lost(address_ref: str, channel: str, *, sent_at: datetime, at: datetime, cause: Reach.Cause) -> bool:
    """Keep that the address fails, unless it is known to, or is another one since that message was sent. Says whether it is news."""
    row, _is_new = Reach.objects.get_or_create(address_ref=address_ref, channel=channel)
    rows = Reach.objects.filter(Q(changed_at=None) | Q(changed_at__lte=sent_at), pk=row.pk, failed_at=None)
    return bool(rows.update(failed_at=at, cause=cause))


def renew(address_ref: str, channel: str, *, former_ref: str, at: datetime) -> None:
    """The address of this channel is another one from now on: what was known of the old one stays with the old one's reference."""
    known = Reach.objects.filter(address_ref=address_ref, channel=channel)
    known.filter(failed_at__isnull=False).update(address_ref=former_ref)
    Reach.objects.update_or_create(address_ref=address_ref, channel=channel, defaults={"changed_at": at})
