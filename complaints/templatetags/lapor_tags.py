"""How dates, deadlines and events are said on a page."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import SlaPolicy
from lapor.ground.panels import drawn

from .. import masks, why
from ..clock import Level
from ..models import NEVER, Clock
from ..wording import DUE_ICONS, NEXT_STEPS, action_of, day_in, left_until, moment_in, sentence_of, tone_of
from ..workflow import INNER_EVENTS, State

register = template.Library()


@register.filter
def long_date(value: date | None, zone: str = "Asia/Jakarta") -> str:
    """24 November 2026, in the place's own zone."""
    if value is None:
        return ""
    return day_in(value, zone)


@register.filter
def iso_date(text: str) -> str:
    """A date that an event keeps as text."""
    return day_in(date.fromisoformat(text), "")


@register.filter
def date_time(value: datetime | None, zone: str = "Asia/Jakarta") -> str:
    """24 November 2026 09.30 WIB."""
    return moment_in(value, zone) if value is not None else ""


@register.simple_tag
def days_left(due: datetime | None, at: datetime, zone: str = "Asia/Jakarta") -> str:
    """How long there is, in words; calendar days of the place."""
    if due is None or due >= NEVER - timedelta(days=2):
        return ""
    return left_until(due, at, zone)


@register.filter
def urgency(due: datetime | None, at: datetime) -> str:
    """The tone of a due date: late, soon or calm."""
    if due is None or due >= NEVER - timedelta(days=2):
        return "none"
    return tone_of(due, at)


@register.filter
def has_due(due: datetime | None) -> bool:
    return due is not None and due < NEVER - timedelta(days=2)


@register.filter
def sentence(event: Any) -> str:
    return sentence_of(event.kind, event.reason)


@register.filter
def action_label(code: str) -> str:
    return action_of(code)


@register.filter
def own_action(code: str) -> str:
    """The button as the reporter reads it."""
    return action_of(code, by_reporter=True)


@register.filter
def next_step(state: str) -> str:
    return str(NEXT_STEPS[State(state)])


@register.filter
def is_inner(kind: str) -> bool:
    return kind in INNER_EVENTS


@register.filter
def clock_name(clock: Clock | str) -> str:
    """What a deadline is for, in plain words."""
    key = clock if isinstance(clock, str) else clock.key
    return str(why.NAMES.get(key, key))


# Where a report stands, as a citizen reads it.
STANDS = {
    State.DRAFT: gettext_lazy("Draft"),
    State.AWAITING_VERIFICATION: gettext_lazy("Sent to %(holder)s"),
    State.AWAITING_COMPLETION: gettext_lazy("Waiting for your completion"),
    State.AWAITING_FOLLOWUP: gettext_lazy("Sent to %(holder)s"),
    State.IN_PROGRESS: gettext_lazy("Being handled"),
    State.AWAITING_REPORTER: gettext_lazy("Answered, waiting for the reporter"),
    State.REPORTER_REPLIED: gettext_lazy("The reporter replied"),
    State.CLOSED: gettext_lazy("Closed"),
    State.ARCHIVED: gettext_lazy("Archived"),
}


@register.filter
def period_length(policy: SlaPolicy) -> str:
    """14 working days, with the cap where there is one."""
    length = why.length_of(policy.length, policy.unit)
    if policy.cap_length is None:
        return length
    return _("%(length)s, at most %(cap)s") % {"length": length, "cap": why.length_of(policy.cap_length, policy.cap_unit)}


@register.filter
def state_label(complaint: Any) -> str:
    """Where a report stands, with whom."""
    holder = complaint.holder
    if complaint.state == State.AWAITING_VERIFICATION and holder.is_national:
        return _("Awaiting verification")
    return str(STANDS[State(complaint.state)]).replace("%(holder)s", holder.short_name or holder.name)


