"""The published copy of a report: edited by officers, taken down and shown again, and the statement of an institution beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from institutions.models import Institution
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from ..masks import masked, personal
from ..models import Complaint, Entry, Upload
from ..workflow import EntryKind, Naming, TakeDownReason
from . import notify
from .acts import begin, required_text
from .needs import REQUIRED, Wrong, clean_text, read_flag
from .plan import PUBLISHED_ENTRIES, Plan, write
from .rules import invalid

TITLE = 200  # the column


def publishable_entries(complaint: Complaint) -> list[Entry]:
    """The answers whose published text an officer may edit, oldest first."""
    kinds = PUBLISHED_ENTRIES - {EntryKind.STATEMENT}
    return list(complaint.entries.filter(kind__in=kinds, is_erased=False).select_related("transition", "institution").order_by("transition_id"))


def releasable_files(complaint: Complaint) -> list[Upload]:
    """The pictures whose cleaned copy an officer may show to everybody: those that came with a text that is published."""
    published = {entry.transition_id for entry in publishable_entries(complaint)}
    rows = complaint.uploads.clean().filter(kind=Upload.Kind.IMAGE).select_related("transition")
    return [row for row in rows if row.transition_id in published or (row.transition is not None and row.transition.kind == "submit")]


class _Copy:
    """What was sent for the published copy, read; gathers a sentence for each field that cannot be used."""

    def __init__(self, plan: Plan, given: Mapping[str, Any], entries: Mapping[str, Entry], files: Mapping[str, Upload]) -> None:
        self.plan, self.given, self.entries = plan, given, entries
        self.wrong: dict[str, list[Any]] = {}
        self.left: set[str] = set()
        self.texts: dict[str, str] = {}
        self.shown: dict[str, bool] = {}
        for pk in files:
            self._read_choice(f"file_{pk}")
        limits = plan.reference.limits
        if plan.complaint.lead_id is None:  # a part has no text of its own in public
            self._read("title", TITLE, is_needed=True)
            self._read("body", limits["body_max"], is_needed=True)
        for pk in entries:
            self._read(f"answer_{pk}", limits["text_max"], is_needed=False)
        self.naming = str(given.get("naming") or "")
        if self.naming not in Naming.values:
            self.wrong["naming"] = [_("Please choose one of: %(choices)s.") % {"choices": ", ".join(filter(None, Naming.values))}]
        self._judge()

    def _read(self, name: str, longest: int, *, is_needed: bool) -> None:
        if name not in self.given:
            return
        try:
            self.texts[name] = clean_text(self.given[name] or "", longest=longest)
        except Wrong as error:
            self.wrong[name] = [str(error)]
            return
        if is_needed and not self.texts[name]:
            self.wrong[name] = [REQUIRED]

    def _read_choice(self, name: str) -> None:
        if name in self.given:
            try:
                self.shown[name] = read_flag(self.given[name])
            except Wrong as error:
                self.wrong[name] = [str(error)]

    def _judge(self) -> None:
        """Identity numbers never; people by name only for a reason; other personal data only when somebody looked at them."""
        for name, text in self.texts.items():
            party = self.plan.complaint.reported_party if name in {"title", "body"} else ""
            kinds: dict[str, list[str]] = {}
            for match in personal(text, party):
                kinds.setdefault(match.kind, []).append(text[match.start : match.end])
            if name.startswith("answer_"):
                kinds.pop("NAME", None)  # whom the institution itself names in its answer is its own to say
            self.left |= set(kinds)
            self._refuse(name, kinds)

    def _refuse(self, name: str, kinds: dict[str, list[str]]) -> None:
        if "NIK" in kinds:
            self.wrong.setdefault(name, []).append(_("An identity number is never published. Please take it out."))
        if "NAME" in kinds and not self.naming:
            named = ", ".join(kinds["NAME"])
            self.wrong.setdefault(name, []).append(
                _("Somebody is named here: %(names)s. Name the office only, or choose below why the name may be published.") % {"names": named}
            )
        rest = [text for kind, texts in kinds.items() if kind not in {"NIK", "NAME"} for text in texts]
        if rest and not self._is_confirmed():
            self.wrong.setdefault(name, []).append(
                _("Personal data still stands here: %(found)s. Take it out, or confirm below that it belongs to an office.") % {"found": ", ".join(rest)}
            )

    def _is_confirmed(self) -> bool:
        try:
            return read_flag(self.given.get("confirmed") or False)
        except Wrong:
            return False


@transaction.atomic
def publish(pk: UUID, *, given: Mapping[str, Any], by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Edit the published copy: `title`, `body` and `answer_<entry id>` as they are to be read, `naming`, `confirmed`;
    `file_<id>`: whether everybody sees this picture.

    The reporter's and the desk's own texts stay as they are. Refuses, field by field, an identity number, a person's name
    without a reason to name, and other personal data that nobody confirmed.
    """
    plan = begin(pk, "publish", by=by, at=at, version=version)
    complaint = plan.complaint
    entries = {str(entry.pk): entry for entry in publishable_entries(complaint)}
    files = {str(row.pk): row for row in releasable_files(complaint)}
    read = _Copy(plan, given, entries, files)
    if read.wrong:
        raise Refusal("invalid", _("Please check the marked fields."), fields=read.wrong)
    before = {"title": complaint.title_public, "body": complaint.body_public} | {f"answer_{k}": e.text_public for k, e in entries.items()}
    turned = [files[name.removeprefix("file_")] for name, is_shown in read.shown.items() if is_shown != files[name.removeprefix("file_")].is_public]
    changed = sorted([*(name for name, text in read.texts.items() if text != before[name]), *(f"file_{row.pk}" for row in turned)])
    if not changed and read.naming == complaint.naming:
        return complaint
    complaint.title_public, complaint.body_public = read.texts.get("title", complaint.title_public), read.texts.get("body", complaint.body_public)
    complaint.naming, complaint.public_edited_at = read.naming, at
    edited = [entries[name.removeprefix("answer_")] for name in changed if name.startswith("answer_")]
    for entry in edited:
        entry.text_public = read.texts[f"answer_{entry.pk}"]
    Entry.objects.bulk_update(edited, ["text_public"])
    for row in turned:
        row.is_public = not row.is_public
    Upload.objects.bulk_update(turned, ["is_public"])
    plan.data = {"fields": sorted({name.partition("_")[0] for name in changed}), "left": sorted(read.left), "naming": read.naming}
    plan.bumps = True
    write([plan])
    return complaint


