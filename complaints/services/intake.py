"""Receiving a report (S02): reading what was sent, the number and the case code, the first queue and clocks, the vault."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from institutions.models import Institution, Region, Topic
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .. import numbers, vault
from ..models import AgeBand, Assistance, Channel, Clock, Complaint, Disability, Gedsi, Gender, Replay, Upload
from ..vault import Identity
from ..workflow import Classification, OnBehalf, Relation, State
from . import clocks, notify
from .needs import REQUIRED, TOPIC, Wrong, clean_date, clean_email, clean_phone, clean_text, find_region, minimum_missing, read_files, read_flag
from .plan import Plan, write
from .reference import Reference
from .rules import force_secrecy

CONSENT_VERSION = "2026-11"
NUMBERS = 5  # how many are drawn
GEDSI_CHOICES = {"needs_assistance": Assistance, "gender": Gender, "disability": Disability, "age_band": AgeBand}


@dataclass(slots=True)
class Draft:
    """A submission that was read: everything checked, nothing stored yet."""

    classification: Classification
    title: str
    body: str
    incident_date: date | None = None
    incident_region: Region | None = None
    incident_place: str = ""
    origin_region: Region | None = None
    target: Institution | None = None
    topic: Topic | None = None
    is_anonymous: bool = False
    is_secret: bool = False
    is_urgent: bool = False
    contact_allowed: bool = False
    requested_outcome: str = ""
    loss: str = ""
    reported_party: str = ""
    external_ref: str = ""
    on_behalf: str = OnBehalf.SELF
    relation: str = ""
    group_size: int | None = None
    represented_agree: bool = False
    identity: Identity = field(default_factory=Identity)
    gedsi: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: the case code is shown here and nowhere again."""

    complaint: Complaint
    case_code: str
    clocks: tuple[Clock, ...] = ()  # that run, what is due first before the others
    is_replay: bool = False


class _Reader:
    """Reads one submission, gathering a sentence for each field that cannot be used."""

    def __init__(self, given: Mapping[str, Any], reference: Reference) -> None:
        self.given, self.reference, self.limits = given, reference, reference.limits
        self.wrong: dict[str, list[Any]] = {}

    def read(self, name: str, reader: Callable[[Any], Any], default: Any, *, within: Mapping[str, Any] | None = None, prefix: str = "") -> Any:
        value = (self.given if within is None else within).get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return default
        try:
            return reader(value)
        except Wrong as error:
            self.wrong[prefix + name] = [str(error)]
            return default

    def text(self, name: str, limit: str = "text_max", *, required: bool = False, longest: int | None = None) -> str:
        found: str = self.read(name, lambda v: clean_text(v, longest=longest or self.limits[limit]), "")
        if required and not found and name not in self.wrong:
            self.wrong[name] = [REQUIRED]
        return found

    def choice(self, name: str, choices: type[Any], *, within: Mapping[str, Any] | None = None, prefix: str = "") -> str:
        def reader(value: Any) -> str:
            if str(value) not in choices.values:
                raise Wrong(_("Please choose one of: %(choices)s.") % {"choices": ", ".join(filter(None, choices.values))})
            return str(value)

        found: str = self.read(name, reader, "", within=within, prefix=prefix)
        return found

    def past(self, value: Any) -> date:
        found = clean_date(value)
        if found > self.reference.today:
            raise Wrong(_("This date lies in the future. Please give the day on which it happened."))
        return found

    def institution(self, value: Any) -> Institution | None:
        """Unknown or no longer active: the national desk finds the right one (no wrong door)."""
        if isinstance(value, Institution):
            return value
        return Institution.objects.in_force(self.reference.today).filter(slug=clean_text(value, longest=100)).first()

    def topic(self, value: Any) -> Topic | None:
        return value if isinstance(value, Topic) else next(iter(TOPIC(clean_text(value, longest=100))), None)

    def identity(self) -> Identity:
        contact = self.given.get("contact") or {}
        if not isinstance(contact, Mapping):
            self.wrong["contact"] = [_("Please give name, email and phone as separate fields.")]
            return Identity()
        name = self.read("name", lambda v: clean_text(v, longest=120), "", within=contact, prefix="contact.")
        email = self.read("email", clean_email, "", within=contact, prefix="contact.")
        phone = self.read("phone", clean_phone, "", within=contact, prefix="contact.")
        return Identity(name, email, phone, *self.represented())

    def represented(self) -> tuple[str, str]:
        """Name and contact of whoever the report is made for: kept only when they agree."""
        if not self.given.get("on_behalf"):
            return "", ""
        given = self.given.get("represented") or {}
        if not isinstance(given, Mapping):
            self.wrong["represented"] = [_("Please give name and contact as separate fields.")]
            return "", ""
        found = {n: self.read(n, lambda v: clean_text(v, longest=120), "", within=given, prefix="represented.") for n in ("name", "contact")}
        if any(found.values()) and not self.read("represented_agree", read_flag, default=False):
            name = next(n for n in found if found[n])
            self.wrong.setdefault(
                f"represented.{name}", [_("Please name the person only when they agree, or when you are the parent or guardian. You can send it without.")]
            )
        return found["name"], found["contact"]

    def size(self, value: Any) -> int:
        text = clean_text(value, longest=12).replace(".", "")
        if not text.isdecimal() or not 2 <= int(text) <= self.limits["group_size_max"]:
            raise Wrong(_("Please give the number of people as a number from 2 up."))
        return int(text)

    def gedsi(self) -> dict[str, str]:
        answers = self.given.get("gedsi") or {}
        if not isinstance(answers, Mapping):
            self.wrong["gedsi"] = [_("Please answer each question in its own field.")]
            return {}
        found = {n: self.choice(n, c, within=answers, prefix="gedsi.") for n, c in GEDSI_CHOICES.items()}
        return {name: value for name, value in found.items() if value}


