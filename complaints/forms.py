"""The shape of what people fill in. Forms render and keep what was typed; the services read it and say what is wrong."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Institution, Region, Topic
from lapor.ground.problems import Refusal

from . import services
from .models import ASSISTED, AgeBand, Assistance, Channel, Complaint, Disability, Gender
from .workflow import ACTIONS, ArchiveReason, Classification, Finding, HandOverTarget, Outcome, PendReason, Step, Track

Choices = list[tuple[str, Any]]
EMPTY: Choices = [("", gettext_lazy("Please choose"))]
NAMED_PLACES = 12  # how many places are offered when a name fits several


class Shape(forms.Form):
    """A form that never judges: every field may be empty here, the service says what is missing."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.asked = field.required  # type: ignore[attr-defined]
            field.required = False
            field.widget.attrs.setdefault("dir", "auto") if isinstance(field, Text) else None


class Text(forms.CharField):
    """A text as typed: no length and no character is judged here, so that nothing typed is lost."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = []


class Loose(forms.ChoiceField):
    """A choice that any value may be sent to; the service refuses what is not one."""

    def validate(self, value: Any) -> None:
        return


def _area(label: Any, *, rows: int = 6, **kwargs: Any) -> Text:
    return Text(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def _date(label: Any, **kwargs: Any) -> Text:
    return Text(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


def _select(label: Any, choices: Any, **kwargs: Any) -> Loose:
    return Loose(label=label, choices=EMPTY + list(choices), **kwargs)


def topic_choices() -> list[Any]:
    """Topics grouped under their parents, as a select shows them; one query."""
    rows = list(Topic.objects.filter(valid_to=None).order_by("code"))
    children: dict[str | None, list[Topic]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)

    def group(top: Topic) -> tuple[str, list[Any]]:
        general = (top.pk, _("%(topic)s (in general)") % {"topic": top.name})
        return (top.name, [general, *((row.pk, row.name) for row in children.get(top.pk, []))])

    return [group(top) for top in sorted(children.get(None, []), key=lambda row: row.name)]


def _institutions(**wanted: Any) -> Choices:
    rows = Institution.objects.filter(valid_to=None, **wanted).exclude(kind="national").order_by("name")
    return [(row.slug, row.name) for row in rows[:1000]]


def _target(step: Step, complaint: Complaint) -> forms.Field:
    """Institutions for the national desk, units of the holder's institution for everybody else."""
    if step.code == "dispose_to_institution":
        return _select(gettext_lazy("Institution"), _institutions(parent__kind="national"))
    top = ".".join(complaint.holder.path.split(".")[:2]) + "."
    return _select(gettext_lazy("Unit"), [row for row in _institutions(path__startswith=top) if row[0] != complaint.holder.slug])


def _reason(step: Step, _complaint: Complaint) -> forms.Field:
    if step.code == "archive":
        return _select(gettext_lazy("Reason"), ArchiveReason.choices)
    return _select(gettext_lazy("Reason"), PendReason.choices)


TEXT_LABELS = {
    "respond": (gettext_lazy("Your initial response"), gettext_lazy("Say in your own words what will be done and by whom. The reporter reads it.")),
    "progress": (gettext_lazy("What was done since"), gettext_lazy("The reporter reads it.")),
    "answer": (gettext_lazy("Final follow-up"), gettext_lazy("What was done, when and with which result. The reporter reads it, and the public unless the report is secret.")),
    "reply": (gettext_lazy("Your reply"), gettext_lazy("What is still open? The institution reads it.")),
    "complete": (gettext_lazy("What you add"), gettext_lazy("Please add what was asked for.")),
    "confirm": (gettext_lazy("A word about the handling"), gettext_lazy("The institution reads it.")),
    "reopen": (gettext_lazy("Why should it be opened again?"), gettext_lazy("Say what is not solved.")),
    "archive": (gettext_lazy("Explanation to the reporter"), gettext_lazy("In plain words, with what the reporter can do instead.")),
    "close_by_decision": (gettext_lazy("Justification"), gettext_lazy("The reporter reads it, together with the right to open the report again and to turn to the Ombudsman.")),
    "pend": (gettext_lazy("A word to the reporter"), gettext_lazy("The reporter reads it above the list.")),
    "hand_over": (gettext_lazy("Explanation to the reporter"), gettext_lazy("Who has it now and what happens there.")),
    "withdraw": (gettext_lazy("Why do you withdraw it?"), gettext_lazy("You need not say.")),
}  # fmt: skip


def _text(step: Step, _complaint: Complaint) -> forms.Field:
    label, hint = TEXT_LABELS.get(step.code, (gettext_lazy("Text"), gettext_lazy("Read by the desks that handle the report, not by the reporter.")))
    return _area(label, help_text=hint)


