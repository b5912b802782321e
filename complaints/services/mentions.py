"""Who is named in an internal note with an @, and may read it there."""

import re

from django.utils.translation import gettext as _

from institutions.models import ids_of
from officers.models import Appointment, User
from officers.powers import POWERS, Role

from ..workflow import Track
from .plan import Plan
from .reference import OVERSIGHT_CHARGE_ROLES
from .rules import invalid

# An @ inside a word is an e-mail address.
_NAME = re.compile(r"(?<![\w.@])@(\w[\w.+-]*)")
NOTE_ROLES = tuple(role for role in Role if "see_notes" in POWERS[role])


def names_in(text: str) -> list[str]:
    return list(dict.fromkeys(found.rstrip(".-+") for found in _NAME.findall(text)))


def mentioned(plan: Plan) -> list[int]:
    """The ids of the officers named. Refuses names of nobody who may read the notes of this case: the note would not reach them."""
    names, complaint = names_in(plan.text), plan.complaint
    if not names:
        return []
    roles = OVERSIGHT_CHARGE_ROLES if complaint.track == Track.OVERSIGHT else NOTE_ROLES
    here = Appointment.objects.in_force(plan.reference.today).filter(role__in=roles, institution__in=ids_of(complaint.holder.path))
    found = User.objects.filter(username__in=names, is_active=True, pk__in=here.values("user_id"))
    if complaint.reported_institution_id is not None:
        accused = Appointment.objects.in_force(plan.reference.today).filter(institution=complaint.reported_institution_id)
        found = found.exclude(pk__in=accused.values("user_id"))
    readers = {name: pk for name, pk in found.values_list("username", "pk") if pk != complaint.reported_user_id}
    strangers = [name for name in names if name not in readers]
    if strangers:
        sentence = _("Nobody of this name can read notes here: %(names)s. Leave out the @ if no colleague is meant.")
        raise invalid(text=sentence % {"names": ", ".join(f"@{name}" for name in strangers)})
    return [readers[name] for name in names if readers[name] != plan.actor.user_id]
