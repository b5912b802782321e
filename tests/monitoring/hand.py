"""How a row of the golden set is read: a life in words, its deadlines, and what it adds; `golden` says how to write one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.facts import Deadline, Event, History, Key, Place, Tick, working_days

WIB = ZoneInfo("Asia/Jakarta")
PLACES = {
    1: Place((1,), "Asia/Jakarta"),
    2: Place((1, 2), "Asia/Jakarta"),
    3: Place((1, 2, 3), "Asia/Jakarta"),
    4: Place((1, 2, 4), "Asia/Jakarta"),
    5: Place((1, 5), "Asia/Jakarta"),
    6: Place((1, 6), "Asia/Jayapura"),
}
NAMES = {"N": 1, "A": 2, "A1": 3, "A2": 4, "B": 5, "T": 6}
OFF = [date(2026, 6, 16)]
AT = datetime(2026, 6, 30, 12, tzinfo=WIB)
SUBMIT = "awaiting_verification"
AFTER = {
    "submit": SUBMIT, "part": SUBMIT, "complete": SUBMIT, "dispose_to_institution": SUBMIT, "return_upward": SUBMIT, "return_to_admin": SUBMIT,
    "dispute": SUBMIT, "restore": SUBMIT, "pend": "awaiting_completion", "dispose_to_unit": "awaiting_followup", "redispose": "awaiting_followup",
    "handle": "in_progress", "respond": "in_progress", "progress": "in_progress", "reopen": "in_progress", "answer": "awaiting_reporter",
    "reply": "reporter_replied", "confirm": "closed", "close_by_silence": "closed", "close_by_decision": "closed", "withdraw": "closed",
    "hand_over": "closed", "merge": "closed", "end_part": "closed", "archive": "archived", "lapse": "archived",
}  # fmt: skip
KINDS = {"confirm": "reporter_confirmed", "close_by_silence": "auto_no_reply", "close_by_decision": "decision", "hand_over": "handed_over",
         "withdraw": "withdrawn", "merge": "merged"}  # fmt: skip
DIM = {"met": "clock", "missed": "clock", "completed": "closure", "closed": "closure", "archived": "reason", "pended": "reason", "rated": "stars"}
PEOPLE = {"female": "gender", "male": "gender", "none": "disability", "sensory": "disability", "18_29": "age", "60_plus": "age"}


def instant(text: str) -> datetime:
    day, _dot, hour = text.partition(".")
    return datetime.combine(date(2026, 6, 1) + timedelta(days=int(day) - 1), time(int(hour or 9)), tzinfo=WIB).astimezone(UTC)


def due(text: str) -> datetime:
    return datetime.combine(date(2026, 6, 1) + timedelta(days=int(text) - 1), time(23, 59, 59), tzinfo=WIB).astimezone(UTC)


@dataclass(frozen=True)
class Row:
    name: str
    life: str
    adds: str = ""
    clocks: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def history(self, upto: int | None = None) -> History:
        events: list[Event] = []
        for number, line in enumerate(self.life.split(";"), 1):
            events.append(_event(number, line.split(), events[-1] if events else None))
        kept = events[:upto]
        last = kept[-1].at
        deadlines = [_deadline(line.split(), kept, last) for line in self.clocks.split(";") if line.strip()]
        more = {"channel": "web", "track": "non_oversight", "kind": "complaint", "topic": "roads", "region": "33.74"} | self.more
        return History(kept, [row for row in deadlines if row.ticks], **more)

    @property
    def expected(self) -> dict[int, Counter[Key]]:
        """What stands in the table, without the cuts."""
        found: dict[int, Counter[Key]] = {}
        for line in filter(None, (line.strip() for line in self.adds.split("\n"))):
            places, _colon, items = line.partition(": ")
            for place in places.split():
                cells = found.setdefault(NAMES[place], Counter())
                for item in items.split():
                    _put(cells, item)
        return found


def _event(number: int, words: list[str], before: Event | None) -> Event:
    at, kind, *rest = words
    moved = next((NAMES[word.rstrip("!")] for word in rest if word.rstrip("!") in NAMES), None)
    said = [word for word in rest if word.rstrip("!") not in NAMES]
    holder = moved or (before.holder if before else 1)
    after = AFTER.get(kind) or (before.after if before else "")
    if kind in {"dispose_to_unit", "part", "change_track"} and moved is not None:
        after = SUBMIT if any(word.endswith("!") for word in rest) else "awaiting_followup"
    stars = int(said[0]) if kind in {"confirm", "rate"} else None
    reason = KINDS.get(kind) or (said[0] if said and stars is None else "")
    return Event(number, kind, instant(at), before.after if before else "", after, before.holder if before else None, holder, reason, stars)


def _deadline(words: list[str], events: list[Event], last: datetime) -> Deadline:
    key, first, *rest = words
    start, _arrow, until = first.partition(">")
    by_at = {event.at: event.id for event in events}
    ticks = [Tick("start", instant(start), due(until), "", by_at.get(instant(start)))] if instant(start) <= last else []
    while rest:
        kind, when = rest.pop(0), rest.pop(0)
        reason = rest.pop(0) if kind == "pause" else ""
        day, _arrow, moved = when.partition(">")
        until = moved or until
        if instant(day) <= last:
            ticks.append(Tick(kind, instant(day), due(until), reason, by_at.get(instant(day))))
    return Deadline(key, "Asia/Jakarta", ticks)


def _put(cells: Counter[Key], item: str) -> None:
    text, _star, times = item.partition("*")
    name, _at, day_text = text.partition("@")
    day = (date(2026, 6, 1) + timedelta(days=int(day_text) - 1)).isoformat()
    n = int(times or 1)
    if ":" in name:
        measure, _colon, value = name.partition(":")
        cells[day, measure, PEOPLE[value], value] += n
        return
    measure, equals, value = name.partition("=")
    cells[day, measure, "", ""] += n
    if equals:
        cells[day, measure, DIM.get(measure, "days"), value] += n


def worked(_place: int, first: date, last: date) -> int:
    return working_days(first, last, OFF, 5)