PERSONAL = {
    "NIK": gettext_lazy("identity number"),
    "PHONE": gettext_lazy("telephone number"),
    "EMAIL": gettext_lazy("e-mail"),
    "ADDRESS": gettext_lazy("address"),
    "NAME": gettext_lazy("name of a person"),
}


@register.inclusion_tag("components/marked.html")
def marked(text: str, party: str) -> dict[str, Any]:
    """A text with the personal data in it marked and named."""
    return {"pieces": [(piece, PERSONAL.get(kind, "")) for piece, kind in masks.marked(text, party)]}


@register.filter
def bare(text: Any) -> str:
    """A label without its full stop or question mark, to go on after it."""
    return str(text).rstrip(" .?:")


@register.filter
def people(number: int) -> str:
    """1.250, as the language writes it."""
    return str(number_format(number, force_grouping=True))


@register.filter
def asked(field: Any) -> bool:
    """Whether a form's field must be filled in."""
    return bool(getattr(field.field, "asked", field.field.required))


@register.filter
def get(mapping: Any, key: str) -> Any:
    return mapping.get(key)


# The stages of a report as a citizen follows them, and the states that stand in each.
JOURNEY = (
    (gettext_lazy("Received"), (State.DRAFT,)),
    (gettext_lazy("Checked"), (State.AWAITING_VERIFICATION, State.AWAITING_COMPLETION)),
    (gettext_lazy("Sent on"), (State.AWAITING_FOLLOWUP,)),
    (gettext_lazy("Being handled"), (State.IN_PROGRESS,)),
    (gettext_lazy("Answered"), (State.AWAITING_REPORTER, State.REPORTER_REPLIED)),
    (gettext_lazy("Closed"), (State.CLOSED, State.ARCHIVED)),
)


@register.inclusion_tag("components/journey.html")
def journey(state: str) -> dict[str, Any]:
    """How far a report has come, as a row of stages: past, now, to come."""
    now = next(number for number, (_label, states) in enumerate(JOURNEY) if state in states)
    is_over = now == len(JOURNEY) - 1
    stages = [(label, "past" if number < now or is_over else "now" if number == now else "") for number, (label, _states) in enumerate(JOURNEY)]
    return {"stages": stages, "number": now + 1, "count": len(JOURNEY), "label": JOURNEY[now][0]}


# How a state looks: the tone of its tag and the icon in it.
LOOKS = {
    State.AWAITING_VERIFICATION: ("", "eye"),
    State.AWAITING_COMPLETION: ("soon", "pencil"),
    State.AWAITING_FOLLOWUP: ("", "send"),
    State.IN_PROGRESS: ("", "landmark"),
    State.AWAITING_REPORTER: ("good", "message-circle"),
    State.REPORTER_REPLIED: ("soon", "message-circle"),
    State.CLOSED: ("good", "circle-check"),
    State.ARCHIVED: ("quiet", "inbox"),
}


@register.filter
def state_tone(state: str) -> str:
    return LOOKS.get(State(state), ("quiet", "file-text"))[0]


@register.filter
def state_icon(state: str) -> str:
    return LOOKS.get(State(state), ("quiet", "file-text"))[1]


@register.filter
def level_name(level: int) -> str:
    """How far lateness has climbed, in words."""
    return str(Level(level).label)


@register.filter
def level_tone(level: int) -> str:
    return "soon" if level in {Level.NEARLY, Level.DAY_45} else "late"


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str, about: Any = None) -> SafeString:
    """What upper floors show at a place of the page, about what is named or else the report of the page if it has one."""
    return drawn(place, context["request"], about or context.get("complaint"))


@register.filter
def due_icon(tone: str) -> str:
    return DUE_ICONS[tone]


@register.filter
def share_gone(clock: Any, at: datetime) -> int:
    """How much of a deadline is used up, in per cent; 100 when it is missed."""
    whole, gone = clock.due_at - clock.started_at, at - clock.started_at
    return 100 if whole <= timedelta() else min(100, max(0, int(100 * (gone / whole))))
