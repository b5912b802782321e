"""What officers are told of evaluation reports: made, submitted, sent back, accepted, nearly due, late."""

from django.utils.translation import gettext_lazy as _

from officers.notices import register

_LOOK = _("You find it here: %(desk_url)s")

register(
    "edition_made",
    subject=_("Evaluation report to review: %(holder)s, %(period)s"),
    body=(_("The evaluation report of %(holder)s for %(period)s was made. It is due on %(due)s; please review it."), _LOOK),
)
register(
    "edition_submitted",
    subject=_("Evaluation report submitted: %(holder)s, %(period)s"),
    body=(_("%(holder)s submitted the evaluation report for %(period)s. Please accept it or send it back with what is missing."), _LOOK),
)
register(
    "edition_revision_requested",
    subject=_("Evaluation report sent back: %(holder)s, %(period)s"),
    body=(_("The evaluation report of %(holder)s for %(period)s was sent back for revision. The reason stands beside it."), _LOOK),
)
register(
    "edition_accepted",
    subject=_("Evaluation report accepted: %(holder)s, %(period)s"),
    body=(_("The evaluation report of %(holder)s for %(period)s was accepted."), _LOOK),
)
register(
    "edition_due",
    subject=_("Evaluation report due on %(due)s: %(holder)s, %(period)s"),
    body=(_("The evaluation report of %(holder)s for %(period)s is due on %(due)s and is not submitted yet."), _LOOK),
)
register(
    "edition_late",
    subject=_("Evaluation report overdue: %(holder)s, %(period)s"),
    body=(_("The evaluation report of %(holder)s for %(period)s was due on %(due)s and is not submitted. Lateness is measured."), _LOOK),
)
