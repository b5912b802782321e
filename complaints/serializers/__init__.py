"""What the API says of a complaint to each audience, and the shape of what it takes (for the schema; services do the reading)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from institutions.models import Institution, PriorityIssue, Region, Topic

from ..clock import PUBLIC_KEYS
from ..models import NEVER, AgeBand, Assistance, Clock, Complaint, Disability, Entry, Family, Gender, Transition, Upload, issues_of
from ..services import Known, OpenStep, Receipt
from ..wording import NEXT_STEPS, action_of, sentence_of
from ..workflow import Classification, EntryKind, OnBehalf, Referral, Relation, State, TransferConsent


@extend_schema_field({"oneOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]})
class MomentField(serializers.DateTimeField):
    """A moment; its date alone where the hour could tell who an anonymous reporter is."""


class ContactIn(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, allow_blank=True)
    email = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)


class ContactStateOut(serializers.Serializer[Any]):
    is_verified = serializers.BooleanField()
    is_unreachable_by_email = serializers.BooleanField()


class RepresentedIn(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, allow_blank=True)
    contact = serializers.CharField(required=False, allow_blank=True)


class GedsiIn(serializers.Serializer[Any]):
    needs_assistance = serializers.ChoiceField(choices=Assistance.choices, required=False, allow_blank=True)
    gender = serializers.ChoiceField(choices=Gender.choices, required=False, allow_blank=True)
    disability = serializers.ChoiceField(choices=Disability.choices, required=False, allow_blank=True)
    age_band = serializers.ChoiceField(choices=AgeBand.choices, required=False, allow_blank=True)


class SubmissionIn(serializers.Serializer[Any]):
    """A report. `consent: true` means the current text. Below the minimum information it is received all the same."""

    classification = serializers.ChoiceField(choices=Classification.choices)
    title = serializers.CharField(max_length=150)
    body = serializers.CharField()
    incident_date = serializers.DateField(required=False)
    incident_region = serializers.CharField(required=False, help_text="Region code of any level.")
    incident_place = serializers.CharField(required=False)
    target_institution = serializers.CharField(required=False, help_text="Slug; unknown or inactive goes to the national desk.")
    topic = serializers.CharField(required=False, help_text="Topic code.")
    is_anonymous = serializers.BooleanField(required=False)
    is_secret = serializers.BooleanField(required=False)
    contact = ContactIn(required=False)
    contact_allowed = serializers.BooleanField(required=False)
    requested_outcome = serializers.CharField(required=False)
    loss = serializers.CharField(required=False)
    reported_party = serializers.CharField(required=False)
    origin_region = serializers.CharField(required=False)
    urgent = serializers.BooleanField(required=False)
    on_behalf = serializers.ChoiceField(choices=OnBehalf.choices, required=False, allow_blank=True)
    relation = serializers.ChoiceField(choices=Relation.choices, required=False, allow_blank=True)
    group_size = serializers.IntegerField(required=False)
    represented_agree = serializers.BooleanField(required=False, help_text="The represented agree; a name is taken only then.")
    represented = RepresentedIn(required=False)
    gedsi = GedsiIn(required=False)
    files = serializers.ListField(child=serializers.UUIDField(), required=False, help_text="Ids that `uploads/` gave.")
    consent = serializers.BooleanField()


class HolderOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class ClockOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    state = serializers.ChoiceField(choices=("running", "paused", "stopped", "void"))
    started_at = MomentField(help_text="Of an anonymous report the date alone, but for its reporter.")
    due_at = serializers.DateTimeField()
    is_provisional = serializers.BooleanField()
    outcome = serializers.CharField(allow_blank=True)


class ReceiptOut(serializers.Serializer[Any]):
    tracking_id = serializers.CharField()
    case_code = serializers.CharField(help_text="Shown once; keep it.")
    state = serializers.ChoiceField(choices=State.choices)
    holder = HolderOut()
    clocks = ClockOut(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="What the minimum information still lacks.")


class CodeOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


# What a program is told of a file's state.
FILE_STATES = {Upload.State.WAITING: "pending", Upload.State.CLEAN: "ready", Upload.State.REFUSED: "refused"}


class UploadOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Upload.Kind.choices)
    state = serializers.ChoiceField(choices=[(state, state) for state in FILE_STATES.values()])


class FileOut(UploadOut):
    name = serializers.CharField(help_text="Neutral: the name that it was sent under is kept nowhere.")
    size = serializers.IntegerField(help_text="Bytes of the cleaned copy; until there is one, of what was sent.")
    url = serializers.CharField(allow_null=True, help_text="Where the cleaned copy is, with the same proof as here; null where there is none for you.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it was refused.")


class TimelineOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    sentence = serializers.CharField()
    at = MomentField(help_text="Of what an anonymous reporter did the date alone, but for themselves.")
    institution = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    part = serializers.IntegerField(allow_null=True, help_text="Of a report in parts: whose event it is; null for the report itself.")
    details = serializers.DictField(required=False)
    files = serializers.ListField(child=serializers.UUIDField(), help_text="Ids of the files that came with it.")
    actor = serializers.CharField(required=False, help_text="Officers only.")


class ComplaintRow(serializers.Serializer[Any]):
    tracking_id = serializers.CharField()
    title = serializers.CharField()
    classification = serializers.ChoiceField(choices=Classification.choices)
    state = serializers.ChoiceField(choices=State.choices)
    holder = HolderOut()
    topic = CodeOut(allow_null=True)
    region = CodeOut(allow_null=True)
    issues = CodeOut(many=True, help_text="Priority issues and strategic projects that it counts under.")
    submitted_at = serializers.DateField()
    version = serializers.IntegerField()


class PartOut(serializers.Serializer[Any]):
    part = serializers.IntegerField()
    tracking_id = serializers.CharField(required=False, help_text="Not for the public.")
    title = serializers.CharField(required=False, help_text="Not for the public.")
    state = serializers.ChoiceField(choices=State.choices)
    holder = HolderOut()
    due_at = serializers.DateTimeField(allow_null=True)
    is_mandatory = serializers.BooleanField()


class ComplaintOut(ComplaintRow):
    audience = serializers.ChoiceField(choices=("public", "reporter", "officer"))
    body = serializers.CharField()
    next = serializers.CharField()
    clocks = ClockOut(many=True)
    timeline = TimelineOut(many=True)
    files = FileOut(many=True, help_text="For the public those that an officer released.")
    rating = serializers.IntegerField(allow_null=True)
    parts = PartOut(many=True)
    track = serializers.CharField(required=False)
    is_anonymous = serializers.BooleanField(required=False)
    is_secret = serializers.BooleanField(required=False)
    is_urgent = serializers.BooleanField(required=False)
    is_incomplete = serializers.BooleanField(required=False)
    incident_date = serializers.DateField(required=False, allow_null=True)
    incident_place = serializers.CharField(required=False)
    requested_outcome = serializers.CharField(required=False)
    loss = serializers.CharField(required=False)
    reported_party = serializers.CharField(required=False)
    outcome = serializers.CharField(required=False)
    closure_kind = serializers.CharField(required=False)
    archive_reason = serializers.CharField(required=False)
    on_behalf = serializers.CharField(required=False)
    relation = serializers.CharField(required=False)
    group_size = serializers.IntegerField(required=False, allow_null=True)
    represented_agree = serializers.BooleanField(required=False)
    hold_reason = serializers.CharField(required=False, allow_blank=True)
    hold_until = serializers.DateTimeField(required=False, allow_null=True)
    is_disputed = serializers.BooleanField(required=False, help_text="The national desk has to decide who is competent.")
    is_support_asked = serializers.BooleanField(required=False, help_text="The support of another body is asked of the national desk. Officers only.")
    is_bound = serializers.BooleanField(required=False, help_text="It has: the report is not returned again.")
    referral = serializers.ChoiceField(choices=Referral.choices, required=False, allow_blank=True)
    transfer_consent = serializers.ChoiceField(choices=TransferConsent.choices, required=False, allow_blank=True)
    lead = serializers.CharField(required=False, allow_null=True, help_text="Of a part: the number of the report it belongs to. Officers only.")
    assignee = serializers.CharField(required=False, allow_null=True)
    contact = ContactStateOut(required=False, help_text="Where one was left: its reporter, and officers who may see the identity.")


class StepOut(serializers.Serializer[Any]):
    action = serializers.CharField()
    number = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    required = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    optional = serializers.ListField(child=serializers.CharField())


class StepsOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=State.choices)
    version = serializers.IntegerField()
    steps = StepOut(many=True)


@extend_schema_serializer(many=False)
class StepIn(serializers.Serializer[Any]):
    """`action` and `version`, and the inputs that the step asks for beside them."""

    action = serializers.CharField()
    version = serializers.IntegerField(required=False)
    text = serializers.CharField(required=False)


class UploadIn(serializers.Serializer[Any]):
    file = serializers.FileField()


class InstitutionOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]


class RegionOut(CodeOut):
    level = serializers.CharField()
    full_name = serializers.CharField()


def place(institution: Institution) -> dict[str, str]:
    return {"slug": institution.slug, "name": institution.name}


def coded(row: Topic | Region | PriorityIssue | None) -> dict[str, str] | None:
    return {"code": str(row.pk), "name": row.name} if row is not None else None


def moment(at: datetime, zone: str, *, is_exact: bool) -> datetime | date:
    """With the hour, or the day in the zone where it happened."""
    return at if is_exact else at.astimezone(ZoneInfo(zone)).date()


def clock_out(clock: Clock, *, is_exact: bool = True) -> dict[str, Any]:
    """A deadline; `is_exact`: with the hour from which it runs."""
    found = {name: getattr(clock, name) for name in ("key", "state", "started_at", "due_at", "is_provisional", "outcome")}
    return found | {"started_at": moment(clock.started_at.astimezone(UTC), clock.zone, is_exact=is_exact), "due_at": clock.due_at.astimezone(UTC)}


def receipt_out(receipt: Receipt, missing: list[str]) -> dict[str, Any]:
    complaint = receipt.complaint
    return {
        "tracking_id": complaint.tracking_id,
        "case_code": receipt.case_code,
        "state": complaint.state,
        "holder": place(complaint.holder),
        "clocks": [clock_out(clock) for clock in receipt.clocks],
        "missing": missing,
    }


def row_out(complaint: Complaint, *, in_full: bool) -> dict[str, Any]:
    region = complaint.incident_region if in_full else complaint.regency
    return {
        "tracking_id": complaint.tracking_id,
        "title": complaint.title if in_full else complaint.title_public,
        "classification": complaint.classification,
        "state": complaint.state,
        "holder": place(complaint.holder),
        "topic": coded(complaint.topic),
        "region": coded(region),
        "issues": [coded(issue) for issue in issues_of(complaint)],
        "submitted_at": complaint.submitted_at.date(),
        "version": complaint.version,
    }


OFFICER_FIELDS = (
    "track", "is_anonymous", "is_secret", "is_urgent", "is_incomplete", "incident_date", "incident_place", "requested_outcome",
    "loss", "reported_party", "outcome", "closure_kind", "archive_reason", "on_behalf", "relation", "group_size", "represented_agree",
    "hold_reason", "hold_until", "is_disputed", "is_bound", "referral", "transfer_consent",
)  # fmt: skip


def upload_out(row: Upload) -> dict[str, Any]:
    return {"id": str(row.pk), "kind": row.kind, "state": FILE_STATES[Upload.State(row.state)]}


def file_out(row: Upload, number: str, *, audience: str) -> dict[str, Any]:
    """Office documents are named to the reporter and given to officers."""
    is_ready = row.state == Upload.State.CLEAN
    is_given = is_ready and (audience == "officer" or row.kind != Upload.Kind.OFFICE)
    return upload_out(row) | {
        "name": row.name,
        "size": row.clean_size if is_ready else row.size,
        "url": f"/api/v1/complaints/{number}/files/{row.pk}/" if is_given else None,
        "reason": row.why,
    }


def event_out(row: Transition, entry: Entry | None, *, audience: str, sees_note: bool) -> dict[str, Any]:
    is_exact = audience == "reporter" or not (row.complaint.is_anonymous and row.as_role == "reporter")
    found: dict[str, Any] = {"kind": row.kind, "sentence": sentence_of(row.kind, row.reason), "institution": row.holder_after.name, "text": ""}
    found["at"] = moment(row.at, row.holder_after.time_zone, is_exact=is_exact)
    found["part"] = row.complaint.part_number if row.complaint.lead_id else None
    if entry is not None and (audience == "public" or (audience == "reporter" and entry.kind == EntryKind.STATEMENT)):
        found["text"] = entry.text_public
    elif entry is not None and (entry.kind != EntryKind.NOTE or sees_note):
        found |= {"text": entry.text, "details": entry.details}
    if audience == "officer":
        found["actor"] = _("Reporter") if row.as_role == "reporter" else row.by.get_username()
    return found


def part_out(part: Complaint, *, in_full: bool) -> dict[str, Any]:
    found = {
        "part": part.part_number,
        "state": part.state,
        "holder": place(part.holder),
        "due_at": part.next_due_at if part.next_due_at < NEVER else None,
        "is_mandatory": part.is_mandatory,
    }
    return found | ({"tracking_id": part.tracking_id, "title": part.title} if in_full else {})


def _parts(complaint: Complaint, audience: str, family: Family) -> list[Complaint]:
    if audience == "officer":
        return [part for part, _opens in family.parts]
    return complaint.shown_parts() if audience == "public" else list(complaint.children.all()) if complaint.part_count else []


def _events(complaint: Complaint, audience: str, family: Family) -> list[Transition]:
    """One thread: an officer's is the case with what parts and reporter said elsewhere."""
    if audience == "officer":
        return sorted((*complaint.transitions.all(), *family.said, *family.replies), key=lambda row: (row.at, row.pk))
    return complaint.told(_parts(complaint, audience, family), public=audience == "public")