Maker = Callable[[Step, Complaint], forms.Field]
FIELDS: dict[str, Maker] = {
    "text": _text,
    "evidence": lambda s, c: _area(gettext_lazy("Evidence, or the legal basis of a refusal"), rows=3),
    "reason": _reason,
    "items": lambda s, c: _area(gettext_lazy("What is missing"), rows=4, help_text=gettext_lazy("One item a line.")),
    "target": _target,
    "suggested": lambda s, c: _select(gettext_lazy("Competent body, if you know it"), _institutions(parent__kind="national")),
    "topic": lambda s, c: _select(gettext_lazy("Topic"), topic_choices(), initial=c.topic_id),
    "track": lambda s, c: _select(gettext_lazy("Track"), Track.choices, help_text=gettext_lazy("Oversight-type: abuse of office, corruption, discipline of officials.")),
    "estimated_on": lambda s, c: _date(gettext_lazy("Expected to be done by")),
    "done_on": lambda s, c: _date(gettext_lazy("Done on")),
    "outcome": lambda s, c: _select(gettext_lazy("Outcome"), Outcome.choices),
    "rating": lambda s, c: _select(gettext_lazy("How satisfied are you?"), [(str(n), f"{n} {'★' * n}") for n in range(5, 0, -1)]),
    "secret": lambda s, c: _select(gettext_lazy("Who may read it?"), [("true", gettext_lazy("Secret: only the institutions that handle it")), ("false", gettext_lazy("Public: without who you are"))]),
    "body": lambda s, c: _select(gettext_lazy("Receiving body"), HandOverTarget.choices),
    "reference": lambda s, c: Text(label=gettext_lazy("Its reference")),
    "consent_identity": lambda s, c: _select(gettext_lazy("The reporter agrees that the identity moves too"), [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]),
    "incident_date": lambda s, c: _date(gettext_lazy("When did it happen?"), initial=c.incident_date),
    "incident_region": lambda s, c: Text(label=gettext_lazy("Village, district or city"), help_text=gettext_lazy("For example: Menteng, Jakarta Pusat.")),
    "incident_place": lambda s, c: Text(label=gettext_lazy("Where exactly?"), initial=c.incident_place),
    "reported_party": lambda s, c: Text(label=gettext_lazy("Whom is it about?"), initial=c.reported_party, help_text=gettext_lazy("As the reporter says it; needed on the oversight track.")),
}  # fmt: skip
DECISION: dict[str, Callable[[], forms.Field]] = {
    "decision_number": lambda: Text(label=gettext_lazy("Number of the decision")),
    "decision_on": lambda: _date(gettext_lazy("Date of the decision")),
    "decision_finding": lambda: _select(gettext_lazy("Finding"), Finding.choices),
}


class StepForm(Shape):
    """What one step asks of one complaint."""

    step: Step


def read_version(text: str) -> int | None:
    """The version that a page was read at; none when it says nothing, and one that never was when it says nonsense."""
    try:
        return int(text) if text.strip() else None
    except ValueError:
        return 0


def label_of(step: Step) -> str:
    return str(ACTIONS[step.code])


def step_form(step: Step, complaint: Complaint, data: Mapping[str, Any] | None = None) -> StepForm:
    """The inputs of `services.inputs_of`, required first, with the version that was read."""
    required, optional = services.inputs_of(step, complaint)
    form = StepForm(data)
    form.step = step
    for name in (*required, *optional):
        made = {key: make() for key, make in DECISION.items()} if name == "decision" else {name: FIELDS[name](step, complaint)}
        for key, field in made.items():
            field.asked = name in required  # type: ignore[attr-defined]
            field.required = False
            form.fields[key] = field
    form.fields["version"] = Text(widget=forms.HiddenInput, initial=complaint.version)
    form.fields["version"].required = False
    return form


def given(form: StepForm) -> dict[str, Any]:
    """What was typed, by the service's names; a place that was named is looked up."""
    found = {name: form.data.get(name, "") for name in form.fields if name != "version"}
    if "decision_number" in found:
        parts = {key: found.pop(f"decision_{key}") for key in ("number", "on", "finding")}
        found["decision"] = parts if any(parts.values()) else None
    if found.get("incident_region"):
        found["incident_region"] = find_place(found["incident_region"], "incident_region")
    return found


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put the service's sentences beside their fields; what belongs to no field stands on top."""
    form.errors.clear() if form.is_bound else None
    if isinstance(form, IntakeForm) and (refusal.code == "conflict" or "Idempotency-Key" in refusal.fields):
        form.renew_key()
    for name, texts in refusal.fields.items():
        field = name.replace(".", "_")
        field = "decision_number" if field == "decision" else field
        for text in texts:
            form.add_error(field if field in form.fields else None, str(text))
    if not refusal.fields:
        form.add_error(None, str(refusal))