def read_draft(given: Mapping[str, Any], *, at: datetime, reference: Reference | None = None) -> Draft:
    """Read a submission as any face gets it. Refuses with a sentence for each field that cannot be used; loses nothing.

    Below the minimum information is no reason to refuse: the report is received and marked incomplete.
    """
    reader = _Reader(given, reference or Reference(at))
    classification = reader.choice("classification", Classification)
    if not classification and "classification" not in reader.wrong:
        reader.wrong["classification"] = [REQUIRED]
    flags = {n: reader.read(n, read_flag, default=False) for n in ("is_anonymous", "is_secret", "urgent", "contact_allowed", "consent")}
    if not flags["consent"] and "consent" not in reader.wrong:
        reader.wrong["consent"] = [_("We need your consent to handle the report.")]
    on_behalf = reader.choice("on_behalf", OnBehalf)
    draft = Draft(
        classification=Classification(classification or Classification.COMPLAINT),
        title=" ".join(reader.text("title", "title_max", required=True).split()),
        body=reader.text("body", "body_max", required=True),
        incident_date=reader.read("incident_date", reader.past, None),
        incident_region=reader.read("incident_region", find_region, None),
        incident_place=reader.text("incident_place", longest=200),
        origin_region=reader.read("origin_region", find_region, None),
        target=reader.read("target_institution", reader.institution, None),
        topic=reader.read("topic", reader.topic, None),
        is_anonymous=flags["is_anonymous"],
        is_secret=flags["is_secret"],
        is_urgent=flags["urgent"],
        contact_allowed=flags["contact_allowed"],
        requested_outcome=reader.text("requested_outcome"),
        loss=reader.text("loss"),
        reported_party=reader.text("reported_party"),
        external_ref=reader.text("external_ref", longest=64),
        on_behalf=on_behalf,
        relation=reader.choice("relation", Relation) if on_behalf else "",
        group_size=reader.read("group_size", reader.size, None) if on_behalf == OnBehalf.GROUP else None,
        represented_agree=bool(on_behalf) and reader.read("represented_agree", read_flag, default=False),
        identity=reader.identity(),
        gedsi=reader.gedsi(),
        files=reader.read("files", lambda value: read_files(value, limits=reader.limits), []),
    )
    if reader.wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=reader.wrong)
    return draft


