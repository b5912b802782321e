"""What an officer decides about the priority issues of a report."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lapor.ground.problems import Refusal

from .. import services
from .desk.gate import back, find_case
from .shared import actor_of, at_of


@login_required
@require_POST
def decide(request: HttpRequest, tracking_id: str) -> HttpResponse:
    """Confirm or add an issue, or say that it does not apply."""
    complaint, refused = find_case(request, tracking_id), None
    is_away = "lepas" in request.POST
    issue = request.POST.get("lepas" if is_away else "isu", "")
    try:
        (services.untag if is_away else services.tag)(complaint.pk, issue=issue, by=actor_of(request), at=at_of(request))
    except Refusal as refusal:
        refused = refusal
    done = _("The issue does not apply to this report; it is not counted under it.") if is_away else _("The report is counted under this issue now.")
    return back(request, tracking_id, refused, done)
