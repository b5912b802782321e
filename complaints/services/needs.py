"""What a step asks of the caller: each input once, how it is read, and the kind sentence when it cannot be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Institution, Region, Topic
from lapor.ground.prepared import PreparedModels
from lapor.ground.problems import Refusal

from ..models import Complaint, Upload
from ..workflow import ArchiveReason, Classification, Finding, HandOverTarget, HoldReason, Outcome, PendReason, Step, Track
from .reference import Reference

CODE_LENGTH = 24  # of a code that an event keeps


TOPIC = PreparedModels(lambda code: Topic.objects.filter(pk=code), "-")
REGION = PreparedModels(lambda code: Region.objects.filter(pk=code), "-")


class Wrong(Exception):
    """One input cannot be used; the text says what to do."""


@dataclass(slots=True)
class Asked:
    """What an input is read against."""

    step: Step
    complaint: Complaint
    reference: Reference
    given: Mapping[str, Any] = field(default_factory=dict)
    is_reporter: bool = False

    @property
    def limits(self) -> dict[str, int]:
        return self.reference.limits


def clean_text(value: Any, *, longest: int) -> str:
    """A text as typed, without surrounding space. Refuses what cannot be stored or is too long."""
    if not isinstance(value, str | int | float):
        raise Wrong(_("Please write a text here."))
    text = str(value).replace("\r\n", "\n").strip()
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text):
        raise Wrong(_("The text contains a character that cannot be stored. Please remove it."))
    if len(text) > longest:
        raise Wrong(_("Please shorten the text to %(limit)d characters; it has %(length)d now.") % {"limit": longest, "length": len(text)})
    return text


def _text(value: Any, asked: Asked) -> str:
    return clean_text(value, longest=asked.limits["text_max"])


def _short(value: Any, _asked: Asked) -> str:
    return clean_text(value, longest=120)


def clean_email(value: Any) -> str:
    """An address that a mail can be sent to."""
    text = clean_text(value, longest=254)
    user, at, host = text.rpartition("@")
    if not at or not user or "." not in host or any(c.isspace() or ord(c) < 32 or c in '<>,;"()' for c in text):
        raise Wrong(_("This is not an e-mail address. It looks like nama@contoh.id."))
    return text


def clean_phone(value: Any) -> str:
    """A telephone number with its country, +62 where none is written."""
    text = clean_text(value, longest=30)
    digits = "".join(c for c in text if c.isdigit())
    if not 8 <= len(digits) <= 15 or set(text) - set("0123456789+-. ()"):
        raise Wrong(_("This is not a telephone number. It looks like 0812-3456-7890."))
    return "+62" + digits[1:] if digits.startswith("0") else "+" + digits


def clean_date(value: Any) -> date:
    """A date given as such or as YYYY-MM-DD."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        found = parse_date(str(value).strip())
    except ValueError:
        found = None
    if found is None:
        raise Wrong(_("Please give a date as year-month-day, for example 2026-11-24."))
    return found


def _past(value: Any, asked: Asked) -> date:
    found = clean_date(value)
    if found > asked.reference.today:
        raise Wrong(_("This date lies in the future. Please give the day on which it happened."))
    return found


def _future(value: Any, asked: Asked) -> date:
    found = clean_date(value)
    if found < asked.reference.today:
        raise Wrong(_("This date has passed. Please give the day by which you expect to be done."))
    return found


def _choice(choices: type[Any]) -> Callable[[Any, Asked], str]:
    def read(value: Any, _asked: Asked) -> str:
        if str(value) not in choices.values:
            raise Wrong(_("Please choose one of: %(choices)s.") % {"choices": ", ".join(choices.values)})
        return str(value)

    return read


REASONS: dict[str, type[Any]] = {"pend": PendReason, "archive": ArchiveReason, "hold": HoldReason}


def _reason(value: Any, asked: Asked) -> str:
    return _choice(REASONS[asked.step.code])(value, asked)


def _until(value: Any, asked: Asked) -> date:
    """The last day of a hold, by the calendar of the holder."""
    found, complaint = clean_date(value), asked.complaint
    zone, most = ZoneInfo(complaint.holder.time_zone), asked.limits["hold_days"]
    today = asked.reference.at.astimezone(zone).date()
    if not today < found <= today + timedelta(days=most):
        raise Wrong(_("Please give a day after today, at most %(days)d days ahead.") % {"days": most})
    if complaint.hold_until is not None and found <= complaint.hold_until.astimezone(zone).date():
        raise Wrong(_("It is on hold until then already. Please give a later day, or end the hold."))
    return found