def _reads_note(entry: Entry | None, note_paths: tuple[str, ...]) -> bool:
    return entry is not None and entry.institution is not None and entry.institution.path.startswith(note_paths)


def detail_out(
    complaint: Complaint, *, audience: str, note_paths: tuple[str, ...] = (), family: Family, known: Known, files: Iterable[Upload] = ()
) -> dict[str, Any]:
    """A complaint read with `clocks` and `transitions__entry` prefetched, and its files, for one audience."""
    in_full = audience != "public"
    clocks = [c for c in complaint.clocks.all() if in_full or c.key in PUBLIC_KEYS]
    found = row_out(complaint, in_full=in_full) | {
        "audience": audience,
        "body": complaint.body if in_full else complaint.body_public,
        "next": str(NEXT_STEPS[State(complaint.state)]),
        "clocks": [clock_out(clock, is_exact=audience == "reporter" or not complaint.is_anonymous) for clock in clocks],
        "rating": complaint.rating,
    }
    found["parts"] = [part_out(part, in_full=in_full) for part in _parts(complaint, audience, family)]
    found["files"] = [file_out(row, complaint.tracking_id, audience=audience) for row in files]
    came: dict[int | None, list[str]] = {}
    for file in files:
        came.setdefault(file.transition_id, []).append(str(file.pk))
    found["timeline"] = []
    for row in _events(complaint, audience, family):
        entry = getattr(row, "entry", None)
        sees_note = audience == "officer" and _reads_note(entry, note_paths)
        if row.kind != "note" or sees_note:
            found["timeline"].append(event_out(row, entry, audience=audience, sees_note=sees_note) | {"files": came.get(row.pk, [])})
    if in_full:
        found |= {name: getattr(complaint, name) for name in OFFICER_FIELDS}
    if known.exists:
        found["contact"] = {"is_verified": known.is_verified, "is_unreachable_by_email": known.lost_at is not None}
    if audience == "officer":
        found["is_support_asked"] = complaint.is_support_asked
        found["lead"] = complaint.lead.tracking_id if complaint.lead is not None else None
        found["assignee"] = complaint.assignee.get_username() if complaint.assignee is not None else None
    return found


def step_out(step: OpenStep) -> dict[str, Any]:
    return {
        "action": step.code,
        "number": step.step.number,
        "label": action_of(step.code, by_reporter=step.by_reporter),
        "required": list(step.required),
        "optional": list(step.optional),
    }
