"""Who is told of what: one row a step, the reporter's event and the handlers' (DOMAIN 2.9); texts are registered with officers.

A reporter who is anonymous, or whose case is secret, only ever gets `case_news`: a number, no content, institution or officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from officers.notices import ALWAYS, REMINDER, REPORTER, register

from .numbers import derived_code

ADMINS, RESPONDERS, EVERYBODY, CHARGED, NATION, DISPUTE, ASKER = "admins", "responders", "everybody", "charged", "nation", "dispute", "asker"


@dataclass(frozen=True, slots=True)
class Telling:
    reporter: str = ""
    officers: str = ""
    audience: str = ADMINS


TELLINGS: dict[str, Telling] = {
    "submit": Telling(reporter="case_received"),
    "pend": Telling(reporter="case_completion_asked"),
    "complete": Telling(officers="desk_completed"),
    "lapse": Telling(reporter="case_lapsed"),
    "dispose_to_institution": Telling(reporter="case_sent", officers="desk_received"),
    "dispose_to_unit": Telling(reporter="case_sent", officers="desk_received", audience=RESPONDERS),
    "redispose": Telling(reporter="case_sent", officers="desk_received", audience=RESPONDERS),
    "return_upward": Telling(reporter="case_moved", officers="desk_received"),
    "return_to_admin": Telling(officers="desk_received"),
    "respond": Telling(reporter="case_answered"),
    "progress": Telling(reporter="case_answered"),
    "answer": Telling(reporter="case_answered"),
    "reply": Telling(officers="desk_reply", audience=RESPONDERS),
    "close_by_silence": Telling(reporter="case_closed"),
    "close_by_decision": Telling(reporter="case_closed"),
    "archive": Telling(reporter="case_archived"),
    "restore": Telling(officers="desk_received"),
    "reopen": Telling(officers="desk_reply", audience=RESPONDERS),
    "hand_over": Telling(reporter="case_closed"),
    "invite": Telling(reporter="case_split"),
    "ask_support": Telling(officers="desk_support_asked", audience=NATION),
    "decline_support": Telling(officers="desk_support_declined", audience=ASKER),
    "part": Telling(officers="desk_received", audience=RESPONDERS),
    "mark_urgent": Telling(officers="desk_urgent", audience=EVERYBODY),
    "extend": Telling(reporter="case_extended"),
    "assign": Telling(officers="desk_assigned", audience=CHARGED),
    "take_down": Telling(reporter="case_news"),
    "republish": Telling(reporter="case_news"),
    "refer": Telling(reporter="case_referred", officers="desk_referred"),
    "dispute": Telling(reporter="case_moved", officers="desk_dispute", audience=DISPUTE),
    "opinion": Telling(officers="desk_opinion", audience=NATION),
    "hold": Telling(reporter="case_held"),
    "end_hold": Telling(officers="desk_hold_ended", audience=RESPONDERS),
    "change_track": Telling(reporter="case_news", officers="desk_received", audience=RESPONDERS),
}
# Where the reason of an event changes who is told of what.
TELLINGS_BY_REASON: dict[tuple[str, str], Telling] = {
    ("invite", "asked"): Telling(reporter="case_split", officers="desk_support_granted", audience=ASKER),
    ("refer", "asked"): Telling(officers="desk_referral_asked", audience=NATION),
}
# What the reporter is told where an answer is needed.
ASKING_CONSENT = "case_consent_asked"
# An urgent report is told at once, to everybody who can act where it arrives, quiet hours or not.
URGENT_ARRIVALS = frozenset(
    {
        "submit", "part", "dispose_to_institution", "dispose_to_unit", "redispose", "return_upward", "return_to_admin", "restore", "reopen",
        "dispute", "change_track",
    }
)  # fmt: skip
# What a part tells the reporter, under the number of its lead: there is one thread.
PART_TELLS = frozenset({"respond", "progress", "answer", "hold", "extend"})


def _code(context: Mapping[str, Any]) -> dict[str, str]:
    return {"code": derived_code(context["seed"], digits=context["digits"], pepper=settings.CASE_CODE_PEPPER)}


_FOLLOW = _("You can follow it with your number and your case code at %(track_url)s. We never ask for your case code by e-mail.")

register(
    "case_news",
    to=REPORTER,
    subject=_("News in report %(number)s"),
    body=_("There is news in report %(number)s. Please look at it with your case code at %(track_url)s."),
)
register(
    "case_received",
    to=REPORTER,
    when=ALWAYS,
    subject=_("We received report %(number)s"),
    body=(_("We received your report %(number)s. It is with %(holder)s now."), _FOLLOW),
)
register(
    "case_completion_asked",
    to=REPORTER,
    subject=_("Please complete report %(number)s"),
    body=(_("Something is missing in your report %(number)s. Please complete it before %(due)s."), _FOLLOW),
)
register(
    "case_completion_reminder",
    to=REPORTER,
    when=REMINDER,
    subject=_("Reminder: please complete report %(number)s"),
    body=(_("Something is still missing in your report %(number)s. Please complete it before %(due)s, then it goes on."), _FOLLOW),
)
register(
    "case_closing_soon",
    to=REPORTER,
    when=REMINDER,
    subject=_("Report %(number)s will be closed soon"),
    body=(
        _("Your report %(number)s was answered. If you do not reply before %(due)s it will be closed."),
        _("If the answer does not help you, please reply. You can open the report again later, too."),
        _FOLLOW,
    ),
)
register(
    "case_lapsed",
    to=REPORTER,
    subject=_("Report %(number)s: the time to complete it ran out"),
    body=(_("The time to complete report %(number)s ran out. You can ask to have it taken up again for some days."), _FOLLOW),
)
register(
    "case_sent",
    to=REPORTER,
    subject=_("Report %(number)s was sent to %(holder)s"),
    body=(_("Your report %(number)s is with %(holder)s now."), _FOLLOW),
)
register(
    "case_moved",
    to=REPORTER,
    subject=_("Report %(number)s was moved to the right body"),
    body=(_("Your report %(number)s is being moved to the right body. You need not do anything."), _FOLLOW),
)
register("case_answered", to=REPORTER, subject=_("An answer to report %(number)s"), body=(_("%(holder)s answered your report %(number)s."), _FOLLOW))
register(
    "case_closed",
    to=REPORTER,
    subject=_("Report %(number)s was closed"),
    body=(_("Your report %(number)s was closed. If you do not agree you can open it again for some days."), _FOLLOW),
)
register(
    "case_archived",
    to=REPORTER,
    subject=_("Report %(number)s was archived"),
    body=(_("Your report %(number)s was archived. The reason and what you can do stand with the report."), _FOLLOW),
)
register(
    "case_extended",
    to=REPORTER,
    subject=_("Report %(number)s takes longer"),
    body=(_("A deadline of your report %(number)s was extended to %(due)s. The reason and the legal basis stand with the report."), _FOLLOW),
)
register(
    "case_split",
    to=REPORTER,
    subject=_("Report %(number)s is handled in several parts"),
    body=(_("A part of your report %(number)s is handled by a unit or institution of its own. You still follow everything in one place."), _FOLLOW),
)
register(
    "case_held",
    to=REPORTER,
    subject=_("Report %(number)s is on hold until %(due)s"),
    body=(_("The handling of your report %(number)s at %(holder)s is on hold until %(due)s. Why, stands with the report; it goes on by itself."), _FOLLOW),
)
register(
    "case_referred",
    to=REPORTER,
    subject=_("Report %(number)s was referred to the Ombudsman"),
    body=(_("Your report %(number)s was referred to the Ombudsman. %(holder)s goes on with it meanwhile."), _FOLLOW),
)
register(
    "case_consent_asked",
    to=REPORTER,
    subject=_("Report %(number)s: may the Ombudsman know who you are?"),
    body=(
        _("Your report %(number)s was referred to the Ombudsman. Please say on the page of your report whether your name and contact may go with it."),
        _("If you say nothing they stay sealed, and the Ombudsman examines the report without them."),
        _FOLLOW,
    ),
)
register(
    "contact_code",
    to=REPORTER,
    when=ALWAYS,
    words=_code,
    subject=_("%(code)s is your code for report %(number)s"),
    body=(
        _("Your code is %(code)s. Enter it within %(minutes)s minutes on the page of report %(number)s, which you open at %(track_url)s."),
        _("It only proves that messages reach you here. We never ask for your case code. If you sent no report, do nothing."),
    ),
)
register(
    "contact_changed",
    to=REPORTER,
    when=ALWAYS,
    subject=_("The contact of report %(number)s was changed"),
    body=(
        _("Messages about report %(number)s go to another contact from now on, because somebody with its case code asked for it."),
        _("If it was not you, open the report at %(track_url)s, put your contact back and get a new case code."),
    ),
)
register(
    "desk_urgent",
    when=ALWAYS,
    subject=_("URGENT: report %(number)s"),
    body=_("Report %(number)s at %(holder)s is urgent: danger to life, violence or a child in danger. Please look at it now: %(desk_url)s"),
)
register(
    "desk_received",
    group="work",
    subject=_("Report %(number)s is at your desk"),
    body=_("Report %(number)s is at %(holder)s and waits for you: %(desk_url)s"),
)
register(
    "desk_assigned",
    group="work",
    subject=_("You are in charge of report %(number)s"),
    body=_("Report %(number)s at %(holder)s was assigned to you: %(desk_url)s"),
)
register(
    "desk_several",
    group="work",
    subject=_("%(count)s reports wait for you"),
    body=(_("These reports wait for you at your desk: %(numbers)s."), "%(desk_url)s"),
)
register(
    "desk_mentioned",
    group="colleagues",
    subject=_("You are mentioned in a note on report %(number)s"),
    body=_("A colleague mentions you in an internal note on report %(number)s. Please read it at your desk: %(desk_url)s"),
)
register(
    "desk_delegated",
    group="colleagues",
    subject=_("%(name)s asks you to look after their reports"),
    body=_("From %(from)s to %(to)s the reports of %(name)s are among yours, and you are told of their news."),
)
register(
    "desk_hand_over",
    group="work",
    subject=_("Open reports need somebody in charge"),
    body=_("Open reports at %(holder)s have lost their officer in charge (%(count)s so far). Please say who goes on: %(desk_url)s"),
)
register(
    "desk_completed",
    group="work",
    subject=_("Report %(number)s was completed"),
    body=_("The reporter completed report %(number)s: %(desk_url)s"),
)
register(
    "desk_dispute",
    group="work",
    subject=_("It is disputed who is competent for report %(number)s"),
    body=_("Report %(number)s was returned once more than is allowed. The national desk decides, hubs may give an opinion: %(desk_url)s"),
)
register(
    "desk_opinion",
    group="work",
    subject=_("An opinion in the dispute about report %(number)s"),
    body=_("A hub gave its opinion on who is competent for report %(number)s: %(desk_url)s"),
)
register(
    "desk_support_asked",
    group="work",
    subject=_("Support of another body is asked for report %(number)s"),
    body=_("The desk of %(holder)s asks for the support of another body in report %(number)s. Please grant or decline it: %(desk_url)s"),
)
register(
    "desk_support_granted",
    group="work",
    subject=_("Support for report %(number)s was granted"),
    body=_("The national desk gave a part of report %(number)s to another body, as you asked: %(desk_url)s"),
)
register(
    "desk_support_declined",
    group="work",
    subject=_("Support for report %(number)s was declined"),
    body=_("The national desk does not bring another body into report %(number)s. The reason stands with the report: %(desk_url)s"),
)
register(
    "desk_hold_ended",
    group="work",
    subject=_("The hold of report %(number)s ended"),
    body=_("Report %(number)s at %(holder)s is not on hold any more and its deadline runs on: %(desk_url)s"),
)
register(
    "desk_referral_asked",
    group="work",
    subject=_("The reporter asks to have report %(number)s referred"),
    body=_("The reporter of %(number)s, held by %(holder)s, asks for a referral to the Ombudsman. Please decide: %(desk_url)s"),
)
register(
    "desk_referred",
    group="work",
    subject=_("Report %(number)s was referred to the Ombudsman"),
    body=_("Report %(number)s at %(holder)s was referred to the Ombudsman. Please go on with it; silence does not close it: %(desk_url)s"),
)
register(
    "desk_reply",
    group="replies",
    subject=_("The reporter replied in report %(number)s"),
    body=_("The reporter replied in report %(number)s; a reply is due: %(desk_url)s"),
)
