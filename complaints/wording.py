"""The words for what happens to a report: a sentence for each event, a button for each step, what comes next in each state, and when."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .workflow import OnBehalf, Referral, State, Track

ANSWERED = frozenset({State.AWAITING_REPORTER, State.REPORTER_REPLIED, State.CLOSED, State.ARCHIVED})

# One plain sentence per kind of event, as everybody reads it in the history.
SENTENCES = {
    "submit": _("The report was received."),
    "pend": _("The reporter was asked to complete the report."),
    "complete": _("The reporter completed the report."),
    "lapse": _("The time to complete the report ran out."),
    "dispose_to_institution": _("The report was sent to the competent institution."),
    "dispose_to_unit": _("The report was sent to the competent unit."),
    "handle": _("The institution took the report in hand itself."),
    "return_upward": _("The report was moved on to find the right body."),
    "return_to_admin": _("The unit gave the report back to its institution's desk."),
    "redispose": _("The report was moved to another unit."),
    "respond": _("An initial response was given."),
    "progress": _("A progress note was given."),
    "answer": _("A final follow-up was given."),
    "reply": _("The reporter replied."),
    "confirm": _("The reporter confirmed the outcome and the report was closed."),
    "close_by_silence": _("The report was closed because no reply came in time."),
    "close_by_decision": _("The report was closed by decision."),
    "archive": _("The report was archived."),
    "restore": _("The report was taken out of the archive."),
    "withdraw": _("The reporter withdrew the report."),
    "reopen": _("The report was opened again."),
    "change_visibility": _("The reporter's wish about secrecy was recorded."),
    "hand_over": _("The report was handed over to another body."),
    "take": _("An officer took charge of the report."),
    "assign": _("The report was assigned to an officer."),
    "release": _("The officer in charge can no longer work on the report; somebody else is to be put in charge."),
    "note": _("An internal note was added."),
    "edit": _("The desk edited the report; the original is kept."),
    "rate": _("The reporter rated the handling."),
    "rotate_code": _("The reporter renewed the case code."),
    "start": _("A draft was started."),
    "dispute": _("It is disputed who is competent; the national desk decides."),
    "invite": _("A part of the report was given to another unit or institution, which handles it under a number of its own."),
    "ask_support": _("The support of another body was asked of the national desk."),
    "decline_support": _("The national desk declined the support of another body."),
    "part": _("A part of a report was received."),
    "end_part": _("The report that this part belongs to was closed, and the part with it."),
    "mark_urgent": _("The report was marked as urgent."),
    "clear_urgent": _("The report is no longer marked as urgent."),
    "publish": _("The published text was edited."),
    "take_down": _("The report was taken out of the public list."),
    "republish": _("The report was published again."),
    "right_of_reply": _("The institution added a statement to the published report."),
    "withhold_reply": _("The statement of the institution was withheld from the public."),
    "release_reply": _("The statement of the institution was shown to the public again."),
    "merge": _("The report was merged with an earlier one on the same matter."),
    "unmerge": _("The report was separated again."),
    "change_track": _("The track of the report was changed."),
    "refer": _("The report was referred to the Ombudsman."),
    "consent_transfer": _("The reporter decided on the transfer of the identity."),
    "release_referral": _("The Ombudsman's handling ended."),
    "hold": _("The handling was put on hold."),
    "extend": _("A deadline was extended on a legal basis."),
    "opinion": _("A hub gave its opinion on who is competent."),
    "tag": _("The report was put under a priority issue."),
    "untag": _("It was settled that a priority issue does not apply to the report."),
    "end_hold": _("The hold ended and the handling goes on."),
}
# Where the reason of an event changes what it means.
SENTENCES_BY_REASON = {
    ("dispose_to_institution", "decided"): _("The national desk decided who is competent and sent the report there."),
    ("refer", "asked"): _("The reporter asked to have the report referred to the Ombudsman."),
    ("consent_transfer", "granted"): _("The reporter agreed that the Ombudsman gets to know who reported."),
    ("consent_transfer", "refused"): _("The reporter does not agree that the Ombudsman gets to know who reported."),
}

# The button of a step, as an imperative.
ACTIONS = {
    "pend": _("Ask the reporter to complete"),
    "complete": _("Complete the report"),
    "lapse": _("Let the completion lapse"),
    "dispose_to_institution": _("Send to an institution"),
    "dispose_to_unit": _("Send to a unit"),
    "handle": _("Handle it here"),
    "return_upward": _("Return: not our authority"),
    "return_to_admin": _("Give back to the institution's desk"),
    "redispose": _("Move to another unit"),
    "respond": _("Give an initial response"),
    "progress": _("Add a progress note"),
    "answer": _("Give the final follow-up"),
    "reply": _("Reply"),
    "confirm": _("Confirm and rate"),
    "close_by_silence": _("Close after silence"),
    "close_by_decision": _("Close by decision"),
    "archive": _("Archive"),
    "restore": _("Take out of the archive"),
    "withdraw": _("Withdraw the report"),
    "reopen": _("Open again"),
    "change_visibility": _("Change who can read it"),
    "hand_over": _("Hand over to another body"),
    "invite": _("Split off a part"),
    "ask_support": _("Ask for the support of another body"),
    "decline_support": _("Decline the support"),
    "end_part": _("End the part with its report"),
    "refer": _("Refer to the Ombudsman"),
    "consent_transfer": _("Decide on the transfer of your identity"),
    "release_referral": _("End the referral"),
    "hold": _("Put on hold"),
    "end_hold": _("End the hold"),
    "change_track": _("Change the track"),
}

# The same button as the reporter reads it, where that is another one.
REPORTER_ACTIONS = {"refer": _("Ask for a referral to the Ombudsman")}

# Where a citizen's eye wants to know what comes next, by state.
NEXT_STEPS = {
    State.DRAFT: _("Finish and send your report."),
    State.AWAITING_VERIFICATION: _("An officer checks the report and sends it to the body that can act."),
    State.AWAITING_COMPLETION: _("We wait for you: please add what is missing."),
    State.AWAITING_FOLLOWUP: _("The unit prepares its first response."),
    State.IN_PROGRESS: _("The institution works on it and will tell you the result."),
    State.AWAITING_REPORTER: _("Please read the answer, then reply or confirm that it is done."),
    State.REPORTER_REPLIED: _("The institution handles your reply."),
    State.CLOSED: _("The report is closed. If you do not agree you can open it again within the time shown."),
    State.ARCHIVED: _("The report is archived. If you do not agree you can ask for it to be taken up again within the time shown."),
}


def sentence_of(kind: str, reason: str = "") -> str:
    """What everybody reads of an event in the history."""
    return str(SENTENCES_BY_REASON.get((kind, reason), SENTENCES[kind]))


def action_of(code: str, *, by_reporter: bool = False) -> str:
    """The button of a step."""
    return str(REPORTER_ACTIONS.get(code, ACTIONS[code]) if by_reporter else ACTIONS[code])


ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@lru_cache(maxsize=4096)
def _long(day: date, _language: str | None) -> str:
    return str(date_format(day, "j F Y"))


def day_in(value: date, zone: str) -> str:
    """24 November 2026, in the place's own zone."""
    return _long(value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value, get_language())