@transaction.atomic
def take_down(pk: UUID, *, reason: str, text: str, by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Take a published report out of everything public, at once; the reporter reads why."""
    plan = begin(pk, "take_down", by=by, at=at, version=version)
    if reason not in TakeDownReason.values:
        raise invalid(reason=_("Please choose a reason."))
    plan.reason, plan.text, plan.entry_kind, plan.bumps = reason, required_text(plan, text), EntryKind.REASON, True
    plan.complaint.taken_down_at = at
    write([plan])
    notify.tell([plan])
    return plan.complaint


@transaction.atomic
def republish(pk: UUID, *, text: str, by: Actor, at: datetime, version: int | None = None) -> Complaint:
    """Show a report again that was taken down: by the nation, so that a second pair of eyes has looked."""
    plan = begin(pk, "republish", by=by, at=at, version=version)
    if plan.complaint.taken_down_at is None:
        raise Refusal("conflict", _("The report has not been taken down."))
    plan.text, plan.entry_kind, plan.bumps = required_text(plan, text), EntryKind.REASON, True
    plan.complaint.taken_down_at = None
    write([plan])
    notify.tell([plan])
    return plan.complaint


# --- right of reply -----------------------------------------------------------------------------------------------------


def statements(complaint: Complaint) -> list[Entry]:
    """The newest statement of each institution."""
    rows = complaint.entries.filter(kind=EntryKind.STATEMENT, is_erased=False).select_related("institution", "transition").order_by("transition_id")
    return list({entry.institution_id: entry for entry in rows}.values())


def speaker(complaint: Complaint, by: Actor) -> Institution:
    """For whom the actor would speak: the reported institution, else the body that answers the report."""
    reported = complaint.reported_institution
    if reported is not None and any(reported.path.startswith(path) for path in by.under("respond")):
        return reported
    return Institution.objects.get(pk=int(complaint.holder.path.split(".")[1]))


@transaction.atomic
def right_of_reply(pk: UUID, *, text: str, by: Actor, at: datetime) -> Complaint:
    """Put the institution's one statement beside the published report, or replace it; earlier ones stay on record.

    A statement that the nation withheld stays withheld when it is edited, until the nation shows it again.
    """
    plan = begin(pk, "right_of_reply", by=by, at=at)
    complaint = plan.complaint
    plan.author = speaker(complaint, by)
    plan.text, plan.entry_kind, plan.bumps = required_text(plan, text), EntryKind.STATEMENT, True
    earlier = list(Entry.objects.filter(complaint=complaint, kind=EntryKind.STATEMENT, institution=plan.author).order_by("transition_id"))
    if earlier and earlier[-1].text == plan.text:
        raise invalid(text=_("This is your statement already. Please change it, or leave it as it is."))
    is_withheld = bool(earlier) and not earlier[-1].text_public
    write([plan])
    shut = Entry.objects.filter(pk__in=[entry.pk for entry in earlier])
    if is_withheld:
        shut = shut | Entry.objects.filter(transition=plan.transition_id)
    shut.update(text_public="")
    return complaint


@transaction.atomic
def moderate_reply(pk: UUID, *, statement: UUID, shown: bool, text: str, by: Actor, at: datetime) -> Complaint:
    """Withhold an institution's statement from the public, or show it again; with a reason. For the nation."""
    plan = begin(pk, "release_reply" if shown else "withhold_reply", by=by, at=at)
    found = next((entry for entry in statements(plan.complaint) if entry.pk == statement), None)
    if found is None or found.institution is None:
        raise Refusal("not_found", _("There is no such statement."))
    if bool(found.text_public) == shown:
        raise Refusal("conflict", _("It is like this already."))
    plan.text, plan.entry_kind, plan.bumps = required_text(plan, text), EntryKind.REASON, True
    plan.data = {"institution": found.institution_id}
    found.text_public = masked(found.text) if shown else ""
    found.save(update_fields=["text_public"])
    write([plan])
    return plan.complaint