def find_place(typed: str, field: str) -> str:
    """The code of the place that was typed or chosen. Refuses with the likely ones when it is not clear."""
    typed = typed.replace("\x00", "").strip()
    if Region.objects.filter(pk=typed).exists():
        return typed
    rows = list(Region.objects.search(typed)[: NAMED_PLACES + 1])
    exact = [row for row in rows if row.full_name().lower() == typed.lower()]
    if len(rows) == 1 or len(exact) == 1:
        return str((exact or rows)[0].pk)
    if not rows:
        raise Refusal(
            "invalid",
            _("Please check the marked fields."),
            fields={field: [_("We do not know this place. Please check the spelling, name the city or regency, or leave it empty.")]},
        )
    raise Ambiguous(field, rows[:NAMED_PLACES])


class Ambiguous(Refusal):
    """Several places fit what was typed."""

    def __init__(self, field: str, rows: list[Region]) -> None:
        super().__init__(
            "invalid", _("Please check the marked fields."), fields={field: [_("Several places fit. Please choose one below, or write more of the name.")]}
        )
        self.field, self.rows = field, rows


class NoteForm(Shape):
    text = _area(gettext_lazy("Internal note"), help_text=gettext_lazy("Read by your institution and the national desk only."))


class EditForm(Shape):
    """The desk's words beside the reporter's."""

    title = Text(label=gettext_lazy("Title"))
    body = _area(gettext_lazy("Text"), rows=10)
    reported_party = Text(label=gettext_lazy("Whom is it about?"))
    classification = _select(gettext_lazy("Kind"), Classification.choices)
    topic = _select(gettext_lazy("Topic"), [])
    track = _select(gettext_lazy("Track"), Track.choices)
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent: danger to life, violence, a child in danger"))
    version_read = Text(widget=forms.HiddenInput)

    def __init__(self, complaint: Complaint, data: Mapping[str, Any] | None = None) -> None:
        self.complaint = complaint
        self.before = {
            "title": complaint.title, "body": complaint.body, "reported_party": complaint.reported_party, "classification": complaint.classification,
            "topic": complaint.topic_id or "", "track": complaint.track if complaint.is_track_set else "", "is_urgent": complaint.is_urgent,
        }  # fmt: skip
        super().__init__(data, initial={**self.before, "version_read": complaint.version})
        self.fields["topic"].choices = EMPTY + topic_choices()  # type: ignore[attr-defined]
        if complaint.accepted_at is not None:
            for name in ("track", "classification"):
                del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """Only what differs from the complaint."""
        sent = {name: self.data.get(name, "") for name in self.fields if name not in {"version_read", "is_urgent"}}
        found: dict[str, Any] = {n: v.replace("\r\n", "\n") for n, v in sent.items() if v.replace("\r\n", "\n") != self.before[n]}
        found = {name: value for name, value in found.items() if value or name in {"title", "body", "reported_party"}}
        if bool(self.data.get("is_urgent")) != self.before["is_urgent"]:
            found["is_urgent"] = bool(self.data.get("is_urgent"))
        return found

    def version(self) -> int | None:
        return read_version(self.data.get("version_read", ""))


