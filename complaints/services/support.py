"""Support from another institution: who holds a report asks for it, the nation grants it by a part of its own (S13), or declines.

The wish is an event with the part as it is meant; what it says is read by the asking desk and the nation. A hub may wish it of its
members while it is heard in a dispute.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from institutions.models import Institution

from ..models import Complaint, Transition
from .plan import Plan
from .rules import desk_target, invalid

WORDS = ("part_title", "part_text")


@dataclass(frozen=True, slots=True)
class Wish:
    """The part that is wished for, as the form of the nation's own step takes it."""

    by: str  # whose desk wishes it
    text: str
    part: dict[str, str]


def ask(plan: Plan) -> None:
    complaint, target = plan.complaint, plan.given["target"]
    hub = advising_hub(plan)
    if hub is not None:
        plan.author = hub
        if not any(target.path.startswith(member) for _hub, member in plan.actor.advises):
            raise invalid(target=_("A hub proposes its own members. Please choose one of them."))
    elif target.path.startswith(complaint.holder.body_path):
        raise invalid(target=_("This is your own institution: please split off the part yourself."))
    desk_target(plan, target, track=complaint.track)
    complaint.is_support_asked = True
    plan.data = {"target": target.pk}
    plan.details = {name: plan.given[name] for name in WORDS} | {"part_for": target.name}


def decline(plan: Plan) -> None:
    plan.complaint.is_support_asked = False


def grant(plan: Plan) -> None:
    """Whatever part the nation splits off is its answer to the wish."""
    if plan.complaint.is_support_asked and plan.actor.has("lower_track"):
        plan.complaint.is_support_asked, plan.reason = False, "asked"


def advising_hub(plan: Plan) -> Institution | None:
    """The hub that an actor speaks for in a dispute of its members; none for a desk."""
    complaint = plan.complaint
    places = [place.path for place in (complaint.disputed_by, complaint.disputed_for) if place is not None]
    ids = (hub for hub, member in plan.actor.advises if any(path.startswith(member) for path in places))
    found = next(ids, None) if complaint.is_disputed else None
    return Institution.objects.get(pk=found) if found is not None else None


def last_wish(complaint: Complaint) -> Transition | None:
    rows = Transition.objects.filter(complaint=complaint, kind="ask_support").select_related("entry__institution")
    return rows.order_by("-seq").first()


def support_asked(complaint: Complaint) -> Wish | None:
    """The wish that the nation has not answered yet."""
    row = last_wish(complaint) if complaint.is_support_asked else None
    if row is None or row.entry.is_erased:
        return None
    target = Institution.objects.get(pk=row.data["target"])
    words = {name: row.entry.details[name] for name in WORDS}
    return Wish(str(row.entry.institution), row.entry.text, {"target": target.slug, "mandatory": "true", **words})
