"""What each step asks, and the smaller forms: notes, edits, the proof of a case, a rating."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.models import Institution

from .. import services
from ..models import Complaint, family_of
from ..wording import action_of
from ..workflow import ArchiveReason, Classification, Finding, HandOverTarget, HoldReason, Outcome, PendReason, State, Step, Track
from .naming import find_place, shown_as, within_reach
from .shape import BY_NAME, EMPTY, Files, Loose, Named, Shape, Text, Typed, area, day, named, select, topic_choices


def bodies(label: Any, **kwargs: Any) -> Named:
    """An institution right below the nation: there are hundreds."""
    return Named(Institution.objects.bodies(), Typed("offers-institutions"), label=label, **({"help_text": BY_NAME} | kwargs))


def _likely(complaint: Complaint) -> Any:
    """Whom the reporter named, if anybody."""
    meant = complaint.target_institution
    return format_lazy("{} {}", BY_NAME, _("The reporter named: %(name)s.") % {"name": meant}) if meant else BY_NAME


def _target(step: Step, complaint: Complaint) -> forms.Field:
    """Institutions for the national desk, units of the holder's institution for everybody else."""
    if step.code == "ask_support" and complaint.is_disputed:  # a hub asks its members
        members = Institution.objects.bodies().filter(path__in=[path for _hub, path in complaint.asker.advises])
        return named(gettext_lazy("Institution"), members, Typed("offers-institutions"))
    if step.code in {"dispose_to_institution", "ask_support"}:
        return bodies(gettext_lazy("Institution"), help_text=_likely(complaint) if step.code == "dispose_to_institution" else BY_NAME)
    path = complaint.holder.body_path
    units = within_reach(complaint.asker).filter(path__startswith=path).exclude(pk=complaint.holder_id)
    return named(gettext_lazy("Unit"), units, Typed("desk-offers-units", path))


def split_form(step: Step, complaint: Complaint, data: Mapping[str, Any] | None = None, *, for_nation: bool, wish: services.Wish | None = None) -> "StepForm":
    """The form of a part; the nation gives it to any institution, and finds in it the part that somebody wishes for."""
    form = step_form(step, complaint, data)
    if for_nation:
        form.ask("target", bodies(gettext_lazy("Institution")), is_needed=True)
    form.fields["track"].initial = complaint.track if complaint.is_track_set else ""
    for name, value in wish.part.items() if wish is not None else ():
        field = form.fields[name]
        field.initial = shown_as(value, field.among) if isinstance(field, Named) else value
    return form


def _reason(step: Step, _complaint: Complaint) -> forms.Field:
    if step.code == "archive":
        return select(gettext_lazy("Reason"), ArchiveReason.choices)
    if step.code == "hold":
        hint = gettext_lazy("An institution may wait for another party; the other reasons are for the national desk.")
        return select(gettext_lazy("Reason"), HoldReason.choices, help_text=hint)
    return select(gettext_lazy("Reason"), PendReason.choices)


def _parts(complaint: Complaint) -> list[tuple[str, str]]:
    """The parts that whoever asks may hear of: all of one's own report, and those that the desk's page shows."""
    if complaint.pk in complaint.asker.case_ids:
        rows = list(complaint.children.order_by("part_number"))
    else:
        rows = [part for part, _opens in family_of(complaint, complaint.asker).parts] if complaint.may("see") else []
    return [(part.tracking_id, f"{part.part_number}. {part.title}") for part in rows]


TEXT_LABELS = {
    "respond": (gettext_lazy("Your initial response"), gettext_lazy("Say in your own words what will be done and by whom. The reporter reads it.")),
    "progress": (gettext_lazy("What was done since"), gettext_lazy("The reporter reads it.")),
    "answer": (
        gettext_lazy("Final follow-up"),
        gettext_lazy("What was done, when and with which result. The reporter reads it, and the public unless the report is secret."),
    ),
    "reply": (gettext_lazy("Your reply"), gettext_lazy("What is still open? The institution reads it.")),
    "complete": (gettext_lazy("What you add"), gettext_lazy("Please add what was asked for.")),
    "confirm": (gettext_lazy("A word about the handling"), gettext_lazy("The institution reads it.")),
    "reopen": (gettext_lazy("Why should it be opened again?"), gettext_lazy("Say what is not solved.")),
    "archive": (gettext_lazy("Explanation to the reporter"), gettext_lazy("In plain words, with what the reporter can do instead.")),
    "close_by_decision": (
        gettext_lazy("Justification"),
        gettext_lazy("The reporter reads it, together with the right to open the report again and to turn to the Ombudsman."),
    ),
    "pend": (gettext_lazy("A word to the reporter"), gettext_lazy("The reporter reads it above the list.")),
    "hand_over": (gettext_lazy("Explanation to the reporter"), gettext_lazy("Who has it now and what happens there.")),
    "ask_support": (
        gettext_lazy("Why is its support needed?"),
        gettext_lazy("Read by the national desk, which grants or declines it. Neither the reporter nor the other body reads it."),
    ),
    "decline_support": (gettext_lazy("Why is it declined?"), gettext_lazy("Read by the desks of the report, not by the reporter.")),
    "invite": (gettext_lazy("A word to the receiving desk"), gettext_lazy("Read there and by the national desk, not by the reporter.")),
    "hold": (gettext_lazy("Explanation to the reporter"), gettext_lazy("Whom or what you wait for, and what happens then. The reporter reads it.")),
    "end_hold": (gettext_lazy("A word to the reporter"), gettext_lazy("What has come in, and what happens now.")),
    "change_track": (gettext_lazy("Why is the track changed?"), gettext_lazy("The reporter reads it, and the desk that handles the report from now on.")),
    "refer": (gettext_lazy("Why should it be referred?"), gettext_lazy("Read by the officers and the Ombudsman, and shown in the history of the report.")),
    "withdraw": (gettext_lazy("Why do you withdraw it?"), gettext_lazy("You need not say.")),
}


