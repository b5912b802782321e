"""Why a deadline is what it is: read from the rows that decided it, told by `complaints.why`; and what a period would come to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from institutions.models import CalendarDay, Institution, SlaPolicy, read_versions
from lapor.ground.problems import Refusal
from officers.powers import Role

from ..clock import RULES, START, Tick, count, horizon
from ..models import Clock, ClockEvent
from ..why import NAMES, DayOff, Explanation, Grant, Moved, Pause, Rule, Told, explanation
from .clocks import ticks
from .quota import spend
from .reference import Reference, terms

Days = dict[date, DayOff]


class _Calendars:
    """Every version of the calendar that some deadlines may need, read once."""

    def __init__(self, paths: Iterable[str], first: date, last: date) -> None:
        rows = CalendarDay.objects.ever(paths, first.replace(month=1, day=1), last.replace(month=12, day=31))
        self._rows = [(row, _day_off(row)) for row in rows.order_by("date", "-institution__path")]  # the nation's row last: it wins
        self._known: dict[tuple[str, str], Days] = {}

    def at(self, path: str, version: str) -> Days:
        """What counted at the node with this path in a version; "" is now."""
        if (path, version) not in self._known:
            versions = read_versions(version)
            self._known[path, version] = {
                row.date: off for row, off in self._rows if row.counted_in(versions) and (row.institution is None or path.startswith(row.institution.path))
            }
        return self._known[path, version]


def _day_off(row: CalendarDay) -> DayOff:
    return DayOff(row.kind, row.get_kind_display(), row.name, row.decree, row.institution.name if row.institution else "")


def _first(clock: Clock) -> date:
    return clock.started_at.astimezone(ZoneInfo(clock.zone)).date()


def _rule(policy: SlaPolicy) -> Rule:
    return Rule(str(policy.legal_basis), policy.version, policy.institution.name if policy.institution else "")


def _pauses(events: Iterable[ClockEvent]) -> list[Pause]:
    """As `clock.spans` reads them, with the step that each was for."""
    found: list[Pause] = []
    for event in events:
        is_open = bool(found) and found[-1].end is None
        if event.kind == ClockEvent.PAUSE and not is_open:
            found.append(Pause(event.at, None, event.reason))
        elif event.kind == ClockEvent.RESUME and is_open:
            found[-1] = Pause(found[-1].begin, event.at, found[-1].reason)
    return found


def _authority(event: ClockEvent) -> str:
    """The role and the institution that granted an extension."""
    row = event.transition
    if row is None:
        return ""
    role = Role(row.as_role).label if row.as_role in Role.values else _("The system")
    return f"{role}, {(row.holder_before or row.holder_after).name}"


def _grants(events: Iterable[ClockEvent], extra: int) -> Iterator[Grant]:
    """The extensions that the count holds: `extra` units in all."""
    for event in events:
        if event.kind == ClockEvent.EXTEND and event.days <= extra:
            extra -= event.days
            yield Grant(event.at, event.days, str(event.basis), _authority(event))


def _moves(clock: Clock, events: Sequence[ClockEvent], calendars: _Calendars) -> Iterator[Moved]:
    """The recomputations that moved the last day, with the days off that are new in their calendar."""
    past: ClockEvent | None = None
    for event in events:
        if event.kind == ClockEvent.RECOMPUTE and past is not None and event.due_at != past.due_at:
            old, new = (calendars.at(clock.holder.path, row.calendar_version) for row in (past, event))
            last = event.due_at.astimezone(ZoneInfo(clock.zone)).date()
            brought = tuple(off for day, off in sorted(new.items()) if day not in old and _first(clock) < day <= last and day.weekday() < clock.week)
            yield Moved(event.at, past.due_at, event.due_at, brought)
        past = event if event.calendar_version else past


def _provisional(first: date, last: date, reference: Reference) -> list[int]:
    return [year for year in range(first.year, last.year + 1) if reference.years.get(year, ("provisional", 0))[0] != "confirmed"]


def explanations(clocks: Sequence[Clock], *, reference: Reference, is_exact: bool = True) -> list[Explanation]:
    """Each deadline with its lines, in the order given; clocks read by `Clock.objects.told()`. One query for all of them, and one for the years.

    `is_exact` says the hour of the start, too.
    """
    if not clocks:
        return []
    happened = {clock.pk: ticks(clock.events.all()) for clock in clocks}
    last = max(horizon(_first(clock), terms(clock.policy, clock.zone, clock.week), happened[clock.pk]) for clock in clocks)
    calendars = _Calendars({clock.holder.path for clock in clocks}, min(map(_first, clocks)), max(last, *(clock.due_at.date() for clock in clocks)))
    return [_explained(clock, happened[clock.pk], calendars, reference, is_exact=is_exact) for clock in clocks]


def explain(clock: Clock, *, reference: Reference, is_exact: bool = True) -> Explanation:
    """One deadline with its lines. The clock is read by `Clock.objects.told()`."""
    return explanations([clock], reference=reference, is_exact=is_exact)[0]


def _explained(clock: Clock, happened: Sequence[Tick], calendars: _Calendars, reference: Reference, *, is_exact: bool) -> Explanation:
    events = list(clock.events.all())
    rule = terms(clock.policy, clock.zone, clock.week)
    found = count(clock.started_at, rule, happened, lambda version: calendars.at(clock.holder.path, version).keys())
    last = found.due_at.astimezone(ZoneInfo(clock.zone)).date()
    told = Told(
        key=clock.key,
        started_at=clock.started_at,
        started_by=events[0].reason,
        rule=_rule(clock.policy),
        calendar=calendars.at(clock.holder.path, found.calendar),
        pauses=_pauses(events),
        grants=list(_grants(events, found.terms.length - rule.length)),
        moves=list(_moves(clock, events, calendars)),
        provisional=(_provisional(_first(clock), last, reference) or [last.year]) if clock.is_provisional else [],
        is_exact=is_exact,
    )
    return explanation(found, told)


# --- what would be ------------------------------------------------------------------------------------------------------


def _wrong(field: str, sentence: str) -> Refusal:
    return Refusal("invalid", _("Please check the marked fields."), fields={field: [sentence]})


def _known(first: date, reference: Reference) -> bool:
    today, ahead = reference.today, reference.limits["deadline_years_ahead"]
    return bool(reference.years) and min(reference.years) <= first.year and (first.year - today.year, first.month, first.day) <= (ahead, today.month, today.day)


def _begins(start: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant that was meant: of a date its first moment; without a zone it is the one given. Beyond what zones can say it stays."""
    begin = start if isinstance(start, datetime) else datetime.combine(start, time())
    if begin.tzinfo is None:
        return begin.replace(tzinfo=zone)
    try:
        return begin.astimezone(zone)
    except OverflowError:
        return begin


