"""What an officer wants to be told at once, once a day or not at all, as far as the office allows."""

from collections.abc import Mapping

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground.problems import Refusal

from ..models import NoticePreference
from ..notices import AT_ONCE, GROUPS, OFF

SALT = "officers.unsubscribe"


def preferences_of(user_id: int) -> dict[str, str]:
    """group -> choice, of every group."""
    chosen = dict(NoticePreference.objects.filter(user_id=user_id).values_list("group", "choice"))
    return {group: chosen.get(group, AT_ONCE) if chosen.get(group) in choices else AT_ONCE for group, (_name, choices) in GROUPS.items()}


@transaction.atomic
def prefer_notices(user_id: int, chosen: Mapping[str, str]) -> None:
    """Keep an officer's choices. Refuses an unknown group, and a choice that the group does not allow."""
    for group, choice in chosen.items():
        if group not in GROUPS or choice not in GROUPS[group][1]:
            raise Refusal("invalid", _("Please check the marked fields."), fields={group: [_("This notice cannot be switched off.")]})
        NoticePreference.objects.update_or_create(user_id=user_id, group=group, defaults={"choice": choice})


def unsubscribe_token(user_id: int, group: str) -> str:
    """What a link needs to switch one group off; "" where that is not allowed."""
    return signing.dumps([user_id, group], salt=SALT) if group and OFF in GROUPS[group][1] else ""


def _read(token: str) -> tuple[int, str]:
    try:
        user_id, group = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Refusal("not_found", _("This address does not exist.")) from error
    return user_id, group


def wanted(token: str) -> str:
    """The group that a link switches off. Refuses a link that we did not sign."""
    return _read(token)[1]


def unsubscribe(token: str) -> str:
    """Switch a group off by its signed link; doing it twice is as good as once. Says which group."""
    user_id, group = _read(token)
    prefer_notices(user_id, {group: OFF})
    return group