def _outcome(value: Any, asked: Asked) -> str:
    """How an answer ends a report; how the Ombudsman ended a referral is a code of that machine."""
    if asked.step.code != "release_referral":
        return _choice(Outcome)(value, asked)
    code = str(value)
    if not code.isidentifier() or len(code) > CODE_LENGTH:
        raise Wrong(_("Please give a short code in lower case."))
    return code


def _items(value: Any, asked: Asked) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else list(value)
    found = [clean_text(line, longest=200) for line in lines if str(line).strip()]
    if not found:
        raise Wrong(_("Please list what is missing, one item a line."))
    if len(found) > 20:
        raise Wrong(_("Please list at most 20 items."))
    return found


def find_institution(value: Any, asked: Asked) -> Institution:
    if isinstance(value, Institution):
        return value
    found = Institution.objects.in_force(asked.reference.today).filter(slug=clean_text(value, longest=200)).first()
    if found is None:
        raise Wrong(_("This institution is not known or no longer active. Please check its name, or write only a part of it."))
    return found


def find_topic(value: Any, asked: Asked) -> Topic:
    if isinstance(value, Topic):
        return value
    found = next(iter(TOPIC(clean_text(value, longest=200))), None)
    if found is None or (found.valid_to is not None and found.valid_to < asked.reference.today):
        raise Wrong(_("This topic is not known or no longer used. Please choose one from the list."))
    return found


def find_region(value: Any) -> Region:
    if isinstance(value, Region):
        return value
    found = next(iter(REGION(clean_text(value, longest=200))), None)
    if found is None:
        raise Wrong(_("This place is not known. Please choose it from the list, or leave it empty."))
    return found


def _rating(value: Any, _asked: Asked) -> int:
    if str(value) not in {"1", "2", "3", "4", "5"}:
        raise Wrong(_("Please give 1 to 5 stars."))
    return int(value)


def read_flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "1", "yes", "on"}:
        return True
    if str(value).lower() in {"false", "0", "no", "off"}:
        return False
    raise Wrong(_("Please answer yes or no."))


def _flag(value: Any, _asked: Asked) -> bool:
    return read_flag(value)


def _decision(value: Any, asked: Asked) -> dict[str, Any]:
    """The decision record of the oversight track: number, date and finding."""
    given = value if isinstance(value, Mapping) else {}
    number = clean_text(given.get("number") or "", longest=80)
    if not number or not given.get("on") or not given.get("finding"):
        raise Wrong(_("Please give the number, the date and the finding of the decision."))
    return {"number": number, "on": _past(given["on"], asked), "finding": _choice(Finding)(given["finding"], asked)}


def _line(value: Any, asked: Asked) -> str:
    return " ".join(clean_text(value, longest=asked.limits["title_max"]).split())


def _part(value: Any, asked: Asked) -> Complaint:
    found = asked.complaint.children.filter(tracking_id=clean_text(value, longest=16)).first()
    if found is None:
        raise Wrong(_("Please choose one of the parts of this report."))
    return found


def read_files(value: Any, *, limits: dict[str, int]) -> list[Upload]:
    """The uploads with these ids that nothing links yet, in the order given. Raises `Wrong` when one cannot be used."""
    if not isinstance(value, str | list | tuple):
        raise Wrong(_("Please send a list of file ids."))
    given = [value] if isinstance(value, str) else list(value)
    if len(given) > limits["files_max"]:
        raise Wrong(_("Please send at most %(limit)d files at once.") % {"limit": limits["files_max"]})
    ids = [_id(text) for text in dict.fromkeys(map(str, given))]
    rows = {row.pk: row for row in Upload.objects.filter(pk__in=ids, complaint=None)}
    if len(rows) != len(ids):
        raise Wrong(_("One of the files is not here any more. Please choose it again."))
    refused = next((row for row in rows.values() if row.state == Upload.State.REFUSED), None)
    if refused is not None:
        raise Wrong(refused.why)
    return [rows[pk] for pk in ids]


def _id(text: str) -> UUID:
    try:
        return UUID(text.replace("\x00", ""))
    except ValueError:
        raise Wrong(_("One of the files is not here any more. Please choose it again.")) from None