def _text(step: Step, _complaint: Complaint) -> forms.Field:
    label, hint = TEXT_LABELS.get(step.code, (gettext_lazy("Text"), gettext_lazy("Read by the desks that handle the report, not by the reporter.")))
    return area(label, help_text=hint)


Maker = Callable[[Step, Complaint], forms.Field]
FIELDS: dict[str, Maker] = {
    "text": _text,
    "evidence": lambda s, c: area(gettext_lazy("Evidence, or the legal basis of a refusal"), rows=3),
    "reason": _reason,
    "items": lambda s, c: area(gettext_lazy("What is missing"), rows=4, help_text=gettext_lazy("One item a line.")),
    "target": _target,
    "suggested": lambda s, c: bodies(gettext_lazy("Competent body, if you know it")),
    "topic": lambda s, c: select(gettext_lazy("Topic"), topic_choices(), initial=c.topic_id),
    "track": lambda s, c: select(
        gettext_lazy("Track"),
        [choice for choice in Track.choices if s.code != "change_track" or choice[0] != c.track],
        help_text=gettext_lazy("Oversight-type: abuse of office, corruption, discipline of officials."),
    ),
    "until": lambda s, c: day(gettext_lazy("On hold until"), help_text=gettext_lazy("The reporter sees the date. At its end the handling goes on by itself.")),
    "estimated_on": lambda s, c: day(gettext_lazy("Expected to be done by")),
    "done_on": lambda s, c: day(gettext_lazy("Done on")),
    "outcome": lambda s, c: select(gettext_lazy("Outcome"), Outcome.choices),
    "rating": lambda s, c: select(gettext_lazy("How satisfied are you?"), [(str(n), f"{n} {'★' * n}") for n in range(5, 0, -1)]),
    "secret": lambda s, c: select(
        gettext_lazy("Who may read it?"),
        [("true", gettext_lazy("Secret: only the institutions that handle it")), ("false", gettext_lazy("Public: without who you are"))],
        initial="false" if c.is_secret else "true",
    ),
    "body": lambda s, c: select(gettext_lazy("Receiving body"), HandOverTarget.choices),
    "reference": lambda s, c: Text(label=gettext_lazy("Its reference")),
    "consent_identity": lambda s, c: select(
        gettext_lazy("The reporter agrees that the identity moves too"), [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]
    ),
    "consent": lambda s, c: select(
        gettext_lazy("May the Ombudsman know who you are?"),
        [("true", gettext_lazy("Yes, pass on my name and contact")), ("false", gettext_lazy("No, refer the report without them"))],
        help_text=gettext_lazy("The Ombudsman examines the report either way, and can ask you back only when it knows you."),
    ),
    "incident_date": lambda s, c: day(gettext_lazy("When did it happen?"), initial=c.incident_date),
    "incident_region": lambda s, c: Text(
        label=gettext_lazy("Village, district or city"),
        help_text=gettext_lazy("For example: Menteng, Jakarta Pusat."),
        widget=Typed("offers-places"),
        initial=c.incident_region.full_name() if c.incident_region else "",
    ),
    "incident_place": lambda s, c: Text(label=gettext_lazy("Where exactly?"), initial=c.incident_place),
    "part_title": lambda s, c: Text(
        label=gettext_lazy("Title of the part"), help_text=gettext_lazy("In one line, so that it can be understood without the rest.")
    ),
    "part_text": lambda s, c: area(
        gettext_lazy("What the receiving body gets to read"),
        rows=8,
        initial=c.body,
        help_text=gettext_lazy("Leave only what concerns it: it does not see the whole report."),
    ),
    "mandatory": lambda s, c: select(
        gettext_lazy("Must it be answered before the report?"),
        [("true", gettext_lazy("Yes: the final follow-up waits for it")), ("false", gettext_lazy("No: it is only support"))],
        initial="true",
    ),
    "part": lambda s, c: select(
        gettext_lazy("Which part is it about?"),
        _parts(c),
        help_text=gettext_lazy("Leave it open when it is about the whole report."),
    ),
    "files": lambda s, c: Files(),
    "reported_party": lambda s, c: Text(
        label=gettext_lazy("Whom is it about?"), initial=c.reported_party, help_text=gettext_lazy("As the reporter says it; needed on the oversight track.")
    ),
}
DECISION: dict[str, Callable[[], forms.Field]] = {
    "decision_number": lambda: Text(label=gettext_lazy("Number of the decision")),
    "decision_on": lambda: day(gettext_lazy("Date of the decision")),
    "decision_finding": lambda: select(gettext_lazy("Finding"), Finding.choices),
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


def label_of(step: Step, *, by_reporter: bool = False) -> str:
    return action_of(step.code, by_reporter=by_reporter)


def step_form(step: Step, complaint: Complaint, data: Mapping[str, Any] | None = None, *, by_reporter: bool = False) -> StepForm:
    """The inputs of `services.inputs_of`, required first, with the version that was read."""
    required, optional = services.inputs_of(step, complaint, is_reporter=by_reporter)
    form = StepForm(data)
    form.step = step
    for name in (*required, *optional):
        made = {key: make() for key, make in DECISION.items()} if name == "decision" else {name: FIELDS[name](step, complaint)}
        for key, field in made.items():
            form.ask(key, field, is_needed=name in required)
    form.ask("version", Text(widget=forms.HiddenInput, initial=complaint.version), is_needed=False)
    return form


def given(form: StepForm) -> dict[str, Any]:
    """What was typed, by the service's names; what was named is looked up. Refuses with `Unclear` what is not clear."""
    found = {name: form.data.get(name, "") for name in form.fields if name not in {"version", "files"}}
    if "decision_number" in found:
        parts = {key: found.pop(f"decision_{key}") for key in ("number", "on", "finding")}
        found["decision"] = parts if any(parts.values()) else None
    return form.told(found, {**form.named(), "incident_region": find_place})


class NoteForm(Shape):
    text = area(gettext_lazy("Internal note"), help_text=gettext_lazy("Read by your institution and the national desk only."))


class OpinionForm(Shape):
    text = area(gettext_lazy("Who is competent, and why?"), help_text=gettext_lazy("Read by the national desk, which decides."))


class EditForm(Shape):
    """The desk's words beside the reporter's."""

    title = Text(label=gettext_lazy("Title"))
    body = area(gettext_lazy("Text"), rows=10)
    reported_party = Text(label=gettext_lazy("Whom is it about?"))
    classification = select(gettext_lazy("Kind"), Classification.choices)
    topic = select(gettext_lazy("Topic"), [])
    track = select(gettext_lazy("Track"), Track.choices)
    version_read = Text(widget=forms.HiddenInput)

    def __init__(self, complaint: Complaint, data: Mapping[str, Any] | None = None) -> None:
        self.complaint = complaint
        self.before = {
            "title": complaint.title,
            "body": complaint.body,
            "reported_party": complaint.reported_party,
            "classification": complaint.classification,
            "topic": complaint.topic_id or "",
            "track": complaint.track if complaint.is_track_set else "",
        }
        super().__init__(data, initial={**self.before, "version_read": complaint.version})
        self.fields["topic"].choices = EMPTY + topic_choices()  # type: ignore[attr-defined]
        if complaint.accepted_at is not None:
            for name in ("track", "classification"):
                del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """Only what differs from the complaint."""
        sent = {name: self.data.get(name, "") for name in self.fields if name != "version_read"}
        found: dict[str, Any] = {n: v.replace("\r\n", "\n") for n, v in sent.items() if v.replace("\r\n", "\n") != self.before[n]}
        return {name: value for name, value in found.items() if value or name in {"title", "body", "reported_party"}}

    def version(self) -> int | None:
        return read_version(self.data.get("version_read", ""))


class ListForm(Shape):
    """What the public list is narrowed by; every choice may stay open."""

    q = Text(label=gettext_lazy("Words or number"), widget=forms.TextInput(attrs={"type": "search"}))
    topic = Loose(label=gettext_lazy("Topic"))
    institution = Text(label=gettext_lazy("Institution"), widget=Typed("offers-institutions"))
    state = Loose(label=gettext_lazy("State"))
    region = Text(widget=forms.HiddenInput)
    issue = Text(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        states = [(code, label) for code, label in State.choices if code not in {State.DRAFT, State.ARCHIVED}]
        for name, choices in (("topic", topic_choices()), ("state", states)):
            self.fields[name].choices = [("", gettext_lazy("All")), *choices]  # type: ignore[attr-defined]
        self.name_institution("institution")


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


class CodeForm(Shape):
    code = Text(
        label=gettext_lazy("Code from our message"),
        help_text=gettext_lazy("Only digits. It also stands in the subject of the e-mail; look in the spam folder, too."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class ContactForm(Shape):
    email = Text(label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = Text(label=gettext_lazy("Telephone"), required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    only = forms.BooleanField(
        label=gettext_lazy("Use only what I write here"),
        help_text=gettext_lazy("An old e-mail address or telephone number that you do not replace is removed as well."),
        required=False,
    )


class RateForm(Shape):
    rating = select(gettext_lazy("How satisfied are you?"), [(str(n), f"{n} {'★' * n}") for n in range(5, 0, -1)])
    text = area(gettext_lazy("A word about the handling"), rows=4, required=False)