def hour_in(value: datetime, zone: str) -> str:
    """09.30 WIB, and 09:30 WIB for who reads English."""
    local = value.astimezone(ZoneInfo(zone))
    hour = f"{local:%H:%M}" if get_language() == "en" else f"{local:%H.%M}"
    return f"{hour} {ZONES.get(zone, '')}".rstrip()


def moment_in(value: datetime, zone: str) -> str:
    """24 November 2026 09.30 WIB."""
    return f"{day_in(value, zone)} {hour_in(value, zone)}"


# What is told of a report at a glance, in this order: whether it is, the tone of its tag, the icon in it, and the words.
BADGES: tuple[tuple[Callable[[Any], object], str, str, Any], ...] = (
    (lambda row: row.is_urgent, "urgent", "siren", _("Urgent")),
    (lambda row: row.track == Track.OVERSIGHT, "soon", "scale", _("Oversight")),
    (lambda row: row.is_disputed, "soon", "circle-alert", _("Disputed")),
    (lambda row: row.is_support_asked, "soon", "split", _("Support asked")),
    (lambda row: row.hold_reason, "quiet", "pause", _("On hold")),
    (lambda row: row.referral == Referral.REFERRED, "soon", "send", _("At the Ombudsman")),
    (lambda row: row.referral and row.referral != Referral.REFERRED, "soon", "send", _("Referral asked")),
    (lambda row: row.is_secret, "quiet", "lock", _("Secret")),
    (lambda row: row.is_anonymous, "quiet", "user", _("Anonymous")),
    (lambda row: row.lead_id, "quiet", "split", _("Part %(part)s")),
    (lambda row: row.part_count, "quiet", "split", _("In parts")),
    (lambda row: row.on_behalf == OnBehalf.GROUP, "quiet", "users", _("On behalf of a group")),
    (lambda row: row.on_behalf and row.on_behalf != OnBehalf.GROUP, "quiet", "users", _("On behalf of another")),
    (lambda row: row.taken_down_at, "quiet", "eye-off", _("Taken down")),
    (lambda row: row.is_incomplete and row.state not in ANSWERED, "quiet", "pencil", _("Incomplete")),
)


def badges_of(row: Any) -> list[tuple[str, str, str]]:
    """The badges of a report: (tone, icon, words)."""
    return [(tone, icon, str(words) % {"part": row.part_number}) for is_so, tone, icon, words in BADGES if is_so(row)]


def left_until(due: datetime, at: datetime, zone: str) -> str:
    """How long there is, in words; calendar days of the place."""
    days = (due.astimezone(ZoneInfo(zone)).date() - at.astimezone(ZoneInfo(zone)).date()).days
    if due < at:
        late = max(-days, 1)
        return ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    if days == 0:
        return gettext("due today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def tone_of(due: datetime, at: datetime) -> str:
    """The tone of a due date: late, soon or calm."""
    return "late" if due < at else "soon" if due - at < timedelta(days=2) else "calm"


DUE_ICONS = {"late": "triangle-alert", "soon": "hourglass", "calm": "clock", "none": "circle-dashed"}