READERS: dict[str, Callable[[Any, Asked], Any]] = {
    "text": _text,
    "evidence": _text,
    "reason": _reason,
    "items": _items,
    "target": find_institution,
    "suggested": find_institution,
    "topic": find_topic,
    "track": _choice(Track),
    "estimated_on": _future,
    "done_on": _past,
    "outcome": _outcome,
    "consent": _flag,
    "until": _until,
    "decision": _decision,
    "rating": _rating,
    "secret": _flag,
    "body": _choice(HandOverTarget),
    "reference": _short,
    "consent_identity": _flag,
    "incident_date": _past,
    "incident_region": lambda value, _asked: find_region(value),
    "incident_place": _short,
    "reported_party": _text,
    "part_title": _line,
    "part_text": lambda value, asked: clean_text(value, longest=asked.limits["body_max"]),
    "mandatory": _flag,
    "part": _part,
    "files": lambda value, asked: read_files(value, limits=asked.limits),
}

REQUIRED = gettext_lazy("Please fill this in.")


def missing_of(step: Step, complaint: Complaint) -> tuple[str, ...]:
    """What the desk has not settled yet and this step therefore asks for."""
    wanted: list[str] = []
    if "topic" in step.missing and complaint.topic_id is None:
        wanted.append("topic")
    if "track" in step.missing and not complaint.is_track_set:
        wanted.append("track")
    return tuple(wanted)


def inputs_of(step: Step, complaint: Complaint, *, is_reporter: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(required, optional) inputs of the step for this complaint and whoever takes it, in the order in which a form shows them."""
    required = missing_of(step, complaint) + step.needs + (() if is_reporter else step.officer_needs)
    optional = tuple(w for w in (*step.wants, *(step.reporter_wants if is_reporter else ())) if w not in required)
    if "decision" in optional and complaint.track == Track.OVERSIGHT:
        required, optional = (*required, "decision"), tuple(w for w in optional if w != "decision")
    elif "decision" in optional:
        optional = tuple(w for w in optional if w != "decision")
    if not complaint.part_count:
        optional = tuple(w for w in optional if w != "part")
    if complaint.reported_party:
        optional = tuple(w for w in optional if w != "reported_party")
    elif step.missing:
        optional = (*optional, "reported_party")
    return required, optional


def read_inputs(asked: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of the step, read. Refuses with one sentence for each field that is missing or wrong."""
    required, optional = inputs_of(asked.step, asked.complaint, is_reporter=asked.is_reporter)
    allowed = (*required, *optional, *asked.step.missing)
    wrong: dict[str, list[Any]] = {}
    found: dict[str, Any] = {}
    for name in sorted(set(given) - set(allowed)):
        if given[name] not in (None, ""):
            wrong[name] = [_("This step does not ask for it.")]
    for name in allowed:
        value = given.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if name in required:
                wrong[name] = [REQUIRED]
            continue
        try:
            found[name] = READERS[name](value, asked)
        except Wrong as error:
            wrong[name] = [str(error)]
    _cross_check(asked, found, wrong)
    if wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=wrong)
    return found


def _cross_check(asked: Asked, found: dict[str, Any], wrong: dict[str, list[Any]]) -> None:
    """What only several inputs together can say."""
    complaint = asked.complaint
    track = found.get("track", complaint.track)
    if (asked.step.missing or asked.step.code == "change_track") and track == Track.OVERSIGHT and not (found.get("reported_party") or complaint.reported_party):
        wrong.setdefault("reported_party", [_("The oversight track needs to know whom the report is about. Please write it as the reporter says it.")])
    if found.get("outcome") == Outcome.CANNOT_LAWFULLY and asked.step.code == "answer" and len(found.get("evidence", "")) < 10:
        wrong.setdefault("evidence", [_("A refusal needs its legal basis. Please name it here.")])


def minimum_missing(complaint: Complaint, limits: Mapping[str, int], *, added: int = 0) -> list[str]:
    """Which parts of the minimum information are not there yet (DOMAIN 2.2); `added` characters came in completions."""
    missing = []
    if len(complaint.title) < limits["title_min"]:
        missing.append("title")
    if len(complaint.body) + added < limits["body_min"]:
        missing.append("body")
    if complaint.classification == Classification.COMPLAINT:
        missing += [n for n in ("incident_date", "incident_region") if getattr(complaint, f"{n}_id" if n == "incident_region" else n) is None]
    elif complaint.origin_region_id is None:
        missing.append("origin_region")
    return missing
