"""What time itself tells: the summary of officers, what cannot wait for it, and what the reporter hears of a deadline that was missed."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from officers.notices import ALWAYS, REPORTER, register

from .ladder import Rung

_FOLLOW = _("You can follow it with your number and your case code at %(track_url)s. We never ask for your case code by e-mail.")


def lines_of(context: Mapping[str, Any]) -> dict[str, str]:
    """One line for each rung, the numbers of cases that the officer may read behind its count."""
    with translation.override(context["language"]):
        said = []
        for rung, count, numbers in context["rungs"]:
            head = f"- {Rung(rung).label}: {count}"
            more = _now("and others") if numbers and count > len(numbers) else ""
            said.append(f"{head} ({', '.join([*numbers, *([more] if more else [])])})" if numbers else head)
        return {"lines": "\n".join(said)}


register(
    "desk_ladder",
    words=lines_of,
    subject=_("Late or nearly late: %(count)s reports"),
    body=(_("Since your last summary these reports came nearer to their deadline or went past it:"), "%(lines)s", _("All of them: %(desk_url)s")),
)
register(
    "desk_ladder_urgent",
    when=ALWAYS,
    subject=_("URGENT and overdue: report %(number)s"),
    body=_("The first answer to the urgent report %(number)s is overdue. Please look at it now: %(desk_url)s"),
)
register(
    "case_late",
    to=REPORTER,
    subject=_("Report %(number)s: we are late"),
    body=(_("The answer to your report %(number)s is late. We are sorry. It is now expected by %(due)s."), _FOLLOW),
)
register(
    "case_late_undated",
    to=REPORTER,
    subject=_("Report %(number)s: we are late"),
    body=(_("The answer to your report %(number)s is late. We are sorry. Those above the office that handles it are told of the delay."), _FOLLOW),
)
register(
    "case_day_60",
    to=REPORTER,
    subject=_("Report %(number)s: more than 60 days"),
    body=(
        _("The 60 days that the law gives for your report %(number)s are over. We are sorry."),
        _("You have the right to turn to the Ombudsman now, free of charge. Your report goes on here all the same."),
        _FOLLOW,
    ),
)