def missing_for_minimum(draft: Draft, *, at: datetime, reference: Reference | None = None) -> list[str]:
    """Names of the fields that the minimum information still lacks: a warning before sending, never a refusal."""
    return minimum_missing(_blank(draft), (reference or Reference(at)).limits)


def missing_of(complaint: Complaint, *, at: datetime, reference: Reference | None = None) -> list[str]:
    """Names of the fields that a received report still lacks."""
    return minimum_missing(complaint, (reference or Reference(at)).limits)


def _blank(draft: Draft) -> Complaint:
    return Complaint(
        classification=draft.classification,
        topic=draft.topic,
        is_anonymous=draft.is_anonymous,
        is_secret=draft.is_secret,
        is_urgent=draft.is_urgent,
        contact_allowed=draft.contact_allowed and bool(draft.identity),
        has_contact=bool(draft.identity.email or draft.identity.phone),
        title=draft.title,
        body=draft.body,
        title_original=draft.title,
        body_original=draft.body,
        incident_date=draft.incident_date,
        incident_region=draft.incident_region,
        incident_place=draft.incident_place,
        origin_region=draft.origin_region,
        target_institution=draft.target,
        requested_outcome=draft.requested_outcome,
        loss=draft.loss,
        reported_party=draft.reported_party,
        external_ref=draft.external_ref,
        on_behalf=draft.on_behalf,
        relation=draft.relation,
        group_size=draft.group_size,
        represented_agree=draft.represented_agree,
        consent_version=CONSENT_VERSION,
    )


def first_holder(target: Institution | None, reference: Reference) -> Institution:
    """The chosen institution or the door used, if somebody is appointed to receive there; else the national desk."""
    if target is None or target.is_national:
        return reference.root
    return reference.receiving_desk(target, is_oversight=False) or reference.root


def _receive(draft: Draft, *, by: Actor, at: datetime, channel: str, door: Institution | None, reference: Reference, assisted: bool) -> Receipt:
    complaint = _blank(draft)
    complaint.channel, complaint.entry_door = channel, door
    complaint.holder = first_holder(draft.target or door, reference)
    complaint.was_direct = not complaint.holder.is_national
    complaint.state = State.AWAITING_VERIFICATION
    complaint.submitted_at = complaint.last_input_at = complaint.moved_at = at
    complaint.language = "en" if get_language() == "en" else "id"
    complaint.entered_by_id = by.user_id if assisted else None
    complaint.is_incomplete = bool(minimum_missing(complaint, reference.limits))
    force_secrecy(complaint)
    code = numbers.new_case_code()
    complaint.code_salt = secrets.token_bytes(16)
    complaint.code_hash = numbers.hash_code(code, salt=complaint.code_salt, pepper=settings.CASE_CODE_PEPPER)
    started = _write(complaint, draft.files, by=by, at=at, reference=reference)
    if draft.identity:
        vault.seal(complaint.pk, draft.identity, at=at)
    if draft.gedsi:
        Gedsi.objects.create(complaint=complaint, **draft.gedsi)
    return Receipt(complaint, code, started)


def _write(complaint: Complaint, files: list[Upload], *, by: Actor, at: datetime, reference: Reference) -> tuple[Clock, ...]:
    """Write the report under a tracking number that is free as a rule (the unique key decides, not a look before); its first clocks."""
    complaint.tracking_id = numbers.new_tracking_id()
    complaint.version, complaint.seq, complaint.head = 0, 0, ""
    plan = Plan.on(complaint, "submit", by=by, at=at, reference=reference)
    plan.state_before, plan.holder_before, plan.entered = "", None, True
    plan.files = files
    plan.data = {"channel": complaint.channel, "is_urgent": complaint.is_urgent}
    clocks.run(plan, ())
    write([plan])
    notify.tell([plan])
    return _running(plan.started)


def _running(clocks: Iterable[Clock]) -> tuple[Clock, ...]:
    return tuple(sorted((clock for clock in clocks if clock.state == Clock.RUNNING), key=lambda clock: clock.due_at))


