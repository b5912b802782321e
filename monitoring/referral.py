"""What may follow what in a referral to the Ombudsman (DOMAIN 2.7), and which deadline each step moves.

How to read a row of `REFERRAL_STEPS`: the step may be taken while the referral is in one of `sources` and leads to `target`
(empty: the stage stays). `who` takes it; `needs` must be given, `wants` may be. `starts` and `stops` name its deadlines.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONSENT_REQUESTED = "consent_requested", _("The reporter is asked")
    CONFIRMED = "confirmed", _("Referred by the national desk")
    ACCEPTED = "accepted", _("Accepted by the Ombudsman")
    DECLINED = "declined", _("Declined")
    EXAMINATION = "examination", _("Under examination")
    CORRECTIVE_ACTION = "corrective_action", _("Corrective action")
    RECOMMENDATION = "recommendation", _("Recommendation")
    MONITORED = "monitored", _("Monitored")
    CLOSED = "closed", _("Closed")


class Cause(TextChoices):
    OVER_60_DAYS = "over_60_days", _("Not settled in 60 days")
    DEADLOCK = "deadlock", _("Institutions do not agree who is competent")
    REPORTER_REQUEST = "reporter_request", _("Asked by the reporter")
    NATION = "nation", _("Decided by the national desk")


class DeclineReason(TextChoices):
    OUTSIDE_REMIT = "outside_remit", _("Not within the remit of the Ombudsman")
    ALREADY_HANDLED = "already_handled", _("The Ombudsman handles the matter already")
    SETTLED = "settled", _("Settled meanwhile")
    IN_COURT = "in_court", _("Before a court")
    INCOMPLETE = "incomplete", _("Too little is known")


class ReferralOutcome(TextChoices):
    CORRECTED = "corrected", _("The institution put it right")
    FOLLOWED = "followed", _("The recommendation was followed")
    NOT_FOLLOWED = "not_followed", _("The recommendation was not followed")
    NO_FAULT = "no_fault", _("No maladministration was found")
    SETTLED = "settled", _("Settled between the parties")


SYSTEM, NATION, OMBUDSMAN, INSTITUTION = "system", "nation", "ombudsman", "institution"
CORRECTIVE, RECOMMENDED = "ombudsman_corrective", "ombudsman_recommendation"

BEFORE = frozenset({Stage.PROPOSED, Stage.CONSENT_REQUESTED})
ENDED = frozenset({Stage.DECLINED, Stage.CLOSED})
# While it stands here the Ombudsman reads the file of the case.
READABLE = frozenset(Stage) - BEFORE - ENDED


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    sources: frozenset[Stage]
    target: Stage | None
    who: str
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    starts: str = ""
    stops: tuple[str, ...] = ()


S = Stage
_EXAMINED = {S.ACCEPTED, S.EXAMINATION, S.CORRECTIVE_ACTION, S.RECOMMENDATION, S.MONITORED}


def _row(code: str, sources: set[Stage], target: Stage | None, who: str, **more: object) -> Step:
    return Step(code, frozenset(sources), target, who, **more)  # type: ignore[arg-type]


REFERRAL_STEPS: dict[str, Step] = {
    row.code: row
    for row in (
        _row("ask_consent", {S.PROPOSED}, S.CONSENT_REQUESTED, SYSTEM),
        _row("confirm", {S.PROPOSED, S.CONSENT_REQUESTED}, S.CONFIRMED, SYSTEM),
        _row("lapse", {S.PROPOSED}, S.DECLINED, SYSTEM),
        _row("dismiss", {S.PROPOSED}, S.DECLINED, NATION, needs=("reason", "text")),
        _row("accept", {S.CONFIRMED}, S.ACCEPTED, OMBUDSMAN, wants=("text",)),
        _row("decline", {S.CONFIRMED}, S.DECLINED, OMBUDSMAN, needs=("reason", "text")),
        _row("examine", {S.ACCEPTED}, S.EXAMINATION, OMBUDSMAN, wants=("text",)),
        _row("correct", {S.EXAMINATION}, S.CORRECTIVE_ACTION, OMBUDSMAN, needs=("text",), starts=CORRECTIVE),
        _row("record_action", {S.CORRECTIVE_ACTION}, None, INSTITUTION, needs=("text",), stops=(CORRECTIVE,)),
        _row("recommend", {S.CORRECTIVE_ACTION}, S.RECOMMENDATION, OMBUDSMAN, needs=("text",), starts=RECOMMENDED, stops=(CORRECTIVE,)),
        _row("record_report", {S.RECOMMENDATION}, None, INSTITUTION, needs=("text",), stops=(RECOMMENDED,)),
        _row("monitor", {S.CORRECTIVE_ACTION, S.RECOMMENDATION}, S.MONITORED, OMBUDSMAN, wants=("text",), stops=(CORRECTIVE,)),
        _row("close", _EXAMINED, S.CLOSED, OMBUDSMAN, needs=("outcome",), wants=("text",), stops=(CORRECTIVE, RECOMMENDED)),
    )
}
# What the institution does about a deadline that runs for it.
TASKS = {CORRECTIVE: "record_action", RECOMMENDED: "record_report"}

ACTIONS = {
    "propose": _("Propose to the Ombudsman"),
    "ask_consent": _("Ask the reporter"),
    "confirm": _("Confirm"),
    "lapse": _("Let the proposal go"),
    "dismiss": _("Do not refer"),
    "accept": _("Accept the referral"),
    "decline": _("Decline the referral"),
    "examine": _("Begin the examination"),
    "correct": _("Ask for corrective action"),
    "record_action": _("Record the corrective action"),
    "recommend": _("Recommend"),
    "record_report": _("Record the report on the recommendation"),
    "monitor": _("Monitor"),
    "close": _("Close the referral"),
}
SENTENCES = {
    "propose": _("The referral was proposed"),
    "ask_consent": _("The reporter was asked whether the name may go along"),
    "confirm": _("The referral was confirmed"),
    "lapse": _("The proposal fell away: the report was settled before"),
    "dismiss": _("The national desk decided not to refer"),
    "accept": _("The Ombudsman accepted it"),
    "decline": _("The Ombudsman declined it"),
    "examine": _("The examination began"),
    "correct": _("The Ombudsman asked for corrective action"),
    "record_action": _("The institution recorded its corrective action"),
    "recommend": _("The Ombudsman gave a recommendation"),
    "record_report": _("The institution reported on the recommendation"),
    "monitor": _("The Ombudsman monitors what is done"),
    "close": _("The referral was closed"),
}
CLOCK_NAMES = {CORRECTIVE: _("Corrective action"), RECOMMENDED: _("Report on the recommendation")}
