"""Why a deadline is what it is, in lines that a person reads and a program too: the walk of the arithmetic, told (`clock.walk`). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .clock import CALENDAR, COUNTED, HOURS, OFF, PAUSED, WORKING, Counted, Terms, walk
from .wording import hour_in, moment_in

SIX_DAYS = 6

# What a deadline is for.
NAMES = {
    "verify_national": gettext_lazy("Check by the national desk"),
    "verify_institution": gettext_lazy("Check by the institution"),
    "first_response": gettext_lazy("Initial response"),
    "resolution_information": gettext_lazy("Answer to the request"),
    "resolution_non_oversight": gettext_lazy("Final follow-up"),
    "resolution_oversight": gettext_lazy("Decision of the internal supervisor"),
    "statutory_60": gettext_lazy("60 days of the law"),
    "completion": gettext_lazy("Completion by the reporter"),
    "completeness_answer": gettext_lazy("Answer whether the report is complete"),
    "decision_delivery": gettext_lazy("Delivery of the decision"),
    "reporter_reply": gettext_lazy("Reply or confirmation of the reporter"),
    "reply_handling": gettext_lazy("Answer to the reply"),
    "reopen_window": gettext_lazy("Opening the report again"),
    "support_response": gettext_lazy("Answer of the supporting institution"),
    "urgent_response": gettext_lazy("Response to an urgent report"),
    "jurisdiction_decision": gettext_lazy("Decision who is competent"),
}

# From what a deadline is counted.
STARTS = {
    "verify_national": gettext_lazy("the report reached the national desk"),
    "verify_institution": gettext_lazy("the report reached the institution's desk"),
    "first_response": gettext_lazy("the institution that handles it received the report"),
    "resolution_information": gettext_lazy("the institution that handles it received the report"),
    "resolution_non_oversight": gettext_lazy("the institution that handles it received the report"),
    "resolution_oversight": gettext_lazy("the institution that handles it received the report"),
    "statutory_60": gettext_lazy("the information in the report was complete"),
    "completion": gettext_lazy("the reporter was asked to complete the report"),
    "completeness_answer": gettext_lazy("the report was received"),
    "decision_delivery": gettext_lazy("the decision was made"),
    "reporter_reply": gettext_lazy("the institution gave its final follow-up"),
    "reply_handling": gettext_lazy("the reporter replied"),
    "reopen_window": gettext_lazy("the report was closed or archived"),
    "support_response": gettext_lazy("the supporting institution received its part"),
    "urgent_response": gettext_lazy("the report was marked as urgent"),
    "jurisdiction_decision": gettext_lazy("it was disputed who is competent"),
}
REOPENED = gettext_lazy("the report was opened again")

# Why a clock stands still (`models.clocks.PAUSE_REASONS`).
PAUSES = {
    "pend": gettext_lazy("the reporter was asked to complete the report"),
    "answer": gettext_lazy("the institution gave its final follow-up and the reporter could reply"),
    "hold": gettext_lazy("the handling was put on hold"),
    "refer": gettext_lazy("the report was referred to the Ombudsman"),
    "confirm": gettext_lazy("the reporter confirmed the outcome and the report was closed"),
    "close_by_silence": gettext_lazy("the report was closed because no reply came"),
    "close_by_decision": gettext_lazy("the report was closed by decision"),
    "archive": gettext_lazy("the report was archived"),
    "lapse": gettext_lazy("the report was archived because it was not completed in time"),
    "withdraw": gettext_lazy("the reporter withdrew the report"),
    "merge": gettext_lazy("the report was merged with an earlier one"),
    "hand_over": gettext_lazy("the report was handed over to another body"),
    "end_part": gettext_lazy("the report that this part belongs to was closed"),
}


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day without work as the calendar has it; `institution` is empty for the nation's."""

    kind: str
    label: str
    name: str
    decree: str = ""
    institution: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.decree})" if self.decree else self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """The row of the period: what it rests on, and whose stricter value it is (empty: the nation's own)."""

    basis: str
    version: int
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """From when to when the clock stood still (None: it still does), and the step that it was for."""

    begin: datetime
    end: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension: when, by how much, on what and on whose authority. Never a person's name."""

    at: datetime
    days: int
    basis: str
    authority: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The calendar changed while the clock was running: which days off are new in it, and from when to when the last day moved."""

    at: datetime
    before: datetime
    after: datetime
    brought: tuple[DayOff, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One reason. `days` are counted ones for `counted`, and those taken out for all that is not counted."""

    kind: str
    text: str
    first: date | None = None
    last: date | None = None
    days: int = 0
    name: str = ""
    decree: str = ""
    basis: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told of one deadline beside the count itself. `is_exact`: with the hour, not the day alone."""

    key: str
    started_at: datetime
    rule: Rule
    calendar: Mapping[date, DayOff]
    pauses: Sequence[Pause] = ()
    grants: Sequence[Grant] = ()
    moves: Sequence[Moved] = ()
    started_by: str = ""
    provisional: Sequence[int] = ()
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """A due instant with the lines that lead to it: the first says from where, the last until when."""

    due_at: datetime
    zone: str
    is_provisional: bool
    lines: tuple[Line, ...]

    @property
    def due_on(self) -> date:
        return self.due_at.astimezone(ZoneInfo(self.zone)).date()


def long(day: date) -> str:
    return str(date_format(day, "j F Y"))


def span(first: date, last: date) -> str:
    """One day, or from one to another, without saying month and year twice."""
    if first == last:
        return long(first)
    alike = "j" if (first.year, first.month) == (last.year, last.month) else "j F" if first.year == last.year else "j F Y"
    return _("%(first)s to %(last)s") % {"first": date_format(first, alike), "last": long(last)}


def length_of(length: int, unit: str) -> str:
    """14 working days."""
    if unit == WORKING:
        text = ngettext("%(days)d working day", "%(days)d working days", length)
    elif unit == CALENDAR:
        text = ngettext("%(days)d calendar day", "%(days)d calendar days", length)
    else:
        text = ngettext("%(days)d hour", "%(days)d hours", length)
    return text % {"days": length}


def _days(number: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", number) % {"days": number}


def _moment(at: datetime, zone: str, *, is_exact: bool) -> str:
    return moment_in(at, zone) if is_exact else long(at.astimezone(ZoneInfo(zone)).date())


def _start(found: Counted, told: Told) -> Line:
    zone = found.terms.zone
    day = told.started_at.astimezone(ZoneInfo(zone)).date()
    why = REOPENED if told.started_by == "reopen" else STARTS.get(told.key) if told.started_by else None
    text = _("Counted from %(at)s: %(why)s.") if why else _("Counted from %(at)s.")
    tail = (
        _("Every hour counts, on every day.")
        if found.terms.unit == HOURS
        else _("That day is day 0, whatever the hour: counting begins with the day after it.")
    )
    said = text % {"at": _moment(told.started_at, zone, is_exact=told.is_exact), "why": why}
    return Line("start", f"{said} {tail}", day, day, reason=told.started_by)


def _rule(terms: Terms, told: Told) -> Line:
    length = terms.length - sum(grant.days for grant in told.grants)
    parts = {"length": length_of(length, terms.unit), "basis": told.rule.basis, "version": told.rule.version}
    if terms.cap_length is None:
        text = _("The period is %(length)s: %(basis)s (version %(version)d of the period).") % parts
    else:
        cap = {"cap": length_of(terms.cap_length, terms.cap_unit)}
        text = _("The period is %(length)s, at most %(cap)s: %(basis)s (version %(version)d of the period).") % (parts | cap)
    if told.rule.institution:
        text += " " + _("It is a value of its own, better for the reporter than the nation's: %(institution)s.") % {"institution": told.rule.institution}
    return Line("rule", text, days=length, name=told.rule.institution, basis=told.rule.basis)


def _grants(terms: Terms, told: Told) -> Iterator[Line]:
    for grant in told.grants:
        day = grant.at.astimezone(ZoneInfo(terms.zone)).date()
        said = {"day": long(day), "length": length_of(grant.days, terms.unit), "basis": grant.basis, "authority": grant.authority}
        yield Line(
            "extension",
            _("Extended by %(length)s on %(day)s: %(basis)s. Decided by %(authority)s.") % said,
            day,
            day,
            grant.days,
            grant.authority,
            "",
            grant.basis,
        )


def _walked(found: Counted, told: Told, last: date) -> list[tuple[date, str]]:
    """The days up to the last one, each with what it was to the count."""
    terms, zone = found.terms, ZoneInfo(found.terms.zone)
    paused = [(begin.astimezone(zone).date(), end.astimezone(zone).date()) for begin, end in found.pauses if end is not None]
    start = told.started_at.astimezone(zone).date()
    return [(day, what) for day, what in walk(start, terms.length, terms.unit, told.calendar.keys(), paused, terms.week) if day <= last]


def _counted(run: Sequence[tuple[date, str]], terms: Terms) -> Line:
    """A stretch without a holiday; the weekends in it are left out in one breath."""
    first, last = run[0][0], run[-1][0]
    days = sum(what == COUNTED for _day, what in run)
    left = len(run) - days
    said = {"span": span(first, last), "length": length_of(days, terms.unit), "left": _days(left)}
    sundays = terms.week == SIX_DAYS
    if not days:
        return Line("weekend", _("%(span)s: weekend, not counted.") % said, first, last, left)
    if not left:
        return Line("counted", _("%(span)s: %(length)s counted.") % said, first, last, days)
    text = _("%(span)s: %(length)s counted, Sundays left out (%(left)s).") if sundays else _("%(span)s: %(length)s counted, weekends left out (%(left)s).")
    return Line("counted", text % said, first, last, days)


def _off(run: Sequence[tuple[date, str]], off: DayOff) -> Line:
    first, last = run[0][0], run[-1][0]
    kind = off.label[:1].lower() + off.label[1:]
    said = {"span": span(first, last), "kind": kind, "name": off, "institution": off.institution}
    text = _("%(span)s: not counted, day off of %(institution)s: %(name)s.") if off.institution else _("%(span)s: not counted, %(kind)s: %(name)s.")
    return Line(off.kind, text % said, first, last, len(run), off.name, off.decree)


def _pause(pause: Pause, days: Sequence[date], unit: str, zone: ZoneInfo) -> Line:
    """A pause that is over, with the days that it takes out of the count."""
    begin, end = pause.begin.astimezone(zone).date(), (pause.end or pause.begin).astimezone(zone).date()
    said = {"why": PAUSES[pause.reason], "left": _days(len(days))}
    if days:
        said["span"] = span(days[0], days[-1])
        return Line("pause", _("%(span)s: the clock stood still, %(left)s not counted: %(why)s.") % said, days[0], days[-1], len(days), reason=pause.reason)
    said["span"] = span(begin, end)
    if unit == HOURS:
        return Line("pause", _("%(span)s: the clock stood still, that time is not counted: %(why)s.") % said, begin, end, reason=pause.reason)
    return Line("pause", _("%(span)s: the clock stood still, but no day is left out by it: %(why)s.") % said, begin, end, reason=pause.reason)


def _days_told(found: Counted, told: Told, last: date) -> list[Line]:
    """The days after day 0 up to the last one, each in exactly one line; and the pauses between them."""
    zone = ZoneInfo(found.terms.zone)
    walked = _walked(found, told, last)
    counted = {(begin, end) for begin, end in found.pauses if end is not None}
    ended = [pause for pause in told.pauses if (pause.begin, pause.end) in counted]
    out: dict[int, list[date]] = {number: [] for number in range(len(ended))}

    def which(day: date) -> int:
        """Whose pause a day is; of one that touches the next, the first one's."""
        return next(n for n, p in enumerate(ended) if p.end and p.begin.astimezone(zone).date() < day <= p.end.astimezone(zone).date())

    def sort(row: tuple[date, str]) -> object:
        day, what = row
        return (PAUSED, which(day)) if what == PAUSED else told.calendar[day] if what == OFF else COUNTED

    lines = []
    for _kind, group in groupby(walked, key=sort):
        run = list(group)
        day, what = run[0]
        if what == PAUSED:
            out[which(day)] += [day for day, _what in run]
        else:
            lines.append(_off(run, told.calendar[day]) if what == OFF else _counted(run, found.terms))
    lines += [_pause(pause, out[number], found.terms.unit, zone) for number, pause in enumerate(ended)]
    return sorted(lines, key=lambda line: (line.first or date.max, line.kind != "pause"))


def _cap(found: Counted, told: Told) -> Line | None:
    """The cap, where it ends the period before its length is over."""
    terms, zone = found.terms, ZoneInfo(found.terms.zone)
    if terms.cap_length is None or terms.unit == HOURS:
        return None
    last = found.due_at.astimezone(zone).date()
    full = _walked(found, told, date.max)[-1][0]
    if full <= last:
        return None
    text = _("%(cap)s are over on %(day)s: the period ends then, although not all of its days have passed.")
    return Line("cap", text % {"cap": length_of(terms.cap_length, terms.cap_unit), "day": long(last)}, last, last, terms.cap_length)


def _moves(told: Told, zone: ZoneInfo) -> Iterator[Line]:
    for move in told.moves:
        on, before, after = (at.astimezone(zone).date() for at in (move.at, move.before, move.after))
        said = {"on": long(on), "before": long(before), "after": long(after), "names": ", ".join(dict.fromkeys(map(str, move.brought)))}
        text = (
            _("On %(on)s new days off were decreed: %(names)s. The last day moved from %(before)s to %(after)s.")
            if move.brought
            else _("On %(on)s the calendar of days off changed. The last day moved from %(before)s to %(after)s.")
        )
        names, decrees = (", ".join(dict.fromkeys(filter(None, texts))) for texts in ([d.name for d in move.brought], [d.decree for d in move.brought]))
        yield Line("recomputed", text % said, before, after, (after - before).days, names, decrees)


def _due(found: Counted, told: Told) -> Line:
    zone = ZoneInfo(found.terms.zone)
    local = found.due_at.astimezone(zone)
    still = any(pause.end is None for pause in told.pauses)
    said = {"day": date_format(local, "l, j F Y"), "hour": hour_in(found.due_at, found.terms.zone)}
    text = _("Last day so far: %(day)s, until %(hour)s.") if still else _("Last day: %(day)s, until %(hour)s.")
    return Line("due", text % said, local.date(), local.date())


def _open_pause(told: Told, zone: ZoneInfo) -> Iterator[Line]:
    for pause in told.pauses:
        if pause.end is None:
            day = pause.begin.astimezone(zone).date()
            text = _("Since %(day)s the clock stands still: %(why)s. When it goes on, the last day moves on by the days that it stood still.")
            yield Line("standing", text % {"day": long(day), "why": PAUSES[pause.reason]}, day, None, reason=pause.reason)


def explanation(found: Counted, told: Told) -> Explanation:
    """The lines of a count. The days in the `counted` lines are the granted length, but where a `cap` line ends it."""
    terms, zone = found.terms, ZoneInfo(found.terms.zone)
    lines = [_start(found, told), _rule(terms, told), *_grants(terms, told)]
    last = found.due_at.astimezone(zone).date()
    if terms.unit == HOURS:
        lines += [_pause(pause, (), HOURS, zone) for pause in told.pauses if pause.end is not None]
        first = told.started_at.astimezone(zone).date()
        lines.append(
            Line(
                "counted", _("%(span)s: %(length)s counted.") % {"span": span(first, last), "length": length_of(terms.length, HOURS)}, first, last, terms.length
            )
        )
    else:
        lines += _days_told(found, told, last)
    cap = _cap(found, told)
    lines += [cap] if cap is not None else []
    lines += _moves(told, zone)
    if told.provisional:
        years = ", ".join(map(str, told.provisional))
        text = _("Provisional: the decree on the days off of %(years)s is not out yet. When it comes the last day can only move to a later one.")
        lines.append(Line("provisional", text % {"years": years}))
    lines += [*_open_pause(told, zone), _due(found, told)]
    return Explanation(found.due_at, terms.zone, bool(told.provisional), tuple(lines))