def reckon(policy_key: str, start: date | datetime, *, institution: Institution, at: datetime, reference: Reference | None = None) -> Explanation:
    """What a period that begins then comes to, by the rules in force on that day and the calendar of now.

    A date, or a time without a zone, is meant where the institution is; `statutory_60` counts in the capital's zone.
    Refuses 422 for an unknown key, and for a day before the first year of the calendar or too far ahead.
    """
    reference = reference or Reference(at)
    zone = (RULES[policy_key].zone if policy_key in RULES else None) or institution.time_zone
    begin = _begins(start, ZoneInfo(zone))
    first = begin.date()
    if not _known(first, reference):
        raise _wrong("start", _far(reference))
    policy = SlaPolicy.objects.table(first, institution).get(policy_key) if policy_key in NAMES else None
    if policy is None:
        raise _wrong("policy", _("We do not know this period. Please choose one of those that are offered."))
    rule = terms(policy, zone, institution.working_week)
    until = horizon(first, rule)
    calendars = _Calendars([institution.path], first, until)
    version = reference.newest(first, until)
    found = count(begin, rule, [Tick(START, begin, version)], lambda known: calendars.at(institution.path, known).keys())
    told = Told(
        policy_key,
        begin,
        _rule(policy),
        calendars.at(institution.path, version),
        provisional=_provisional(first, found.due_at.astimezone(ZoneInfo(zone)).date(), reference),
        is_exact=isinstance(start, datetime),
    )
    return explanation(found, told)


def _far(reference: Reference) -> str:
    bounds = {"first": min(reference.years, default=reference.today.year), "years": reference.limits["deadline_years_ahead"]}
    return _("We know the days off from %(first)d on, and count at most %(years)d years ahead. Please choose a day between.") % bounds


def read_start(text: str) -> date | datetime:
    """A date or a date with a time, as ISO 8601 writes them. Refuses 422."""
    text = text.replace("\x00", "").strip()
    try:
        found = parse_date(text) or parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        found = None
    if not text:
        raise _wrong("start", _("Please say from which day to count."))
    if found is None:
        raise _wrong("start", _("We cannot read this date. Please write year, month and day, like 2026-11-23."))
    return found


def answer_deadline(given: Mapping[str, Any], *, client: str, at: datetime) -> tuple[Institution, date | datetime, Explanation]:
    """Read `policy`, `start` and `institution` (a slug; none is the nation) as they were sent, and count. Counts one question of the client.

    Refuses 422 field by field, all that is wrong at once; 429 whoever asks too often.
    """
    reference = Reference(at)
    sentence = _("Too many questions from this connection. Please wait %(minutes)d minutes and try again.")
    limits = reference.limits
    spend(f"deadlines:{client}", most=limits["deadlines_per_client"], minutes=limits["deadlines_client_minutes"], sentence=sentence, at=at)
    wrong: dict[str, Sequence[Any]] = {}
    slug = str(given.get("institution") or "").replace("\x00", "").strip()
    institution = Institution.objects.filter(slug=slug).first() if slug else reference.root
    if institution is None:
        wrong["institution"] = [_("We do not know this institution. Please check the spelling, or leave it empty to count for the nation.")]
    start: date | datetime = reference.today
    try:
        start = read_start(str(given.get("start") or ""))
    except Refusal as refusal:
        wrong |= refusal.fields
    key = str(given.get("policy") or "")
    try:
        found = reckon(key, start, institution=institution or reference.root, at=at, reference=reference)
    except Refusal as refusal:
        wrong = {**refusal.fields, **wrong}
    if wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=wrong)
    return institution or reference.root, start, found