def submit(
    given: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    channel: str = Channel.WEB,
    door: Institution | None = None,
    assisted: bool = False,
    idempotency_key: str = "",
    reference: Reference | None = None,
) -> Receipt:
    """Receive a report from any face.

    Creates the complaint with number and code, its first clocks, its history, the sealed identity and the receipt's notice.
    Refuses: 422 field by field; 422 for an idempotency key under 128 bits; 403 for assisted intake without the power.
    With the same key and the same content the first receipt is given again for a day; with other content 409.
    """
    reference = reference or Reference(at)
    if assisted and not by.has("intake"):
        raise Refusal("forbidden", _("You may not enter reports for others."))

    def once() -> Receipt:
        slot = _Slot(idempotency_key, given, reference) if idempotency_key else None
        if slot is not None and (known := slot.replay(at)) is not None:
            return known  # before anything is read: its files are linked already
        draft = read_draft(given, at=at, reference=reference)
        receipt = _receive(draft, by=by, at=at, channel=channel, door=door, reference=reference, assisted=assisted)
        if slot is not None:
            slot.keep(receipt, at)
        return receipt

    return _with_free_number(once)


def _with_free_number(once: Callable[[], Receipt]) -> Receipt:
    """The whole again, from its beginning, when the number that was drawn is somebody's already."""
    for _attempt in range(NUMBERS - 1):
        with suppress(IntegrityError), transaction.atomic():
            return once()
    with transaction.atomic():
        return once()


def _bits(key: str) -> int:
    """How many bits a random key of this spelling can carry: 4 a hexadecimal digit, 6 any other character."""
    plain = key.replace("-", "")
    is_hex = not set(plain.lower()) - set("0123456789abcdef")
    return len(plain) * (4 if is_hex else 6) if len(set(plain)) > 5 else 0


class _Slot:
    """One idempotency key: only its hash is stored, and the answer sealed under the key itself."""

    def __init__(self, key: str, given: Mapping[str, Any], reference: Reference) -> None:
        limits = reference.limits
        if _bits(key) < limits["idempotency_bits"] or len(key) > 200:
            raise Refusal(
                "invalid",
                _("The idempotency key is too short: use at least 128 random bits, for example a UUID."),
                fields={"Idempotency-Key": [_("Too short.")]},
            )
        self.hash = hashlib.sha256(b"lookup" + key.encode()).digest()
        self.box = SecretBox(hashlib.sha256(b"seal" + key.encode()).digest())
        self.request = hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).digest()
        self.lifetime = timedelta(hours=limits["idempotency_hours"])

    def replay(self, at: datetime) -> Receipt | None:
        """The receipt given before. Two at once: the second waits here until the first is committed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [self.hash.hex()])
        row = Replay.objects.filter(pk=self.hash, created_at__gt=at - self.lifetime).first()
        if row is None:
            return None
        if bytes(row.request_hash) != self.request:
            raise Refusal("conflict", _("This idempotency key was used for another report. Please use a new one."))
        try:
            stored = json.loads(self.box.decrypt(bytes(row.sealed)))
        except CryptoError as error:
            raise Refusal("conflict", _("This idempotency key was used for another report. Please use a new one.")) from error
        complaint = Complaint.objects.select_related("holder").get(pk=stored["id"])
        return Receipt(complaint, stored["code"], _running(complaint.clocks.all()), is_replay=True)

    def keep(self, receipt: Receipt, at: datetime) -> None:
        sealed = self.box.encrypt(json.dumps({"id": str(receipt.complaint.pk), "code": receipt.case_code}).encode())
        row = Replay(key_hash=self.hash, request_hash=self.request, sealed=sealed, created_at=at)
        Replay.objects.bulk_create([row], update_conflicts=True, unique_fields=["key_hash"], update_fields=["request_hash", "sealed", "created_at"])


def forget_replays(*, at: datetime, reference: Reference | None = None) -> int:
    """Delete the sealed answers whose time is over; says how many."""
    lifetime = timedelta(hours=(reference or Reference(at)).limits["idempotency_hours"])
    return Replay.objects.filter(created_at__lte=at - lifetime).delete()[0]
