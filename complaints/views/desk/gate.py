"""Who gets to the desk, how a case is found there, and the way back to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lapor.ground.actor import Actor
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal

from ... import policy, services
from ...models import Complaint, with_thread
from ..shared import actor_of, number_of

DESK_ACTS = (
    "see",
    "see_public",
    "see_notes",
    "see_identity",
    "take",
    "assign",
    "note",
    "edit",
    "letter",
    "sheet",
    "file",
    "opinion",
    *services.ACTS,
    *services.AVAILABLE,
)
# What nearly every case has. The rest is read when it is there: planning more joins takes longer than they save.
RELATED = ("holder__parent", "topic", "assignee", "incident_region", "target_institution")
CASE = PreparedModels(lambda number: Complaint.objects.select_related(*RELATED).filter(tracking_id=number), "LPR-0000-0000-0")


def find_case(request: HttpRequest, tracking_id: str, *, full: bool = False, is_sent: bool = False) -> Complaint:
    """The case as this officer may know it; 404 and 403 as everywhere. Of what was sent (`is_sent`) the service judges itself:
    it tells whoever had the case until now that it moved on."""
    rows = CASE(number_of(tracking_id))
    found = rows[0].answering(actor_of(request)) if rows else None
    if found is None or not (found.knows or is_sent):
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    if not (found.may("see") or is_sent):
        raise Refusal("forbidden", _("You may know of this report but not read it."))
    return with_thread(found) if full else found


def require_desk(actor: Actor) -> None:
    if not (policy.may("desk", actor) or policy.may("desk_oversight", actor) or actor.has("oversee") or actor.advises):
        raise Refusal(
            "forbidden", _("You have no appointment in force that lets you work on reports. Please ask whoever manages officers in your institution.")
        )


def back(request: HttpRequest, tracking_id: str, refusal: Refusal | None, done: str) -> HttpResponse:
    """To the case again, with what was refused or done as a message."""
    if refusal is not None and refusal.code not in {"invalid", "conflict"}:
        raise refusal
    if refusal is not None:
        texts = [str(text) for found in refusal.fields.values() for text in found]
        messages.error(request, " ".join(texts) or str(refusal))
    else:
        messages.success(request, done)
    return redirect("desk-case", tracking_id=tracking_id)
