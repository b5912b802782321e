"""Every write about officers and about notices, from queue to delivery."""

from .bounces import ENOUGH, take_bounce
from .delivery import Delivered, deliver, retry_dead
from .people import (
    appoint,
    check_powers,
    close_idle_accounts,
    create_officer,
    end_appointment,
    enrol_app,
    expire,
    hash_password,
    is_invented,
    issue_token,
    may_appoint,
    record,
    revoke_token,
    tokens_of,
    update_officer,
)
from .preferences import prefer_notices, preferences_of, unsubscribe, unsubscribe_token, wanted
from .queue import Message, mark_sent, notify, notify_many
from .reach import mark_lost, renew
from .texts import preview, texts_in_force, write_text

__all__ = [
    "ENOUGH",
    "Delivered",
    "Message",
    "appoint",
    "check_powers",
    "close_idle_accounts",
    "create_officer",
    "deliver",
    "end_appointment",
    "enrol_app",
    "expire",
    "hash_password",
    "is_invented",
    "issue_token",
    "mark_lost",
    "mark_sent",
    "may_appoint",
    "notify",
    "notify_many",
    "prefer_notices",
    "preferences_of",
    "preview",
    "record",
    "renew",
    "retry_dead",
    "revoke_token",
    "take_bounce",
    "texts_in_force",
    "tokens_of",
    "unsubscribe",
    "unsubscribe_token",
    "update_officer",
    "wanted",
    "write_text",
]