class IntakeForm(Shape):
    """Everything that a report may say, on one page."""

    classification = Loose(
        label=gettext_lazy("What do you want to send?"), choices=Classification.choices, widget=forms.RadioSelect, initial=Classification.COMPLAINT
    )
    title = Text(label=gettext_lazy("Title"), help_text=gettext_lazy("In one line, for example: Street lights out in front of the market."))
    body = _area(
        gettext_lazy("What happened?"), rows=8, help_text=gettext_lazy("What, since when, who is affected. Please do not write identity numbers here.")
    )
    incident_date = _date(gettext_lazy("When did it happen?"), required=False)
    incident_region = Text(
        label=gettext_lazy("In which village, district or city?"), required=False, help_text=gettext_lazy("For example: Menteng, Jakarta Pusat.")
    )
    incident_place = Text(label=gettext_lazy("Where exactly?"), required=False, help_text=gettext_lazy("For example: in front of the post office."))
    target_institution = _select(
        gettext_lazy("Which institution is it for?"), [], required=False, help_text=gettext_lazy("If you do not know, leave it: we find the right one.")
    )
    topic = _select(gettext_lazy("What is it about?"), [], required=False)
    requested_outcome = _area(gettext_lazy("What should be done?"), rows=3, required=False)
    loss = _area(gettext_lazy("What loss did you have?"), rows=2, required=False)
    reported_party = Text(label=gettext_lazy("Is it about somebody in particular?"), required=False, help_text=gettext_lazy("Office or function is enough."))
    origin_region = Text(
        label=gettext_lazy("Where do you live?"), required=False, help_text=gettext_lazy("City or regency. Asked for aspirations and information requests.")
    )
    urgent = forms.BooleanField(label=gettext_lazy("It is urgent: danger to life, violence, a child in danger"), required=False)
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Anonymous"), required=False, help_text=gettext_lazy("The institution and the public do not learn who you are.")
    )
    is_secret = forms.BooleanField(
        label=gettext_lazy("Secret"), required=False, help_text=gettext_lazy("The public cannot read your report; only the institutions that handle it can.")
    )
    contact_name = Text(label=gettext_lazy("Your name"), required=False)
    contact_email = Text(label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput)
    contact_phone = Text(label=gettext_lazy("Telephone"), required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    contact_allowed = forms.BooleanField(label=gettext_lazy("The handling officer may contact me"), required=False)
    gedsi_needs_assistance = Loose(label=gettext_lazy("Do you need help to follow your report?"), choices=Assistance.choices, required=False)
    gedsi_gender = Loose(label=gettext_lazy("Gender"), choices=EMPTY + Gender.choices, required=False)
    gedsi_disability = Loose(label=gettext_lazy("Disability"), choices=EMPTY + Disability.choices, required=False)
    gedsi_age_band = Loose(label=gettext_lazy("Age"), choices=EMPTY + AgeBand.choices, required=False)
    consent = forms.BooleanField(label=gettext_lazy("I agree that my report is handled as described in the privacy notice."))
    idempotency_key = Text(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, assisted: bool = False, door: Institution | None = None) -> None:
        super().__init__(data, initial={"idempotency_key": str(uuid.uuid4())})
        self.fields["topic"].choices = EMPTY + topic_choices()  # type: ignore[attr-defined]
        if door is None:
            unknown = [("", gettext_lazy("I do not know"))]
            self.fields["target_institution"].choices = unknown + _institutions(parent__kind="national")  # type: ignore[attr-defined]
        else:
            del self.fields["target_institution"]
        if assisted:
            channels = [(c, Channel(c).label) for c in ASSISTED]
            channel = _select(gettext_lazy("How did the report come in?"), channels)
            channel.asked = True  # type: ignore[attr-defined]
            channel.required = False
            self.fields = {"channel": channel, **self.fields}
            self.fields["consent"].label = gettext_lazy("The reporter agrees that the report is handled as described in the privacy notice.")

    def renew_key(self) -> None:
        """The hidden key was used for other words or is none: what is typed now is a report of its own."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["idempotency_key"] = str(uuid.uuid4())  # type: ignore[index]


FLAGS = ("is_anonymous", "is_secret", "urgent", "contact_allowed", "consent")
PLACES = ("incident_region", "origin_region")


def submission(form: IntakeForm, *, at: datetime) -> dict[str, Any]:
    """What was typed as `services.submit` takes it. Refuses a place that is not clear, offering the likely ones."""
    del at
    data = form.data
    plain = [
        n for n in form.fields if n not in FLAGS and n not in PLACES and not n.startswith(("contact_", "gedsi_")) and n not in {"idempotency_key", "channel"}
    ]
    found: dict[str, Any] = {name: data.get(name, "") for name in plain}
    found |= {name: bool(data.get(name)) for name in FLAGS}
    found["contact"] = {name: data.get(f"contact_{name}", "") for name in ("name", "email", "phone")}
    found["gedsi"] = {name: data.get(f"gedsi_{name}", "") for name in ("needs_assistance", "gender", "disability", "age_band")}
    wrong: dict[str, list[Any]] = {}
    unclear: dict[str, list[Region]] = {}
    for name in PLACES:
        try:
            found[name] = find_place(data.get(name, ""), name) if data.get(name, "").strip() else ""
        except Refusal as refusal:
            wrong |= refusal.fields
            found[name] = ""
            if isinstance(refusal, Ambiguous):
                unclear[name] = refusal.rows
    if wrong:
        raise Unclear(wrong, unclear, found)
    return found


class Unclear(Refusal):
    """Places that could not be told; carries the rest, so that its errors can be shown in the same breath."""

    def __init__(self, wrong: dict[str, list[Any]], offers: dict[str, list[Region]], rest: dict[str, Any]) -> None:
        super().__init__("invalid", _("Please check the marked fields."), fields=wrong)
        self.offers, self.rest = offers, rest


class ProofForm(Shape):
    number = Text(
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("It looks like LPR-7K3M-92QX-4."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    code = Text(
        label=gettext_lazy("Case code"),
        help_text=gettext_lazy("It was shown once, when you sent the report."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class RateForm(Shape):
    rating = _select(gettext_lazy("How satisfied are you?"), [(str(n), f"{n} {'★' * n}") for n in range(5, 0, -1)])
    text = _area(gettext_lazy("A word about the handling"), rows=4, required=False)
